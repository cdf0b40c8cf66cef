"""Texts that an SMS centre brings: each under one key until the desk has taken it and the centre knows that.

A centre brings a text again when it did not learn of our confirmation. What is promised of the keys:

- While the daemon runs, an equal text of the same sender (and with the same reference, where the centre gives one) is
  the same text until the centre has surely read the confirmation, for KEPT seconds at most; afterwards it is a new one.
- With a reference (receipted_message_id, user_message_reference) it is the same text within an hour of the clock, also
  after a restart. Longer would be wrong: references of telephones go from 0 to 255 and begin again.
- Without a reference, what the desk took right before a crash comes once more under another key.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from itertools import count

from smpplib import consts  # type: ignore[import-untyped]

from monitord.clock import Clock
from monitord.domain.safe import clean
from monitord.tell.smpp.address import sender_of
from monitord.tell.smpp.link import Reply
from monitord.tell.smpp.pdu import MalformedError, Pdu, read_delivered

log = logging.getLogger(__name__)

HOLD = 25.0
"""Seconds for which a centre is kept waiting for a confirmation; then it is told to bring the text again later."""
KEPT = 600.0
"""Seconds for which a text is brought to a desk that does not take it, and for which one that was taken is known."""
MOST = 500
"""Texts at hand: not taken yet, or taken and perhaps brought again."""
REPLIES = 10
"""Times that one text is brought and waits for its confirmation."""
TEXT_LIMIT = 500
"""Characters brought of one text. Of one in several parts the first is brought: a command stands at the beginning."""


@dataclass(slots=True, eq=False)
class Brought:
    """A text at hand. `waits` until the desk has taken it; `since` is a monotonic instant."""

    key: str
    sender: str
    text: str = field(repr=False)
    since: float
    waits: bool = True
    replies: list[tuple[Reply, asyncio.TimerHandle]] = field(default_factory=list)


class Inbox:
    """What came, the oldest first. It outlives a connection: a text is taken also when its confirmation is late."""

    def __init__(self, clock: Clock, hold: float = HOLD) -> None:
        self._clock = clock
        self._hold = hold
        self._texts: dict[tuple[str, str, str], Brought] = {}
        self._numbers = count(1)
        self._came = asyncio.Event()

    def take(self, pdu: Pdu, reply: Reply) -> None:
        """Take in what a deliver_sm brings; what is no text of a person is confirmed and left aside."""
        try:
            told = read_delivered(pdu.body)
        except MalformedError as error:
            log.info("an SMS cannot be read: %s", error)
            # For good: a centre that brought it again and again would keep others waiting.
            reply(consts.SMPP_ESME_RX_P_APPN, None)
            return
        sender = sender_of(told)
        if sender is None or not told.is_text or told.part != 1:
            why = "no mobile number sent it" if sender is None else "it is a later part, or a receipt"
            log.info("an SMS is left aside: %s", why)
            reply(consts.SMPP_ESME_ROK, None)
            return
        self._forget()
        text = clean(told.text, TEXT_LIMIT)
        brought = self._of(sender, text, told.reference)
        if brought is None or len(brought.replies) >= REPLIES:
            log.info("more SMS came than can be taken; the centre is told to wait")
            reply(consts.SMPP_ESME_RX_T_APPN, None)
            return
        timer = asyncio.get_running_loop().call_later(self._hold, self._refuse, brought, reply)
        brought.replies.append((reply, timer))
        self._came.set()

    async def next(self) -> Brought:
        """Return the oldest text that waits, when there is one; the same again until it is `done`."""
        while True:
            self._forget()
            for brought in self._texts.values():
                if brought.waits:
                    return brought
            self._came.clear()
            await self._came.wait()

    def done(self, brought: Brought) -> None:
        """Confirm a text that the desk has taken."""
        brought.waits, brought.since = False, self._clock.mono()
        replies, brought.replies = brought.replies, []
        for reply, timer in replies:
            timer.cancel()
            reply(consts.SMPP_ESME_ROK, partial(self._settle, brought))

    def close(self) -> None:
        """Confirm nothing more; what waits is brought again by the centre."""
        for brought in self._texts.values():
            for _, timer in brought.replies:
                timer.cancel()
            brought.replies = []

    def _of(self, sender: str, text: str, reference: str) -> Brought | None:
        """Return the text that this is, at hand from now on; None when there are too many."""
        identity = (sender, text, reference)
        known = self._texts.get(identity)
        if known is not None and known.waits:
            return known
        if known is not None:
            del self._texts[identity]
            known.waits, known.since = True, self._clock.mono()
        else:
            taken = next((other for other, brought in self._texts.items() if not brought.waits), None)
            if len(self._texts) >= MOST and taken is not None:
                del self._texts[taken]
            if len(self._texts) >= MOST:
                return None
            now = self._clock.now()
            named = f"{reference}\n{now:%Y%m%d%H}" if reference else f"{now.isoformat()}\n{next(self._numbers)}"
            key = sha256(f"{sender}\n{text}\n{named}".encode("utf-8", "replace")).hexdigest()
            known = Brought(key, sender, text, self._clock.mono())
        self._texts[identity] = known
        return known

    def _refuse(self, brought: Brought, reply: Reply) -> None:
        brought.replies = [kept for kept in brought.replies if kept[0] is not reply]
        reply(consts.SMPP_ESME_RX_T_APPN, None)

    def _settle(self, brought: Brought) -> None:
        """Forget a text whose confirmation was read: the next that equals it is a new one."""
        if not brought.waits:
            self._keep_if(lambda other: other is not brought)

    def _forget(self) -> None:
        """Forget what is too old. One that the desk did not take was refused, and is brought again by the centre."""
        since = self._clock.mono() - KEPT
        given_up = sum(brought.waits and brought.since < since for brought in self._texts.values())
        if given_up:
            log.warning("%d SMS were not taken by the desk in %.0f s and are given up", given_up, KEPT)
        self._keep_if(lambda brought: brought.since >= since)

    def _keep_if(self, kept: Callable[[Brought], bool]) -> None:
        self._texts = {identity: brought for identity, brought in self._texts.items() if kept(brought)}
