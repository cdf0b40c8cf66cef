"""Opening a database as the daemon needs it: a file of SQLite, or a PostgreSQL server by its URL.

Of a file: WAL, full synchronisation, immediate transactions, one daemon a file. Of a server: see `postgresql`.
"""

import fcntl
import itertools
import os
import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.pool import QueuePool

from monitord.store import postgresql
from monitord.store.trouble import AlreadyRunning as AlreadyRunning
from monitord.store.trouble import StoreError as StoreError

Place = Path | sa.URL
"""Where a database lies: a file of SQLite, or the URL of a PostgreSQL database."""

APPLICATION_ID = 0x6D6F6E64
"""`mond`: marks a file as ours, so that another database put in its place is noticed."""

BUSY_MS = 5_000
PATIENCE_EVERY = 100_000
PATIENCE_CALLS = 5_000
"""A reading transaction may take this many calls of so many steps of SQLite's machine, some seconds of work."""


def name_of(place: Place) -> str:
    """Return how a database is called in messages: its path, or its URL without the password."""
    return place.render_as_string(hide_password=True) if isinstance(place, sa.URL) else str(place)


def writing_engine(place: Place, busy_ms: int = BUSY_MS) -> sa.Engine:
    """Return the engine of the one writer.

    No other writer comes between the first statement of a transaction and its end; every commit is on the disk when it
    returns.
    """
    if isinstance(place, sa.URL):
        return postgresql.writing_engine(place, busy_ms)
    return _engine(place, writing=True, busy_ms=busy_ms)


def reading_engine(place: Place, patience: int = PATIENCE_CALLS) -> sa.Engine:
    """Return an engine that cannot write.

    Its reads must be short, since an open one keeps what was deleted or changed since from being cleared away: one that
    works for some seconds (in a file: `patience` times PATIENCE_EVERY steps) is ended with
    sqlalchemy.exc.OperationalError.
    """
    if isinstance(place, sa.URL):
        return postgresql.reading_engine(place)
    return _engine(place, writing=False, patience=patience)


def _engine(path: Path, *, writing: bool, busy_ms: int = BUSY_MS, patience: int = PATIENCE_CALLS) -> sa.Engine:
    # mode=rw: a file that is gone is an error and not an empty database.
    place = f"file:{quote(str(path))}?mode=rw"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(place, uri=True, timeout=busy_ms / 1000, check_same_thread=False, isolation_level=None)

    size = 1 if writing else 4
    engine = sa.create_engine(
        "sqlite://",
        creator=connect,
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=2,
        hide_parameters=True,  # what an error carries ends in logs, and values are people's
    )

    @sa.event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={busy_ms}")
        cursor.execute("PRAGMA foreign_keys=ON")
        if writing:
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=FULL")
            (owner,) = cursor.execute("PRAGMA application_id").fetchone()
            if owner == 0:
                cursor.execute(f"PRAGMA application_id={APPLICATION_ID}")
            elif owner != APPLICATION_ID:
                raise StoreError(f"{path} is a database of another program")
            cursor.execute("PRAGMA journal_size_limit=67108864")
            (level,) = cursor.execute("PRAGMA synchronous").fetchone()
            if level != 2:
                raise StoreError(
                    f"{path}: synchronous is {level}, not FULL; committed rows could be lost in a power cut"
                )
        else:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def _on_begin(connection: sa.Connection) -> None:
        if not writing:
            _limit_the_work(connection, patience)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _limit_the_work(connection: sa.Connection, patience: int) -> None:
    """Let this transaction work for so long and no longer; what an earlier one of the same connection used is past."""
    left = itertools.repeat(0, patience)
    # SQLite ends the statement that is running when its handler returns something else than 0.
    raw: Any = connection.connection.dbapi_connection
    raw.set_progress_handler(lambda: next(left, 1), PATIENCE_EVERY)


def refuse_network_file_system(folder: Path, mounts: Path = Path("/proc/mounts")) -> None:
    """Raise StoreError when `folder` lies on NFS or CIFS, where SQLite's locks do not hold."""
    real = folder.resolve()
    best, kind = "", ""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        fields = line.split()
        if len(fields) > 2 and len(fields[1]) >= len(best) and real.is_relative_to(fields[1].replace("\\040", " ")):
            best, kind = fields[1], fields[2]
    if kind in {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p"}:
        raise StoreError(
            f"{folder} is on {kind}: put state_dir on a local disk, SQLite's locks do not hold over a network"
        )


class StateLock:
    """The lock by which one process at a time owns a state folder.

    The kernel frees it when the process dies, however it dies.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "monitord.lock"
        self._fd: int | None = None

    def acquire(self) -> "StateLock":
        """Take the lock; AlreadyRunning names the holder's pid when it is taken."""
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as busy:
            holder = os.read(fd, 32).decode("ascii", "replace").strip() or "unknown"
            os.close(fd)
            raise AlreadyRunning(f"{self._path} is held by process {holder}: one daemon a database") from busy
        os.ftruncate(fd, 0)
        os.pwrite(fd, f"{os.getpid()}\n".encode("ascii"), 0)
        self._fd = fd
        return self

    def release(self) -> None:
        """Give the lock back."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def __enter__(self) -> "StateLock":
        return self.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
