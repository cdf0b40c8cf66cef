"""How long the updates loop waits after what, by a clock that goes on only while it waits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, cast

import pytest
from telegram import Bot

from monitord.clock import SystemClock
from monitord.demo.botapi import BotApi, BotFault, Trouble
from monitord.settings.model import Secret, TelegramSettings
from monitord.tell.bot import open_bot
from monitord.tell.updates import CONFLICT_AGAIN, LONGEST_PAUSE, PATIENCE, REJECTED_PAUSE, UpdatesLoop
from tests.support.clock import ManualClock, settle
from tests.tell.test_updates import CHAT, MemoryDesk

pytestmark = pytest.mark.filterwarnings("ignore:Please use 'Bot.getUpdates'")


class Waited(SystemClock):
    """A clock that is moved by waiting alone, and by that at once."""

    def __init__(self) -> None:
        self.pauses: list[float] = []
        super().__init__()
        self._moved = asyncio.Condition()

    def mono(self) -> float:
        return sum(self.pauses)

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        async with self._moved:
            self._moved.notify_all()
        await super().sleep(0)

    async def until(self, many: int) -> list[float]:
        """Return the pauses as soon as there are so many."""
        async with asyncio.timeout(10), self._moved:
            await self._moved.wait_for(lambda: len(self.pauses) >= many)
        return self.pauses[:many]


@asynccontextmanager
async def waiting(api: BotApi, desk: MemoryDesk) -> AsyncIterator[Waited]:
    clock = Waited()
    settings = TelegramSettings(Secret(api.token), api.base_url, poll_timeout=timedelta(seconds=1))
    running = asyncio.create_task(UpdatesLoop(settings, desk, clock).run())
    try:
        yield clock
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_conflict_that_goes_on_is_told_once_a_minute(api: BotApi) -> None:
    desk = MemoryDesk()
    await api.break_with(BotFault(Trouble.CONFLICT, "getUpdates"))
    async with waiting(api, desk):
        await desk.until(lambda: len(desk.conflicts) >= 3)
    first, second, third = desk.conflicts[:3]
    assert first == 17.0  # after 0, 1, 3, 7, 12 and 17 seconds
    assert second - first == third - second == CONFLICT_AGAIN


async def test_conflicts_with_quiet_between_them_are_moments(api: BotApi) -> None:
    desk = MemoryDesk()
    await api.break_with(BotFault(Trouble.CONFLICT, "getUpdates", times=5))
    async with waiting(api, desk) as clock:
        api.write(CHAT, "XN 004")
        await desk.until(lambda: len(desk.committed) == 1)
        assert clock.mono() == 17.0
        await api.break_with(BotFault(Trouble.CONFLICT, "getUpdates", times=5))
        api.write(CHAT, "XN 005")
        await desk.until(lambda: len(desk.committed) == 2)
    assert desk.conflicts == []


@pytest.mark.parametrize(
    ("fault", "pauses"),
    [
        (BotFault(Trouble.FLOOD, "getUpdates", amount=7), [7.0, 7.0]),
        (BotFault(Trouble.FLOOD, "getUpdates", amount=200_000), [3600.0, 3600.0]),
        (BotFault(Trouble.UNAUTHORIZED, "getUpdates"), [REJECTED_PAUSE] * 2),
        (BotFault(Trouble.SERVER_ERROR, "getUpdates"), [1.0, 2.0, 4.0, 8.0, 16.0, LONGEST_PAUSE, LONGEST_PAUSE]),
    ],
    ids=["as long as it says", "an hour at most", "the token is rejected", "it fails"],
)
async def test_what_cannot_be_fetched_is_asked_for_again_after_a_while(
    api: BotApi, fault: BotFault, pauses: list[float]
) -> None:
    await api.break_with(fault)
    async with waiting(api, MemoryDesk()) as clock:
        assert await clock.until(len(pauses)) == pauses


async def test_an_update_that_nobody_takes_waits_longer_and_longer_and_is_tried_without_its_content(
    api: BotApi,
) -> None:
    desk = MemoryDesk()
    desk.fail = lambda update: update.data == "độc"
    async with waiting(api, desk) as clock:
        api.write(CHAT, "độc")
        await desk.until(lambda: len(desk.committed) == 1)
        assert [update.data for update in desk.seen] == ["độc"] * PATIENCE + [""]
        assert clock.pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0]


async def test_after_a_quiet_poll_updates_may_be_numbered_anew_from_far_below(api: BotApi) -> None:
    desk, clock = MemoryDesk(), ManualClock()
    settings = TelegramSettings(Secret(api.token), api.base_url, poll_timeout=timedelta(seconds=1))
    api.write(987, "rác")  # nobody's business: asked past, and written down nowhere
    running = asyncio.create_task(UpdatesLoop(settings, desk, clock).run())
    await api.wait_for(lambda history: api.asked["getupdates"] >= 2, 5)
    assert api.unconfirmed == 0
    await api.break_with(BotFault(Trouble.SERVER_ERROR, "getUpdates", times=1))
    await api.wait_for(lambda history: api.faults == (), 5)
    api._chats._next_update = 5
    api.write(CHAT, "XN 004")
    for _ in range(5):
        await settle()
        await clock.advance(1)
    await desk.until(lambda: len(desk.committed) == 1)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert [update.data for update in desk.committed.values()] == ["XN 004"]


class Cancelling:
    """A bot whose first question ends as if somebody inside of the library had cancelled it."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self.asked = 0

    async def do_api_request(self, *args: Any, **given: Any) -> Any:
        self.asked += 1
        if self.asked == 1:
            raise asyncio.CancelledError
        return await self._bot.do_api_request(*args, **given)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bot, name)


async def test_what_the_library_cancels_inside_itself_does_not_end_the_hearing(api: BotApi) -> None:
    desk, clock = MemoryDesk(), Waited()
    settings = TelegramSettings(Secret(api.token), api.base_url, poll_timeout=timedelta(seconds=1))
    loop = UpdatesLoop(settings, desk, clock, lambda given: cast(Bot, Cancelling(open_bot(given))))
    running = asyncio.create_task(loop.run())
    api.write(CHAT, "XN 001")
    await desk.until(lambda: bool(desk.committed))
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert loop.unexpected == 1
