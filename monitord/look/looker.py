"""The looker: one coroutine that sleeps on monotonic time to the next due device and starts looks.

No look waits for a wall clock, a scheduler's job or another look: what makes a device due is the heap alone, and what
bounds a look is its own deadline. Looks run side by side within two lanes, so that slow pages never keep SNMP waiting.
"""

import asyncio
from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import partial

import structlog

from monitord.clock import Clock
from monitord.domain.network import TargetId
from monitord.look.heap import DueHeap, after_look, next_slot
from monitord.look.load import Load, LookLoad
from monitord.look.one import Limits, OneLook
from monitord.look.plan import DevicePlan
from monitord.look.ports import EdgeSink, Judging, LookWatch, PageLooking, SnmpLooking, Transport
from monitord.look.slow import SlowTurn

MIN_INTERVAL = 0.1
"""Seconds below which no interval is taken seriously."""

_log = structlog.stdlib.get_logger("monitord.look")


@dataclass(slots=True, eq=False)
class _Post:
    """A device as it stands with the looker. `again` asks for one more look after the one under way."""

    plan: DevicePlan
    slow: SlowTurn = field(default_factory=SlowTurn)
    due: float = 0.0
    started: float = 0.0
    task: asyncio.Task[bool] | None = None
    again: bool = False
    urgent: bool = False

    @property
    def interval(self) -> float:
        # A floor, so that no setting can turn the looker into a flood.
        return max(MIN_INTERVAL, self.plan.device.timing.interval.total_seconds())


@dataclass(slots=True)
class _Lane:
    """Devices that are due and wait for a free place, the longest due first."""

    places: int
    busy: int = 0
    ready: deque[_Post] = field(default_factory=deque)


