"""The daemon against recordings of real devices, served by a simulator that is not ours."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitord.store import tables as t
from tests.support.daemon import CLOCK, Daemon, policy
from tests.support.scrape import scrape
from tests.support.shared import shared_path

pytestmark = pytest.mark.slow

ADDRESS = "127.0.0.1"
DEFAULTS = "interval: 3s, retry: 500ms, confirm: 3, timeout: 1s, attempts: 2"
DETECTED_WITHIN = timedelta(seconds=3 + 2 * 0.5 + 3 * 2 * 1.0 + 3)
"""Interval, two waits, three looks that time out, and a busy machine."""


@dataclass(frozen=True, slots=True)
class Port:
    """An interface that is looked at: by ifName, or by ifDescr where the agent has no ifName."""

    name: str
    down: bool
    by: str = "name"


PORTS: Mapping[str, tuple[Port, ...]] = {
    "siklu": (Port("Eth 2", True, "descr"), Port("Eth1", False), Port("Host", False)),
    "junos_vmx": (Port("ge-0/0/5", True), Port("fxp0", False)),
    "routeros_rb750gr3": (Port("ether2", True), Port("wan: STCable (eth1)", False), Port("trunk: Down (eth5)", False)),
    "edgeos": (Port("eth4", True), Port("eth5", False), Port("eth6", False)),
    "iosxe_isr4321": (Port("VoiceOverIpPeer410", True), Port("Gi0", False), Port("Gi0/0/0", False)),
    "zxr10_5950": (Port("gei-0/1/1/3", True, "descr"),),
    "vrp_ne": (Port("GigabitEthernet0/3/11.1673", True), Port("GigabitEthernet0/0/0", False)),
    "netvision-rfc": (Port("sit0", False), Port("eth0", False)),
    "apc_smx750i": (),
    "huaweiups_ups2000": (),
    "deltaups_rfc1628string": (),
    "snr-erd": (),
}
"""The recordings, and what their facts say of some interfaces: admin up and oper not (down), or well or switched off.

Among them: agents without sysUpTime, without ifXTable, without any interface at all.
"""


class Simulator:
    """snmpsim on a folder of recordings; the community names the recording."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((ADDRESS, 0))
            self.port = int(probe.getsockname()[1])
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        # The simulator refuses to run as root unless it is told to stay root.
        root = ("--process-user=root", "--process-group=root") if os.geteuid() == 0 else ()
        program = Path(sys.executable).with_name("snmpsim-command-responder")
        log = self.folder / "simulator.log"
        with log.open("wb") as output:
            self._process = await asyncio.create_subprocess_exec(
                str(program),
                *root,
                f"--data-dir={self.folder / 'data'}",
                f"--cache-dir={self.folder / 'cache'}",
                f"--agent-udpv4-endpoint={ADDRESS}:{self.port}",
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        until = CLOCK.mono() + 60
        while "Listening at" not in log.read_text("utf-8", "replace"):
            assert self._process.returncode is None, log.read_text("utf-8", "replace")[-2000:]
            assert CLOCK.mono() < until, log.read_text("utf-8", "replace")[-2000:]
            await asyncio.sleep(0.1)

    async def stop(self) -> datetime:
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()
        return CLOCK.now()


@pytest.fixture
async def simulator(tmp_path: Path) -> AsyncIterator[Simulator]:
    source = shared_path("data/agents")
    (tmp_path / "data").mkdir()
    (tmp_path / "cache").mkdir()
    for name in PORTS:
        shutil.copy(source / f"{name}.snmprec", tmp_path / "data")
    simulator = Simulator(tmp_path)
    try:
        await simulator.start()
        yield simulator
    finally:
        await simulator.stop()


def _slug(name: str) -> str:
    return name.replace("_", "-")


def _network(port: int) -> str:
    devices = ""
    for name, ports in PORTS.items():
        devices += (
            f"  - id: {_slug(name)}\n    name: {name}\n    unit: vt\n    site: tram\n    severity: 2\n"
            f"    snmp: {{address: {ADDRESS}, port: {port}, community: {name}}}\n"
            "    checks:\n      - {check: agent_answers}\n"
        )
        for one in ports:
            devices += f'      - {{check: interface_up, name: "{one.name}", by: {one.by}}}\n'
    # Every one by itself, however many.
    return f"devices:\n{devices}storm: {{opened: 0}}\n" + policy().replace("[telegram, log]", "[log]")


def _target(device: str, port: Port) -> str:
    return f"{_slug(device)}/interface_up/{port.name}"


async def test_the_log_tells_of_each_real_device_what_is_true_of_it(simulator: Simulator, tmp_path: Path) -> None:
    down = {_target(name, port) for name, ports in PORTS.items() for port in ports if port.down}
    agents = {f"{_slug(name)}/agent_answers" for name in PORTS}
    everything = agents | {_target(name, port) for name, ports in PORTS.items() for port in ports}
    (tmp_path / "d").mkdir()
    async with Daemon(tmp_path / "d", _network(simulator.port), defaults=DEFAULTS) as daemon:

        def settled() -> dict[str, str | None]:
            return {row["id"]: row["settled"] for row in daemon.query(sa.select(t.target))}

        def incidents() -> list[sa.RowMapping]:
            return daemon.query(sa.select(t.incident).order_by(t.incident.c.id))

        await _until(lambda: set(settled()) == everything and None not in settled().values(), 40, settled)
        assert settled() == {target: "down" if target in down else "up" for target in everything}
        assert sorted(i["target"] for i in incidents()) == sorted(down)
        assert {i["cause"] for i in incidents()} == {"interface_down"}
        # Nothing more comes by looking on: several rounds later it is still so.
        before = await scrape(daemon.web_port)
        while (await scrape(daemon.web_port)).since(before).total("monitord_rounds_total") < 3:
            assert await asyncio.to_thread(daemon.status, "/readyz") == 200
            await asyncio.sleep(0.5)
        assert sorted(i["target"] for i in incidents()) == sorted(down)

        stopped = await simulator.stop()
        await _until(lambda: all(settled()[agent] == "down" for agent in agents), 40, settled)
        opened = incidents()[len(down) :]
        assert sorted(i["target"] for i in opened) == sorted(agents), "one for each device, none for its ports"
        assert {i["phase"] for i in incidents()} == {"open"}, "a port nobody can see is not restored"
        for incident in opened:
            assert stopped - timedelta(seconds=0.5) <= incident["first_bad"], incident["target"]
            assert incident["detected_at"] <= stopped + DETECTED_WITHIN, incident["target"]
            assert incident["last_good"] <= incident["first_bad"]
        assert await daemon.stop() == 0
        assert "Traceback" not in daemon.log()


async def _until(holds: Callable[[], bool], seconds: float, shown: Callable[[], object]) -> None:
    until = CLOCK.mono() + seconds
    while not await asyncio.to_thread(holds):
        assert CLOCK.mono() < until, await asyncio.to_thread(shown)
        await asyncio.sleep(0.2)
