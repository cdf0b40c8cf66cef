"""What follows the first message, in Vietnamese: taken, restored, overdue, and the first message edited in place."""

from monitord.domain.document import AttachmentKind
from monitord.domain.notice import Event
from monitord.texts import forms
from monitord.texts.story import Audience, Story
from monitord.texts.vi import phrases as say


def taken(story: Story) -> str:
    """A woken leader hears that he need not do more; the desk hears until when it counts."""
    taken = story.taken
    head = say.head(story, "🟡 ĐÃ TIẾP NHẬN", severity=False) + f" · {say.target(story)}"
    if taken is None:
        return forms.lines(head, "Đã có người tiếp nhận.")
    at = forms.near(taken.at, story.now, story.zone)
    after = say.duration(forms.between(story.detected_at, taken.at))
    if story.audience is Audience.LEADER and not taken.yours:
        return forms.lines(
            head,
            f"Kính báo cáo {story.address_form}: {say.who(taken)} đã tiếp nhận lúc {at}. "
            f"Đã dừng báo cáo lên cấp trên; {story.address_form} chưa cần xử lý thêm.",
            say.late(story),
        )
    who = story.address_form.capitalize() if taken.yours else forms.capital(say.who(taken))
    until = ""
    if taken.expires_at is not None:
        until = f" Đến {forms.near(taken.expires_at, story.now, story.zone)} chưa khôi phục sẽ báo lại từ đầu."
    return forms.lines(
        head,
        f"{who} đã tiếp nhận lúc {at}, sau {after} kể từ khi phát hiện.",
        f"Đã dừng báo cáo lên cấp trên.{until}",
        say.late(story),
    )


def taken_to_department(story: Story) -> str:
    return forms.lines(
        say.head(story, "🟡 CẬP NHẬT", severity=False),
        say.dear(story),
        f"{story.unit_name} báo cáo: {say.subject(story)} chưa khôi phục.",
        say.handled(story),
        say.contact(story),
    )


def sent_back(story: Story) -> str:
    """To the first step again, after a leader said that he knows."""
    at = forms.near(story.noted.at, story.now, story.zone) if story.noted else ""
    who = f"Lãnh đạo {story.noted.name}" if story.noted else "Lãnh đạo"
    return forms.lines(
        say.head(story, "🟠 LÃNH ĐẠO ĐÃ NHẬN THÔNG TIN, CHƯA CÓ NGƯỜI TIẾP NHẬN"),
        f"{say.headline(story)}: {say.target(story)}",
        say.late(story),
        say.lasting(story),
        say.place(story),
        f"• {who} đã nhận thông tin{f' lúc {at}' if at else ''}; đề nghị {story.address_form} tiếp nhận và xử lý",
        say.upcoming(story),
    )


def urged(story: Story) -> str:
    """To the first step again, because a leader asks for it."""
    at = forms.near(story.noted.at, story.now, story.zone) if story.noted else ""
    who = f"Lãnh đạo {story.noted.name}" if story.noted else "Lãnh đạo"
    return forms.lines(
        say.head(story, "☎️ LÃNH ĐẠO YÊU CẦU TIẾP NHẬN NGAY"),
        f"{say.headline(story)}: {say.target(story)}",
        say.late(story),
        say.lasting(story),
        say.place(story),
        f"• {who} gọi trực ca{f' lúc {at}' if at else ''}: {say.take(story)} ngay và báo lại lãnh đạo",
        say.upcoming(story),
    )


