"""The file is opened as a power cut demands, and no transaction that could write begins late."""

import os
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from monitord.store import care
from monitord.store import tables as t
from monitord.store.columns import UtcDateTime
from monitord.store.engine import (
    APPLICATION_ID,
    AlreadyRunning,
    StateLock,
    StoreError,
    reading_engine,
    refuse_network_file_system,
    writing_engine,
)
from monitord.store.writer import InlineWriter
from tests.store.conftest import make_tx


@pytest.fixture
def place(database: Path) -> Path:
    """Only files: what a server does in their place stands in test_postgresql.py."""
    return database


def test_commits_reach_the_disk_and_the_log_is_a_write_ahead_log(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        asked = {p: connection.exec_driver_sql(f"PRAGMA {p}").scalar() for p in ("synchronous", "journal_mode")}
        assert asked == {"synchronous": 2, "journal_mode": "wal"}
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA application_id").scalar() == APPLICATION_ID


def test_every_transaction_of_the_writer_holds_the_write_lock_from_its_first_statement(
    engine: sa.Engine, database: Path
) -> None:
    with engine.connect() as connection, connection.begin():
        connection.execute(sa.select(t.meta)).all()
        other = sqlite3.connect(database, isolation_level=None, timeout=0)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()


def test_a_read_without_end_is_ended_and_many_short_ones_of_one_connection_are_not(
    engine: sa.Engine, database: Path
) -> None:
    reading = reading_engine(database, patience=5)
    count = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT {}) SELECT count(*) FROM n"
    for _ in range(20):
        with reading.connect() as connection:
            assert connection.exec_driver_sql(count.format(20_000)).scalar() == 20_000
    with reading.connect() as connection, pytest.raises(sa.exc.OperationalError, match="interrupted"):
        connection.exec_driver_sql(count.format(400_000)).scalar()
    with reading.connect() as connection:
        assert connection.exec_driver_sql(count.format(20_000)).scalar() == 20_000
    reading.dispose()


async def test_no_decision_begins_with_a_deferred_transaction(engine: sa.Engine) -> None:
    begun: list[str] = []

    @sa.event.listens_for(engine, "before_cursor_execute")
    def note(_c: object, _cur: object, statement: str, *_rest: object) -> None:
        begun.append(statement)

    writer = InlineWriter(engine, make_tx)
    await writer.run(lambda tx: tx.get("a"))
    await writer.run(lambda tx: tx.put("a", "1"))
    begins = [s for s in begun if s.upper().startswith("BEGIN")]
    assert begins == ["BEGIN IMMEDIATE", "BEGIN IMMEDIATE"]


# --- instants ---------------------------------------------------------------------------------------------------------

ZONES = [UTC, ZoneInfo("Asia/Ho_Chi_Minh"), ZoneInfo("America/New_York"), timezone(timedelta(hours=-11, minutes=-30))]
LATEST = datetime(9999, 12, 30)  # noqa: DTZ001
instants = st.datetimes(datetime(1000, 1, 2), LATEST, timezones=st.sampled_from(ZONES))  # noqa: DTZ001
DIALECT = sa.create_engine("sqlite://").dialect


def bound(at: datetime) -> str:
    """Return what is stored for an instant."""
    value = UtcDateTime().process_bind_param(at, DIALECT)
    assert value is not None
    return value


@given(instants)
@settings(max_examples=150, deadline=None)
def test_an_instant_comes_back_the_same_and_in_utc(at: datetime) -> None:
    back = UtcDateTime().process_result_value(bound(at), DIALECT)
    assert back is not None
    assert back == at.astimezone(UTC)
    assert back.utcoffset() == timedelta(0)


@given(instants, instants)
@settings(max_examples=150, deadline=None)
def test_instants_sort_as_text_as_they_sort_in_time(one: datetime, other: datetime) -> None:
    assert (bound(one) < bound(other)) == (one < other)
    assert len(bound(one)) == 27


def test_no_column_keeps_instants_in_another_way() -> None:
    kinds = {type(c.type) for table in t.metadata.tables.values() for c in table.columns}
    assert not kinds & {sa.DateTime, sa.TIMESTAMP, sa.Date, sa.Time}


# --- the log, the reserve, the lock -----------------------------------------------------------------------------------


def grow(engine: sa.Engine, rows: int = 300) -> None:
    """Write so much that the write-ahead log has a size."""
    with engine.begin() as connection:
        connection.execute(t.meta.insert(), [{"key": f"k{n}", "value": "v" * 500} for n in range(rows)])


