"""The brand-name channel against eSMS as its documentation has it, and against gateways that the settings describe."""

import asyncio
import json
import logging
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from monitord.clock import SystemClock
from monitord.domain.notice import Delivery, DeliveryCause, Message, Outcome
from monitord.settings.fields import SecretGiven
from monitord.tell.channels.brandname import CHANNEL, BrandnameChannel
from monitord.tell.http.client import HttpClient
from monitord.tell.http.gateway_form import BrandnameForm
from monitord.tell.http.gateways import ESMS_URL, Esms, Gateway, Template, gateway_of
from tests.settings.small import SECRETS, SMALL, loaded, mistakes, written
from tests.support.clock import START, ManualClock
from tests.tell.benches.brandname import DESK, KEY, MOBILE, SECRET, EsmsStandIn, said
from tests.tell.benches.http_server import Fault, HttpServer, Reply, serving

TEXT = "SU CO MOI Muc 2 SC-0602-004 MAT LIEN LAC: OLT Tieu Can 01"
HOSTILE = "OLT \"x\" & 'y' <b> %20 +a=b \\ {secret} {phone} ; DROP"
PLAIN = "OLT \"x\" & 'y' <b> %20 +a=b / (secret) (phone); DROP"
MINUTE = timedelta(minutes=1)


@asynccontextmanager
async def channel_to(gateway: Gateway, http: HttpClient | None = None, desk: str = DESK) -> AsyncIterator[Any]:
    channel = BrandnameChannel(gateway, desk, ManualClock(), http or HttpClient())
    await channel.start()
    try:
        yield channel
    finally:
        await channel.stop()


@pytest.fixture
async def esms() -> AsyncIterator[EsmsStandIn]:
    other = EsmsStandIn()
    async with other.server:
        yield other


def sms(notice: int = 417, to: str = MOBILE, text: str = TEXT) -> Message:
    return Message(notice, to, text, code="SC-0602-004")


def came_to(outcome: Outcome) -> tuple[str, str]:
    return outcome.delivery.value, outcome.cause.value


async def told(reply: Reply) -> Outcome:
    """What one attempt comes to that eSMS answers so."""
    async with serving(reply) as server, channel_to(Esms(server.url, KEY, SECRET, "VNPT-TVH")) as channel:
        outcome = await channel.deliver(sms())
    assert isinstance(outcome, Outcome)
    assert [word for word in (KEY, SECRET, "912345678") if word in repr(outcome)] == []
    return outcome


# --- eSMS -----------------------------------------------------------------------------------------------------------


async def test_the_call_has_the_fields_that_are_documented(esms: EsmsStandIn) -> None:
    async with channel_to(esms.gateway()) as channel:
        outcome = await channel.deliver(sms())
    (asked,) = esms.server.asked
    assert (asked.method, asked.headers["content-type"]) == ("POST", "application/json")
    call = esms.calls[0]
    assert call.pop("RequestId").startswith("monitord-")
    assert call == {
        "ApiKey": KEY,
        "SecretKey": SECRET,
        "Brandname": "VNPT-TVH",
        "Phone": "0912345678",
        "Content": TEXT,
        "SmsType": "2",
        "IsUnicode": "0",
        "Sandbox": "0",
    }
    assert (outcome.message_ref, outcome.accepted_at) == ("d533459ee42b1", START)


async def test_any_text_goes_as_one_plain_part(esms: EsmsStandIn) -> None:
    async with channel_to(esms.gateway()) as channel:
        await channel.deliver(sms(text="🔴 SỰ CỐ MỚI\n" + "Đứt cáp quang Tiểu Cần – Gò Mây. " * 20))
    content = esms.calls[0]["Content"]
    assert content.startswith("SU CO MOI. Dut cap quang Tieu Can - Go May.")
    assert len(content) <= 160
    assert content.isascii()


CODES: dict[str, tuple[str, str, timedelta | None]] = {
    "100": ("accepted", "fine", None),
    "99": ("permanent", "blocked", None),
    "101": ("not_sent", "rejected", MINUTE),
    "102": ("not_sent", "rejected", MINUTE),
    "103": ("not_sent", "rejected", MINUTE),
    "104": ("not_sent", "rejected", MINUTE),
    "108": ("permanent", "no_such_chat", None),
    "118": ("not_sent", "rejected", MINUTE),
    "124": ("accepted", "fine", None),
    "140": ("not_sent", "rejected", MINUTE),
    "146": ("not_sent", "rejected", MINUTE),
    "177": ("not_sent", "rejected", MINUTE),
    "300": ("not_sent", "rejected", MINUTE),
    "500": ("uncertain", "server_error", None),
}


