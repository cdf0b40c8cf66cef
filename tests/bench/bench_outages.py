"""Ten thousand outages at once until all are durable, and how long a decision takes while five thousand devices fail.

The real desk on a real SQLite file: WAL, synchronous=FULL, the writer in its thread with group commit.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from monitord.domain.edge import Edge
from monitord.domain.health import Health
from tests.bench.figures import figure, introduce, percentile, say
from tests.bench.many import House, agent_of, house, settings_with
from tests.bench.processes import MEASURED, on_core
from tests.support.scrape import rows

OUTAGES = 10_000
FAILING = 5_000
SECONDS = 10.0
LONGEST = 300
"""Seconds after which nothing is waited for any longer."""


async def all_at_once(folder: Path) -> None:
    """Open OUTAGES incidents and wait until the last of them is committed."""
    async with house(folder, settings_with(folder, OUTAGES)) as at:
        edges = [at.source.edge(agent_of(n), Health.DOWN) for n in range(OUTAGES)]
        began, spent = time.perf_counter(), time.process_time()
        await at.queue.put(edges)
        await drained(at)
        took, cpu = time.perf_counter() - began, time.process_time() - spent
        opened = count(at.database, "SELECT count(*) FROM incident")
        told = count(at.database, "SELECT count(*) FROM outbox")
    if opened != OUTAGES or told != OUTAGES:
        raise RuntimeError(f"{opened} incidents and {told} notices of {OUTAGES} outages")
    against = "rows in incident, timer, target, outbox and journal (2) for each, one fsync a COMMIT"
    figure("outages.ten_thousand.durable", took, "s", against, "<= 1")
    figure("outages.ten_thousand.cpu_per_outage", cpu / OUTAGES * 1e6, "us", "all threads", None)


async def spread(folder: Path) -> None:
    """Let FAILING devices fail evenly over SECONDS; each edge is timed from the looker to the COMMIT of its notices."""
    made: dict[str, float] = {}
    waited: list[float] = []

    def taken(edges: Sequence[Edge]) -> None:
        now = time.perf_counter()
        waited.extend(now - made[edge.target] for edge in edges)

    async with house(folder, settings_with(folder, FAILING), taken) as at:
        began, spent = time.perf_counter(), time.process_time()
        while len(made) < FAILING:
            due = min(FAILING, int((time.perf_counter() - began) / SECONDS * FAILING) + 1)
            for n in range(len(made), due):
                edge = at.source.edge(agent_of(n), Health.DOWN)
                made[edge.target] = time.perf_counter()
                await at.queue.put([edge])
            await asyncio.sleep(0.002)
        await drained(at)
        cpu = time.process_time() - spent
        logged = count(at.database, "SELECT count(DISTINCT target) FROM journal WHERE kind = 'incident.opened'")
        told = count(at.database, "SELECT count(DISTINCT incident) FROM outbox")
    against = f"{len(waited)} edges in {SECONDS:g} s; from the looker's edge to the COMMIT of its outbox rows"
    figure("outages.storm.decision_to_outbox.p50", percentile(waited, 0.5), "s", against, None)
    figure("outages.storm.decision_to_outbox.p99", percentile(waited, 0.99), "s", against, "<= 0.05")
    figure("outages.storm.decision_to_outbox.worst", max(waited), "s", against, None)
    figure("outages.storm.cpu_share", cpu / SECONDS, "cores", "one core", None)
    figure("outages.storm.missing_from_log", FAILING - logged, "incidents", f"{FAILING} failed", "== 0")
    figure("outages.storm.not_told", FAILING - told, "incidents", f"{FAILING} failed", "== 0")


async def drained(at: House) -> None:
    """Return when every edge that was put is committed."""
    for _ in range(LONGEST * 1000):
        if not at.queue.waiting():
            break
        await asyncio.sleep(0.001)
    # The writer takes decisions in their order: when this one is answered, all before it are durable.
    await at.desk.alive()


def count(database: Path, sql: str) -> int:
    """Return the one number that a query gives."""
    [(found,)] = rows(database, sql)
    return int(str(found))


def main() -> None:
    """Measure."""
    introduce(f"outages through the desk; on core {MEASURED}")
    for measure in (all_at_once, spread):
        # Not in memory: what a COMMIT costs is what is measured.
        with tempfile.TemporaryDirectory(prefix="monitord-bench-", dir="/var/tmp") as folder, on_core(MEASURED):
            asyncio.run(measure(Path(folder)))
    say(f"  load at the end {os.getloadavg()[0]:.2f}")


if __name__ == "__main__":
    main()
