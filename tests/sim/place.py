"""Where a night is played: a folder in memory or a server, one engine for the process, and ears for complaints."""

import gc
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog

from monitord.store.engine import reading_engine, writing_engine
from tests.support.night import empty_database
from tests.support.server import Server

SHM = Path("/dev/shm")
FILE = Path("sim.db")
SERVER: list[Server] = []
"""The server on which nights are played; none: each in a file of its own."""
_PRESENT: list[sa.URL] = []


def new_database() -> None:
    """Make the database of the present night: migrated and without rows."""
    if SERVER:
        _PRESENT[:] = [SERVER[0].new_database()]
    else:
        FILE.write_bytes(empty_database())


@cache
def the_engine() -> sa.Engine:
    """Return the one engine of this process, on the database of the present night.

    An engine compiles each statement once: with one for each life half of the time would go there.
    """
    if not SERVER:
        return writing_engine(FILE)
    engine = writing_engine(SERVER[0].url("postgres"))
    sa.event.listen(engine, "do_connect", _to_the_present)
    sa.event.listen(engine, "after_cursor_execute", _count)
    return engine


def _to_the_present(_dialect: Any, _record: Any, _arguments: Any, named: dict[str, Any]) -> None:
    named["dbname"] = _PRESENT[0].database


def _count(connection: sa.Connection, cursor: Any, statement: str, *_: Any) -> None:
    if statement.startswith(("INSERT", "UPDATE", "DELETE")):
        connection.info["changes"] = connection.info.get("changes", 0) + cursor.rowcount


def changes(connection: sa.Connection) -> int:
    """Return how many rows were changed through this connection, what was undone included."""
    if SERVER:
        return int(connection.info.get("changes", 0))
    return int(connection.connection.dbapi_connection.total_changes)  # type: ignore[union-attr]


@contextmanager
def read() -> Iterator[sa.Connection]:
    """Open the database of the present night for reading."""
    engine = reading_engine(_PRESENT[0] if _PRESENT else FILE)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def in_folder(work: Callable[[Path], Any]) -> Any:
    """Run `work` with a folder in memory where there is one, and remove it and the night's database."""
    folder = Path(tempfile.mkdtemp(prefix="monitord-sim-", dir=SHM if SHM.is_dir() else None))
    gc.freeze()
    gc.set_threshold(20_000, 50, 1000)
    home = Path.cwd()
    os.chdir(folder)
    try:
        return work(folder)
    finally:
        os.chdir(home)
        shutil.rmtree(folder, ignore_errors=True)
        for url in _PRESENT:
            SERVER[0].drop(url)


class _Ear(logging.Handler):
    """Hears what libraries and our own rooms complain about."""

    def __init__(self, into: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._into = into

    def emit(self, record: logging.LogRecord) -> None:
        self._into.append(f"{record.name}: {record.getMessage()}: {record.exc_info[1] if record.exc_info else ''!r}")


def listen(into: list[str]) -> None:
    """Let every log line of an error be written down, and nothing be printed."""

    def hear(logger: Any, method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
        if method in ("error", "exception", "critical"):
            into.append(f"{event.pop('event', '')}: {event!r}")
        raise structlog.DropEvent

    structlog.configure(processors=[structlog.processors.format_exc_info, hear], cache_logger_on_first_use=False)
    logging.getLogger().handlers = [_Ear(into)]
