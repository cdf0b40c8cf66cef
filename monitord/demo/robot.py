"""An account that belongs to nobody and presses the first button of whatever comes into its chat, at once."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from monitord.demo.botapi import BotApi
from monitord.demo.talk import Act, Entry

LOOKS = 3600.0
"""Seconds for which nothing may come."""


async def press_everything(bot: BotApi, chat_id: int) -> None:
    """Press the first button of every message that comes into a chat, until cancelled."""
    pressed: set[int] = set()

    def waiting(history: Sequence[Entry]) -> list[Entry]:
        mine = (e for e in history if e.chat_id == chat_id and e.act is Act.MESSAGE and e.buttons)
        return [entry for entry in mine if entry.message_id not in pressed]

    while True:
        with contextlib.suppress(TimeoutError):
            for entry in await bot.wait_for(waiting, LOOKS):
                pressed.add(entry.message_id)
                bot.press(chat_id, entry.message_id, data=entry.buttons[0].data)
