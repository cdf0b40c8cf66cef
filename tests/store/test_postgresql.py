"""A server as the daemon needs it: one writer, whose lock goes and comes with its connection."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from monitord.store import postgresql as pg
from monitord.store.engine import AlreadyRunning, StoreError, name_of, writing_engine
from monitord.store.opening import not_durable, open_writing
from monitord.store.tx import Tx
from monitord.store.writer import StoreUnavailable
from tests.store.test_writer import Work, commit, keys, put
from tests.support.server import Server

HASTY = 100
"""Milliseconds for which these tests wait for a lock that stays taken."""

pytestmark = pytest.mark.slow


@pytest.fixture
def place(postgresql: Server) -> Iterator[sa.URL]:
    """Only servers: what a file does in their place stands in test_engine.py."""
    with postgresql.database() as url:
        yield url


def refusal(engine: sa.Engine, work: Work) -> StoreUnavailable:
    """Return why a decision was refused for now."""
    (future,) = commit(engine, work)
    error = future.exception()
    assert isinstance(error, StoreUnavailable), error
    return error


def done(engine: sa.Engine, work: Work) -> Any:
    """Return what came of a decision."""
    (future,) = commit(engine, work)
    return future.result()


def backend(engine: sa.Engine) -> int:
    """Return the server's process behind the writer's connection."""
    with engine.connect() as connection:
        return int(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())


def test_commits_reach_the_disk_and_every_transaction_is_serializable(engine: sa.Engine) -> None:
    def shown(tx: Tx) -> list[Any]:
        asked = ("synchronous_commit", "transaction_isolation", "transaction_read_only")
        return [tx.sql.exec_driver_sql(f"SHOW {name}").scalar() for name in asked]

    for _ in range(2):
        assert done(engine, shown) == ["on", "serializable", "off"]


def test_a_server_that_may_lose_commits_is_told_of(engine: sa.Engine, database: Path) -> None:
    assert "fsync is off" in (not_durable(engine) or "")
    assert not_durable(writing_engine(database)) is None


def test_what_a_decision_read_still_holds_when_it_commits_or_it_is_made_anew(
    engine: sa.Engine, postgresql: Server
) -> None:
    url = engine.url
    done(engine, put("state", "open"))
    meddled = False

    def decide(tx: Tx) -> str | None:
        nonlocal meddled
        read = tx.get("state")
        if not meddled:
            meddled = True
            postgresql.sql("UPDATE meta SET value = 'taken' WHERE key = 'state'", str(url.database))
        tx.put("state", f"{read}, told")
        return read

    assert not refusal(engine, decide).full
    assert done(engine, decide) == "taken"
    assert done(engine, lambda tx: tx.get("state")) == "taken, told"


def test_a_second_writer_is_refused_and_told_who_holds_the_lock(engine: sa.Engine, place: sa.URL) -> None:
    done(engine, put("a"))
    with pytest.raises(AlreadyRunning, match=f"held by `monitord .* {os.getpid()}`"):
        open_writing(place)
    hasty = writing_engine(place, HASTY)
    assert "one daemon a database" in str(refusal(hasty, put("b")))
    engine.dispose()
    assert done(hasty, put("c")) == "c"
    hasty.dispose()
    assert keys(place) == {"a", "c"}


HOLDER = """
import sys
import sqlalchemy as sa
from monitord.store.engine import writing_engine
connection = writing_engine(sa.make_url(sys.argv[1])).connect()
print("held", flush=True)
sys.stdin.read()
"""


def test_the_lock_goes_with_the_process_that_held_it_however_it_dies(place: sa.URL) -> None:
    command = [sys.executable, "-c", HOLDER, place.render_as_string(hide_password=False)]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == "held"
        with pytest.raises(AlreadyRunning, match=str(holder.pid)):
            writing_engine(place, HASTY).connect()
    finally:
        holder.kill()
        holder.communicate()
    open_writing(place).dispose()


def test_the_lock_is_taken_again_when_the_connection_was_lost_and_not_while_another_has_it(
    place: sa.URL, postgresql: Server
) -> None:
    engine, other = writing_engine(place, HASTY), writing_engine(place)
    done(engine, put("before"))
    postgresql.sql(f"SELECT pg_terminate_backend({backend(engine)}, 5000)")
    assert backend(other)
    refusal(engine, put("lost"))
    assert "is held by" in str(refusal(engine, put("late")))
    other.dispose()
    assert done(engine, put("after")) == "after"
    with pytest.raises(AlreadyRunning):
        writing_engine(place, HASTY).connect()
    assert keys(place) == {"before", "after"}
    engine.dispose()


def test_a_connection_that_breaks_inside_a_decision_undoes_the_whole_group(
    engine: sa.Engine, place: sa.URL, postgresql: Server
) -> None:
    def breaks(tx: Tx) -> None:
        tx.put("inside", "x")
        postgresql.sql(
            f"SELECT pg_terminate_backend({tx.sql.exec_driver_sql('SELECT pg_backend_pid()').scalar()}, 5000)"
        )
        tx.isolated(lambda: tx.put("isolated", "x"))

    futures: list[Future[Any]] = commit(engine, put("one"), breaks, put("two"))
    assert {type(f.exception()) for f in futures} == {StoreUnavailable}
    assert keys(place) == set()
    assert done(engine, put("again")) == "again"


def test_a_read_without_end_is_ended(place: sa.URL) -> None:
    reading = pg.reading_engine(place, read_ms=50)
    for _ in range(3):
        with reading.connect() as connection, pytest.raises(sa.exc.OperationalError, match="statement timeout"):
            connection.exec_driver_sql("SELECT count(*) FROM generate_series(1, 1000000000)").scalar()
        with reading.connect() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM generate_series(1, 1000)").scalar() == 1000
    reading.dispose()


def test_no_message_names_the_password() -> None:
    url = sa.make_url("postgresql+psycopg://monitord:bí-mật@127.0.0.1:1/monitord?connect_timeout=2")
    assert "bí-mật" not in name_of(url)
    with pytest.raises(StoreError) as refused:
        open_writing(url)
    assert "127.0.0.1" in str(refused.value)
    assert "bí-mật" not in str(refused.value)
