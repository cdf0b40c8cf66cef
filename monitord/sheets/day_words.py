"""How days are written: figures, words, days of the week; what of it says which day is decided elsewhere."""

import re
from dataclasses import dataclass
from datetime import date

from monitord.sheets.fold import plain
from monitord.sheets.raw import Cell

YEARS = range(2000, 2101)
"""The years of which a roster can be."""
WEEKDAY = re.compile(r"(?:thu (hai|ba|tu|nam|sau|bay|[2-7])|\bt([2-7])|(chu nhat|\bcn))\b")
"""A day of the week, in a text without marks."""
_NAMES = {"hai": 0, "ba": 1, "tu": 2, "nam": 3, "sau": 4, "bay": 5}
WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")
"""The days of the week, Monday first."""
FULL = re.compile(r"(?<![\d/])(\d{1,2}) ?([/.-]) ?(\d{1,2})(?: ?\2 ?(\d{4}|\d{2}))?(?![\d/])")
WORDS = re.compile(r"(?:ngay )?(\d{1,2}) thang (\d{1,2})(?: nam (\d{4}))?(?! ?(?:am|al))")
"""A day with its month, in figures and in words, in a text without marks."""
LABELLED = re.compile(r"\d{1,2}/\d{1,2} ?\(?(?:am lich|al)\)?")
"""A day of the lunar calendar that says so."""
LUNAR = re.compile(
    r"((?:mung|mong) \d{1,2}(?: tet| thang gieng| gieng)?|\d{1,2} tet|\d{1,2} (?:thang )?(?:chap|gieng)|"
    r"ram thang \w+|(?:dem )?giao thua|\d{1,2}/\d{1,2} ?\(?(?:am lich|am|al)\)?)"
)
"""Words of the lunar calendar, in a text without marks."""


@dataclass(frozen=True, slots=True)
class Hint:
    """What stands over the table: the year and the month that its days are of, None where nothing says so.

    `wraps`: the days go over New Year without naming a year, so that the year is not the same for all of them.
    """

    year: int | None = None
    month: int | None = None
    wraps: bool = False


def weekday_said(text: str) -> int | None:
    """Return the day of the week that a text names, Monday 0, or None."""
    found = WEEKDAY.search(plain(text))
    if found is None:
        return None
    if found[3]:
        return 6
    said = found[1] or found[2]
    return int(said) - 2 if said.isdecimal() else _NAMES[said]


def say_day(day: date) -> str:
    """Return a day as it is proposed: `Thứ Sáu 05/02/2027`."""
    return f"{WEEKDAYS[day.weekday()]} {day:%d/%m/%Y}"


def solar_in(said: str) -> tuple[int, int, int | None] | None:
    """Return day, month and year (None: not said) of a text without marks, None when it names no such day."""
    rest = LABELLED.sub("", WEEKDAY.sub(" ", said))
    if found := WORDS.search(rest):
        return int(found[1]), int(found[2]), year_of(found[3])
    found = FULL.search(rest)
    return None if found is None else (int(found[1]), int(found[3]), year_of(found[4]))


def bare_month(cell: Cell) -> int | None:
    """Return the month of a day that is written without its year, None for any other cell."""
    solar = solar_in(plain(cell.text)) if isinstance(cell.value, str) else None
    return solar[1] if solar is not None and solar[2] is None and solar[1] <= 12 else None


def exists(year: int, month: int, day: int) -> bool:
    """Return whether the calendar has that day, in years of which a roster can be."""
    if year not in YEARS:
        return False
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def year_of(said: str | None) -> int | None:
    """Return a year as a number, the short form as one of this century."""
    return None if said is None else int(said) + (2000 if len(said) == 2 else 0)
