"""The database refuses, by a full disk or another process: what was seen waits and is written later in order."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitord.bootstrap import token
from monitord.desk.bus import EdgeQueue
from monitord.domain.edge import Edge, Firmness
from monitord.domain.health import Cause, Health
from monitord.domain.journal import FactKind
from monitord.store import tables as t
from monitord.store.care import ReserveFile
from monitord.store.engine import writing_engine
from monitord.store.tx import Tx
from monitord.store.writer import InlineWriter, StoreUnavailable
from tests.support.night import ACCEPTED, Night, silent

OLT = silent("cr-1")
OTHER = silent("ups-song-mau")


def edge(night: Night, seq: int, target: str, health: Health) -> Edge:
    """Return a hard edge as the looker gives it."""
    cause = Cause.FINE if health is Health.UP else Cause.NO_ANSWER
    now = night.clock.now()
    return Edge("desk", night.run, seq, target, None, health, Firmness.HARD, 3, 3, cause, "", now, first_bad=now)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of three megabytes: a real one where the system lets us mount it."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("a small disk can be mounted by root only")
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", disk], capture_output=True, text=True)
    if made.returncode != 0:
        pytest.skip(f"no small disk can be mounted here: {made.stderr.strip()}")
    yield disk
    subprocess.run(["umount", "-l", disk], check=False)


def fill(disk: Path) -> Path:
    """Fill the disk to the last byte and return the file that does it."""
    path = disk / "fill"
    file = os.open(path, os.O_CREAT | os.O_WRONLY)
    try:
        while True:
            os.write(file, b"x" * 4096)
    except OSError:
        return path
    finally:
        os.close(file)


def impatient(night: Night) -> None:
    """Let the desk's writer wait for a lock ten milliseconds instead of five seconds."""
    engine = writing_engine(night.database, busy_ms=10)
    night.desk._writer = InlineWriter(engine, lambda connection: Tx(connection, token))


async def turns(night: Night, seconds: int) -> None:
    """Let time go by in small steps, as a loop does."""
    for _ in range(seconds * 4):
        await night.clock.advance(0.25)


async def test_while_the_disk_is_full_edges_wait_and_are_written_later_in_order(small_disk: Path) -> None:
    async with Night(small_disk, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.UP)
        queue = EdgeQueue(night.desk, night.clock)
        feeding = asyncio.create_task(queue.run())
        filler = fill(small_disk)
        await queue.put([edge(night, 11, OLT, Health.DOWN)])
        await turns(night, 2)
        await queue.put([edge(night, 12, OTHER, Health.DOWN), edge(night, 13, OTHER, Health.UP)])
        await turns(night, 3)
        assert night.count(t.incident) == 0
        assert night.reserve.refusals
        assert night.reserve.refusals[0].full
        filler.unlink()
        await turns(night, 12)
        feeding.cancel()
        assert [(r.target, r.kind) for r in night.rows() if r.kind.startswith("incident.")] == [
            (OLT, FactKind.INCIDENT_OPENED),
            (OTHER, FactKind.INCIDENT_OPENED),
            (OTHER, FactKind.INCIDENT_RESTORED),
        ]
        assert night.reserve.returns >= 1


async def test_the_reserve_gives_a_full_disk_enough_room_to_go_on(small_disk: Path) -> None:
    reserve = ReserveFile(small_disk, 256 * 1024)
    async with Night(small_disk, "2026-12-01 03:00") as night:
        assert reserve.hold()
        fill(small_disk)
        seen = asyncio.create_task(night.sees(OLT, Health.DOWN))
        await turns(night, 2)
        assert not seen.done()
        assert reserve.give()
        await turns(night, 8)
        await asyncio.wait_for(seen, 20)
        assert len(night.told()) == 1
        assert not reserve.hold(), "the reserve must not be taken from a disk that is still nearly full"


async def test_a_file_that_may_not_grow_inside_a_decision_is_known_as_full(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        writer = night.desk._writer
        with night.engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()

        def large(tx: Tx) -> None:
            tx.sql.exec_driver_sql(f"PRAGMA max_page_count={pages}")
            tx.isolated(lambda: tx.put("large", "x" * 300_000))

        with pytest.raises(StoreUnavailable) as refused:
            await writer.run(large)
        assert refused.value.full
        await night.sees(OLT, Health.DOWN)
        assert night.count(t.incident) == 1


async def test_while_another_process_writes_decisions_wait_and_then_succeed(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        impatient(night)
        other = sqlite3.connect(night.database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        seen = asyncio.create_task(night.sees(OLT, Health.DOWN))
        alive = asyncio.create_task(night.desk.alive())
        await turns(night, 12)
        assert not seen.done()
        assert not alive.done()
        assert {r.full for r in night.reserve.refusals} == {False}
        other.execute("ROLLBACK")
        other.close()
        await turns(night, 6)
        await asyncio.wait_for(asyncio.gather(seen, alive), 20)
        assert night.count(t.incident) == 1
        assert night.reserve.returns >= 1


async def test_a_message_that_was_accepted_while_nothing_could_be_written_is_not_sent_again(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.desk.take_edges([edge(night, 1, OLT, Health.DOWN)])
        (claimed,) = await night.desk.claim("telegram", 10)
        impatient(night)
        other = sqlite3.connect(night.database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        report = asyncio.create_task(night.desk.report(claimed.message.notice, ACCEPTED))
        await turns(night, 40)
        other.execute("ROLLBACK")
        other.close()
        await turns(night, 6)
        await asyncio.wait_for(report, 20)
        await night.deliver()
        assert night.count(t.outbox, state="sent") == 1
        assert night.got == []


class Broken:
    """An alarm that fails itself."""

    async def refused(self, why: StoreUnavailable, seconds: float) -> None:
        raise OSError("no room is left even for the alarm")

    async def works_again(self) -> None:
        raise RuntimeError("nor for this")


async def test_an_alarm_that_fails_does_not_lose_the_decision(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        night.desk._reserve = Broken()
        impatient(night)
        other = sqlite3.connect(night.database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        seen = asyncio.create_task(night.sees(OLT, Health.DOWN))
        await turns(night, 2)
        other.execute("ROLLBACK")
        other.close()
        await turns(night, 6)
        await asyncio.wait_for(seen, 20)
        assert night.count(t.incident) == 1


async def test_nothing_deferred_can_write(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        statements: list[str] = []

        @sa.event.listens_for(night.engine, "before_cursor_execute")
        def note(_c: object, _cur: object, statement: str, *_rest: object) -> None:
            statements.append(statement.upper())

        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=6)
        await night.presses(night.on("shift"), night.got[0].buttons[0])
        await night.desk.keep_house()
        begins = [s for s in statements if s.startswith("BEGIN")]
        assert set(begins) == {"BEGIN IMMEDIATE"}
