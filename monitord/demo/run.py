"""`monitord demo`: the province in a box, `monitord run` beside it as in production, and a fault that somebody must
take."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import requests
import sqlalchemy as sa
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from monitord.account.journal_log import Line, read_log
from monitord.account.proof import verify
from monitord.clock import Clock
from monitord.demo import story
from monitord.demo.botapi import BotApi
from monitord.demo.phones import Owner
from monitord.demo.province import DEVICE, ROBOT, TOKEN, Province, demo_settings, secrets_of_demo
from monitord.demo.robot import press_everything
from monitord.demo.talk import Act, Entry
from monitord.demo.telephones import Telephones
from monitord.domain.incident import Phase
from monitord.domain.notice import Button
from monitord.settings.model import Settings
from monitord.store.engine import reading_engine
from monitord.texts import pick
from monitord.texts.story import Words

START_LIMIT = 30.0
STORY_LIMIT = 80.0
BREAK_AFTER = 4.0
MEND_AFTER = 3.0
AGAIN_AFTER = 120.0


class DemoFailed(Exception):
    """The demo cannot run, or its story came out wrong."""


@dataclass(frozen=True, slots=True)
class Box:
    """Where a demo lives: its folder, its ports, the second byte of its devices' addresses."""

    source: Path
    folder: Path
    web_port: int = 8080
    phones_port: int = 8081
    network: int = 30


