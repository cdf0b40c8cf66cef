"""The handover book in Vietnamese."""

from monitord.domain.handover import ToDo
from monitord.texts.bookkeeping import Bookkeeper, BookWords
from monitord.texts.vi import names

WORDS = BookWords(
    head="📋 GIAO CA · {duty} · {unit} ({start} – {end})",
    sides="Giao: {giving} · Nhận: {taking}",
    nobody="(trống ca)",
    none="Trong ca: không có sự cố mới",
    counts="Trong ca: {count} sự cố ({parts})",
    severity="Mức {severity}: {count}",
    restored="đã khôi phục {restored} (đã đóng {closed})",
    running="tồn {running}",
    nothing="không có tồn",
    left="TỒN",
    line=" {number}. {code} (mức {severity}) {name}: từ {since}{taken}",
    taken="; {name} tiếp nhận",
    to_do={
        ToDo.TAKE: "; CHƯA AI TIẾP NHẬN",
        ToDo.HANDED: "; đã giao {to}, chờ nhận",
        ToDo.ASK_WHEN: "; hỏi giờ dự kiến khôi phục",
        ToDo.OVERDUE: "; quá giờ dự kiến {eta}, hỏi lại",
        ToDo.WATCH: "; dự kiến khôi phục {eta}",
    },
    more=" … và {count} sự cố nữa: gõ TT",
    reports="ĐÃ BÁO CÁO",
    received="đã nhận",
    unreceived="chưa xác nhận",
    instruction="CHỈ ĐẠO: {text} ({by}, {at}, {code})",
    endings="HẾT HẠN TRONG CA SAU",
    ending="{kind} {scope} lúc {at}",
    dues="VIỆC CA SAU",
    due="{name} (hạn {at})",
    channels="KÊNH THÔNG BÁO",
    works="tốt",
    fails="ĐANG LỖI",
    failed="lỗi {count} lần",
    tried=" (thử lúc {at})",
    given="Ký giao: {by}",
    took="Ký nhận: {by}",
    unsigned="chưa ký",
    frozen="Sổ khóa lúc {at}",
)
HANDOVER = Bookkeeper(WORDS, names.WINDOW, lambda channel: names.CHANNEL.get(channel, channel))
