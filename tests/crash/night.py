"""Plays one night of a script against the real daemon. The simulators live here and survive every kill."""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from monitord.demo.agents import Agent, Interface, device_mib
from monitord.demo.botapi import Act, BotApi
from monitord.demo.talk import Entry
from monitord.domain.incident import Phase
from monitord.domain.notice import NoticeState
from monitord.store import tables as t
from tests.crash.script import DEFAULTS, DEVICES, PORT, Press, Script
from tests.support.daemon import CLOCK, COMMUNITY, TOKEN, Daemon

STRANGER = 66_666
ENTERPRISE = (1, 3, 6, 1, 4, 1, 99999, 1)
SETTLE = 60.0
"""Seconds after the last return within which everything owed must have been told."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What was really broken: the target, from when, until when."""

    target: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Pressed:
    """What was pressed: by whom, honest or not, and the data of the button. `update` is Telegram's number of it."""

    update: int
    at: datetime
    kind: str
    user: int
    data: str


@dataclass(slots=True)
class Played:
    """A night as it really was, for the judge."""

    script: Script
    daemon: Daemon
    bot: BotApi
    truths: list[Truth] = field(default_factory=list)
    pressed: list[Pressed] = field(default_factory=list)
    kills: list[tuple[datetime, float]] = field(default_factory=list)
    snapshots: list[Path] = field(default_factory=list)
    settled: bool = False
    exit_code: int | None = None
    ended: datetime = field(default_factory=CLOCK.now)
    lag: float = 0.0
    """The longest time the simulators stood still, in seconds: much of it makes untrue outages that are true."""


async def play(script: Script, folder: Path, network: int) -> Played:
    """Play the night and return what happened; the daemon is stopped, no process is left.

    `network` is the second byte of the devices' addresses, so that nights may run side by side.
    """
    async with contextlib.AsyncExitStack() as stack:
        bot = await stack.enter_async_context(BotApi(CLOCK, token=TOKEN))
        agents = {
            name: await stack.enter_async_context(_agent(name, f"127.{network}.1.{n}"))
            for n, name in enumerate(DEVICES, start=1)
        }
        daemon = Daemon(folder, _network(script, agents), bot_url=bot.url, defaults=DEFAULTS)
        played = Played(script, daemon, bot)
        stack.push_async_callback(daemon.end)
        await daemon.start()
        began = CLOCK.mono()
        metering = asyncio.create_task(_meter(played))
        stack.callback(metering.cancel)

        async def at(instants: Iterable[tuple[float, Callable[[], Awaitable[None]]]]) -> None:
            for instant, act in instants:
                await asyncio.sleep(max(0.0, began + instant - CLOCK.mono()))
                await act()

        async with asyncio.TaskGroup() as group:
            for name in agents:
                group.create_task(at(_outages(played, agents[name], name)))
            group.create_task(at((kill.at, _killing(played, kill.down, n)) for n, kill in enumerate(script.kills)))
            group.create_task(at((press.at, _pressing(played, press)) for press in script.presses))
            group.create_task(at((instant, _breaking(bot, fault)) for instant, fault in script.troubles))
        await bot.mend()
        await _settle(played)
        played.ended = CLOCK.now()
        played.exit_code = await daemon.stop()
    return played


def _agent(name: str, address: str) -> Agent:
    mib = device_mib(name, "thiết bị mô phỏng", ENTERPRISE, [Interface(1, PORT), Interface(2, "mgmt0")])
    return Agent(CLOCK, mib, address, 0, community=COMMUNITY, uptime=86_400.0)


def _network(script: Script, agents: dict[str, Agent]) -> str:
    devices = "".join(
        f"  - id: {name}\n    name: Thiết bị {name}\n    unit: {unit}\n    site: tram\n    severity: 2\n"
        f"    snmp: {{address: {agents[name].address}, port: {agents[name].port}, community: {{secret: core}}}}\n"
        f"    checks: [{{check: agent_answers}}, {{check: interface_up, name: {PORT}}}]\n"
        for name, unit in DEVICES.items()
    )
    # Storms gather for minutes; such a night is over in seconds. The simulation kills the daemon in storms.
    return f"devices:\n{devices}storm: {{opened: 0}}\n{script.policy}"


