"""Settings put in force anew while the daemon runs: read and checked first, then swapped whole, one at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Generic, TypeVar

import structlog

from monitord.settings.files import content_of

T = TypeVar("T")
log = structlog.get_logger("settings")


class Reloader(Generic[T]):
    """The one way to other settings, whoever asks: a signal, the control socket or the watch of the folder.

    `read` gives the new set or raises, in a thread; `put` puts it in force whole or raises and leaves the old one;
    `outcome` hears how each attempt ended, and `around` is entered for each. `tried` is the content in force (see
    `content_of`).
    """

    def __init__(
        self,
        folder: Path,
        tried: str,
        read: Callable[[], T],
        put: Callable[[T], Awaitable[None]],
        outcome: Callable[[bool], None],
        around: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._folder = folder
        self._tried = tried
        self._read = read
        self._put = put
        self._outcome = outcome
        self._around = around
        self._lock = asyncio.Lock()

    async def reload(self) -> None:
        """Read the settings and put them in force; on any error the old ones stay, it is logged and raised."""
        async with self._lock:
            await self._attempt(await asyncio.to_thread(content_of, self._folder))

    async def asked(self) -> None:
        """Reload because somebody asked and hears no answer: what is wrong stands in the log."""
        try:
            await self.reload()
        except Exception:
            return

    async def if_changed(self) -> bool:
        """Reload if the files hold other bytes than at the last attempt, good or bad; return whether it was tried.

        Nothing is raised: content that is broken is logged once and not tried again until it changes.
        """
        async with self._lock:
            content = await asyncio.to_thread(content_of, self._folder)
            if content == self._tried:
                return False
            try:
                await self._attempt(content)
            except Exception:
                return True
            return True

    async def _attempt(self, content: str) -> None:
        # Taken before the files are read: what is written meanwhile is another content, and is tried again.
        self._tried = content
        with self._around():
            try:
                await self._put(await asyncio.to_thread(self._read))
            except Exception as wrong:
                self._outcome(False)
                log.error("settings.refused", problems=str(wrong) or type(wrong).__name__)
                raise
            self._outcome(True)
