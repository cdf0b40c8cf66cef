"""Bringing a database to this program's schema: copied first, and never written when it is newer than we are."""

import sqlite3
from importlib import resources
from pathlib import Path

import sqlalchemy as sa
from alembic.command import upgrade
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from monitord.store.engine import StoreError


class NewerSchema(StoreError):
    """The database was written by a newer program."""


def _config(path: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.files("monitord.store") / "migrations"))
    config.set_main_option("sqlalchemy.url", f"sqlite:///{path}".replace("%", "%%"))
    return config


def head() -> str:
    """Return the schema revision of this program."""
    newest = ScriptDirectory.from_config(_config(Path("unused"))).get_current_head()
    assert newest is not None
    return newest


def revision(engine: sa.Engine) -> str | None:
    """Return the schema revision of a database, None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def revision_of(path: Path) -> str | None:
    """Return the schema revision of the database at `path`, None for an empty one."""
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool)
    try:
        return revision(engine)
    finally:
        engine.dispose()


def bring_up(path: Path) -> str | None:
    """Migrate the database at `path`, after copying it, and return the revision it had (None for a new one).

    The copy is `NAME.before-REVISION`.
    NewerSchema when its revision is not known to this program: nothing is touched then.
    """
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool)
    try:
        had = revision(engine)
        script = ScriptDirectory.from_config(_config(path))
        if had is not None and had not in {r.revision for r in script.walk_revisions()}:
            raise NewerSchema(f"{path} has schema {had}, newer than this program's {head()}: upgrade monitord")
        if had == head():
            return had
        if had is not None:
            _copy(path, path.with_name(f"{path.name}.before-{head()}"))
        upgrade(_config(path), "head")
        return had
    finally:
        engine.dispose()


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
