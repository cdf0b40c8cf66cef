"""The list of a unit's leaders on duty, as departments ask for it before Tết: day by day, with room for number, place,
date and signature."""

from collections.abc import Sequence
from datetime import date, time, timedelta

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from monitord.calendar import lunar
from monitord.sheets.cells import headings, paper, put
from monitord.sheets.duty import DAY as ONE_DAY
from monitord.sheets.duty import WEEKDAYS, DutyLine, by_day, clock_words, official_day, tet_name
from monitord.sheets.export import MOTTO, NATION, saved

HEADINGS = ("STT", "Ngày trực", "Thời gian trực", "Họ và tên", "Chức vụ", "Điện thoại", "Ghi chú")
WIDTHS = (6, 34, 36, 24, 22, 16, 16)
FIRST_ROW = 9
NOBODY = "CHƯA CÓ NGƯỜI TRỰC"


def leaders_list(lines: Sequence[DutyLine], unit: str, first: date, last: date, handover: time) -> bytes:
    """Return the list as an .xlsx file; a day without anybody has its line, which says so."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Lãnh đạo trực"
    put(sheet, 1, 1, unit.upper(), bold=True, across=3)
    put(sheet, 1, 4, NATION, bold=True, across=4)
    put(sheet, 2, 1, "Số: ............/............", across=3)
    put(sheet, 2, 4, MOTTO, bold=True, across=4)
    put(sheet, 3, 4, f"................, ngày ...... tháng ...... năm {first.year}", italic=True, across=4)
    put(sheet, 5, 1, f"DANH SÁCH LÃNH ĐẠO TRỰC {tet_name(first, last)}".strip(), bold=True, across=7)
    span = f"(Từ {official_day(first, year=True)} đến {official_day(last, year=True)})"
    put(sheet, 6, 1, span, italic=True, across=7)
    headings(sheet, FIRST_ROW - 1, HEADINGS, WIDTHS)
    row = FIRST_ROW
    for cells in _rows(lines, first, last, handover):
        for column, text in enumerate((str(row - FIRST_ROW + 1), *cells), start=1):
            put(sheet, row, column, text, middle=column == 1, grid=True)
        row += 1
    put(sheet, row + 1, 1, "NGƯỜI LẬP", bold=True, across=3)
    put(sheet, row + 1, 4, "THỦ TRƯỞNG ĐƠN VỊ", bold=True, across=4)
    put(sheet, row + 2, 1, "(Ký, ghi rõ họ tên)", italic=True, across=3)
    put(sheet, row + 2, 4, "(Ký, ghi rõ họ tên, đóng dấu)", italic=True, across=4)
    paper(sheet, wide=True)
    return saved(book)


def empty_days(lines: Sequence[DutyLine], first: date, last: date) -> list[date]:
    """Return the days on which nobody's duty begins."""
    there = {line.day for line in lines}
    return [day for n in range((last - first).days + 1) if (day := first + timedelta(days=n)) not in there]


def _rows(lines: Sequence[DutyLine], first: date, last: date, handover: time) -> list[tuple[str, ...]]:
    pieces = by_day(lines, handover)
    rows = [(one.day, (_hours(one), one.name, one.title, one.phone, one.note)) for one in pieces]
    rows += [(day, ("", "", "", "", NOBODY)) for day in empty_days(pieces, first, last)]
    return [(_day(day), *cells) for day, cells in sorted(rows, key=lambda row: row[0])]


def _day(day: date) -> str:
    moon = lunar.tet_words(day)
    return f"{WEEKDAYS[day.weekday()]}, {official_day(day)}{f' ({moon})' if moon else ''}"


def _hours(line: DutyLine) -> str:
    end = f"đến {clock_words(line.end)}"
    if line.end.date() != line.day:
        end += f" ngày {line.end:%d/%m}"
    whole = " (24/24)" if line.end - line.start == ONE_DAY else ""
    return f"từ {clock_words(line.start)} {end}{whole}"
