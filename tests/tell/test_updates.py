"""The updates loop against the Bot API stand-in, with a desk in memory that commits or does not."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from monitord.clock import SystemClock
from monitord.demo.botapi import Act, BotApi, BotFault, Trouble
from monitord.domain.notice import ButtonFace, Message
from monitord.settings.model import Secret, TelegramSettings
from monitord.tell.channels.telegram import TelegramChannel
from monitord.tell.ports import Answer, Update, UpdateKind
from monitord.tell.updates import UpdatesLoop

CHAT = 1001
pytestmark = pytest.mark.filterwarnings("ignore:Please use 'Bot.getUpdates'")


class MemoryDesk:
    """Commits each update once, with the offset; `fail` makes a press raise before anything is committed."""

    def __init__(self) -> None:
        self.known = frozenset({CHAT, 666})
        self.committed: dict[int, Update] = {}
        self.seen: list[Update] = []
        self.conflicts: list[float] = []
        self.fail: Callable[[Update], bool] = lambda update: False
        self.hold: asyncio.Event | None = None
        self._changed = asyncio.Condition()

    async def offset(self) -> int | None:
        return max(self.committed) + 1 if self.committed else None

    async def accounts(self) -> frozenset[int]:
        return self.known

    async def press(self, update: Update) -> Answer:
        self.seen.append(update)
        await self._tell()
        if self.hold is not None:
            await self.hold.wait()
        if self.fail(update):
            raise OSError("the database is away")
        self.committed.setdefault(update.update_id, update)
        await self._tell()
        return Answer("Đã ghi nhận", accepted=True) if update.kind is UpdateKind.PRESS else Answer()

    async def conflict(self, seconds: float) -> None:
        self.conflicts.append(seconds)
        await self._tell()

    async def until(self, true: Callable[[], bool], timeout: float = 5.0) -> None:
        async with asyncio.timeout(timeout), self._changed:
            await self._changed.wait_for(true)

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()


class QuickClock(SystemClock):
    """A clock whose sleeps are a hundred times shorter, and whose monotonic seconds run as much faster."""

    def __init__(self) -> None:
        super().__init__()
        self.sleeps = 0
        self.slept_twice = asyncio.Event()

    def mono(self) -> float:
        return super().mono() * 100

    async def sleep(self, seconds: float) -> None:
        self.sleeps += 1
        if self.sleeps >= 2:
            self.slept_twice.set()
        await super().sleep(seconds / 100)


def _settings(api: BotApi, poll: float = 5.0) -> TelegramSettings:
    return TelegramSettings(Secret(api.token), api.base_url, poll_timeout=timedelta(seconds=poll))


@asynccontextmanager
async def listening(api: BotApi, desk: MemoryDesk, poll: float = 5.0) -> AsyncIterator[UpdatesLoop]:
    loop = UpdatesLoop(_settings(api, poll), desk, QuickClock())
    running = asyncio.create_task(loop.run())
    try:
        yield loop
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def _a_button(api: BotApi) -> int:
    channel = TelegramChannel(_settings(api), SystemClock())
    await channel.start()
    face = ButtonFace("✅ Tiếp nhận", "v1|ref|take|mac")
    outcome = await channel.deliver(Message(1, str(CHAT), "Sự cố", ((face,),)))
    await channel.stop()
    return int(outcome.message_ref or 0)


async def test_a_press_reaches_the_desk_is_answered_and_confirmed(api: BotApi) -> None:
    desk, message = MemoryDesk(), await _a_button(api)
    async with listening(api, desk):
        query = api.press(CHAT, message, "✅ Tiếp nhận")
        (answer,) = await api.wait_for(lambda h: [e for e in h if e.act is Act.ANSWER], 20)
        await api.wait_for(lambda h: api.unconfirmed == 0, 20)
    assert (answer.query_id, answer.text) == (query, "Đã ghi nhận")
    (update,) = desk.committed.values()
    assert (update.user_id, update.data, update.message_ref) == (CHAT, "v1|ref|take|mac", str(message))


async def test_a_crash_between_press_and_commit_costs_nothing(api: BotApi) -> None:
    desk, message = MemoryDesk(), await _a_button(api)
    desk.hold = asyncio.Event()
    async with listening(api, desk):
        api.press(CHAT, message, "✅ Tiếp nhận")
        await desk.until(lambda: len(desk.seen) == 1)
    assert desk.committed == {}
    assert api.unconfirmed == 1
    desk.hold = None
    async with listening(api, desk):
        await desk.until(lambda: len(desk.committed) == 1)
    assert desk.seen[0] == desk.seen[1]


async def test_a_crash_after_the_commit_brings_no_second_press(api: BotApi) -> None:
    desk, message = MemoryDesk(), await _a_button(api)
    async with listening(api, desk):
        api.press(CHAT, message, "✅ Tiếp nhận")
        await desk.until(lambda: len(desk.committed) == 1)
    async with listening(api, desk):
        await api.wait_for(lambda h: api.unconfirmed == 0, 20)
    assert len(desk.seen) == 1


async def test_an_update_the_database_does_not_take_is_passed_again(api: BotApi) -> None:
    desk = MemoryDesk()
    failures = iter([True, True])
    desk.fail = lambda update: next(failures, False)
    async with listening(api, desk):
        api.write(CHAT, "XN 004")
        await desk.until(lambda: len(desk.committed) == 1)
    assert [u.data for u in desk.seen] == ["XN 004"] * 3


async def test_an_update_that_always_fails_does_not_block_the_next_for_ever(api: BotApi) -> None:
    desk = MemoryDesk()
    desk.fail = lambda update: update.data == "độc"
    async with listening(api, desk):
        api.write(CHAT, "độc")
        api.write(CHAT, "lành")
        await desk.until(lambda: len(desk.committed) == 2)
    kinds = [update.kind for update in desk.committed.values()]
    assert kinds == [UpdateKind.OTHER, UpdateKind.TEXT]


@pytest.mark.parametrize(
    "trouble",
    [Trouble.UNAUTHORIZED, Trouble.FLOOD, Trouble.SERVER_ERROR, Trouble.NOT_JSON, Trouble.NO_RESULT, Trouble.LOST],
)
async def test_no_trouble_of_telegrams_ends_the_loop(api: BotApi, trouble: Trouble) -> None:
    desk = MemoryDesk()
    await api.break_with(BotFault(trouble, "getUpdates", times=2))
    async with listening(api, desk, poll=1.0):
        api.write(CHAT, "XN 004")
        await desk.until(lambda: len(desk.committed) == 1)


async def test_telegram_away_at_the_start_is_waited_for(api: BotApi) -> None:
    desk = MemoryDesk()
    await api.break_with(BotFault(Trouble.AWAY))
    async with listening(api, desk):
        api.write(CHAT, "XN 004")
        await api.mend()
        await desk.until(lambda: len(desk.committed) == 1)


async def test_settings_that_make_no_bot_do_not_end_the_loop(api: BotApi) -> None:
    broken = TelegramSettings(Secret(api.token), api.base_url, proxy="nonsense://nowhere")
    clock = QuickClock()
    loop = UpdatesLoop(broken, MemoryDesk(), clock)
    running = asyncio.create_task(loop.run())
    async with asyncio.timeout(20):
        await clock.slept_twice.wait()
    assert loop.unexpected == 2
    assert not running.done()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_conflict_that_lasts_is_told_and_the_loop_goes_on(api: BotApi) -> None:
    desk = MemoryDesk()
    await api.break_with(BotFault(Trouble.CONFLICT, "getUpdates"))
    async with listening(api, desk, poll=1.0):
        await desk.until(lambda: len(desk.conflicts) == 1)
        await api.mend()
        api.write(CHAT, "XN 004")
        await desk.until(lambda: len(desk.committed) == 1)
    assert desk.conflicts[0] > 15


async def test_a_conflict_of_a_moment_is_not_told(api: BotApi) -> None:
    desk = MemoryDesk()
    await api.break_with(BotFault(Trouble.CONFLICT, "getUpdates", times=1))
    async with listening(api, desk):
        api.write(CHAT, "XN 004")
        await desk.until(lambda: len(desk.committed) == 1)
    assert desk.conflicts == []


async def test_an_answer_that_cannot_be_given_is_no_error(api: BotApi) -> None:
    desk, message = MemoryDesk(), await _a_button(api)
    await api.break_with(BotFault(Trouble.BAD_REQUEST, "answerCallbackQuery"))
    async with listening(api, desk) as loop:
        api.press(CHAT, message, "✅ Tiếp nhận")
        await api.wait_until_asked("answerCallbackQuery", 20)
        api.write(CHAT, "vẫn nghe")
        await desk.until(lambda: len(desk.committed) == 2)
        assert loop.unexpected == 0


async def test_a_flood_of_a_stranger_does_not_delay_a_press(api: BotApi) -> None:
    desk, message = MemoryDesk(), await _a_button(api)
    for n in range(300):
        api.write(666, f"rác {n}")
    api.press(CHAT, message, "✅ Tiếp nhận")
    async with listening(api, desk):
        await desk.until(lambda: any(u.kind is UpdateKind.PRESS for u in desk.committed.values()), 2.0)
    assert len(desk.seen) < 100


async def test_who_was_bound_during_the_long_poll_is_heard_at_once_and_a_stranger_is_not(api: BotApi) -> None:
    desk = MemoryDesk()
    desk.known = frozenset()
    async with listening(api, desk):
        await api.wait_until_asked("getUpdates", 20)
        desk.known = frozenset({CHAT})
        api.write(666, "truc")
        api.write(CHAT, "truc")
        await desk.until(lambda: len(desk.committed) == 1)
        await api.wait_for(lambda h: api.unconfirmed == 0, 20)
    assert [u.user_id for u in desk.seen] == [CHAT]


async def test_that_telegram_was_heard_is_known_only_when_it_answered(api: BotApi) -> None:
    heard: list[int] = []
    came = asyncio.Event()

    def polled() -> None:
        heard.append(api.asked["getupdates"])
        came.set()

    clock = QuickClock()
    running = asyncio.create_task(UpdatesLoop(_settings(api, 1.0), MemoryDesk(), clock, polled=polled).run())
    try:
        await asyncio.wait_for(came.wait(), 20)
        await api.break_with(BotFault(Trouble.SERVER_ERROR, "getUpdates"))
        asked = api.asked["getupdates"]
        await api.wait_for(lambda _: api.asked["getupdates"] >= asked + 3, 20)
        known = len(heard)
        await api.wait_for(lambda _: api.asked["getupdates"] >= asked + 6, 20)
        assert len(heard) == known
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
