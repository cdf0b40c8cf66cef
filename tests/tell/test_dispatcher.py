"""The dispatcher with a real log channel, and with channels that behave badly."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitord.clock import Clock, SystemClock
from monitord.domain.notice import Delivery, DeliveryCause, Message, Outcome
from monitord.domain.update import Heard
from monitord.tell.channels.log import LogChannel
from monitord.tell.dispatcher import PROBE_AGAIN, Dispatcher
from monitord.tell.lane import STALE
from monitord.tell.ports import Channel, Hears
from tests.support.clock import ManualClock, settle
from tests.tell.bench import Desk
from tests.tell.outbox import MemoryOutbox


class Scripted:
    """A channel that does what the test says, and keeps what it was given."""

    def __init__(self, act: Callable[[Message], Outcome] | None = None, name: str = "log") -> None:
        self.name = name
        self.per_second: float | None = None
        self.per_address: float | None = None
        self.deadline = 5.0
        self.given: list[int] = []
        self.act = act or (lambda message: Outcome(Delivery.ACCEPTED))
        self.hold: asyncio.Event | None = None
        self.begun = asyncio.Event()
        self.at_once = self.most_at_once = 0

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def deliver(self, message: Message) -> Outcome:
        self.given.append(message.notice)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.begun.set()
        try:
            if self.hold is not None:
                await self.hold.wait()
            return self.act(message)
        finally:
            self.at_once -= 1


@asynccontextmanager
async def dispatching(
    outbox: MemoryOutbox, channels: Sequence[Channel], clock: Clock | None = None
) -> AsyncIterator[Dispatcher]:
    dispatcher = Dispatcher(outbox, channels, clock or SystemClock())
    running = asyncio.create_task(dispatcher.run())
    try:
        yield dispatcher
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_what_is_due_is_written_to_the_log_and_reported(tmp_path: Path) -> None:
    outbox = MemoryOutbox()
    path = tmp_path / "state" / "told.jsonl"
    async with dispatching(outbox, [LogChannel(path, SystemClock())]):
        outbox.put(1, "b", "Mất liên lạc: OLT Tiểu Cần 01")
        await outbox.until_reports(1)
        outbox.put(2, "c", "hai\ndòng")
        reports = await outbox.until_reports(2)
    assert [(notice, outcome.delivery) for notice, outcome in reports] == [
        (1, Delivery.ACCEPTED),
        (2, Delivery.ACCEPTED),
    ]
    written = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [line["text"] for line in written] == ["Mất liên lạc: OLT Tiểu Cần 01", "hai\ndòng"]


async def test_the_most_urgent_leaves_first_and_one_at_a_time_to_one_address() -> None:
    outbox, channel = MemoryOutbox(), Scripted()
    for notice, priority in ((1, 4), (2, 3), (3, 1), (4, 2)):
        outbox.put(notice, "a", priority=priority)
    async with dispatching(outbox, [channel]):
        await outbox.until_reports(4)
    assert channel.given == [3, 4, 2, 1]
    assert channel.most_at_once == 1


async def test_addresses_do_not_wait_for_each_other() -> None:
    outbox, channel = MemoryOutbox(), Scripted()
    channel.hold = asyncio.Event()
    for notice in range(1, 31):
        outbox.put(notice, f"chat {notice}")
    async with dispatching(outbox, [channel]):
        await channel.begun.wait()
        assert len(outbox.leased()) <= 20
        channel.hold.set()
        await outbox.until_reports(30)
    assert channel.most_at_once == 8
    assert sorted(channel.given) == list(range(1, 31))


async def test_what_a_channel_raises_is_an_uncertain_outcome_and_the_lane_goes_on() -> None:
    def fail(message: Message) -> Outcome:
        if message.notice == 1:
            raise KeyError("result")
        return Outcome(Delivery.ACCEPTED)

    outbox, channel = MemoryOutbox(), Scripted(fail)
    outbox.put(1, "a")
    outbox.put(2, "b")
    async with dispatching(outbox, [channel]) as dispatcher:
        reports = await outbox.until_reports(2)
        assert dispatcher.lanes["log"].unexpected >= 1
    outcomes = {notice: outcome for notice, outcome in reports[:2]}
    assert (outcomes[1].delivery, outcomes[1].cause) == (Delivery.UNCERTAIN, DeliveryCause.UNEXPECTED)
    assert outcomes[2].delivery is Delivery.ACCEPTED


async def test_an_attempt_that_does_not_end_is_uncertain_after_its_deadline() -> None:
    outbox, channel = MemoryOutbox(), Scripted()
    channel.hold = asyncio.Event()
    channel.deadline = 0.1
    outbox.put(1, "a")
    async with dispatching(outbox, [channel]):
        reports = await outbox.until_reports(1)
    assert (reports[0][1].delivery, reports[0][1].cause) == (Delivery.UNCERTAIN, DeliveryCause.TIMED_OUT)


async def test_an_outcome_that_is_not_taken_is_reported_again_and_the_message_not_sent_again() -> None:
    outbox, channel = MemoryOutbox(), Scripted()
    outbox.refuse_reports = 2
    outbox.put(1, "a")
    async with dispatching(outbox, [channel]):
        await outbox.until_reports(1)
    assert channel.given == [1]


async def test_a_database_that_is_away_is_asked_again() -> None:
    outbox, channel = MemoryOutbox(), Scripted()
    outbox.refuse_claims = 1
    outbox.put(1, "a")
    async with dispatching(outbox, [channel]):
        await outbox.until_reports(1)
    assert channel.given == [1]


async def test_a_chat_told_to_wait_is_left_alone_while_others_are_served() -> None:
    def slow_down(message: Message) -> Outcome:
        if message.to == "frozen":
            return Outcome(Delivery.NOT_SENT, DeliveryCause.RATE_LIMITED, retry_in=timedelta(seconds=3600))
        return Outcome(Delivery.ACCEPTED)

    outbox, channel = MemoryOutbox(), Scripted(slow_down)
    outbox.put(1, "frozen")
    async with dispatching(outbox, [channel]):
        await outbox.until_reports(1)
        outbox.put(2, "frozen")
        outbox.put(3, "free", priority=3)
        await outbox.until_reports(2)
        await outbox.until_given_back(1)
    assert channel.given == [1, 3]
    notice, wait = outbox.given_back[0]
    assert notice == 2
    assert wait > timedelta(minutes=59)


async def test_a_row_whose_lease_is_nearly_over_is_given_back_untried() -> None:
    outbox, channel = MemoryOutbox(), Scripted()
    outbox.lease = 0.5
    outbox.put(1, "a")
    async with dispatching(outbox, [channel]):
        await outbox.until_given_back(1)
    assert channel.given == []


async def test_one_broken_channel_does_not_hold_up_another() -> None:
    class Broken(Scripted):
        async def start(self) -> None:
            raise OSError("no such device")

    outbox, good = MemoryOutbox(), Scripted(name="log")
    outbox.put(1, "a", channel="broken")
    outbox.put(2, "a", channel="log")
    async with dispatching(outbox, [Broken(name="broken"), good]):
        await outbox.until_reports(1)
    assert good.given == [2]


async def test_on_stop_an_attempt_under_way_may_end_and_is_reported() -> None:
    outbox, channel = MemoryOutbox(), Scripted()
    channel.hold = asyncio.Event()
    outbox.put(1, "a")
    outbox.put(2, "a")
    dispatcher = Dispatcher(outbox, [channel], SystemClock())
    running = asyncio.create_task(dispatcher.run())
    await channel.begun.wait()
    running.cancel()
    await outbox.until_given_back(1)
    assert not running.done()
    channel.hold.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert [notice for notice, _ in outbox.reports] == [1]
    assert outbox.leased() == set()


async def test_on_stop_what_does_not_end_stays_leased() -> None:
    outbox, channel = MemoryOutbox(), Scripted()
    channel.hold = asyncio.Event()
    outbox.put(1, "a")
    dispatcher = Dispatcher(outbox, [channel], SystemClock(), stop_within=0.1)
    running = asyncio.create_task(dispatcher.run())
    await channel.begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        async with asyncio.timeout(2.0):
            await running
    assert outbox.leased() == {1}
    assert outbox.reports == []


async def test_a_row_whose_time_is_over_at_this_very_instant_is_given_back() -> None:
    clock = ManualClock(datetime(2027, 2, 5, tzinfo=UTC))
    outbox, channel = MemoryOutbox(), Scripted()
    outbox.clock = clock
    channel.hold = asyncio.Event()
    outbox.put(1, "a")
    outbox.put(2, "a")
    channel.deadline = 20.0
    async with dispatching(outbox, [channel], clock=clock):
        await asyncio.wait_for(channel.begun.wait(), 20)
        await settle()
        assert outbox.leased() == {1, 2}
        await clock.advance(STALE)
        await outbox.until_given_back(1)
        channel.hold.set()
    assert [notice for notice, _ in outbox.given_back][:1] == [2]


class Talkative(Scripted):
    """A channel that is spoken to, and can be asked how it is; both may fail as often as the test says."""

    probe_every = 300.0

    def __init__(self, deaf: int = 0, ill: int = 0) -> None:
        super().__init__(name="sms")
        self.deaf, self.ill = deaf, ill
        self.listening = asyncio.Event()

    async def listen(self, hears: Hears) -> None:
        if self.deaf:
            self.deaf -= 1
            raise OSError("the inbox is away")
        answer = await hears.hear(Heard("sms", "1", "+84912345678", "XN 004"))
        assert answer.accepted
        self.listening.set()
        await asyncio.Event().wait()

    async def probe(self) -> Outcome:
        if self.ill > 1:
            self.ill -= 1
            raise OSError("no modem")
        if self.ill == 1:
            self.ill -= 1
            await asyncio.Event().wait()
        return Outcome(Delivery.ACCEPTED)


async def test_a_channel_is_listened_to_while_it_speaks_and_begun_again_when_it_goes_deaf() -> None:
    clock = ManualClock(datetime(2027, 2, 5, tzinfo=UTC))
    outbox, channel, desk = MemoryOutbox(), Talkative(deaf=2), Desk()
    outbox.put(1, "a", channel="sms")
    dispatcher = Dispatcher(outbox, [channel], clock, hears=desk)
    running = asyncio.create_task(dispatcher.run())
    await outbox.until_reports(1)
    for _ in range(3):
        await settle()
        await clock.advance(5)
    await asyncio.wait_for(channel.listening.wait(), 20)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert desk.texts == ["XN 004"]
    assert channel.given == [1]


async def test_a_channel_is_probed_seldom_while_it_works_and_often_while_it_does_not() -> None:
    clock = ManualClock(datetime(2027, 2, 5, tzinfo=UTC))
    outbox, channel = MemoryOutbox(), Talkative(ill=2)
    channel.deadline = 0.05
    dispatcher = Dispatcher(outbox, [channel], clock)
    running = asyncio.create_task(dispatcher.run())
    await outbox.until_probes(1)
    await settle()
    await clock.advance(PROBE_AGAIN)
    await outbox.until_probes(2)
    await settle()
    await clock.advance(PROBE_AGAIN)
    await outbox.until_probes(3)
    await settle()
    await clock.advance(PROBE_AGAIN)
    await settle()
    assert len(outbox.probes) == 3
    await clock.advance(channel.probe_every)
    await outbox.until_probes(4)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert [outcome.cause for _, outcome in outbox.probes] == [
        DeliveryCause.UNEXPECTED,
        DeliveryCause.TIMED_OUT,
        DeliveryCause.FINE,
        DeliveryCause.FINE,
    ]
