"""E-mail: a letter to each person by SMTP, and what they answer by IMAP where the desk has a mailbox.

A relay that has taken a letter is believed; a bounce that comes later is nobody's business here. Letters cannot be
changed once they are sent, and are kept whole. How far a reply is believed is written in mail/letter.py; the mailbox
is the desk's alone, because what is new in it gets the mark of having been seen.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from pydantic import model_validator

from monitord.clock import Clock
from monitord.domain.canary import CanaryRoute
from monitord.domain.notice import Delivery, DeliveryCause, Message, Outcome
from monitord.domain.update import Heard
from monitord.settings.channels import ChannelSection, Uses
from monitord.settings.fields import Address, Duration, FolderPath, Mail, Port, SecretText, Text, between
from monitord.settings.fields import mail as checked
from monitord.settings.form import DAY, MINUTE, Form
from monitord.settings.model import Secret, Settings
from monitord.tell.mail.letter import Letterhead, answer, key_of, letter
from monitord.tell.mail.listener import NAME, Listener
from monitord.tell.mail.mailbox import ImapForm, Mailbox
from monitord.tell.mail.post import Relay, Security, knock, post
from monitord.tell.mail.reply import Head
from monitord.tell.ports import Hears
from monitord.tell.registry import ChannelKind

SHARE = 0.9
"""The part of the deadline in which a letter is handed in or given up, so that the outcome says what happened."""


class MailCanaryForm(Form):
    """Section `canary` of `mail`: how often a letter goes to our own mailbox, and `within` what it is to be found
    there. `to` is its address where that is not the sender's."""

    every: Annotated[Duration, between(5 * MINUTE, 7 * DAY)] = timedelta(hours=1)
    within: Annotated[Duration, between(MINUTE, DAY)] = timedelta(minutes=10)
    to: Mail | None = None

    @model_validator(mode="after")
    def comes_back_before_the_next(self) -> "MailCanaryForm":
        if self.within >= self.every:
            raise ValueError("`within` of a canary must be shorter than `every`")
        return self


class MailForm(Form):
    """Section `mail`. `security: none` is for a relay on this machine or in a net that is trusted: a password goes over
    it as it is. `name` stands beside `sender`; without one it is the name of the desk. `ca_file` names the authorities
    to trust instead of the system's. Without `imap` nobody can answer."""

    host: Address
    port: Port = 587
    security: Security = "starttls"
    user: Text | None = None
    password: SecretText | None = None
    sender: Mail
    name: Text | None = None
    ca_file: FolderPath | None = None
    imap: ImapForm | None = None
    canary: MailCanaryForm | None = None

    @model_validator(mode="after")
    def user_has_password(self) -> "MailForm":
        if (self.user is None) != (self.password is None):
            raise ValueError("`user` and `password` of `mail` go together")
        return self

    @model_validator(mode="after")
    def canary_is_found(self) -> "MailForm":
        if self.canary is not None and self.imap is None:
            raise ValueError("`canary` of `mail` is looked for in our own mailbox: section `imap` is missing")
        return self


class MailChannel:
    """Hands letters to a relay. `desk` is the name beside the sender where the settings give none."""

    name = NAME
    per_second = 2.0
    per_address = 1.0
    probe_every = 900.0

    def __init__(self, given: MailForm, password: Secret, key: Secret, desk: str, clock: Clock) -> None:
        self.deadline = 18.0
        self._given = given
        self._relay = Relay(given.host, given.port, given.security, given.user, password, given.ca_file)
        self._desk = desk
        self._key = key
        self._clock = clock
        self._known: dict[str, str] = {}
        self._letterhead: Letterhead | None = None
        self._started = False

    async def start(self) -> None:
        """Make the key of the tokens; nobody is asked for anything."""
        if self._letterhead is None:
            key = await asyncio.to_thread(key_of, self._key.reveal(), self._given.sender)
            self._letterhead = Letterhead(self._given.sender, self._given.name or self._desk, key)
        self._started = True

    async def stop(self) -> None:
        """Send nothing more."""
        self._started = False

    async def deliver(self, message: Message) -> Outcome:
        """Hand in one letter. ACCEPTED with its Message-ID when the relay has taken it; else see mail/post.py."""
        if not self._started or self._letterhead is None:
            return Outcome(Delivery.NOT_SENT, DeliveryCause.NOT_CONFIGURED, "the channel was not started")
        try:
            to = checked(message.to)
        except ValueError:
            return Outcome(Delivery.PERMANENT, DeliveryCause.NO_ADDRESS, "not an e-mail address")
        if message.replaces is not None:
            return Outcome(Delivery.PERMANENT, DeliveryCause.BAD_REQUEST, "a letter cannot be changed")
        self._known[to.lower()] = to
        number, raw = letter(self._letterhead, message, self._clock.now())
        outcome = await post(self._relay, self._given.sender, to, raw, self.deadline * SHARE)
        if outcome.delivery is not Delivery.ACCEPTED:
            return outcome
        return replace(outcome, message_ref=number, accepted_at=self._clock.now())

    async def probe(self) -> Outcome:
        """Connect and log in at the relay; nothing is handed in."""
        if not self._started:
            return Outcome(Delivery.NOT_SENT, DeliveryCause.NOT_CONFIGURED, "the channel was not started")
        return await knock(self._relay, self.deadline * SHARE)


class AnsweredMailChannel(MailChannel):
    """Letters that can be answered. `people` are the addresses as the settings write them: that is how a sender is
    named, whatever case his From line is in."""

    def __init__(
        self,
        given: MailForm,
        imap: ImapForm,
        password: Secret,
        imap_password: Secret,
        desk: str,
        clock: Clock,
        people: Iterable[str] = (),
    ) -> None:
        super().__init__(given, password, imap_password, desk, clock)
        self._known.update({address.lower(): address for address in people})
        self._mailbox = Mailbox(imap, imap_password, given.ca_file)
        self._every = imap.every.total_seconds()

    async def listen(self, hears: Hears) -> None:
        """Bring what people answer, and canaries, until cancelled."""
        assert self._letterhead is not None
        route = route_of(self._given)
        watched = "" if route is None else route.to
        listener = Listener(self._mailbox, self._letterhead, self._known, self._every, self._say, self._clock, watched)
        await listener.run(hears)

    async def _say(self, head: Head, heard: Heard, text: str) -> Outcome:
        assert self._letterhead is not None
        now = self._clock.now()
        raw = answer(self._letterhead, heard.sender, text, heard.key, head.subject, head.thread, now)[1]
        return await post(self._relay, self._given.sender, heard.sender, raw, self.deadline * SHARE)


def route_of(given: MailForm) -> CanaryRoute | None:
    """Return the way of the canaries by mail, None without."""
    canary = given.canary
    return None if canary is None else CanaryRoute(canary.to or given.sender, canary.every, canary.within)


def _make(settings: Settings, clock: Clock) -> MailChannel | None:
    section = settings.channels.get(NAME)
    if section is None or not isinstance(section.given, MailForm):
        return None
    given, desk = section.given, settings.name
    password = section.secrets.get("password", Secret(""))
    if given.imap is None:
        return MailChannel(given, password, password, desk, clock)
    people = [address for person in settings.people.values() if (address := person.address(NAME)) is not None]
    return AnsweredMailChannel(given, given.imap, password, section.secrets["imap.password"], desk, clock, people)


_SECTION = ChannelSection(MailForm, Uses.MAIL, hears=lambda given: given.imap is not None, canary=route_of)
CHANNEL = ChannelKind(NAME, _make, _SECTION)
