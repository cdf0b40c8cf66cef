"""Migrations of a server's database: only when asked for, whole or not at all, and never beside a daemon."""

import shutil
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.command import downgrade, upgrade
from alembic.config import Config
from alembic.migration import MigrationContext

from monitord.store import tables as t
from monitord.store.engine import AlreadyRunning, StoreError, reading_engine, writing_engine
from monitord.store.migrate import NewerSchema, OldSchema, Status, head, must_be_current, status_of, upgrade_server
from monitord.store.opening import open_writing
from tests.store.test_migrations import NEXT
from tests.support.server import Server

pytestmark = pytest.mark.slow


@pytest.fixture
def url(postgresql: Server) -> Iterator[sa.URL]:
    with postgresql.database() as url:
        yield url


@pytest.fixture
def empty(postgresql: Server) -> Iterator[sa.URL]:
    with postgresql.database("template0") as url:
        yield url


def schema(url: sa.URL) -> set[str]:
    """Return every table, column, index, trigger and function there is, and the revision."""
    wanted = (
        "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable"
        " FROM information_schema.columns WHERE table_schema = 'public'"
        " UNION SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"
        " UNION SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"
        " UNION SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        " UNION SELECT relname FROM pg_class WHERE relkind = 'S'"
    )
    engine = reading_engine(url)
    with engine.connect() as connection:
        found = {str(row[0]) for row in connection.exec_driver_sql(wanted)}
        found.add(str(MigrationContext.configure(connection).get_current_revision()))
    engine.dispose()
    return found


def set_revision(url: sa.URL, revision: str) -> None:
    """Let the database say that it has that revision."""
    engine = writing_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = %s", (revision,))
    engine.dispose()


def test_an_empty_database_gets_the_whole_schema_and_a_second_time_nothing_happens(empty: sa.URL, url: sa.URL) -> None:
    assert status_of(empty) == Status(None, head(), True)
    assert upgrade_server(empty) is None
    assert status_of(empty) == Status(head(), head(), True)
    whole = schema(empty)
    assert whole == schema(url)
    assert upgrade_server(empty) == head()
    assert schema(empty) == whole


def test_the_tables_in_the_code_are_the_tables_in_the_database_but_for_lengths(url: sa.URL) -> None:
    def differs(_c: object, _i: object, _m: object, there: object, here: object) -> bool | None:
        both_text = isinstance(there, sa.String) and isinstance(getattr(here, "impl", here), sa.String)
        return False if both_text else None

    engine = reading_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": differs})
        assert compare_metadata(context, t.metadata) == []
    engine.dispose()


def test_a_daemon_refuses_an_empty_and_an_older_one_and_says_what_to_run(empty: sa.URL, url: sa.URL) -> None:
    before = schema(empty)
    with pytest.raises(OldSchema, match=r"is empty.*monitord db upgrade"):
        open_writing(empty)
    assert schema(empty) == before
    upgrade_server(empty)
    engine = writing_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM alembic_version")
    engine.dispose()
    with pytest.raises(OldSchema, match="run `monitord db upgrade`"):
        must_be_current(url)


def test_a_newer_one_is_refused_by_the_daemon_and_by_the_upgrade_and_not_written(url: sa.URL) -> None:
    set_revision(url, "9999")
    before = schema(url)
    assert not status_of(url).known
    for refused in (open_writing, upgrade_server, must_be_current):
        with pytest.raises(NewerSchema, match="9999"):
            refused(url)
    assert schema(url) == before


def test_nothing_is_upgraded_while_a_daemon_holds_the_lock(empty: sa.URL) -> None:
    daemon = writing_engine(empty)
    with daemon.connect():
        pass
    before = schema(empty)
    with pytest.raises(AlreadyRunning, match="held by `monitord "):
        upgrade_server(empty)
    assert schema(empty) == before
    daemon.dispose()
    upgrade_server(empty)


def test_a_migration_that_breaks_leaves_nothing_and_every_one_can_be_taken_back(tmp_path: Path, url: sa.URL) -> None:
    folder = tmp_path / "migrations"
    with resources.as_file(resources.files("monitord.store") / "migrations") as present:
        shutil.copytree(present, folder, ignore=shutil.ignore_patterns("__pycache__"))
    config = Config()
    config.set_main_option("script_location", str(folder))
    step = folder / "versions" / "r9999_half.py"
    before = schema(url)
    engine = writing_engine(url)
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        step.write_text(NEXT.format(before=head(), then='raise RuntimeError("killed half-way")'), encoding="utf-8")
        with pytest.raises(RuntimeError):
            upgrade(config, "head")
        connection.rollback()
        assert schema(url) == before
        step.write_text(NEXT.format(before=head(), then="pass"), encoding="utf-8")
        upgrade(config, "head")
        assert "9999" in schema(url)
        step.unlink()
        connection.exec_driver_sql("DROP TABLE half")
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{head()}'")
        connection.commit()
        downgrade(config, "base")
        left = {line for line in schema(url) if "alembic" not in line}
        assert left == {"None"}
    engine.dispose()


@pytest.mark.parametrize(
    "kind",
    ["ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'vi' LOCALE 'C'", "ENCODING 'SQL_ASCII'", "ENCODING 'LATIN1'"],
    ids=["language", "ascii", "latin"],
)
def test_a_database_that_keeps_text_otherwise_is_refused_before_anything_is_made(postgresql: Server, kind: str) -> None:
    with postgresql.database(f"template0 {kind}") as url:
        before = schema(url)
        with pytest.raises(StoreError, match="LOCALE 'C'"):
            upgrade_server(url)
        assert schema(url) == before
