"""What an administrator is told, in Vietnamese, when the desk finds that it does not work as it must."""

from monitord.domain.finding import WARNINGS, FindingKind
from monitord.texts import forms
from monitord.texts.story import Alarm
from monitord.texts.vi.phrases import duration

WHAT = {
    FindingKind.INCIDENT_WITHOUT_TIMER: "sự cố đang mở nhưng không có giờ hẹn báo tiếp",
    FindingKind.TIMER_OVERDUE: "đã đến giờ báo tiếp nhưng hệ thống chưa báo",
    FindingKind.LEASE_OVERDUE: "tin gửi dở quá lâu, không rõ kết quả",
    FindingKind.NOTICE_WAITS: "tin về sự cố đã đến lượt nhưng chưa được gửi",
    FindingKind.NOBODY_ON_DUTY: "không có người trực nhận được tin",
    FindingKind.GAP_AHEAD: "sắp trống ca trong 24 giờ tới",
    FindingKind.CONTACT_DOUBTFUL: "người trực trong 24 giờ tới chưa chắc nhận được tin",
    FindingKind.CHAIN_BROKEN: "nhật ký bị sửa hoặc mất dòng",
    FindingKind.AUDIT_FAILED: "hệ thống không tự kiểm tra được",
}
_CALL = "Đề nghị gọi điện ngay cho người trực về các sự cố này, rồi khởi động lại monitord."
TO_DO = {
    FindingKind.INCIDENT_WITHOUT_TIMER: _CALL,
    FindingKind.TIMER_OVERDUE: _CALL,
    FindingKind.LEASE_OVERDUE: "Đề nghị kiểm tra đường truyền, kênh gửi tin; nếu không tự hết, khởi động lại monitord.",
    FindingKind.NOTICE_WAITS: "Đề nghị gọi điện ngay cho người trực; kiểm tra kênh gửi tin, khởi động lại monitord.",
    FindingKind.NOBODY_ON_DUTY: "Đề nghị bổ sung ngay lịch trực hoặc địa chỉ nhận tin; trong lúc đó trực điện thoại.",
    FindingKind.GAP_AHEAD: "Đề nghị bổ sung lịch trực trước giờ đó.",
    FindingKind.CONTACT_DOUBTFUL: "Đề nghị gọi điện nhờ người đó trả lời một tin: "
    "monitord channel verify NGƯỜI KÊNH; chưa được thì đổi người trực.",
    FindingKind.CHAIN_BROKEN: "Đề nghị giữ nguyên máy và dữ liệu, báo lãnh đạo, rồi chạy: monitord log verify",
    FindingKind.AUDIT_FAILED: "Đề nghị kiểm tra đĩa và máy chủ; xem nhật ký dịch vụ: journalctl -u monitord",
}
_STAYS = "Chỗ hỏng không còn trong các dòng mới nhất nhưng vẫn nằm trong nhật ký: monitord log verify"


def alarm(alarm: Alarm) -> str:
    """Return the text to an administrator."""
    again = " (có thể trùng tin trước)" if alarm.repeat else ""
    since, lasted = forms.instant(alarm.since, alarm.zone), duration(alarm.now - alarm.since)
    if alarm.over:
        broken = alarm.kind is FindingKind.CHAIN_BROKEN
        return forms.lines(
            f"{'⚠️ TỰ KIỂM TRA KHÔNG CÒN THẤY' if broken else '🟢 ĐÃ TRỞ LẠI BÌNH THƯỜNG'}{again}",
            f"• Trước đó: {WHAT[alarm.kind]}",
            f"• Từ {since}, {lasted}",
            _STAYS if broken else None,
        )
    return forms.lines(
        f"{'⚠️ CẦN CHÚ Ý' if alarm.kind in WARNINGS else '🛑 HỆ THỐNG TRỰC CÓ LỖI'}: {WHAT[alarm.kind]}{again}",
        f"• Từ {since}, đã {lasted}",
        _items(alarm),
        TO_DO[alarm.kind],
    )


def _items(alarm: Alarm) -> str | None:
    if not alarm.items:
        return f"• Số lượng: {forms.number(alarm.count, '.')}" if alarm.count > 1 else None
    row = "dòng " if alarm.kind is FindingKind.CHAIN_BROKEN else ""
    named = [
        f"{row}{item.name}{f' từ {forms.instant(item.at, alarm.zone)}' if item.at else ''}" for item in alarm.items
    ]
    more = f"; tổng cộng {forms.number(alarm.count, '.')}" if alarm.count > len(named) else ""
    return f"• Gồm: {', '.join(named)}{more}"
