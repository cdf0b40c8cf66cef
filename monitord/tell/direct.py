"""Telling past the outbox: for the one case in which nothing can be written down."""

import asyncio
import contextlib
from collections.abc import Iterable

from monitord.domain.notice import Message
from monitord.domain.people import Person
from monitord.tell.ports import Channel


async def tell_past_outbox(channels: Iterable[Channel], people: Iterable[Person], text: str) -> None:
    """Try once to tell each of `people` by every channel that has an address for them; what fails is left."""
    people = tuple(people)
    for channel in channels:
        for person in people:
            to = person.address(channel.name)
            if to is not None:
                with contextlib.suppress(Exception):
                    async with asyncio.timeout(channel.deadline):
                        await channel.start()
                        await channel.deliver(Message(0, to, text))
