"""Voice calls by the unit's own exchange: the first channel to somebody who sleeps.

It needs neither the Internet nor a provider of messages. The words are spoken by espeak-ng and go out by baresip, two
programs of their own. A key that is pressed (RFC 4733) says that a person heard them, and nothing else does: what
answers may be a mailbox. One call at a time. Who holds a telephone can press its keys: it proves as much as an SMS.
"""

import asyncio
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

from monitord.clock import Clock
from monitord.domain.notice import Delivery, DeliveryCause, Key, Message, Outcome
from monitord.domain.safe import clean
from monitord.settings.channels import ChannelSection, Uses
from monitord.settings.model import Settings
from monitord.tell.ports import Hears
from monitord.tell.registry import ChannelKind
from monitord.tell.voice.control import Control, PhoneError
from monitord.tell.voice.conversation import Conversation
from monitord.tell.voice.form import VoiceForm
from monitord.tell.voice.line import Line
from monitord.tell.voice.plan import Plan
from monitord.tell.voice.presses import Presses
from monitord.tell.voice.profile import fit_for_account, uri
from monitord.tell.voice.reach import NoWayError, Way, is_there, way_to
from monitord.tell.voice.softphone import Softphone
from monitord.tell.voice.speaker import Speaker, SpeakerError
from monitord.tell.voice.words import DEFAULT_PROMPT, dialled, is_number, spoken

LEASE = 100.0
MARGIN = 3.0
"""Seconds before the end of an attempt at which a call is ended, so that it is hung up in time."""
BUSY_WAIT = timedelta(seconds=5)
"""The wait while another call is under way."""
OURS_WAIT = timedelta(seconds=60)
"""The wait when something of ours is not as it should be."""
REGISTERS_WITHIN = 8.0
"""Seconds that a registration may take before a probe says so."""
_NOT_STARTED = Outcome(Delivery.NOT_SENT, DeliveryCause.NOT_CONFIGURED, "the channel was not started")
_UNFIT = Outcome(
    Delivery.NOT_SENT,
    DeliveryCause.NOT_CONFIGURED,
    "baresip takes no password with a blank, a semicolon or a quotation mark",
    retry_in=OURS_WAIT,
)
_DEFAULT_KEYS = (Key("1"),)


