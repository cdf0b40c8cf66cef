"""A server that is away, full, read-only or ended by its operator: refused for now, and no commit is lost."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitord.store import tables as t
from monitord.store.engine import AlreadyRunning, StoreError, reading_engine, writing_engine
from monitord.store.opening import open_writing
from monitord.store.tx import Tx
from tests.store.test_postgresql import HASTY, done, refusal
from tests.store.test_writer import keys, put
from tests.support.server import MIGRATED, Server

pytestmark = pytest.mark.slow


@pytest.fixture
def place(postgresql: Server) -> Iterator[sa.URL]:
    with postgresql.database() as url:
        yield url


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
def test_while_the_server_is_stopped_everything_is_refused_and_afterwards_all_that_was_committed_is_there(
    own: Server, how: signal.Signals
) -> None:
    url = own.url(MIGRATED)
    engine, reading = writing_engine(url), reading_engine(url)
    with reading.connect() as connection:
        assert connection.execute(sa.select(t.meta)).all() == []
    for n in range(20):
        done(engine, put(f"k{n}"))
    own.stop(how)
    for _ in range(3):
        assert not refusal(engine, put("never")).full
    with pytest.raises(sa.exc.OperationalError):
        reading.connect()
    with pytest.raises(StoreError, match=r"127\.0\.0\.1"):
        open_writing(url)
    own.start()
    assert done(engine, put("after")) == "after"
    with reading.connect() as connection:
        assert len(connection.execute(sa.select(t.meta)).all()) == 21
    with pytest.raises(AlreadyRunning):
        writing_engine(url, HASTY).connect()
    engine.dispose()
    reading.dispose()


def test_a_server_that_only_reads_is_waited_for(place: sa.URL, postgresql: Server) -> None:
    postgresql.sql(f"ALTER DATABASE {place.database} SET default_transaction_read_only = on")
    engine = writing_engine(place)
    assert not refusal(engine, put("a")).full
    postgresql.sql(f"ALTER DATABASE {place.database} RESET default_transaction_read_only")
    assert done(engine, put("a")) == "a"
    engine.dispose()


@pytest.fixture
def small_disk(postgresql: Server) -> Iterator[Path]:
    """A disk of some megabytes on which the server keeps a tablespace `small`."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("a small disk can be mounted by root only")
    disk = postgresql.folder / "small"
    disk.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", disk], capture_output=True, text=True)
    if made.returncode != 0:
        pytest.skip(f"no small disk can be mounted here: {made.stderr.strip()}")
    shutil.chown(disk, postgresql.owner, postgresql.owner)
    postgresql.sql(f"CREATE TABLESPACE small LOCATION '{disk}'")
    yield disk
    postgresql.sql("DROP TABLESPACE small")
    subprocess.run(["umount", "-l", disk], check=False)


def test_a_full_disk_of_the_server_is_known_as_full_and_passes(small_disk: Path, postgresql: Server) -> None:
    def large(tx: Tx) -> None:
        # Text that does not compress, else the server would find room for it.
        tx.put("large", os.urandom(4_000_000).hex())

    with postgresql.database(f"{MIGRATED} TABLESPACE small") as url:
        engine = writing_engine(url)
        filler = small_disk / "filler"
        filler.write_bytes(b"x" * (shutil.disk_usage(small_disk).free - 2**20))
        assert refusal(engine, large).full
        assert refusal(engine, lambda tx: tx.isolated(lambda: large(tx))).full
        filler.unlink()
        done(engine, put("after"))
        assert keys(url) == {"after"}
        engine.dispose()


@pytest.mark.parametrize(
    ("before", "statement"),
    [
        ("SET LOCAL statement_timeout = 20", "SELECT pg_sleep(60)"),
        ("SET LOCAL lock_timeout = 20", "LOCK TABLE timer"),
        ("SET TRANSACTION READ ONLY", "UPDATE meta SET value = 'x'"),
    ],
    ids=["ended", "locked", "read-only"],
)
def test_what_concerns_the_server_ends_the_whole_decision_and_not_one_part_of_it(
    engine: sa.Engine, place: sa.URL, before: str, statement: str
) -> None:
    other = reading_engine(place)
    with other.connect() as reader:
        reader.execute(sa.select(t.timer)).all()

        def decide(tx: Tx) -> Exception | None:
            tx.sql.exec_driver_sql(before)
            return tx.isolated(lambda: tx.sql.exec_driver_sql(statement))

        assert not refusal(engine, decide).full
    other.dispose()
    assert done(engine, put("after")) == "after"
    assert keys(place) == {"after"}
