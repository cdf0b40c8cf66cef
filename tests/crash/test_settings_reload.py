"""A running daemon whose settings are edited: it takes what is sound by itself, and stays as it was by what is not."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitord.demo.agents import Agent, Interface, device_mib
from monitord.domain.journal import FactKind
from monitord.store import tables as t
from tests.crash.night import ENTERPRISE
from tests.support.daemon import CLOCK, COMMUNITY, Daemon, policy
from tests.support.scrape import scrape

pytestmark = pytest.mark.slow

DEFAULTS = "interval: 1s, retry: 300ms, confirm: 3, timeout: 300ms, attempts: 2"
WITHIN = 40.0


@pytest.fixture
async def agent() -> AsyncIterator[Agent]:
    mib = device_mib("olt-1", "thiết bị mô phỏng", ENTERPRISE, [Interface(1, "ge-0/0/1")])
    async with Agent(CLOCK, mib, "127.0.0.1", 0, community=COMMUNITY, uptime=86_400.0) as agent:
        yield agent


def network(agent: Agent, name: str, severity: int = 2) -> str:
    return (
        f"devices:\n  - id: olt-1\n    name: {name}\n    unit: vt\n    site: tram\n    severity: {severity}\n"
        f"    snmp: {{address: {agent.address}, port: {agent.port}, community: {{secret: core}}}}\n"
        f"    checks: [{{check: agent_answers}}]\n{policy()}"
    )


async def until(holds: Callable[[], bool], daemon: Daemon) -> None:
    end = CLOCK.mono() + WITHIN
    while not await asyncio.to_thread(holds):
        assert CLOCK.mono() < end, daemon.log()[-3000:]
        await asyncio.sleep(0.1)


async def reload_ok(daemon: Daemon) -> float:
    page = await scrape(daemon.web_port)
    return page.total("monitord_config_last_reload_ok")


async def test_an_edit_is_taken_by_itself_and_a_broken_one_changes_nothing(tmp_path: Path, agent: Agent) -> None:
    daemon = Daemon(tmp_path, network(agent, "OLT Một"), defaults=DEFAULTS)
    kind = t.journal.c.kind == FactKind.SETTINGS_LOADED

    def loads() -> int:
        return len(daemon.query(sa.select(t.journal.c.seq).where(kind)))

    async with daemon:
        assert loads() == 1
        (daemon.config / "network.yaml").write_text(network(agent, "OLT Hai"), "utf-8")
        await until(lambda: loads() == 2, daemon)
        assert await reload_ok(daemon) == 1

        (daemon.config / "network.yaml").write_text(network(agent, "OLT Ba", severity=9), "utf-8")
        await until(lambda: "settings.refused" in daemon.log(), daemon)
        assert await reload_ok(daemon) == 0
        assert f"{daemon.config}/network.yaml:6:15: " in daemon.log()
        assert daemon.process is not None

        (daemon.config / "network.yaml").write_text(network(agent, "OLT Bốn"), "utf-8")
        daemon.process.send_signal(signal.SIGHUP)
        await until(lambda: loads() == 3, daemon)
        assert await reload_ok(daemon) == 1
        assert daemon.log().count("settings.refused") == 1
        assert daemon.process.returncode is None
        assert await daemon.stop() == 0
