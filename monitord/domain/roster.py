"""Who is on duty at an instant.

Shifts are half-open `[start, end)` in UTC; local hours became instants once, at the border.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Shift:
    """One person's duty of one kind in one unit, from `start` up to, not including, `end`.

    `backup`: who is asked when nobody else on that duty can be reached (trực phụ). `source` is where it is written.
    """

    unit: str
    duty: str
    person: str
    start: datetime
    end: datetime
    source: str = ""
    backup: bool = False

    def covers(self, at: datetime) -> bool:
        """Return True from `start` up to, not including, `end`."""
        return self.start <= at < self.end


@dataclass(frozen=True, slots=True)
class DailySlot:
    """A slot that comes every day, or on some days of the week: local hours, and the persons who take turns from one
    such day to the next, counted from `since`. `weekdays` are numbers from Monday, 0; none of them: every day."""

    start: time
    end: time
    people: tuple[str, ...]
    since: date
    backup: bool = False
    weekdays: frozenset[int] = frozenset()

    def person(self, day: date) -> str | None:
        """Return whose slot of that day it is; None when it does not come on that day."""
        if day < self.since or (self.weekdays and day.weekday() not in self.weekdays):
            return None
        days = (day - self.since).days
        if self.weekdays:
            weeks, over = divmod(days, 7)
            first = self.since.weekday()
            days = weeks * len(self.weekdays) + sum((first + n) % 7 in self.weekdays for n in range(over))
        return self.people[days % len(self.people)]


def instant(day: date, at: time, zone: tzinfo, *, last: bool = False) -> datetime:
    """Return a local hour of a day as an instant in UTC.

    An hour that the clocks leave out is the first instant after it; of one that comes twice the first pass counts, or
    the `last`.
    """
    local = datetime.combine(day, at)
    early, late = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early <= late:
        return late if last else early
    begin, end = late, early
    offset = end.astimezone(zone).utcoffset()
    while end - begin > _SECOND:
        middle = begin + (end - begin) // _SECOND // 2 * _SECOND
        begin, end = (begin, middle) if middle.astimezone(zone).utcoffset() == offset else (middle, end)
    return end


def hours_of(day: date, start: time, end: time, zone: tzinfo, *, met: bool = False) -> tuple[datetime, datetime]:
    """Return the local hours of a day as `[start, end)` in UTC; an end not after the start is the next day's.

    In an hour that comes twice they start at its first pass and end at its last, so that nobody is missing, or at the
    first where they are `met`: where others begin as they end.
    """
    until = day + timedelta(days=1) if end <= start else day
    return instant(day, start, zone), instant(until, end, zone, last=not (met or start == end))


def expand(unit: str, duty: str, slot: DailySlot, first: date, days: int, zone: ZoneInfo, source: str) -> list[Shift]:
    """Return the shifts of a daily slot that begin on the `days` days from `first`.

    An end not after the start is next day's. Hours that the clocks leave out wholly are no shift.
    """
    shifts = []
    for day in (first + timedelta(days=n) for n in range(days)):
        person = slot.person(day)
        if person is None:
            continue
        start, end = hours_of(day, slot.start, slot.end, zone)
        if start < end:
            shifts.append(Shift(unit, duty, person, start, end, source, slot.backup))
    return shifts


def on_duty(shifts: Iterable[Shift], unit: str, duty: str, at: datetime) -> tuple[str, ...]:
    """Return the ids of the persons on that duty at that instant, each once, longest on duty first, backups last."""
    found = [s for s in shifts if s.unit == unit and s.duty == duty and s.covers(at)]
    return tuple(dict.fromkeys(s.person for s in sorted(found, key=lambda s: (s.backup, s.start))))


def backups(shifts: Iterable[Shift], unit: str, duty: str, at: datetime) -> tuple[str, ...]:
    """Return those on that duty at that instant who are asked only when the others cannot be reached."""
    on = [s for s in shifts if s.unit == unit and s.duty == duty and s.covers(at)]
    first = {s.person for s in on if not s.backup}
    found = sorted((s for s in on if s.backup and s.person not in first), key=lambda s: s.start)
    return tuple(dict.fromkeys(s.person for s in found)) if first else ()


def duties_of(shifts: Iterable[Shift], person: str, at: datetime) -> tuple[tuple[str, str], ...]:
    """Return the (unit, duty) pairs that person holds at that instant."""
    return tuple(dict.fromkeys((s.unit, s.duty) for s in shifts if s.person == person and s.covers(at)))
