"""The database made fit to be written, whichever it is."""

import os

import sqlalchemy as sa

from monitord.store import care, postgresql
from monitord.store.engine import Place, StoreError, name_of, refuse_network_file_system, writing_engine
from monitord.store.migrate import bring_up, must_be_current


def open_writing(place: Place) -> sa.Engine:
    """Return the writer's engine on a database that is whole, ours alone and of this program's schema.

    A file is made, or copied and migrated, first; a server's database is neither. AlreadyRunning, NewerSchema,
    OldSchema or StoreError when it cannot be.
    """
    if isinstance(place, sa.URL):
        return _open_server(place)
    refuse_network_file_system(place.parent)
    bring_up(place)
    os.chmod(place, 0o640)
    engine = writing_engine(place)
    care.check_whole(engine, place)
    return engine


def not_durable(engine: sa.Engine) -> str | None:
    """Return what lets committed rows be lost in a power cut, None when nothing does; a file is always durable."""
    if engine.dialect.name != "postgresql":
        return None
    with engine.connect() as connection:
        return postgresql.not_durable(connection)


def _open_server(url: sa.URL) -> sa.Engine:
    engine = writing_engine(url)
    try:
        with engine.connect():
            pass  # the lock is ours from here on, and only its holder migrates
        must_be_current(url)
    except sa.exc.OperationalError as error:
        engine.dispose()
        raise StoreError(f"{name_of(url)}: {first_line(error)}") from error
    except StoreError:
        engine.dispose()
        raise
    return engine


def first_line(error: sa.exc.DBAPIError) -> str:
    """Return what a driver says, without what it adds for those who run the server."""
    return str(error.orig).strip().partition("\n")[0]
