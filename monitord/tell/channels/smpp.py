"""SMS by the centre of an operator over SMPP 3.4, both ways where the operator brings what people answer.

smpplib makes and names the PDUs; its client waits in a thread and breaks on what centres send, so the session is ours,
on asyncio streams. A number is as sure as the operator makes it: what an SMS does stands in the journal with its
channel.
"""

import asyncio
import logging

from monitord.clock import Clock
from monitord.domain.notice import Delivery, DeliveryCause, Message, Outcome
from monitord.domain.update import Heard
from monitord.settings.channels import ChannelSection, Uses
from monitord.settings.model import Settings
from monitord.tell.ports import Hears
from monitord.tell.registry import ChannelKind
from monitord.tell.smpp.address import WireAddress, recipient_of, source_of
from monitord.tell.smpp.form import SmppForm
from monitord.tell.smpp.inbox import Inbox
from monitord.tell.smpp.link import ANSWERED, Link, LostError, UnsentError
from monitord.tell.smpp.opening import Access, Opener
from monitord.tell.smpp.pdu import LONGEST_PASSWORD, to_gsm
from monitord.tell.smpp.session import Session
from monitord.tell.smpp.status import NOT_BOUND, judged
from monitord.texts.squeeze import ONE_PART, squeezed

log = logging.getLogger(__name__)

SHARE = 0.9
"""The part of the deadline in which an attempt ends by itself, half of it for a connection where there is none."""
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
"""Seconds until what the desk did not take is brought again, at most."""
ANSWERS = 20
"""Answers that wait to be sent; more are not."""


class SmppChannel:
    """Hands texts to the centre, each in one part. One session at a time, made when the first is to be sent."""

    name = "smpp"
    per_address = None
    probe_every = 60.0

    def __init__(self, given: SmppForm, access: Access, clock: Clock) -> None:
        self.deadline = 18.0
        self.per_second = float(given.per_second)
        self._access = access
        self._clock = clock
        self._source = source_of(given.source)
        self._session: Session | None = None

    async def start(self) -> None:
        """Make ready; what is weak in the settings is said once."""
        if self._session is None:
            if len(self._access.password.reveal()) > LONGEST_PASSWORD:
                log.warning("smpp: of the password only %d characters are sent", LONGEST_PASSWORD)
            self._session = self._made()

    async def stop(self) -> None:
        """Take leave of the centre, in about two seconds at most."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def deliver(self, message: Message) -> Outcome:
        """Hand over one text. ACCEPTED says that the centre took it, not that a telephone has it.

        NOT_SENT until it leaves; UNCERTAIN when it left and the centre did not say what became of it.
        """
        to = recipient_of(message.to)
        if to is None:
            return Outcome(Delivery.PERMANENT, DeliveryCause.NO_ADDRESS, "not a mobile number")
        return await self._submitted(to, message.text)

    async def probe(self) -> Outcome:
        """Ask whether the centre is there and knows us."""
        link = await self._linked()
        if isinstance(link, Outcome):
            return link
        try:
            await link.ask("enquire_link", min(ANSWERED, self.deadline * SHARE / 2))
        except (UnsentError, LostError, TimeoutError) as error:
            link.doubt()
            return Outcome(Delivery.NOT_SENT, DeliveryCause.CONNECT, str(error)[:200] or "it does not answer")
        return Outcome(Delivery.ACCEPTED, accepted_at=self._clock.now())

    def _made(self) -> Session:
        return Session(Opener(self._access), self._clock)

    async def _linked(self) -> Link | Outcome:
        if self._session is None:
            return Outcome(Delivery.NOT_SENT, DeliveryCause.NOT_CONFIGURED, "the channel was not started")
        return await self._session.linked(self.deadline * SHARE / 2)

    async def _submitted(self, to: WireAddress, text: str) -> Outcome:
        ends = self._clock.mono() + self.deadline * SHARE
        link = await self._linked()
        if isinstance(link, Outcome):
            return link
        try:
            response = await link.ask(
                "submit_sm",
                min(ANSWERED, ends - self._clock.mono()),
                source_addr_ton=self._source.ton,
                source_addr_npi=self._source.npi,
                source_addr=self._source.digits,
                dest_addr_ton=to.ton,
                dest_addr_npi=to.npi,
                destination_addr=to.digits,
                short_message=to_gsm(squeezed(text, ONE_PART)),
            )
        except UnsentError as error:
            return Outcome(Delivery.NOT_SENT, DeliveryCause.CONNECT, str(error)[:200])
        except LostError as error:
            return Outcome(Delivery.UNCERTAIN, DeliveryCause.CONNECTION_LOST, str(error)[:200])
        except TimeoutError:
            link.doubt()
            return Outcome(Delivery.UNCERTAIN, DeliveryCause.TIMED_OUT, "the centre did not say what became of it")
        if response.status == NOT_BOUND:
            link.end("the centre does not know that it bound us")
        return judged(response, self._clock.now())


class HearingSmppChannel(SmppChannel):
    """Hears what people answer, too; they come by the same session."""

    def __init__(self, given: SmppForm, access: Access, clock: Clock) -> None:
        super().__init__(given, access, clock)
        self._inbox = Inbox(clock)
        self._one = asyncio.Lock()
        self._answers: set[asyncio.Task[None]] = set()

    async def stop(self) -> None:
        """Take leave of the centre; what the desk has not taken is brought again by it."""
        await super().stop()
        self._inbox.close()

    async def listen(self, hears: Hears) -> None:
        """Bring what people send, in order; each is confirmed when the desk has taken it (see smpp/inbox.py)."""
        if self._session is not None:
            self._session.begin()
        pause = FIRST_PAUSE
        try:
            while True:
                brought = await self._inbox.next()
                try:
                    told = await hears.hear(Heard(self.name, brought.key, brought.sender, brought.text))
                except Exception as error:
                    log.warning("what came in by SMPP waits (%s)", type(error).__name__)
                    await self._clock.sleep(pause)
                    pause = min(LONGEST_PAUSE, pause * 2)
                    continue
                pause = FIRST_PAUSE
                self._inbox.done(brought)
                self._answer(brought.sender, told.text)
        finally:
            for task in self._answers:
                task.cancel()
            await asyncio.gather(*self._answers, return_exceptions=True)

    def _made(self) -> Session:
        return Session(Opener(self._access, self._inbox.take), self._clock)

    def _answer(self, sender: str, text: str) -> None:
        to = recipient_of(sender)
        if not text or to is None or len(self._answers) >= ANSWERS:
            return
        task = asyncio.create_task(self._say(to, text), name="answer by SMPP")
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def _say(self, to: WireAddress, text: str) -> None:
        """Send an answer, one at a time: the centre has room for few that it has not confirmed."""
        async with self._one:
            outcome = await self._submitted(to, text)
        if outcome.delivery is not Delivery.ACCEPTED:
            log.info("an SMS could not be answered (%s: %s)", outcome.cause, outcome.detail)


def _make(settings: Settings, clock: Clock) -> SmppChannel | None:
    section = settings.channels.get("smpp")
    if section is None:
        return None
    given = section.given
    assert isinstance(given, SmppForm)
    access = Access(
        given.host,
        given.port,
        given.system_id,
        section.secrets["password"],
        given.system_type,
        given.tls,
        given.ca_file,
    )
    return (HearingSmppChannel if given.receive else SmppChannel)(given, access, clock)


CHANNEL = ChannelKind(
    "smpp", _make, ChannelSection(SmppForm, Uses.MOBILE, ONE_PART, hears=lambda given: bool(given.receive))
)
