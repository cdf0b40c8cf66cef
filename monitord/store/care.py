"""Caring for the database file.

Is it whole, how large is its log, how much room is left, and a reserve for the day the disk is full.
"""

import contextlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from monitord.store.engine import StoreError

RESERVE_BYTES = 8 * 1024 * 1024
"""Bytes held back, so that a full disk still takes the outages of a night."""


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes: what is free on the disk, the write-ahead log, the database."""

    free: int
    wal: int
    database: int


def room(database: Path) -> Room:
    """Return how much room there is and is used."""
    wal = database.with_name(database.name + "-wal")
    return Room(
        shutil.disk_usage(database.parent).free,
        wal.stat().st_size if wal.exists() else 0,
        database.stat().st_size if database.exists() else 0,
    )


def check_whole(engine: sa.Engine, database: Path) -> None:
    """Raise StoreError when SQLite finds the file damaged."""
    with engine.connect() as connection:
        found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if found != "ok":
        raise StoreError(f"{database} is damaged ({found}): put it aside as evidence and restore the newest backup")


def shrink_log(engine: sa.Engine) -> bool:
    """Write the log back into the database and cut it to nothing; False when a reader stood in the way."""
    # The driver's own connection: within a transaction, which SQLAlchemy would begin, a checkpoint is refused.
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy = cursor.fetchone()
        cursor.close()
    finally:
        connection.close()
    return busy is not None and busy[0] == 0


class ReserveFile:
    """A file that only takes room; deleting it gives a full disk back enough to go on writing."""

    def __init__(self, folder: Path, size: int = RESERVE_BYTES) -> None:
        self._path = folder / "reserve"
        self._size = size

    def hold(self) -> bool:
        """Take the room, unless it is taken or there is too little; return True when it is held."""
        if self._path.exists():
            return True
        if shutil.disk_usage(self._path.parent).free < 4 * self._size:
            return False
        part = self._path.with_suffix(".part")
        try:
            fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
            try:
                os.posix_fallocate(fd, 0, self._size)
            finally:
                os.close(fd)
            part.replace(self._path)
        except OSError:
            with contextlib.suppress(OSError):
                part.unlink()
            return False
        return True

    def give(self) -> bool:
        """Free the room; False when it was not held."""
        try:
            self._path.unlink()
        except OSError:
            return False
        return True
