"""What stands over some rows and not over others: sections, a second table beside the first, people of another unit."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from monitord.sheets.asking import Ask, Asker
from monitord.sheets.day_words import Hint, bare_month, weekday_said
from monitord.sheets.fold import words
from monitord.sheets.header import Column, Header, column_of
from monitord.sheets.known import Known
from monitord.sheets.raw import Cell, Sheet

_NUMBERED = re.compile(r"^\s*(?:[IVX]+|[A-Z]|[0-9]{1,2})\s*[.)\-/]\s*")


@dataclass(slots=True)
class Section:
    """The unit and the duty that a row of its own says for the rows that follow; None where none said any."""

    unit: str | None = None
    duty: str | None = None

    def heard(self, cells: Mapping[int, Cell], known: Known) -> bool:
        """Take note of a row that names a unit or a duty and nothing else; return whether it is one."""
        said = {cell.text for cell in cells.values()}
        if len(said) != 1:
            return False
        text = _NUMBERED.sub("", said.pop())
        unit, duty = known.unit_of(text, within=True), known.duty_of(text, loosely=True)
        self.unit, self.duty = unit or self.unit, duty or self.duty
        return bool(unit or duty)


def second_day(header: Header) -> Cell | None:
    """Return the header of a second column of days, which makes two tables that stand side by side."""
    days = [
        cell
        for number, cell in sorted(header.cells.items())
        if isinstance(cell.value, str)
        and not (cell.spread and number - 1 in header.cells)
        and column_of(cell.text) is Column.DAY
    ]
    return next((cell for cell in days[1:] if words(cell.text) == words(days[0].text)), None)


def unit_for(person: str, unit: str | None, said: bool, cell: Cell, known: Known, asker: Asker) -> str | None:
    """Return the unit of a row of somebody: that one, or, where he belongs to another and the row does not say (`said`)
    that it is of this one, his own when that was taken; None while it is asked."""
    home = known.people[person].home
    if unit is None or said or home == unit or home not in known.units or asker.settle.unit is not None:
        return unit
    return asker.ask(cell.place, Ask.OTHER_UNIT, cell.text, known.units[home].name, home)


def short_weekday(text: str) -> int | None:
    """Return the day of the week of a column that is called so: "7", "CN"."""
    return int(text) - 2 if text in tuple("234567") else weekday_said(text)


def wraps(sheet: Sheet, header: Header) -> bool:
    """Return whether a list goes over New Year without naming years."""
    number = header.columns.get(Column.DAY)
    cells = [row[number] for row in sheet.rows.values() if number in row] if number is not None else []
    months = [month for cell in cells if (month := bare_month(cell)) is not None]
    return any(a >= 11 and b <= 2 for a, b in pairwise(months))


def goes_down(cell: Cell, before: Cell | None, hint: Hint) -> bool:
    """Return whether a bare number of a day begins anew behind the end of the month that stands over the table."""
    if before is None or hint.month is None:
        return False
    a, b = (_bare(one) for one in (before, cell))
    return a is not None and b is not None and a >= _LATE and b <= _EARLY


_LATE, _EARLY = 28, 3


def _bare(cell: Cell) -> int | None:
    text = cell.text.strip()
    return int(text) if text.isdecimal() and len(text) <= 2 else None
