"""How the looker bears its load: counts, lateness and rounds; the answer to whether polling keeps up."""

import math
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from monitord.domain.health import Health
from monitord.domain.looking import Reach

WINDOW = 4096
"""Looks over which the percentile of lateness is taken."""


@dataclass(frozen=True, slots=True)
class LookLoad:
    """A snapshot. Durations in seconds.

    `late_p99` is over the last looks, `late_max` since the start. `overruns` counts looks that began more than two
    intervals late, `failures` looks that ended by a mistake of ours. `first_round` is how long it took until every
    device had been looked at once.
    """

    devices: int
    looks: int
    in_flight: int
    waiting: int
    late_p99: float
    late_max: float
    overruns: int
    failures: int
    sink_failures: int
    rounds: int
    first_round: float | None
    reaches: Mapping[Reach, int]
    healths: Mapping[Health, int]


class Load:
    """Counts what the looker does. A round is over when every device was looked at since the last one ended."""

    def __init__(self) -> None:
        self.looks = 0
        self.overruns = 0
        self.failures = 0
        self.sink_failures = 0
        self.rounds = 0
        self.first_round: float | None = None
        self.reaches: Counter[Reach] = Counter()
        self.late_max = 0.0
        self._late: deque[float] = deque(maxlen=WINDOW)
        self._began: float | None = None
        self._devices: frozenset[str] = frozenset()
        self._unseen: set[str] = set()

    def plan(self, devices: Iterable[str], now: float) -> None:
        """Take the devices of a new plan; those that were never looked at belong to the present round."""
        wanted = frozenset(devices)
        self._unseen = (self._unseen & wanted) | (wanted - self._devices)
        self._devices = wanted
        if self._began is None:
            self._began = now

    def started(self, late: float, interval: float) -> None:
        """Note a look that begins `late` seconds after it was due."""
        self._late.append(late)
        self.late_max = max(self.late_max, late)
        if late > 2 * interval:
            self.overruns += 1

    def ended(self, device: str, now: float) -> None:
        """Note that a look at `device` is over."""
        self.looks += 1
        self._unseen.discard(device)
        if self._unseen or not self._devices:
            return
        self.rounds += 1
        self._unseen = set(self._devices)
        if self.first_round is None:
            self.first_round = now - (self._began if self._began is not None else now)

    def late_p99(self) -> float:
        """Return the lateness that 99 % of the last looks did not exceed."""
        if not self._late:
            return 0.0
        ordered = sorted(self._late)
        return ordered[math.ceil(0.99 * len(ordered)) - 1]
