"""One life of the daemon: the shipping desk, looker, judge, dispatcher and updates loop, put together as
bootstrap does.

Only the edges are simulated. What bootstrap does each second (the pulse) is done here when something happened to the
clock, and the heartbeat comes more rarely: an hour of night must not cost four thousand wake-ups.
"""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

import structlog
from telegram import Bot

from monitord.desk.bus import EdgeQueue
from monitord.desk.context import Context
from monitord.desk.desk import Desk
from monitord.domain.edge import Known
from monitord.domain.notice import Claimed
from monitord.judge.runner import Judge
from monitord.look.looker import Looker
from monitord.look.one import Limits
from monitord.look.plan import plan
from monitord.store.writer import StoreUnavailable, Writer
from monitord.tell.dispatcher import Dispatcher
from monitord.tell.updates import UpdatesLoop
from monitord.texts import pick
from tests.sim.clock import SimClock
from tests.sim.edges import SimBot, SimChannel
from tests.sim.loop import Universe
from tests.sim.province import CHECKS, Edition, settings_of
from tests.sim.telegram import Telegram
from tests.sim.world import SimPages, SimSnmp, World
from tests.support.night import Reserve, Uncounted

log = structlog.get_logger("sim")
ALIVE = 900.0
HOUSE = 3 * 3600.0
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

    async def claim(self, channel: str, limit: int) -> Sequence[Claimed]:
        claimed = await self._desk.claim(channel, limit)
        self._claims += [(self._universe.now, row.message.notice) for row in claimed]
        return claimed


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
        dispatcher = Dispatcher(outbox, channels, clock, look_again=LOOK_AGAIN, jitter=rng.random)
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
            self.judge.ask(targets)
            for device in sorted({target.partition("/")[0] for target in targets}):
                self.looker.relook(device)

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
