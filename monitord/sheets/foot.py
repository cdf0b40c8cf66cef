"""Where a table ends: who is to have a copy, who signs; and which rows are of the table whatever their words are."""

import re
from collections.abc import Mapping
from functools import lru_cache

from monitord.sheets.cells_people import people_in
from monitord.sheets.day_words import LUNAR, WEEKDAY, solar_in
from monitord.sheets.fold import plain
from monitord.sheets.header import Column, Header
from monitord.sheets.raw import Cell, Minutes

_FOOT = re.compile(
    r"noi nhan|nguoi lap|lap bang|\(?ky ten|kt\. |tm\. |tl\. |luu:|ghi chu ?:|thu truong|.*, ngay \S+ thang \S+ nam"
)
_ISO = re.compile(r"\b\d{4}-\d{2}-\d{2}")
Row = Mapping[int, Cell]


def people_columns(header: Header) -> tuple[int, ...]:
    """Return the columns in which people stand."""
    return tuple(header.people) or (header.columns[Column.NAME],)


def plans(cells: Row, header: Header) -> bool:
    """Return whether a row names a day and somebody: it is of the table, whatever else it says."""
    return _names_day(cells, header) and _names_somebody(cells, header)


def ends_table(cells: Row, header: Header) -> bool:
    """Return whether a row stands under a table. In a row with a day or somebody, titles and notes may be called like a
    signature, and a day like the date of one."""
    spared: set[int | None] = set()
    if _names_day(cells, header) or _names_somebody(cells, header):
        spared = {header.columns.get(what) for what in (Column.TITLE, Column.NOTE)}
    said = {n: c.text for n, c in cells.items() if isinstance(c.value, str) and not c.spread and n not in spared}
    day = header.columns.get(Column.DAY)
    # "Thứ Bảy, ngày 06 tháng 02 năm 2027" is a day; "Sông Mẫu, ngày ..." stands over a signature.
    return any(_is_foot(text) and not (number == day and WEEKDAY.match(plain(text))) for number, text in said.items())


def in_table(cells: Row, header: Header) -> bool:
    """Return whether a row under the header tells of a day or of somebody, and not of the whole table."""
    if len({cell.text for cell in cells.values()}) < 2 or ends_table(cells, header):
        return False
    return _names_day(cells, header) or _names_somebody(cells, header)


def _names_somebody(cells: Row, header: Header) -> bool:
    return any(number in cells and people_in(cells[number]) for number in people_columns(header))


def _names_day(cells: Row, header: Header) -> bool:
    numbers = (header.columns.get(what) for what in (Column.DAY, Column.LUNAR, Column.FROM))
    return any(_is_day(cells[number]) for number in numbers if number is not None and number in cells)


def _is_day(cell: Cell) -> bool:
    if not isinstance(cell.value, str):
        return not isinstance(cell.value, Minutes)
    said = plain(cell.text)
    return solar_in(said) is not None or any(form.search(said) for form in (LUNAR, WEEKDAY, _ISO))


@lru_cache(maxsize=4096)
def _is_foot(text: str) -> bool:
    return _FOOT.match(plain(text)) is not None
