"""The way of edges from looking to the desk inside one process: a bounded queue behind the looker's `EdgeSink`."""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from monitord.clock import Clock
from monitord.desk.desk import Desk
from monitord.domain.edge import Edge

CAPACITY = 20_000
"""Edges that may wait while the database refuses; a full queue slows looking down instead of losing one."""
BATCH = 50
"""Edges taken in by one transaction at most: a button pressed in a storm waits for one batch and not for all of it."""

log = structlog.get_logger("desk")


RETRY = 5.0
"""Seconds after which edges that could not be decided on are taken in again."""


class EdgeQueue:
    """Edges in the order they were put; `run` feeds them to the desk. What waits here when the process dies is seen
    again.

    An edge that could not be decided on is tried again until it can be, or a newer one of its target was taken: the
    looker sends no second one, and a device that is down must not stay untold because of one mistake.
    """

    def __init__(self, desk: Desk, clock: Clock, taken: Callable[[Sequence[Edge]], None] = lambda edges: None) -> None:
        self._desk = desk
        self._clock = clock
        self._taken = taken
        self._queue: asyncio.Queue[Edge] = asyncio.Queue(CAPACITY)
        self._failed: dict[str, Edge] = {}
        self._some_failed = asyncio.Event()

    async def put(self, edges: Sequence[Edge]) -> None:
        """Put edges in; waits while the queue is full."""
        for edge in edges:
            await self._queue.put(edge)

    def waiting(self) -> int:
        """Return how many edges wait for the desk, those that failed included."""
        return self._queue.qsize() + len(self._failed)

    async def run(self) -> None:
        """Feed the desk for ever."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._feed())
            both.create_task(self._try_again())

    async def _feed(self) -> None:
        while True:
            batch = [await self._queue.get()]
            while len(batch) < BATCH and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            try:
                failed = await self._desk.take_edges(batch)
            except Exception:
                log.exception("edges.failed", edges=len(batch))
                failed = batch
            for edge in batch:
                self._failed.pop(edge.target, None)
            if failed:
                self._failed |= {edge.target: edge for edge in failed}
                self._some_failed.set()
            self._taken([edge for edge in batch if edge.target not in self._failed])

    async def _try_again(self) -> None:
        while True:
            await self._some_failed.wait()
            await self._clock.sleep(RETRY)
            self._some_failed.clear()
            again, self._failed = list(self._failed.values()), {}
            await self.put(again)
