"""SMS by a modem in the house: gammu-smsd, a program of its own, sends and receives; we share its folders.

Out of band: it needs neither the Internet nor the network that is watched. Its FILES service (gammu-smsd-files(7))
takes a text from `outbox` (`OUTA<date>_<time>_00_<number>_<tag>.txt`) and moves it to `sent` or `error`; what comes in
lies in `inbox`. A notice has one tag, so a text that a crash or a time-out left behind is found again and not sent
twice. A sender's number can be forged by whoever has a gateway: what an SMS does is journalled with its channel.
"""

import asyncio
import logging
import re
import secrets
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from monitord.clock import Clock
from monitord.domain.notice import Delivery, DeliveryCause, Message, Outcome
from monitord.domain.safe import clean
from monitord.domain.update import Heard
from monitord.settings.channels import ChannelSection, Uses
from monitord.settings.model import Settings
from monitord.settings.phones import mobile_of
from monitord.tell.modem import looked_at
from monitord.tell.ports import Hears
from monitord.tell.registration import registered
from monitord.tell.registry import ChannelKind
from monitord.tell.sms_form import SmsForm, account_of, route_of
from monitord.tell.spool import Spool, Stand
from monitord.texts.squeeze import ONE_PART, squeezed

log = logging.getLogger(__name__)

LEASE = 60.0
"""Seconds of an attempt and its report: gammu-smsd gives a modem 30 for a text (SendTimeout, gammu-smsdrc(5))."""
STUCK = 120.0
"""Seconds that a text lies in the outbox before the modem counts as stuck."""
LOOK = 0.2
"""Seconds between two looks whether a text has left the outbox."""
LISTEN = 1.0
"""Seconds between two looks into the inbox; a file counts when it has the same size twice."""
WEAK_LOOKS = 3
"""Looks in a row at a signal that is too weak, before it counts."""
MARGIN = 1.0
"""Seconds before the end of an attempt at which a text is taken back."""
REFUSED_WAIT = 30.0
LONGEST_PAUSE = 30.0
"""Seconds until what the desk, or the disk, did not take is brought again, at most."""
TEXT_LIMIT = 500
"""Characters brought of one text. Of one in several parts the first is brought: a command stands at its beginning."""
_NUMBER = re.compile(r"\+[1-9][0-9]{7,14}")
_INCOMING = re.compile(r"IN[0-9]{8}_[0-9]{6}_[0-9]{2}_(?P<sender>[^/]{1,40})_(?P<part>[0-9]{2,3})\.txt", re.ASCII)


