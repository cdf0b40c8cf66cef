"""What could keep a lane from sending: a slow database, something cancelled inside a channel, a lane begun again."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from monitord.domain.notice import Claimed, Delivery, DeliveryCause, Message, Outcome
from monitord.tell.dispatcher import Dispatcher
from monitord.tell.lane import LEASE_MARGIN, STALE
from monitord.tell.ports import Hears
from tests.support.clock import ManualClock, settle
from tests.tell.bench import Desk
from tests.tell.outbox import MemoryOutbox
from tests.tell.test_dispatcher import Scripted, Talkative, dispatching

NOW = datetime(2027, 2, 5, tzinfo=UTC)


class SlowOutbox(MemoryOutbox):
    """A database that takes its time for a claim."""

    def __init__(self, clock: ManualClock, seconds: float) -> None:
        super().__init__()
        self.clock = clock
        self.seconds = seconds

    async def claim(self, channel: str, limit: int) -> Sequence[Claimed]:
        rows = await super().claim(channel, limit)
        await self.clock.sleep(self.seconds)
        return rows


async def test_behind_a_slow_database_everything_is_sent_all_the_same() -> None:
    clock = ManualClock(NOW)
    outbox, channel = SlowOutbox(clock, STALE + 1), Scripted()
    outbox.put(1, "a")
    async with dispatching(outbox, [channel], clock):
        await clock.advance(STALE + 1)
        await outbox.until_reports(1)
    assert channel.given == [1]
    assert outbox.given_back == []


async def test_what_was_given_when_its_lease_was_nearly_over_is_not_begun() -> None:
    clock = ManualClock(NOW)
    outbox, channel = SlowOutbox(clock, 30.0 - 5.0 - LEASE_MARGIN + 0.1), Scripted()
    outbox.put(1, "a")
    async with dispatching(outbox, [channel], clock):
        await clock.advance(outbox.seconds)
        await outbox.until_given_back(1)
    assert channel.given == []


async def test_what_is_cancelled_inside_a_channel_is_an_uncertain_outcome_and_the_row_comes_again() -> None:
    failures = iter([True])

    def act(message: Message) -> Outcome:
        if next(failures, False):
            raise asyncio.CancelledError
        return Outcome(Delivery.ACCEPTED)

    outbox, channel = MemoryOutbox(), Scripted(act)
    outbox.put(1, "a")
    async with dispatching(outbox, [channel]):
        reports = await outbox.until_reports(2)
    assert [(o.delivery, o.cause) for _, o in reports] == [
        (Delivery.UNCERTAIN, DeliveryCause.UNEXPECTED),
        (Delivery.ACCEPTED, DeliveryCause.FINE),
    ]


class Cancelling(Talkative):
    """A channel in which the first start, the first probe and the first listening end as if they were cancelled."""

    def __init__(self) -> None:
        super().__init__()
        self.left = {"start", "probe", "listen"}

    def _once(self, what: str) -> None:
        if what in self.left:
            self.left.discard(what)
            raise asyncio.CancelledError

    async def start(self) -> None:
        self._once("start")

    async def listen(self, hears: Hears) -> None:
        self._once("listen")
        await super().listen(hears)

    async def probe(self) -> Outcome:
        self._once("probe")
        return await super().probe()


async def test_what_is_cancelled_inside_a_channel_makes_it_neither_dumb_nor_deaf_for_ever() -> None:
    clock = ManualClock(NOW)
    outbox, channel, desk = MemoryOutbox(), Cancelling(), Desk()
    outbox.put(1, "a", channel="sms")
    running = asyncio.create_task(Dispatcher(outbox, [channel], clock, hears=desk).run())
    for _ in range(10):
        await settle()
        await clock.advance(10)
    await outbox.until_reports(1)
    await asyncio.wait_for(channel.listening.wait(), 5)
    await outbox.until_probes(2)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert channel.given == [1]
    assert [outcome.cause for _, outcome in outbox.probes][:2] == [DeliveryCause.UNEXPECTED, DeliveryCause.FINE]


class Nonsense(Talkative):
    """A channel whose probe answers with nothing at all, once the test says so; that ends its lane."""

    def __init__(self) -> None:
        super().__init__()
        self.ask, self.over = asyncio.Event(), asyncio.Event()

    async def deliver(self, message: Message) -> Outcome:
        try:
            return await super().deliver(message)
        finally:
            self.over.set()

    async def probe(self) -> Outcome:
        if self.ask.is_set():
            return await super().probe()
        await self.ask.wait()
        return None  # type: ignore[return-value]


async def test_a_lane_that_begins_again_sends_what_it_held_before() -> None:
    clock = ManualClock(NOW)
    outbox, channel = MemoryOutbox(), Nonsense()
    outbox.clock = clock
    channel.hold = asyncio.Event()
    outbox.put(1, "a", channel="sms")
    outbox.put(2, "a", channel="sms")
    dispatcher = Dispatcher(outbox, [channel], clock, stop_within=0.05)
    running = asyncio.create_task(dispatcher.run())
    await asyncio.wait_for(channel.begun.wait(), 5)
    channel.ask.set()
    await outbox.until_given_back(1)
    await asyncio.wait_for(channel.over.wait(), 5)  # broken off after `stop_within`
    await outbox.give_back(1, timedelta(0))  # its lease is over
    channel.hold.set()
    for _ in range(3):
        await settle()
        await clock.advance(20)
    await outbox.until_reports(2)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert sorted(notice for notice, _ in outbox.reports) == [1, 2]


async def test_what_is_claimed_anew_while_its_report_waits_is_not_sent_twice() -> None:
    clock = ManualClock(NOW)
    outbox, channel = MemoryOutbox(), Scripted()
    outbox.clock = clock
    outbox.refuse_reports = 1
    outbox.put(1, "a")
    async with dispatching(outbox, [channel], clock):
        await asyncio.wait_for(channel.begun.wait(), 5)
        await settle()
        await outbox.give_back(1, timedelta(0))  # its lease ran out
        outbox.put(2, "b")  # and the lane asks for more
        await clock.advance(0.2)
        await outbox.until_reports(1)
        assert outbox.leased() == {1}
        await clock.advance(0.1)
        await outbox.until_reports(2)
    assert channel.given == [1, 2]
