"""Handover books: a night with everything in it, a quiet one, one that is frozen, one of a storm."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from monitord.domain.handover import Book, ChannelLine, Due, Ending, Instruction, Left, Report, Signed
from monitord.domain.window import WindowKind
from monitord.texts.story import Words
from tests.texts.stories import ZONE, at

QUIET = Book(
    unit="Viễn thông Cửu Long",
    duty="trực ca",
    at=at("06:00"),
    since=at("22:00", 5),
    until=at("14:00"),
    made_at=at("05:50"),
    giving=("Trần Thị B",),
    taking=("Phạm Văn D",),
    others=(("trực điều hành", "Lê Văn C"), ("trực lãnh đạo", "Nguyễn Văn A")),
    channels=(ChannelLine("telegram", True, 0, at("05:45")),),
)
LEFT = (
    Left("SC-0602-011", 1, "Ring 3 Càng Long – Tiểu Cần", at("05:31")),
    Left("SC-0602-004", 2, "OLT Tiểu Cần 01", at("03:07"), "Trần Thị B", at("09:00")),
    Left("SC-0502-009", 2, "Ring 5 Trà Cú – Duyên Hải", at("21:40", 5), "Lê Văn C", at("05:30")),
    Left("SC-0602-006", 3, "UPS Trạm Cầu Kè", at("04:10"), "Trần Thị B", None, "Phạm Văn D"),
    Left("SC-0602-007", 3, "BTS Hùng Hòa 02", at("04:20"), "Trần Thị B"),
)
FULL = replace(
    QUIET,
    counts=((1, 1), (2, 1), (3, 4), (4, 2)),
    restored=5,
    closed=3,
    running=5,
    left=LEFT,
    reports=(Report("SC-0602-004", "Sở KH&CN", at("04:20"), True), Report("Giao thừa", "Sở KH&CN", at("00:34"))),
    instructions=(
        Instruction("ưu tiên dầu cho 3 trạm ven biển", "Nguyễn Văn A", at("04:30"), "SC-0602-004"),
        Instruction("không cắt điện Trạm Cầu Kè trước 10:00", "Nguyễn Văn A", at("04:41"), "SC-0602-006"),
    ),
    endings=(
        Ending(WindowKind.MAINTENANCE, "OLT Gò Mây", at("08:00")),
        Ending(WindowKind.POWER_CUT, "Trạm Hùng Hòa", at("11:30")),
    ),
    dues=(Due("Báo cáo nhanh gửi Sở", at("14:00", 7)),),
    channels=(
        ChannelLine("telegram", True, 2, at("05:45")),
        ChannelLine("sms", True, 0, at("05:40")),
        ChannelLine("mail", False, 1),
    ),
)
MANY = replace(
    FULL,
    left=tuple(replace(LEFT[n % 5], code=f"SC-0602-{n:03}", name="OLT " + "rất dài " * 40) for n in range(60)),
    reports=FULL.reports * 9,
    endings=FULL.endings * 9,
    dues=FULL.dues * 9,
    instructions=tuple(replace(one, text="chữ " * 90) for one in FULL.instructions * 9),
    others=FULL.others * 9,
    running=60,
)
BOTH = Signed("Trần Thị B", at("05:52"), "Phạm Văn D", at("06:02"), at("06:02"))
BOOKS: Mapping[str, tuple[Book, Signed | None]] = {
    "quiet": (QUIET, None),
    "full": (FULL, None),
    "many": (MANY, None),
    "nobody-before": (replace(QUIET, giving=(), since=QUIET.at - timedelta(hours=12), channels=()), None),
    "frozen": (FULL, BOTH),
    "one-sided": (QUIET, replace(BOTH, given_by=None, given_at=None, frozen_at=at("06:30"))),
}


def handovers(words: Words) -> Mapping[str, str]:
    """Return the texts by the name of their golden file."""
    return {f"handover-{name}": words.handover(book, ZONE, signed) for name, (book, signed) in BOOKS.items()}
