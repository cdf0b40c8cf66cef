"""The one writer: decisions one after another in a thread, several in one COMMIT, nobody answered before it."""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa

from monitord.store.trouble import Trouble, store_trouble
from monitord.store.tx import Tx

T = TypeVar("T")
GROUP = 256
"""Decisions that share one COMMIT at most."""


class StoreUnavailable(Exception):
    """Nothing was written, and the same decision may be tried again.

    The disk is full, the file is locked, the server does not answer, or the like. `full` tells the first.
    """

    def __init__(self, why: str, *, full: bool) -> None:
        super().__init__(why)
        self.full = full


class Writer(Protocol):
    """What the desk needs of a writer; `InlineWriter` is the form for simulations and for commands without a daemon."""

    async def run(self, work: Callable[[Tx], T]) -> T:
        """Return what `work` returned, after its COMMIT.

        What `work` raises is raised here and nothing of it is written.
        """
        ...

    def close(self) -> None:
        """Finish what was submitted and stop."""
        ...


def _why(error: Exception) -> StoreUnavailable:
    return StoreUnavailable(str(getattr(error, "orig", error)), full=store_trouble(error) is Trouble.FULL)


class ThreadWriter:
    """Runs decisions in its own thread with group commit."""

    def __init__(self, engine: sa.Engine, make_tx: Callable[[sa.Connection], Tx]) -> None:
        self._engine = engine
        self._make_tx = make_tx
        self._queue: queue.SimpleQueue[tuple[Callable[[Tx], Any], Future[Any]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="store-writer", daemon=True)
        self._thread.start()

    async def run(self, work: Callable[[Tx], T]) -> T:
        future: Future[T] = Future()
        self._queue.put((work, future))
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        self._queue.put(None)
        self._thread.join()
        self._engine.dispose()

    def _work(self) -> None:
        while True:
            head = self._queue.get()
            if head is None:
                return
            group = [head]
            stop = False
            while len(group) < GROUP:
                try:
                    more = self._queue.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    stop = True
                    break
                group.append(more)
            commit_group(self._engine, self._make_tx, group)
            if stop:
                return


def commit_group(
    engine: sa.Engine,
    make_tx: Callable[[sa.Connection], Tx],
    group: list[tuple[Callable[[Tx], Any], Future[Any]]],
) -> None:
    """Run each decision in its savepoint, commit once, then resolve every future.

    A failed COMMIT fails them all, unwritten.
    """
    settled: list[tuple[Future[Any], Any, BaseException | None]] = []
    try:
        with engine.connect() as connection, connection.begin():
            tx = make_tx(connection)
            for work, future in group:
                if not future.set_running_or_notify_cancel():
                    continue
                connection.exec_driver_sql("SAVEPOINT decision")
                try:
                    result = work(tx)
                except Exception as error:
                    if store_trouble(error) is not None:
                        raise
                    connection.exec_driver_sql("ROLLBACK TO decision")
                    tx.forget()
                    settled.append((future, None, error))
                else:
                    settled.append((future, result, None))
                connection.exec_driver_sql("RELEASE decision")
    except Exception as error:
        # A connection that saw an error is not used again: an fsync that failed once proves nothing the second time.
        engine.dispose()
        failure = _why(error)
        for _, future in group:
            if not future.done() and not future.cancelled():
                with contextlib.suppress(Exception):
                    future.set_exception(failure)
        return
    for future, result, raised in settled:
        if raised is None:
            future.set_result(result)
        else:
            future.set_exception(raised)


class InlineWriter:
    """Runs each decision at once in the caller's thread, one COMMIT each.

    For simulations, and for a command while no daemon runs.
    """

    def __init__(self, engine: sa.Engine, make_tx: Callable[[sa.Connection], Tx]) -> None:
        self._engine = engine
        self._make_tx = make_tx

    async def run(self, work: Callable[[Tx], T]) -> T:
        future: Future[T] = Future()
        commit_group(self._engine, self._make_tx, [(work, future)])
        return future.result()

    def close(self) -> None:
        self._engine.dispose()
