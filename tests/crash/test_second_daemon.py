"""Starts that must not be, ends that must be clean, and a Telegram that is away or shared with somebody else."""

import asyncio
import contextlib
import hashlib
import json
import re
import socket
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import requests
import sqlalchemy as sa

from monitord.demo.agents import Agent, Interface, device_mib
from monitord.demo.botapi import BotApi, BotFault, Trouble
from monitord.domain.journal import FactKind
from monitord.store import tables as t
from tests.crash.night import ENTERPRISE, messages
from tests.support.daemon import CHATS, CLOCK, COMMUNITY, TOKEN, Daemon, policy

pytestmark = pytest.mark.slow

DEFAULTS = "interval: 1s, retry: 300ms, confirm: 3, timeout: 300ms, attempts: 2"
EX_USAGE, EX_TEMPORARY, EX_NEWER = 2, 75, 78


@pytest.fixture
async def agent() -> AsyncIterator[Agent]:
    mib = device_mib("olt-1", "thiết bị mô phỏng", ENTERPRISE, [Interface(1, "ge-0/0/1")])
    async with Agent(CLOCK, mib, "127.0.0.1", 0, community=COMMUNITY, uptime=86_400.0) as agent:
        yield agent


@pytest.fixture
async def bot() -> AsyncIterator[BotApi]:
    async with BotApi(CLOCK, token=TOKEN) as bot:
        yield bot


def _network(agent: Agent) -> str:
    return (
        "devices:\n  - id: olt-1\n    name: OLT 1\n    unit: vt\n    site: tram\n    severity: 2\n"
        f"    snmp: {{address: {agent.address}, port: {agent.port}, community: {{secret: core}}}}\n"
        f"    checks: [{{check: agent_answers}}]\n{policy(('0s', '30s', '60s', '90s'))}"
    )


def _daemon(folder: Path, agent: Agent, bot: BotApi) -> Daemon:
    folder.mkdir()
    return Daemon(folder, _network(agent), bot_url=bot.url, defaults=DEFAULTS)


async def _ends(daemon: Daemon, within: float = 60) -> int:
    try:
        async with asyncio.timeout(within):
            return await (await daemon.begin()).wait()
    finally:
        await daemon.end()


def _kinds(daemon: Daemon) -> list[str]:
    return [row["kind"] for row in daemon.query(sa.select(t.journal.c.kind).order_by(t.journal.c.seq))]


async def _until(holds: Callable[[], bool], seconds: float, shown: Callable[[], object]) -> None:
    until = CLOCK.mono() + seconds
    while not await asyncio.to_thread(holds):
        assert CLOCK.mono() < until, await asyncio.to_thread(shown)
        await asyncio.sleep(0.1)


async def test_a_second_daemon_on_the_same_state_names_the_first_and_goes(
    tmp_path: Path, agent: Agent, bot: BotApi
) -> None:
    async with _daemon(tmp_path / "a", agent, bot) as first:
        assert first.process is not None
        before = _kinds(first)
        second = _daemon(tmp_path / "b", agent, bot)
        desk = second.config / "desk.yaml"
        desk.write_text(desk.read_text("utf-8").replace(str(second.state), str(first.state)), "utf-8")
        assert await _ends(second) == EX_TEMPORARY
        assert re.search(rf"\b{first.process.pid}\b", second.log()), second.log()
        assert "Traceback" not in second.log()
        assert first.status("/healthz") == 200
        assert _kinds(first) == before
        assert (first.folder / "run" / "monitord.sock").is_socket()


async def test_after_a_kill_the_lock_is_free_and_a_stale_socket_does_no_harm(
    tmp_path: Path, agent: Agent, bot: BotApi
) -> None:
    async with _daemon(tmp_path / "a", agent, bot) as daemon:
        await daemon.kill()
        assert (daemon.folder / "run" / "monitord.sock").exists()
        await daemon.start()
        assert _kinds(daemon).count(FactKind.DAEMON_WAS_DOWN) == 1
        reader, writer = await asyncio.open_unix_connection(daemon.folder / "run" / "monitord.sock")
        writer.write(b'{"command": "reload"}\n')
        assert json.loads(await asyncio.wait_for(reader.readline(), 30))["ok"] is True
        writer.close()


async def test_wrong_settings_end_with_every_mistake_and_its_place(tmp_path: Path, agent: Agent, bot: BotApi) -> None:
    daemon = _daemon(tmp_path / "a", agent, bot)
    for name, right, wrong in (
        ("network.yaml", "community:", "comunity:"),
        ("network.yaml", "duty: leader", "duty: leder"),
        ("people.yaml", "roster_owner: uyen", "roster_owner: uyenn"),
        ("desk.yaml", "interval: 1s", "interval: 1"),
    ):
        path = daemon.config / name
        path.write_text(path.read_text("utf-8").replace(right, wrong), "utf-8")
    assert await _ends(daemon) == EX_USAGE
    lines = daemon.log().strip().splitlines()
    assert len(lines) == 4, daemon.log()
    for line in lines:
        assert re.match(rf"{re.escape(str(daemon.config))}/\w+\.yaml:\d+:\d+: \S", line), line
    for word in ("comunity", "leder", "uyenn", "interval"):
        assert word in daemon.log()
    assert not daemon.state.exists()


