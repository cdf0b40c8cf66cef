"""The database opened for the commands that read it; neither daemon nor lock is needed."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import sqlalchemy as sa
from cyclopts import Parameter

from monitord.cli.place import WRONG, database_of, fail, folder_or_default, settings_at
from monitord.domain.safe import clean
from monitord.settings.model import Settings
from monitord.store.engine import Place, name_of, reading_engine
from monitord.texts import pick
from monitord.texts.story import Words

Config = Annotated[
    Path | None,
    Parameter(name="--config", help="Folder of the settings (default: $MONITORD_CONFIG, /etc/monitord, ./config)."),
]
Database = Annotated[
    Path | None, Parameter(name="--database", help="Database file; without --config ids stand for names then.")
]
UNREAD = 141
"""What a shell calls a program that SIGPIPE ended: the output was cut short, so it is no success."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An open database with the settings and words to show it by; `settings` is None when only a file was named."""

    connection: sa.Connection
    settings: Settings | None
    words: Words


@contextmanager
def while_read() -> Iterator[None]:
    """End quietly with UNREAD when the reader of the output has seen enough (`| head`)."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        # The interpreter flushes what is left when it ends, and would complain of the pipe again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(UNREAD) from None


@contextmanager
def reading(config: Path | None, database: Path | None) -> Iterator[Reading]:
    """Open the database for reading; prints what to do next and exits with 2 when it cannot be read."""
    settings = settings_at(folder_or_default(config)) if config is not None or database is None else None
    place: Place | None = database
    if place is None:
        assert settings is not None
        place = database_of(settings)
    if isinstance(place, Path):
        _must_be_readable(place)
        place = place.absolute()
    engine = reading_engine(place)
    try:
        with engine.connect() as connection, while_read():
            yield Reading(connection, settings, pick(settings.lang if settings else "vi"))
    except (sa.exc.DatabaseError, ValueError) as error:
        why = str(getattr(error, "orig", error))
        advice = "name the database of monitord with --database, or a sound copy of it"
        if not isinstance(place, Path):
            advice = "look at the server and at `database` in the settings, then `monitord db status`"
        fail(f"{database or name_of(place)}: cannot be read as a journal: {clean(why)}; {advice}", WRONG)
    finally:
        engine.dispose()


def _must_be_readable(database: Path) -> None:
    try:
        with database.open("rb"):
            pass
    except FileNotFoundError:
        fail(f"{database}: no such file; start `monitord run` once, or name the file with --database", WRONG)
    except OSError as error:
        fail(f"{database}: {error.strerror}; run this as the user of the daemon, or name a copy with --database", WRONG)
