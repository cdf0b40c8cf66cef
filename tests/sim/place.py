"""Where a night is played: a folder in memory, one engine for the process, and ears for what is complained about."""

import gc
import logging
import os
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog

from monitord.store.engine import writing_engine

SHM = Path("/dev/shm")
FILE = Path("sim.db")


@cache
def the_engine() -> sa.Engine:
    """Return the one engine of this process, on the database of the present folder.

    An engine compiles each statement once: with one for each life half of the time would go there.
    """
    return writing_engine(FILE)


def in_folder(work: Callable[[Path], Any]) -> Any:
    """Run `work` with a folder in memory where there is one, and remove it."""
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
