"""The Vietnamese lunar date of a day, the day of a lunar date, and the Vietnamese words. Reckoned at UTC+7: in some
years it is not the Chinese one.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import lunar_vn

MONTHS = (
    "Giêng", "Hai", "Ba", "Tư", "Năm", "Sáu", "Bảy", "Tám", "Chín", "Mười", "Mười Một", "Chạp",
)  # fmt: skip
"""The names of the months, the first to the twelfth."""
TET_FROM, TET_TO = 27, 10
"""The day of Chạp from which on, and that of Giêng up to which, people count the days by Tết."""


@dataclass(frozen=True, slots=True)
class LunarDay:
    """A day of the lunar calendar; `leap` when its month is the second of its number."""

    year: int
    month: int
    day: int
    leap: bool = False


@lru_cache(maxsize=512)
def solar_to_lunar(day: date) -> LunarDay | None:
    """Return the lunar date of a local day, None outside the years 1900 to 2100 for which it is known."""
    try:
        found = lunar_vn.solar_to_lunar(day)
    except (ValueError, OverflowError):
        return None
    return LunarDay(found.year, found.month, found.day, found.leap)


@lru_cache(maxsize=512)
def lunar_to_solar(day: int, month: int, year: int, leap: bool = False) -> date | None:
    """Return the day of a lunar date, None when the calendar has none: a 30th of a short month, a leap month that is
    none, a year that is not known.
    """
    try:
        found: date = lunar_vn.lunar_to_solar(lunar_vn.LunarDate(day, month, year, leap))
    except (ValueError, OverflowError):
        return None
    # The library takes 30/12 of a year without it for the day after: only what comes back the same is right.
    return found if solar_to_lunar(found) == LunarDay(year, month, day, leap) else None


def nearest(day: int, month: int, year: int, leap: bool = False) -> LunarDay | None:
    """Return the lunar date to propose for one that may not be: the last day of its month, and the plain month for a
    leap month that is none; None when nothing is near.
    """
    if day < 1:
        return None
    wanted = min(day, 30)
    tries = [(wanted, leap), (29, leap), (wanted, False), (29, False)]
    near = next((one for one in tries if lunar_to_solar(one[0], month, year, one[1])), None)
    return None if near is None else LunarDay(year, month, *near)


def words(day: date) -> str:
    """Return `mùng 1 tháng Giêng`, `rằm tháng Bảy`, `29 tháng Chạp`, `21 tháng Sáu nhuận`; empty where it is not
    known.
    """
    found = solar_to_lunar(day)
    return "" if found is None else say(found)


def say(found: LunarDay) -> str:
    """Return the words of a lunar date, whether or not the calendar has it."""
    name = "rằm" if found.day == 15 else f"mùng {found.day}" if found.day <= 10 else str(found.day)
    return f"{name} tháng {MONTHS[found.month - 1]}{' nhuận' if found.leap else ''}"


def tet_words(day: date) -> str:
    """Return `29 Tết` and `mùng 2 Tết` in the days around Tết, the words of the lunar date else; empty where it is not
    known."""
    found = solar_to_lunar(day)
    if found is None:
        return ""
    if found.month == 12 and found.day >= TET_FROM and not found.leap:
        return f"{found.day} Tết"
    if found.month == 1 and found.day <= TET_TO and not found.leap:
        return f"mùng {found.day} Tết"
    return say(found)
