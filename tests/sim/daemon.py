"""One life of the daemon: the shipping desk, looker, judge, dispatcher and updates loop, put together as
bootstrap does.

Only the edges are simulated. What bootstrap does each second (the pulse) is done here when something happened to the
clock, and the heartbeat comes more rarely: an hour of night must not cost four thousand wake-ups.
"""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, cast

import structlog
from telegram import Bot

from monitord.account.documents import document_of
from monitord.desk.act import ActRefused
from monitord.desk.bus import EdgeQueue
from monitord.desk.by_hand import UnknownIncident
from monitord.desk.context import Context
from monitord.desk.desk import Desk
from monitord.desk.windows import WindowRefused
from monitord.domain.document import Attachment, Document
from monitord.domain.edge import Known
from monitord.domain.notice import Claimed
from monitord.domain.window import Scope, WindowKind
from monitord.judge.runner import Judge
from monitord.look.looker import Looker
from monitord.look.one import Limits
from monitord.look.plan import plan
from monitord.settings.model import Settings
from monitord.store.writer import StoreUnavailable, Writer
from monitord.tell.dispatcher import Dispatcher
from monitord.tell.updates import UpdatesLoop
from monitord.texts import pick
from monitord.texts.story import PressResult
from tests.sim.clock import SimClock
from tests.sim.edges import SimBot, SimChannel
from tests.sim.history import Typed
from tests.sim.loop import Universe
from tests.sim.place import read
from tests.sim.province import CHECKS, Edition, on_duty, settings_of
from tests.sim.telegram import Telegram
from tests.sim.world import SimPages, SimSnmp, World
from tests.support.night import Reserve, Uncounted

log = structlog.get_logger("sim")
ALIVE = 900.0
HOUSE = 3 * 3600.0
ETA = timedelta(minutes=30)
LOOK_AGAIN = 900.0
"""Long, so that a wake-up that gets lost is seen to be lost."""


class WatchedOutbox:
    """The desk's outbox, with a note of when each row was claimed."""

    def __init__(self, desk: Desk, claims: list[tuple[float, int]], universe: Universe) -> None:
        self._desk = desk
        self._claims = claims
        self._universe = universe
        self.report = desk.report
        self.give_back = desk.give_back
        self.wait = desk.wait
        self.next_due = desk.next_due
        self.probed = desk.probed

    async def claim(self, channel: str, limit: int) -> Sequence[Claimed]:
        claimed = await self._desk.claim(channel, limit)
        told = (notice for row in claimed for notice in (row.message.notice, *row.message.also))
        self._claims += [(self._universe.now, notice) for notice in told]
        return claimed