@pytest.mark.parametrize("code", CODES)
async def test_a_code_says_what_became_of_the_message(code: str) -> None:
    for given in (code, int(code)):
        outcome = await told(said(CodeResult=given, ErrorMessage=f"Phone 0912345678 {SECRET} \x1b[31m" + "x" * 900))
        assert (*came_to(outcome), outcome.retry_in) == CODES[code]
        assert outcome.delivery is Delivery.ACCEPTED or outcome.detail.startswith(f"eSMS {code}: ")
        assert outcome.detail.isprintable()
        assert len(outcome.detail) <= 200


async def test_what_was_rejected_after_it_was_taken_is_given_up() -> None:
    for rejected in ("4", 4):
        outcome = await told(said(CodeResult="124", SendStatus=rejected))
        assert came_to(outcome) == ("permanent", "bad_request")
    for under_way in ("1", "2", "5", "7", None):
        assert came_to(await told(said(CodeResult="124", SendStatus=under_way))) == ("accepted", "fine")


STRANGE = {
    "a page": b"<html>maintenance</html>",
    "nothing": b"",
    "a list": b"[]",
    "too deep": b"[" * 60_000,
    "no JSON": b'{"CodeResult": "100"',
    "a long number": b'{"CodeResult": ' + b"1" * 60_000 + b"}",
    "an error of its door": b'{"error": "Invalid request"}',
    "no code": b'{"CodeResult": null, "SMSID": "x"}',
    "a code that is none": b'{"CodeResult": {"a": "100"}}',
    "not UTF-8": b'{"CodeResult": "\xff"}',
}


@pytest.mark.parametrize("case", STRANGE)
async def test_an_answer_that_is_none_of_esms_is_uncertain(case: str) -> None:
    outcome = await told(Reply(200, STRANGE[case]))
    assert outcome.delivery is Delivery.UNCERTAIN
    assert outcome.cause in (DeliveryCause.BAD_ANSWER, DeliveryCause.SERVER_ERROR)


async def test_a_status_that_is_not_good_counts_before_what_is_said() -> None:
    good = said(CodeResult="100")
    expected = {401: ("not_sent", "rejected"), 410: ("not_sent", "rejected"), 502: ("uncertain", "server_error")}
    for status, came in expected.items():
        assert came_to(await told(Reply(status, good.body))) == came


async def test_what_was_taken_at_an_attempt_in_doubt_is_not_sent_again(esms: EsmsStandIn) -> None:
    esms.server.fault = Fault.SILENT
    async with channel_to(esms.gateway(), HttpClient(read=0.3)) as channel:
        assert came_to(await channel.deliver(sms())) == ("uncertain", "timed_out")
        esms.server.fault = Fault.NONE
        again = await channel.deliver(sms(text=f"LAP LAI: {TEXT}"))
    async with channel_to(esms.gateway()) as restarted:
        assert came_to(await restarted.deliver(sms())) == ("accepted", "fine")
    assert came_to(again) == ("accepted", "fine")
    assert list(esms.taken.values()) == [TEXT]


async def test_what_was_refused_goes_by_another_id_next_so_that_nobody_takes_it_for_sent(esms: EsmsStandIn) -> None:
    esms.remembers_refused = True
    esms.refuses = said(CodeResult="103")
    async with channel_to(esms.gateway()) as channel:
        for _ in range(3):
            assert came_to(await channel.deliver(sms())) == ("not_sent", "rejected")
        esms.refuses = None
        assert came_to(await channel.deliver(sms())) == ("accepted", "fine")
    ids = [call["RequestId"] for call in esms.calls]
    assert [one.removeprefix(ids[0]) for one in ids] == ["", "-1", "-2", "-3"]
    assert esms.taken[ids[-1]] == TEXT


async def test_two_desks_with_one_account_do_not_take_each_other_s_notices_for_their_own(esms: EsmsStandIn) -> None:
    for desk in (DESK, "Bàn trực Vĩnh Long"):
        async with channel_to(esms.gateway(), desk=desk) as channel:
            await channel.deliver(sms())
    assert len(esms.taken) == 2


