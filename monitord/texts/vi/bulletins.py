"""Bulletins in Vietnamese: the body, the request to the leader, and what the other organisation reads."""

from datetime import datetime

from monitord.texts import forms
from monitord.texts.bulletins import BulletinLetter, NightText
from monitord.texts.vi import phrases as say


def night(told: NightText) -> str:
    """Return what is told of a time: how the network went, the fullest line, congestion, and what nobody saw."""
    known = told.figures
    local = told.due.astimezone(told.zone)
    state = "mạng lưới hoạt động ổn định"
    if known.ran:
        left = known.ran - known.restored
        still = f", còn {left} sự cố đang xử lý" if left else ""
        state = f"có {known.ran} sự cố, đã khôi phục {known.restored}{still}"
    elif known.quiet:
        state = f"không có sự cố phải báo; {known.quiet} thiết bị bảo dưỡng hoặc không quan sát được"
    elif known.unseen:
        state = "chưa ghi nhận sự cố"
    elif known.congested:
        state = "mạng lưới không mất liên lạc"
    peak = "không có số liệu tải"
    if known.peak is not None:
        line = f" {told.line[:1].lower()}{told.line[1:]}" if told.line else ""
        at = _when(known.peak.at, told)
        peak = f"đỉnh lưu lượng lúc {at}, mức tải cao nhất{line} {known.peak.percent:.0f}%"
    full = f"nghẽn {known.congested} hướng" if known.congested else "không nghẽn"
    parts = [state, peak]
    if known.peak is not None or known.congested:
        parts.append(full)
    if known.unseen:
        parts.append(f"hệ thống không theo dõi được {_spans(told)}")
    return f"{told.name}: đến {local:%H giờ %M phút ngày %d/%m/%Y} {'; '.join(parts)}."


def _when(at: datetime, told: NightText) -> str:
    return forms.instant(at, told.zone) if told.long else forms.clock(at, told.zone)


def _spans(told: NightText) -> str:
    spans = told.figures.unseen
    said = [f"từ {_when(start, told)} đến {_when(end, told)}" for start, end in spans[:3]]
    more = f" và {len(spans) - 3} lần nữa" if len(spans) > 3 else ""
    return ", ".join(said) + more


def letter(told: BulletinLetter) -> str:
    """Return the letter to its reader."""
    again = " (có thể trùng tin trước)" if told.repeat else ""
    if told.asks:
        return forms.lines(
            f"📤 BẢN TIN CHỜ DUYỆT · {told.name}{again}",
            f"Kính báo cáo {told.address_form} {told.reader}:".replace(" :", ":"),
            f"Bản tin gửi {told.organisation} chờ {told.address_form} duyệt:",
            f"“{told.text}”",
            None if told.late is None else f"⚠️ Trình trễ {say.duration(told.late)} vì hệ thống gián đoạn",
            "Chưa được duyệt thì hệ thống không gửi.",
        )
    return forms.lines(
        f"📨 BẢN TIN · {told.name}{again}",
        f"Kính gửi: {', '.join(part for part in (told.reader, told.organisation) if part)}.",
        f"{told.unit_name} báo cáo: {told.text}",
        _authority(told),
        f"Đầu mối: {told.contact}." if told.contact else None,
    )


def _authority(told: BulletinLetter) -> str:
    if told.approved_by:
        return f"Người duyệt: {told.approved_by}."
    by = f" (theo {told.order})" if told.order else ""
    return f"Bản tin tự động, chưa qua lãnh đạo đơn vị duyệt{by}."
