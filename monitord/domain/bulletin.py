"""A bulletin: what a unit tells another organisation of a night that was foreseen, such as Giao thừa.

It is made by itself at its hour, from what was seen, and leaves when a leader of the unit has approved it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitord.domain.network import TargetId
from monitord.domain.policy import MOST_ASKED

LOADS = ("interface_load_in_percent", "interface_load_out_percent")
"""The readings that say how full a line is."""
LOAD = "interface_load"
"""The check that gives them."""
OPEN_FOR = timedelta(hours=24)
"""How long a bulletin waits for its approval; later it is old, and the next report says it."""
AGAIN = timedelta(minutes=10)
"""After how long it is tried anew to find somebody to ask, or to send it to, where nobody was found."""
STEADY = timedelta(minutes=10)
"""For how long the clock of the machine must have run steadily before it is believed that the hour has come."""


@dataclass(frozen=True, slots=True)
class Bulletin:
    """What is to be told, and when: how it went from `since` up to `due`, and how full the lines `loads` were.

    The leader on duty is asked at `due`, the next ones `approval_waits` apart; then it goes to the contacts of
    `organisation`.
    """

    id: str
    name: str
    unit: str
    organisation: str
    since: datetime
    due: datetime
    channels: tuple[str, ...]
    loads: tuple[TargetId, ...] = ()
    approval_waits: timedelta = timedelta(minutes=10)

    @property
    def key(self) -> str:
        """Return what tells this bulletin from that of another year with the same id."""
        return f"{self.id}@{self.due.astimezone(UTC):%Y%m%dT%H%MZ}"

    def made_before(self, key: str, due: datetime) -> bool:
        """Return whether a bulletin that was made is this one: its hour may have been moved since."""
        return key.partition("@")[0] == self.id and abs(due - self.due) < OPEN_FOR

    def old(self, now: datetime) -> bool:
        """Return whether its time is over."""
        return now - self.due >= OPEN_FOR


def asked_at(bulletin: Bulletin, last: datetime, number: int) -> datetime | None:
    """Return when the leader of that number is asked, 0 being the one on duty, after the one before him was asked at
    `last`; None when nobody else is."""
    if number > (MOST_ASKED if bulletin.approval_waits else 0):
        return None
    return last + bulletin.approval_waits if number else last


@dataclass(frozen=True, slots=True)
class Peak:
    """The fullest that a line was, in percent, and when."""

    target: TargetId
    percent: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of the time of a bulletin.

    `ran` incidents of the unit lasted in it, of which `restored` were over at its end, apart from `congested` lines;
    `quiet` devices were not well or not seen, told or not, such as those in a maintenance. `peak` is None where no load
    was looked at. `unseen` are the spans in which nothing was watched.
    """

    ran: int = 0
    restored: int = 0
    congested: int = 0
    quiet: int = 0
    peak: Peak | None = None
    unseen: tuple[tuple[datetime, datetime], ...] = ()


def highest(peaks: Iterable[Peak]) -> Peak | None:
    """Return the highest of these, of equal ones the earliest; None of none."""
    return min(peaks, key=lambda peak: (-peak.percent, peak.at, peak.target), default=None)


def unseen(
    spans: Iterable[tuple[datetime, datetime]], since: datetime, until: datetime
) -> tuple[tuple[datetime, datetime], ...]:
    """Return the parts of these spans that lie between two instants, in order, those that touch joined."""
    found: list[tuple[datetime, datetime]] = []
    for start, end in sorted((max(start, since), min(end, until)) for start, end in spans):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return tuple(found)


def load_of(readings: Mapping[str, float]) -> float | None:
    """Return how full a line is by what a look measured, the fuller direction; None where that is not known."""
    return max((readings[name] for name in LOADS if name in readings), default=None)


@dataclass(frozen=True, slots=True)
class Watched:
    """Lines whose load matters from `since` up to, not including, `until`."""

    since: datetime
    until: datetime
    targets: frozenset[TargetId]


def watched(bulletins: Iterable[Bulletin]) -> tuple[Watched, ...]:
    """Return which loads are to be kept, and when."""
    return tuple(Watched(one.since, one.due, frozenset(one.loads)) for one in bulletins if one.loads)
