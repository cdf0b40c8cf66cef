"""Blocking work in a thread of its own, one piece at a time, given up on at a deadline even when the thread hangs."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from monitord import threads

Made = TypeVar("Made")


class OneThread:
    """Never more than one thread; one that hangs is waited for by nobody, and keeps the next from starting."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.busy = False
        """Whether a piece of work has not ended, also one that nobody waits for any more."""

    async def do(self, work: Callable[[], Made], seconds: float, late: Callable[[Made | None], None]) -> Made:
        """Return what `work` returns or raise what it raises; TimeoutError after so many seconds.

        `late` is called in the loop when it ends after that, or after a cancel, with what it returned. OSError while an
        earlier piece still hangs, and when the system gives no thread.
        """
        if self.busy:
            raise OSError("an earlier step still hangs")
        future: asyncio.Future[Made] = asyncio.get_running_loop().create_future()

        def settle(made: Made | None, failure: BaseException | None) -> None:
            self.busy = False
            if future.done():
                late(made)
            elif failure is not None:
                future.set_exception(failure)
            else:
                future.set_result(made)  # type: ignore[arg-type]

        self.busy = True
        try:
            threads.start(self._name, work, settle)
        except RuntimeError as error:
            self.busy = False
            raise OSError("the system gives no thread") from error
        async with asyncio.timeout(seconds):
            return await future
