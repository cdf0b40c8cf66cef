"""A Bot API stand-in on a real socket, and the channel that talks to it."""

from collections.abc import AsyncIterator

import pytest

from monitord.clock import SystemClock
from monitord.demo.botapi import BotApi
from monitord.settings.model import Secret, TelegramSettings
from monitord.tell.channels.telegram import TelegramChannel


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi(SystemClock()) as made:
        yield made


@pytest.fixture
async def channel(api: BotApi) -> AsyncIterator[TelegramChannel]:
    made = TelegramChannel(TelegramSettings(Secret(api.token), api.base_url), SystemClock())
    await made.start()
    yield made
    await made.stop()
