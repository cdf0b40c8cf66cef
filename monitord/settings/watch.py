"""A watch of the settings' folder: it notices that files were written, and waits until the writing is over."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from monitord.clock import Clock

QUIET = 2.0
"""Seconds for which nothing may have changed: editors write in steps, and people copy several files."""
EVERY = 1.0
"""Seconds between two looks at the folder."""

Marks = tuple[tuple[str, ...], ...]


def marks(folder: Path) -> Marks:
    """Return what tells one state of the folder's settings from another without reading them; raises for nothing."""
    try:
        names = sorted(
            entry.name
            for entry in os.scandir(folder)
            if entry.name.endswith(".yaml") and not entry.name.startswith(".")
        )
    except OSError as error:
        return ((str(error.errno),),)
    return tuple(_mark(folder / name) for name in names)


def _mark(path: Path) -> tuple[str, ...]:
    try:
        seen = path.stat()
    except OSError as error:
        return (path.name, str(error.errno))
    # The inode: `mv` puts another file in its place. The ctime: it moves also where somebody set the mtime.
    parts = (seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_mode)
    return (path.name, *(str(part) for part in parts))


class FolderWatch:
    """Calls `changed` once after each change of the folder, when it has been quiet for QUIET seconds.

    The first look counts as a change, so that nothing written while the daemon started is missed. While `wanted` says
    no, a change waits.
    """

    def __init__(
        self, folder: Path, clock: Clock, changed: Callable[[], Awaitable[object]], wanted: Callable[[], bool]
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._changed = changed
        self._wanted = wanted
        self._seen: Marks | None = None
        self._moved_at: float | None = None

    async def run(self) -> None:
        """Look for ever."""
        while True:
            await self.look()
            await self._clock.sleep(EVERY)

    async def look(self) -> None:
        """Look once. What `changed` raises is raised, and it is not called again for the same change."""
        seen, now = await asyncio.to_thread(marks, self._folder), self._clock.mono()
        if seen != self._seen:
            self._seen, self._moved_at = seen, now
        elif self._moved_at is not None and now - self._moved_at >= QUIET and self._wanted():
            self._moved_at = None
            await self._changed()