class Looker:
    """Looks at every device of its plan, each on the grid of its phase, sooner while a change is soft or when asked to.

    Nothing a transport, a judge or the sink raises ends `run`. A device has at most one look under way. Edges reach the
    sink in the order of their numbers, and are offered again until it takes them.
    """

    def __init__(
        self,
        clock: Clock,
        snmp: SnmpLooking,
        pages: PageLooking,
        judge: Judging,
        sink: EdgeSink,
        *,
        watch: LookWatch | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._clock = clock
        self._judge = judge
        self._limits = limits or Limits()
        self._heap = DueHeap()
        self._posts: dict[str, _Post] = {}
        self._lanes = {Transport.SNMP: _Lane(self._limits.snmp), Transport.PAGE: _Lane(self._limits.pages)}
        self._load = Load()
        self._one = OneLook(clock, snmp, pages, judge, sink, watch, self._limits, self._load)
        self._wake = asyncio.Event()
        self._wake_at = 0.0
        self._looking: set[asyncio.Task[bool]] = set()
        self._telling: set[asyncio.Task[None]] = set()
        self._running = False
        self._stopping = False
        self._ended = asyncio.Event()
        self._ended.set()
        self.last_tick: float | None = None

    # ---- what others may ask of it ---------------------------------------------------------------------------------

    def reload(self, plans: Iterable[DevicePlan], urgent: Collection[str] = ()) -> None:
        """Swap the devices looked at.

        Devices that stay keep their due instants; new ones are looked at within `first_round` seconds, those named
        `urgent` at once and before the others. A look under way at a device that left or changed is cancelled; the
        changed one is looked at anew. This is also how the looker gets its first plan.
        """
        now = self._clock.mono()
        wanted = {plan.device.id: plan for plan in plans}
        for device in self._posts.keys() - wanted.keys():
            post = self._posts.pop(device)
            self._heap.remove(device)
            if post.task is not None:
                post.task.cancel()
        for device, plan in wanted.items():
            standing = self._posts.get(device)
            if standing is None:
                self._posts[device] = _Post(plan, urgent=device in urgent)
                self._heap.push(device, now if device in urgent else now + plan.phase * self._limits.first_round)
                continue
            changed, interval = standing.plan != plan, standing.interval
            standing.plan = plan
            if changed:
                standing.slow = SlowTurn()
            due = self._heap.due(device)
            if due is not None and standing.interval != interval:
                self._heap.push(device, min(due, next_slot(now, standing.interval, plan.phase)))
            if device in urgent or (changed and standing.task is not None):
                self.relook(device)
            if changed and standing.task is not None:
                # What the old plan asked for may not be what the new one is judged by.
                standing.task.cancel()
        self._one.forgive()
        self._load.plan(wanted, now)
        self._wake.set()

    def relook(self, device: str, targets: Collection[TargetId] = ()) -> bool:
        """Look at a device again now, before all that only are due; False when it is not in the plan.

        `targets` are those that are asked for, among others of other devices; none: all it has. What is asked of it
        seldom is asked then where it is among them.

        While a look is under way the next one follows it at once, because the one under way may have seen what was
        before.
        """
        post = self._posts.get(device)
        if post is None:
            return False
        post.urgent = True
        if post.plan.asks_seldom_for(targets):
            post.slow.ask()
        if post.task is not None:
            post.again = True
        elif (due := self._heap.due(device)) is not None:
            self._heap.push(device, min(due, self._clock.mono()))
        else:
            lane = self._lane(post)
            if post in lane.ready:
                lane.ready.remove(post)
                lane.ready.appendleft(post)
        self._wake.set()
        return True

    def load(self) -> LookLoad:
        """Return how the looker bears its load at this instant."""
        load = self._load
        return LookLoad(
            devices=len(self._posts),
            looks=load.looks,
            in_flight=len(self._looking),
            waiting=sum(len(lane.ready) for lane in self._lanes.values()),
            late_p99=load.late_p99(),
            late_max=load.late_max,
            overruns=load.overruns,
            failures=load.failures,
            sink_failures=load.sink_failures,
            rounds=load.rounds,
            first_round=load.first_round,
            reaches=dict(load.reaches),
            healths=self._judge.tally(),
        )

    async def run(self) -> None:
        """Look until `stop` is called.

        Cancelling it also stops the looks under way; it may then be run again and goes on where it was.
        RuntimeError when it runs already.
        """
        if self._running:
            raise RuntimeError("the looker runs already")
        self._running = True
        self._ended.clear()
        try:
            while not self._stopping:
                self._wake.clear()
                now = self._clock.mono()
                self._take_due(now)
                self._fill()
                self._beat(now)
                self._tell_what_was_left()
                await self._rest()
        finally:
            # From here on no look starts, so that those that end now leave no successor behind.
            self._running = False
            looking = (*self._looking, *self._telling)
            for task in looking:
                task.cancel()
            if looking:
                await asyncio.wait(looking, timeout=self._limits.margin)
            self._ended.set()

    async def stop(self) -> None:
        """End `run`: cancel the looks under way and return when they are gone. No later `run` looks again."""
        self._stopping = True
        self._wake.set()
        await self._ended.wait()

    # ---- the loop ---------------------------------------------------------------------------------------------------

    def _lane(self, post: _Post) -> _Lane:
        return self._lanes[Transport.SNMP if post.plan.snmp or post.plan.slow else Transport.PAGE]

    def _take_due(self, now: float) -> None:
        for device, due in self._heap.pop_due(now):
            post = self._posts[device]
            post.due = due
            lane = self._lane(post)
            if post.urgent:
                lane.ready.appendleft(post)
            else:
                lane.ready.append(post)

    def _fill(self) -> None:
        for lane in self._lanes.values():
            while self._running and lane.ready and lane.busy < lane.places:
                post = lane.ready.popleft()
                if self._posts.get(post.plan.device.id) is post:
                    self._start(post, lane)

    def _start(self, post: _Post, lane: _Lane) -> None:
        post.started = self._clock.mono()
        post.urgent = post.again = False
        late = max(0.0, post.started - post.due)
        self._load.started(late, post.interval)
        lane.busy += 1
        post.task = asyncio.create_task(self._one.look(post.plan, post.slow, late), name=f"look {post.plan.device.id}")
        self._looking.add(post.task)
        post.task.add_done_callback(partial(self._look_ended, post, lane))

    def _look_ended(self, post: _Post, lane: _Lane, task: asyncio.Task[bool]) -> None:
        lane.busy -= 1
        post.task = None
        self._looking.discard(task)
        device, now = post.plan.device, self._clock.mono()
        soft = False
        if not task.cancelled():
            error = task.exception()
            if error is not None:
                self._one.failed(device.id, error)
            soft = error is None and task.result()
        if self._posts.get(device.id) is not post:
            self._fill()
            return
        if not task.cancelled():
            self._load.ended(device.id, now)
        due = after_look(
            started=post.started,
            ended=now,
            interval=post.interval,
            phase=post.plan.phase,
            retry=device.timing.retry.total_seconds() if soft else None,
        )
        self._heap.push(device.id, now if post.again else due)
        if post.again or due < self._wake_at:
            self._wake.set()
        self._fill()

    def _beat(self, now: float) -> None:
        """Move the heartbeat on, unless a look hangs far beyond its deadline: then polling is broken all the same."""
        if all(now <= deadline + self._limits.stuck for deadline in self._one.deadlines.values()):
            self.last_tick = now

    def _tell_what_was_left(self) -> None:
        if self._one.left_over and not self._telling:
            task = asyncio.create_task(self._one.deliver(), name="edges left over")
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    async def _rest(self) -> None:
        now, due = self._clock.mono(), self._heap.next_due()
        rest = self._limits.breath if due is None else min(self._limits.breath, due - now)
        rest = max(rest, self._limits.tick)
        self._wake_at = now + rest
        sleep = asyncio.ensure_future(self._clock.sleep(rest))
        woken = asyncio.ensure_future(self._wake.wait())
        try:
            await asyncio.wait((sleep, woken), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleep.cancel()
            woken.cancel()
