"""A day held against what else is said of it: its weekday, its lunar date, the heading; contradictions are asked."""

import re
from datetime import date

from monitord.calendar.lunar import LunarDay, solar_to_lunar
from monitord.sheets.asking import Ask, Asker
from monitord.sheets.day_words import LUNAR, WEEKDAYS, Hint, exists, say_day, solar_in
from monitord.sheets.fold import plain
from monitord.sheets.raw import Cell


def unswapped(cell: Cell, day: date, hint: Hint, asker: Asker, weekday: int | None) -> date | None:
    """Return a typed date, None when it is asked about: a spreadsheet of another country exchanges day and month."""
    if day.day > 12 or hint.month is None or day.month == hint.month or day.day != hint.month:
        return day
    turned = date(day.year, day.day, day.month)
    if weekday is not None and day.weekday() == weekday:
        return day
    return asker.ask(cell.place, Ask.SWAPPED, f"{day:%d/%m/%Y}", say_day(turned), turned)


def checked(cell: Cell, day: date, weekday: int | None, hint: Hint, asker: Asker, lunar: str) -> date | None:
    """Return the day when its weekday and its lunar date, where they are said, are those of the calendar."""
    if weekday is not None and day.weekday() != weekday:
        turn = -1 if day.month >= 11 else 1 if day.month <= 2 and (hint.month or 0) >= 11 else 0
        moved = date(day.year + turn, day.month, day.day) if exists(day.year + turn, day.month, day.day) else day
        other = moved if moved.weekday() == weekday and not _has_year(cell) else day
        return asker.ask(cell.place, Ask.WEEKDAY, f"{cell.text} ({WEEKDAYS[weekday]})", say_day(other), other)
    if hint.year and not _fits(day, hint.year):
        return fitting(cell, day, hint, asker)
    said = plain(lunar or (cell.text if isinstance(cell.value, str) else ""))
    found = LUNAR.search(said)
    if lunar and not found:
        found = re.search(r"(\d{1,2}(?:/\d{1,2})?)", said)
    if found is None or (not lunar and solar_in(said) is None):
        return day
    real = solar_to_lunar(day)
    if real is None or _agrees(found[1], real):
        return day
    shown = f"{real.day}/{real.month} âm lịch" if real.month not in (1, 12) else _tet(real)
    return asker.ask(cell.place, Ask.LUNAR, lunar or cell.text, f"{say_day(day)} = {shown}", day)


def fitting(cell: Cell, day: date, hint: Hint, asker: Asker) -> date | None:
    """Return the day when the heading's year may have it, None when that is asked."""
    if not hint.year or _fits(day, hint.year):
        return day
    moved = date(hint.year, day.month, day.day) if exists(hint.year, day.month, day.day) else day
    return asker.ask(cell.place, Ask.DAY_BEHIND, cell.text, say_day(moved), moved)


def _fits(day: date, year: int) -> bool:
    """Whether a day may stand under a heading of that year: in it, in the weeks before it, or just behind it."""
    return day.year == year or (day.year == year - 1 and day.month >= 11) or (day.year == year + 1 and day.month <= 2)


def _has_year(cell: Cell) -> bool:
    return not isinstance(cell.value, str) or re.search(r"\d{4}", cell.text) is not None


def _agrees(said: str, real: LunarDay) -> bool:
    number = re.search(r"\d{1,2}", said)
    if "giao thua" in said:
        return real.month == 12 and real.day >= 29
    day = 15 if "ram" in said else int(number[0]) if number else real.day
    month = re.search(r"/(\d{1,2})", said)
    return day == real.day and (month is None or int(month[1]) == real.month)


def _tet(real: LunarDay) -> str:
    return f"mùng {real.day} Tết" if real.month == 1 and real.day <= 10 else f"{real.day} Tết"
