"""The shipping writer's group commit in virtual time, on a real file; it can be killed before or after any COMMIT."""

import asyncio
import random
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from monitord.domain.journal import Fact, Row
from monitord.domain.notice import Notice
from monitord.store.rows import Moment
from monitord.store.tx import Tx
from monitord.store.writer import commit_group
from tests.sim.loop import Killed, Universe
from tests.sim.place import changes

T = TypeVar("T")


class Diary:
    """When each journal row was written, by true time and by the daemon's own, and when each notice was queued; how
    many commits wrote anything, and at which of them the daemon dies."""

    def __init__(self) -> None:
        self.when: dict[str, tuple[float, datetime, int]] = {}
        self.queued: dict[str, float] = {}
        self.commits = 0
        self.die_before: int | None = None
        self.die_after: int | None = None
        self.life = 0


class ToldTx(Tx):
    """The shipping transaction, with a note of when each row was written."""

    def __init__(
        self, connection: sa.Connection, token: Callable[[int], str], diary: Diary, universe: Universe
    ) -> None:
        super().__init__(connection, token)
        self._diary = diary
        self._universe = universe

    def append(self, facts: Iterable[Fact], at: Moment) -> list[Row]:
        rows = super().append(facts, at)
        for row in rows:
            self._diary.when[row.hash] = (self._universe.now, at.now, self._diary.life)
        return rows

    def queue(self, notice: Notice, now: datetime, not_before: datetime | None = None) -> bool:
        new = super().queue(notice, now, not_before)
        if new:
            self._diary.queued[notice.key] = self._universe.now
        return new


class SimWriter:
    """Takes decisions in the order they were asked for, some of them together, after a while that the seed decides.

    Nobody is answered before the COMMIT, and somebody may be killed between the two.
    """

    def __init__(
        self,
        engine: sa.Engine,
        make_tx: Callable[[sa.Connection], Tx],
        diary: Diary,
        rng: random.Random,
    ) -> None:
        self._engine = engine
        self._make_tx = make_tx
        self._diary = diary
        self._rng = rng
        self._queue: deque[tuple[Callable[[Tx], Any], Future[Any]]] = deque()
        self._busy = False
        self._rows = 0
        self._wrote = False
        sa.event.listen(engine, "commit", self._before_commit)

    async def run(self, work: Callable[[Tx], T]) -> T:
        future: Future[T] = Future()
        self._queue.append((work, future))
        if not self._busy:
            self._busy = True
            self._later()
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        self._engine.dispose()

    def forget(self) -> None:
        """Close the file as a dead process does."""
        sa.event.remove(self._engine, "commit", self._before_commit)
        self._engine.dispose()

    def _later(self) -> None:
        slow = self._rng.random() < 0.02
        delay = self._rng.uniform(0.1, 1.0) if slow else self._rng.uniform(0.0003, 0.004)
        asyncio.get_running_loop().call_later(delay, self._work)

    def _work(self) -> None:
        group = [self._queue.popleft() for _ in range(min(len(self._queue), self._rng.choice((1, 1, 3, 256))))]
        self._wrote = False
        commit_group(self._engine, self._make_tx, group)
        if self._wrote and self._diary.die_after is not None and self._diary.commits >= self._diary.die_after:
            self._diary.die_after = None
            raise Killed
        if self._queue:
            self._later()
        else:
            self._busy = False

    def _before_commit(self, connection: sa.Connection) -> None:
        rows = changes(connection)
        if rows == self._rows:
            return
        self._rows = rows
        if self._diary.die_before is not None and self._diary.commits + 1 >= self._diary.die_before:
            self._diary.die_before = None
            raise Killed
        self._diary.commits += 1
        self._wrote = True
