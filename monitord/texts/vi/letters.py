"""The messages about an incident in Vietnamese: to the shift, to operations, to the duty leader, to the department.

A message is at most about twelve lines, the most important first; its first line says what it is, how grave, and the
number to read out.
"""

from monitord.domain.health import Cause, Health
from monitord.domain.notice import Event
from monitord.texts import forms
from monitord.texts.story import Audience, Story
from monitord.texts.vi import comebacks, followups, reach, security, storm
from monitord.texts.vi import phrases as say

ASKS_ONE = {Event.STEP, Event.SENT_BACK, Event.URGED, Event.HANDED, Event.TAKEN_AWAY, Event.REMINDER}
"""What asks somebody to take it; of a security incident all of it says the same."""
DRILL = "🧪 DIỄN TẬP – không phải sự cố thật"
"""The first line of every text of a drill."""


def message(story: Story) -> str:
    """Return the text of a story for its reader."""
    to_department = story.audience is Audience.DEPARTMENT
    match story.event:
        case event if story.lane and event in ASKS_ONE:
            text = security.asks(story)
        case Event.RESTORED | Event.RESTORED_EDIT if story.suspected:
            text = security.dismissed(story)
        case Event.RESTORED if story.storm is not None:
            text = storm.over(story, story.storm)
        case Event.PICTURE:
            text = followups.picture(story)
        case Event.STORM_LIST if story.storm is not None:
            text = storm.listed(story, story.storm)
        case Event.STEP | Event.STORM if story.storm is not None and not to_department:
            leader = story.audience is Audience.LEADER
            text = storm.to_leader(story, story.storm) if leader else storm.to_desk(story, story.storm)
        case Event.ACKNOWLEDGED:
            text = followups.taken_to_department(story) if to_department else followups.taken(story)
        case Event.RESTORED:
            text = followups.restored_to_department(story) if to_department else followups.restored(story)
        case Event.ACK_EXPIRED:
            text = followups.expired_to_department(story) if to_department else followups.expired(story)
        case Event.TAKEN_EDIT:
            text = followups.edit(story, "🟡 ĐÃ TIẾP NHẬN")
        case Event.RESTORED_EDIT:
            text = followups.edit(story, say.over(story))
        case Event.REOPENED:
            text = comebacks.reopened_to_department(story) if to_department else comebacks.reopened(story)
        case Event.CHANGED:
            text = comebacks.changed_to_department(story) if to_department else comebacks.changed(story)
        case Event.FLAPPING:
            text = comebacks.flapping_to_department(story) if to_department else comebacks.flapping(story)
        case Event.HANDED:
            text = comebacks.handed(story)
        case Event.TAKEN_AWAY:
            text = comebacks.taken_away(story)
        case Event.REMINDER:
            text = comebacks.reminder(story)
        case Event.MERGED:
            text = comebacks.merged_to_department(story) if to_department else comebacks.merged(story)
        case Event.SENT_BACK:
            text = followups.sent_back(story)
        case Event.URGED:
            text = followups.urged(story)
        case Event.APPROVAL:
            text = _approval(story)
        case Event.CALL_OUT:
            text = _call_out(story)
        case _ if to_department:
            text = _to_department(story)
        case _ if story.audience is Audience.LEADER:
            text = _to_leader(story)
        case _:
            text = _to_desk(story)
    return f"{DRILL}\n{text}" if story.drill else text


def _to_do(story: Story) -> str:
    if story.cause is Cause.REPORTED:
        return "gọi xác minh với người báo; gọi đội ứng cứu nếu cần"
    if story.cause is Cause.BLIND:
        return "kiểm tra đường truyền, cổng mạng của máy giám sát; gọi điện hỏi các trạm"
    if story.health is Health.UNKNOWN:
        return "không rõ có mất dịch vụ hay không: gọi trạm hỏi; báo quản trị xem lại cấu hình kiểm tra"
    if story.cause is Cause.AREA_MAINS or (story.cause is Cause.ON_BATTERY and story.severity <= 2):
        return "điều máy nổ đến nơi ắc quy còn ít nhất; hỏi Điện lực khi nào có điện lại"
    if story.cause is Cause.ON_BATTERY:
        return "kiểm tra điện lưới; chuẩn bị máy nổ"
    if story.cause is Cause.BATTERY_LOW:
        return "đưa máy nổ đến trạm, gọi đội ứng cứu"
    if story.cause is Cause.CONGESTED:
        return "theo dõi tải, mở rộng hướng hoặc phân luồng; không thao tác bảo dưỡng"
    if story.cause in (Cause.PON_POWER, Cause.AREA_CUSTOMERS):
        return "chưa cần cử đội; hỏi Điện lực khi nào có điện lại, theo dõi khách hàng ưu tiên"
    if story.cause is Cause.PON_LIGHT:
        return "gọi đội cáp đo kiểm từ OLT đến bộ chia, tìm điểm đứt"
    if story.cause is Cause.PON_LOST:
        return "kiểm tra cổng PON và tuyến cáp; gọi hỏi vài khách hàng có điện không"
    if story.cause is Cause.CABLE_CUT:
        return "gọi đội cáp đo kiểm, tìm điểm đứt; báo đơn vị quản lý tuyến"
    if story.cause in (Cause.RING_OPEN, Cause.RING_SPLIT):
        return "cử đội đến đoạn đứt; không thao tác trên hướng còn lại"
    if story.health is Health.AUTH:
        return "báo quản trị kiểm tra tên, mật khẩu truy cập thiết bị"
    if forms.is_page(story) or story.cause is Cause.SLOW:
        return "mở thử trang, gọi người quản trị hệ thống nếu cần"
    return "kiểm tra nguồn điện, đường truyền; gọi đội ứng cứu nếu cần"


