"""Virtual time: a universe that outlives every daemon, and an event loop in it that can be killed anywhere."""

import asyncio
import heapq
import random
from collections.abc import Callable
from contextvars import Context
from typing import Any

SPIN = 200_000
"""Steps without time going on that are called a loop gone mad."""


class Killed(SystemExit):
    """The daemon dies here. Any other BaseException would be kept by its task, and the dead would go on working."""


class Universe:
    """True time in seconds, and what happens in the world whether or not a daemon runs."""

    def __init__(self) -> None:
        self.now = 0.0
        self.suspended = 0.0
        """Seconds for which the machine slept: the monotonic clock did not count them."""
        self._events: list[tuple[float, int, Callable[[], object]]] = []
        self._order = 0

    def at(self, when: float, what: Callable[[], object]) -> None:
        """Let `what` happen at a true instant; not before now."""
        self._order += 1
        heapq.heappush(self._events, (max(when, self.now), self._order, what))

    def next(self) -> float | None:
        """Return when the next thing happens."""
        return self._events[0][0] if self._events else None

    def happen(self) -> None:
        """Let the next thing happen, at its instant."""
        when, _, what = heapq.heappop(self._events)
        self.now = max(self.now, when)
        what()

    def pass_until(self, end: float) -> None:
        """Let time go by without a daemon."""
        while self._events and self._events[0][0] <= end:
            self.happen()
        self.now = max(self.now, end)


class SimLoop(asyncio.BaseEventLoop):
    """An event loop that jumps to whatever comes next.

    With `shuffle` the wake-ups of different tasks that stand in the queue at one instant run in any order: callbacks
    keep their places, and no task ever has two wake-ups there, so nothing that one task does is reordered. Killing it
    leaves its tasks where they stand: no `finally` runs.
    """

    _ready: Any
    _scheduled: Any
    _timer_cancelled_count: int

    def __init__(self, universe: Universe, rng: random.Random, shuffle: bool) -> None:
        super().__init__()
        self._universe = universe
        self._rng = rng
        self._shuffle = shuffle
        self.steps = 0
        self.die_at: int | None = None
        self._still = 0
        self._batch: list[asyncio.Handle] = []

    def time(self) -> float:
        return self._universe.now - self._universe.suspended

    def die_in(self, steps: int) -> None:
        """Kill the daemon after so many steps more; the sooner of two wins."""
        at = self.steps + max(1, steps)
        self.die_at = at if self.die_at is None else min(at, self.die_at)

    def call_soon_threadsafe(  # type: ignore[override]
        self, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        return self.call_soon(callback, *args, context=context)

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:  # type: ignore[override]
        """Run `func` at once, a little later: a thread whose speed the seed decides."""
        future = self.create_future()

        def run() -> None:
            if future.cancelled():
                return
            try:
                future.set_result(func(*args))
            except Exception as error:
                future.set_exception(error)

        self.call_later(self._rng.uniform(0.0005, 0.05), run)
        return future

    def _run_once(self) -> None:
        if not self._ready:
            self._advance()
        batch = [self._ready.popleft() for _ in range(len(self._ready))]
        if self._shuffle and len(batch) > 1:
            places = [n for n, handle in enumerate(batch) if _wakes_a_task(handle)]
            order = places[:]
            self._rng.shuffle(order)
            moved = [batch[n] for n in order]
            for place, handle in zip(places, moved, strict=True):
                batch[place] = handle
        self._batch = batch  # what is left of it when the daemon dies must not be collected
        for handle in batch:
            if handle._cancelled:
                continue
            self.steps += 1
            self._still += 1
            if self.die_at is not None and self.steps >= self.die_at:
                raise Killed
            if self._still > SPIN:
                raise RuntimeError(f"{SPIN} steps at one instant: {handle!r}")
            handle._run()

    def _advance(self) -> None:
        self._drop_cancelled()
        world = self._universe.next()
        own = self._scheduled[0]._when + self._universe.suspended if self._scheduled else None
        if own is None and world is None:
            raise RuntimeError("nothing will ever happen again")
        if own is None or (world is not None and world <= own):
            self._still = 0
            self._universe.happen()
            return
        if own > self._universe.now:
            self._universe.now, self._still = own, 0
        now = self.time() + 1e-9
        while self._scheduled and self._scheduled[0]._when <= now:
            handle = heapq.heappop(self._scheduled)
            handle._scheduled = False
            if not handle._cancelled:
                self._ready.append(handle)

    def _drop_cancelled(self) -> None:
        if self._timer_cancelled_count > 100 and self._timer_cancelled_count * 2 > len(self._scheduled):
            kept = []
            for handle in self._scheduled:
                if handle._cancelled:
                    handle._scheduled = False
                else:
                    kept.append(handle)
            heapq.heapify(kept)
            self._scheduled, self._timer_cancelled_count = kept, 0
        while self._scheduled and self._scheduled[0]._cancelled:
            self._timer_cancelled_count -= 1
            heapq.heappop(self._scheduled)._scheduled = False


def _wakes_a_task(handle: Any) -> bool:
    return isinstance(getattr(handle._callback, "__self__", None), asyncio.Task)
