"""How many edges a second become durable through the desk, and how long a press waits while that goes on.

The real desk on a real SQLite file: WAL, synchronous=FULL, the writer in its thread with group commit.
"""

import asyncio
import contextlib
import os
import random
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from monitord.bootstrap import settings_of, token
from monitord.clock import SystemClock
from monitord.desk.bus import EdgeQueue
from monitord.desk.context import Context
from monitord.desk.desk import Desk
from monitord.domain.edge import Edge, Firmness
from monitord.domain.health import Cause, Health
from monitord.domain.notice import Button, Delivery, Outcome
from monitord.domain.update import Update, UpdateKind
from monitord.store.engine import writing_engine
from monitord.store.migrate import bring_up
from monitord.store.tx import Tx
from monitord.store.writer import ThreadWriter
from monitord.texts import pick
from tests.bench.figures import figure, introduce, percentile, say
from tests.bench.processes import MEASURED, on_core
from tests.bench.settings import CHAT, INTERFACE, SECRETS, device_id, write_settings
from tests.support.night import Reserve, Uncounted
from tests.support.scrape import rows

DEVICES = 1200
STORM = 1000
PRESSED = DEVICES - STORM
"""Devices whose incidents are open before the storm begins; people press their buttons while it lasts."""
RAW = 400
"""Rows of the plainest way."""

LONGEST = 60
"""Seconds after which a storm is not waited for any longer."""


class Source:
    """Edges as a looker makes them."""

    def __init__(self, clock: SystemClock) -> None:
        self._clock = clock
        self._seq = 0

    def edge(self, target: str, now: Health, *, first: bool = False) -> Edge:
        """Return the next edge: a first verdict, or one that leads away from up."""
        self._seq += 1
        at = self._clock.now()
        bad = now is not Health.UP
        return Edge(
            source="desk",
            boot="bench",
            seq=self._seq,
            target=target,
            was=None if first else Health.UP,
            now=now,
            firmness=Firmness.HARD,
            attempt=3 if bad else 1,
            confirm=3,
            cause=Cause.NO_ANSWER if bad else Cause.FINE,
            detail="",
            seen_at=at,
            first_bad=at if bad else None,
            last_good=None if first else at,
            first=first,
        )


async def durable(queue: EdgeQueue, desk: Desk, edges: Sequence[Edge]) -> float:
    """Put edges into the queue as the looker does and return the seconds until all of them are committed."""
    began = time.perf_counter()
    await queue.put(edges)
    for _ in range(LONGEST * 1000):
        if not queue.waiting():
            break
        await asyncio.sleep(0.001)
    # The writer takes decisions in their order: when this one is answered, all before it are durable.
    await desk.alive()
    return time.perf_counter() - began


async def buttons(desk: Desk) -> list[str]:
    """Deliver everything that waits, as fast as it goes, and return the data of one "take" button per incident."""
    found: dict[int, str] = {}
    while batch := await desk.claim("telegram", 50):
        for claimed in batch:
            for face in (face for line in claimed.message.buttons for face in line):
                if _action(face.callback) == Button.TAKE:
                    found[claimed.message.notice] = face.callback
            await desk.report(
                claimed.message.notice, Outcome(Delivery.ACCEPTED, message_ref=str(claimed.message.notice))
            )
    return list(found.values())


def _action(callback: str) -> str:
    return callback.split("|")[2] if callback.count("|") == 3 else ""


async def press_all(desk: Desk, data: Sequence[str], over: asyncio.Event) -> list[float]:
    """Press one button after another until the storm is over, and return the seconds each waited for its COMMIT."""
    waited = []
    for number, callback in enumerate(data):
        if over.is_set():
            break
        began = time.perf_counter()
        answer = await desk.press(Update(1000 + number, UpdateKind.PRESS, CHAT, CHAT, callback, "1"))
        waited.append(time.perf_counter() - began)
        if not answer.accepted:
            raise RuntimeError(f"a press was refused: {answer.text}")
        await asyncio.sleep(0.005)
    return waited


