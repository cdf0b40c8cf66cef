"""The words of digests in Vietnamese."""

from monitord.texts.digest import DigestState
from monitord.texts.digester import Digester, DigestWords
from monitord.texts.vi import letters, phrases

WORDS = DigestWords(
    drill=letters.DRILL,
    head="📬 TIN GỘP lúc {at}: {messages} tin về {incidents} sự cố",
    repeat=" (có thể trùng tin trước)",
    waited="⚠️ Gửi trễ: tin cũ nhất đã chờ {waited}",
    line="{mark} {code} (mức {severity}) {name} – từ {since}, {how}",
    nobody="chưa tiếp nhận",
    taken="{by} tiếp nhận",
    over="hết lúc {at}",
    merged="đã gộp vào {into}",
    rest={
        DigestState.OPEN: "Chưa tiếp nhận, còn có",
        DigestState.TAKEN: "Đã tiếp nhận, còn có",
        DigestState.OVER: "Đã hết, còn có",
    },
    press="Bấm nút của từng sự cố, hoặc gõ XN và số để tiếp nhận, ví dụ XN {number}",
    answer="Trả lời XN và số để tiếp nhận, ví dụ XN {number}",
    short_drill="DIỄN TẬP ",
    short_head="TIN GỘP {incidents} sự cố",
    short={DigestState.OPEN: "Chưa nhận", DigestState.TAKEN: "Đã nhận", DigestState.OVER: "Đã hết"},
    short_waited="Trễ {waited}",
    short_answer="Trả lời XN {number} để tiếp nhận",
)
DIGESTER = Digester(WORDS, phrases.duration)
