"""Blocking work in a daemon thread of its own, whose end is heard in the loop."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

Made = TypeVar("Made")


def start(name: str, work: Callable[[], Made], settle: Callable[[Made | None, BaseException | None], None]) -> None:
    """Start `work` and return at once; `settle` is called in the running loop with what it returned or raised.

    A daemon thread, because a look-up that hangs in the C library must not keep the program from ending; not the loop's
    shared executor, where one dead name server makes everybody wait. RuntimeError when the system gives no thread.
    """
    loop = asyncio.get_running_loop()

    def task() -> None:
        made: Made | None = None
        failure: BaseException | None = None
        try:
            made = work()
        except BaseException as error:
            failure = error
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is waiting
            loop.call_soon_threadsafe(settle, made, failure)

    threading.Thread(target=task, name=name, daemon=True).start()
