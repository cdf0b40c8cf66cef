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
from datetime import UTC, datetime
from pathlib import Path

from monitord.clock import SystemClock
from monitord.demo.agents import Agent, Interface, device_mib, run_agents
from monitord.demo.botapi import Act, BotApi
from tests.bench.figures import figure, introduce, say
from tests.bench.processes import MEASURED, OTHERS, cost, daemon, on_core, python
from tests.bench.scrape import ready, rows, scrape
from tests.bench.settings import COMMUNITY, INTERFACE, PORT, SECRETS, TOKEN, address_of, device_id, write_settings

INTERVAL = 10
START_LIMIT = 60
BREAKS = 0.05
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


async def until_ready(process: asyncio.subprocess.Process, port: int, log: Path) -> None:
    """Wait until the daemon has looked at everything once. RuntimeError with its log when it does not come to that."""
    for _ in range(int(START_LIMIT / BREAKS)):
        if await ready(port):
            return
        if process.returncode is not None:
            break
        await asyncio.sleep(BREAKS)
    raise RuntimeError(log.read_text(encoding="utf-8", errors="replace")[-4000:])


def bad_edges(database: Path) -> tuple[int, int, int]:
    """Return how many incidents the daemon has opened, and how many soft and hard edges led away from up."""
    [(incidents,)] = rows(database, "SELECT count(*) FROM incident")
    found = {str(kind): int(str(n)) for kind, n in rows(database, "SELECT kind, count(*) FROM journal GROUP BY kind")}
    [(hard,)] = rows(
        database, "SELECT count(*) FROM journal WHERE kind = 'target.hard' AND json_extract(refs, '$.now') != 'up'"
    )
    return int(str(incidents)), found.get("target.soft", 0), int(str(hard))


async def fall_silent(agent: Agent, device: str, bot: BotApi, database: Path) -> tuple[float, float]:
    """Silence one device right after it was looked at, the worst instant; return the seconds until the incident was
    opened, and until the stand-in took the first message about it.
    """
    asked = agent.asked
    async with asyncio.timeout(2 * INTERVAL):
        while agent.asked == asked:
            await asyncio.sleep(0.002)
    agent.break_with("silent")
    silent = datetime.now(UTC)
    entry = await bot.wait_for(lambda history: next((e for e in history if e.act is Act.MESSAGE), None), 90)
    assert entry is not None
    [(opened,)] = rows(database, f"SELECT opened_at FROM incident WHERE target = '{device}/agent_answers'")
    at = datetime.fromisoformat(str(opened))
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return (at - silent).total_seconds(), (entry.at - silent).total_seconds()


async def run(devices: int, seconds: float) -> None:
    """Measure and print every figure."""
    import_time, import_rss = map(float, python(["-c", IMPORTS]).split())
    with tempfile.TemporaryDirectory(prefix="monitord-bench-") as name:
        folder, port = Path(name), free_port()
        database, log = folder / "state" / "monitord.db", folder / "daemon.log"
        async with world(devices) as (agents, bot):
            config = write_settings(folder, devices, bot_url=bot.url, web_port=port, interval=f"{INTERVAL}s")
            began = time.perf_counter()
            await asyncio.to_thread(python, ["-m", "monitord", "config", "check", "--config", str(config)], SECRETS)
            checked = time.perf_counter() - began
            began = time.perf_counter()
            async with daemon(config, log, SECRETS) as process:
                await until_ready(process, port, log)
                start = time.perf_counter() - began
                first = (await scrape(port)).total("monitord_first_round_seconds")
                at_start = cost(process.pid)
                say(f"  steady for {seconds:.0f} s ...")
                before, spent, mine, own = await scrape(port), cost(process.pid), time.perf_counter(), time.process_time()
                await asyncio.sleep(seconds)
                after, end, passed = await scrape(port), cost(process.pid), time.perf_counter() - mine
                own = time.process_time() - own
                incidents, soft, hard = bad_edges(database)
                victim = devices // 2
                opened, accepted = await fall_silent(agents[victim], device_id(victim), bot, database)
                last = cost(process.pid)
            peer_first, peer = await asyncio.to_thread(
                lambda: map(float, python(["-m", "tests.bench.peer_pysnmp", "100", "20", *ROUND]).split())
            )
        window = after.since(before)
        looks = window.total("monitord_looks_total")
        share = (end.cpu - spent.cpu) / passed
        alone = f"imports alone {import_time:.2f} s"
        hlapi = f"pysnmp hlapi v3arch, normal use, same GET, same run: {peer:.0f} us ({peer_first:.0f} us the first time)"
        figure("thousand.start_to_first_full_round", start, "s", alone, "< 5")
        figure("thousand.start.before_looking", start - first, "s", f"imports and settings alone {checked:.2f} s", None)
        figure("thousand.start.first_round", first, "s", "new devices are spread over 2 s", None)
        figure("thousand.false_outages", incidents, "incidents", f"{devices} devices, all well, {looks:.0f} looks", "== 0")
        figure("thousand.soft_edges", soft, "edges", "all devices well", "== 0")
        figure("thousand.hard_edges_away_from_up", hard, "edges", "all devices well", "== 0")
        figure("thousand.looks_per_second", looks / passed, "1/s", f"{devices / INTERVAL:.0f}/s wanted", ">= 99")
        figure("thousand.look_late_p99", window.quantile("monitord_look_lateness_seconds", 0.99), "s",
               f"interval {INTERVAL} s", "<= 0.25")  # fmt: skip
        figure("thousand.sweep_overruns", window.total("monitord_sweep_overruns_total"), "looks", "looks", "== 0")
        figure("thousand.snmp_datagrams_silent", after.total("monitord_snmp_datagrams_total", event="silent"), "asks",
               "since the start, all devices well", "== 0")  # fmt: skip
        figure("thousand.cpu_share_of_one_core", share, "cores", "one core", "< 1")
        figure("thousand.cpu_per_look", (end.cpu - spent.cpu) / looks * 1e6, "us", hlapi, None)
        figure("thousand.cpu_per_look_over_pysnmp", (end.cpu - spent.cpu) / looks * 1e6 / peer, "ratio", hlapi, "<= 1")
        memory = f"imports alone {import_rss:.0f} MiB"
        figure("thousand.rss_after_first_round", at_start.rss, "MiB", memory, "< 180")
        figure("thousand.rss_after_steady", end.rss, "MiB", memory, "< 180")
        figure("thousand.rss_peak", last.peak, "MiB", memory, "< 180")
        worst = INTERVAL + 2 * 5 + 3 * 2 * 2
        settings = f"interval {INTERVAL} s, confirm 3, retry 5 s, 2 x 2 s time-out: at most {worst} s"
        figure("thousand.silence_to_incident", opened, "s", settings, f"<= {worst}")
        figure("thousand.incident_to_accepted", accepted - opened, "s", "the stand-in answers at once", "<= 1")
        say(f"  agents, stand-in and bench: {own / passed:.2f} of core {OTHERS}; load at the end {os.getloadavg()[0]:.2f}")


def main() -> None:
    """Measure."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--devices", type=int, default=1000)
    ask.add_argument("--seconds", type=float, default=60.0, help="how long the steady state is watched")
    asked = ask.parse_args()
    introduce(f"{asked.devices} devices each {INTERVAL} s; the daemon on core {MEASURED}")
    with on_core(OTHERS):
        asyncio.run(run(asked.devices, asked.seconds))


if __name__ == "__main__":
    main()
