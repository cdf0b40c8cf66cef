"""Answers to typed commands in Vietnamese."""

from monitord.texts import forms
from monitord.texts.typed import RunningLine, TypedAnswer, TypedResult

FORM = {
    "xn": "XN 014 – tiếp nhận",
    "goi": "GOI 014 – đã gọi ứng cứu",
    "hoan": "HOAN 014 30 – hoãn nhắc 30 phút",
    "cc": "CC 014 – báo cáo cấp trên ngay",
    "nn": "NN 014 xe cẩu kéo đứt cáp – ghi nguyên nhân",
    "dn": "DN 014 – (lãnh đạo) đã nhận thông tin",
    "duyet": "DUYET 014 – (lãnh đạo) duyệt gửi báo cáo",
    "cbc": "CBC 014 đang xác minh – (lãnh đạo) chưa báo cáo, ghi lý do",
    "hinh": "HINH 014 – hình diễn biến, sơ đồ ring",
    "tt": "TT – tình trạng",
    "truc": "TRUC – ai đang trực",
    "nc": "NC – nhận ca trực",
    "gc": "GC – giao ca trực",
    "cd": "CD 014 ưu tiên dầu cho trạm ven biển – (lãnh đạo) chỉ đạo",
    "khonggoi": "KHONGGOI 6h – không gọi điện đến 6 giờ (không ghi giờ: đến hết ca), trừ mức 1",
    "goilai": "GOILAI – được gọi lại",
    "doica": "DOICA 5 – đồng ý đổi ca số 5 (nhận trực thay, lãnh đạo duyệt)",
    "kdoica": "KDOICA 5 – không đồng ý đổi ca số 5",
    "help": "HELP – các lệnh",
}
"""How each command is typed."""


def typed(told: TypedAnswer) -> str:
    """Return the answer to a command."""
    at = forms.clock(told.at, told.zone)
    match told.result:
        case TypedResult.CAUSE:
            return f"Đã ghi nguyên nhân của {told.code}."
        case TypedResult.INSTRUCTED:
            return f"Đã ghi chỉ đạo về {told.code}; sổ giao ca sẽ chuyển tiếp."
        case TypedResult.STATUS:
            return _status(told, at)
        case TypedResult.ROSTER:
            return _roster(told, at)
        case TypedResult.HELP:
            return forms.lines("Các lệnh (có dấu hay không dấu đều được):", *FORM.values())
        case TypedResult.FORM:
            return f"Chưa hiểu lệnh. Gõ theo mẫu: {FORM.get(told.word, FORM['help'])}"
        case TypedResult.NONE:
            return "Không có sự cố nào đang chạy mang số đó. Gõ TT để xem tình trạng."
        case TypedResult.SEVERAL:
            return f"Số đó có ở {len(told.codes)} sự cố: {', '.join(told.codes[:5])}. Gõ lại với mã đầy đủ."
        case TypedResult.NOT_ON_DUTY:
            return "Chỉ người đang trực của đơn vị đó mới làm được. Gõ TRUC để xem ai đang trực."
        case TypedResult.NOT_ASKED:
            return f"{told.code}: chưa có gì chờ duyệt hoặc chờ nhận thông tin."
        case TypedResult.WHICH:
            which = ", ".join(told.codes)
            return f"{told.code}: {len(told.codes)} báo cáo chờ duyệt ({which}). Duyệt bằng nút trên Telegram."
        case TypedResult.FAILED:
            return f"Chưa ghi được cho {told.code}. Hãy làm tại bàn trực."


def _status(told: TypedAnswer, at: str) -> str:
    if not told.running:
        return f"🟢 TÌNH TRẠNG lúc {at}: không có sự cố đang chạy"
    more = told.count - len(told.running)
    return forms.lines(
        f"📋 TÌNH TRẠNG lúc {at}: {told.count} sự cố đang chạy",
        *(_running(one, told) for one in told.running),
        f"… và {more} sự cố nữa" if more > 0 else None,
    )


def _running(one: RunningLine, told: TypedAnswer) -> str:
    since = forms.near(one.since, told.at, told.zone)
    who = f"{one.taken_by} tiếp nhận" if one.taken_by else "chưa tiếp nhận"
    return f"• {one.code} (mức {one.severity}) {one.name} – từ {since}, {who}"


def _roster(told: TypedAnswer, at: str) -> str:
    if not told.duties:
        return f"👥 ĐANG TRỰC lúc {at}: lịch trực không có ai"
    units = dict.fromkeys(one.unit for one in told.duties)
    lines = []
    for unit in units:
        lines.append(unit)
        lines += [f"• {d.role}: {d.name} {d.phone}".rstrip() for d in told.duties if d.unit == unit]
    return forms.lines(f"👥 ĐANG TRỰC lúc {at}", *lines)
