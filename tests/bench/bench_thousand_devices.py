"""One thousand devices each ten seconds on one core: start, steady state, memory, and one device that falls silent.

The daemon is the real one, `monitord run`, alone on one core. Agents, Telegram stand-in and this bench share another.
"""

import argparse
import asyncio
import contextlib
import os
import socket
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from monitord.clock import SystemClock
from monitord.demo.agents import Agent, Interface, device_mib, run_agents
from monitord.demo.botapi import Act, BotApi
from tests.bench.figures import figure, introduce, say
from tests.bench.processes import MEASURED, OTHERS, Cost, cost, daemon, on_core, python
from tests.bench.settings import COMMUNITY, PORT, SECRETS, TOKEN, address_of, device_id, write_settings
from tests.support.scrape import Scrape, ready, rows, scrape

INTERVAL = 10
START_LIMIT = 60
POLL = 0.05
ROUND = (
    "1.3.6.1.2.1.1.3.0",
    "1.3.6.1.6.3.10.2.1.2.0",
    "1.3.6.1.6.3.10.2.1.3.0",
    "1.3.6.1.2.1.31.1.1.1.1.2",
    "1.3.6.1.2.1.2.2.1.7.2",
    "1.3.6.1.2.1.2.2.1.8.2",
)
"""What one look asks of a device in one GET: uptime, the engine's two counts, and name and state of the interface."""

IMPORTS = """
import time; began = time.perf_counter()
import monitord.bootstrap, monitord.cli.app; monitord.cli.app.make_app()
lines = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(time.perf_counter() - began, int(lines["VmRSS"].split()[0]) / 1024)
"""


def free_port() -> int:
    """Return a TCP port of the loopback that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.asynccontextmanager
async def world(devices: int) -> AsyncIterator[tuple[list[Agent], BotApi]]:
    """Hold the agents of all devices and the Telegram stand-in."""
    clock = SystemClock()
    mib = device_mib(
        "bench",
        "simulated device",
        (1, 3, 6, 1, 4, 1, 99999, 1),
        [Interface(1, "mgmt0"), *(Interface(n, f"ge-0/0/{n - 1}") for n in range(2, 9))],
    )
    agents = [
        Agent(clock, mib, address_of(n), PORT, community=COMMUNITY, uptime=3600.0 + 60 * n) for n in range(devices)
    ]
    async with BotApi(clock, token=TOKEN) as bot:
        await run_agents(agents)
        try:
            yield agents, bot
        finally:
            for agent in agents:
                await agent.stop()


@dataclass(frozen=True, slots=True)
class Alone:
    """What is compared with: seconds and MiB of the imports alone, seconds of imports and settings, and CPU
    microseconds of a GET by the peer, the first to each device and the later ones.
    """

    import_seconds: float
    import_rss: float
    settings_seconds: float
    peer_first: float
    peer: float


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of the daemon: seconds and MiB; `window` is what came in while it was `watched`."""

    start: float
    first_round: float
    started: Cost
    watched: float
    cpu: float
    steady: Cost
    window: Scrape
    page: Scrape
    bad: tuple[int, int, int]
    opened: float
    accepted: float
    last: Cost
    lag: float


async def until_ready(process: asyncio.subprocess.Process, port: int) -> None:
    """Wait until the daemon has looked at everything once. RuntimeError when it ends or takes too long."""
    for _ in range(int(START_LIMIT / POLL)):
        if await ready(port):
            return
        if process.returncode is not None:
            raise RuntimeError(f"the daemon ended with {process.returncode}")
        await asyncio.sleep(POLL)
    raise RuntimeError(f"the daemon was not ready within {START_LIMIT} s")


def bad_edges(database: Path) -> tuple[int, int, int]:
    """Return how many incidents were opened, and how many soft edges and hard edges away from up there were."""

    def count(query: str) -> int:
        [(number,)] = rows(database, query)
        return int(str(number))

    return (
        count("SELECT count(*) FROM incident"),
        count("SELECT count(*) FROM journal WHERE kind = 'target.soft'"),
        count("SELECT count(*) FROM journal WHERE kind = 'target.hard' AND json_extract(refs, '$.now') != 'up'"),
    )