class SimDocuments:
    """Makes what goes with a message, as bootstrap does, without a thread."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    async def make(self, what: Attachment) -> Document:
        with read() as connection:
            return document_of(connection, what, self.settings, pick("vi"))


class Life:
    """From a start to a stop or a death. `began` is called once the desk has started."""

    def __init__(
        self,
        universe: Universe,
        clock: SimClock,
        writer: Writer,
        run: str,
        edition: Edition,
        world: World,
        telegram: Telegram,
        claims: list[tuple[float, int]],
        rng: random.Random,
        began: Callable[[], None],
    ) -> None:
        self._universe = universe
        self._clock = clock
        self._writer = writer
        self._run = run
        self._edition = edition
        self._world = world
        self._telegram = telegram
        self._claims = claims
        self._rng = rng
        self._began = began
        self._tasks: list[asyncio.Task[None]] = []
        self._windows: list[int] = []
        self.moved = asyncio.Event()
        self.stopping = asyncio.Event()
        self.looker: Looker | None = None

    async def run(self) -> None:
        """Live until `stopping` is set."""
        settings, rng, clock = settings_of(self._edition), self._rng, self._clock
        context = Context.of(settings, pick("vi"))
        self.desk = desk = Desk(self._writer, context, clock, self._run, rng.random, Reserve(), Uncounted(), self._ask)
        started = await desk.start()
        self._began()
        self._keep(lambda: desk.run_timers(rest=LOOK_AGAIN))
        queue = EdgeQueue(desk, clock)
        self._keep(queue.run)
        self.judge = Judge(CHECKS, "desk", self._run)
        self.judge.reload(CHECKS, settings.devices.values())
        self._seed(started.known)
        self.looker = Looker(
            clock,
            SimSnmp(self._world, clock),
            SimPages(self._world, clock),
            self.judge,
            queue,
            limits=Limits(breath=60.0),
        )
        urgent = {context.targets[t][0].id for t in started.unlooked if t in context.targets}
        self.looker.reload(plan(settings.devices.values(), CHECKS), sorted(urgent))
        looking = asyncio.create_task(self.looker.run())
        channels = [SimChannel(self._telegram, name) for name in ("telegram", "log")]
        outbox = WatchedOutbox(desk, self._claims, self._universe)
        documents = SimDocuments(settings)
        dispatcher = Dispatcher(
            outbox, channels, clock, look_again=LOOK_AGAIN, attachments=documents, jitter=rng.random
        )
        telling = asyncio.create_task(dispatcher.run())
        assert settings.telegram is not None
        hearing = UpdatesLoop(settings.telegram, desk, clock, lambda _: cast(Bot, SimBot(self._telegram)))
        self._keep(hearing.run)
        self._keep(self._pulse)
        self._keep(self._beat)
        self._keep(self._keep_house)
        await self.stopping.wait()
        telling.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await telling
        await self.looker.stop()
        await looking
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(StoreUnavailable):
            await desk.stop()

    def reload(self, edition: Edition) -> None:
        """Put another edition in force, as SIGHUP does."""
        self._tasks.append(asyncio.get_running_loop().create_task(self._reload(edition)))

    def maintain(self, device: str, seconds: float) -> None:
        """Begin a maintenance of a device that lasts so long, or end the last one where no device is named."""
        self._tasks.append(asyncio.get_running_loop().create_task(self._maintain(device, seconds)))

    async def _maintain(self, device: str, seconds: float) -> None:
        if self.looker is None:
            return  # it has not started yet
        now = self._clock.now()
        with contextlib.suppress(WindowRefused):
            if device:
                span = [(now, now + timedelta(seconds=seconds))]
                self._windows += await self.desk.set_windows(
                    WindowKind.MAINTENANCE, Scope(devices=(device,)), span, "adm"
                )
            elif self._windows:
                await self.desk.end_window(self._windows.pop(), "adm")

    def act(self, what: str, place: int, typed: list[Typed]) -> None:
        """Let somebody on duty type something about one of the incidents that run."""
        self._tasks.append(asyncio.get_running_loop().create_task(self._act(what, place, typed)))

    async def _act(self, what: str, place: int, typed: list[Typed]) -> None:
        if self.looker is None:
            return
        with read() as connection:
            wanted = "SELECT id, code, unit FROM incident WHERE phase IN ('open', 'acknowledged') ORDER BY id"
            running = connection.exec_driver_sql(wanted).all()
        if not running:
            return
        ident, code, unit = running[place % len(running)]
        now = self._clock.now()
        duty = self._rng.choice(("shift", "ops", "leader"))
        people = on_duty(self._edition, unit, duty, now, now)
        if not people:
            return
        one = Typed(self._universe.now, what, ident, people[0])
        typed.append(one)
        given = {"text": "đã xem", "whom": "Sở", "at": None if what == "call" else (now + ETA).isoformat()}
        try:
            if what == "take":
                one.done = (await self.desk.acknowledge(code, one.person)).result is PressResult.TAKEN
            else:
                await self.desk.act(what, code, one.person, given)
                one.done = True
        except (ActRefused, UnknownIncident):
            return

    async def _reload(self, edition: Edition) -> None:
        looker = self.looker
        if looker is None:
            return
        settings = settings_of(edition)
        known = await self.desk.reload(Context.of(settings, pick("vi")))
        self.judge.reload(CHECKS, settings.devices.values())
        self._seed(known)
        looker.reload(plan(settings.devices.values(), CHECKS))

    def _ask(self, targets: Sequence[str]) -> None:
        if self.looker is not None:
            self.judge.ask(targets, self._clock.now())
            for device in sorted({target.partition("/")[0] for target in targets}):
                self.looker.relook(device, frozenset(targets))

    def _seed(self, known: tuple[Known, ...]) -> None:
        self.judge.seed(known)

    def _keep(self, work: Callable[[], Awaitable[Any]]) -> None:
        async def kept() -> None:
            while True:
                try:
                    await work()
                except Exception:
                    log.exception("task.failed")
                await self._clock.sleep(1.0)

        self._tasks.append(asyncio.create_task(kept()))

    async def _pulse(self) -> None:
        while True:
            await self.moved.wait()
            self.moved.clear()
            await self._clock.sleep(self._rng.random())
            step = self._clock.stepped()
            if step is not None:
                await self.desk.clock_stepped(step)

    async def _beat(self) -> None:
        while True:
            await self._clock.sleep(ALIVE)
            await self.desk.alive()

    async def _keep_house(self) -> None:
        while True:
            await self._clock.sleep(HOUSE)
            await self.desk.keep_house()