def _outages(played: Played, agent: Agent, device: str) -> list[tuple[float, Callable[[], Awaitable[None]]]]:
    acts: list[tuple[float, Callable[[], Awaitable[None]]]] = []
    for outage in played.script.outages:
        if outage.device != device:
            continue
        begun: list[datetime] = []

        async def breaks(how: str = outage.how, begun: list[datetime] = begun) -> None:
            begun.append(CLOCK.now())
            agent.break_with(how)

        async def returns(target: str = outage.target, begun: list[datetime] = begun) -> None:
            agent.mend()
            played.truths.append(Truth(target, begun[0], CLOCK.now()))

        acts += [(outage.begins, breaks), (outage.ends, returns)]
    return acts


def _killing(played: Played, down: float, n: int) -> Callable[[], Awaitable[None]]:
    async def kill() -> None:
        # A kill may fall due while the daemon is still down or starting: it dies whenever it lives, ready or not.
        played.kills.append((CLOCK.now(), down))
        await played.daemon.kill()
        copy = played.daemon.folder / f"killed-{n}"
        played.snapshots.append(await asyncio.to_thread(played.daemon.copy_of_state, copy))
        await asyncio.sleep(down)
        await played.daemon.begin()
        waiting = random.Random(f"{played.script.seed}/{n}").random()
        if n + 1 < len(played.script.kills) and waiting < 0.2:
            return  # the next kill may meet it while it starts
        await played.daemon.until_ready()

    return kill


def _breaking(bot: BotApi, fault: object) -> Callable[[], Awaitable[None]]:
    async def breaks() -> None:
        await bot.break_with(fault)  # type: ignore[arg-type]

    return breaks


def _pressing(played: Played, press: Press) -> Callable[[], Awaitable[None]]:
    async def presses() -> None:
        found = [entry for entry in played.bot.history if entry.act is Act.MESSAGE and entry.buttons][-12:]
        if not found:
            return
        entry = found[int(press.pick * len(found))]
        button = entry.buttons[int(press.pick * 7919) % len(entry.buttons)]
        user = STRANGER if press.kind == "stranger" else entry.chat_id
        data = _forged(button.data) if press.kind == "forged" else button.data
        number = 100_000_001 + len(played.pressed)
        played.pressed.append(Pressed(number, CLOCK.now(), press.kind, user, data))
        played.bot.press(entry.chat_id, entry.message_id, user_id=user, data=data)

    return presses


def _forged(data: str) -> str:
    return data[:-1] + ("A" if data[-1] != "A" else "Q")


async def _meter(played: Played) -> None:
    last = CLOCK.mono()
    while True:
        await asyncio.sleep(0.02)
        now = CLOCK.mono()
        played.lag = max(played.lag, now - last - 0.02)
        last = now


async def _settle(played: Played) -> None:
    running = sa.select(sa.func.count()).select_from(t.incident).where(t.incident.c.phase != Phase.RESTORED)
    unsaid = sa.select(sa.func.count()).select_from(t.incident).where(t.incident.c.hushed)
    owed = sa.select(sa.func.count()).select_from(t.outbox)
    owed = owed.where(t.outbox.c.state.in_([NoticeState.PENDING, NoticeState.LEASED]))
    if played.daemon.process is None or played.daemon.process.returncode is not None:
        return
    await played.daemon.until_ready()
    until = CLOCK.mono() + SETTLE

    def left() -> int:
        with played.daemon.reading() as connection:
            return sum(int(connection.execute(query).scalar() or 0) for query in (running, unsaid, owed))

    calm = 0
    while CLOCK.mono() < until and calm < 4:
        # Calm means: nothing owed for a second, so that a fault too short to be confirmed has gone by as well.
        # What was pressed is owed too: it waits at Telegram until it is taken.
        calm = 0 if played.bot.unconfirmed or await asyncio.to_thread(left) else calm + 1
        await asyncio.sleep(0.25)
    played.settled = calm >= 4


def messages(bot: BotApi) -> list[Entry]:
    """Return every message that reached a telephone, oldest first."""
    return [entry for entry in bot.history if entry.act is Act.MESSAGE]