async def test_a_refusal_on_the_way_is_none_of_the_gateway_and_changes_no_id(esms: EsmsStandIn) -> None:
    esms.server.fault = Fault.SILENT
    async with channel_to(esms.gateway(), HttpClient(read=0.3)) as channel:
        assert came_to(await channel.deliver(sms())) == ("uncertain", "timed_out")
        esms.server.fault, esms.server.answer = Fault.NONE, lambda asked: Reply(403, b"a portal")
        assert came_to(await channel.deliver(sms())) == ("not_sent", "rejected")
        esms.server.answer = esms.receive
        assert came_to(await channel.deliver(sms())) == ("accepted", "fine")
    assert list(esms.taken.values()) == [TEXT]


async def test_an_id_is_no_longer_than_it_may_be(esms: EsmsStandIn) -> None:
    esms.refuses = said(CodeResult="103")
    async with channel_to(esms.gateway()) as channel:
        for _ in range(3):
            await channel.deliver(sms(2**63 - 1))
    assert max(len(call["RequestId"]) for call in esms.calls) <= 50


async def test_a_number_of_another_country_goes_as_its_digits(esms: EsmsStandIn) -> None:
    async with channel_to(esms.gateway()) as channel:
        await channel.deliver(sms(to="+85620123456"))
    assert esms.calls[0]["Phone"] == "85620123456"


async def test_a_trial_is_marked_as_one_and_said(esms: EsmsStandIn, caplog: pytest.LogCaptureFixture) -> None:
    trial = Esms(esms.server.url, KEY, SECRET, "VNPT-TVH", sandbox=True)
    async with channel_to(trial) as channel:
        await channel.start()
        await channel.deliver(sms())
    assert esms.calls[0]["Sandbox"] == "1"
    (plain, sandbox) = (record.getMessage() for record in caplog.records)
    assert plain.startswith("brandname: over plain HTTP")
    assert sandbox == "brandname: in the sandbox nobody gets a message, although each counts as accepted"


# --- a gateway of the settings --------------------------------------------------------------------------------------


def template(**given: object) -> Template:
    """A gateway as the settings describe it."""
    if "{secret}" in json.dumps(given):
        given["secret"] = {"secret": "telco"}
    return Template(BrandnameForm.model_validate({"kind": "template", **given}), SECRET)


async def sent(gateway: Template, server: HttpServer, text: str = HOSTILE) -> Any:
    async with channel_to(gateway) as channel:
        outcome = await channel.deliver(sms(text=text))
    assert came_to(outcome) == ("accepted", "fine")
    return server.asked[-1]


async def test_each_value_is_escaped_as_its_place_wants_it() -> None:
    xml = "<m u='{text}' v=\"{text}\" w='{secret}'><to>{phone}</to>\n<text>{text}</text></m>"
    bodies = {
        "application/json": '{"to": {phone}, "local": "{local}", "text": "{text}", "id": "{id}", "key": "{secret}"}',
        "application/x-www-form-urlencoded; charset=UTF-8": "to={phone}&local={local}&text={text}&id={id}&key={secret}",
        "application/soap+xml; charset=utf-8": xml,
        "text/plain": "{phone} {text}",
    }
    async with serving(Reply(200)) as server:
        asked = {
            kind: await sent(template(url=server.url, content_type=kind, body=body), server)
            for kind, body in bodies.items()
        }
    by_json, by_form, by_xml, plain = (one.body.decode() for one in asked.values())
    read = json.loads(by_json)
    assert (read["to"], read["local"], read["text"], read["key"]) == (84912345678, "0912345678", PLAIN, SECRET)
    form = {name: values[0] for name, values in parse_qs(by_form, strict_parsing=True).items()}
    assert form == {"to": "84912345678", "local": "0912345678", "text": PLAIN, "id": read["id"], "key": SECRET}
    root = ET.fromstring(by_xml)
    assert root.attrib == {"u": PLAIN, "v": PLAIN, "w": SECRET}
    assert (root.findtext("to"), root.findtext("text")) == ("84912345678", PLAIN)
    assert plain == f"84912345678 {PLAIN}"
    assert [one.headers["content-type"] for one in asked.values()] == list(bodies)


