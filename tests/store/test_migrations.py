"""Migrations of a file: from nothing, twice, cut off half-way, and never on what a newer program wrote."""

import shutil
import sqlite3
from importlib import resources
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.command import upgrade
from alembic.config import Config
from alembic.migration import MigrationContext

from monitord.domain.journal import Fact, FactKind
from monitord.store import migrate
from monitord.store import tables as t
from monitord.store.engine import writing_engine
from monitord.store.migrate import NewerSchema, bring_up, head
from tests.store.conftest import make_tx
from tests.store.test_facts import MOMENT

NEXT = '''"""A step that is not there yet"""
from alembic import op
revision = "9999"
down_revision = "{before}"
branch_labels = None
depends_on = None

def upgrade() -> None:
    op.execute("CREATE TABLE half (a INTEGER)")
    op.execute("INSERT INTO half VALUES (1)")
    op.execute("ALTER TABLE meta ADD COLUMN extra TEXT")
    {then}

def downgrade() -> None:
    pass
'''


def schema(path: Path) -> set[str]:
    """Return every statement of the schema, and the revision."""
    connection = sqlite3.connect(path)
    found = {str(row[0]) for row in connection.execute("SELECT sql FROM sqlite_master")}
    found |= {str(row[0]) for row in connection.execute("SELECT version_num FROM alembic_version")}
    connection.close()
    return found


def set_revision(path: Path, revision: str) -> None:
    """Let the file say that it has that revision."""
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    connection.close()


@pytest.fixture
def next_step(tmp_path: Path) -> Path:
    """A folder of migrations with the present ones; the test writes one more into it."""
    folder = tmp_path / "migrations"
    with resources.as_file(resources.files("monitord.store") / "migrations") as present:
        shutil.copytree(present, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_a_new_file_gets_the_whole_schema_and_had_none(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    assert bring_up(path) is None
    assert head() in schema(path)
    assert not list(tmp_path.glob("*.before-*"))


def test_the_second_time_nothing_happens(tmp_path: Path, database: Path) -> None:
    before = database.read_bytes()
    assert bring_up(database) == head()
    assert database.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == [database.name]


def test_the_tables_in_the_code_are_the_tables_in_the_file(database: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{database}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        assert compare_metadata(context, t.metadata) == []
    engine.dispose()


def test_a_newer_file_is_refused_and_not_written(tmp_path: Path, database: Path) -> None:
    set_revision(database, "9999")
    before = database.read_bytes()
    with pytest.raises(NewerSchema, match="9999"):
        bring_up(database)
    assert database.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == [database.name]


def test_a_migration_that_breaks_leaves_nothing(database: Path, next_step: Path) -> None:
    step = NEXT.format(before=head(), then='raise RuntimeError("killed half-way")')
    (next_step / "versions" / "r9999_half.py").write_text(step, encoding="utf-8")
    config = Config()
    config.set_main_option("script_location", str(next_step))
    config.set_main_option("sqlalchemy.url", f"sqlite:///{database}")
    before = schema(database)
    with pytest.raises(RuntimeError):
        upgrade(config, "head")
    assert schema(database) == before
    (next_step / "versions" / "r9999_half.py").write_text(NEXT.format(before=head(), then="pass"), encoding="utf-8")
    upgrade(config, "head")
    assert "9999" in schema(database)


def test_a_first_migration_that_breaks_leaves_an_empty_file(tmp_path: Path, next_step: Path) -> None:
    first = next_step / "versions" / "r0001_first_tables.py"
    source = first.read_text(encoding="utf-8")
    first.write_text(
        source.replace("def downgrade", "def _never() -> None: ...\n\n\ndef downgrade").replace(
            "    for statement in guards", '    raise RuntimeError("killed")\n    for statement in guards'
        ),
        encoding="utf-8",
    )
    config = Config()
    config.set_main_option("script_location", str(next_step))
    path = tmp_path / "new.db"
    config.set_main_option("sqlalchemy.url", f"sqlite:///{path}")
    with pytest.raises(RuntimeError):
        upgrade(config, "head")
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    connection.close()
    assert bring_up(path) is None


def test_the_file_is_copied_whole_before_it_is_changed(tmp_path: Path, database: Path) -> None:
    engine = writing_engine(database)
    with engine.begin() as connection:
        make_tx(connection).append([Fact(FactKind.DAEMON_STARTED)], MOMENT)
    engine.dispose()
    set_revision(database, head())
    # As a file of the revision before the first: its copy is made, then the upgrade finds the tables there and stops.
    connection_ = sqlite3.connect(database)
    with connection_:
        connection_.execute("DELETE FROM alembic_version")
    connection_.close()
    copy = tmp_path / "copied.db"
    migrate._copy(database, copy)
    copied = sqlite3.connect(copy)
    assert copied.execute("SELECT kind FROM journal").fetchall() == [(FactKind.DAEMON_STARTED,)]
    copied.close()
    assert not list(tmp_path.glob("*.part"))


def test_an_old_file_is_brought_up_and_its_copy_lies_beside_it(tmp_path: Path, next_step: Path) -> None:
    path = tmp_path / "old.db"
    config = Config()
    config.set_main_option("script_location", str(next_step))
    config.set_main_option("sqlalchemy.url", f"sqlite:///{path}")
    (next_step / "versions" / "r0000_nothing.py").write_text(
        'revision = "0000"\ndown_revision = None\nbranch_labels = None\ndepends_on = None\n'
        "def upgrade() -> None: ...\ndef downgrade() -> None: ...\n",
        encoding="utf-8",
    )
    first = next_step / "versions" / "r0001_first_tables.py"
    first.write_text(
        first.read_text(encoding="utf-8").replace("down_revision = None", 'down_revision = "0000"'), encoding="utf-8"
    )
    upgrade(config, "0000")
    assert schema(path) >= {"0000"}
    # This program does not know 0000, so to it the file is foreign: it is refused rather than guessed at.
    with pytest.raises(NewerSchema):
        bring_up(path)
    assert "0000" in schema(path)


def test_shifts_that_are_there_are_classed_by_how_far_they_reach(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    config = Config()
    config.set_main_option("script_location", "monitord.store:migrations")
    config.set_main_option("sqlalchemy.url", f"sqlite:///{path}")
    upgrade(config, "0014")
    connection = sqlite3.connect(path)
    days = ("2026-01-02", "2026-01-08", "2026-02-01", "2027-01-01")
    with connection:
        connection.executemany(
            "INSERT INTO shift (unit, duty, person, starts, ends, source) VALUES ('u', 'd', 'p', ?, ?, '')",
            [("2026-01-01T00:00:00.000000Z", f"{day}T00:00:00.000000Z") for day in days],
        )
    upgrade(config, "0015")
    assert connection.execute("SELECT reach FROM shift ORDER BY id").fetchall() == [(2,), (8,), (32,), (9999,)]
    connection.close()
