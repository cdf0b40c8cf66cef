"""The account that presses what comes into its chat."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest

from monitord.clock import SystemClock
from monitord.demo.botapi import BotApi
from monitord.demo.robot import press_everything
from monitord.demo.talk import Act
from monitord.settings.model import Secret, TelegramSettings
from monitord.tell.bot import close_bot, open_bot

ROBOT, OTHER = 900, 901
FACES = InlineKeyboardMarkup([[InlineKeyboardButton("✅", callback_data="x1")]])


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi(SystemClock()) as it:
        yield it


async def test_it_presses_its_own_messages_once_each_and_nobody_elses(api: BotApi) -> None:
    bot = open_bot(TelegramSettings(Secret(api.token), api.base_url))
    robot = asyncio.create_task(press_everything(api, ROBOT))
    try:
        await bot.send_message(OTHER, "a", reply_markup=FACES)
        await bot.send_message(ROBOT, "b")
        mine = [await bot.send_message(ROBOT, text, reply_markup=FACES) for text in ("c", "d")]
        presses = await api.wait_for(lambda h: [e for e in h if e.act is Act.PRESS][1:] and [*h], 20)
        assert [e.message_id for e in presses if e.act is Act.PRESS] == [one.message_id for one in mine]
        assert {e.user_id for e in presses if e.act is Act.PRESS} == {ROBOT}
        assert await bot.delete_message(ROBOT, mine[0].message_id)
        with pytest.raises(BadRequest, match="essage to delete not found"):
            await bot.delete_message(ROBOT, mine[0].message_id)
        assert [bubble.text for bubble in api.bubbles(ROBOT)] == ["b", "d"]
    finally:
        robot.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await robot
        await close_bot(bot)
