"""A roster as it is handed out: the workbook people know, and the plain table that other programs read."""

import csv
import io
import re
from collections.abc import Sequence
from datetime import date, time

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from monitord.domain.safe import clean
from monitord.sheets.cells import LONGEST, headings, merged_down, paper, put
from monitord.sheets.duty import DutyLine, by_day, clock_words, day_words, hours_words, official_day, tet_name

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
HEADINGS = ("STT", "Ngày trực", "Ca trực", "Họ và tên", "Chức vụ", "Điện thoại", "Nhiệm vụ", "Ghi chú")
WIDTHS = (6, 26, 18, 24, 22, 16, 20, 16)
FIRST_ROW = 8
"""The row of the first line, below title and headings."""
COLUMNS = ("tu_luc", "den_luc", "vai_tro", "ho_ten", "chuc_vu", "don_vi", "dien_thoai", "kenh", "ghi_chu")
"""The columns of the plain table."""
INSTANT = "%Y-%m-%d %H:%M"
"""How the plain table writes an instant, in local time."""
RISKY = ("=", "+", "-", "@", "\t", "\r", "'")
"""What a cell of the plain table may begin with that a spreadsheet obeys: an apostrophe goes before it."""

_INSIDE = re.compile(r"([;\t]\s*)(?=[=+\-@])")


def workbook(lines: Sequence[DutyLine], unit: str, first: date, last: date, handover: time) -> bytes:
    """Return the roster of a unit as an .xlsx file: a block for each day, its name in a merged cell."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Lịch trực"
    put(sheet, 1, 1, unit.upper(), bold=True, across=4)
    put(sheet, 1, 5, NATION, bold=True, across=4)
    put(sheet, 2, 5, MOTTO, bold=True, across=4)
    put(sheet, 4, 1, f"LỊCH TRỰC {tet_name(first, last)}".strip(), bold=True, across=8)
    span = f"Từ {official_day(first, year=True)} đến {official_day(last, year=True)}"
    put(sheet, 5, 1, f"({span}; giờ đổi trực: {clock_words(handover)})", italic=True, across=8)
    headings(sheet, FIRST_ROW - 1, HEADINGS, WIDTHS)
    row, number = FIRST_ROW, 0
    ordered = by_day(lines, handover)
    for day in dict.fromkeys(line.day for line in ordered):
        number, top = number + 1, row
        for line in (one for one in ordered if one.day == day):
            first_of_day = row == top
            put(sheet, row, 1, str(number) if first_of_day else "", grid=True)
            put(sheet, row, 2, day_words(day) if first_of_day else "", middle=False, grid=True)
            cells = (hours_words(line, handover), line.name, line.title, line.phone, _capital(line.duty), line.note)
            for column, text in enumerate(cells, start=3):
                put(sheet, row, column, text, middle=False, grid=True)
            row += 1
        for column in (1, 2):
            merged_down(sheet, column, top, row - 1)
    paper(sheet, wide=True)
    return saved(book)


def table(lines: Sequence[DutyLine], handover: time) -> bytes:
    """Return the roster as CSV: UTF-8 with a mark that lets Excel show Vietnamese, a line for each duty.

    A cell that a spreadsheet would obey begins with an apostrophe; whoever reads it takes one away again.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for line in by_day(lines, handover):
        instants = (line.start.strftime(INSTANT), line.end.strftime(INSTANT))
        texts = (line.duty, line.name, line.title, line.unit, line.phone, "; ".join(line.ways), line.note)
        writer.writerow([*instants, *(guarded(text) for text in texts)])
    return out.getvalue().encode("utf-8-sig")


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, also where it parts the line at semicolons or tabs."""
    line = _INSIDE.sub(r"\1'", clean(text, LONGEST))
    return f"'{line}" if line.startswith(RISKY) else line


def saved(book: Workbook) -> bytes:
    """Return a workbook as the bytes of its file."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
