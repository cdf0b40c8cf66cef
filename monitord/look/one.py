"""One look at a device: asked in all ways its plan names, judged, and its edges told."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from monitord.clock import Clock
from monitord.domain.edge import Edge
from monitord.domain.health import Cause
from monitord.domain.looking import Reach, Sight
from monitord.domain.network import Target
from monitord.look.load import Load
from monitord.look.plan import DevicePlan, PageAsk, SnmpAsk
from monitord.look.ports import EdgeSink, Judging, LookWatch, PageLooking, SnmpLooking, Transport
from monitord.look.slow import SlowTurn

OIDS_PER_REQUEST = 40
"""Scalars and cells that fit one request; a device with more of them gets the time for more requests."""
SLEWED = timedelta(seconds=1)
"""A wall clock that is further off than this after a look was set; less is its pace."""

_log = structlog.stdlib.get_logger("monitord.look")


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of the looker. Durations in seconds.

    `snmp` and `pages` are looks under way at once; silent devices hold their place for seconds, so the first is
    generous. `first_round` is the time over which new devices are first looked at. `margin` is added to the deadline a
    transport keeps by itself, `walk` too for each table in which rows must be found by name, `branches` once where any
    are read, which the transport does within that and what the last question takes. `tick` is the shortest
    rest between two glances at the heap, `breath` the longest. `stuck` is how long after its deadline a look may hang
    before the heartbeat stops, `refused` the deadline of a sink that raises each time.
    """

    snmp: int = 1024
    pages: int = 16
    first_round: float = 1.0
    margin: float = 2.0
    walk: float = 45.0
    branches: float = 20.0
    tick: float = 0.01
    breath: float = 1.0
    stuck: float = 10.0
    refused: float = 30.0


