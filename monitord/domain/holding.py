"""Why nobody is told of a fault now: what stands above a target, and which windows cover it.

Being held never changes what is recorded as seen. On leaving every hold people are told exactly the difference between
what is true and what they were last told.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitord.domain.health import FAULTS, Health, Hold

BLOCKS = frozenset({Hold.PARENT, Hold.BLIND, Hold.MAINTENANCE, Hold.MUTE})
"""Held by one of these, a fault opens no incident until the hold ends."""
HUSHES = frozenset({Hold.MAINTENANCE, Hold.MUTE, Hold.FLAPPING})
"""Held by one of these, an incident that people know of ends and comes back without a message."""
PATIENCE = timedelta(seconds=90)
"""How long a fault waits for a look that was asked for: then it is told as what it looks like."""


@dataclass(frozen=True, slots=True)
class Above:
    """Something above a target whose fault explains the target's: its agent, a parent's agent, our own sight.

    `seen` is what was last told of it, soft or hard, None before the first look; `looked_at` the instant of that look.
    `fresh` when it is looked at in a round of its own, so that only a look newer than the fault says that it was well.
    What is judged from others has those as `evidence`, each with its last look, all of them `between` two instants
    where that is known; what is said of `own`, the target itself, is as new as its fault.
    """

    target: str
    hold: Hold
    seen: Health | None
    looked_at: datetime | None
    fresh: bool = True
    evidence: tuple[tuple[str, datetime | None], ...] | None = None
    between: tuple[datetime, datetime] | None = None
    own: str = ""

    def stale(self, fault_at: datetime, now: datetime | None) -> tuple[str, ...]:
        """Return what must be looked at to know how this is since the fault."""
        if not self.fresh:
            return ()
        if self.between is not None and fault_at <= self.between[0] and (now is None or self.between[1] <= now):
            return ()
        looks = ((self.target, self.looked_at),) if self.evidence is None else self.evidence
        return tuple(target for target, at in looks if target != self.own and not _since(at, fault_at, now))


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds a target: `holds`, by whom (`by`, target ids in order), and what must be looked at to know (`ask`).

    `faulty` is True while something above is seen as failed, and not merely unknown since the fault.
    """

    holds: frozenset[Hold] = frozenset()
    by: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()
    faulty: bool = False

    @property
    def blocked(self) -> bool:
        """Return True while a fault opens no incident."""
        return bool(self.holds & BLOCKS)

    @property
    def hushed(self) -> bool:
        """Return True while changes of a known incident are not told."""
        return bool(self.holds & HUSHES)


def standing(
    fault_at: datetime,
    above: Iterable[Above],
    own: Iterable[Hold] = (),
    waited: timedelta = timedelta(0),
    now: datetime | None = None,
) -> Standing:
    """Return what holds a target whose fault began at `fault_at`.

    What is seen as failed above it holds it, soft or hard; so does what has not been looked at since the fault began,
    for PATIENCE: `waited` is how long the fault waits already. `own` are the holds of the target itself. A look that
    lies ahead of `now` was made before the clock was set back, and is no look since.
    """
    holds, by, faulty = set(own), list[str](), False
    ask: list[str] = []
    for one in above:
        if one.seen in FAULTS:
            holds.add(one.hold)
            by.append(one.target)
            faulty = True
        elif waited < PATIENCE and (stale := one.stale(fault_at, now)):
            holds.add(one.hold)
            by.append(one.target)
            ask.extend(stale)
    return Standing(frozenset(holds), tuple(by), tuple(dict.fromkeys(ask)), faulty)


def _since(looked_at: datetime | None, fault_at: datetime, now: datetime | None) -> bool:
    return looked_at is not None and fault_at <= looked_at and (now is None or looked_at <= now)
