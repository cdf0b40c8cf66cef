"""The power area of the world: the mains that are lost, batteries that run down, and what a supply says of it."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from monitord.domain.looking import Oid, Syntax, Value
from tests.sim.province import GRID

STATUS, SECONDS = "1.3.6.1.2.1.33.1.2.1.0", "1.3.6.1.2.1.33.1.2.2.0"
MINUTES, CHARGE = "1.3.6.1.2.1.33.1.2.3.0", "1.3.6.1.2.1.33.1.2.4.0"
LOW = 1800.0
"""Seconds left from which a battery counts as low."""


@dataclass(frozen=True, slots=True)
class Blackout:
    """A time in which places have no mains; their batteries last for `lasts` seconds."""

    begins: float
    ends: float
    places: frozenset[str]
    lasts: float

    @property
    def dark_from(self) -> float:
        """Return when nothing answers there any more, unless the mains come back before."""
        return self.begins + self.lasts


def make_blackouts(rng: random.Random, hours: float) -> list[Blackout]:
    """Return some blackouts: of a place, of two, of the whole area, at once or one place before the others."""
    found: list[Blackout] = []
    at = rng.expovariate(1 / 3000)
    while at < hours * 3600:
        ends = at + (rng.uniform(3000, 14_000) if rng.random() < 0.7 else 10 ** rng.uniform(1.5, 3.3))
        places = rng.sample(GRID, rng.choice((1, 1, 2, 3, 3)))
        first, later = (places[:1], places[1:]) if rng.random() < 0.4 else (places, [])
        found.append(Blackout(at, ends, frozenset(first), rng.uniform(2000, 9000)))
        if later and (second := at + 10 ** rng.uniform(1.5, 3.2)) < ends:
            # The rest of the area follows when the first place was told by itself.
            found.append(Blackout(second, ends, frozenset(later), rng.uniform(2000, 9000)))
        at = ends + 600 + rng.expovariate(1 / 3000)
    return found


def blackout_at(blackouts: Iterable[Blackout], place: str, at: float) -> Blackout | None:
    """Return the blackout at a place at an instant."""
    return next((b for b in blackouts if place in b.places and b.begins <= at < b.ends), None)


def silent(blackouts: Iterable[Blackout], place: str, at: float) -> bool:
    """Return whether nothing answers at a place."""
    found = blackout_at(blackouts, place, at)
    return found is not None and at >= found.dark_from


def said(blackouts: Iterable[Blackout], place: str, at: float) -> Mapping[Oid, Value]:
    """Return what the power supply of a place that answers says of itself (UPS-MIB)."""
    found = blackout_at(blackouts, place, at)
    since = 0.0 if found is None else at - found.begins
    left = 9000.0 if found is None else found.dark_from - at
    numbers = {STATUS: 2, SECONDS: int(since + 1) if found else 0, MINUTES: int(left // 60), CHARGE: 90}
    return {oid: Value(Syntax.INTEGER, number) for oid, number in numbers.items()}


def health(blackouts: Iterable[Blackout], place: str, at: float) -> str:
    """Return what a supply that is looked at is seen as: well, on battery, or low."""
    found = blackout_at(blackouts, place, at)
    if found is None:
        return "up"
    return "down" if (found.dark_from - at) // 60 <= LOW / 60 else "degraded"


def healed(blackouts: Iterable[Blackout], now: float) -> list[Blackout]:
    """Return the blackouts over from now on."""
    return [replace(b, ends=min(b.ends, now)) for b in blackouts if b.begins < now]


def changes(blackouts: Iterable[Blackout]) -> list[float]:
    """Return the instants at which something of it becomes otherwise."""
    steps = ((b.begins, b.dark_from - LOW, b.dark_from, b.ends) for b in blackouts)
    return sorted({at for found in steps for at in found if at <= found[3]})
