"""The picture that pages show: read from the database by few, in little time, and kept when the database is away."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager

import sqlalchemy as sa
import structlog

from monitord.account.board import Board, read_board
from monitord.clock import Clock
from monitord.settings.model import Settings
from monitord.texts.story import Words

log = structlog.get_logger("web")

READERS = 2
"""Readings under way at once; the second begins only when the first does not come back."""
LIMIT = 2.0
"""Seconds that whoever opens the page waits before the database counts as away."""
SHARED = 0.5
"""Seconds for which one picture serves everybody who looks."""

Read = Callable[[], AbstractContextManager[sa.Connection]]


class Unreadable(Exception):
    """The database gave no picture in time."""


class Pictures:
    """Gives the board as it is now; pages open side by side share one reading. `last` is the newest there was."""

    def __init__(self, read: Read, settings: Callable[[], Settings], words: Callable[[], Words], clock: Clock) -> None:
        self.last: Board | None = None
        self._read = read
        self._settings = settings
        self._words = words
        self._clock = clock
        self._last_at = float("-inf")
        self._under_way: dict[asyncio.Task[Board], float] = {}
        self._away = False

    async def now(self) -> Board:
        """Return the board, at most half a second old; Unreadable when it cannot be had within two seconds."""
        mono = self._clock.mono()
        if self.last is not None and mono - self._last_at < SHARED:
            return self.last
        newest = max(self._under_way, key=self._under_way.__getitem__, default=None)
        if newest is None or (len(self._under_way) < READERS and mono - self._under_way[newest] > LIMIT):
            newest = self._begin(mono)
        try:
            # Shielded, because a thread cannot be stopped: it stays counted until it has really ended.
            async with asyncio.timeout(LIMIT):
                board = await asyncio.shield(newest)
        except TimeoutError as late:
            self._note("no answer in time")
            raise Unreadable from late
        except Exception as error:
            self._note(f"{type(error).__name__}: {error}")
            raise Unreadable from error
        self._note(None)
        return board

    def _begin(self, mono: float) -> asyncio.Task[Board]:
        task = asyncio.create_task(self._reading(), name="picture")
        self._under_way[task] = mono
        task.add_done_callback(self._ended)
        return task

    async def _reading(self) -> Board:
        settings, words, now = self._settings(), self._words(), self._clock.now()

        def work() -> Board:
            with self._read() as connection:
                return read_board(connection, settings, words, now)

        return await asyncio.to_thread(work)

    def _ended(self, task: asyncio.Task[Board]) -> None:
        self._under_way.pop(task, None)
        if task.cancelled() or task.exception() is not None:
            return
        board = task.result()
        if self.last is None or board.now >= self.last.now:
            self.last, self._last_at = board, self._clock.mono()

    def _note(self, wrong: str | None) -> None:
        """Log the change only: the page asks each second."""
        if (wrong is not None) != self._away:
            self._away = wrong is not None
            if wrong is not None:
                log.error("page.database_away", error=wrong[:300])
            else:
                log.info("page.database_back")
