"""Campaigns of heightened duty: Tết, a storm, an election. Each begins and ends by itself, by the instant alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

NORMAL = "normal"
"""The level of readiness while no campaign holds."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """A time `[start, end)` in which more is asked of the units it names, of all when it names none.

    `orders` are the documents it rests on, `level` the readiness it asks for. Ladders of incidents that open in it go
    `faster`: 0.5 halves every wait. With `freeze` nothing is to be changed; `reports` are the instants at which the
    unit reports, `deadlines` the ids of deadlines kept elsewhere.
    """

    id: str
    name: str
    start: datetime
    end: datetime
    units: frozenset[str] = frozenset()
    orders: tuple[str, ...] = ()
    level: str = NORMAL
    faster: float = 1.0
    freeze: bool = False
    reports: tuple[datetime, ...] = ()
    deadlines: tuple[str, ...] = ()

    def meant_for(self, unit: str) -> bool:
        """Return whether it asks anything of that unit."""
        return not self.units or unit in self.units

    def covers(self, at: datetime) -> bool:
        """Return True from `start` up to, not including, `end`."""
        return self.start <= at < self.end


def campaigns_at(campaigns: Iterable[Campaign], at: datetime, unit: str | None = None) -> tuple[Campaign, ...]:
    """Return the campaigns that hold at an instant, in one unit or anywhere, in their order."""
    return tuple(one for one in campaigns if one.covers(at) and (unit is None or one.meant_for(unit)))


def levels_at(campaigns: Iterable[Campaign], unit: str, at: datetime) -> frozenset[str]:
    """Return the levels of readiness that hold in a unit at an instant; `normal` alone when no campaign does."""
    return frozenset(one.level for one in campaigns_at(campaigns, at, unit)) or frozenset({NORMAL})


def haste_at(campaigns: Iterable[Campaign], unit: str, at: datetime) -> float:
    """Return by what the waits of a ladder are multiplied that begins then: the smallest of those that hold, else 1."""
    return min((one.faster for one in campaigns_at(campaigns, at, unit)), default=1.0)
