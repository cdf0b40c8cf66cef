"""Bringing a database to this program's schema, and never writing one that is newer than we are.

A file is copied first and brought up when the daemon starts; a server's database only when somebody asks for it.
"""

import sqlite3
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import sqlalchemy as sa
from alembic.command import upgrade
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from monitord.store.engine import Place, StoreError, name_of, reading_engine, writing_engine
from monitord.store.postgresql import order_and_letters


class NewerSchema(StoreError):
    """The database was written by a newer program."""


class OldSchema(StoreError):
    """The database waits for somebody to bring it up to this program's schema."""


@dataclass(frozen=True, slots=True)
class Status:
    """The schema a database has (None: none yet) and the one this program writes; `known` is False for a newer one."""

    has: str | None
    wants: str
    known: bool


def _config(path: Path | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.files("monitord.store") / "migrations"))
    if path is not None:
        config.set_main_option("sqlalchemy.url", f"sqlite:///{path}".replace("%", "%%"))
    return config


def head() -> str:
    """Return the schema revision of this program."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    assert newest is not None
    return newest


def revision(engine: sa.Engine) -> str | None:
    """Return the schema revision of a database, None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def revision_of(place: Place) -> str | None:
    """Return the schema revision of the database at `place`, None for an empty one."""
    engine = (
        reading_engine(place)
        if isinstance(place, sa.URL)
        else sa.create_engine(f"sqlite:///{place}", poolclass=sa.NullPool, hide_parameters=True)
    )
    try:
        return revision(engine)
    finally:
        engine.dispose()


def status_of(place: Place) -> Status:
    """Return which schema the database at `place` has; it is not written."""
    return _status(revision_of(place))


def _status(has: str | None) -> Status:
    script = ScriptDirectory.from_config(_config())
    return Status(has, head(), has is None or has in {r.revision for r in script.walk_revisions()})


def _refuse_newer(place: Place, status: Status) -> None:
    if not status.known:
        raise NewerSchema(
            f"{name_of(place)} has schema {status.has}, newer than this program's {status.wants}: upgrade monitord"
        )


def must_be_current(url: sa.URL) -> None:
    """Raise unless a server's database has exactly this program's schema; it is not written.

    NewerSchema, or OldSchema, which says how to bring it up.
    """
    status = status_of(url)
    _refuse_newer(url, status)
    if status.has != status.wants:
        there = f"has schema {status.has}, older than this program's" if status.has else "is empty and needs schema"
        raise OldSchema(f"{name_of(url)} {there} {status.wants}: stop every daemon and run `monitord db upgrade`")


def upgrade_server(url: sa.URL) -> str | None:
    """Bring a server's database up in one transaction and under the writer's lock; return the revision it had.

    AlreadyRunning while a daemon holds the lock, NewerSchema, and StoreError when the database keeps text in another
    way than is needed: nothing is touched then.
    """
    _refuse_newer(url, status_of(url))
    engine = writing_engine(url)
    try:
        with engine.connect() as connection:
            if wrong := order_and_letters(connection):
                raise StoreError(wrong)
            had = MigrationContext.configure(connection).get_current_revision()
            connection.rollback()
            config = _config()
            config.attributes["connection"] = connection
            upgrade(config, "head")
            return had
    finally:
        engine.dispose()


def bring_up(path: Path) -> str | None:
    """Migrate the database at `path`, after copying it, and return the revision it had (None for a new one).

    The copy is `NAME.before-REVISION`.
    NewerSchema when its revision is not known to this program: nothing is touched then.
    """
    status = status_of(path)
    _refuse_newer(path, status)
    if status.has == status.wants:
        return status.has
    if status.has is not None:
        _copy(path, path.with_name(f"{path.name}.before-{head()}"))
    upgrade(_config(path), "head")
    return status.has


def _copy(path: Path, to: Path) -> None:
    part = to.with_name(to.name + ".part")
    part.unlink(missing_ok=True)
    source, target = sqlite3.connect(path), sqlite3.connect(part)
    try:
        source.backup(target)
    finally:
        target.close()
        source.close()
    part.replace(to)
