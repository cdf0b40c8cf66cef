"""Gateways that send an SMS for us: what is asked of each over HTTP, and what its answers mean. Pure.

`esms` is the API of eSMS.vn, by its documentation (developers.esms.vn, "Tin nhan SMS OTP/CSKH", "Bang ma loi",
"Callback Url"); not tried against the real service. `template` is any other, by a request that the settings write out.
Where a telephone number is sent, `{phone}` is 84912345678 and `{local}` 0912345678.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from monitord.domain.notice import Delivery, DeliveryCause, Outcome
from monitord.domain.safe import clean
from monitord.settings.model import ChannelSettings
from monitord.tell.http.client import REJECTED_WAIT, Answer, Request, refusal
from monitord.tell.http.filling import as_json, as_xml, escaping, filled, percent
from monitord.tell.http.gateway_form import BrandnameForm

ESMS_URL = "https://rest.esms.vn/MainService.svc/json/SendMultipleMessage_V4_post_json/"


class Gateway(Protocol):
    """What the channel needs to know of a gateway; pure. `warnings` is what is weak in its settings."""

    @property
    def warnings(self) -> tuple[str, ...]: ...

    def request(self, to: str, text: str, ident: str) -> Request:
        """Return what is sent for one SMS to a number in E.164."""
        ...

    def judge(self, answer: Answer, to: str, now: datetime) -> Outcome:
        """Return what its answer says."""
        ...


_OURS = {
    "101": "ApiKey or SecretKey is wrong",
    "102": "there is no price list for this account",
    "103": "the balance is too low",
    "104": "the brand name does not exist or is not active",
    "118": "this type of message is not supported",
    "140": "our IP address is not on their list",
    "146": "no template of the brand name fits the text: register one",
    "177": "the brand name is not registered with the network of this number",
    "300": "the type of message is missing",
}
"""Answers of eSMS that somebody at our side can mend, by CodeResult. 118 is not in every version of the table."""
_REFUSED_LATER = "4"
"""SendStatus of what eSMS took and then rejected ("Callback Url")."""


@dataclass(frozen=True, slots=True)
class Esms:
    """eSMS.vn. Documented: the fields, the codes, and that a RequestId (50 characters at most) is taken once a day.

    Not documented: whether the RequestId of a refused request counts as known (it is not used again), and whether
    numbers go as 84901888484 (they go as in the examples, 0901888484). 99 is "the number is blocked in the system" in
    the table of codes, and on the page of the call an error of the connection, with no CodeResult in its example.
    """

    url: str
    key: str = field(repr=False)
    secret: str = field(repr=False)
    name: str
    sandbox: bool = False

    @property
    def warnings(self) -> tuple[str, ...]:
        told = "in the sandbox nobody gets a message, although each counts as accepted"
        return (*_plain_http(self.url), told) if self.sandbox else _plain_http(self.url)

    def request(self, to: str, text: str, ident: str) -> Request:
        """Return the call."""
        call = {
            "ApiKey": self.key,
            "SecretKey": self.secret,
            "Brandname": self.name,
            "Phone": _local(to),
            "Content": text,
            "SmsType": "2",
            "IsUnicode": "0",
            "Sandbox": "1" if self.sandbox else "0",
            "RequestId": ident,
        }
        return Request("POST", self.url, {"content-type": "application/json"}, json.dumps(call).encode())

    def judge(self, answer: Answer, to: str, now: datetime) -> Outcome:
        """Return what a CodeResult means; one that is not known may stand for a message that went out."""
        refused = refusal(answer, now)
        if refused is not None:
            return refused
        said = _object(answer.body)
        code, ref = (clean(str(said.get(key) or ""), 64) for key in ("CodeResult", "SMSID"))
        match code:
            case "100":
                return Outcome(Delivery.ACCEPTED, message_ref=ref or None, accepted_at=now)
            case "124" if str(said.get("SendStatus")) == _REFUSED_LATER:
                return Outcome(Delivery.PERMANENT, DeliveryCause.BAD_REQUEST, "eSMS 124: taken before, then rejected")
            case "124":
                return Outcome(Delivery.ACCEPTED, message_ref=ref or None, accepted_at=now)
            case "99":
                return Outcome(Delivery.PERMANENT, DeliveryCause.BLOCKED, "eSMS 99: the number is blocked there")
            case "108":
                return Outcome(Delivery.PERMANENT, DeliveryCause.NO_SUCH_CHAT, "eSMS 108: no telephone number")
            case _ if code in _OURS:
                why = f"eSMS {code}: {_OURS[code]}"
                return Outcome(Delivery.NOT_SENT, DeliveryCause.REJECTED, why, retry_in=REJECTED_WAIT)
            case "":
                return Outcome(Delivery.UNCERTAIN, DeliveryCause.BAD_ANSWER, "an answer without CodeResult")
            case _:
                why = _masked(f"{code}: {said.get('ErrorMessage', '')}", to, self.key, self.secret)
                return Outcome(Delivery.UNCERTAIN, DeliveryCause.SERVER_ERROR, clean(f"eSMS {why}", 200))


@dataclass(frozen=True, slots=True)
class Template:
    """A gateway whose request stands in the settings."""

    given: BrandnameForm
    secret: str = field(default="", repr=False)

    @property
    def warnings(self) -> tuple[str, ...]:
        return _plain_http(self.given.url or "")

    def request(self, to: str, text: str, ident: str) -> Request:
        """Return the request, each value escaped as the place it stands in wants it."""
        given = self.given
        holes = {"phone": to.removeprefix("+"), "local": _local(to), "text": text, "id": ident, "secret": self.secret}
        headers = {name: filled(value, holes, str) for name, value in given.headers.items()}
        if given.body is not None:
            headers["content-type"] = given.content_type
        body = filled(given.body or "", holes, escaping(given.content_type) or str)
        return Request(given.method, filled(given.url or "", holes, percent), headers, body.encode())

    def judge(self, answer: Answer, to: str, now: datetime) -> Outcome:
        """Return what the answer means by its status and the texts to look for."""
        refused, said = refusal(answer, now), answer.body.decode("utf-8", "replace")
        bare = "".join(said.split())
        accepted, unknown = ("".join((mark or "").split()) for mark in (self.given.accepted, self.given.unknown_number))
        if refused is None and accepted and accepted in bare:
            return Outcome(Delivery.ACCEPTED, accepted_at=now)
        if answer.status < 500 and unknown and unknown in bare:
            return Outcome(Delivery.PERMANENT, DeliveryCause.NO_SUCH_CHAT, f"HTTP {answer.status}: no such number")
        if refused is not None:
            return refused
        if not accepted:
            return Outcome(Delivery.ACCEPTED, accepted_at=now)
        why = clean(f"HTTP {answer.status}, but not accepted: {_masked(said, to, self.secret)}", 200)
        return Outcome(Delivery.UNCERTAIN, DeliveryCause.BAD_ANSWER, why, retry_in=REJECTED_WAIT)


def gateway_of(section: ChannelSettings) -> Gateway:
    """Return the gateway that a section describes."""
    given = section.given
    assert isinstance(given, BrandnameForm)
    key, secret = (section.secrets[name].reveal() if name in section.secrets else "" for name in ("key", "secret"))
    if given.kind == "esms":
        return Esms(given.url or ESMS_URL, key, secret, given.name or "", given.sandbox)
    return Template(given, secret)


def _local(number: str) -> str:
    """Return a Vietnamese number with its 0, one of another country as its digits."""
    return f"0{number[3:]}" if number.startswith("+84") else number.removeprefix("+")


def _plain_http(url: str) -> tuple[str, ...]:
    told = "over plain HTTP whoever is on the way can read the messages and the login"
    return (told,) if url.lower().startswith("http:") else ()


def _object(body: bytes) -> Mapping[str, Any]:
    """Return the JSON object of an answer, an empty one when it holds anything else."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _masked(said: str, to: str, *secrets: str) -> str:
    """Return the beginning of a stranger's text without the number, and without a secret it may echo."""
    shown = clean(said, 1000)
    hidden = {to, to.removeprefix("+"), _local(to), *secrets, *(clean(secret) for secret in secrets)}
    hidden |= {way(secret) for secret in secrets for way in (percent, as_json, as_xml)}
    for word in sorted(hidden, key=len, reverse=True):
        shown = shown.replace(word, "***") if word else shown
    return shown
