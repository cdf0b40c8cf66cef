"""A clock that moves only when a test says so."""

import asyncio
import heapq
from datetime import UTC, datetime, timedelta
from itertools import count

START = datetime(2026, 2, 14, 20, 0, tzinfo=UTC)


class ManualClock:
    """Wall, monotonic and boot time that stand still until `advance`; `jump` moves the wall clock alone."""

    def __init__(self, now: datetime = START, mono: float = 1000.0) -> None:
        self._now = now
        self._mono = mono
        self._order = count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self.boot_id = "manual"

    def now(self) -> datetime:
        return self._now

    def mono(self) -> float:
        return self._mono

    def boot(self) -> float:
        return self._mono + 5000.0

    async def sleep(self, seconds: float) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._mono + max(0.0, seconds), next(self._order), woken))
        await woken

    def jump(self, seconds: float) -> None:
        """Move the wall clock alone, as an administrator or a time daemon does."""
        self._now += timedelta(seconds=seconds)

    async def advance(self, seconds: float) -> None:
        """Let `seconds` go by: each sleeper wakes at its own instant, and all it starts runs before time moves on."""
        end = self._mono + seconds
        await settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            due, _, woken = heapq.heappop(self._sleepers)
            if woken.done():
                continue
            self._move_to(due)
            woken.set_result(None)
            await settle()
        self._move_to(end)
        await settle()

    def _move_to(self, mono: float) -> None:
        if mono > self._mono:
            self._now += timedelta(seconds=mono - self._mono)
            self._mono = mono


async def settle(turns: int = 10_000) -> None:
    """Let every task run that can run without time or I/O going on."""
    loop = asyncio.get_running_loop()
    for _ in range(turns):
        await asyncio.sleep(0)
        # A loop that does not show its queue gets a fixed number of turns.
        if not getattr(loop, "_ready", range(turns - 9_950)):
            return
