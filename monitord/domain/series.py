"""The windows of a series: a local time of day on certain days, as instants, right on days of 23 or 25 hours too."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, tzinfo

from monitord.domain.roster import instant

WEEKDAYS = {"T2": 0, "T3": 1, "T4": 2, "T5": 3, "T6": 4, "T7": 5, "CN": 6}
"""The days of the week as people write them."""


def days_of(first: date, last: date, weekdays: Iterable[int] = range(7)) -> list[date]:
    """Return the days from `first` up to and including `last` that fall on those days of the week (Monday is 0)."""
    wanted = frozenset(weekdays)
    return [day for n in range((last - first).days + 1) if (day := first + timedelta(days=n)).weekday() in wanted]


def spans_of(days: Iterable[date], start: time, end: time, zone: tzinfo) -> list[tuple[datetime, datetime]]:
    """Return `[start, end)` of each day as instants; an end not after the start is next day's."""
    over_midnight = end <= start
    return [
        (instant(day, start, zone), instant(day + timedelta(days=1) if over_midnight else day, end, zone))
        for day in days
    ]