class Lag:
    """How late this process itself was at most: agents that answer late are no fault of the daemon."""

    def __init__(self) -> None:
        self.worst = 0.0

    async def watch(self) -> None:
        """Measure for ever."""
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.02)
            self.worst = max(self.worst, time.perf_counter() - began - 0.02)


async def fall_silent(agent: Agent, device: str, bot: BotApi, database: Path) -> tuple[float, float]:
    """Silence one device right after it was looked at, the worst instant; return the seconds until the incident was
    opened, and until the stand-in took the first message about it.
    """
    asked = agent.asked
    for _ in range(int(2 * INTERVAL / 0.002)):
        if agent.asked != asked:
            break
        await asyncio.sleep(0.002)
    agent.break_with("silent")
    silent = datetime.now(UTC)
    entry = await bot.wait_for(lambda history: next((e for e in history if e.act is Act.MESSAGE), None), 90)
    assert entry is not None
    [(opened,)] = rows(database, f"SELECT opened_at FROM incident WHERE target = '{device}/agent_answers'")
    at = datetime.fromisoformat(str(opened))
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return (at - silent).total_seconds(), (entry.at - silent).total_seconds()


async def watch(folder: Path, devices: int, seconds: float) -> tuple[Alone, Seen]:
    """Run the daemon and everything around it, and return what was seen."""
    imports = python(["-c", IMPORTS]).split()
    port, database, log = free_port(), folder / "state" / "monitord.db", folder / "daemon.log"
    lag = Lag()
    async with world(devices) as (agents, bot), asyncio.TaskGroup() as beside:
        lagging = beside.create_task(lag.watch())
        config = write_settings(folder, devices, bot_url=bot.url, web_port=port, interval=f"{INTERVAL}s")
        began = time.perf_counter()
        await asyncio.to_thread(python, ["-m", "monitord", "config", "check", "--config", str(config)], SECRETS)
        settings = time.perf_counter() - began
        began = time.perf_counter()
        async with daemon(config, log, SECRETS) as process:
            await until_ready(process, port)
            start = time.perf_counter() - began
            started, page = cost(process.pid), await scrape(port)
            # Until every device is back on its own grid the rate is still that of the start.
            await asyncio.sleep(INTERVAL)
            say(f"  ready after {start:.1f} s; now {seconds:.0f} s of steady state ...")
            before, spent, began, own = await scrape(port), cost(process.pid), time.perf_counter(), time.process_time()
            await asyncio.sleep(seconds)
            after, steady, watched = await scrape(port), cost(process.pid), time.perf_counter() - began
            say(f"  agents, stand-in and bench: {(time.process_time() - own) / watched:.2f} of core {OTHERS}")
            bad = bad_edges(database)
            victim = devices // 2
            opened, accepted = await fall_silent(agents[victim], device_id(victim), bot, database)
            last = cost(process.pid)
        lagging.cancel()
        say("  the peer ...")
        peer = (await asyncio.to_thread(python, ["-m", "tests.bench.peer_pysnmp", "100", "20", *ROUND])).split()
    return Alone(float(imports[0]), float(imports[1]), settings, float(peer[0]), float(peer[1])), Seen(
        start=start,
        first_round=page.total("monitord_first_round_seconds"),
        started=started,
        watched=watched,
        cpu=steady.cpu - spent.cpu,
        steady=steady,
        window=after.since(before),
        page=after,
        bad=bad,
        opened=opened,
        accepted=accepted,
        last=last,
        lag=lag.worst,
    )


