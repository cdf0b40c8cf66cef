"""Wall, monotonic and boot time behind one small port.

`mono` is for waiting and deadlines, `now` for the roster, display and storage, `boot` counts suspended time too, so
that a timer armed
before a restart of the daemon (but not of the machine) keeps its true distance however the wall clock was moved
meanwhile.
"""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

STEP_NOTICED = 0.5
"""Seconds by which wall and monotonic time may drift apart between two readings before it is called a step."""


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
        """Return the present instant, aware, in UTC; it never runs backwards within one process."""
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
    """The machine's clocks. A backward step of the wall clock does not move `now` back.

    After such a step `now` goes on from the last instant it gave, at monotonic speed, until the wall clock has caught
    up; `stepped`
    tells of it so that the journal can say so. A forward step is believed.
    """

    def __init__(self) -> None:
        self._anchor_wall = datetime.now(UTC)
        self._anchor_mono = time.monotonic()
        self._seen_wall = time.time()
        self._seen_mono = self._anchor_mono
        self._seen_boot = self.boot()
        try:
            self._boot_id = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        except OSError:
            self._boot_id = f"process-{time.time_ns()}"

    def now(self) -> datetime:
        wall, mono = datetime.now(UTC), time.monotonic()
        carried = self._anchor_wall + timedelta(seconds=mono - self._anchor_mono)
        # 50 ms: slewing by a time daemon is not a step back, and must not detach us from the wall for ever.
        instant = wall if wall >= carried - timedelta(milliseconds=50) else carried
        instant = max(instant, self._anchor_wall)
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
        """Return how the wall clock moved or the machine slept since the last call, or None.

        Call it about each second.
        """
        wall, mono, boot = time.time(), time.monotonic(), self.boot()
        by = (wall - self._seen_wall) - (mono - self._seen_mono)
        suspended = (boot - self._seen_boot) - (mono - self._seen_mono)
        self._seen_wall, self._seen_mono, self._seen_boot = wall, mono, boot
        if abs(by) < STEP_NOTICED and suspended < 1.0:
            return None
        return Step(by, max(0.0, suspended))