class VoiceChannel:
    """Calls people one at a time, and says what became of each call."""

    name = "voice"
    per_second = 0.5
    per_address = None
    probe_every = 300.0

    def __init__(self, given: VoiceForm, password: str, clock: Clock) -> None:
        self.deadline = LEASE - 12.0
        self._given = given
        self._password = password
        self._clock = clock
        self._presses = Presses(clock)
        self._one = asyncio.Lock()
        self._folder: Path | None = None
        self._phone: Softphone | None = None
        self._speaker: Speaker | None = None

    async def start(self) -> None:
        """Make a folder for the two programs; neither is begun, and nobody is asked anything."""
        if self._folder is None:
            self._folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="monitord-voice-"))
            self._phone = Softphone(self._given, self._password, self._folder, self._clock)
            self._speaker = Speaker(self._given.speaker, self._given.voice, self._folder)

    async def stop(self) -> None:
        """Hang up, end the telephone and remove the folder."""
        folder, self._folder = self._folder, None
        phone, self._phone = self._phone, None
        self._speaker = None
        if phone is not None:
            await phone.end()
        if folder is not None:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def deliver(self, message: Message) -> Outcome:
        """Call once. ACCEPTED when a key was pressed; NOT_SENT when nobody answered, or nobody pressed a key: a mailbox
        may have. UNCERTAIN when the call was lost, or its time was over, while somebody listened.
        """
        phone, speaker = self._phone, self._speaker
        if phone is None or speaker is None:
            return _NOT_STARTED
        if not is_number(message.to) or (number := dialled(message.to, self._given.prefix)) is None:
            return Outcome(Delivery.PERMANENT, DeliveryCause.NO_ADDRESS, "not a telephone number")
        if self._password and not fit_for_account(self._password):
            return _UNFIT
        if self._one.locked():
            return Outcome(Delivery.NOT_SENT, DeliveryCause.POOL, "another call is under way", retry_in=BUSY_WAIT)
        async with self._one:
            ends = self._clock.mono() + self.deadline - min(MARGIN, self.deadline / 4)
            return await self._call(phone, speaker, message, number, ends)

    async def _call(self, phone: Softphone, speaker: Speaker, message: Message, number: str, ends: float) -> Outcome:
        noted = not message.keys
        keys = {key.digit: key for key in message.keys or _DEFAULT_KEYS}
        text = f"{spoken(message.text)} {DEFAULT_PROMPT}" if noted else spoken(message.text)
        try:
            way = await self._way()
            await is_there(way)
            words = await speaker.say(text)
            control = await phone.ready(way)
        except NoWayError as error:
            return Outcome(Delivery.NOT_SENT, DeliveryCause.CONNECT, clean(str(error), 200))
        except (SpeakerError, PhoneError) as error:
            return _ours(error)
        plan = Plan(
            message,
            uri(number, way),
            lambda other: _uri_of(other, self._given.prefix, way),
            keys,
            noted,
            self._given.ring.total_seconds(),
            ends,
        )
        line = Line(phone, control, self._clock)
        return await Conversation(line, speaker, self._presses, self._clock, plan).hold(words)

    async def listen(self, hears: Hears) -> None:
        """Bring the keys that people press to the desk; those pressed before, while nobody listened, first."""
        await self._presses.bring(hears)

    async def probe(self) -> Outcome:
        """Ask the exchange whether it is there (OPTIONS), with a password whether it has registered us; and begin the
        telephone, so that it is known to work."""
        phone = self._phone
        if phone is None:
            return _NOT_STARTED
        if self._password and not fit_for_account(self._password):
            return _UNFIT
        try:
            way = await self._way()
            there = await is_there(way, REGISTERS_WITHIN / 2)
            control = phone.control if self._one.locked() else await phone.ready(way)
        except NoWayError as error:
            return Outcome(Delivery.NOT_SENT, DeliveryCause.CONNECT, clean(str(error), 200))
        except PhoneError as error:
            return _ours(error)
        if self._password and control is not None:
            return await self._registration(control, there)
        if not there:
            return Outcome(Delivery.NOT_SENT, DeliveryCause.TIMED_OUT, "the exchange does not answer")
        return Outcome(Delivery.ACCEPTED, accepted_at=self._clock.now())

    async def _registration(self, control: Control, there: bool) -> Outcome:
        """Return whether the exchange has registered us; a refusal may have come before we listened."""
        try:
            said = await control.registration(REGISTERS_WITHIN)
        except PhoneError as error:
            return _ours(error)
        if said == "":
            return Outcome(Delivery.ACCEPTED, accepted_at=self._clock.now())
        refused = said is None or said[:3] in ("401", "403", "407")
        cause = DeliveryCause.REJECTED if refused and there else DeliveryCause.CONNECT
        detail = clean(f"the exchange does not register us: {said or 'no reason known'}", 200)
        return Outcome(Delivery.NOT_SENT, cause, detail, retry_in=OURS_WAIT)

    async def _way(self) -> Way:
        return await way_to(self._given.host, self._given.port, self._given.transport)


def _uri_of(number: str, prefix: str, way: Way) -> str | None:
    found = dialled(number, prefix)
    return None if found is None else uri(found, way)


def _ours(error: Exception) -> Outcome:
    detail = clean(str(error), 200)
    return Outcome(Delivery.NOT_SENT, DeliveryCause.NOT_CONFIGURED, detail, retry_in=OURS_WAIT)


def _make(settings: Settings, clock: Clock) -> VoiceChannel | None:
    own = settings.channels.get("voice")
    if own is None or not isinstance(own.given, VoiceForm):
        return None
    password = own.secrets.get("password")
    return VoiceChannel(own.given, password.reveal() if password is not None else "", clock)


CHANNEL = ChannelKind(
    "voice",
    _make,
    ChannelSection(VoiceForm, Uses.PHONE, hears=lambda given: True, spoken=True, lease=LEASE),
)
