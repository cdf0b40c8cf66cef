"""The days a cell names: figures, a serial, words of the lunar calendar, a range; what contradicts itself is asked."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from monitord.sheets.asking import Ask, Asker
from monitord.sheets.day_checks import checked, fitting, unswapped
from monitord.sheets.day_lunar import lunar_day
from monitord.sheets.day_rest import beside, has_part, rest_of, without_week
from monitord.sheets.day_words import (
    FULL,
    LUNAR,
    WEEKDAY,
    YEARS,
    Hint,
    exists,
    say_day,
    solar_in,
    weekday_said,
    year_of,
)
from monitord.sheets.fold import plain
from monitord.sheets.raw import Cell

LONGEST = 31
"""Days of one range."""
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 80_000
_EPOCH = date(1899, 12, 30)
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_DAYS = re.compile(
    r"(?:tu )?(?<![\d/.-])(?:ngay )?(\d{1,2}) ?(?:-|den) ?(?:ngay )?(\d{1,2}) ?/ ?(\d{1,2})(?: ?/ ?(\d{4}))?"
)
_BETWEEN = re.compile(r" (?:den|toi)(?: het)?(?: ngay)? | - |(?<=\d{4})-(?=\d)|(?<=/\d{2})-(?=\d{1,2}/)")
_AND = re.compile(r" ?[,;+&] ?| va ")
_LISTED = re.compile(r"(?:ngay )?(\d{1,2})(?: ?[/.] ?\d{1,2}(?: ?[/.] ?\d{4})?)?")
_LUNAR_RANGE = re.compile(r"(mung |mong )?(\d{1,2}) ?- ?(mung |mong )?(\d{1,2}) (tet|(?:thang )?(?:chap|gieng))")


def read_days(cell: Cell, hint: Hint, asker: Asker, weekday: int | None = None, lunar: str = "") -> tuple[date, ...]:
    """Return the days of a cell, none when that must be asked; `weekday` and `lunar` are what other cells say of it."""
    match cell.value:
        case datetime() if cell.value.year in YEARS:
            days: list[date | None] = [unswapped(cell, cell.value.date(), hint, asker, weekday)]
        case float() if _FIRST_SERIAL <= cell.value <= _LAST_SERIAL:
            days = [_EPOCH + timedelta(days=int(cell.value))]
        case float() if cell.value.is_integer() and 1 <= cell.value <= 31:
            days = [_day(cell, int(cell.value), hint.month or 0, None, hint, asker, weekday)]
        case str():
            days = list(_of_text(cell, " ".join(cell.lines), hint, asker, weekday))
        case _:
            days = [asker.ask(cell.place, Ask.DAY_UNREAD, cell.text)]
    known = [day for day in days if day is not None]
    said = weekday if weekday is not None else weekday_said(cell.text) if isinstance(cell.value, str) else None
    if len(known) == 1 and len(days) == 1:
        sure = checked(cell, known[0], said, hint, asker, lunar)
        return () if sure is None else (sure,)
    return tuple(known) if len(known) == len(days) else ()


def _of_text(cell: Cell, text: str, hint: Hint, asker: Asker, weekday: int | None) -> Iterator[date | None]:
    said = plain(text).replace("–", "-").replace("—", "-")
    ranged = without_week(said)
    if found := _ISO.search(said):
        sure = _whole(cell, LUNAR.sub(" ", _ISO.sub(" ", said, 1), 1), asker)
        named = int(found[3]), int(found[2]), int(found[1])
        yield None if sure is None else _day(cell, *named, hint, asker, weekday)
    elif parts := _parts(said, hint):
        yield from (_listed(cell, part, hint, asker) for part in parts)
    elif found := _DAYS.search(WEEKDAY.sub(" ", ranged)):
        month, year = int(found[3]), year_of(found[4])
        if _whole(cell, _DAYS.sub(" ", WEEKDAY.sub(" ", ranged), 1), asker) is None:
            yield None
            return
        ends = [_day(cell, int(number), month, year, hint, asker) for number in found.group(1, 2)]
        yield from _from_to(cell, *ends, asker=asker)
    elif found := _LUNAR_RANGE.search(said):
        if _whole(cell, _LUNAR_RANGE.sub(" ", ranged, 1), asker) is None:
            yield None
            return
        first, last = f"{found[1] or ''}{found[2]} {found[5]}", f"{found[3] or ''}{found[4]} {found[5]}"
        yield from _from_to(cell, *[lunar_day(cell, part, hint, asker) for part in (first, last)], asker=asker)
    elif len(parts := _BETWEEN.split(ranged)) == 2 and all(solar_in(p) or LUNAR.search(p) for p in parts):
        if any(has_part(part) for part in parts):
            yield asker.ask(cell.place, Ask.DAY_UNREAD, cell.text)
            return
        year = next((y for p in reversed(parts) if (s := solar_in(p)) and (y := s[2])), None)
        ends = [_one(cell, part, Hint(year or hint.year, hint.month), asker, None) for part in parts]
        yield from _from_to(cell, *ends, asker=asker)
    else:
        day = _one(cell, said, hint, asker, weekday)
        yield _turned(cell, day, said, hint, asker, weekday)


def _parts(said: str, hint: Hint) -> list[str]:
    """Return the days of a list, each with its month: "20+21/02", "1, 5, 9"; none when a text is no such list."""
    parts = _AND.split(said)
    if len(parts) < 2:
        return []
    if all(LUNAR.fullmatch(part) for part in parts):
        return parts
    if not all(_LISTED.fullmatch(part) for part in parts):
        return []
    bare = [part.removeprefix("ngay ").isdecimal() for part in parts]
    if bare[-1]:
        return parts if all(bare) and hint.month else []
    # "6, 12/02" may be the 6th and the 12th, or a Friday.
    if bare[0] and parts[0].removeprefix("ngay ") in tuple("234567") and len(parts) == 2 and "," in said:
        return []
    _, month, year = solar_in(parts[-1]) or (0, 0, None)
    tail = f"/{month}" + (f"/{year}" if year else "")
    return [f"{part}{tail}" if alone else part for part, alone in zip(parts, bare, strict=True)]


def _listed(cell: Cell, part: str, hint: Hint, asker: Asker) -> date | None:
    day = _turned(cell, _one(cell, part, hint, asker, None), part, hint, asker, None)
    return None if day is None else fitting(cell, day, hint, asker)


def _turned(cell: Cell, day: date | None, said: str, hint: Hint, asker: Asker, weekday: int | None) -> date | None:
    if day is None or solar_in(said) is None:
        return day
    return unswapped(cell, day, hint, asker, weekday if weekday is not None else weekday_said(said))


def _whole(cell: Cell, around: str, asker: Asker) -> bool | None:
    """Return True when nothing stands beside the days of a cell that is not understood, None when it is asked."""
    return True if not beside(around) else asker.ask(cell.place, Ask.DAY_UNREAD, cell.text)


def _from_to(cell: Cell, first: date | None, last: date | None, *, asker: Asker) -> Iterator[date | None]:
    if first is None or last is None:
        yield None
    elif not 0 <= (last - first).days < LONGEST:
        yield asker.ask(cell.place, Ask.DAY_UNREAD, cell.text)
    else:
        yield from (first + timedelta(days=n) for n in range((last - first).days + 1))


def _one(cell: Cell, said: str, hint: Hint, asker: Asker, weekday: int | None) -> date | None:
    rest = rest_of(said)
    if (solar := solar_in(said)) and not rest and not _may_be_range(said, hint):
        given = weekday if weekday is not None else weekday_said(said)
        return _day(cell, *solar, hint, asker, given)
    if solar is None and not rest and (found := LUNAR.search(said)):
        return lunar_day(cell, found[1], hint, asker)
    if solar is None and re.fullmatch(r"\d{1,2}", rest) and hint.month and 1 <= int(rest) <= 31:
        return _day(cell, int(rest), hint.month, None, hint, asker, weekday)
    if said.isdecimal() and _FIRST_SERIAL <= int(said) <= _LAST_SERIAL:
        return _EPOCH + timedelta(days=int(said))
    return asker.ask(cell.place, Ask.DAY_UNREAD, cell.text)


def _may_be_range(said: str, hint: Hint) -> bool:
    """Whether "5-6" may be two days of the month that the heading names."""
    found = FULL.search(WEEKDAY.sub(" ", said))
    return hint.month is not None and found is not None and found[2] == "-" and not found[4]


def _day(
    cell: Cell, day: int, month: int, year: int | None, hint: Hint, asker: Asker, weekday: int | None = None
) -> date | None:
    """Return the day of the solar calendar; without a year that of the heading, or of the option, or it is asked."""
    known = year or asker.settle.year or hint.year
    tries = [known] if known else [asker.today.year, asker.today.year + 1, asker.today.year - 1]
    found = [date(y, month, day) for y in tries if y and exists(y, month, day)]
    if not found:
        return asker.ask(cell.place, Ask.NO_SUCH_DAY, cell.text)
    if known and not year and hint.wraps and (month >= 11 or month <= 2):
        return _over_new_year(cell, date(known, month, day), hint, asker, weekday)
    if known:
        return found[0]
    near = [d for d in found if weekday is None or d.weekday() == weekday] or found
    best = min(near, key=lambda d: abs((d - asker.today).days))
    return asker.ask(cell.place, Ask.NO_YEAR, cell.text, say_day(best), best)


def _over_new_year(cell: Cell, day: date, hint: Hint, asker: Asker, weekday: int | None) -> date | None:
    """Of a list that goes over New Year the heading may name either year: the weekday tells which, or it is asked."""
    ends = hint.month is not None and hint.month >= 11
    if day.month >= 11:
        meant = day if ends else day.replace(year=day.year - 1)
    else:
        meant = day.replace(year=day.year + 1) if ends else day
    if weekday == meant.weekday():
        return meant
    return asker.ask(cell.place, Ask.NO_YEAR, cell.text, say_day(meant), meant)
