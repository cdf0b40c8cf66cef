"""The ring of the world: lines that are cut, devices that lose their power, and what a monitor sees of it."""

import random
from collections.abc import Iterable
from dataclasses import dataclass

from tests.sim.province import JOINTS, RING, ports_of

LINES = tuple(f"{a}-{b}" for a, b in JOINTS)


@dataclass(frozen=True, slots=True)
class Cut:
    """A time in which a line is cut, or a device (`what`) is without power."""

    begins: float
    ends: float
    what: str


@dataclass(frozen=True, slots=True)
class Broken:
    """What is broken at an instant."""

    lines: frozenset[str]
    dead: frozenset[str]

    def reached(self) -> frozenset[str]:
        """Return the devices that the first of the ring reaches, itself included."""
        if RING[0] in self.dead:
            return frozenset()
        reached, edge = {RING[0]}, [RING[0]]
        while edge:
            here = edge.pop()
            for there in ports_of(here):
                if line(here, there) not in self.lines and there not in reached | self.dead:
                    reached.add(there)
                    edge.append(there)
        return frozenset(reached)

    def dark(self, device: str, port: str) -> bool:
        """Return whether a port has no signal."""
        return line(device, port) in self.lines or port in self.dead


def line(one: str, other: str) -> str:
    """Return the name of the line between two devices."""
    return f"{one}-{other}" if (one, other) in JOINTS else f"{other}-{one}"


def broken(cuts: Iterable[Cut], at: float) -> Broken:
    """Return what is broken at an instant."""
    now = frozenset(cut.what for cut in cuts if cut.begins <= at < cut.ends)
    return Broken(now & set(LINES), now & set(RING))


def make_cuts(rng: random.Random, hours: float) -> list[Cut]:
    """Return some cuts: alone, one upon another, and of power; the monitor's own device seldom."""
    cuts = []
    at = rng.expovariate(1 / 3000)
    while at < hours * 3600:
        ends = at + (rng.uniform(3000, 9000) if rng.random() < 0.6 else 10 ** rng.uniform(1.5, 3.5))
        what = rng.choice((*LINES, *LINES, *RING[1:], *(RING[:1] if rng.random() < 0.2 else ())))
        cuts.append(Cut(at, ends, what))
        if rng.random() < 0.6:
            # Soon after the first, so that both last together for long.
            second = at + rng.uniform(0, 0.3) * (ends - at)
            cuts.append(Cut(second, second + 10 ** rng.uniform(2, 3.9), rng.choice((*LINES, *LINES, *RING[1:]))))
        at = ends + rng.expovariate(1 / 2400)
    return cuts


def healed(cuts: Iterable[Cut], now: float) -> list[Cut]:
    """Return the cuts mended from now on."""
    return [Cut(cut.begins, min(cut.ends, now), cut.what) for cut in cuts if cut.begins < now]


def changes(cuts: Iterable[Cut]) -> list[float]:
    """Return the instants at which something breaks or is mended."""
    return sorted({at for cut in cuts for at in (cut.begins, cut.ends)})