async def test_a_database_of_a_newer_program_is_not_touched(tmp_path: Path, agent: Agent, bot: BotApi) -> None:
    async with _daemon(tmp_path / "a", agent, bot) as daemon:
        assert await daemon.stop() == 0
        with contextlib.closing(sqlite3.connect(daemon.database)) as connection:
            connection.execute("UPDATE alembic_version SET version_num = 'r9999'")
            connection.commit()
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        before = _content(daemon.state)
        assert await _ends(daemon) == EX_NEWER
        assert "r9999" in daemon.log()
        assert "Traceback" not in daemon.log()
        assert _content(daemon.state) == before


def _content(folder: Path) -> dict[str, str]:
    """Return what the files hold; the lock holds the last starter's pid, an empty log and its index hold nothing."""
    held = (p for p in folder.iterdir() if p.is_file() and p.name != "monitord.lock" and not p.name.endswith("-shm"))
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in held if p.stat().st_size}


async def test_sigterm_ends_it_in_order_within_five_seconds(tmp_path: Path, agent: Agent, bot: BotApi) -> None:
    async with _daemon(tmp_path / "a", agent, bot) as daemon:
        agent.break_with("silent")
        await bot.wait_for(lambda history: messages(bot), 40)
        assert await daemon.stop(5.0) == 0
        assert _kinds(daemon)[-1] == FactKind.DAEMON_STOPPED
        assert not (daemon.folder / "run" / "monitord.sock").exists()
        assert daemon.status("/healthz") == 0
        assert "Traceback" not in daemon.log()
        agent.mend()
        await daemon.start()
        await _until(lambda: FactKind.INCIDENT_RESTORED in _kinds(daemon), 40, lambda: _kinds(daemon))
        (down,) = daemon.query(sa.select(t.journal).where(t.journal.c.kind == FactKind.DAEMON_WAS_DOWN))
        assert json.loads(down["refs"])["clean"] is True


async def test_sigterm_ends_it_while_telegram_does_not_answer(tmp_path: Path, agent: Agent, bot: BotApi) -> None:
    async with _daemon(tmp_path / "a", agent, bot) as daemon:
        await bot.break_with(BotFault(Trouble.HANG))
        agent.break_with("silent")
        await bot.wait_until_asked("sendMessage", 40)
        assert await daemon.stop(9.0) == 0
        assert _kinds(daemon)[-1] == FactKind.DAEMON_STOPPED
        assert "Traceback" not in daemon.log()
        await bot.mend()
        await daemon.start()
        # The attempt under way may have arrived for all it knows: the repeat says so.
        await bot.wait_for(lambda history: messages(bot), 40)
        assert "có thể trùng" in messages(bot)[0].text


async def test_a_taken_port_is_named_and_nothing_is_left(tmp_path: Path, agent: Agent, bot: BotApi) -> None:
    daemon = _daemon(tmp_path / "a", agent, bot)
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", daemon.web_port))
        taken.listen()
        assert await _ends(daemon) == EX_TEMPORARY
    assert str(daemon.web_port) in daemon.log()
    assert "Traceback" not in daemon.log()
    assert not (daemon.folder / "run" / "monitord.sock").exists()
    async with daemon:
        assert daemon.status("/readyz") == 200


async def test_with_telegram_away_at_the_start_it_looks_logs_and_tells_later(
    tmp_path: Path, agent: Agent, bot: BotApi
) -> None:
    await bot.break_with(BotFault(Trouble.AWAY))
    async with _daemon(tmp_path / "a", agent, bot) as daemon:
        agent.break_with("silent")
        written = daemon.state / "messages.log"
        await _until(lambda: written.exists() and "SỰ CỐ MỚI" in written.read_text("utf-8"), 60, daemon.log)
        kinds = _kinds(daemon)
        assert FactKind.INCIDENT_OPENED in kinds
        assert FactKind.CHANNEL_ADDED in kinds
        assert daemon.status("/healthz") == 200
        await bot.mend()
        await bot.wait_for(lambda history: messages(bot), 75)
        (first, *rest) = messages(bot)
        assert first.chat_id == CHATS["an"]
        assert "SỰ CỐ MỚI" in first.text
        assert rest == []
        assert "Traceback" not in daemon.log()


async def test_a_second_reader_of_our_updates_is_noted_and_sending_goes_on(
    tmp_path: Path, agent: Agent, bot: BotApi
) -> None:
    reading, answered = True, threading.Event()

    def reads() -> None:
        with requests.Session() as session:
            session.trust_env = False
            while reading:
                with contextlib.suppress(requests.RequestException):
                    session.post(f"{bot.base_url}{TOKEN}/getUpdates", json={"timeout": 3}, timeout=10)
                    answered.set()

    async with _daemon(tmp_path / "a", agent, bot) as daemon:
        second = asyncio.create_task(asyncio.to_thread(reads))
        try:
            assert await asyncio.to_thread(answered.wait, 40)
            agent.break_with("silent")
            await bot.wait_for(lambda history: messages(bot), 40)
            await _until(lambda: FactKind.CHANNEL_CONFLICT in _kinds(daemon), 45, lambda: _kinds(daemon))
            assert daemon.status("/healthz") == 200
            agent.mend()
            await bot.wait_for(lambda history: [m for m in messages(bot) if "KHÔI PHỤC" in m.text], 40)
        finally:
            reading = False
            await second
        # Alone again, presses are heard again.
        bot.press(CHATS["an"], messages(bot)[0].message_id, data=messages(bot)[0].buttons[0].data)
        await _until(lambda: FactKind.INCIDENT_PRESSED_AGAIN in _kinds(daemon), 30, lambda: _kinds(daemon))
        assert _kinds(daemon).count(FactKind.CHANNEL_CONFLICT) == 1
