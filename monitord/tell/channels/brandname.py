"""The brand-name channel: one SMS a message, handed to a gateway over HTTP; nobody can answer it."""

import logging
import re

from monitord.clock import Clock
from monitord.domain.notice import Delivery, DeliveryCause, Message, Outcome
from monitord.settings.channels import ChannelSection, Uses
from monitord.settings.model import Settings
from monitord.tell.http.client import HttpClient, stable_id
from monitord.tell.http.gateway_form import BrandnameForm
from monitord.tell.http.gateways import Gateway, gateway_of
from monitord.tell.registry import ChannelKind
from monitord.texts.squeeze import ONE_PART, squeezed

log = logging.getLogger(__name__)

KEPT_IDS = 1000
"""Refused notices that are remembered."""
_NUMBER = re.compile(r"\+[1-9][0-9]{7,14}", re.ASCII)


class BrandnameChannel:
    """Hands each message to the gateway as one line of plain ASCII; what goes with a message is not sent.

    A notice goes by one id at every attempt, so that a gateway that knows it does not send it twice. After the gateway
    itself refused it, it goes by another: eSMS gives an SMSID to some of what it refuses, and could say later that it
    has it already. That is forgotten at a restart.
    """

    name = "brandname"
    deadline = 15.0
    per_second = 5.0
    per_address = 1.0

    def __init__(self, gateway: Gateway, desk: str, clock: Clock, http: HttpClient) -> None:
        self._gateway = gateway
        self._desk = desk
        self._clock = clock
        self._http = http
        self._refusals: dict[str, int] = {}

    async def start(self) -> None:
        """Make ready; what is weak in the settings is said once."""
        for warning in () if self._http.started else self._gateway.warnings:
            log.warning("brandname: %s", warning)
        self._http.start()

    async def stop(self) -> None:
        """Close what is open."""
        await self._http.stop()

    async def deliver(self, message: Message) -> Outcome:
        """Hand over one SMS. ACCEPTED says that the gateway took it, not that a telephone has it."""
        if not _NUMBER.fullmatch(message.to):
            return Outcome(Delivery.PERMANENT, DeliveryCause.NO_ADDRESS, "not a mobile number")
        ident = stable_id(self._desk, message)
        refusals = self._refusals.get(ident, 0)
        name = f"{ident}-{refusals}" if refusals else ident
        answer = await self._http.ask(self._gateway.request(message.to, squeezed(message.text, ONE_PART), name))
        if isinstance(answer, Outcome):
            return answer
        outcome = self._gateway.judge(answer, message.to, self._clock.now())
        if outcome.cause is DeliveryCause.REJECTED and answer.status < 300:
            self._refusals.pop(ident, None)
            self._refusals[ident] = refusals + 1
            while len(self._refusals) > KEPT_IDS:
                del self._refusals[next(iter(self._refusals))]
        return outcome


def _make(settings: Settings, clock: Clock) -> BrandnameChannel | None:
    section = settings.channels.get("brandname")
    if section is None:
        return None
    assert isinstance(section.given, BrandnameForm)
    return BrandnameChannel(gateway_of(section), settings.name, clock, HttpClient(section.given.ca_file))


CHANNEL = ChannelKind("brandname", _make, ChannelSection(BrandnameForm, Uses.MOBILE, short=ONE_PART))
