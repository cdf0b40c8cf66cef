"""The looker: what is due is looked at in time, whatever transports, judge and sink do."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise

import pytest

from monitord.domain.edge import Edge, Firmness
from monitord.domain.health import Health
from monitord.domain.looking import Branch, Check, Needs, Oid, PageRequest, PageSight, Reach, Sight, TableRow, Verdict
from monitord.domain.network import Device, SnmpAccess, Timing
from monitord.judge.runner import Judge
from monitord.look.looker import Looker
from monitord.look.one import Limits
from monitord.look.plan import plan
from monitord.look.ports import Transport
from tests.support.clock import ManualClock, settle
from tests.support.looking import SEEN, check, device, judge_told, silent, told

Behaviour = Callable[[str], Awaitable[Sight]]


@dataclass
class Network:
    """An SNMP transport in memory: every device is UP after 50 ms unless `answers` says otherwise; what is asked of it
    now and then is answered by what stands there under `<device>/slow`, and told in `slow`, with the branches asked.
    """

    clock: ManualClock
    answers: dict[str, Behaviour] = field(default_factory=dict)
    begun: dict[str, list[float]] = field(default_factory=dict)
    slow: dict[str, list[float]] = field(default_factory=dict)
    branches: list[tuple[str, ...]] = field(default_factory=list)
    under_way: set[str] = field(default_factory=set)
    most: int = 0

    async def look(
        self,
        access: SnmpAccess,
        scalars: tuple[Oid, ...],
        rows: tuple[TableRow, ...],
        timing: Timing,
        branches: tuple[Branch, ...] = (),
    ) -> Sight:
        name = access.address
        assert name not in self.under_way, "two looks at one device"
        slow = scalars == SLOW.scalars or bool(branches)
        if branches:
            self.branches.append(tuple(branch.key for branch in branches))
        (self.slow if slow else self.begun).setdefault(name, []).append(self.clock.mono())
        self.under_way.add(name)
        self.most = max(self.most, len(self.under_way))
        try:
            if (behaviour := f"{name}/slow" if slow else name) in self.answers:
                return await self.answers[behaviour](name)
            await self.clock.sleep(0.05)
            return told(Health.UP, self.clock.now())
        finally:
            self.under_way.discard(name)


@dataclass
class Pages:
    """A page transport in memory."""

    clock: ManualClock
    lasts: float = 0.05
    under_way: int = 0
    most: int = 0
    asked: int = 0

    async def look(self, request: PageRequest, timeout: float) -> Sight:
        self.asked += 1
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            await self.clock.sleep(self.lasts)
            return Sight(self.clock.now(), Reach.ANSWERED, page=PageSight(status=200))
        finally:
            self.under_way -= 1


@dataclass
class Desk:
    """A sink in memory, which may be slow or refuse."""

    edges: list[Edge] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    came: asyncio.Event = field(default_factory=asyncio.Event)
    refusals: int = 0

    def __post_init__(self) -> None:
        self.open.set()

    async def put(self, edges: Sequence[Edge]) -> None:
        await self.open.wait()
        if self.refusals:
            self.refusals -= 1
            raise OSError("database is locked")
        self.edges.extend(edges)
        self.came.set()


SLOW = Needs(scalars=("1.3.6.1.4.1.99999.2.0",), every=timedelta(minutes=5))

PORTS = tuple(f"port-{n}" for n in range(6))


def port(name: str) -> Check:
    """Return a check kind of its name that sees the health of a port in the rows under it."""

    def judge(params: object, sight: Sight, previous: Sight | None) -> Verdict:
        return judge_told(params, replace(sight, values={SEEN: sight.branch("9", name)["0"]}), previous)

    return check(name, judge, Needs(branches=(Branch("1", name, ("9",)),), every=timedelta(minutes=5)))


CHECKS = {
    **{name: port(name) for name in PORTS},
    "told": check(),
    "slow": check("slow", needs=SLOW),
    "page": check(
        "page",
        lambda params, sight, previous: Verdict.up() if sight.page else Verdict.unknown(sight.cause or "x"),  # type: ignore[arg-type]
        Needs(page=PageRequest("http://127.0.0.1/")),
    ),
}


@dataclass
class House:
    """A looker with everything it needs in memory."""

    clock: ManualClock
    network: Network
    pages: Pages
    desk: Desk
    judge: Judge
    looker: Looker

    def reload(self, devices: Sequence[Device], urgent: Sequence[str] = ()) -> None:
        self.judge.reload(CHECKS, devices)
        self.looker.reload(plan(devices, CHECKS), urgent)


@asynccontextmanager
async def house(
    devices: Sequence[Device], urgent: Sequence[str] = (), limits: Limits | None = None
) -> AsyncGenerator[House]:
    """Yield a running looker; time stands until the test advances it."""
    clock = ManualClock()
    network, pages, desk = Network(clock), Pages(clock), Desk()
    judge = Judge(CHECKS, "desk-1", "boot-1")
    here = House(clock, network, pages, desk, judge, Looker(clock, network, pages, judge, desk, limits=limits))
    here.reload(devices, urgent)
    running = asyncio.create_task(here.looker.run())
    try:
        yield here
    finally:
        await here.looker.stop()
        await running


def always(sight: Callable[[ManualClock], Sight], clock: ManualClock, takes: float = 0.0) -> Behaviour:
    async def answer(name: str) -> Sight:
        if takes:
            await clock.sleep(takes)
        return sight(clock)

    return answer


async def test_every_device_is_looked_at_in_the_first_round_and_then_on_its_grid() -> None:
    async with house([device(f"d{n}", interval=10) for n in range(40)]) as here:
        await here.clock.advance(2.1)
        assert all(len(looks) == 1 for looks in here.network.begun.values())
        assert len(here.network.begun) == 40
        assert here.looker.load().first_round == pytest.approx(Limits().first_round, abs=0.1)
        await here.clock.advance(60)
        for looks in here.network.begun.values():
            gaps = [b - a for a, b in pairwise(looks[1:])]
            assert all(gap == pytest.approx(10, abs=0.05) for gap in gaps)


@pytest.mark.slow
async def test_a_thousand_devices_miss_no_round() -> None:
    async with house([device(f"d{n}", interval=10) for n in range(1000)]) as here:
        await here.clock.advance(61)
        load = here.looker.load()
        assert load.rounds >= 5
        assert {len(looks) for looks in here.network.begun.values()} <= {6, 7}
        assert len(here.network.begun) == 1000
        assert (load.overruns, load.failures, load.late_max < 0.05) == (0, 0, True)
        assert load.healths == {Health.UP: 1000}
        assert len(here.desk.edges) == 1000
        assert [edge.seq for edge in here.desk.edges] == list(range(1, 1001))


async def test_devices_with_open_incidents_are_looked_at_first() -> None:
    devices = [device(f"d{n}") for n in range(50)]
    async with house(devices, urgent=["d49"]) as here:
        await here.clock.advance(0.0)
        assert set(here.network.begun) == {"d49"}


async def test_a_silent_device_is_looked_at_again_sooner_until_the_fault_is_hard() -> None:
    async with house([device(interval=30, retry=5)]) as here:
        await here.clock.advance(2.1)
        here.network.answers["olt-1"] = always(lambda clock: silent(clock.now()), here.clock, takes=4)
        await here.clock.advance(60)
        looks = here.network.begun["olt-1"]
        first = next(n for n, edge in enumerate(here.desk.edges) if edge.now is Health.DOWN)
        assert [edge.firmness for edge in here.desk.edges[first:]] == [Firmness.SOFT, Firmness.HARD]
        gaps = [b - a for a, b in pairwise(looks[1:])]
        assert gaps[:2] == pytest.approx([5, 5], abs=0.1)
        assert all(gap > 15 for gap in gaps[2:])


async def test_a_jump_of_the_wall_clock_changes_nothing() -> None:
    async with house([device(interval=10)]) as here:
        for jump in (-3600, 7200, -86_400):
            here.clock.jump(jump)
            before = len(here.network.begun.get("olt-1", ()))
            await here.clock.advance(30)
            assert len(here.network.begun["olt-1"]) - before in (3, 4)


async def test_being_asked_to_look_again_brings_one_look_at_once() -> None:
    async with house([device(interval=30)]) as here:
        await here.clock.advance(5)
        before = len(here.network.begun["olt-1"])
        assert here.looker.relook("olt-1")
        await here.clock.advance(0.2)
        assert len(here.network.begun["olt-1"]) == before + 1
        assert not here.looker.relook("no-such-device")


async def test_being_asked_while_a_look_is_under_way_brings_one_more_after_it() -> None:
    async with house([device(interval=30)], urgent=["olt-1"]) as here:
        here.network.answers["olt-1"] = always(lambda clock: told(Health.UP, clock.now()), here.clock, takes=1)
        await here.clock.advance(0.5)
        for _ in range(5):
            here.looker.relook("olt-1")
        await here.clock.advance(1.0)
        assert len(here.network.begun["olt-1"]) == 2
        await here.clock.advance(2.0)
        assert len(here.network.begun["olt-1"]) == 2


async def test_no_more_looks_are_under_way_than_there_are_places_and_none_is_lost() -> None:
    devices = [device(f"d{n}", interval=10) for n in range(100)]
    async with house(devices, limits=Limits(snmp=7)) as here:
        for thing in devices:
            here.network.answers[thing.id] = always(lambda clock: told(Health.UP, clock.now()), here.clock, takes=1)
        await here.clock.advance(120)
        assert here.network.most == 7
        counts = [len(looks) for looks in here.network.begun.values()]
        assert (len(counts), max(counts) - min(counts) <= 2) == (100, True)
        assert min(counts) >= 7
        assert here.looker.load().late_max > 1


async def test_a_look_that_begins_more_than_two_intervals_late_is_counted() -> None:
    devices = [device(f"d{n}", interval=1) for n in range(10)]
    async with house(devices, limits=Limits(snmp=1)) as here:
        for thing in devices:
            here.network.answers[thing.id] = always(lambda clock: told(Health.UP, clock.now()), here.clock, takes=1)
        await here.clock.advance(30)
        assert here.looker.load().overruns > 0
        assert {len(looks) for looks in here.network.begun.values()} <= {2, 3, 4}


async def test_a_transport_that_raises_makes_its_device_unknown_and_harms_no_other() -> None:
    async def broken(name: str) -> Sight:
        raise ValueError("mistake of ours")

    async def cancels_itself(name: str) -> Sight:
        raise asyncio.CancelledError

    async with house([device("bad", interval=10), device("odd", interval=10), device("good", interval=10)]) as here:
        here.network.answers.update(bad=broken, odd=cancels_itself)
        await here.clock.advance(31)
        assert here.looker.load().failures >= 6
        assert here.judge.state("bad/told").health is Health.UNKNOWN
        assert here.judge.state("odd/told").health is Health.UNKNOWN
        assert len(here.network.begun["good"]) >= 3
        assert here.looker.last_tick == pytest.approx(here.clock.mono(), abs=1.1)


async def test_a_look_that_never_ends_is_ended_by_its_deadline() -> None:
    async def hang(name: str) -> Sight:
        await asyncio.Event().wait()
        raise AssertionError

    limits = Limits(margin=0.02)
    async with house([device("hung", timeout=0.01, attempts=1)], urgent=["hung"], limits=limits) as here:
        here.network.answers["hung"] = hang
        await here.clock.advance(0.0)
        async with asyncio.timeout(5):
            await here.desk.came.wait()
        (edge,) = here.desk.edges
        assert edge.now is Health.UNKNOWN
        assert here.network.under_way == set()


async def test_the_heartbeat_stops_when_a_look_hangs_beyond_its_deadline() -> None:
    async def deaf(name: str) -> Sight:
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if release.is_set():
                    raise

    release = asyncio.Event()
    limits = Limits(margin=0.01, stuck=10)
    async with house([device(timeout=0.01, attempts=1)], urgent=["olt-1"], limits=limits) as here:
        here.network.answers["olt-1"] = deaf
        await here.clock.advance(5)
        assert here.looker.last_tick == pytest.approx(here.clock.mono(), abs=1.1)
        await here.clock.advance(30)
        assert here.looker.last_tick is not None
        assert here.clock.mono() - here.looker.last_tick > 20
        release.set()


async def test_a_full_desk_holds_the_looks_and_loses_no_edge() -> None:
    async with house([device(f"d{n}", interval=10) for n in range(20)], limits=Limits(snmp=5)) as here:
        here.desk.open.clear()
        await here.clock.advance(30)
        assert here.looker.load().in_flight == 5
        here.desk.open.set()
        await here.clock.advance(10)
        assert [edge.seq for edge in here.desk.edges] == list(range(1, 21))


async def test_edges_that_the_desk_refuses_are_offered_again_in_their_order() -> None:
    async with house([device(f"d{n}") for n in range(20)]) as here:
        here.desk.refusals = 3
        await here.clock.advance(10)
        assert [edge.seq for edge in here.desk.edges] == list(range(1, 21))
        assert here.looker.load().sink_failures == 3


async def test_a_desk_that_refuses_for_ever_stops_the_heartbeat() -> None:
    async with house([device()]) as here:
        here.desk.refusals = 10_000
        await here.clock.advance(30)
        assert here.looker.last_tick == pytest.approx(here.clock.mono(), abs=1.1)
        await here.clock.advance(30)
        assert here.looker.last_tick is not None
        assert here.clock.mono() - here.looker.last_tick > 15


async def test_a_reload_keeps_the_grid_of_those_that_stay_and_leaves_those_that_left_alone() -> None:
    stays, leaves = device("stays", interval=10), device("leaves", interval=10)
    async with house([stays, leaves]) as here:
        await here.clock.advance(15)
        grid = here.network.begun["stays"][1] % 10
        gone = len(here.network.begun["leaves"])
        here.reload([stays, device("new", interval=10)])
        await here.clock.advance(20)
        assert all(at % 10 == pytest.approx(grid, abs=0.05) for at in here.network.begun["stays"][1:])
        assert len(here.network.begun["stays"]) in (4, 5)
        assert len(here.network.begun["leaves"]) == gone
        assert len(here.network.begun["new"]) in (2, 3)


async def test_a_device_that_changes_while_it_is_looked_at_is_looked_at_anew() -> None:
    async with house([device(interval=30)], urgent=["olt-1"]) as here:
        here.network.answers["olt-1"] = always(lambda clock: silent(clock.now()), here.clock, takes=3)
        await here.clock.advance(1)
        moved = replace(device(interval=30), snmp=SnmpAccess("10.0.0.9"))
        here.reload([moved])
        await here.clock.advance(1)
        assert len(here.network.begun["10.0.0.9"]) == 1
        assert [edge.now for edge in here.desk.edges] == [Health.UP]


async def test_a_shorter_interval_takes_effect_at_once() -> None:
    async with house([device(interval=3600)]) as here:
        await here.clock.advance(3)
        here.reload([device(interval=5)])
        await here.clock.advance(11)
        assert len(here.network.begun["olt-1"]) >= 3


async def test_slow_pages_keep_no_agent_waiting_and_stay_within_their_places() -> None:
    sites = [device(f"site{n}", ("page",), interval=10, snmp=False) for n in range(40)]
    agents = [device(f"d{n}", interval=10) for n in range(40)]
    async with house([*sites, *agents], limits=Limits(pages=4)) as here:
        here.pages.lasts = 1.5
        await here.clock.advance(40)
        assert here.pages.most == 4
        assert all(len(looks) >= 4 for looks in here.network.begun.values())
        assert here.looker.load().failures == 0


async def test_a_device_with_an_agent_and_a_page_is_judged_for_each_by_its_own_sight() -> None:
    async with house([device(checks=("told", "page"))], urgent=["olt-1"]) as here:
        here.network.answers["olt-1"] = always(lambda clock: silent(clock.now()), here.clock, takes=3)
        await here.clock.advance(0.2)
        assert [(edge.target, edge.now) for edge in here.desk.edges] == [("olt-1/page", Health.UP)]
        await here.clock.advance(4)
        assert [(edge.target, edge.now) for edge in here.desk.edges[1:]] == [("olt-1/told", Health.DOWN)]


async def test_stopping_ends_the_looks_under_way() -> None:
    async with house([device(f"d{n}") for n in range(10)]) as here:
        for number in range(10):
            here.network.answers[f"d{number}"] = always(lambda clock: silent(clock.now()), here.clock, takes=1000)
        await here.clock.advance(3)
        assert len(here.network.under_way) == 10
        await here.looker.stop()
        assert here.network.under_way == set()
        await here.clock.advance(60)
        assert all(len(looks) == 1 for looks in here.network.begun.values())


async def test_a_looker_that_was_cancelled_goes_on_when_run_again_and_tells_what_it_had_not() -> None:
    clock = ManualClock()
    network, desk, judge = Network(clock), Desk(), Judge(CHECKS, "desk-1", "boot-1")
    looker = Looker(clock, network, Pages(clock), judge, desk)
    looker.reload(plan([device(f"d{n}", interval=10) for n in range(10)], CHECKS))
    desk.open.clear()
    first = asyncio.create_task(looker.run())
    await clock.advance(3)
    with pytest.raises(RuntimeError):
        await looker.run()
    first.cancel()
    await asyncio.wait([first])
    assert desk.edges == []
    desk.open.set()
    second = asyncio.create_task(looker.run())
    await clock.advance(20)
    assert sorted({edge.seq for edge in desk.edges}) == list(range(1, 11))
    assert [edge.seq for edge in desk.edges] == sorted(edge.seq for edge in desk.edges)
    assert all(len(looks) >= 2 for looks in network.begun.values())
    await looker.stop()
    await second


async def test_each_look_is_heard_by_whoever_counts_and_his_failure_is_his_own() -> None:
    heard: list[tuple[Transport, Reach]] = []

    class Watch:
        def looked(self, transport: Transport, reach: Reach, late: float, took: float) -> None:
            heard.append((transport, reach))
            raise RuntimeError("no metrics today")

    clock = ManualClock()
    desk, judge = Desk(), Judge(CHECKS, "desk-1", "boot-1")
    looker = Looker(clock, Network(clock), Pages(clock), judge, desk, watch=Watch())
    looker.reload(plan([device()], CHECKS), ["olt-1"])
    running = asyncio.create_task(looker.run())
    await clock.advance(1)
    assert heard == [(Transport.SNMP, Reach.ANSWERED)]
    assert len(desk.edges) == 1
    await looker.stop()
    await running


async def test_time_stands_still_between_advances() -> None:
    clock = ManualClock()
    woken: list[float] = []

    async def sleeper(seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append(clock.mono() - 1000)

    tasks = [asyncio.create_task(sleeper(seconds)) for seconds in (3, 1, 2)]
    start = clock.now()
    await settle()
    await clock.advance(2.5)
    assert woken == [1, 2]
    assert clock.now() - start == timedelta(seconds=2.5)
    await clock.advance(1)
    assert woken == [1, 2, 3]
    await asyncio.gather(*tasks)
