"""A remark that somebody is away: he is on duty only where the keeper of the roster says so by that cell alone."""

from datetime import date

from monitord.account.importing import known_of
from monitord.sheets.asking import Ask, Settle
from monitord.sheets.raw import sheets_of
from monitord.sheets.reading import read_roster
from monitord.sheets.showing import Shower
from monitord.texts.vi.sheets import SHEETS
from tests.support.night import example
from tests.support.sheetbook import grid, made

KNOWN = known_of(example(), date(2027, 1, 25))
LINES = """\
VIỄN THÔNG SÔNG MẪU
LỊCH TRỰC CA NĂM 2027
Ngày | Ca | Họ và tên | Ghi chú
30 Tết | Đêm | Nguyễn Văn Ân |
07/02 | Đêm | Trần Thị Bình / Lê Thị Chi | Bình nghỉ, Chi trực thay"""


def test_it_is_not_taken_with_all_the_others_and_names_everybody_it_may_be_about() -> None:
    sheets = sheets_of(made("xlsx", {"Sheet1": grid(LINES.splitlines())}), "truc.xlsx")
    read = read_roster(sheets, KNOWN, Settle(), "truc")
    (who,) = [doubt for doubt in read.doubts if doubt.ask is Ask.WHO]
    assert (who.place, who.proposal) == ("Sheet1!D5", "Trần Thị Bình, Lê Thị Chi")
    said = "\\n".join(Shower(KNOWN, SHEETS).doubts(read.doubts))
    assert said.endswith("Nhận mọi đề xuất: --take 'Sheet1!A4' 'Sheet1!C4'")
    assert "Nếu vẫn là Trần Thị Bình, Lê Thị Chi trực: --take 'Sheet1!D5'" in said
