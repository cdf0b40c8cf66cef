"""The other side of the Telegram channel: the Bot API stand-in. Its own loop of updates is tested elsewhere."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from monitord.clock import SystemClock
from monitord.demo.botapi import BotApi, BotFault, Trouble
from monitord.settings.model import Secret, TelegramSettings
from monitord.tell.channels.telegram import TelegramChannel

CHAT = 1001


class TelegramBench:
    """The channel, talking to the stand-in."""

    def __init__(self, api: BotApi) -> None:
        self._api = api
        self.channel = TelegramChannel(TelegramSettings(Secret(api.token), api.base_url), SystemClock())
        self.channel.deadline = 1.5
        self.address = str(CHAT)
        self.no_addresses = ("nobody", "12x", "٣")
        self.secrets = (api.token,)

    async def arrived(self, at_least: int = 0) -> list[str]:
        return [bubble.text for bubble in self._api.bubbles(CHAT)]

    async def go_away(self) -> None:
        await self._api.break_with(BotFault(Trouble.AWAY))

    async def come_back(self) -> None:
        await self._api.mend()

    async def fall_silent(self) -> None:
        await self._api.break_with(BotFault(Trouble.HANG, "sendMessage", CHAT))

    async def refuse(self) -> None:
        await self._api.break_with(BotFault(Trouble.BLOCKED, "sendMessage", CHAT))


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[TelegramBench]:
    async with BotApi(SystemClock()) as api:
        bench = TelegramBench(api)
        await bench.channel.start()
        try:
            yield bench
        finally:
            await bench.channel.stop()
