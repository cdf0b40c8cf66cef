"""The real daemon on a PostgreSQL server: brought up by hand, read by the commands, and the server away for a while."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitord.demo.agents import Agent, Interface, device_mib
from monitord.demo.botapi import BotApi
from monitord.demo.faults import Fault, Wrong
from monitord.domain.journal import FactKind
from monitord.store import tables as t
from tests.crash.night import ENTERPRISE, messages
from tests.support.daemon import CHATS, CLOCK, COMMUNITY, TOKEN, Daemon, policy
from tests.support.server import Server

pytestmark = pytest.mark.slow

DEFAULTS = "interval: 1s, retry: 300ms, confirm: 3, timeout: 300ms, attempts: 2"
TEMPORARY = 75


@pytest.fixture
async def agent() -> AsyncIterator[Agent]:
    mib = device_mib("olt-1", "thiết bị mô phỏng", ENTERPRISE, [Interface(1, "ge-0/0/1")])
    async with Agent(CLOCK, mib, "127.0.0.1", 0, community=COMMUNITY, uptime=86_400.0) as agent:
        yield agent


@pytest.fixture
async def bot() -> AsyncIterator[BotApi]:
    async with BotApi(CLOCK, token=TOKEN) as bot:
        yield bot


def daemon_on(folder: Path, agent: Agent, bot: BotApi, place: sa.URL) -> Daemon:
    """Return a daemon of one device whose database lies there."""
    folder.mkdir()
    network = (
        "devices:\n  - id: olt-1\n    name: OLT 1\n    unit: vt\n    site: tram\n    severity: 2\n"
        f"    snmp: {{address: {agent.address}, port: {agent.port}, community: {{secret: core}}}}\n"
        f"    checks: [{{check: agent_answers}}]\n{policy(('0s', '30s', '60s', '90s'))}"
    )
    return Daemon(folder, network, bot_url=bot.url, defaults=DEFAULTS, place=place)


async def command(daemon: Daemon, *words: str) -> tuple[int, str]:
    """Run a command beside the daemon and return how it ended and what it said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "monitord", *words, "--config", str(daemon.config)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=daemon.environment(),
    )
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    assert "Traceback" not in said.decode()
    return process.returncode, said.decode()


async def until(daemon: Daemon, kind: FactKind, times: int = 1, within: float = 40.0) -> None:
    """Return once the journal has so many rows of a kind."""
    limit, counted = CLOCK.mono() + within, sa.select(t.journal.c.seq).where(t.journal.c.kind == kind)
    while len(await asyncio.to_thread(daemon.query, counted)) < times:
        assert CLOCK.mono() < limit, f"no {kind}:\n{daemon.log()[-3000:]}"
        await asyncio.sleep(0.1)


async def test_the_database_is_brought_up_by_hand_and_every_command_reads_it(
    own: Server, tmp_path: Path, agent: Agent, bot: BotApi
) -> None:
    with own.database("template0") as place:
        daemon = daemon_on(tmp_path / "a", agent, bot, place)
        code, said = await command(daemon, "db", "status")
        assert (code, "schema none" in said, "db upgrade" in said) == (1, True, True)
        code, said = await command(daemon, "run")
        assert (code, "run `monitord db upgrade`" in said) == (TEMPORARY, True), said
        assert (await command(daemon, "db", "upgrade"))[0] == 0
        assert (await command(daemon, "db", "upgrade"))[1].strip().endswith("already")
        assert (await command(daemon, "db", "status"))[0] == 0
        async with daemon:
            agent.break_with(Fault(Wrong.SILENT))
            await until(daemon, FactKind.INCIDENT_OPENED)
            code, said = await command(daemon, "db", "upgrade")
            assert (code, "held by `monitord " in said) == (TEMPORARY, True), said
            assert daemon.status("/healthz") == 200
            code, said = await command(daemon, "log", "show")
            assert (code, "SC-" in said) == (0, True), said
            assert (await command(daemon, "log", "show", "--incident", "99999999999"))[0] == 2
            code, said = await command(daemon, "who", "--unit", "vt")
            assert (code, "Nguyễn Văn An" in said) == (0, True), said
            code, said = await command(daemon, "incident", "take", "001", "--as", "an")
            assert code == 0, said
            assert (await command(daemon, "log", "anchor"))[0] == 0
            second = daemon_on(tmp_path / "b", agent, bot, place)
            code, said = await command(second, "run")
            assert (code, "held by `monitord " in said) == (TEMPORARY, True), said
            assert daemon.status("/") == 200
        code, said = await command(daemon, "log", "verify")
        assert code == 0, said
        assert (await command(daemon, "log", "export", "--csv", str(tmp_path / "all.csv")))[0] == 0
        assert (await command(daemon, "log", "verify", "--export", str(tmp_path / "all.csv")))[0] == 0
        code, said = await command(daemon, "incident", "take", "001", "--as", "an")
        assert code in (0, 1), said
        assert not list(daemon.state.glob("*.db*"))
    code, said = await command(daemon, "log", "show")
    assert (code, "monitord db status" in said) == (2, True), said


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["stopped", "crashed"])
async def test_a_fault_while_the_server_is_away_is_told_when_it_is_back(
    own: Server, tmp_path: Path, agent: Agent, bot: BotApi, how: signal.Signals
) -> None:
    async with daemon_on(tmp_path / "a", agent, bot, own.url("migrated")) as daemon:
        own.stop(how)
        agent.break_with(Fault(Wrong.SILENT))
        limit = CLOCK.mono() + 40
        while "database.refused" not in daemon.log():
            assert CLOCK.mono() < limit, daemon.log()[-3000:]
            await asyncio.sleep(0.1)
        own.start()
        await until(daemon, FactKind.INCIDENT_OPENED)
        await until(daemon, FactKind.NOTICE_ACCEPTED)
        assert daemon.status("/healthz") == 200
        assert "database.works_again" in daemon.log()
        code, said = await command(daemon, "log", "verify")
        assert code == 0, said
        assert [m for m in messages(bot) if m.chat_id == CHATS["an"]]
