"""A storm: 5,000 devices fail in ten seconds, and 2,000 in ten minutes; what one person gets of it, and when.

The real desk on a real SQLite file, everything on one core. Ten seconds are real ones; ten minutes go by on a clock
that is moved by hand.
"""

import asyncio
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from monitord.domain.health import Health
from monitord.domain.notice import Delivery, Outcome
from monitord.domain.storm import AS_EVER, FIRST
from monitord.settings.model import Settings
from tests.bench.bench_outages import count, drained
from tests.bench.figures import figure, introduce, percentile, say
from tests.bench.many import House, agent_of, house, settings_with
from tests.bench.processes import MEASURED, on_core
from tests.support.night import Night

FAILING, SECONDS = 5_000, 10.0
SLOWLY, MINUTES = 2_000, 10
AFTER = 30.0
"""Seconds that are watched after the last device has failed."""
ACCEPTED = Outcome(Delivery.ACCEPTED)


def stormy(folder: Path, devices: int) -> Settings:
    """Return settings with so many devices, and storms as they are by default."""
    return replace(settings_with(folder, devices), storm=AS_EVER)


async def in_seconds(folder: Path) -> None:
    """Let FAILING devices fail within SECONDS, send what is due, and fire what is due."""
    lags: list[float] = []
    sent: list[tuple[float, str, str]] = []
    async with house(folder, stormy(folder, FAILING)) as at:
        began, put = time.perf_counter(), 0
        tasks = [asyncio.create_task(_send(at, sent, began)), asyncio.create_task(at.desk.run_timers())]
        while (passed := time.perf_counter() - began) < SECONDS + AFTER:
            due = min(FAILING, int(passed / SECONDS * FAILING) + 1)
            await at.queue.put([at.source.edge(agent_of(n), Health.DOWN) for n in range(put, due)])
            put = due
            slept = time.perf_counter()
            await asyncio.sleep(0.002)
            lags.append(time.perf_counter() - slept - 0.002)
        await drained(at)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        opened = count(at.database, "SELECT count(*) FROM incident WHERE target NOT LIKE 'storm:%'")
        logged = count(at.database, "SELECT count(DISTINCT target) FROM journal WHERE kind = 'incident.opened'"
                       " AND target NOT LIKE 'storm:%'")  # fmt: skip
    against = f"{FAILING:,} devices fail in {SECONDS:g} s, {AFTER:g} s more are watched"
    figure("storm.seconds.first_message", min(at for at, *_ in sent), "s", against, "<= 10")
    figure("storm.seconds.messages", _most((person, way) for _, person, way in sent), "a person", against, "<= 3")
    figure("storm.seconds.loop_lag.p99", percentile(lags, 0.99), "s", against, "<= 0.05")
    figure("storm.seconds.loop_lag.worst", max(lags), "s", against, None)
    figure("storm.seconds.missing_from_log", FAILING - min(opened, logged), "incidents", against, "== 0")


async def _send(at: House, sent: list[tuple[float, str, str]], began: float) -> None:
    """Claim what is due, as a dispatcher does, and say that it arrived."""
    while True:
        for channel in ("telegram", "log"):
            for claimed in await at.desk.claim(channel, 20):
                await at.desk.report(claimed.message.notice, ACCEPTED)
                if claimed.message.replaces is None:
                    sent.append((time.perf_counter() - began, claimed.message.to, channel))
        await asyncio.sleep(0.1)


async def in_minutes(folder: Path) -> None:
    """Let SLOWLY devices fail within MINUTES."""
    began = time.process_time()
    async with Night(folder, "2027-09-11 02:30", stormy(folder, SLOWLY)) as night:
        start = night.clock.now()
        for n in range(SLOWLY):
            await night.sees(agent_of(n), Health.DOWN)
            await night.passes(seconds=MINUTES * 60 / SLOWLY)
        await night.passes(minutes=1)
        early = [g for g in night.got if g.edits is None and _at(g.at, start) - start <= FIRST]
        logged = {row.target for row in night.rows("incident.opened")} & {agent_of(n) for n in range(SLOWLY)}
        cpu = time.process_time() - began
    against = f"{SLOWLY:,} devices fail in {MINUTES} min"
    figure("storm.minutes.messages", _most((g.person, g.channel) for g in early), "a person", against, "<= 3")
    figure("storm.minutes.missing_from_log", SLOWLY - len(logged), "incidents", against, "== 0")
    figure("storm.minutes.cpu", cpu / SLOWLY * 1e6, "us an outage", "everything, telling included", None)


def _at(clock: str, start: datetime) -> datetime:
    hours, minutes, seconds = map(int, clock.split(":"))
    local = start.astimezone().astimezone(UTC)
    # The night begins at 19:30 UTC, which is 02:30 there.
    return local.replace(hour=(hours - 7) % 24, minute=minutes, second=seconds)


def _most(told: Iterable[tuple[str, str]]) -> int:
    return max(Counter(told).values(), default=0)


def main() -> None:
    """Measure."""
    introduce(f"storms; on core {MEASURED}")
    with tempfile.TemporaryDirectory(prefix="monitord-bench-", dir="/var/tmp") as top, on_core(MEASURED):
        for name, work in (("seconds", in_seconds), ("minutes", in_minutes)):
            folder = Path(top) / name
            folder.mkdir()
            asyncio.run(work(folder))
    say(f"  load at the end {os.getloadavg()[0]:.2f}")


if __name__ == "__main__":
    main()
