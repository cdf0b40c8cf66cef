"""The pieces of which Vietnamese messages are made."""

from datetime import datetime, timedelta, tzinfo

from monitord.calendar import lunar
from monitord.domain.health import Cause, Health
from monitord.domain.safe import clean
from monitord.texts import forms
from monitord.texts.story import Answering, Story, Taken
from monitord.texts.vi import names, reach


def duration(span: timedelta, exact: bool = False) -> str:
    """Return `1 giờ 05 phút`, `2 ngày 03 giờ`, `22 phút`, `45 giây`; `1 giờ 4 phút 50 giây` when it is to be exact."""
    days, hours, minutes, seconds = forms.parts(span)
    if exact and (days or hours or minutes):
        said = ((days, "ngày"), (hours, "giờ"), (minutes, "phút"), (seconds, "giây"))
        return " ".join(f"{amount} {unit}" for amount, unit in said if amount)
    if days:
        return f"{days} ngày {hours:02} giờ" if hours else f"{days} ngày"
    if hours:
        return f"{hours} giờ {minutes:02} phút" if minutes else f"{hours} giờ"
    return f"{minutes} phút" if minutes else f"{seconds} giây"


def day(at: datetime, zone: tzinfo) -> str:
    """Return `Thứ Bảy 06/02/2027 (mùng 1 tháng Giêng)`."""
    local = forms.local_day(at, zone)
    moon = lunar.words(local)
    return f"{names.WEEKDAY[local.weekday()]} {local:%d/%m/%Y}{f' ({moon})' if moon else ''}"


def head(story: Story, what: str, severity: bool = True) -> str:
    """Return the first line: what, how grave, the number. A repeat is marked here, beside the number."""
    grave = f" · Mức {story.severity} – {names.SEVERITY.get(story.severity, '')}".rstrip(" –") if severity else ""
    again = " (có thể trùng tin trước)" if story.repeat else ""
    return f"{what}{grave} · {story.code}{again}"


def target(story: Story) -> str:
    """Return how the target is called."""
    return forms.target(story.device_name, story.title, story.instance)


def headline(story: Story) -> str:
    """Return what is wrong, in capitals."""
    match story.health, story.cause:
        case _, Cause.REPORTED:
            return "SỰ CỐ DO NGƯỜI BÁO"
        case _, Cause.BLIND:
            return "HỆ THỐNG KHÔNG QUAN SÁT ĐƯỢC MẠNG"
        case Health.UNKNOWN, _:
            return "KHÔNG KIỂM TRA ĐƯỢC"
        case _, Cause.ON_BATTERY:
            return "ĐANG CHẠY ẮC QUY"
        case _, Cause.BATTERY_LOW:
            return "ẮC QUY SẮP CẠN"
        case Health.DEGRADED, Cause.RING_OPEN:
            return "HỞ RING, KHÔNG CÒN DỰ PHÒNG"
        case _, Cause.RING_OPEN | Cause.RING_SPLIT:
            return f"RING ĐỨT {len(story.extent.cuts)} HƯỚNG" if story.extent.cuts else "RING BỊ CHIA CẮT"
        case Health.DEGRADED, Cause.AREA_MAINS:
            return "KHU VỰC MẤT ĐIỆN LƯỚI"
        case _, Cause.AREA_MAINS:
            return "KHU VỰC MẤT ĐIỆN LƯỚI, CÓ NƠI MẤT LIÊN LẠC"
        case _, Cause.AREA_SILENT:
            return "MẤT LIÊN LẠC CẢ KHU VỰC"
        case _, Cause.CONGESTED:
            return "NGHẼN, TẢI CAO"
        case _, Cause.AREA_CUSTOMERS:
            return "KHÁCH HÀNG TRONG KHU VỰC MẤT ĐIỆN"
        case _, Cause.PON_LIGHT:
            return "MẤT TÍN HIỆU QUANG"
        case _, Cause.PON_POWER:
            return "KHÁCH HÀNG MẤT ĐIỆN"
        case _, Cause.PON_LOST:
            return "MẤT NHIỀU THUÊ BAO"
        case _, Cause.STORM:
            return "NHIỀU SỰ CỐ CÙNG LÚC"
        case _, Cause.CABLE_CUT:
            return "NHIỀU ĐƯỜNG TRUYỀN CÙNG TUYẾN CÁP BỊ MẤT"
        case _, Cause.LINK_BOTH_ENDS | Cause.LINK_ONE_END | Cause.LINK_SILENT:
            return "MẤT ĐƯỜNG TRUYỀN"
        case Health.DOWN, Cause.INTERFACE_DOWN:
            return "MẤT KẾT NỐI CỔNG"
        case Health.DOWN, _ if forms.is_page(story):
            return "TRANG KHÔNG HOẠT ĐỘNG ĐÚNG"
        case _, Cause.SLOW:
            return "TRẢ LỜI CHẬM"
        case health, _:
            return names.HEALTH[health].upper()


