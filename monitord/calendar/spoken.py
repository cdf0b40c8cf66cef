"""Lunar dates as people write them in rosters: "29 Tết", "mùng 1", "rằm tháng Bảy", "mùng 2 tháng Giêng 2027"."""

import re
import unicodedata
from datetime import date
from typing import NoReturn

from monitord.calendar.lunar import MONTHS, LunarDay, lunar_to_solar, nearest, say
from monitord.domain.safe import clean

FORMS = '"29 Tết", "mùng 1", "rằm tháng Bảy", "mùng 2 tháng Giêng 2027", "5 tháng Sáu nhuận" or "15/7 âm lịch"'

_LONGEST = 60


class NotALunarDate(Exception):
    """The text names no day of the lunar calendar. `proposal` is the day that may have been meant, `words` how it is
    said; both are None when none is near.
    """

    def __init__(self, why: str, proposal: date | None = None, words: str | None = None) -> None:
        offer = "" if proposal is None else f'; did you mean "{words}" ({proposal:%d/%m/%Y})?'
        super().__init__(why + offer)
        self.proposal = proposal
        self.words = words


def _plain(text: str) -> str:
    """Return text without marks, in small letters and single blanks: people type "29 tet" as well."""
    parted = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join("".join(char for char in parted if not unicodedata.combining(char)).split())


_NUMBERS = ("mot", "hai", "ba", "bon", "nam", "sau", "bay", "tam", "chin", "muoi")
_MONTHS = (
    {_plain(name): number for number, name in enumerate(MONTHS, start=1)}
    | {name: number for number, name in enumerate(_NUMBERS, start=1)}
    | {str(number): number for number in range(1, 13)}
    | {f"{number:02d}": number for number in range(1, 10)}
)
_DAY = rf"(?:ngay |hom )?(?:(?P<full>ram)|(?P<early>mung |mong )?(?P<day>[0-9]{{1,2}}|{'|'.join(_NUMBERS)}))"
_MONTH = rf"(?:thang (?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})|(?P<named>gieng|chap))"
_YEAR = r"(?:(?: nam |, ?|/| )(?P<year>[0-9]{4}))?"
_MOON = r"(?P<moon> \(?(?:am lich|am|al)\)?)?"
_TET = re.compile(rf"{_DAY} tet(?: nguyen dan)?{_YEAR}")
_EVE = re.compile(rf"(?:dem |toi |ngay )?giao thua{_YEAR}")
_OF_MONTH = re.compile(rf"{_DAY} {_MONTH}(?P<leap> nhuan)?{_YEAR}{_MOON}")
_FIGURES = re.compile(rf"(?:ngay )?(?P<day>[0-9]{{1,2}})/(?P<month>[0-9]{{1,2}})(?P<leap> nhuan)?{_YEAR}{_MOON}")
_ALONE = re.compile(rf"{_DAY}{_YEAR}")


def spoken_day(text: str, year: int) -> date:
    """Return the day that the text names; NotALunarDate, with a proposal where there is one, when it names none.

    `year` holds where the text names none. "29 Tết" and "giao thừa" are the end of the lunar year *before* the Tết of
    that year, "mùng 4 Tết" and a bare "mùng 4" are in its first month; with a month, the year is the lunar year of that
    month: "23 tháng Chạp 2026" is a day in January 2027. What may be a date of either calendar ("10 tháng 3") is asked
    back.
    """
    plain = _plain(text) if len(text) <= _LONGEST else ""
    shown = clean(text, _LONGEST)
    if eve := _EVE.fullmatch(plain):
        last = nearest(30, 12, int(eve["year"] or year) - 1)
        return _exact(shown, last or LunarDay(0, 12, 30), tet=True)
    if tet := _TET.fullmatch(plain):
        return _of_tet(shown, tet, year)
    if found := _OF_MONTH.fullmatch(plain) or _FIGURES.fullmatch(plain):
        return _of_month(shown, found, year)
    if (alone := _ALONE.fullmatch(plain)) and alone["early"]:
        return _of_tet(shown, alone, year)
    raise NotALunarDate(f'"{shown}" names no lunar date: write {FORMS}')


def _of_tet(shown: str, found: re.Match[str], year: int) -> date:
    """Return a day of the weeks around Tết: from the 20th before it, up to the 15th after it."""
    year, day = int(found["year"] or year), _number(found)
    if found["early"] and day > 10:
        _ask_back(shown, 'only the first ten days are called "mùng"', LunarDay(year, 1, day))
    if 15 < day < 20:
        raise NotALunarDate(f'"{shown}" is no day of Tết: they are from "20 Tết" to "15 Tết"')
    return _exact(shown, LunarDay(year - 1, 12, day) if day > 15 else LunarDay(year, 1, day), tet=True)


def _of_month(shown: str, found: re.Match[str], year: int) -> date:
    given = found.groupdict()
    month = given["month"] or given["named"] or ""
    number, day = _MONTHS.get(month, 0), _number(found)
    wanted = LunarDay(int(given["year"] or year), number, day, bool(given["leap"]))
    if given.get("early") and day > 10:
        _ask_back(shown, 'only the first ten days are called "mùng"', wanted)
    named = month in ("gieng", "chap") or (day > 10 and not month.isdigit())
    if not (named or given.get("early") or given.get("full") or given["leap"] or given["moon"]):
        _ask_back(shown, "may be a date of either calendar", wanted)
    return _exact(shown, wanted)


def _number(found: re.Match[str]) -> int:
    given = found.groupdict()
    day = given["day"]
    if day is None:
        return 15
    return int(day) if day.isdigit() else _NUMBERS.index(day) + 1


def _ask_back(shown: str, why: str, meant: LunarDay) -> NoReturn:
    day = lunar_to_solar(meant.day, meant.month, meant.year, meant.leap)
    raise NotALunarDate(f'"{shown}": {why}', day, None if day is None else say(meant))


def _exact(shown: str, wanted: LunarDay, *, tet: bool = False) -> date:
    found = lunar_to_solar(wanted.day, wanted.month, wanted.year, wanted.leap)
    if found is not None:
        return found
    near = nearest(wanted.day, wanted.month, wanted.year, wanted.leap)
    if near is None:
        raise NotALunarDate(f'"{shown}" is no day of the lunar calendar, which is known from 1900 to 2100')
    day = lunar_to_solar(near.day, near.month, near.year, near.leap)
    if wanted.leap and not near.leap:
        why = f"the lunar year {wanted.year} has no leap month {wanted.month}"
    else:
        why = f"that month of the lunar year {wanted.year} has no day {wanted.day}"
    raise NotALunarDate(f'"{shown}" does not exist: {why}', day, f"{near.day} Tết" if tet else say(near))
