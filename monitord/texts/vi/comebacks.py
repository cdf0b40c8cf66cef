"""What else happens to an incident people know of, in Vietnamese: it comes back, flaps, is handed on, is due again.

To another organisation no names and no blame; a message that asks for something says which button.
"""

from monitord.texts import forms
from monitord.texts.story import Story
from monitord.texts.vi import names, reach
from monitord.texts.vi import phrases as say


def reopened(story: Story) -> str:
    head = say.head(story, "🔴 TÁI DIỄN" if story.severity <= 2 else "🟠 TÁI DIỄN")
    if story.taken is not None and story.taken.expires_at is not None:
        until = forms.near(story.taken.expires_at, story.now, story.zone)
        ask = f"• {forms.capital(say.who(story.taken))} vẫn đang tiếp nhận đến {until}"
    else:
        ask = (
            f"• Cần làm: {story.address_form} {say.take(story)}; "
            "chuyển cấp tính tiếp từ lần trước, không tính lại từ đầu"
        )
    return forms.lines(
        head,
        f"{say.headline(story)}: {say.target(story)}",
        say.late(story),
        f"• Mất lại từ khoảng {_since(story)} (lần thứ {story.reopened + 1})",
        say.total(story),
        say.place(story),
        reach.reach(story),
        say.sign(story),
        reach.team(story),
        ask,
        say.upcoming(story),
    )


def reopened_to_department(story: Story) -> str:
    return forms.lines(
        say.head(story, "🟡 CẬP NHẬT – TÁI DIỄN", severity=False),
        say.dear(story),
        f"{story.unit_name} báo cáo: {say.subject(story)} lại gián đoạn từ khoảng {_since(story)}.",
        say.total(story),
        say.handled(story),
        say.contact(story),
    )


def flapping(story: Story) -> str:
    return forms.lines(
        say.head(story, "〰️ CHẬP CHỜN", severity=False) + f" · {say.target(story)}",
        "Mất rồi có lại nhiều lần. Hệ thống không báo từng lần; sẽ báo khi ổn định.",
        say.total(story),
        say.late(story),
        None if story.taken else "Sự cố vẫn tính thời gian chuyển cấp mỗi khi mất.",
    )


def flapping_to_department(story: Story) -> str:
    return forms.lines(
        say.head(story, "🟡 CẬP NHẬT", severity=False),
        say.dear(story),
        f"{story.unit_name} báo cáo: {say.subject(story)} chập chờn; sẽ báo khi ổn định.",
        say.contact(story),
    )


def changed(story: Story) -> str:
    return forms.lines(
        say.head(story, "🔶 DIỄN BIẾN MỚI"),
        f"{say.headline(story)}: {say.target(story)}",
        f"• Diễn biến: {_turn(story)}",
        say.late(story),
        say.lasting(story),
        say.place(story),
        reach.reach(story),
        say.sign(story),
        f"• {forms.capital(say.who(story.taken))} vẫn đang tiếp nhận" if story.taken else None,
        say.upcoming(story),
    )


def changed_to_department(story: Story) -> str:
    return forms.lines(
        say.head(story, "🟡 CẬP NHẬT"),
        say.dear(story),
        f"{story.unit_name} báo cáo: {say.subject(story)}: {_turn(story)}.",
        say.handled(story),
        say.contact(story),
    )


def _turn(story: Story) -> str:
    if story.was is story.health:
        return "mức nặng hơn trước"
    called = names.POWER if story.cause in names.POWER_CAUSES else names.HEALTH
    called = names.RING if story.cause in names.RING_CAUSES else called
    return f"trước báo {called[story.was or story.health].lower()}, nay {called[story.health].lower()}"


def handed(story: Story) -> str:
    who = say.who(story.by) if story.by else "Đồng nghiệp"
    return forms.lines(
        say.head(story, "👤 GIAO XỬ LÝ"),
        f"{say.headline(story)}: {say.target(story)}",
        say.late(story),
        say.lasting(story),
        say.place(story),
        say.sign(story),
        f"• {who} đề nghị {story.address_form} xử lý: {say.take(story)}",
        say.upcoming(story),
    )


def taken_away(story: Story) -> str:
    who = say.who(story.by) if story.by else "Đồng nghiệp"
    return forms.lines(
        say.head(story, "⬆️ ĐÃ BÁO CÁO CẤP TRÊN"),
        f"{say.headline(story)}: {say.target(story)}",
        say.late(story),
        say.lasting(story),
        f"• {who} đã báo cáo cấp trên: {story.address_form} không còn là người tiếp nhận",
        f"• Vẫn đang xử lý thì {say.take(story)} lần nữa",
        say.upcoming(story),
    )


def reminder(story: Story) -> str:
    return forms.lines(
        say.head(story, "🔔 NHẮC THEO HẸN"),
        f"{say.headline(story)}: {say.target(story)}",
        say.late(story),
        say.lasting(story),
        say.place(story),
        f"• {forms.capital(say.who(story.taken))} đang tiếp nhận"
        if story.taken
        else f"• Chưa có người tiếp nhận: {say.take(story)}",
        say.upcoming(story),
    )


def merged(story: Story) -> str:
    return forms.lines(
        say.head(story, "🔗 GỘP SỰ CỐ", severity=False) + f" · {say.target(story)}",
        f"Đã gộp vào sự cố {story.into}; theo dõi tiếp theo số đó.",
        say.late(story),
    )


def merged_to_department(story: Story) -> str:
    return forms.lines(
        say.head(story, "🟡 CẬP NHẬT", severity=False),
        say.dear(story),
        f"{story.unit_name} báo cáo: {say.subject(story)} đã gộp vào sự cố {story.into}.",
        say.contact(story),
    )


def _since(story: Story) -> str:
    return forms.near(story.episode_at or story.occurred_at, story.now, story.zone)
