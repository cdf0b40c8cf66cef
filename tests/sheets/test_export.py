"""What is handed out: the workbook people know, the plain table, the list of leaders; and nothing in them is obeyed."""

import csv
import io
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from monitord.sheets.duty import DutyLine, by_day, hours_words, official_day, tet_name
from monitord.sheets.export import COLUMNS, FIRST_ROW, RISKY, guarded, table, workbook
from monitord.sheets.leaders import empty_days, leaders_list

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
HANDOVER = time(7, 0)
FIRST, LAST = date(2027, 2, 5), date(2027, 2, 7)
HOSTILE = ('=cmd|"/c calc"!A1', "+84900000001", "@SUM(A1)", "-2+3", "=1+1\t=2", "\x1b[31mđỏ", "'ngày")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2027-02-{text}").replace(tzinfo=ZONE)


def line(start: str, end: str, name: str = "Nguyễn Văn An", **more: object) -> DutyLine:
    given: dict[str, object] = {"duty": "trực ca", "title": "Trực ca", "unit": "Viễn thông", "phone": "0912 *** 678"}
    return DutyLine(at(start), at(end), name=name, **(given | more))  # type: ignore[arg-type]


LINES = (
    line("05 22:00", "06 06:00", "Lê Thị Chi", rank=1),
    line("05 07:00", "06 07:00", "Bùi Quốc Khánh", duty="trực lãnh đạo", leads=True),
    line("05 06:00", "05 14:00", "Trần Thị Bình", rank=1),
    line("06 18:00", "07 00:00", "Phạm Tiến Dũng", rank=1, backup=True),
)


def sheet_of(content: bytes) -> Worksheet:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert isinstance(sheet, Worksheet)
    return sheet


def shown(sheet: Worksheet) -> list[list[str]]:
    return [[str(cell) if cell is not None else "" for cell in row] for row in sheet.iter_rows(values_only=True)]


def test_the_workbook_has_a_block_for_each_day_leaders_first() -> None:
    sheet = sheet_of(workbook(LINES, "Viễn thông Sông Mẫu", FIRST, LAST, HANDOVER))
    rows = shown(sheet)
    assert rows[0][0] == "VIỄN THÔNG SÔNG MẪU"
    assert rows[3][0] == "LỊCH TRỰC TẾT NGUYÊN ĐÁN ĐINH MÙI NĂM 2027"
    assert rows[4][0] == "(Từ ngày 05 tháng 02 năm 2027 đến ngày 07 tháng 02 năm 2027; giờ đổi trực: 7h00)"
    assert rows[FIRST_ROW - 2] == [
        "STT", "Ngày trực", "Ca trực", "Họ và tên", "Chức vụ", "Điện thoại", "Nhiệm vụ", "Ghi chú",
    ]  # fmt: skip
    assert [row[:4] + row[6:] for row in rows[FIRST_ROW - 1 :]] == [
        ["1", "Thứ Sáu 05/02/2027 (29 Tết)", "Cả ngày (24/24)", "Bùi Quốc Khánh", "Trực lãnh đạo", ""],
        ["", "", "6h00 - 14h00", "Trần Thị Bình", "Trực ca", ""],
        ["", "", "22h00 - 6h00", "Lê Thị Chi", "Trực ca", ""],
        ["2", "Thứ Bảy 06/02/2027 (mùng 1 Tết)", "18h00 - 24h00", "Phạm Tiến Dũng", "Trực ca", "trực phụ"],
    ]
    assert {"A8:A10", "B8:B10"} <= {str(merged) for merged in sheet.merged_cells.ranges}


def test_no_cell_of_a_workbook_is_a_formula_or_a_number() -> None:
    lines = [line("05 07:00", "06 07:00", text, title=text, phone=text, duty=text) for text in HOSTILE]
    for content in (
        workbook(lines, "=HYPERLINK(1)", FIRST, LAST, HANDOVER),
        leaders_list(lines, "=HYPERLINK(1)", FIRST, LAST, HANDOVER),
    ):
        cells = [cell for row in sheet_of(content).iter_rows() for cell in row if cell.value is not None]
        assert {cell.data_type for cell in cells} == {"s"}
        assert '=cmd|"/c calc"!A1' in {cell.value for cell in cells}
        assert all(str(cell.value).isprintable() for cell in cells)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=4))
