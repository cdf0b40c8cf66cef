"""A province of 5,000 sites read from tables, and what it costs to find the one cause while 455 rings are cut twice.

The real desk on a real SQLite file, everything on one core.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from monitord.bootstrap import settings_of
from monitord.desk import edges as edge_work
from monitord.desk.context import Context
from monitord.domain.edge import Edge
from monitord.domain.health import Health
from monitord.settings.model import Settings
from monitord.store.rows import Moment
from monitord.store.tx import Tx
from monitord.texts import pick
from tests.bench.bench_outages import count, drained
from tests.bench.figures import figure, introduce, percentile, say
from tests.bench.many import House, Source, house
from tests.bench.processes import MEASURED, on_core
from tests.bench.settings import SECRETS, write_settings

SITES, RING, PORTS = 5_000, 10, 10
RINGS = SITES // RING
CUT = 455
SECONDS = 10.0
UNIT = "vt"
BATCH = 50
"""Edges of a transaction where each is timed alone."""


def write_province(folder: Path) -> Path:
    """Write a province of tables: at each site a router in a ring and an access device behind it, ten ports each."""
    folder = write_settings(folder, 1)
    tables = {
        "sites": ["id,name,kind,stations,subscribers"],
        "devices": ["id,name,unit,site,parent,snmp.address,snmp.community,checks"],
        "links": ["id,name,a.device,a.interface,b.device,b.interface"],
        "rings": ["id,name,members,hubs"],
    }
    ports = "; ".join(f"interface_up name=p{n}" for n in range(PORTS))
    for n in range(SITES):
        tables["sites"].append(f"s{n},Trạm {n},trạm BTS,1,120")
        for kind, name, parent in (("r", "Bộ định tuyến", ""), ("a", "OLT", f"r{n}")):
            address = f"10.{64 if kind == 'r' else 65}.{n // 256}.{n % 256}"
            checks = f'"agent_answers; {ports}"'
            tables["devices"].append(f"{kind}{n},{name} {n},{UNIT},s{n},{parent},{address},public,{checks}")
        after = n + 1 if (n + 1) % RING else n + 1 - RING
        tables["links"].append(f"l{n},Đường {n},r{n},p0,r{after},p1")
        tables["links"].append(f"m{n},Đường {n} xuống,r{n},p2,a{n},p0")
    for n in range(RINGS):
        members = ";".join(f"r{m}" for m in range(n * RING, n * RING + RING))
        tables["rings"].append(f'v{n},Vòng {n},"{members}",r{n * RING}')
    for name, lines in tables.items():
        for part in range(0, len(lines) - 1, 2500):
            path = folder / f"{name}-{part}.csv"
            path.write_text("\n".join([lines[0], *lines[1 + part : 2501 + part]]), "utf-8")
            path.chmod(0o640)
    return folder


def loaded(folder: Path) -> Settings:
    """Read the province, and say how long that took."""
    began = time.perf_counter()
    settings, _ = settings_of(write_province(folder), SECRETS)
    context = Context.of(settings, pick("vi"))
    targets = sum(target.check == "interface_up" for target in settings.targets())
    against = (
        f"{len(settings.sites) - 1:,} sites, {len(settings.devices) - 1:,} devices, {targets:,} interfaces, indexed"
    )
    figure("topology.load", time.perf_counter() - began, "s", against, "<= 10")
    assert len(context.wiring.rings) == RINGS
    return settings


def storm(source: Source, rings: range) -> list[Edge]:
    """Return what is seen while each ring is cut on both sides of its hub: two ports, and nine silent routers."""
    edges = []
    for ring in rings:
        hub = ring * RING
        edges += [source.edge(f"r{hub}/interface_up/{port}", Health.DOWN) for port in ("p0", "p1")]
        edges += [source.edge(f"r{hub + n}/agent_answers", Health.DOWN) for n in range(1, RING)]
    return edges


async def alone(folder: Path, settings: Settings, name: str) -> float:
    """Return the median time of an edge in the desk, many in one transaction."""
    async with house(folder, settings) as at:
        await well(at, settings, CUT)
        spent: list[float] = []
        edges = storm(at.source, range(CUT))
        for start in range(0, len(edges), BATCH):
            batch = edges[start : start + BATCH]
            await at.desk._decide("bench", partial(_timed, at, batch, spent))
    figure(f"topology.edge.{name}.p50", percentile(spent, 0.5) * 1e6, "us", f"{len(spent):,} edges", None)
    return percentile(spent, 0.5)


def _timed(at: House, batch: Sequence[Edge], spent: list[float], tx: Tx, now: Moment) -> None:
    context = at.desk._context
    for edge in batch:
        began = time.perf_counter()
        edge_work.take_edge(tx, context, edge, now, None)
        spent.append(time.perf_counter() - began)


async def well(at: House, settings: Settings, rings: int) -> None:
    """Let every target of the first rings be seen well."""
    names = {f"r{n}" for n in range(rings * RING)}
    wanted = [t.id for t in settings.targets() if t.device in names and t.instance in (None, "p0", "p1")]
    await at.queue.put([at.source.edge(target, Health.UP, first=True) for target in wanted])
    await drained(at)


async def spread(folder: Path, settings: Settings) -> None:
    """Let them fail within SECONDS; each edge is timed from the looker to its COMMIT, and the loop by its lag."""
    made: dict[int, float] = {}
    waited: list[float] = []
    lags: list[float] = []

    def taken(edges: Sequence[Edge]) -> None:
        now = time.perf_counter()
        waited.extend(now - made[edge.seq] for edge in edges if edge.seq in made)

    asked: set[str] = set()
    async with house(folder, settings, taken, asked.update) as at:
        await well(at, settings, CUT)
        edges = storm(at.source, range(CUT))
        down = {edge.target for edge in edges}
        began, spent, put = time.perf_counter(), time.process_time(), 0
        while put < len(edges):
            due = min(len(edges), int((time.perf_counter() - began) / SECONDS * len(edges)) + 1)
            for edge in edges[put:due]:
                made[edge.seq] = time.perf_counter()
                await at.queue.put([edge])
            put = due
            slept = time.perf_counter()
            await asyncio.sleep(0.002)
            lags.append(time.perf_counter() - slept - 0.002)
            await look(at, asked, down)
        await drained(at)
        while asked:
            await look(at, asked, down)
            await drained(at)
        cpu = time.process_time() - spent
        opened = count(at.database, "SELECT count(*) FROM incident WHERE target LIKE 'ring:%'")
        others = count(at.database, "SELECT count(*) FROM incident WHERE target NOT LIKE 'ring:%'"
                       " AND target NOT LIKE 'storm:%'")  # fmt: skip
        logged = count(at.database, "SELECT count(DISTINCT target) FROM journal WHERE kind = 'target.hard'"
                       " AND target NOT LIKE '%:%'")  # fmt: skip
    against = f"{len(edges):,} edges in {SECONDS:g} s, {CUT} rings"
    figure("topology.storm.edge_to_commit.p50", percentile(waited, 0.5), "s", against, None)
    figure("topology.storm.edge_to_commit.p99", percentile(waited, 0.99), "s", against, None)
    figure("topology.storm.loop_lag.p99", percentile(lags, 0.99), "s", against, "<= 0.05")
    figure("topology.storm.cpu", cpu / SECONDS, "cores", "one core", None)
    figure("topology.storm.rings_told", opened, "incidents", f"{CUT} rings", f"== {CUT}")
    figure("topology.storm.others_told", others, "incidents", "what a ring takes with it", "== 0")
    figure("topology.storm.missing_from_log", len(edges) - logged, "targets", against, "== 0")


async def look(at: House, asked: set[str], down: set[str]) -> None:
    """Look at what the desk wants looked at."""
    wanted = sorted(asked)
    asked.clear()
    if wanted:
        await at.queue.put([at.source.edge(t, Health.DOWN if t in down else Health.UP, first=True) for t in wanted])


def main() -> None:
    """Measure."""
    introduce(f"topology; on core {MEASURED}")
    with tempfile.TemporaryDirectory(prefix="monitord-bench-", dir="/var/tmp") as top, on_core(MEASURED):
        folder = Path(top)
        folders = [folder / name for name in ("config", "with", "without", "storm")]
        for one in folders:
            one.mkdir()
        settings = loaded(folders[0])
        whole = asyncio.run(alone(folders[1], settings, "with_topology"))
        bare = asyncio.run(
            alone(folders[2], replace(settings, links={}, topology=type(settings.topology)()), "without")
        )
        figure("topology.correlation.p50", (whole - bare) * 1e6, "us", "what an edge costs more than without", "<= 200")
        asyncio.run(spread(folders[3], settings))
    say(f"  load at the end {os.getloadavg()[0]:.2f}")


if __name__ == "__main__":
    main()
