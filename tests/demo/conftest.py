"""The Bot API stand-in and python-telegram-bot's own client against it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest
from telegram import Bot
from telegram.request import HTTPXRequest

from monitord.clock import SystemClock
from monitord.demo.botapi import BotApi

NewBot = Callable[[str], Bot]


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi(SystemClock(), names={1001: "Nguyễn Thị Lan"}) as running:
        yield running


@pytest.fixture
def new_bot(api: BotApi) -> NewBot:
    """Return a maker of clients; they read no certificates, which would cost each 0.1 s for plain HTTP."""

    def make(token: str) -> Bot:
        plain, polling = (HTTPXRequest(httpx_kwargs={"verify": False, "trust_env": False}) for _ in range(2))
        return Bot(token, base_url=api.base_url, request=plain, get_updates_request=polling)

    return make


@pytest.fixture
async def bot(api: BotApi, new_bot: NewBot) -> AsyncIterator[Bot]:
    async with new_bot(api.token) as running:
        yield running
