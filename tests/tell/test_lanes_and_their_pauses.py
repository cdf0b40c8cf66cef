"""Lanes side by side: what goes first, how often what fails is tried, and that nothing spins or ends another."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from monitord.domain.notice import Claimed, Delivery, DeliveryCause, Message, Outcome
from monitord.tell.dispatcher import Dispatcher
from monitord.tell.ports import Hears
from tests.support.clock import ManualClock, settle
from tests.tell.bench import Desk
from tests.tell.outbox import MemoryOutbox
from tests.tell.test_dispatcher import Scripted, Talkative, dispatching

NOW = datetime(2027, 2, 5, tzinfo=UTC)


async def test_what_is_more_urgent_goes_before_what_was_at_hand_already() -> None:
    outbox, channel = MemoryOutbox(), Scripted()
    channel.hold = asyncio.Event()
    outbox.put(1, "a")
    async with dispatching(outbox, [channel]):
        await asyncio.wait_for(channel.begun.wait(), 5)
        outbox.put(2, "a", priority=4)
        await asyncio.wait_for(until(lambda: outbox.leased() == {1, 2}), 5)
        outbox.put(3, "a", priority=1)
        await asyncio.wait_for(until(lambda: outbox.leased() == {1, 2, 3}), 5)
        channel.hold.set()
        await outbox.until_reports(3)
    assert channel.given == [1, 3, 2]


async def until(true: Callable[[], bool]) -> None:
    while not true():  # noqa: ASYNC110 - a claim tells nobody
        await asyncio.sleep(0)


async def test_what_cannot_be_counted_is_reported_all_the_same() -> None:
    def observe(channel: str, outcome: Outcome, seconds: float) -> None:
        raise KeyError(channel)

    outbox, channel = MemoryOutbox(), Scripted()
    outbox.put(1, "a")
    dispatcher = Dispatcher(outbox, [channel], ManualClock(NOW), observe=observe)
    running = asyncio.create_task(dispatcher.run())
    await outbox.until_reports(1)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert channel.given == [1]


class Withheld(MemoryOutbox):
    """An outbox with a row that is due and is not given to anybody, as while its target waits for a look."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    async def claim(self, channel: str, limit: int) -> Sequence[Claimed]:
        self.asked += 1
        self._event(channel).clear()
        return []

    async def next_due(self, channel: str) -> float | None:
        return 0.0


async def test_a_row_that_is_due_and_not_given_makes_nothing_spin() -> None:
    clock, outbox = ManualClock(NOW), Withheld()
    async with dispatching(outbox, [Scripted()], clock):
        await asyncio.wait_for(clock.advance(1), 20)
    assert 2 <= outbox.asked <= 25


class Broken(Scripted):
    """A channel that can neither begin nor end."""

    def __init__(self) -> None:
        super().__init__(name="broken")
        self.starts = self.stops = 0

    async def start(self) -> None:
        self.starts += 1
        raise OSError("no such device")

    async def stop(self) -> None:
        self.stops += 1
        raise OSError("no such device")


async def test_a_channel_that_can_neither_begin_nor_end_is_begun_seldom_and_holds_up_nobody() -> None:
    clock, outbox, broken, good = ManualClock(NOW), MemoryOutbox(), Broken(), Scripted()
    async with dispatching(outbox, [broken, good], clock):
        await asyncio.wait_for(clock.advance(100), 20)
        outbox.put(1, "a")
        await outbox.until_reports(1)
    assert broken.starts == 7  # after 0, 1, 3, 7, 15, 31 and 63 seconds
    assert broken.stops == 7


class Deaf(Talkative):
    """A channel whose other side is away whenever it is listened to, or goes away later."""

    def __init__(self, lasts: float, clock: ManualClock) -> None:
        super().__init__()
        self.lasts = lasts
        self.clock = clock
        self.listened = 0

    async def listen(self, hears: Hears) -> None:
        self.listened += 1
        if self.lasts:
            await self.clock.sleep(self.lasts)
        raise OSError("the inbox is away")


async def test_what_cannot_be_heard_is_listened_to_seldom() -> None:
    clock, outbox = ManualClock(NOW), MemoryOutbox()
    deaf = Deaf(0.0, clock)
    dispatcher = Dispatcher(outbox, [deaf], clock, hears=Desk())
    running = asyncio.create_task(dispatcher.run())
    await asyncio.wait_for(clock.advance(100), 20)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert deaf.listened == 6  # after 0, 2, 6, 14, 30 and 62 seconds


async def test_what_was_heard_for_long_is_listened_to_again_at_once() -> None:
    clock, outbox = ManualClock(NOW), MemoryOutbox()
    deaf = Deaf(121.0, clock)
    dispatcher = Dispatcher(outbox, [deaf], clock, hears=Desk())
    running = asyncio.create_task(dispatcher.run())
    await asyncio.wait_for(clock.advance(10 * 122), 20)
    await settle()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert deaf.listened >= 10


async def test_a_limit_without_an_instant_lets_that_address_rest_for_some_seconds() -> None:
    clock, outbox = ManualClock(NOW), MemoryOutbox()
    outbox.clock = clock
    refusals = iter([True])

    def act(message: object) -> Outcome:
        if next(refusals, False):
            return Outcome(Delivery.NOT_SENT, DeliveryCause.RATE_LIMITED)
        return Outcome(Delivery.ACCEPTED)

    channel = Scripted(act)
    outbox.put(1, "a")
    dispatcher = Dispatcher(outbox, [channel], clock, jitter=lambda: 0.0)
    running = asyncio.create_task(dispatcher.run())
    await outbox.until_reports(1)
    await clock.advance(4.9)
    assert channel.given == [1]
    await clock.advance(1)
    await outbox.until_reports(2)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert channel.given == [1, 1]
    assert timedelta(0) < max(wait for _, wait in outbox.given_back) <= timedelta(seconds=5)


async def test_what_may_not_leave_for_an_hour_is_given_back_at_once() -> None:
    clock, outbox = ManualClock(NOW), MemoryOutbox()
    outbox.clock = clock
    refused = Outcome(Delivery.NOT_SENT, DeliveryCause.RATE_LIMITED, retry_in=timedelta(hours=1))
    channel = Scripted(lambda message: refused)
    outbox.put(1, "a")
    async with dispatching(outbox, [channel], clock):
        await outbox.until_reports(1)
        outbox.put(2, "a")
        await outbox.until_given_back(1)
    assert channel.given == [1]


class ToGroups(Scripted):
    """A channel that writes to groups, and notes when."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__()
        self.per_address = 1.0
        self.per_group = 0.25
        self.clock = clock
        self.at: dict[str, list[float]] = {}

    def group_of(self, address: str) -> str:
        return address.partition(":")[0] if address.startswith("-") else ""

    async def deliver(self, message: Message) -> Outcome:
        self.at.setdefault(self.group_of(message.to), []).append(self.clock.mono())
        return await super().deliver(message)


async def test_a_group_is_written_to_at_its_own_pace_and_nobody_waits_behind_it() -> None:
    clock, outbox = ManualClock(NOW), MemoryOutbox()
    outbox.clock = clock
    channel = ToGroups(clock)
    for notice in range(1, 61):
        outbox.put(notice, f"-1:{notice % 3}")
    outbox.put(61, "1001")
    async with dispatching(outbox, [channel], clock):
        await asyncio.wait_for(clock.advance(400), 20)
    group = channel.at["-1"]
    assert len(group) == 60
    assert max(sum(start <= at < start + 60 for at in group) for start in group) <= 20
    assert channel.at[""][0] - group[0] < 5.0
