"""The webhook channel, and HTTP as it is spoken there: against a real server with every fault there is."""

import asyncio
import base64
import datetime
import json
import logging
import re
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from monitord.clock import SystemClock
from monitord.domain.notice import ButtonFace, Delivery, DeliveryCause, Message, Outcome
from monitord.settings.model import Secret
from monitord.tell.channels.webhook import CHANNEL, WebhookChannel, key_of, signature
from monitord.tell.http.client import LARGEST, LONGEST_WAIT, Answer, HttpClient, Request, retry_after, stable_id
from tests.settings.small import SECRETS, SMALL, loaded, mistakes, written
from tests.support.clock import START, ManualClock
from tests.support.shared import REPOSITORY
from tests.tell.benches.http_server import Asked, Fault, HttpServer, Reply, serving
from tests.tell.benches.webhook import DESK, KEY, SECRET

TEXT = "🔴 SỰ CỐ MỚI · SC-0602-004\nMẤT LIÊN LẠC: OLT Tiểu Cần 01"
FACES = ((ButtonFace("✅ Tiếp nhận", "v1|a|take|b"), ButtonFace("📋 Danh sách", "v1|a|list|b")),)
WHOLE = Message(417, "an", TEXT, FACES, code="SC-0602-004")
Verified = Callable[[str, dict[str, str], bytes, float], bool]


@asynccontextmanager
async def channel_to(url: str, http: HttpClient | None = None, clock: Any = None) -> AsyncIterator[WebhookChannel]:
    channel = WebhookChannel(url, Secret(SECRET), DESK, clock or SystemClock(), http or HttpClient())
    await channel.start()
    try:
        yield channel
    finally:
        await channel.stop()


async def told(reply: Reply, message: Message = WHOLE) -> Outcome:
    """What one attempt comes to that is answered so; by a clock that stands still."""
    async with serving(reply) as server, channel_to(server.url, clock=ManualClock()) as channel:
        return await channel.deliver(message)


def came_to(outcome: Outcome) -> tuple[str, str]:
    return outcome.delivery.value, outcome.cause.value


# --- what is said, and how it is signed -----------------------------------------------------------------------------


def test_a_signature_is_that_of_the_published_example() -> None:
    key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}') == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_a_secret_is_base64_behind_its_prefix_and_its_own_text_otherwise() -> None:
    assert key_of(SECRET) == KEY
    assert key_of("mật khẩu") == "mật khẩu".encode()
    assert key_of("whsec_not base64!") == b"whsec_not base64!"


async def test_the_body_is_one_line_of_json_that_says_all_there_is() -> None:
    async with serving(Reply(204)) as server, channel_to(server.url, clock=ManualClock()) as channel:
        outcome = await channel.deliver(WHOLE)
        await channel.deliver(Message(418, "an", "OLT \ud800 <b>"))
    (asked, bare) = server.asked
    assert asked.body.decode() == (
        '{"data":{"actions":["✅ Tiếp nhận","📋 Danh sách"],"incident":"SC-0602-004","notice":417,"replaces":null,'
        '"text":"🔴 SỰ CỐ MỚI · SC-0602-004\\nMẤT LIÊN LẠC: OLT Tiểu Cần 01","to":"an"},'
        '"timestamp":"2026-02-14T20:00:00.000000Z","type":"monitord.notice"}'
    )
    assert (asked.method, asked.path, asked.headers["content-type"]) == ("POST", "/path", "application/json")
    assert asked.headers["webhook-timestamp"] == str(int(START.timestamp()))
    assert (outcome.message_ref, outcome.accepted_at) == (asked.headers["webhook-id"], START)
    data = json.loads(bare.body)["data"]
    assert (data["incident"], data["actions"], data["text"]) == (None, [], "OLT ? <b>")


async def test_a_repeat_has_the_same_id_and_an_instant_of_its_own() -> None:
    clock = ManualClock()
    async with serving(Reply(500)) as server, channel_to(server.url, clock=clock) as channel:
        await channel.deliver(WHOLE)
        clock.jump(60)
        await channel.deliver(WHOLE)
    first, second = (asked.headers for asked in server.asked)
    assert first["webhook-id"] == second["webhook-id"]
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 60
    assert first["webhook-signature"] != second["webhook-signature"]