def free_port(wished: int) -> int:
    """Return `wished` when nothing listens there on the loopback, else a port that is free now."""
    for port in (wished, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return int(probe.getsockname()[1])
    return wished


class Demo:
    """One demo: starts the world, then the daemon; plays the story; stops both."""

    def __init__(self, box: Box, load: Callable[[Path], Settings], clock: Clock, console: Console) -> None:
        self.box = box
        self._load = load
        self.clock = clock
        self.console = console
        self.config = box.folder / "config"
        self.database = box.folder / "state" / "monitord.db"
        self._seen = 0

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Hold the world and the daemon; whatever happens inside, both are gone afterwards."""
        shutil.rmtree(self.box.folder, ignore_errors=True)
        self.box.folder.mkdir(parents=True)
        os.environ.update(secrets_of_demo())
        async with contextlib.AsyncExitStack() as stack:
            source = await asyncio.to_thread(self._load, self.box.source)
            self.words: Words = pick(source.lang)
            self.say(self.words.demo["starting"])
            people = source.people.values()
            names = {p.telegram: p.name for p in people if p.telegram is not None}
            self.bot = await stack.enter_async_context(BotApi(self.clock, token=TOKEN, names=names))
            demo_settings(self.box.source, self.config, self.bot.url, self.box.web_port, self.box.network)
            self.settings = self._load(self.config)
            self.province = await stack.enter_async_context(Province(self.settings, self.clock, self.bot))
            phones = Telephones(
                self.bot,
                {**self.province.owners, ROBOT: Owner(self.words.demo["robot"])},
                port=self.box.phones_port,
                words=self.words.demo,
                desk_url=f"http://127.0.0.1:{self.box.web_port}/",
            )
            await stack.enter_async_context(phones)
            robot = asyncio.create_task(press_everything(self.bot, ROBOT), name="robot")
            stack.callback(robot.cancel)
            await stack.enter_async_context(self._daemon())
            self._reading = reading_engine(self.database)
            stack.callback(self._reading.dispose)
            self.say(f"{self.words.demo['page']} http://127.0.0.1:{self.box.web_port}/")
            self.say(f"{self.words.demo['phones']} {phones.url}")
            yield

    @contextlib.asynccontextmanager
    async def _daemon(self) -> AsyncIterator[None]:
        log = (self.box.folder / "daemon.log").open("wb")
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "monitord",
            "run",
            "--config",
            str(self.config),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Ctrl-C reaches the whole group of a terminal: the daemon is stopped by us, once, and in order.
            start_new_session=True,
        )
        try:
            await self._until_ready(process)
            yield
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
                try:
                    await asyncio.wait_for(process.wait(), 10)
                except TimeoutError:
                    process.kill()
                    await process.wait()
            log.close()

    async def _until_ready(self, process: asyncio.subprocess.Process) -> None:
        deadline = self.clock.mono() + START_LIMIT
        ready = f"http://127.0.0.1:{self.box.web_port}/readyz"

        def asked() -> int:
            with requests.Session() as session:
                session.trust_env = False
                return session.get(ready, timeout=2).status_code

        while self.clock.mono() < deadline:
            if process.returncode is not None:
                raise DemoFailed(f"the daemon ended with {process.returncode}: see {self.box.folder / 'daemon.log'}")
            with contextlib.suppress(requests.RequestException):
                if await asyncio.to_thread(asked) == 200:
                    return
            await self.clock.sleep(0.2)
        raise DemoFailed(f"the daemon was not ready within {START_LIMIT:.0f} s: see {self.box.folder / 'daemon.log'}")

    # --- what is seen -----------------------------------------------------------------------------------------------

    def say(self, text: str) -> None:
        """Print a line of the demo's own."""
        self.console.print(text, style="bold", markup=False, highlight=False)

    def lines(self) -> list[Line]:
        """Return the journal lines that came since the last call."""
        with self._reading.connect() as connection:
            fresh = read_log(connection, self.settings, self.words, after_seq=self._seen, limit=500)
        self._seen = max([self._seen, *(line.seq for line in fresh)])
        return fresh

    async def follow(self) -> None:
        """Print the journal as it grows, for ever; the first verdicts of a start are only counted."""
        while True:
            for line in await asyncio.to_thread(self.lines):
                if not (line.kind == "target.hard" and line.refs.get("first") and line.refs.get("now") == "up"):
                    at = self.words.clock(line.ts, self.settings.zone, seconds=True)
                    self.console.print(f"{at}  {line.text}", markup=False, highlight=False)
            await self.clock.sleep(0.3)

    def night(self) -> story.Night:
        """Return what the database says of the story."""
        with self._reading.connect() as connection:
            return story.read_night(connection, f"{DEVICE}/agent_answers")

    async def until(self, what: str, holds: Callable[[story.Night], bool], limit: float | None) -> story.Night:
        """Return the night as soon as `holds`; DemoFailed when it does not within `limit` seconds."""
        began = self.clock.mono()
        while limit is None or self.clock.mono() - began < limit:
            night = await asyncio.to_thread(self.night)
            if holds(night):
                return night
            await self.clock.sleep(0.2)
        raise DemoFailed(f"waited {limit:.0f} s in vain: {what}")

    # --- the story --------------------------------------------------------------------------------------------------

    async def play(self, *, alone: bool) -> story.Night:
        """Break a device, wait until somebody takes the incident (pressing the button ourselves when `alone`), mend
        it, see the end."""
        limit = STORY_LIMIT if alone else None
        agent = self.province.agents[DEVICE]
        name = self.settings.devices[DEVICE].name
        await self.clock.sleep(BREAK_AFTER)
        before = (await asyncio.to_thread(self.night)).incident
        self.say(self.words.demo["silent"].format(device=name))
        agent.break_with("silent")
        night = await self.until("an incident", lambda n: n.incident is not None and n.incident != before, limit)
        if alone:
            last = len(night.incident.policy.steps) - 1 if night.incident else 0
            await self.until("the last step", lambda n: any(m.step == last for m in n.told), limit)
            entry = self._first_letter(night)
            person = self.province.owners[entry.chat_id].name
            self.say(self.words.demo["presses"].format(person=person, button=entry.buttons[0].label))
            self.bot.press(entry.chat_id, entry.message_id, entry.buttons[0].data)
        else:
            self.say(self.words.demo["wait_for_press"].format(button=self.words.button(Button.TAKE)))
        await self.until(
            "somebody to take it", lambda n: bool(n.incident and n.incident.phase is not Phase.OPEN), limit
        )
        await self.clock.sleep(MEND_AFTER)
        self.say(self.words.demo["mended"].format(device=name))
        agent.mend()
        await self.until("the return", lambda n: bool(n.incident and n.incident.phase is Phase.RESTORED), limit)
        return await self.until("everyone to hear of the return", self._all_heard, limit)

    def _first_letter(self, night: story.Night) -> Entry:
        code = night.incident.code if night.incident else ""
        for entry in self.bot.history:
            if entry.act is Act.MESSAGE and entry.buttons and code in entry.text and entry.chat_id > 0:
                return entry
        raise DemoFailed(f"nobody got a message with a button about {code}")

    @staticmethod
    def _all_heard(night: story.Night) -> bool:
        told = {m.person for m in night.told if m.event == "step"}
        return {m.person for m in night.told if m.event == "restored"} >= told

    def report(self, night: story.Night) -> list[str]:
        """Print the escalation log as a table and the proof; return everything that differs from the story."""
        if night.incident is None:
            return ["no incident opened"]
        with self._reading.connect() as connection:
            lines = read_log(connection, self.settings, self.words, incident=night.incident.code, limit=1000)
            proof = verify(connection)
            roster = story.shifts(connection)
        table = Table(title=f"{self.words.page['log']} · {night.incident.code}", title_justify="left")
        table.add_column(self.words.table["time"], no_wrap=True)
        table.add_column(self.words.table["what"])
        for line in lines:
            table.add_row(self.words.clock(line.ts, self.settings.zone, seconds=True), escape(line.text))
        self.console.print(table)
        faults = story.wrong(night, self.settings, roster, self.bot.history)
        faults += [f"journal row {b.seq}: {b.why}" for b in proof.breaks]
        chain = self.words.table["chain_broken" if proof.breaks else "chain_holds"]
        self.say(self.words.demo["log_rows"].format(rows=proof.rows, chain=chain))
        self.say(self.words.demo["wrong" if faults else "right"])
        return faults


async def run_demo(
    box: Box, load: Callable[[Path], Settings], clock: Clock, *, once: bool, console: Console
) -> list[str]:
    """Run the demo; with `once` play the story alone and return what came out wrong, else go on until cancelled."""
    demo = Demo(box, load, clock, console)
    playing = asyncio.current_task()
    assert playing is not None
    # A supervisor's SIGTERM must take the daemon along just as Ctrl-C does.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, playing.cancel)
    async with demo.running():
        following = asyncio.create_task(demo.follow())
        try:
            while True:
                night = await demo.play(alone=once)
                await demo.clock.sleep(0.5)
                faults = demo.report(night)
                if once:
                    return faults
                for fault in faults:
                    demo.console.print(f"  - {fault}", markup=False, highlight=False)
                demo.say(demo.words.demo["over"].format(wait=demo.words.duration(timedelta(seconds=AGAIN_AFTER))))
                await demo.clock.sleep(AGAIN_AFTER)
        except sa.exc.SQLAlchemyError as unreadable:
            raise DemoFailed(f"the database cannot be read: {unreadable}") from unreadable
        finally:
            following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await following
