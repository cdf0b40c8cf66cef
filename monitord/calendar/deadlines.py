"""Deadlines as orders write them: "trước 14h00 mùng 2", "trước ngày 20/01", "trước 09h00 mùng 2, mùng 4, mùng 6"."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from monitord.calendar.days import Named, at_clock, day_near, parted
from monitord.calendar.spoken import NotALunarDate
from monitord.domain.deadline import Due
from monitord.domain.safe import clean

LONGEST = 200
"""Characters of one deadline."""
MOST = 31
"""Dues that one text may name."""
FORMS = '"trước 14h00 mùng 2", "trước ngày 20/01/2027", "chậm nhất 17h00 ngày 04/02/2027" or "hết ngày 29 Tết"'

_BEFORE = re.compile(r"(?:trước|truoc)(?: (?:lúc|luc))? (?P<rest>.+)", re.IGNORECASE)
_UP_TO = re.compile(
    r"(?:(?:chậm|cham|muộn|muon) (?:nhất|nhat)(?: (?:là|la|vào|vao|lúc|luc|đến|den|trong|hết|het))?"
    r"|(?:không|khong) (?:muộn|muon|quá|qua) (?:hơn|hon)?|(?:hết|het)|(?:trong)) (?P<rest>.+)",
    re.IGNORECASE,
)
_ISO = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})")
_FIGURES = re.compile(r"(?P<day>[0-9]{1,2})[/.](?P<month>[0-9]{1,2})(?:[/.](?P<year>[0-9]{4}))?")
_WRITTEN = re.compile(
    r"(?P<day>[0-9]{1,2}) (?:tháng|thang) (?P<month>[0-9]{1,2}) (?:năm|nam) (?P<year>[0-9]{4})", re.IGNORECASE
)
_DAY = re.compile(r"(?:(?:ngày|ngay|hôm|hom) )(?P<rest>.+)", re.IGNORECASE)
_NEXT = re.compile(r"[,;](?! ?[0-9]{4}(?:\D|$))| và | va ", re.IGNORECASE)

_YEAR = re.compile(r"(?:[/.]| (?:(?:tết|tet|năm|nam) )?)(?P<year>[0-9]{4})$", re.IGNORECASE)


class NotADeadline(Exception):
    """The text names no deadline; the message says what to write."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a text says: each time that something is due, and whether it says the year of all of them."""

    dues: tuple[Due, ...]
    dated: bool


def dues_of(text: str, today: date, zone: tzinfo) -> Read:
    """Return when something is due; a day without its year is the one nearest to `today`.

    "trước" is strict: before that instant, and before a day is up to the end of the day before. "chậm nhất", "hết" and
    "trong" are up to that minute, or that day's end. NotADeadline for any other text, with what may have been meant.
    """
    shown = clean(text, LONGEST)
    line = " ".join(unicodedata.normalize("NFC", text[: LONGEST + 1]).split())
    if len(line) > LONGEST:
        raise NotADeadline(f'"{shown}" is longer than {LONGEST} characters')
    found = _BEFORE.fullmatch(line) or _UP_TO.fullmatch(line)
    if found is None:
        raise NotADeadline(f'"{shown}" does not say whether that time itself is too late: write {FORMS}')
    parts = [part.strip() for part in _NEXT.split(found["rest"])]
    if len(parts) > MOST:
        raise NotADeadline(f'"{shown}" names more than {MOST} times')
    year = _YEAR.search(parts[-1])
    dues, said, clock = [], set(), None
    for part in parts:
        named, own = _part(_with_year(part, year), shown, today)
        clock = own or clock
        said.add(named.dated)
        dues.append(_due(named.day, clock, found.re is _BEFORE, line, zone))
    if len(said) > 1:
        raise NotADeadline(f'"{shown}" says the year of some days only: write it behind each of them')
    return Read(tuple(sorted(dues, key=lambda due: due.at)), said == {True})


def _with_year(part: str, year: re.Match[str] | None) -> str:
    """Return a part of a list with the year that stands behind the last one, where it has none of its own."""
    if year is None or re.search(r"[0-9]{4}", part):
        return part
    tet = part.casefold().endswith((" tết", " tet"))
    return f"{part} {year['year']}" if tet else part + year[0]


def _part(part: str, shown: str, today: date) -> tuple[Named, str | None]:
    """Return the day that a part names, and its time of day where it has one."""
    both = parted(part)
    text, clock = both if both is not None else (part, None)
    bare = _DAY.fullmatch(text)
    if bare is not None:
        text = bare["rest"]
    try:
        return _day(text, today), clock
    except NotALunarDate as wrong:
        raise NotADeadline(str(wrong)) from None
    except ValueError:
        raise NotADeadline(f'"{shown}": there is no such day as "{clean(text, 40)}"; write {FORMS}') from None


def _day(text: str, today: date) -> Named:
    found = _ISO.fullmatch(text) or _WRITTEN.fullmatch(text) or _FIGURES.fullmatch(text)
    if found is None:
        return day_near(text, today)
    day, month = int(found["day"]), int(found["month"])
    if found["year"]:
        return Named(date(int(found["year"]), month, day), True)
    near = [_in_year(year, month, day) for year in (today.year - 1, today.year, today.year + 1)]
    days = [one for one in near if one is not None]
    if not days:
        raise ValueError(text)
    return Named(min(days, key=lambda one: (abs(one - today), one < today)), False)


def _in_year(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _due(day: date, clock: str | None, strict: bool, text: str, zone: tzinfo) -> Due:
    if clock is not None:
        try:
            local = at_clock(day, clock)
        except NotALunarDate as wrong:
            raise NotADeadline(str(wrong)) from None
        late = local if strict else local + timedelta(seconds=1)
    else:
        late = datetime.combine(day if strict else day + timedelta(days=1), time(0))
    return Due(late.replace(tzinfo=zone).astimezone(UTC), day, strict, clock is not None, text)
