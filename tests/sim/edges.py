"""What the dispatcher and the updates loop get instead of a network: channels and a bot of the simulated Telegram."""

import asyncio
from typing import Any

from monitord.domain.notice import Message, Outcome
from tests.sim.telegram import Telegram


class SimBot:
    """What the updates loop asks of a bot."""

    _request = ()

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram

    async def do_api_request(self, method: str, api_kwargs: dict[str, Any], read_timeout: float) -> Any:
        return await self._telegram.get_updates(api_kwargs["offset"], api_kwargs["timeout"])

    async def answer_callback_query(self, callback_id: str, text: str | None, show_alert: bool) -> None:
        await asyncio.sleep(0.05)
        self._telegram.refuse()

    async def send_message(self, chat_id: int, text: str) -> None:
        await asyncio.sleep(0.05)
        self._telegram.refuse()


class SimChannel:
    """A channel of the dispatcher into the simulated Telegram, or into the log that always works."""

    def __init__(self, telegram: Telegram, name: str) -> None:
        self._telegram = telegram
        self.name = name
        self.per_second = 30.0 if name == "telegram" else None
        self.per_address = 1.0 if name == "telegram" else None
        self.per_group = 0.25
        self.deadline = 10.0

    def group_of(self, address: str) -> str:
        return address.partition(":")[0] if address.startswith("-") else ""

    async def start(self) -> None:
        return

    async def deliver(self, message: Message) -> Outcome:
        return await (self._telegram.deliver(message) if self.name == "telegram" else self._telegram.log(message))

    async def stop(self) -> None:
        return
