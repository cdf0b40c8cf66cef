"""What goes with a message is made right before the message is sent: it is new, and no transaction waits for it."""

import asyncio
import logging
from dataclasses import replace

from monitord.domain.document import CannotMake
from monitord.domain.notice import Delivery, DeliveryCause, Message, Outcome
from monitord.tell.ports import Attachments

log = logging.getLogger(__name__)

MAKING = 8.0
"""Seconds that it may take, before the attempt: both fit into a lease."""


async def whole(message: Message, attachments: Attachments | None, within: float) -> Message | Outcome:
    """Return the message with what goes with it; where that cannot be made, that it was surely not sent.

    Where it can never be made the reader hears that, if the message has words for it.
    """
    if message.attach is None:
        return message
    if attachments is None:
        return Outcome(Delivery.NOT_SENT, DeliveryCause.NOT_CONFIGURED, "nobody makes documents")
    try:
        async with asyncio.timeout(within):
            return replace(message, document=await attachments.make(message.attach))
    except TimeoutError:
        return Outcome(Delivery.NOT_SENT, DeliveryCause.TIMED_OUT, f"not made within {within:g} s")
    except CannotMake as never:
        log.warning("what goes with notice %d cannot be made: %s", message.notice, never)
        if message.instead:
            return replace(message, text=message.instead)
        return Outcome(Delivery.NOT_SENT, DeliveryCause.UNEXPECTED, "cannot be made")
    except Exception as error:
        log.exception("what goes with notice %d cannot be made", message.notice)
        return Outcome(Delivery.NOT_SENT, DeliveryCause.UNEXPECTED, type(error).__name__)