def raw_rows(path: Path) -> float:
    """Return rows a second of the plainest way: sqlite3 alone, WAL and FULL, one COMMIT for each row."""
    connection = sqlite3.connect(path, isolation_level=None)
    with contextlib.closing(connection):
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE journal (seq INTEGER PRIMARY KEY, body TEXT)")
        began = time.perf_counter()
        for seq in range(RAW):
            connection.execute("INSERT INTO journal VALUES (?, ?)", (seq, "x" * 500))
        return RAW / (time.perf_counter() - began)


async def run(folder: Path) -> None:
    """Measure and print every figure."""
    raw = raw_rows(folder / "raw.db")
    against = f"sqlite3 alone, one COMMIT a row, same file system: {raw:.0f} rows/s"
    settings, _ = settings_of(write_settings(folder, DEVICES), SECRETS)
    database = folder / "bench.db"
    bring_up(database)
    clock = SystemClock()
    writer = ThreadWriter(writing_engine(database), lambda connection: Tx(connection, token))
    desk = Desk(writer, Context.of(settings, pick("vi")), clock, "bench", random.random, Reserve(), Uncounted())
    feeding: asyncio.Task[None] | None = None
    try:
        await desk.start()
        queue, source = EdgeQueue(desk, clock), Source(clock)
        feeding = asyncio.create_task(queue.run())
        agents = [f"{device_id(n)}/agent_answers" for n in range(DEVICES)]
        ports = [f"{device_id(n)}/interface_up/{INTERFACE}" for n in range(DEVICES)]

        spent = time.process_time()
        firsts = [
            source.edge(target, Health.UP, first=True) for pair in zip(agents, ports, strict=True) for target in pair
        ]
        first = await durable(queue, desk, firsts[: 2 * STORM])
        cpu = time.process_time() - spent
        figure("edges.first.per_second", 2 * STORM / first, "1/s", against, None)
        figure("edges.first.cpu_per_edge", cpu / (2 * STORM) * 1e6, "us", against, None)
        await durable(queue, desk, firsts[2 * STORM :])

        alone = []
        await durable(queue, desk, [source.edge(target, Health.DOWN) for target in agents[STORM:]])
        found = await buttons(desk)
        quiet, found = found[:50], found[50:]
        for number, callback in enumerate(quiet):
            began = time.perf_counter()
            await desk.press(Update(number + 1, UpdateKind.PRESS, CHAT, CHAT, callback, "1"))
            alone.append(time.perf_counter() - began)

        spent = time.process_time()
        over = asyncio.Event()
        pressing = asyncio.create_task(press_all(desk, found, over))
        storm = await durable(queue, desk, [source.edge(target, Health.DOWN) for target in agents[:STORM]])
        over.set()
        waited = await pressing
        cpu = time.process_time() - spent
        await desk.stop()
    finally:
        if feeding is not None:
            feeding.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await feeding
        writer.close()
    [(opened,)] = rows(database, "SELECT count(*) FROM incident")
    if opened != DEVICES:
        raise RuntimeError(f"{opened} incidents of {DEVICES}")
    figure("edges.opened.per_second", STORM / storm, "1/s", against, None)
    figure("edges.opened.all_durable", storm, "s", f"{STORM} incidents opened at once", None)
    figure("edges.opened.cpu_per_incident", cpu / STORM * 1e6, "us", f"{len(waited)} presses included", None)
    quiet_p50 = f"without a storm: p50 {percentile(alone, 0.5) * 1000:.1f} ms"
    figure("edges.press_alone.p99", percentile(alone, 0.99), "s", f"{quiet_p50}, {len(alone)} presses", "<= 0.1")
    figure("edges.press_in_storm.p50", percentile(waited, 0.5), "s", quiet_p50, "<= 0.5")
    figure("edges.press_in_storm.p99", percentile(waited, 0.99), "s", f"{quiet_p50}; {len(waited)} presses", "<= 1")
    say(f"  load at the end {os.getloadavg()[0]:.2f}")


def main() -> None:
    """Measure."""
    introduce(f"edges through the desk; on core {MEASURED}")
    # Not in memory: what a COMMIT costs is what is measured.
    with tempfile.TemporaryDirectory(prefix="monitord-bench-", dir="/var/tmp") as folder, on_core(MEASURED):
        asyncio.run(run(Path(folder)))


if __name__ == "__main__":
    main()
