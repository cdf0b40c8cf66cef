"""Cells of a workbook that is handed out: every text stays a text, whatever it begins with."""

from collections.abc import Sequence
from typing import Any

from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from monitord.domain.safe import clean

LONGEST = 500
"""Characters of one cell."""
FACE = "Times New Roman"
SIZE = 12
_THIN = Side(style="thin")
GRID = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)


def put(
    sheet: Worksheet,
    row: int,
    column: int,
    text: str,
    *,
    bold: bool = False,
    italic: bool = False,
    across: int = 1,
    middle: bool = True,
    grid: bool = False,
) -> None:
    """Write a text into a cell, `across` so many columns; it is never a formula, a date or a number."""
    cell: Any = sheet.cell(row, column)
    assert isinstance(cell, Cell)
    cell.value = clean(text, LONGEST)
    # A text that begins with `=` was taken for a formula by now; quoted, it stays a text when somebody edits it.
    cell.data_type = "s"
    cell.quotePrefix = True
    cell.number_format = "@"
    cell.font = Font(name=FACE, size=SIZE, bold=bold, italic=italic)
    cell.alignment = Alignment(horizontal="center" if middle else "left", vertical="center", wrap_text=True)
    if across > 1:
        sheet.merge_cells(start_row=row, end_row=row, start_column=column, end_column=column + across - 1)
    if grid:
        cell.border = GRID


def headings(sheet: Worksheet, row: int, names: Sequence[str], widths: Sequence[float]) -> None:
    """Write the row of headings and give the columns their widths."""
    for column, (name, wide) in enumerate(zip(names, widths, strict=True), start=1):
        put(sheet, row, column, name, bold=True, grid=True)
        sheet.column_dimensions[get_column_letter(column)].width = wide
    sheet.print_title_rows = f"{row}:{row}"
    sheet.freeze_panes = f"A{row + 1}"


def merged_down(sheet: Worksheet, column: int, first: int, last: int) -> None:
    """Let a cell go down over the rows that belong to it."""
    for row in range(first, last + 1):
        sheet.cell(row, column).border = GRID
    if last > first:
        sheet.merge_cells(start_row=first, end_row=last, start_column=column, end_column=column)


def paper(sheet: Worksheet, *, wide: bool) -> None:
    """Let the sheet fit the width of an A4 page."""
    sheet.page_setup.orientation = "landscape" if wide else "portrait"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