def test_whatever_people_are_called_the_plain_table_has_no_cell_that_is_obeyed(names: list[str]) -> None:
    lines = [line("05 07:00", "05 19:00", name, title=name, phone=name, unit=name) for name in names]
    raw = table(lines, HANDOVER)
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert rows[0] == list(COLUMNS)
    assert len(rows) == len(names) + 1
    assert not [cell for row in rows for cell in row if cell.startswith(RISKY[:-1])]


def test_a_guarded_cell_is_the_same_again_without_its_apostrophe() -> None:
    rows = list(csv.reader(io.StringIO(table([line("05 07:00", "05 19:00", "=1+1")], HANDOVER).decode("utf-8-sig"))))
    assert rows[1] == [
        "2027-02-05 07:00", "2027-02-05 19:00", "trực ca", "'=1+1", "Trực ca", "Viễn thông", "0912 *** 678", "", "",
    ]  # fmt: skip


def test_the_list_of_leaders_has_every_day_and_room_for_number_and_signature() -> None:
    content = leaders_list(LINES[1:2], "Viễn thông Sông Mẫu", FIRST, LAST, HANDOVER)
    rows = shown(sheet_of(content))
    assert rows[1][0].startswith("Số: ....")
    assert "DANH SÁCH LÃNH ĐẠO TRỰC TẾT NGUYÊN ĐÁN ĐINH MÙI NĂM 2027" in rows[4]
    assert [row[:4] + row[6:] for row in rows[8:11]] == [
        ["1", "Thứ Sáu, ngày 05 tháng 02 (29 Tết)", "từ 7h00 đến 7h00 ngày 06/02 (24/24)", "Bùi Quốc Khánh", ""],
        ["2", "Thứ Bảy, ngày 06 tháng 02 (mùng 1 Tết)", "", "", "CHƯA CÓ NGƯỜI TRỰC"],
        ["3", "Chủ Nhật, ngày 07 tháng 02 (mùng 2 Tết)", "", "", "CHƯA CÓ NGƯỜI TRỰC"],
    ]
    assert rows[12][0] == "NGƯỜI LẬP"
    assert rows[12][3] == "THỦ TRƯỞNG ĐƠN VỊ"
    assert empty_days(LINES, FIRST, LAST) == [date(2027, 2, 7)]


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2027, 2, 5), "ngày 05 tháng 02"),
        (date(2027, 3, 5), "ngày 05 tháng 3"),
        (date(2027, 1, 31), "ngày 31 tháng 01"),
        (date(2027, 11, 10), "ngày 10 tháng 11"),
    ],
)
def test_dates_have_two_figures_where_the_decree_wants_them(day: date, words: str) -> None:
    assert official_day(day) == words


def test_the_year_of_a_tet_has_its_name() -> None:
    assert tet_name(date(2026, 2, 14), date(2026, 2, 22)) == "TẾT NGUYÊN ĐÁN BÍNH NGỌ NĂM 2026"
    assert tet_name(date(2030, 2, 1), date(2030, 2, 3)) == "TẾT NGUYÊN ĐÁN CANH TUẤT NĂM 2030"
    assert tet_name(date(2027, 2, 7), date(2027, 2, 9)) == ""


def test_only_a_day_from_change_to_change_is_called_a_whole_one() -> None:
    assert hours_words(line("05 07:00", "06 07:00"), HANDOVER) == "Cả ngày (24/24)"
    assert hours_words(line("05 08:00", "06 08:00"), HANDOVER) == "8h00 - 8h00"


@given(st.integers(0, 100), st.integers(1, 200), st.integers(0, 23))
def test_cutting_a_long_duty_loses_and_adds_nothing(begin: int, hours: int, handover: int) -> None:
    start = at("01 00:00") + timedelta(hours=begin)
    one = DutyLine(start, start + timedelta(hours=hours), "trực ca", "An", "", "", "")
    pieces = by_day([one], time(handover))
    assert (pieces[0].start, pieces[-1].end) == (one.start, one.end)
    assert all(a.end == b.start for a, b in pairwise(pieces))
    assert all(timedelta(0) < piece.end - piece.start <= timedelta(days=1) for piece in pieces)


@pytest.mark.parametrize("text", ['An;=HYPERLINK("http://x")', "telegram; =cmd", "An;+1", "An; @x"])
def test_what_stands_behind_a_semicolon_is_obeyed_as_little(text: str) -> None:
    assert not [part for part in guarded(text).split(";") if part.strip().startswith(RISKY[:-1])]
