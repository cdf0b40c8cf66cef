"""The one writer: one COMMIT for many decisions, each undone alone, none answered before it is on the disk."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from monitord.domain.journal import Fact, FactKind, verify
from monitord.store import tables as t
from monitord.store.engine import Place, reading_engine, writing_engine
from monitord.store.rows import Moment, journal_row
from monitord.store.tx import Tx
from monitord.store.writer import InlineWriter, StoreUnavailable, ThreadWriter, commit_group
from tests.store.conftest import make_tx

Work = Callable[[Tx], Any]


class Wrong(Exception):
    """What a decision raises."""


def put(key: str, value: str = "x") -> Work:
    """Return a decision that remembers a value, and returns its key."""

    def work(tx: Tx) -> str:
        tx.put(key, value)
        return key

    return work


def put_and_fail(key: str) -> Work:
    """Return a decision that writes and then raises."""

    def work(tx: Tx) -> None:
        tx.put(key, "x")
        raise Wrong(key)

    return work


def commit(engine: sa.Engine, *works: Work) -> list[Future[Any]]:
    """Let these decisions share one COMMIT and return their futures."""
    futures: list[Future[Any]] = [Future() for _ in works]
    commit_group(engine, make_tx, list(zip(works, futures, strict=True)))
    return futures


def keys(place: Place) -> set[str]:
    """Return what is remembered, seen by another connection."""
    reading = reading_engine(place)
    with reading.connect() as other:
        found = set(other.execute(sa.select(t.meta.c.key)).scalars())
    reading.dispose()
    return found


def test_one_bad_decision_does_not_undo_its_neighbours(engine: sa.Engine, place: Place) -> None:
    first, bad, last = commit(engine, put("first"), put_and_fail("bad"), put("last"))
    assert (first.result(), last.result()) == ("first", "last")
    assert isinstance(bad.exception(), Wrong)
    assert keys(place) == {"first", "last"}


def test_a_statement_that_a_constraint_refuses_undoes_its_own_decision_only(engine: sa.Engine, place: Place) -> None:
    def twice(tx: Tx) -> None:
        tx.sql.execute(t.meta.insert().values(key="a", value="1"))
        tx.sql.execute(t.meta.insert().values(key="a", value="2"))

    one, two, three = commit(engine, put("before"), twice, put("after"))
    assert one.result() == "before"
    assert isinstance(two.exception(), sa.exc.IntegrityError)
    assert three.result() == "after"
    assert keys(place) == {"before", "after"}


def test_a_decision_sees_what_the_one_before_it_in_its_group_wrote(engine: sa.Engine) -> None:
    _, seen = commit(engine, put("k", "v"), lambda tx: tx.get("k"))
    assert seen.result() == "v"


def test_a_decision_does_not_see_what_was_undone_before_it(engine: sa.Engine) -> None:
    _, seen = commit(engine, put_and_fail("k"), lambda tx: tx.get("k"))
    assert seen.result() is None


def test_nobody_is_answered_before_the_commit(engine: sa.Engine, place: Place) -> None:
    answered: list[set[str]] = []
    futures: list[Future[Any]] = [Future(), Future()]
    for future in futures:
        future.add_done_callback(lambda _: answered.append(keys(place)))

    def not_yet(tx: Tx) -> None:
        tx.put("two", "x")
        assert not futures[0].done()

    commit_group(engine, make_tx, [(put("one"), futures[0]), (not_yet, futures[1])])
    assert answered == [{"one", "two"}, {"one", "two"}]


def test_a_commit_that_fails_fails_them_all_and_leaves_nothing(place: Place) -> None:
    engine = writing_engine(place)

    @sa.event.listens_for(engine, "commit")
    def refuse(_: sa.Connection) -> None:
        raise sqlite3.OperationalError("the disk does not answer")

    one, bad, two = commit(engine, put("one"), put_and_fail("bad"), put("two"))
    assert {type(f.exception()) for f in (one, bad, two)} == {StoreUnavailable}
    assert keys(place) == set()
    engine.dispose()


def test_a_failure_of_the_file_in_one_decision_fails_its_whole_group_unwritten(engine: sa.Engine, place: Place) -> None:
    def broken(tx: Tx) -> None:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR_WRITE
        raise error

    futures = commit(engine, put("one"), broken, put("two"))
    assert {type(f.exception()) for f in futures} == {StoreUnavailable}
    assert keys(place) == set()


def test_who_gave_up_waiting_is_not_decided_for(engine: sa.Engine, place: Place) -> None:
    gone: Future[Any] = Future()
    gone.cancel()
    stays: Future[Any] = Future()
    commit_group(engine, make_tx, [(put("gone"), gone), (put("stays"), stays)])
    assert stays.result() == "stays"
    assert keys(place) == {"stays"}


def test_another_process_with_the_write_lock_of_a_file_fails_the_group_and_the_next_one_works(database: Path) -> None:
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    hasty = writing_engine(database, busy_ms=20)
    (held,) = commit(hasty, put("a"))
    error = held.exception()
    assert isinstance(error, StoreUnavailable)
    assert not error.full
    other.execute("ROLLBACK")
    other.close()
    (free,) = commit(hasty, put("a"))
    assert free.result() == "a"
    hasty.dispose()


def test_the_remembered_last_row_of_the_journal_is_dropped_with_the_decision_that_wrote_it(engine: sa.Engine) -> None:
    at = Moment(datetime(2026, 12, 1, tzinfo=UTC), 1.0, "b", "run")

    def append(tx: Tx) -> int:
        return tx.append([Fact(FactKind.DAEMON_STARTED)], at)[0].seq

    def append_and_fail(tx: Tx) -> None:
        append(tx)
        raise Wrong

    def inner(tx: Tx) -> None:
        tx.isolated(lambda: append_and_fail(tx))
        append(tx)

    commit(engine, append, append_and_fail, inner, append)
    with engine.connect() as connection:
        rows = [journal_row(r) for r in connection.execute(sa.select(t.journal)).mappings()]
    assert [r.seq for r in rows] == [1, 2, 3]
    assert list(verify(rows)) == []


def test_work_that_is_isolated_undoes_its_own_writes_only(engine: sa.Engine, place: Place) -> None:
    def work(tx: Tx) -> Exception | None:
        tx.put("outer", "x")
        error = tx.isolated(lambda: put_and_fail("inner")(tx))
        tx.put("after", "x")
        return error

    (done,) = commit(engine, work)
    assert isinstance(done.result(), Wrong)
    assert keys(place) == {"outer", "after"}


async def test_many_at_once_share_few_commits_and_all_are_written(place: Place) -> None:
    engine = writing_engine(place)
    begins = 0

    @sa.event.listens_for(engine, "begin")
    def count(_: sa.Connection) -> None:
        nonlocal begins
        begins += 1

    writer = ThreadWriter(engine, make_tx)
    gate = threading.Event()
    first = asyncio.ensure_future(writer.run(lambda tx: gate.wait(5)))
    many = [asyncio.ensure_future(writer.run(put(f"k{n}"))) for n in range(300)]
    await asyncio.sleep(0)
    gate.set()
    assert await first is True
    assert await asyncio.gather(*many) == [f"k{n}" for n in range(300)]
    writer.close()
    assert len(keys(place)) == 300
    assert begins <= 4


async def test_decisions_are_made_in_the_order_they_came(place: Place) -> None:
    writer = ThreadWriter(writing_engine(place), make_tx)
    order: list[int] = []
    await asyncio.gather(*(writer.run(lambda tx, n=n: order.append(n)) for n in range(100)))  # type: ignore[misc]
    writer.close()
    assert order == list(range(100))


async def test_closing_finishes_what_was_submitted(place: Place) -> None:
    writer = ThreadWriter(writing_engine(place), make_tx)
    tasks = [asyncio.ensure_future(writer.run(put(f"k{n}"))) for n in range(20)]
    await asyncio.sleep(0)
    await asyncio.to_thread(writer.close)
    assert len(await asyncio.gather(*tasks)) == 20
    assert len(keys(place)) == 20


async def test_a_cancelled_caller_does_not_stop_the_writer(place: Place) -> None:
    writer = ThreadWriter(writing_engine(place), make_tx)
    gate = threading.Event()
    holding = asyncio.ensure_future(writer.run(lambda tx: gate.wait(5)))
    waiting = asyncio.ensure_future(writer.run(put("never")))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    gate.set()
    await holding
    assert await writer.run(put("after")) == "after"
    writer.close()
    assert keys(place) == {"after"}


@pytest.mark.parametrize("form", [ThreadWriter, InlineWriter])
async def test_both_forms_raise_what_the_decision_raised_and_write_nothing_of_it(place: Place, form: Any) -> None:
    writer = form(writing_engine(place), make_tx)
    with pytest.raises(Wrong):
        await writer.run(put_and_fail("a"))
    assert await writer.run(put("b")) == "b"
    writer.close()
    assert keys(place) == {"b"}
