"""Spreadsheets made of a grid of text: the same cells as .xlsx, .xls, .ods or .csv.

`|` stands between cells; `\\n` is a line break within one, `#912` a number, `@2027-02-05` a date of the spreadsheet,
`^` a cell that is merged with the one above, `<` with the one to the left.
"""

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from html import escape

import openpyxl

from tests.support.biff import xls

Rows = Sequence[Sequence[str]]
Content = dict[tuple[int, int], str | float | date]
Range = tuple[int, int, int, int]
_EPOCH = date(1899, 12, 30)


def grid(lines: Sequence[str]) -> list[list[str]]:
    """Return the cells of lines with `|` between them."""
    return [[cell.strip() for cell in line.split("|")] for line in lines]


def made(kind: str, sheets: Mapping[str, Rows], hidden: frozenset[str] = frozenset()) -> bytes:
    """Return the bytes of a spreadsheet of that kind; a .csv has the first sheet alone."""
    read = {name: _content(rows) for name, rows in sheets.items()}
    match kind:
        case "xlsx":
            return _xlsx(read, hidden)
        case "ods":
            return _ods(read)
        case "xls":
            return xls({name: (_numbers(content), merged) for name, (content, merged) in read.items()})
        case _:
            return _csv(next(iter(read.values()))[0])


def _content(rows: Rows) -> tuple[Content, list[Range]]:
    content: Content = {}
    ranges: dict[tuple[int, int], list[int]] = {}
    first: dict[tuple[int, int], tuple[int, int]] = {}
    for row, cells in enumerate(rows, 1):
        for column, cell in enumerate(cells, 1):
            here = row, column
            if cell in ("^", "<"):
                start = first[(row - 1, column) if cell == "^" else (row, column - 1)]
                first[here] = start
                last = ranges.setdefault(start, [*start])
                last[:] = [max(last[0], row), max(last[1], column)]
            elif cell:
                first[here] = here
                content[here] = _value(cell)
            else:
                first[here] = here
    return content, [(*start, *last) for start, last in ranges.items()]  # type: ignore[misc]


def _value(cell: str) -> str | float | date:
    if cell.startswith("#"):
        return float(cell[1:])
    if cell.startswith("@"):
        return date.fromisoformat(cell[1:])
    return cell.replace("\\n", "\n")


def _numbers(content: Content) -> dict[tuple[int, int], str | float]:
    return {at: float((v - _EPOCH).days) if isinstance(v, date) else v for at, v in content.items()}


def _xlsx(sheets: Mapping[str, tuple[Content, list[Range]]], hidden: frozenset[str]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, (content, merged) in sheets.items():
        sheet = book.create_sheet(name)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
        for (row, column), value in content.items():
            cell = sheet.cell(row, column)
            cell.value = datetime.combine(value, time()) if isinstance(value, date) else value
        for top, left, bottom, right in merged:
            sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
    raw = io.BytesIO()
    book.save(raw)
    return raw.getvalue()


def _csv(content: Content) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in range(1, max(row for row, _ in content) + 1):
        width = max(column for _, column in content)
        writer.writerow([_shown(content.get((row, column), "")) for column in range(1, width + 1)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _shown(value: str | float | date) -> str:
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else f"{value:.0f}" if isinstance(value, float) else value


_ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 office:version="1.2"><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>
</office:document-content>"""


def _ods(sheets: Mapping[str, tuple[Content, list[Range]]]) -> bytes:
    tables = "".join(_ods_table(name, content, merged) for name, (content, merged) in sheets.items())
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr("content.xml", _ODS.format(tables=tables))
    return raw.getvalue()


def _ods_table(name: str, content: Content, merged: list[Range]) -> str:
    spans = {(top, left): (bottom - top + 1, right - left + 1) for top, left, bottom, right in merged}
    rows = []
    for row in range(1, max(row for row, _ in content) + 1):
        cells = [_ods_cell(content.get((row, column)), spans.get((row, column))) for column in range(1, 16)]
        rows.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
    empty = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
    return f'<table:table table:name="{escape(name)}">{"".join(rows)}{empty}</table:table>'


def _ods_cell(value: str | float | date | None, span: tuple[int, int] | None) -> str:
    more = f' table:number-rows-spanned="{span[0]}" table:number-columns-spanned="{span[1]}"' if span else ""
    match value:
        case None:
            return "<table:table-cell/>"
        case float():
            return f'<table:table-cell office:value-type="float" office:value="{value}"{more}/>'
        case date():
            return f'<table:table-cell office:value-type="date" office:date-value="{value}"{more}/>'
        case _:
            lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in value.split("\n"))
            return f'<table:table-cell office:value-type="string"{more}>{lines}</table:table-cell>'
