"""Deadlines: what is owed to whom until when, when somebody is reminded of it, and whether it is late."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

DAYS_BEFORE = (7, 3, 1, 0)
"""The days before the last one, and that one itself, on which somebody is reminded."""
MORNING = time(8, 0)
"""The local time at which the reminders of a day go out, all of one person in one message."""
EVENING = time(20, 0)
"""When somebody is reminded of what is due at night or early in the morning: it leaves no other time by day."""
LAST_CALL = timedelta(hours=2)
"""How long before it is due somebody is reminded once more, by day."""
NIGHT = (time(22, 0), time(6, 0))
"""Between these local times nobody is reminded."""


@dataclass(frozen=True, slots=True)
class Due:
    """When something is due: whoever sends it at `at` or later is late.

    `strict` is "trước": that instant itself is too late; `clock` says that a time of day was named, and not a whole
    day. `day` is the local day that was named, `text` what was written.
    """

    at: datetime
    day: date
    strict: bool
    clock: bool
    text: str = ""

    def last(self) -> datetime:
        """Return the last second that is in time; the midnight that ends a day where a whole day counts."""
        return self.at - timedelta(seconds=1) if self.clock else self.at


@dataclass(frozen=True, slots=True)
class Deadline:
    """What a unit owes an organisation: `what` is how people call it, `person` who is reminded, None for whoever keeps
    the unit's roster. `dues` are in order of time."""

    id: str
    unit: str
    what: str
    to: str
    dues: tuple[Due, ...]
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Owed:
    """One due of a deadline, the number `turn` (from 1) of it."""

    deadline: Deadline
    turn: int

    @property
    def due(self) -> Due:
        """Return when it is due."""
        return self.deadline.dues[self.turn - 1]

    @property
    def key(self) -> tuple[str, datetime]:
        """Return what it is called where it is kept: the id, and the instant from which on it is late."""
        return self.deadline.id, self.due.at


def every(deadlines: Iterable[Deadline]) -> list[Owed]:
    """Return every due of every deadline, the earliest first."""
    found = [Owed(one, turn) for one in deadlines for turn in range(1, len(one.dues) + 1)]
    return sorted(found, key=lambda owed: (owed.due.at, owed.deadline.id))


def seconds_left(
    deadlines: Iterable[Deadline], done: Container[tuple[str, datetime]], now: datetime
) -> dict[str, float]:
    """Return the seconds until the earliest due of each deadline that is not among `done`, negative when it is late; a
    deadline that is met is left out."""
    left: dict[str, float] = {}
    for owed in every(deadlines):
        if owed.key not in done:
            left.setdefault(owed.deadline.id, (owed.due.at - now).total_seconds())
    return left


def reminders(due: Due, zone: tzinfo) -> tuple[datetime, ...]:
    """Return when somebody is reminded, in order: in the morning of some days before and of the last one, two hours
    before by day, and once when it is late."""
    last = (due.at - timedelta(seconds=1)).astimezone(zone).date()
    found = {_local(last - timedelta(days=days), MORNING, zone) for days in DAYS_BEFORE}
    call = due.at - LAST_CALL
    if not _asleep(call, zone):
        found.add(call)
    if _asleep(call, zone) or _local(last, MORNING, zone) > call:
        evening = _local(last, EVENING, zone)
        found.add(evening if evening < due.at else _local(last - timedelta(days=1), EVENING, zone))
    return (*sorted(when for when in found if when < due.at), awake(due.at, zone))


def awake(at: datetime, zone: tzinfo) -> datetime:
    """Return that instant, or the next morning's when it is at night."""
    if not _asleep(at, zone):
        return at
    local = at.astimezone(zone)
    day = local.date() + timedelta(days=1 if local.time() >= NIGHT[0] else 0)
    return _local(day, MORNING, zone)


def _asleep(at: datetime, zone: tzinfo) -> bool:
    clock = at.astimezone(zone).time()
    return clock >= NIGHT[0] or clock < NIGHT[1]


def _local(day: date, clock: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)