def since(story: Story) -> str:
    """Return since when, with the day."""
    begun = forms.clock(story.occurred_at, story.zone)
    return f"Từ khoảng {begun} {day(story.occurred_at, story.zone)}"


def found(story: Story) -> str:
    """Return since when, and when it was detected."""
    detected = forms.near(story.detected_at, story.occurred_at, story.zone)
    return f"• {since(story)}, phát hiện {detected}"


def lasting(story: Story) -> str:
    """Return since when, and how long by now."""
    return f"• {since(story)}, đã {duration(forms.between(story.occurred_at, story.now))}"


def lost(story: Story) -> str:
    """Return what the time between begin and end was: an outage, unless nobody could see whether it was one."""
    return "Thời gian không kiểm tra được" if story.health is Health.UNKNOWN else "Thời gian gián đoạn"


def over(story: Story) -> str:
    """Return the first words of a message that it is over."""
    return "🟢 ĐÃ KIỂM TRA LẠI ĐƯỢC" if story.health is Health.UNKNOWN else "🟢 ĐÃ KHÔI PHỤC"


def total(story: Story) -> str | None:
    """Return how long it was down in all, when it came back at least once."""
    if story.down_total is None or not story.reopened:
        return None
    return f"• Gián đoạn cộng dồn {duration(story.down_total)} trong {story.reopened + 1} lần"


def place(story: Story) -> str:
    """Return where it is, and whose."""
    where = ", ".join(part for part in (story.site_name, story.commune) if part)
    return f"• Nơi đặt: {where} · {story.unit_name}" if where else f"• Đơn vị: {story.unit_name}"


def sign(story: Story) -> str:
    """Return what was seen, not what is guessed: the cause stays open until there is evidence."""
    seen = names.CAUSE[story.cause]
    counted = "" if story.extent.onts is None else str(story.extent.onts)
    detail = f" ({clean(counted or story.detail, 100)})" if counted or story.detail else ""
    return f"• Dấu hiệu: {seen}{detail}; {reach.guess(story)}"


def late(story: Story) -> str | None:
    """Return how late it goes out, and which steps it stands for."""
    merged = f"gộp các bước: {', '.join(story.skipped)} (chưa báo riêng)" if story.skipped else ""
    if story.late is None:
        return f"⚠️ {forms.capital(merged)}" if merged else None
    return f"{late_outside(story)}; {merged}" if merged else late_outside(story)


def late_outside(story: Story) -> str | None:
    """Return how late it goes out, for another organisation: whom we left out is our own affair."""
    if story.late is None:
        return None
    due = f"Đáng lẽ {forms.soon(story.due_at, story.now, story.zone)}, gửi" if story.due_at else "Gửi"
    return f"⚠️ {due} trễ {duration(story.late)} vì hệ thống gián đoạn"


def again(story: Story) -> str:
    """Return which repeat of the last step it is."""
    return f" (nhắc lại lần {story.again})" if story.again else ""


def upcoming(story: Story) -> str | None:
    """Return what comes next unless somebody takes it."""
    if story.next is None:
        return None
    at = forms.soon(story.next.at, story.now, story.zone)
    if story.next.again:
        then = "sẽ nhắc lại"
    elif story.next.asks:
        then = f"sẽ xin ý kiến lãnh đạo để báo cáo {story.next.role}"
    elif story.next.calls:
        then = f"sẽ nhắc gọi {story.next.role}"
    else:
        then = f"sẽ báo {story.next.role}"
    return f"⏱ Đến {at} chưa có người tiếp nhận {then}"


def told(story: Story) -> str | None:
    """Return who was told before, the latest of them."""
    reached = forms.told_before(story)
    if not reached:
        return None
    shown = reached[-forms.MOST_TOLD :]
    more = f" ({len(shown)} người gần nhất trong {len(reached)})" if len(shown) < len(reached) else ""
    return "\n".join(
        [f"Đã báo{more}:"]
        + [
            f"  {forms.near(r.at, story.now, story.zone)} {r.role} {r.name} – "
            + "; ".join(f"{names.CHANNEL.get(c, c)}: {names.TOLD_STATE[s]}" for c, s in r.ways)
            for r in shown
        ]
    )


