"""What each telephone of the demo shows now, out of the stand-in's history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitord.demo.botapi import Act, BotApi, Bubble, Entry

BUBBLES_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose telephone it is: the name, and the duty they do."""

    name: str
    duty: str = ""


@dataclass(frozen=True, slots=True)
class Phone:
    """One telephone as it looks now: the newest message first, and the answer to the last press."""

    chat_id: int
    owner: Owner
    bubbles: tuple[Bubble, ...]
    pressed: Mapping[int, str]
    toast: Entry | None

    def first_line(self, message_id: int) -> str:
        """Return how a message that another one answers begins; empty when it is no longer shown."""
        found = next((one for one in self.bubbles if one.message_id == message_id), None)
        return "" if found is None else found.text.partition("\n")[0]


def phones(bot: BotApi, owners: Mapping[int, Owner]) -> tuple[Phone, ...]:
    """Return everybody's telephone, in the order of `owners`."""
    return tuple(_phone(bot, chat_id, owner) for chat_id, owner in owners.items())


def _phone(bot: BotApi, chat_id: int, owner: Owner) -> Phone:
    bubbles = bot.bubbles(chat_id)[::-1][:BUBBLES_SHOWN]
    mine = [entry for entry in bot.history if entry.chat_id == chat_id]
    answers = [entry for entry in mine if entry.act is Act.ANSWER]
    presses = {entry.message_id: _label(entry, mine) for entry in mine if entry.act is Act.PRESS}
    return Phone(chat_id, owner, bubbles, presses, answers[-1] if answers else None)


def _label(press: Entry, history: Sequence[Entry]) -> str:
    """Return what stood on the button that was pressed, or its data if no such button ever was."""
    for entry in history:
        if entry.message_id == press.message_id:
            for button in entry.buttons:
                if button.data == press.text:
                    return button.label
    return press.text
