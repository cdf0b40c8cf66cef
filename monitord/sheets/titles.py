"""What stands around a table: the year, the month, the unit, the kind of duty, and what its shift words mean."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from monitord.sheets.cells_hours import Legend
from monitord.sheets.day_words import Hint
from monitord.sheets.fold import plain, words
from monitord.sheets.foot import in_table
from monitord.sheets.header import Header
from monitord.sheets.known import Known
from monitord.sheets.legend import legend_of
from monitord.sheets.raw import Sheet
from monitord.sheets.trouble import Unreadable, Why

_MONTH = re.compile(r"(?<!\d )thang (\d{1,2})(?: nam |/| - |-|\.)(\d{4})")
_YEAR = re.compile(r"\b(?:nam|tet duong lich|tet [a-z]+ [a-z]+|quy [1-4i]+[/ ]) ?(\d{4})\b")
_SPAN = re.compile(r"\d{1,2}/\d{1,2}/(\d{4})")
_ABOUT = re.compile(r"\b(?:lich|phan cong|danh sach|bang truc|tet|truc)\b")
_TCVN3 = re.compile(r"[A-Za-z][µ¸¶·¹ª«¬®¨]|®[A-Za-z¹ª«µ¸]|[µ¸¶·¹ª«¬®¨][a-z]")
_VNI = re.compile(r"[aeouyAEOUY][øûõïùØÛÕÏ]|[öÖ][ïùøûõ]|ñ[aeouiöAEOUI]|[aeo]â[mnpctu ]")
_ENOUGH = 4
"""Letters of an old font after which a sheet is taken to be written in one."""


@dataclass(frozen=True, slots=True)
class Around:
    """What the rows over and under the tables of a sheet, and its name, say of all their rows; None or empty where they
    say nothing."""

    hint: Hint = field(default_factory=Hint)
    unit: str | None = None
    duty: str | None = None
    legend: Legend = field(default_factory=dict)


def around(sheet: Sheet, header: Header, known: Known, called: str = "") -> Around:
    """Return what a sheet says outside of its table, which stands under that header, of a file `called` so."""
    over = _lines(sheet, range(1, header.row))
    # What a note in the table says of a shift is of that day alone.
    beside = _lines(
        sheet, [row for row, cells in sheet.rows.items() if row <= header.row or not in_table(cells, header)]
    )
    about = [line for line in over if _ABOUT.search(plain(line))]
    duty = next((found for line in (sheet.name, *about, called) if (found := known.duty_of(line, loosely=True))), None)
    unit = next((found for line in over if (found := known.unit_of(line, within=True))), None)
    return Around(_hint(about) or _hint(over) or Hint(), unit, duty, legend_of(beside))


def refuse_old_fonts(sheet: Sheet) -> None:
    """Refuse a sheet whose letters only an old font shows as Vietnamese."""
    text = "\n".join(str(cell.value) for cells in list(sheet.rows.values())[:200] for cell in cells.values())
    for name, letters in (("TCVN3 (.VnTime)", _TCVN3), ("VNI (VNI-Times)", _VNI)):
        if len(letters.findall(text)) >= _ENOUGH:
            raise Unreadable(Why.OLD_FONT, f"{name}, {sheet.name}")


def _hint(lines: Sequence[str]) -> Hint | None:
    said = [plain(line) for line in lines]
    for line in said:
        if found := _MONTH.search(line):
            return Hint(int(found[2]), int(found[1]))
    for line in said:
        if found := _YEAR.search(re.sub(r"ngay \S+ thang \S+ nam \d{4}", "", line)):
            return Hint(int(found[1]))
    for line in said:
        if found := _SPAN.search(line):
            return Hint(int(found[1]))
    return None


def _lines(sheet: Sheet, rows: Iterable[int]) -> list[str]:
    found: dict[str, None] = {}
    for row in rows:
        for cell in sheet.rows.get(row, {}).values():
            if isinstance(cell.value, str) and not cell.spread:
                found[cell.text] = None
                found |= dict.fromkeys(cell.lines)
    return [line for line in found if words(line)]
