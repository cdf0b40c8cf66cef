"""Blocking work (name look-ups, `requests`) in a bounded number of daemon threads, given up on at a deadline even
when the thread hangs.
"""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from monitord import threads

Made = TypeVar("Made")


class Busy(Exception):
    """Every place in the crew is taken and stayed so until the deadline."""


class Crew:
    """At most `places` threads at once. A thread that hangs keeps its place until it ends and is counted in `stuck`."""

    def __init__(self, places: int, name: str) -> None:
        self._free = asyncio.Semaphore(places)
        self._places = places
        self._name = name
        self.stuck = 0

    async def run(self, work: Callable[[], Made], timeout: float) -> Made:
        """Return what `work` returns or raise what it raises.

        TimeoutError after `timeout` seconds, with `work` still running; Busy when no place came free in that time, or
        all are stuck.
        """
        if self.stuck >= self._places:
            raise Busy
        future: asyncio.Future[Made] | None = None
        try:
            async with asyncio.timeout(timeout):
                await self._free.acquire()
                future = self._start(work)
                return await asyncio.shield(future)
        except TimeoutError:
            if future is None:
                raise Busy from None
            raise
        finally:
            if future is not None and not future.done():
                self.stuck += 1
                future.add_done_callback(self._unstuck)

    def _unstuck(self, future: "asyncio.Future[Made]") -> None:
        self.stuck -= 1
        if not future.cancelled():
            future.exception()  # read, so that nobody is told of an exception nobody waits for

    def _start(self, work: Callable[[], Made]) -> "asyncio.Future[Made]":
        future: asyncio.Future[Made] = asyncio.get_running_loop().create_future()

        def settle(made: Made | None, failure: BaseException | None) -> None:
            self._free.release()
            if future.done():
                return
            if failure is not None:
                future.set_exception(failure)
            else:
                future.set_result(made)  # type: ignore[arg-type]

        try:
            threads.start(self._name, work, settle)
        except RuntimeError as error:  # the system gives no more threads
            self._free.release()
            raise Busy from error
        return future