class OneLook:
    """Looks, judges and tells. Nothing a transport, a judge or the sink raises gets out of `look`.

    Edges reach the sink in the order of their numbers, and are offered again until it takes them. `deadlines` holds the
    instant by which each look under way must have ended; `untold` the edges the sink has not taken yet.
    """

    def __init__(
        self,
        clock: Clock,
        snmp: SnmpLooking,
        pages: PageLooking,
        judge: Judging,
        sink: EdgeSink,
        watch: LookWatch | None,
        limits: Limits,
        load: Load,
    ) -> None:
        self._clock = clock
        self._snmp = snmp
        self._pages = pages
        self._judge = judge
        self._sink = sink
        self._watch = watch
        self._limits = limits
        self._load = load
        self._page_places = asyncio.Semaphore(limits.pages)
        self._delivery = asyncio.Lock()
        self._complained: set[str] = set()
        self.untold: deque[Edge] = deque()
        self.deadlines: dict[object, float] = {}

    @property
    def left_over(self) -> bool:
        """Return True when edges wait and nobody is telling them."""
        return bool(self.untold) and not self._delivery.locked()

    def forgive(self) -> None:
        """Complain again about a device that fails: its settings are new."""
        self._complained.clear()

    async def look(self, plan: DevicePlan, turn: SlowTurn, late: float) -> bool:
        """Look at a device in all ways its plan names; return True when a change of it waits for its confirmation."""
        parts = [self._look_at_page(plan, ask, late) for ask in plan.pages]
        if plan.snmp is not None or plan.slow is not None:
            parts.append(self._look_by_snmp(plan, turn, late))
        if len(parts) == 1:
            return await parts[0]
        # All parts come to their end by themselves: one that fails must not take the others with it.
        outcomes = await asyncio.gather(*parts, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                self.failed(plan.device.id, outcome)
        return any(outcome is True for outcome in outcomes)

    async def _look_by_snmp(self, plan: DevicePlan, turn: SlowTurn, late: float) -> bool:
        """Ask what is asked at every look and tell it, then what has its turn.

        A device that does not answer is asked no more: its slow targets are judged by that sight, too.
        """
        fast, slow, soft = plan.snmp, plan.slow, False
        if fast is not None:
            sight = await self._ask(plan, fast)
            if sight.reach is not Reach.ANSWERED:
                turn.missed()
                targets = fast.targets if slow is None else (*fast.targets, *slow.ask.targets)
                return await self._conclude(plan, Transport.SNMP, targets, sight, late)
            soft = await self._conclude(plan, Transport.SNMP, fast.targets, sight, late)
        ask = turn.begin(plan, self._clock.mono(), soft=soft)
        if slow is None or ask is None:
            return soft
        wall, begun = self._clock.now(), self._clock.mono()
        sight = replace(await self._ask(plan, ask), at=self._began(wall, begun))
        # Nothing is known anew of those for whom there was no time.
        seen = slow.seen(ask, sight.left)
        waits = await self._conclude(plan, Transport.SNMP, seen, sight, late)
        again = turn.end(ask, sight, seen, waits=waits, confirm=plan.device.timing.confirm)
        return soft or again

    def _began(self, wall: datetime, mono: float) -> datetime:
        """Return the instant of a beginning, as the wall clock has it now where it was set since.

        What takes long is dated so: by the end it may be otherwise than it was seen.
        """
        now = self._clock.now() - timedelta(seconds=self._clock.mono() - mono)
        return wall if abs(now - wall) < SLEWED else now

    async def _ask(self, plan: DevicePlan, ask: SnmpAsk) -> Sight:
        access, timing = plan.device.snmp, plan.device.timing
        if access is None:
            return Sight(self._clock.now(), Reach.NOT_LOOKED, cause=Cause.NOT_LOOKED, detail="no SNMP access is named")
        tables = {row.key_column for row in ask.rows} | {branch.key_column for branch in ask.branches}
        oids = len(ask.scalars) + sum(len(row.columns) + 1 for row in ask.rows) + len(ask.branches)
        requests = 1 + max(0, oids - 1) // OIDS_PER_REQUEST
        question = timing.attempts * timing.timeout.total_seconds()
        deadline = requests * question + len(tables) * self._limits.walk
        if ask.branches:
            deadline += self._limits.branches + question
        return await self._see(
            plan.device.id,
            lambda: self._snmp.look(access, ask.scalars, ask.rows, timing, ask.branches),
            deadline + self._limits.margin,
        )

    async def _look_at_page(self, plan: DevicePlan, ask: PageAsk, late: float) -> bool:
        timeout = plan.device.timing.timeout.total_seconds()
        # Waiting for a place is no part of the page's deadline: a full pool is not a slow site.
        async with self._page_places:
            sight = await self._see(
                plan.device.id, lambda: self._pages.look(ask.request, timeout), timeout + self._limits.margin
            )
        return await self._conclude(plan, Transport.PAGE, ask.targets, sight, late)

    async def _see(self, device: str, look: Callable[[], Awaitable[Sight]], deadline: float) -> Sight:
        """Return what a transport saw; NOT_LOOKED when it raised or overran its deadline, which is our fault alone."""
        mark = object()
        self.deadlines[mark] = self._clock.mono() + deadline
        try:
            async with asyncio.timeout(deadline):
                return await look()
        except (Exception, asyncio.CancelledError) as error:
            task = asyncio.current_task()
            if isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling():
                raise
            self.failed(device, error)
            return Sight(self._clock.now(), Reach.NOT_LOOKED, cause=Cause.NOT_LOOKED, detail=type(error).__name__)
        finally:
            del self.deadlines[mark]

    async def _conclude(
        self, plan: DevicePlan, transport: Transport, targets: Sequence[Target], sight: Sight, late: float
    ) -> bool:
        self._load.reaches[sight.reach] += 1
        judgement = self._judge.judge(plan.device, sight, targets)
        # Nothing waits between judging and this line: edges stand in the order of their numbers.
        self.untold.extend(judgement.edges)
        if self._watch is not None:
            try:
                self._watch.looked(transport, sight.reach, late, sight.took.total_seconds())
            except Exception as error:
                self.failed(plan.device.id, error)
        if judgement.edges:
            await self.deliver()
        return judgement.soft

    async def deliver(self) -> None:
        """Offer all untold edges until the sink has taken them; what a cancelled look leaves, the next one tells."""
        async with self._delivery:
            while self.untold:
                edges = tuple(self.untold)
                try:
                    await self._sink.put(edges)
                except Exception as error:
                    self._load.sink_failures += 1
                    self.deadlines.setdefault(self._delivery, self._clock.mono() + self._limits.refused)
                    _log.warning("edges.not_taken", edges=len(edges), error=repr(error))
                    await self._clock.sleep(self._limits.breath)
                    continue
                self.deadlines.pop(self._delivery, None)
                for _ in edges:
                    self.untold.popleft()

    def failed(self, device: str, error: BaseException) -> None:
        self._load.failures += 1
        if device not in self._complained:
            self._complained.add(device)
            _log.error("look.failed", device=device, exc_info=error)
