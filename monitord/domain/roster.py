"""Who is on duty at an instant.

Shifts are half-open `[start, end)` in UTC; local hours became instants once, at the border.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo


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
    """A slot that comes every day: local hours, and the persons who take turns day by day, counted from `since`."""

    start: time
    end: time
    people: tuple[str, ...]
    since: date
    backup: bool = False


def instant(day: date, at: time, zone: tzinfo) -> datetime:
    """Return a local hour of a day as an instant, right also on a day of 23 or 25 hours."""
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def expand(unit: str, duty: str, slot: DailySlot, first: date, days: int, zone: ZoneInfo, source: str) -> list[Shift]:
    """Return the shifts of a daily slot that begin on the `days` days from `first`.

    An end not after the start is next day's.
    """
    shifts = []
    for day in (first + timedelta(days=n) for n in range(days)):
        if day < slot.since:
            continue
        person = slot.people[(day - slot.since).days % len(slot.people)]
        over_midnight = slot.end <= slot.start
        until = instant(day + timedelta(days=1) if over_midnight else day, slot.end, zone)
        shifts.append(Shift(unit, duty, person, instant(day, slot.start, zone), until, source, slot.backup))
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
