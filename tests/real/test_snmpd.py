"""The daemon against Debian's snmpd: v2c and v3, gone and back, and a password that is wrong."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitord.store import tables as t
from tests.support.commands import needs_command
from tests.support.daemon import CLOCK, COMMUNITY, SECRETS, Daemon, policy

pytestmark = pytest.mark.slow

ADDRESSES = ("127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4")
"""One for each device of the settings, which refuse to ask one agent twice."""
INTERVAL, RETRY, TIMEOUT, ATTEMPTS = 1.0, 0.3, 0.4, 2
DEFAULTS = "interval: 1s, retry: 300ms, confirm: 3, timeout: 400ms, attempts: 2"
SLACK = 2.0
DETECTED_WITHIN = timedelta(seconds=INTERVAL + 2 * RETRY + 3 * ATTEMPTS * TIMEOUT + SLACK)
RETURNED_WITHIN = timedelta(seconds=INTERVAL + ATTEMPTS * TIMEOUT + SLACK)

CONFIG = f"""\
rocommunity {COMMUNITY} 127.0.0.0/8
createUser desk SHA-256 "{SECRETS["MONITORD_SECRET_V3_AUTH"]}" AES "{SECRETS["MONITORD_SECRET_V3_PRIV"]}"
rouser desk priv
sysName gateway
sysLocation Trạm
"""


class Agent:
    """snmpd on a free port, in the foreground, keeping nothing outside its folder."""

    def __init__(self, program: Path, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("0.0.0.0", 0))
            self.port = int(probe.getsockname()[1])
        (folder / "snmpd.conf").write_text(CONFIG, "utf-8")

    async def start(self) -> None:
        with (self._folder / "snmpd.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                str(self._program),
                *("-f", "-Lo", "-C", "-c", str(self._folder / "snmpd.conf")),
                *(f"udp:{address}:{self.port}" for address in ADDRESSES),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "SNMP_PERSISTENT_DIR": str(self._folder / "persistent"), "MIBS": ""},
                start_new_session=True,
            )

    async def until_listening(self) -> datetime:
        """Return an instant at which its socket was open, at most a few milliseconds after it was opened."""
        until = CLOCK.mono() + 15
        wanted = f":{self.port:04X} "
        while _sockets().count(wanted) < len(ADDRESSES):
            assert self._process is not None
            assert self._process.returncode is None, (self._folder / "snmpd.log").read_text("utf-8", "replace")
            assert CLOCK.mono() < until
            await asyncio.sleep(0.005)
        return CLOCK.now()

    async def kill(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()


def _sockets() -> str:
    return Path("/proc/net/udp").read_text("ascii")


@pytest.fixture
async def agent(tmp_path: Path) -> AsyncIterator[Agent]:
    agent = Agent(needs_command("snmpd"), tmp_path)
    try:
        await agent.start()
        await agent.until_listening()
        yield agent
    finally:
        await agent.kill()


def _network(port: int) -> str:
    def v3(auth: str, user: str = "desk") -> str:
        keys = f"auth: {{protocol: SHA256, key: {auth}}}, priv: {{protocol: AES, key: {{secret: v3_priv}}}}"
        return f'version: "3", user: {user}, {keys}'

    ways = {
        "community": "community: {secret: core}",
        "v3": v3("{secret: v3_auth}"),
        "wrong-password": v3("mat-khau-sai-roi"),
        "wrong-user": v3("{secret: v3_auth}", "nobody"),
    }
    devices = "".join(
        f"  - id: {name}\n    name: {name}\n    unit: vt\n    site: tram\n    severity: 2\n"
        f"    snmp: {{address: {address}, port: {port}, {way}}}\n"
        "    checks: [{check: agent_answers}, {check: interface_up, name: lo}]\n"
        for address, (name, way) in zip(ADDRESSES, ways.items(), strict=True)
    )
    return f"devices:\n{devices}" + policy().replace("[telegram, log]", "[log]")


async def test_snmpd_dies_and_returns_and_the_log_has_the_instants(agent: Agent, tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    async with Daemon(tmp_path / "d", _network(agent.port), defaults=DEFAULTS) as daemon:

        def settled() -> dict[str, str | None]:
            return {row["id"]: row["settled"] for row in daemon.query(sa.select(t.target))}

        def incident(target: str) -> list[sa.RowMapping]:
            wanted = sa.select(t.incident).where(t.incident.c.target == f"{target}/agent_answers")
            return daemon.query(wanted.order_by(t.incident.c.id))

        await _until(lambda: len(settled()) == 8 and None not in settled().values(), settled)
        assert settled() == {
            "community/agent_answers": "up",
            "community/interface_up/lo": "up",
            "v3/agent_answers": "up",
            "v3/interface_up/lo": "up",
            "wrong-password/agent_answers": "auth",
            "wrong-password/interface_up/lo": "unknown",
            "wrong-user/agent_answers": "auth",
            "wrong-user/interface_up/lo": "unknown",
        }
        assert [i["severity"] for i in incident("wrong-password")] == [4]
        assert incident("community") == incident("v3") == []

        before = CLOCK.now()
        await agent.kill()
        dead = CLOCK.now()
        for name in ("community", "v3"):
            await _until(lambda name=name: bool(incident(name)), settled)  # type: ignore[misc]
            (found,) = incident(name)
            assert (found["health"], found["severity"]) == ("down", 2)
            assert found["last_good"] <= dead, name
            assert before <= found["first_bad"] <= dead + RETURNED_WITHIN, name
            assert found["detected_at"] <= dead + DETECTED_WITHIN, name
            assert timedelta(0) <= found["opened_at"] - found["detected_at"] <= timedelta(seconds=SLACK), name

        starting = CLOCK.now()
        await agent.start()
        back = await agent.until_listening()
        for name in ("community", "v3"):
            await _until(lambda name=name: incident(name)[0]["phase"] == "restored", settled)  # type: ignore[misc]
            assert starting <= incident(name)[0]["restored_at"] <= back + RETURNED_WITHIN, name
        # Whose password is wrong is not well because the agent is back.
        await _until(lambda: incident("wrong-password")[-1]["health"] == "auth", settled)
        assert incident("wrong-password")[-1]["phase"] == "open"
        assert await daemon.stop() == 0
        assert "Traceback" not in daemon.log()
        for secret in (*SECRETS.values(), "mat-khau-sai-roi"):
            assert secret not in daemon.log()


async def _until(holds: Callable[[], bool], shown: Callable[[], object], seconds: float = 25) -> None:
    until = CLOCK.mono() + seconds
    while not await asyncio.to_thread(holds):
        assert CLOCK.mono() < until, await asyncio.to_thread(shown)
        await asyncio.sleep(0.1)