class SmsChannel:
    """Puts texts into the outbox one at a time, and says what became of each."""

    name = "sms"
    per_address = None
    probe_every = 60.0

    def __init__(self, given: SmsForm, clock: Clock) -> None:
        self.deadline = 48.0
        self.per_second = given.per_minute / 60
        self._spool = Spool(Path(given.spool))
        self._given = given
        self._account = account_of(given)
        self._clock = clock
        self._one = asyncio.Lock()
        self._started = False
        self._weak = 0
        """How often in a row the signal was too weak."""
        self._untaken = False
        """Whether the last text had to be taken back: the modem did not empty the outbox."""

    async def start(self) -> None:
        """Do nothing: the folders may come later."""
        self._started = True

    async def stop(self) -> None:
        """Send nothing more; what lies in the outbox is gammu-smsd's."""
        self._started = False

    async def deliver(self, message: Message) -> Outcome:
        """Hand one text to the modem and wait until it was sent.

        UNCERTAIN when the modem has not said so in time; the text is taken back then. NOT_SENT when it could not be
        handed over, or the modem failed to send it.
        """
        if not self._started:
            return Outcome(Delivery.NOT_SENT, DeliveryCause.NOT_CONFIGURED, "the channel was not started")
        if not _NUMBER.fullmatch(message.to) and (self._account is None or message.to != self._account.to):
            return Outcome(Delivery.PERMANENT, DeliveryCause.NO_ADDRESS, "not a mobile number")
        ends = self._clock.mono() + self.deadline - MARGIN
        async with self._one:
            if ends - self._clock.mono() < self.deadline / 3:
                return Outcome(Delivery.NOT_SENT, DeliveryCause.POOL, "the modem is busy")
            return await self._send(message, ends)

    async def probe(self) -> Outcome:
        """Look whether the folders are there, whether gammu-smsd empties its outbox, and where its monitor may be asked
        whether the modem has a signal."""
        if not self._started:
            return Outcome(Delivery.NOT_SENT, DeliveryCause.NOT_CONFIGURED, "the channel was not started")
        try:
            lies = await asyncio.to_thread(self._spool.oldest, self._clock.now())
        except OSError as error:
            return Outcome(Delivery.NOT_SENT, DeliveryCause.CONNECT, clean(error.strerror or "the spool fails", 200))
        if self._untaken:
            return Outcome(Delivery.NOT_SENT, DeliveryCause.TIMED_OUT, "the last text was not taken from the outbox")
        if lies > STUCK:
            return Outcome(Delivery.NOT_SENT, DeliveryCause.TIMED_OUT, f"a text lies in the outbox for {lies:.0f} s")
        outcome = Outcome(Delivery.ACCEPTED, accepted_at=self._clock.now())
        if self._given.monitor is not None:
            outcome = await looked_at(self._given.monitor, self._given.lowest_signal)
        if self._given.at_port is not None and outcome.delivery is Delivery.ACCEPTED:
            asked = await asyncio.to_thread(registered, self._given.at_port)
            outcome = replace(asked, readings=outcome.readings)
        return self._patient(outcome)

    def _patient(self, outcome: Outcome) -> Outcome:
        """Return what a look at the signal came to; that it is too weak, or lost its network, counts when it was so
        several times in a row: it comes and goes, and a daemon that has just begun has not looked yet."""
        if outcome.delivery is Delivery.ACCEPTED:
            self._weak = 0
        if outcome.cause not in (DeliveryCause.NO_SIGNAL, DeliveryCause.NOT_REGISTERED):
            return outcome
        self._weak += 1
        # Until then it says nothing, neither that it fails nor that it works again.
        return outcome if self._weak >= WEAK_LOOKS else replace(outcome, cause=DeliveryCause.POOL)

    async def _send(self, message: Message, ends: float) -> Outcome:
        tag = message.once or secrets.token_hex(8)
        name = f"OUTA{self._clock.now():%Y%m%d_%H%M%S}_00_{message.to}_{tag}.txt"
        try:
            stand = await asyncio.to_thread(self._spool.put, tag, name, squeezed(message.text))
            while stand is Stand.WAITING and self._clock.mono() < ends:
                await self._clock.sleep(LOOK)
                stand = await asyncio.to_thread(self._spool.stand, tag)
            if stand is Stand.WAITING:
                stand = await asyncio.to_thread(self._spool.take_back, tag)
            self._untaken = stand is Stand.NOWHERE
        except OSError as error:
            return Outcome(Delivery.NOT_SENT, DeliveryCause.CONNECT, clean(error.strerror or "the spool fails", 200))
        match stand:
            case Stand.SENT:
                return Outcome(Delivery.ACCEPTED, message_ref=tag, accepted_at=self._clock.now())
            case Stand.FAILED:
                return Outcome(Delivery.NOT_SENT, DeliveryCause.SERVER_ERROR, "the modem could not send it")
            case _:
                return Outcome(Delivery.UNCERTAIN, DeliveryCause.TIMED_OUT, "the modem did not say that it was sent")

    async def listen(self, hears: Hears) -> None:
        """Bring what people send, the oldest first; what no mobile number sent is put aside unread."""
        sizes: dict[str, int] = {}
        pause = LISTEN
        while True:
            untaken = False
            try:
                found = await asyncio.to_thread(self._spool.incoming)
                for name, size in found.items():
                    # A file that still grows is being written.
                    if sizes.get(name) == size:
                        untaken = not await self._brought(hears, name) or untaken
                sizes = found
            except OSError as error:
                log.warning("what came in by SMS waits (%s)", type(error).__name__)
                untaken = True
            pause = min(LONGEST_PAUSE, pause * 2) if untaken else LISTEN
            await self._clock.sleep(pause)

    async def _brought(self, hears: Hears, name: str) -> bool:
        """Return whether a file is dealt with; others may be while one is not."""
        try:
            await self._bring(hears, name)
        except Exception as error:
            log.warning("a text that came in by SMS waits (%s)", type(error).__name__)
            return False
        return True

    async def _bring(self, hears: Hears, name: str) -> None:
        parsed = _INCOMING.fullmatch(name)
        sender = self._sender(parsed["sender"]) if parsed is not None and int(parsed["part"]) == 0 else None
        said, key = "", ""
        if sender is not None:
            text = await asyncio.to_thread(self._spool.read, name)
            key = sha256(f"{name}\n{text}".encode("utf-8", "replace")).hexdigest()
            said = (await hears.hear(Heard(self.name, key, sender, clean(text, TEXT_LIMIT)))).text
        # Before the answer: what cannot be put aside is brought again and again, and each answer costs money.
        await asyncio.to_thread(self._spool.put_aside, name)
        if sender is not None and said:
            await self._answer(sender, said, key)

    def _sender(self, written: str) -> str | None:
        """Return who sent a text: a mobile number, or whoever says what is left on the account."""
        if self._account is not None and written == self._account.sender:
            return written
        return mobile_of(written)

    async def _answer(self, to: str, text: str, key: str) -> None:
        """Leave the answer in the outbox; nobody waits for it."""
        name = f"OUTB{self._clock.now():%Y%m%d_%H%M%S}_00_{to}_r{key[:16]}.txt"
        try:
            await asyncio.to_thread(self._spool.write, name, squeezed(text))
        except OSError as error:
            log.info("an SMS could not be answered (%s)", error.strerror)


def _make(settings: Settings, clock: Clock) -> SmsChannel | None:
    own = settings.channels.get("sms")
    return SmsChannel(own.given, clock) if own is not None and isinstance(own.given, SmsForm) else None


_SECTION = ChannelSection(
    SmsForm, Uses.MOBILE, ONE_PART, lambda given: True, lease=LEASE, canary=route_of, account=account_of
)
CHANNEL = ChannelKind("sms", _make, _SECTION)