def asked(story: Story) -> str | None:
    """Return which leaders were asked before and have not answered."""
    if not story.asked:
        return None
    people = ", ".join(f"{one.name} ({forms.near(one.at, story.now, story.zone)})" for one in story.asked)
    return f"• Đã xin ý kiến, chưa có trả lời: {people}"


def pausing(story: Story) -> str:
    """What a leader's two answers do, since they are not the same."""
    noted, take = "“Đã nhận thông tin”", "“Tiếp nhận”"
    if story.answering is Answering.WRITE:
        number = forms.number_of(story.code)
        noted, take = f"Trả lời “DN {number}” (đã nhận thông tin)", f"“XN {number}” (tiếp nhận)"
    elif story.answering is Answering.NOT_HERE:
        return ""
    if story.pause is None:
        return f" {take}: {story.address_form} trực tiếp xử lý." if story.answering is Answering.WRITE else ""
    return (
        f" {noted}: tạm dừng báo lên cấp trên {duration(story.pause)}, nhắc lại trực ca; "
        f"{take}: {story.address_form} trực tiếp xử lý."
    )


def approving(story: Story) -> str | None:
    """Return how to approve where there is no button."""
    if story.answering is not Answering.WRITE:
        return None
    return f"Trả lời “DUYET {forms.number_of(story.code)}” để duyệt gửi báo cáo."


def unanswered(story: Story) -> str | None:
    """Return whose confirmation is missing. No blame: the channel may be why."""
    roles = forms.roles_before(story)
    if not roles or story.taken is not None:
        return None
    waited = duration(forms.between(story.detected_at, story.now))
    return f"Sau {waited} chưa nhận được xác nhận của {', '.join(roles)} (có thể do kênh thông báo lỗi)."


def taken_before(story: Story) -> str | None:
    """Return who had taken it before the time ran out."""
    if story.taken is None:
        return None
    at = forms.near(story.taken.at, story.now, story.zone)
    return f"• Lần trước: {who(story.taken)} tiếp nhận lúc {at}; quá hạn, chưa khôi phục"


def who(taken: Taken) -> str:
    """Return a name with its duty."""
    return f"{taken.name} ({taken.role})" if taken.role else taken.name


def address(story: Story) -> str:
    """Return how the reader is addressed, with title, duty and shift."""
    who = ", ".join(p for p in (story.recipient_name, story.recipient_title, story.recipient_role) if p)
    shift = ""
    if story.shift is not None:
        start, end = (f"{forms.clock(at, story.zone)} {forms.local_day(at, story.zone):%d/%m}" for at in story.shift)
        shift = f" (ca {start} – {end})"
    return f"Kính báo cáo {story.address_form} {who}{shift}:".replace(" :", ":")


def dear(story: Story) -> str:
    """Return how another organisation is addressed."""
    to = ", ".join(part for part in (story.recipient_title, story.organisation) if part) or story.recipient_role
    return f"Kính gửi: {to}."


def subject(story: Story) -> str:
    """Return the target with its place, for people who do not know it by name."""
    where = ", ".join(part for part in (story.site_name, story.commune) if part)
    return f"{target(story)} ({where})" if where else target(story)


def contact(story: Story) -> str | None:
    """Return how to reach the unit."""
    return f"Đầu mối: {story.contact}." if story.contact else None


def handled(story: Story) -> str:
    """Return whether the unit works on it, by role."""
    if story.taken is None:
        return "Đơn vị sẽ báo tiếp khi có diễn biến mới."
    at = forms.near(story.taken.at, story.now, story.zone)
    role = f" ({story.taken.role})" if story.taken.role else ""
    return f"Đơn vị đã tiếp nhận xử lý lúc {at}{role}; sẽ báo tiếp khi khôi phục."


def span(story: Story) -> tuple[str, str]:
    """Return how long it lasted, and from-to, with dates where the days differ."""
    end = story.restored_at or story.now
    begun = story.episode_at or story.occurred_at
    short = end - begun < timedelta(minutes=1)
    return (
        f"khoảng {duration(forms.between(begun, end))}",
        f"{forms.near(begun, end, story.zone, short)} – {forms.clock(end, story.zone, short)}",
    )


def take(story: Story) -> str:
    """Return what the reader does to take it."""
    match story.answering:
        case Answering.PRESS:
            return "bấm Tiếp nhận"
        case Answering.WRITE:
            return f"trả lời “XN {forms.number_of(story.code)}”"
        case Answering.NOT_HERE:
            return "tiếp nhận tại bàn trực"
