"""The way of edges from looking to the desk inside one process: a bounded queue behind the looker's `EdgeSink`."""

import asyncio
from collections.abc import Sequence

import structlog

from monitord.desk.desk import Desk
from monitord.domain.edge import Edge

CAPACITY = 20_000
"""Edges that may wait while the database refuses; a full queue slows looking down instead of losing one."""
BATCH = 500
"""Edges taken in by one transaction at most."""

log = structlog.get_logger("desk")


class EdgeQueue:
    """Edges in the order they were put.

    `run` feeds them to the desk. What waits here when the process dies is looked at again.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._queue: asyncio.Queue[Edge] = asyncio.Queue(CAPACITY)

    async def put(self, edges: Sequence[Edge]) -> None:
        """Put edges in; waits while the queue is full."""
        for edge in edges:
            await self._queue.put(edge)

    def waiting(self) -> int:
        """Return how many edges wait for the desk."""
        return self._queue.qsize()

    async def run(self) -> None:
        """Feed the desk for ever."""
        while True:
            batch = [await self._queue.get()]
            while len(batch) < BATCH and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            try:
                await self._desk.take_edges(batch)
            except Exception:
                log.exception("edges.failed", edges=len(batch))
