"""The days a cell names: figures, a serial, words of the lunar calendar, a range; what contradicts itself is asked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from monitord.calendar.lunar import LunarDay, solar_to_lunar
from monitord.calendar.spoken import NotALunarDate, spoken_day
from monitord.sheets.asking import Ask, Asker
from monitord.sheets.fold import plain
from monitord.sheets.raw import Cell

LONGEST = 31
"""Days of one range."""
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 80_000
_EPOCH = date(1899, 12, 30)

_WEEKDAY = re.compile(r"(?:thu (hai|ba|tu|nam|sau|bay|[2-7])|\bt([2-7])|(chu nhat|\bcn))\b")
_NAMES = {"hai": 0, "ba": 1, "tu": 2, "nam": 3, "sau": 4, "bay": 5}
_SAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")

_FULL = re.compile(r"(?<![\d/])(\d{1,2}) ?([/.-]) ?(\d{1,2})(?: ?\2 ?(\d{4}|\d{2}))?(?![\d/])")
_WORDS = re.compile(r"(?:ngay )?(\d{1,2}) thang (\d{1,2})(?: nam (\d{4}))?(?! ?(?:am|al))")
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_DAYS = re.compile(
    r"(?:tu )?(?<![\d/.-])(?:ngay )?(\d{1,2}) ?(?:-|den) ?(?:ngay )?(\d{1,2}) ?/ ?(\d{1,2})(?: ?/ ?(\d{4}))?"
)
_BETWEEN = re.compile(r" (?:den|toi)(?: het)?(?: ngay)? | - |(?<=\d{4})-(?=\d)|(?<=/\d{2})-(?=\d{1,2}/)")
_LUNAR = re.compile(
    r"((?:mung|mong) \d{1,2}(?: tet| thang gieng| gieng)?|\d{1,2} tet|\d{1,2} (?:thang )?(?:chap|gieng)|"
    r"ram thang \w+|(?:dem )?giao thua|\d{1,2}/\d{1,2} ?\(?(?:am lich|am|al)\)?)"
)
_LUNAR_RANGE = re.compile(r"(mung |mong )?(\d{1,2}) ?- ?(mung |mong )?(\d{1,2}) (tet|(?:thang )?(?:chap|gieng))")


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
    found = _WEEKDAY.search(plain(text))
    if found is None:
        return None
    if found[3]:
        return 6
    said = found[1] or found[2]
    return int(said) - 2 if said.isdigit() else _NAMES[said]


def say_day(day: date) -> str:
    """Return a day as it is proposed: `Thứ Sáu 05/02/2027`."""
    return f"{_SAYS[day.weekday()]} {day:%d/%m/%Y}"


def read_days(cell: Cell, hint: Hint, asker: Asker, weekday: int | None = None, lunar: str = "") -> tuple[date, ...]:
    """Return the days of a cell, none when that must be asked; `weekday` and `lunar` are what other cells say of it."""
    match cell.value:
        case datetime():
            days: list[date | None] = [_unswapped(cell, cell.value.date(), hint, asker, weekday)]
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
        checked = _checked(cell, known[0], said, hint, asker, lunar)
        return () if checked is None else (checked,)
    return tuple(known) if len(known) == len(days) else ()


def _of_text(cell: Cell, text: str, hint: Hint, asker: Asker, weekday: int | None) -> Iterator[date | None]:
    said = plain(text).replace("–", "-").replace("—", "-")
    if found := _ISO.search(said):
        yield _day(cell, int(found[3]), int(found[2]), int(found[1]), hint, asker, weekday)
    elif found := _DAYS.search(said):
        month, year = int(found[3]), _year(found[4])
        ends = [_day(cell, int(number), month, year, hint, asker) for number in found.group(1, 2)]
        yield from _from_to(cell, *ends, asker=asker)
    elif found := _LUNAR_RANGE.search(said):
        first, last = f"{found[1] or ''}{found[2]} {found[5]}", f"{found[3] or ''}{found[4]} {found[5]}"
        yield from _from_to(cell, *[_lunar(cell, part, hint, asker) for part in (first, last)], asker=asker)
    elif len(parts := _BETWEEN.split(said)) == 2 and all(_solar(p) or _LUNAR.search(p) for p in parts):
        year = next((y for p in reversed(parts) if (s := _solar(p)) and (y := s[2])), None)
        ends = [_one(cell, part, Hint(year or hint.year, hint.month), asker, None) for part in parts]
        yield from _from_to(cell, *ends, asker=asker)
    else:
        yield _one(cell, said, hint, asker, weekday)


def _from_to(cell: Cell, first: date | None, last: date | None, *, asker: Asker) -> Iterator[date | None]:
    if first is None or last is None:
        yield None
    elif not 0 <= (last - first).days < LONGEST:
        yield asker.ask(cell.place, Ask.DAY_UNREAD, cell.text)
    else:
        yield from (first + timedelta(days=n) for n in range((last - first).days + 1))


def _one(cell: Cell, said: str, hint: Hint, asker: Asker, weekday: int | None) -> date | None:
    if solar := _solar(said):
        given = weekday if weekday is not None else weekday_said(said)
        return _day(cell, *solar, hint, asker, given)
    if found := _LUNAR.search(said):
        return _lunar(cell, found[1], hint, asker)
    bare = re.fullmatch(r"(?:.*\D)?(?:ngay )?(\d{1,2})", _WEEKDAY.sub("", said).strip(" ,:"))
    if bare and hint.month and 1 <= int(bare[1]) <= 31:
        return _day(cell, int(bare[1]), hint.month, None, hint, asker, weekday)
    if said.isdigit() and _FIRST_SERIAL <= int(said) <= _LAST_SERIAL:
        return _EPOCH + timedelta(days=int(said))
    return asker.ask(cell.place, Ask.DAY_UNREAD, cell.text)


def _solar(said: str) -> tuple[int, int, int | None] | None:
    rest = re.sub(r"\d{1,2}/\d{1,2} ?\(?(?:am lich|al)\)?", "", said)
    if found := _WORDS.search(rest):
        return int(found[1]), int(found[2]), _year(found[3])
    found = _FULL.search(rest)
    return None if found is None else (int(found[1]), int(found[3]), _year(found[4]))


def _year(said: str | None) -> int | None:
    return None if said is None else int(said) + (2000 if len(said) == 2 else 0)


def _day(
    cell: Cell, day: int, month: int, year: int | None, hint: Hint, asker: Asker, weekday: int | None = None
) -> date | None:
    """Return the day of the solar calendar; without a year that of the heading, or of the option, or it is asked."""
    known = year or asker.settle.year or hint.year
    tries = [known] if known else [asker.today.year, asker.today.year + 1, asker.today.year - 1]
    found = [date(y, month, day) for y in tries if y and _exists(y, month, day)]
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


def bare_month(cell: Cell) -> int | None:
    """Return the month of a day that is written without its year, None for any other cell."""
    solar = _solar(plain(cell.text)) if isinstance(cell.value, str) else None
    return solar[1] if solar is not None and solar[2] is None else None


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _lunar(cell: Cell, said: str, hint: Hint, asker: Asker) -> date | None:
    year = asker.settle.year or hint.year
    if year is None:
        near = [d for y in (asker.today.year, asker.today.year + 1) if (d := _spoken(said, y)) is not None]
        best = min(near, key=lambda d: abs((d - asker.today).days), default=None)
        return asker.ask(cell.place, Ask.NO_YEAR, cell.text, say_day(best) if best else "", best)
    try:
        return spoken_day(_whole(said), _lunar_year(said, year))
    except NotALunarDate as wrong:
        offer = "" if wrong.proposal is None else f"{wrong.words} ({wrong.proposal:%d/%m/%Y})"
        return asker.ask(cell.place, Ask.NO_SUCH_DAY, cell.text, offer, wrong.proposal)


def _whole(said: str) -> str:
    """Return lunar words with "tháng" where people leave it out: "23 chạp"."""
    return re.sub(r"(\d) (chap|gieng)", r"\1 thang \2", said)


def _lunar_year(said: str, year: int) -> int:
    """A month Chạp on a list of one solar year is that of the lunar year before."""
    return year - 1 if "chap" in said else year


def _spoken(said: str, year: int) -> date | None:
    try:
        return spoken_day(_whole(said), _lunar_year(said, year))
    except NotALunarDate as wrong:
        return wrong.proposal


def _unswapped(cell: Cell, day: date, hint: Hint, asker: Asker, weekday: int | None) -> date | None:
    """A date that a spreadsheet of another country read with day and month exchanged is asked about."""
    if day.day > 12 or hint.month is None or day.month == hint.month or day.day != hint.month:
        return day
    turned = date(day.year, day.day, day.month)
    if weekday is not None and day.weekday() == weekday:
        return day
    return asker.ask(cell.place, Ask.SWAPPED, f"{day:%d/%m/%Y}", say_day(turned), turned)


def _checked(cell: Cell, day: date, weekday: int | None, hint: Hint, asker: Asker, lunar: str) -> date | None:
    """Return the day when its weekday and its lunar date, where they are said, are those of the calendar."""
    if weekday is not None and day.weekday() != weekday:
        near = [date(y, day.month, day.day) for y in (day.year - 1, day.year + 1) if _exists(y, day.month, day.day)]
        other = next((d for d in near if d.weekday() == weekday and not _has_year(cell)), day)
        return asker.ask(cell.place, Ask.WEEKDAY, f"{cell.text} ({_SAYS[weekday]})", say_day(other), other)
    if hint.year and not _fits(day, hint.year):
        moved = date(hint.year, day.month, day.day) if _exists(hint.year, day.month, day.day) else day
        return asker.ask(cell.place, Ask.DAY_BEHIND, cell.text, say_day(moved), moved)
    said = plain(lunar or (cell.text if isinstance(cell.value, str) else ""))
    found = _LUNAR.search(said)
    if lunar and not found:
        found = re.search(r"(\d{1,2}(?:/\d{1,2})?)", said)
    if found is None or (not lunar and _solar(said) is None):
        return day
    real = solar_to_lunar(day)
    if real is None or _agrees(found[1], real):
        return day
    shown = f"{real.day}/{real.month} âm lịch" if real.month not in (1, 12) else _tet(real)
    return asker.ask(cell.place, Ask.LUNAR, lunar or cell.text, f"{say_day(day)} = {shown}", day)


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