async def test_a_get_carries_everything_in_its_address() -> None:
    async with serving(Reply(200, b"0|OK")) as server:
        gateway = template(
            url=f"{server.url}?u=vnpt%20tvh&p={{secret}}&to={{phone}}&m={{text}}&r={{id}}",
            method="GET",
            accepted="0|OK",
        )
        asked = await sent(gateway, server)
    assert (asked.method, asked.body) == ("GET", b"")
    given = {name: values[0] for name, values in parse_qs(urlsplit(asked.path).query, strict_parsing=True).items()}
    assert given.pop("r").startswith("monitord-")
    assert given == {"u": "vnpt tvh", "p": SECRET, "to": "84912345678", "m": PLAIN}


async def test_headers_may_bear_the_secret_and_the_id() -> None:
    async with serving(Reply(200)) as server:
        headers = {"Authorization": "Basic {secret}", "Idempotency-Key": "{id}", "User-Agent": "VNPT"}
        asked = await sent(template(url=f"{server.url}?{{phone}}{{text}}", headers=headers), server)
    assert asked.headers["authorization"] == f"Basic {SECRET}"
    assert asked.headers["idempotency-key"].startswith("monitord-")
    assert asked.headers["user-agent"] == "VNPT"


@pytest.mark.parametrize("secret", ["of\r\nX-A: two lines", "mật khẩu"])
async def test_a_secret_that_is_no_header_is_neither_sent_nor_shown(
    secret: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with serving(Reply(200)) as server:
        gateway = template(url=f"{server.url}?{{phone}}{{text}}", headers={"Authorization": "{secret}"})
        async with channel_to(Template(gateway.given, secret)) as channel:
            outcome = await channel.deliver(sms())
        assert server.asked == []
    assert came_to(outcome) == ("not_sent", "unexpected")
    assert [part for part in ("two lines", "khẩu") if part in repr(outcome) + caplog.text] == []


SAID: dict[str, tuple[Reply, tuple[str, str]]] = {
    "taken": (Reply(200, b'{ "code" : 0,\n "msg": "ok" }'), ("accepted", "fine")),
    "taken, by another 2xx": (Reply(202, b'{"code":0}'), ("accepted", "fine")),
    "something else": (Reply(200, b'{"code":9}'), ("uncertain", "bad_answer")),
    "nothing": (Reply(204), ("uncertain", "bad_answer")),
    "no such number": (Reply(200, b'{"code": 5}'), ("permanent", "no_such_chat")),
    "no such number, by a 4xx": (Reply(400, b'{"code":5}'), ("permanent", "no_such_chat")),
    "a bad request": (Reply(400, b'{"code":9}'), ("not_sent", "rejected")),
    "taken, by a 5xx": (Reply(500, b'{"code":0}'), ("uncertain", "server_error")),
    "no such number, by a 5xx": (Reply(503, b'{"code":5}'), ("uncertain", "server_error")),
    "no such gateway": (Reply(410), ("not_sent", "rejected")),
    "too fast": (Reply(429), ("not_sent", "rate_limited")),
    "both": (Reply(200, b'{"code":0,"of":{"code":5}}'), ("accepted", "fine")),
}


@pytest.mark.parametrize("case", SAID)
async def test_what_the_gateway_says_is_looked_for_in_its_answer(case: str) -> None:
    reply, expected = SAID[case]
    async with serving(reply) as server:
        url = f"{server.url}?{{phone}}{{text}}"
        async with channel_to(template(url=url, accepted='"code": 0', unknown_number='"code":5')) as channel:
            assert came_to(await channel.deliver(sms())) == expected


async def test_what_an_answer_echoes_is_not_told() -> None:
    echo = json.dumps({"of": f"{SECRET} a%2Fb a\\/b 84912345678 0912345678 +84912345678 \x1b[31m", "x": "y" * 900})
    async with serving(Reply(200, echo.encode())) as server:
        gateway = template(url=f"{server.url}?{{phone}}{{text}}{{secret}}", accepted="OK")
        async with channel_to(gateway) as channel, channel_to(Template(gateway.given, "a/b")) as other:
            outcomes = [await one.deliver(sms()) for one in (channel, other)]
    assert "***" in outcomes[0].detail
    assert [word for word in (SECRET, "912345678") if word in outcomes[0].detail] == []
    assert "a%2Fb" not in outcomes[1].detail
    for outcome in outcomes:
        assert (*came_to(outcome), outcome.retry_in) == ("uncertain", "bad_answer", MINUTE)
        assert outcome.detail.isprintable()
        assert len(outcome.detail) <= 200


async def test_attempts_do_not_wait_for_each_other(esms: EsmsStandIn) -> None:
    async with channel_to(esms.gateway()) as channel:
        outcomes = await asyncio.gather(*(channel.deliver(sms(notice)) for notice in range(30)))
    assert {came_to(outcome) for outcome in outcomes} == {("accepted", "fine")}
    assert len(esms.taken) == 30


# --- settings -------------------------------------------------------------------------------------------------------

ESMS = "brandname: {kind: esms, name: VNPT-TVH, key: {secret: esms_key}, secret: {secret: esms}}\n"
TELCO = """\
brandname:
  kind: template
  url: https://sms.example.vn/api
  ca_file: /etc/monitord/ca.pem
  secret: {secret: esms}
  headers: {Authorization: "Bearer {secret}"}
  content_type: text/xml; charset=utf-8
  body: |
    <soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>
      <send><to>{phone}</to><text>{text}</text><ref>{id}</ref></send>
    </soap:Body></soap:Envelope>
  accepted: <result>0</result>
"""
GIVEN = SECRETS | {"MONITORD_SECRET_ESMS_KEY": KEY, "MONITORD_SECRET_ESMS": SECRET}


def test_its_section_makes_the_channel_and_no_section_makes_none(tmp_path: Path) -> None:
    settings = loaded(written(tmp_path / "esms", SMALL + ESMS), GIVEN)
    assert isinstance(CHANNEL.make(settings, SystemClock()), BrandnameChannel)
    assert gateway_of(settings.channels["brandname"]) == Esms(ESMS_URL, KEY, SECRET, "VNPT-TVH")
    assert settings.channels["brandname"].short == 160
    shown = repr(settings.channels) + repr(gateway_of(settings.channels["brandname"]))
    assert [word for word in (KEY, SECRET) if word in shown] == []
    assert CHANNEL.make(loaded(written(tmp_path / "without")), SystemClock()) is None


def test_a_template_may_be_a_whole_envelope(tmp_path: Path) -> None:
    settings = loaded(written(tmp_path / "c", SMALL + TELCO), GIVEN)
    gateway = gateway_of(settings.channels["brandname"])
    request = gateway.request(MOBILE, "a < b", "monitord-x-1")
    assert request.headers == {"Authorization": f"Bearer {SECRET}", "content-type": "text/xml; charset=utf-8"}
    assert b"<to>84912345678</to><text>a &lt; b</text><ref>monitord-x-1</ref>" in request.content
    assert SECRET not in repr(request) + repr(gateway)


WRONG: dict[str, tuple[dict[str, object], str]] = {
    "a kind there is not": ({"kind": "esmss"}, "`kind` must be `esms` or `template`; did you mean `esms`?"),
    "esms without a login": (
        {"kind": "esms"},
        "kind `esms` needs `key`; kind `esms` needs `secret`; kind `esms` needs `name`",
    ),
    "esms with what is a template's": (
        {"kind": "esms", "key": "k", "secret": "s", "name": "VNPT", "body": "{text}", "url": "https://x/{phone}"},
        "`body` is nothing of kind `esms`; `url` of kind `esms` has placeholders",
    ),
    "a brand name too long": (
        {"kind": "esms", "key": "k", "secret": "s", "name": "VNPT Tra Vinh"},
        "`name` is no brand name: at most 11 plain ASCII characters, as it is registered",
    ),
    "no address": ({"kind": "template", "body": "{text}{phone}"}, "kind `template` needs `url`"),
    "no place for number and text": (
        {"kind": "template", "url": "https://x/"},
        "neither `url` nor `body` has {text}: the message would be left out; "
        "neither `url` nor `body` has {phone} or {local}: nobody would be named",
    ),
    "an unknown placeholder": (
        {"kind": "template", "url": "https://x/{phone}/{message}"},
        "`url` has an unknown placeholder `{message}`; there are {phone}, {local}, {text}, {id}, {secret}",
    ),
    "a placeholder that is nearly one": (
        {"kind": "template", "url": "https://x/{phone}", "body": "{texts}"},
        "`body` has an unknown placeholder `{texts}`; did you mean `text`?; "
        "there are {phone}, {local}, {text}, {id}, {secret}",
    ),
    "a host that is filled in": (
        {"kind": "template", "url": "https://{text}.x/{phone}"},
        "`url` has a placeholder in its host",
    ),
    "a fragment": (
        {"kind": "template", "url": "https://x/#{text}{phone}"},
        "`url` has a `#`: what stands behind it is never sent",
    ),
    "a secret that is used and not there": (
        {"kind": "template", "url": "https://x/{phone}{text}{secret}"},
        "{secret} is used, but there is no `secret`",
    ),
    "a secret that is there and not used": (
        {"kind": "template", "url": "https://x/{phone}{text}", "secret": "s"},
        "`secret` is used nowhere: {secret}",
    ),
    "a body that is not sent": (
        {
            "kind": "template",
            "url": "https://x/{phone}{text}",
            "method": "GET",
            "body": "x",
            "content_type": "text/plain",
        },
        "a GET has no `body`: write the placeholders into `url`",
    ),
    "a body without a known escaping": (
        {"kind": "template", "url": "https://x/{phone}", "body": "{text}", "content_type": "image/png"},
        "`content_type` must be one of application/json, application/x-www-form-urlencoded, text/xml, text/plain "
        "in UTF-8, or another JSON or XML",
    ),
    "JSON without its quotes": (
        {"kind": "template", "url": "https://x/{phone}", "body": '{"text": {text}}'},
        "`body` is no JSON, placeholders filled in: Expecting value: line 1 column 10 (char 9)",
    ),
    "JSON without end": (
        {"kind": "template", "url": "https://x/{phone}{text}", "body": "[" * 4000},
        "`body` is nested too deep",
    ),
    "a body without bounds": (
        {"kind": "template", "url": "https://x/{phone}{text}", "body": "x" * 4001},
        "`body` is longer than 4000 characters",
    ),
    "a body of nothing": ({"kind": "template", "url": "https://x/{phone}{text}", "body": " \n"}, "`body` must be text"),
    "a header of two lines": (
        {"kind": "template", "url": "https://x/{phone}{text}", "headers": {"X-A": "a\r\nX-B: b"}},
        "`X-A` must be one line without control characters",
    ),
    "a name of a header that is none": (
        {"kind": "template", "url": "https://x/{phone}{text}", "headers": {"X A\n": "a"}},
        "`headers` has `X A`, which is no name of a header",
    ),
    "a header that is ours": (
        {"kind": "template", "url": "https://x/{phone}{text}", "headers": {"content-type": "text/html"}},
        "`headers` has `content-type`, which is set by itself; a type is written as `content_type`",
    ),
    "a header in Vietnamese": (
        {"kind": "template", "url": "https://x/{phone}{text}", "headers": {"X-A": "đơn vị"}},
        "`headers` has `X-A` with signs other than plain ASCII on one line",
    ),
    "a header with the message": (
        {"kind": "template", "url": "https://x/{phone}{text}", "headers": {"X-A": "{text}"}},
        "`headers` has an unknown placeholder `{text}`; there are {id}, {secret}",
    ),
    "a secret written out": (
        {"kind": "template", "url": "https://x/{phone}{text}", "headers": {"Authorization": "Bearer 5f3a"}},
        "`headers` has `Authorization`: write {secret} in its place, and the secret itself under `secret`",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_in_its_section_is_told_so_that_it_can_be_mended(case: str, tmp_path: Path) -> None:
    section, expected = WRONG[case]
    # JSON is YAML, and nothing in it is taken for something else.
    found = mistakes(written(tmp_path / "c", f"{SMALL}brandname: {json.dumps(section)}\n"), GIVEN)
    assert [line.split(": ", 1)[1] for line in found] == [expected]
    assert all(line.startswith(f"small.yaml:{len(SMALL.splitlines()) + 1}:") for line in found)


def test_a_secret_never_stands_in_a_message_about_its_section(tmp_path: Path) -> None:
    section = {"kind": "esms", "key": KEY, "secret": SECRET, "name": "VNPT Tra Vinh", "url": "https://x/{text}"}
    found = mistakes(written(tmp_path / "c", f"{SMALL}brandname: {json.dumps(section)}\n"), GIVEN)
    assert [word for word in (KEY, SECRET) if word in "".join(found)] == []
    assert SECRET not in repr(SecretGiven(literal=SECRET))