def report(devices: int, alone: Alone, seen: Seen) -> None:
    """Print every figure."""
    looks = seen.window.total("monitord_looks_total")
    per_look = seen.cpu / looks * 1e6
    silent = seen.page.total("monitord_snmp_datagrams_total", event="silent")
    well = f"{devices} devices, all well, {seen.page.total('monitord_looks_total'):.0f} looks"
    hlapi = f"pysnmp hlapi.v3arch in normal use, same GET, same run: {alone.peer:.0f} us"
    memory = f"imports alone {alone.import_rss:.0f} MiB"
    worst = INTERVAL + 2 * 5 + 3 * 2 * 2

    figure("thousand.start_to_first_full_round", seen.start, "s", f"imports alone {alone.import_seconds:.2f} s", "< 5")
    before = seen.start - seen.first_round
    figure("thousand.start.before_looking", before, "s", f"`config check` alone {alone.settings_seconds:.2f} s", None)
    figure(
        "thousand.start.cpu",
        seen.started.cpu,
        "s",
        "CPU of all threads until ready, wherever the wall clock stood",
        None,
    )
    figure("thousand.start.first_round", seen.first_round, "s", "its looks are spread on purpose", None)
    incidents, soft, hard = seen.bad
    figure("thousand.false_outages", incidents, "incidents", well, "== 0")
    figure("thousand.soft_edges", soft, "edges", well, "== 0")
    figure("thousand.hard_edges_away_from_up", hard, "edges", well, "== 0")
    figure("thousand.asks_unanswered", silent, "asks", well, "== 0")
    figure("thousand.agents_late_at_most", seen.lag, "s", "2 s: above it the bench itself makes devices silent", "< 1")
    figure("thousand.looks_per_second", looks / seen.watched, "1/s", f"{devices / INTERVAL:.0f}/s wanted", ">= 99")
    late = seen.window.quantile("monitord_look_lateness_seconds", 0.99)
    figure("thousand.look_late_p99", late, "s", f"interval {INTERVAL} s", "<= 0.25")
    overruns = seen.window.total("monitord_sweep_overruns_total")
    figure("thousand.sweep_overruns", overruns, "looks", f"{looks:.0f} looks", "== 0")
    figure("thousand.cpu_share", seen.cpu / seen.watched, "cores", "one core", "< 1")
    figure("thousand.cpu_per_look", per_look, "us", f"{hlapi} ({alone.peer_first:.0f} us the first time)", None)
    figure("thousand.cpu_per_look_to_peer", per_look / alone.peer, "ratio", hlapi, "<= 1")
    figure("thousand.rss_after_first_round", seen.started.rss, "MiB", memory, "< 180")
    figure("thousand.rss_after_steady_state", seen.steady.rss, "MiB", memory, "< 180")
    figure("thousand.rss_peak", seen.last.peak, "MiB", memory, "< 180")
    settings = f"interval {INTERVAL} s, confirm 3, retry 5 s, 2 x 2 s time-out: at most {worst} s"
    figure("thousand.silence_to_incident", seen.opened, "s", settings, f"<= {worst}")
    figure("thousand.incident_to_accepted", seen.accepted - seen.opened, "s", "the stand-in answers at once", "<= 1")
    say(f"  load at the end {os.getloadavg()[0]:.2f}")


def main() -> None:
    """Measure."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--devices", type=int, default=1000)
    ask.add_argument("--seconds", type=float, default=60.0, help="how long the steady state is watched")
    asked = ask.parse_args()
    introduce(f"{asked.devices} devices each {INTERVAL} s; the daemon on core {MEASURED}")
    with tempfile.TemporaryDirectory(prefix="monitord-bench-") as name:
        folder = Path(name)
        try:
            with on_core(OTHERS):
                alone, seen = asyncio.run(watch(folder, asked.devices, asked.seconds))
        except Exception:
            log = folder / "daemon.log"
            say(log.read_text(encoding="utf-8", errors="replace")[-4000:] if log.exists() else "the daemon never began")
            raise
    report(asked.devices, alone, seen)


if __name__ == "__main__":
    main()