def restored(story: Story) -> str:
    end = story.restored_at or story.now
    lasted, span = say.span(story)
    head = say.head(story, say.over(story), severity=False) + f" · {say.target(story)}"
    back = f"hoạt động lại từ {forms.clock(end, story.zone)} {say.day(end, story.zone)}"
    taken_at = forms.near(story.taken.at, end, story.zone) if story.taken else ""
    by = f"{forms.capital(say.who(story.taken))} tiếp nhận lúc {taken_at}" if story.taken else ""
    if story.audience is Audience.LEADER:
        return forms.lines(
            head,
            f"Kính báo cáo {story.address_form}: {say.target(story)} {back}.",
            f"• {say.lost(story)}: {lasted} ({span})",
            say.total(story),
            f"• {by}" if by else "• Khôi phục trước khi có người tiếp nhận",
            say.late(story),
            f"{story.address_form.capitalize()} không cần xử lý thêm.",
        )
    return forms.lines(
        head,
        f"• {forms.capital(back)}",
        f"• {say.lost(story)}: {lasted} ({span})",
        say.total(story),
        f"• {by}" if by else "• Khôi phục trước khi có người tiếp nhận",
        say.late(story),
        "• Ghi sổ trực: nguyên nhân, biện pháp xử lý, người xử lý",
    )


def restored_to_department(story: Story) -> str:
    end = story.restored_at or story.now
    lasted, span = say.span(story)
    return forms.lines(
        say.head(story, say.over(story), severity=False),
        say.dear(story),
        f"{story.unit_name} báo cáo: {say.subject(story)} hoạt động lại từ {forms.clock(end, story.zone)} "
        f"{say.day(end, story.zone)}.",
        f"• {say.lost(story)}: {lasted} ({span})",
        say.total(story),
        "• Nguyên nhân: chưa rõ",
        say.contact(story),
    )


def expired(story: Story) -> str:
    leader = story.audience is Audience.LEADER
    return forms.lines(
        say.head(story, "⏰ QUÁ HẠN, CHƯA KHÔI PHỤC"),
        say.address(story) if leader else None,
        f"{say.headline(story)}: {say.target(story)}",
        say.lasting(story),
        say.place(story),
        say.sign(story),
        say.taken_before(story),
        "Hệ thống báo lại từ đầu."
        + ("" if leader else f" {story.address_form.capitalize()} nào đang xử lý: {say.take(story)} lần nữa."),
        say.upcoming(story),
    )


def expired_to_department(story: Story) -> str:
    return forms.lines(
        say.head(story, "🟡 CẬP NHẬT", severity=False),
        say.dear(story),
        f"{story.unit_name} báo cáo: {say.subject(story)} chưa khôi phục.",
        say.lasting(story),
        "Đơn vị đang tiếp tục xử lý và sẽ báo tiếp khi có diễn biến mới.",
        say.contact(story),
    )


def edit(story: Story, what: str) -> str:
    """What a message says once it is answered: short, without buttons, still telling what it was about."""
    outside = story.audience is Audience.DEPARTMENT
    taken = None
    if story.taken is not None:
        who = (story.taken.role or "đơn vị") if outside else say.who(story.taken)
        at = forms.near(story.taken.at, story.now, story.zone, seconds=True)
        taken = f"• {forms.capital(who)} tiếp nhận lúc {at}"
    over = None
    if story.event is Event.RESTORED_EDIT:
        lasted, span = say.span(story)
        over = f"• Hoạt động lại; {say.lost(story).removeprefix('Thời gian ')} {lasted} ({span})"
    is_over = story.event is Event.RESTORED_EDIT
    return forms.lines(
        say.head(story, what),
        f"{say.target(story)} – {say.headline(story).lower()}"
        if is_over
        else f"{say.headline(story)}: {say.target(story)}",
        say.found(story),
        taken,
        over,
    )


def picture(story: Story) -> str:
    """Return what stands under a picture: what it shows, of what, as of when; who sees no picture reads it as well."""
    what = "🖼 SƠ ĐỒ RING" if story.picture is AttachmentKind.SKETCH else "🖼 DIỄN BIẾN"
    if story.restored_at is None:
        span = say.lasting(story)
    else:
        span = f"• {say.since(story)}, khôi phục {forms.near(story.restored_at, story.occurred_at, story.zone)}"
    return forms.lines(
        f"{say.head(story, what, severity=False)} · tính đến {forms.instant(story.now, story.zone)}",
        f"{say.headline(story)}: {say.target(story)}",
        span,
    )
