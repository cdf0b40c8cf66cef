"""Wall, monotonic and boot time behind one small port.

`mono` is for waiting and deadlines, `now` for the roster, display and storage, `boot` counts suspended time too, so
that a timer armed
before a restart of the daemon (but not of the machine) keeps its true distance however the wall clock was moved
meanwhile.
"""

import asyncio
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

STEP_NOTICED = 0.5
"""Seconds by which wall and monotonic time may drift apart between two readings before it is called a step."""


BELIEVED = timedelta(hours=25)
"""The longest step that is believed at once: a machine wakes after a night, not after ten years."""
PERSISTS = 600.0
"""Seconds after which a longer step is believed as well: whoever set the clock meant it."""
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
"""Before this no clock is right: the program did not exist."""


def believed(wall: datetime, carried: datetime, doubted: float) -> bool:
    """Return whether to go by the wall clock rather than by `carried`, the last instant moved on by monotonic time.

    `doubted` is for how many seconds the wall clock has been disbelieved.
    """
    if wall < EPOCH or carried < EPOCH:
        return wall >= carried
    return abs(wall - carried) <= BELIEVED or doubted >= PERSISTS


@dataclass(frozen=True, slots=True)
class Step:
    """The wall clock moved by itself.

    `by` seconds (negative = back) since the last reading; `suspended` seconds the machine slept.
    """

    by: float
    suspended: float


class Clock(Protocol):
    """What every other room may ask about time."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC. It may run back when the wall clock is set back."""
        ...

    def mono(self) -> float:
        """Return monotonic seconds; only differences mean anything."""
        ...

    def boot(self) -> float:
        """Return seconds since the machine booted, suspended time included."""
        ...

    @property
    def boot_id(self) -> str:
        """Return the identity of this run of the machine; `boot` readings compare only under one boot_id."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait that many monotonic seconds (none when negative)."""
        ...


class SystemClock:
    """The machine's clocks; may be read from any thread.

    `now` goes by the wall clock, in both directions, except for a leap of more than BELIEVED (a dead battery, a typing
    mistake): for PERSISTS seconds it then goes on at monotonic speed. `stepped` tells of every step, so that the
    journal can say so.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._anchor_wall = self._wall()
        self._anchor_mono = self.mono()
        self._doubts_since: float | None = None
        self._seen_wall = self._anchor_wall.timestamp()
        self._seen_mono = self._anchor_mono
        self._seen_boot = self.boot()
        self._boot_id = self._machine()

    def _wall(self) -> datetime:
        return datetime.now(UTC)

    def _machine(self) -> str:
        try:
            return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        except OSError:
            return f"process-{time.time_ns()}"

    def now(self) -> datetime:
        with self._lock:
            wall, mono = self._wall(), self.mono()
            carried = self._anchor_wall + timedelta(seconds=mono - self._anchor_mono)
            doubted = 0.0 if self._doubts_since is None else mono - self._doubts_since
            if believed(wall, carried, doubted):
                self._doubts_since, instant = None, wall
            else:
                self._doubts_since, instant = mono - doubted, carried
            self._anchor_wall, self._anchor_mono = instant, mono
            return instant

    def mono(self) -> float:
        return time.monotonic()

    def boot(self) -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    @property
    def boot_id(self) -> str:
        return self._boot_id

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))

    def stepped(self) -> Step | None:
        """Return how the time that `now` tells moved by itself, or the machine slept, since the last call, or None.

        A leap that is not believed is no step before it is. Call it about each second.
        """
        wall, mono, boot = self.now().timestamp(), self.mono(), self.boot()
        by = (wall - self._seen_wall) - (mono - self._seen_mono)
        suspended = (boot - self._seen_boot) - (mono - self._seen_mono)
        self._seen_wall, self._seen_mono, self._seen_boot = wall, mono, boot
        if abs(by) < STEP_NOTICED and suspended < 1.0:
            return None
        return Step(by, max(0.0, suspended))