def test_the_log_is_cut_to_nothing_while_nobody_reads(engine: sa.Engine, database: Path) -> None:
    reading = reading_engine(database)
    with reading.connect() as keeps_the_file_open:
        keeps_the_file_open.execute(sa.select(t.meta.c.key)).all()
        keeps_the_file_open.rollback()
        grow(engine)
        assert care.room(database).wal > 100_000
        assert care.shrink_log(engine) is True
        assert care.room(database).wal == 0
    reading.dispose()


def test_a_reader_that_stays_is_told_of_and_nothing_is_lost(engine: sa.Engine, database: Path) -> None:
    reading, hasty = reading_engine(database), writing_engine(database, busy_ms=20)
    with reading.connect() as reader:
        reader.execute(sa.select(t.meta)).all()
        grow(engine)
        assert care.shrink_log(hasty) is False
        assert care.room(database).wal > 100_000
    assert care.shrink_log(hasty) is True
    with engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(t.meta)).scalar() == 300
    reading.dispose()
    hasty.dispose()


@pytest.mark.parametrize("kind", ["nfs4", "nfs", "cifs"])
def test_a_folder_on_a_network_file_system_is_refused_also_when_it_is_mounted_on_demand(
    tmp_path: Path, kind: str
) -> None:
    mounts = tmp_path / "mounts"
    place = str(tmp_path.resolve()).replace(" ", "\\040")
    mounts.write_text(f"/dev/vda1 / ext4 rw 0 0\nsystemd-1 {place} autofs rw 0 0\nfiles:/state {place} {kind} rw 0 0\n")
    with pytest.raises(StoreError, match=kind):
        refuse_network_file_system(tmp_path / "state", mounts)
    mounts.write_text(f"files:/other {place}x {kind} rw 0 0\n/dev/vda1 / ext4 rw 0 0\n")
    refuse_network_file_system(tmp_path / "state", mounts)
    mounts.unlink()
    refuse_network_file_system(tmp_path / "state", mounts)


def test_a_whole_file_passes_and_a_damaged_one_is_named(engine: sa.Engine, database: Path) -> None:
    grow(engine)
    care.check_whole(engine, database)
    care.shrink_log(engine)
    engine.dispose()
    with database.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xff" * 4096 * 30)
    with pytest.raises((StoreError, sa.exc.DatabaseError)):
        care.check_whole(engine, database)


def test_the_reserve_takes_its_room_and_gives_it_back(tmp_path: Path) -> None:
    reserve = care.ReserveFile(tmp_path, 64 * 1024)
    assert reserve.hold()
    assert reserve.hold()
    held = tmp_path / "reserve"
    assert held.stat().st_blocks * 512 >= 64 * 1024
    assert reserve.give()
    assert not reserve.give()
    assert list(tmp_path.iterdir()) == []


def test_the_reserve_is_not_taken_from_a_disk_that_is_nearly_full(tmp_path: Path) -> None:
    assert not care.ReserveFile(tmp_path, 1 << 60).hold()
    assert list(tmp_path.iterdir()) == []


HOLDER = """
import sys
from pathlib import Path
from monitord.store.engine import StateLock
lock = StateLock(Path(sys.argv[1])).acquire()
print("held", flush=True)
sys.stdin.read()
"""


def test_one_process_at_a_time_owns_a_folder_and_death_frees_it(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == "held"
        with pytest.raises(AlreadyRunning, match=str(holder.pid)):
            StateLock(tmp_path).acquire()
    finally:
        holder.kill()
        holder.communicate()
    with StateLock(tmp_path):
        assert (tmp_path / "monitord.lock").read_text().strip() == str(os.getpid())


def test_the_lock_is_not_inherited_by_what_the_daemon_starts(tmp_path: Path) -> None:
    lock = StateLock(tmp_path).acquire()
    script = [sys.executable, "-c", "print(flush=True); input()"]
    with subprocess.Popen(script, stdin=subprocess.PIPE, stdout=subprocess.PIPE, close_fds=False) as child:
        assert child.stdout is not None
        child.stdout.readline()
        lock.release()
        StateLock(tmp_path).acquire().release()
        child.communicate(b"\n")


def test_a_local_folder_is_no_network_file_system(tmp_path: Path) -> None:
    refuse_network_file_system(tmp_path)
