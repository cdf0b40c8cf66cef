"""The days off of Việt Nam, and the weekend days that are worked instead.

Dates only: what the package calls the days of Tết is wrong in some years (it knows a 28th of Chạp as "29 Tết"). Years
that the government has not decided yet are reckoned; what it decides otherwise is given as `added` and `removed`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays

FIRST, LAST = 1901, 2099
"""The years for which the days off are reckoned."""

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class DaysOff:
    """The days of one year: `holidays` are off by law or by decree, `worked` are weekend days worked instead of one."""

    holidays: frozenset[date]
    worked: frozenset[date]

    def off(self, day: date) -> bool:
        """Return whether offices are closed: a holiday, or a weekend that is not worked."""
        return day in self.holidays or (day.weekday() >= _SATURDAY and day not in self.worked)


def days_off(year: int, added: Collection[date] = (), removed: Collection[date] = ()) -> DaysOff:
    """Return the days off of a year, those `added` off as well and those `removed` worked, weekends too.

    A day both added and removed is worked. ValueError for a year that is not reckoned.
    """
    of_law, swapped = _reckoned(year)
    worked = frozenset(day for day in removed if day.year == year)
    off = (of_law | {day for day in added if day.year == year}) - worked
    return DaysOff(off, (swapped - off) | {day for day in worked if day.weekday() >= _SATURDAY})


def weekend_workdays(year: int) -> frozenset[date]:
    """Return the weekend days of a year that are worked instead of a day off, as far as they are decided."""
    return _reckoned(year)[1]


def runs(days: Collection[date]) -> list[tuple[date, date]]:
    """Return the days as runs without a gap, each as its first and last day, in order."""
    found: list[tuple[date, date]] = []
    for day in sorted(set(days)):
        if found and day - found[-1][1] == timedelta(days=1):
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


@lru_cache(maxsize=16)
def _reckoned(year: int) -> tuple[frozenset[date], frozenset[date]]:
    if not FIRST <= year <= LAST:
        raise ValueError(f"days off are reckoned for the years {FIRST} to {LAST}, not for {year}")
    # A swap is known with the year of the day off, and the weekend worked for it may lie in the next one.
    around = holidays.country_holidays("VN", years=(year - 1, year, year + 1), language="vi", expand=False)
    return (
        frozenset(day for day in around if day.year == year),
        frozenset(day for day in around.weekend_workdays if day.year == year),
    )
