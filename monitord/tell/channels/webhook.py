"""The webhook channel: every message as signed JSON to a system of the unit's own.

Signed by Standard Webhooks 1.0.0 (github.com/standard-webhooks/standard-webhooks); `docs/webhook.md` says how a
receiver verifies it. Impersonal: the address is the person's id, and the receiver knows what to do with it.
"""

import base64
import binascii
import hashlib
import hmac
import logging

from monitord.clock import Clock
from monitord.domain.journal import canonical, stamp
from monitord.domain.notice import Delivery, DeliveryCause, Message, Outcome
from monitord.settings.channels import ChannelSection, Uses
from monitord.settings.fields import FolderPath, SecretText, Url
from monitord.settings.form import Form
from monitord.settings.model import Secret, Settings
from monitord.tell.http.client import HttpClient, Request, refusal, stable_id
from monitord.tell.registry import ChannelKind

log = logging.getLogger(__name__)

SHORTEST_KEY = 24
"""Bytes that a signing key has at least by the specification (section Signature scheme)."""
_PREFIX = "whsec_"


class WebhookForm(Form):
    """The section `webhook`. `ca_file` names the authorities to trust, for a certificate of one's own."""

    url: Url
    secret: SecretText
    ca_file: FolderPath | None = None


class WebhookChannel:
    """Posts to `url`. A repeat has the id of the first attempt, so a receiver that keeps ids takes it once.

    What goes with a message is not sent. 410 says that the endpoint wants no more; every other refusal is mendable.
    """

    name = "webhook"
    deadline = 15.0
    per_second = 10.0
    per_address = None

    def __init__(self, url: str, secret: Secret, desk: str, clock: Clock, http: HttpClient) -> None:
        self._url = url
        self._secret = secret
        self._desk = desk
        self._clock = clock
        self._http = http

    async def start(self) -> None:
        """Make ready; what is weak in the settings is said once."""
        if not self._http.started and len(key_of(self._secret.reveal())) < SHORTEST_KEY:
            log.warning("webhook: the secret is shorter than %d bytes", SHORTEST_KEY)
        if not self._http.started and self._url.lower().startswith("http:"):
            log.warning("webhook: over plain HTTP whoever is on the way can read the messages")
        self._http.start()

    async def stop(self) -> None:
        """Close what is open."""
        await self._http.stop()

    async def deliver(self, message: Message) -> Outcome:
        """Post the message once. Any 2xx is ACCEPTED, whatever stands in the answer."""
        if not message.to:
            return Outcome(Delivery.PERMANENT, DeliveryCause.NO_ADDRESS, "nobody is named")
        answer = await self._http.ask(self._request(message))
        if isinstance(answer, Outcome):
            return answer
        if answer.status == 410:
            return Outcome(Delivery.PERMANENT, DeliveryCause.BLOCKED, "HTTP 410: the endpoint wants no more messages")
        refused = refusal(answer, self._clock.now())
        if refused is not None:
            return refused
        ref = stable_id(self._desk, message)
        return Outcome(Delivery.ACCEPTED, message_ref=ref, accepted_at=self._clock.now())

    def _request(self, message: Message) -> Request:
        now = self._clock.now()
        data = {
            "notice": message.notice,
            "to": message.to,
            "incident": message.code or None,
            "text": message.text,
            "actions": [face.label for row in message.buttons for face in row],
            "replaces": message.replaces,
        }
        whole = canonical({"type": "monitord.notice", "timestamp": stamp(now), "data": data})
        body = whole.encode("utf-8", "replace")
        ident, seconds = stable_id(self._desk, message), int(now.timestamp())
        headers = {
            "content-type": "application/json",
            "webhook-id": ident,
            "webhook-timestamp": str(seconds),
            "webhook-signature": signature(key_of(self._secret.reveal()), ident, seconds, body),
        }
        return Request("POST", self._url, headers, body)


def key_of(secret: str) -> bytes:
    """Return the signing key: the bytes behind `whsec_` in base64; of any other text the text itself, in UTF-8."""
    if secret.startswith(_PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
        except (binascii.Error, ValueError):
            pass
    return secret.encode()


def signature(key: bytes, ident: str, seconds: int, body: bytes) -> str:
    """Return the header `webhook-signature`: HMAC-SHA256 over `id.timestamp.body`, in base64 behind `v1,`."""
    digest = hmac.digest(key, f"{ident}.{seconds}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"


def _make(settings: Settings, clock: Clock) -> WebhookChannel | None:
    section = settings.channels.get("webhook")
    if section is None:
        return None
    given = section.given
    assert isinstance(given, WebhookForm)
    return WebhookChannel(given.url, section.secrets["secret"], settings.name, clock, HttpClient(given.ca_file))


CHANNEL = ChannelKind("webhook", _make, ChannelSection(WebhookForm, Uses.NONE))