def test_another_desk_notice_address_or_incident_has_another_id() -> None:
    others = [Message(418, "an", ""), Message(417, "binh", ""), Message(417, "an", "", code="SC-0602-005")]
    ids = {stable_id(DESK, one) for one in [Message(417, "an", ""), *others]} | {stable_id("Bàn khác", others[0])}
    assert len(ids) == 5
    assert all(re.fullmatch(r"monitord-[0-9a-f]{16}-[0-9]+", one) for one in ids)
    assert len(stable_id(DESK, Message(2**63 - 1, "an", ""))) <= 45


# --- the receiver, as it is told how ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def verified() -> Verified:
    """The function that the receiver's page shows."""
    page = (REPOSITORY / "docs" / "webhook.md").read_text("utf-8")
    (code,) = re.findall(r"(?ms)^```python\n(.*?)^```", page)
    names: dict[str, Any] = {}
    exec(compile(code, "docs/webhook.md", "exec"), names)
    found: Verified = names["verified"]
    return found


@pytest.fixture(scope="module", params=[SECRET, "một mật khẩu không phải base64"])
def secret(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def test_a_receiver_believes_what_arrived_and_nothing_else(verified: Verified, secret: str) -> None:
    async with serving(Reply(204)) as server:
        channel = WebhookChannel(server.url, Secret(secret), DESK, ManualClock(), HttpClient())
        await channel.start()
        await channel.deliver(WHOLE)
        await channel.stop()
    (asked,) = server.asked
    now, headers = START.timestamp(), dict(asked.headers)
    old = base64.b64encode(b"x" * 32).decode()
    assert verified(secret, headers, asked.body, now + 299)
    assert verified(
        secret, headers | {"webhook-signature": f"v1,{old} {headers['webhook-signature']}"}, asked.body, now
    )
    assert not verified(secret, headers, asked.body, now + 301)
    assert not verified(secret, headers, asked.body + b" ", now)
    assert not verified("another", headers, asked.body, now)
    assert not verified(secret, headers | {"webhook-id": "monitord-x-1"}, asked.body, now)
    assert not verified(secret, headers | {"webhook-timestamp": str(int(now) + 1)}, asked.body, now)
    assert not verified(secret, headers | {"webhook-signature": "v1,ế"}, asked.body, now)
    assert not verified(secret, {}, asked.body, now)


def test_the_receiver_s_page_shows_settings_that_load(tmp_path: Path) -> None:
    page = (REPOSITORY / "docs" / "webhook.md").read_text("utf-8")
    (shown,) = re.findall(r"(?ms)^```yaml\n(.*?)^```", page)
    settings = loaded(written(tmp_path / "c", SMALL + shown), SECRETS | {"MONITORD_SECRET_WEBHOOK": SECRET})
    assert settings.channels["webhook"].secrets["secret"].reveal() == SECRET


# --- what an answer means -------------------------------------------------------------------------------------------

MINUTE, NOTHING = timedelta(minutes=1), None
ANSWERS: dict[int, tuple[str, str, timedelta | None]] = {
    200: ("accepted", "fine", NOTHING),
    204: ("accepted", "fine", NOTHING),
    301: ("not_sent", "rejected", MINUTE),
    302: ("not_sent", "rejected", MINUTE),
    303: ("uncertain", "bad_answer", MINUTE),
    304: ("not_sent", "rejected", MINUTE),
    400: ("not_sent", "rejected", MINUTE),
    401: ("not_sent", "rejected", MINUTE),
    403: ("not_sent", "rejected", MINUTE),
    404: ("not_sent", "rejected", MINUTE),
    405: ("not_sent", "rejected", MINUTE),
    408: ("not_sent", "timed_out", NOTHING),
    410: ("permanent", "blocked", NOTHING),
    413: ("permanent", "bad_request", NOTHING),
    414: ("permanent", "bad_request", NOTHING),
    422: ("not_sent", "rejected", MINUTE),
    429: ("not_sent", "rate_limited", NOTHING),
    500: ("uncertain", "server_error", NOTHING),
    502: ("uncertain", "server_error", NOTHING),
    503: ("uncertain", "server_error", NOTHING),
    599: ("uncertain", "server_error", NOTHING),
    999: ("uncertain", "server_error", NOTHING),
}


@pytest.mark.parametrize("status", ANSWERS)
async def test_a_status_says_what_became_of_the_message(status: int) -> None:
    outcome = await told(Reply(status, b"" if status in (204, 304) else b"hoi \x1b[31m" * 50))
    assert (*came_to(outcome), outcome.retry_in) == ANSWERS[status]
    assert (outcome.accepted_at is not None) is (outcome.delivery is Delivery.ACCEPTED)
    assert "hoi" not in outcome.detail
    assert outcome.delivery is Delivery.ACCEPTED or str(status) in outcome.detail


WAITS = {
    "30": timedelta(seconds=30),
    "0": timedelta(seconds=1),
    "999999999": LONGEST_WAIT,
    "Sat, 14 Feb 2026 20:01:30 GMT": timedelta(seconds=90),
    "Sat, 14 Feb 2026 19:00:00 GMT": timedelta(seconds=1),
    "Sat, 14 Feb 2026 20:02:00": timedelta(seconds=120),
    "Fri, 31 Dec 9999 23:59:59 -2359": LONGEST_WAIT,
    "9999999999": None,
    "-5": None,
    "1e3": None,
    "٣": None,
    "soon": None,
    "": None,
}


@pytest.mark.parametrize("given", WAITS)
def test_how_long_to_wait_is_read_in_both_its_forms_and_bounded(given: str) -> None:
    assert retry_after({"Retry-After": given}, START) == WAITS[given]


async def test_a_wait_that_was_asked_for_is_kept() -> None:
    for status, cause in ((429, DeliveryCause.RATE_LIMITED), (503, DeliveryCause.SERVER_ERROR)):
        for given in ("90", "Sat, 14 Feb 2026 20:01:30 GMT"):
            outcome = await told(Reply(status, headers={"Retry-After": given}))
            assert (outcome.cause, outcome.retry_in) == (cause, timedelta(seconds=90))


async def test_a_redirect_is_not_followed_and_only_its_host_is_told() -> None:
    async with serving(Reply(200)) as there:
        outcome = await told(Reply(302, headers={"Location": f"{there.url}?token=s3cret"}))
        assert there.asked == []
    assert came_to(outcome) == ("not_sent", "rejected")
    assert "127.0.0.1" in outcome.detail
    assert "s3cret" not in outcome.detail
    for hostile in ("http://[", "/x", "//\x1b[31m" + "y" * 5000):
        assert len((await told(Reply(302, headers={"Location": hostile}))).detail) <= 200


# --- what happens on the way ----------------------------------------------------------------------------------------

FAULTS: dict[Fault, tuple[str, str]] = {
    Fault.DEAF: ("uncertain", "timed_out"),
    Fault.SILENT: ("uncertain", "timed_out"),
    Fault.DRIPS: ("uncertain", "timed_out"),
    Fault.CLOSES: ("uncertain", "connection_lost"),
    Fault.RESETS: ("uncertain", "connection_lost"),
    Fault.ENDLESS: ("accepted", "fine"),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_what_went_out_and_was_not_answered_is_uncertain(fault: Fault) -> None:
    http = HttpClient(read=0.3, head=0.6)
    async with serving(Reply(200)) as server, channel_to(server.url, http) as channel:
        server.fault = fault
        assert came_to(await channel.deliver(WHOLE)) == FAULTS[fault]


RAW: dict[str, tuple[bytes, tuple[str, str]]] = {
    "not HTTP": (b"SSH-2.0-x\r\n\r\n", ("uncertain", "bad_answer")),
    "no status": (b"HTTP/1.1 abc\r\n\r\n", ("uncertain", "bad_answer")),
    "a huge head": (b"HTTP/1.1 200 OK\r\nA: " + b"b" * 300_000 + b"\r\n\r\n", ("uncertain", "bad_answer")),
    "half a head": (b"HTTP/1.1 200 OK\r\nA: ", ("uncertain", "connection_lost")),
    "half a body": (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123", ("accepted", "fine")),
    "a broken chunk": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", ("accepted", "fine")),
    "packed against our will": (
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nxxxx",
        ("accepted", "fine"),
    ),
    "another protocol": (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", ("uncertain", "bad_answer")),
}


@pytest.mark.parametrize("case", RAW)
async def test_a_garbled_answer_is_never_taken_for_a_refusal(case: str) -> None:
    raw, expected = RAW[case]
    assert came_to(await told(Reply(raw=raw))) == expected


async def test_an_answer_is_cut_at_its_limit() -> None:
    async with serving(Reply(200)) as server:
        server.fault = Fault.ENDLESS
        http = HttpClient()
        http.start()
        answer = await http.ask(Request("POST", server.url, {}))
        await http.stop()
    assert isinstance(answer, Answer)
    assert (answer.status, len(answer.body)) == (200, LARGEST)
    assert server.poured < 16 * LARGEST


async def test_no_connection_is_surely_not_sent() -> None:
    async with HttpServer(lambda asked: Reply(200)) as server, channel_to(server.url) as channel:
        await server.go_away()
        assert came_to(await channel.deliver(WHOLE)) == ("not_sent", "connect")
    async with channel_to("https://does-not-exist.invalid/x") as channel:
        assert came_to(await channel.deliver(WHOLE)) == ("not_sent", "connect")
    async with channel_to(f"https://{'a' * 64}.invalid/x") as channel:
        assert (await channel.deliver(WHOLE)).delivery is Delivery.NOT_SENT


async def test_a_handshake_that_hangs_or_is_none_is_surely_not_sent() -> None:
    http = HttpClient(connect=0.3)
    async with serving(Reply(200)) as server, channel_to(server.url.replace("http:", "https:"), http) as channel:
        # A server without TLS waits for the end of the headers.
        assert came_to(await channel.deliver(WHOLE)) == ("not_sent", "connect")
        assert server.asked == []

    async def greets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")

    plain = await asyncio.start_server(greets, "127.0.0.1", 0)
    url = f"https://127.0.0.1:{plain.sockets[0].getsockname()[1]}/"
    async with plain, channel_to(url, HttpClient(connect=2.0)) as channel:
        assert came_to(await channel.deliver(WHOLE)) == ("not_sent", "connect")


def tls_of(ca: trustme.CA, *names: str, ended: bool = False) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    past = datetime.datetime(2008, 1, 2, tzinfo=UTC)
    leaf = ca.issue_cert(*names, not_after=past) if ended else ca.issue_cert(*names)
    leaf.configure_cert(context)
    return context


CERTIFICATES: dict[str, tuple[str, bool, bool, tuple[str, str]]] = {
    "of one's own authority": ("127.0.0.1", True, False, ("accepted", "fine")),
    "of an authority nobody knows": ("127.0.0.1", False, False, ("not_sent", "certificate")),
    "of another name": ("other.example", True, False, ("not_sent", "certificate")),
    "that has ended": ("127.0.0.1", True, True, ("not_sent", "certificate")),
}


@pytest.mark.parametrize("case", CERTIFICATES)
async def test_a_certificate_is_verified(case: str, tmp_path: Path) -> None:
    name, trusted, ended, expected = CERTIFICATES[case]
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    http = HttpClient(str(tmp_path / "ca.pem") if trusted else None)
    async with serving(Reply(200), tls_of(ca, name, ended=ended)) as server, channel_to(server.url, http) as channel:
        outcome = await channel.deliver(WHOLE)
    assert came_to(outcome) == expected
    assert outcome.detail.startswith("certificate: ") is (expected[1] == "certificate")
    assert len(server.asked) == (expected[1] == "fine")


async def test_authorities_that_cannot_be_read_are_told_and_read_again(tmp_path: Path) -> None:
    ca = trustme.CA()
    file = tmp_path / "ca.pem"
    async with (
        serving(Reply(200), tls_of(ca, "127.0.0.1")) as server,
        channel_to(server.url, HttpClient(str(file))) as channel,
    ):
        missing = await channel.deliver(WHOLE)
        file.write_text("no certificate")
        broken = await channel.deliver(WHOLE)
        ca.cert_pem.write_to_path(str(file))
        assert came_to(await channel.deliver(WHOLE)) == ("accepted", "fine")
    for outcome in (missing, broken):
        assert (*came_to(outcome), outcome.retry_in) == ("not_sent", "not_configured", MINUTE)
    assert "No such file" in missing.detail


# --- manners --------------------------------------------------------------------------------------------------------


async def test_nothing_of_the_environment_and_nothing_of_an_answer_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/")
    reply = Reply(200, headers={"Set-Cookie": "session=x; Path=/", "Connection": "keep-alive"})
    async with serving(reply) as server, channel_to(server.url) as channel:
        assert [came_to(await channel.deliver(WHOLE)) for _ in range(2)] == [("accepted", "fine")] * 2
    for asked in server.asked:
        assert "cookie" not in asked.headers
        assert (asked.headers["accept-encoding"], asked.headers["user-agent"]) == ("identity", "monitord")


async def test_many_at_once_are_all_delivered() -> None:
    taken: list[str] = []

    def receive(asked: Asked) -> Reply:
        taken.append(json.loads(asked.body)["data"]["to"])
        return Reply(204)

    async with HttpServer(receive) as server, channel_to(server.url) as channel:
        outcomes = await asyncio.gather(*(channel.deliver(Message(n, f"p{n}", TEXT)) for n in range(40)))
    assert {came_to(outcome) for outcome in outcomes} == {("accepted", "fine")}
    assert sorted(taken) == sorted(f"p{n}" for n in range(40))


async def test_neither_the_address_nor_what_is_sent_stands_in_a_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with serving(Reply(200)) as server, channel_to(f"{server.url}/hook-0f3a") as channel:
        await channel.deliver(WHOLE)
        await server.go_away()
        outcome = await channel.deliver(WHOLE)
    said = caplog.text + repr(outcome) + repr(channel)
    assert [word for word in ("hook-0f3a", "OLT", "v1,", SECRET) if word in said] == []


async def test_what_is_weak_in_the_settings_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    channel = WebhookChannel("http://127.0.0.1/", Secret("short"), DESK, SystemClock(), HttpClient())
    for _ in range(2):
        await channel.start()
    await channel.stop()
    assert [record.getMessage() for record in caplog.records] == [
        "webhook: the secret is shorter than 24 bytes",
        "webhook: over plain HTTP whoever is on the way can read the messages",
    ]


# --- settings -------------------------------------------------------------------------------------------------------

SECTION = "webhook: {url: https://su-co.example.vn/monitord, secret: {secret: webhook}}\n"


def test_its_section_makes_the_channel_and_no_section_makes_none(tmp_path: Path) -> None:
    given = SECRETS | {"MONITORD_SECRET_WEBHOOK": SECRET}
    settings = loaded(written(tmp_path / "with", SMALL + SECTION), given)
    made = CHANNEL.make(settings, SystemClock())
    assert isinstance(made, WebhookChannel)
    assert SECRET not in repr(settings.channels)
    assert CHANNEL.make(loaded(written(tmp_path / "without")), SystemClock()) is None


def test_a_mistake_in_its_section_is_told_at_its_place(tmp_path: Path) -> None:
    wrong = "webhook:\n  url: ftp://x/\n  secrets: {secret: webhook}\n  ca_file: ca.pem\n"
    at = len(SMALL.splitlines())
    assert mistakes(written(tmp_path / "c", SMALL + wrong)) == [
        f"small.yaml:{at + 2}:3: `secret` is missing",
        f"small.yaml:{at + 2}:8: `url` must begin with https:// or http:// and name a host",
        f"small.yaml:{at + 3}:3: unknown key `secrets`; did you mean `secret`?",
        f"small.yaml:{at + 4}:12: `ca_file` must be a path that begins with `/`",
    ]