def _to_desk(story: Story) -> str:
    earlier = forms.roles_before(story)
    first = not (earlier or story.again or story.taken)
    short = story.health is Health.DEGRADED and any(one.short for one in story.extent.batteries)
    if first and short and story.severity <= 2:
        what = "🟠 SẮP MẤT LIÊN LẠC"
    elif first and story.raised_from is not None:
        what = f"🔺 NÂNG MỨC (trước: mức {story.raised_from})"
    elif first:
        what = "🔴 SỰ CỐ MỚI" if story.severity <= 2 else "🟠 SỰ CỐ MỚI"
    elif earlier:
        what = f"⬆️ CHUYỂN CẤP – {(story.recipient_role or 'trực điều hành').upper()}"
    else:
        what = "⏰ QUÁ HẠN, CHƯA KHÔI PHỤC" if story.taken else "🔔 CHƯA CÓ NGƯỜI TIẾP NHẬN"
    return forms.lines(
        say.head(story, f"{what}{say.again(story)}"),
        f"{say.headline(story)}: {say.target(story)}",
        say.late(story),
        say.found(story) if first else say.lasting(story),
        say.place(story),
        reach.reach(story),
        say.sign(story),
        say.taken_before(story),
        None if first else say.told(story),
        reach.team(story),
        f"• Cần làm: {say.take(story)} → {_to_do(story)}",
        say.upcoming(story),
    )


def _extent(story: Story) -> tuple[str | None, ...]:
    """Where it is, how far it reaches, and the sign of it, as short as a leader reads it."""
    if story.storm is not None:
        return (reach.reach(story),)
    if (counted := reach.counted(story)) is not None:
        return (say.place(story), counted)
    brief = reach.brief(story)
    return (brief,) if brief else (say.place(story), reach.reach(story), say.sign(story))


def _to_leader(story: Story) -> str:
    return forms.lines(
        say.head(story, f"⬆️ CHUYỂN CẤP – {(story.recipient_role or 'trực lãnh đạo').upper()}{say.again(story)}"),
        say.address(story),
        f"{say.headline(story)}: {say.target(story)}",
        say.late(story),
        say.unanswered(story),
        say.lasting(story),
        *_extent(story),
        say.taken_before(story),
        say.told(story),
        f"Kính đề nghị {story.address_form} chỉ đạo cử người tiếp nhận, xử lý.{say.pausing(story)}",
        say.upcoming(story),
    )


def _approval(story: Story) -> str:
    to = story.organisation or "cấp trên"
    return forms.lines(
        say.head(story, "📤 XIN Ý KIẾN BÁO CÁO"),
        say.address(story),
        f"Đã đến hạn báo cáo {to}; việc báo cáo chờ {story.address_form} quyết định.",
        f"{say.headline(story)}: {say.target(story)}",
        say.late(story),
        say.lasting(story),
        *_extent(story),
        say.told(story),
        say.asked(story),
        "Chưa được duyệt thì hệ thống không gửi.",
        say.approving(story),
    )


def _call_out(story: Story) -> str:
    number = story.code.rpartition("-")[2]
    return forms.lines(
        say.head(story, f"📞 CẦN GỌI ĐIỆN{say.again(story)}"),
        f"Gọi {story.organisation}: {story.phone}",
        f"• Nội dung: {story.lane}"
        if story.lane
        else f"• Nội dung: {say.headline(story).lower()}, {say.target(story)}",
        say.late(story),
        say.lasting(story),
        None if story.lane else say.place(story),
        f"• Hỏi mã phiếu; gọi xong ghi lại tại bàn trực: sự cố {number}, ai nghe, mấy giờ",
        say.upcoming(story),
    )


def _authority(story: Story) -> str:
    if story.approved_by:
        return f"Người duyệt: {story.approved_by}."
    if story.order:
        return f"Bản tin tự động, chưa qua lãnh đạo đơn vị duyệt (theo {story.order})."
    return "Bản tin tự động, chưa qua lãnh đạo đơn vị duyệt."


def _to_department(story: Story) -> str:
    return forms.lines(
        say.head(story, f"📨 BÁO CÁO NHANH{say.again(story)}"),
        say.dear(story),
        f"{story.unit_name} báo cáo: {say.subject(story)} – {say.headline(story).lower()}.",
        f"{say.lasting(story)}; chưa khôi phục",
        reach.reach(story),
        "• Nguyên nhân: chưa rõ",
        say.late_outside(story),
        say.handled(story),
        _authority(story),
        say.contact(story),
    )
