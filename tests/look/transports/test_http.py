"""Pages against servers that answer byte for byte what a case wants; ids of black-box cases stand beside the tests."""

import asyncio
import datetime
import gzip
import logging
import ssl
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
import trustme

from monitord.clock import SystemClock
from monitord.domain.health import Cause
from monitord.domain.looking import PageRequest, PageSight, Reach, Sight
from monitord.look.transports.http import PageLooker, same_place, shown
from monitord.look.transports.http_line import MAX_BODY

Serving = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(serve: Serving, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError, asyncio.LimitOverrunError):
            await serve(reader, writer)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(one, "127.0.0.1", 0, ssl=tls, limit=1 << 20)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def fixed(answer: bytes) -> Serving:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)

    return serve


def page(status: str = "200 OK", body: bytes = b"", *headers: str) -> bytes:
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers])
    return head.encode() + b"\r\n\r\n" + body


def dripping(first: bytes, drop: bytes) -> Serving:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while not writer.is_closing():
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(0.02)

    return serve


async def hanging(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


@pytest.fixture
def looker() -> PageLooker:
    return PageLooker(SystemClock())


def whole(sight: Sight) -> PageSight:
    assert sight.reach is Reach.ANSWERED, sight
    assert sight.page is not None
    return sight.page


async def test_a_page_is_seen_with_status_headers_and_body(looker: PageLooker) -> None:
    body = "Bưu điện tỉnh Thanh Hóa".encode()
    async with serving(fixed(page("200 OK", body, "Content-Type: text/html; charset=utf-8"))) as port:
        sight = await looker.look(PageRequest(f"http://127.0.0.1:{port}/a?b=c"), 2.0)
    seen = whole(sight)
    assert 0 <= SystemClock().boot() - (sight.mono or 0) < 60, "by a clock that nobody sets"
    assert (seen.status, seen.body, seen.fault, seen.truncated) == (200, body, None, False)
    assert ("Content-Type", "text/html; charset=utf-8") in seen.headers


SLOW: dict[str, tuple[Serving, Reach]] = {
    "drip-body": (dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"x"), Reach.ANSWERED),
    "body-endless-drip": (dripping(b"HTTP/1.1 200 OK\r\n\r\n", b"x"), Reach.ANSWERED),
    "drip-chunks": (dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"), Reach.ANSWERED),
    "drip-header": (dripping(b"HTTP/1.1 200 OK\r\nX-A: ", b"x"), Reach.SILENT),
    "drip-100-continue": (dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), Reach.SILENT),
    "never-answers": (hanging, Reach.SILENT),
}


@pytest.mark.parametrize("case", SLOW)
async def test_a_slow_server_is_cut_at_the_total_deadline(looker: PageLooker, case: str) -> None:
    serve, reach = SLOW[case]
    async with serving(serve) as port:
        begun = time.monotonic()
        sight = await looker.look(PageRequest(f"http://127.0.0.1:{port}/"), 0.25)
        lasted = time.monotonic() - begun
    assert 0.2 < lasted < 0.45
    assert (sight.reach, sight.cause) == (reach, Cause.TIMED_OUT)
    if reach is Reach.ANSWERED:
        assert sight.page is not None
        assert (sight.page.status, sight.page.fault) == (200, Cause.TIMED_OUT)


async def test_a_handshake_that_hangs_is_cut_too(looker: PageLooker) -> None:
    async with serving(hanging) as port:
        begun = time.monotonic()
        sight = await looker.look(PageRequest(f"https://127.0.0.1:{port}/"), 0.25)
        assert time.monotonic() - begun < 0.45
    assert (sight.reach, sight.cause) == (Reach.SILENT, Cause.TIMED_OUT)


async def test_no_thread_is_left_behind_by_cut_exchanges(looker: PageLooker) -> None:
    async with serving(hanging) as port:
        await asyncio.gather(*(looker.look(PageRequest(f"http://127.0.0.1:{port}/"), 0.2) for _ in range(10)))
    assert looker.stuck == 0


WRONG: dict[str, tuple[bytes, Reach]] = {
    "not-http": (b"SSH-2.0-x\r\n\r\n", Reach.GARBLED),
    "status-line-garbage": (b"HTTP/1.1 abc\r\n\r\n", Reach.GARBLED),
    "closes-at-once": (b"", Reach.GARBLED),
    "two-content-lengths": (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", Reach.GARBLED),
    "huge-header": (b"HTTP/1.1 200 OK\r\nA: " + b"b" * 1_000_000 + b"\r\n\r\n", Reach.GARBLED),
    "huge-header-count": (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 2000 + b"\r\n", Reach.GARBLED),
    "content-length-short": (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789", Reach.ANSWERED),
    "bad-chunk": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello", Reach.ANSWERED),
    "gzip-broken": (page("200 OK", b"hello", "Content-Encoding: gzip"), Reach.ANSWERED),
}


@pytest.mark.parametrize("case", WRONG)
async def test_what_is_not_proper_http_is_named_so(looker: PageLooker, case: str) -> None:
    answer, reach = WRONG[case]
    async with serving(fixed(answer)) as port:
        sight = await looker.look(PageRequest(f"http://127.0.0.1:{port}/"), 2.0)
    assert (sight.reach, sight.cause) == (reach, Cause.HTTP_PROTOCOL)
    assert sight.page is not None
    assert sight.page.fault is Cause.HTTP_PROTOCOL
    assert sight.detail


async def test_gzip_body_text_is_unpacked(looker: PageLooker) -> None:
    async with serving(fixed(page("200 OK", gzip.compress(b"hello"), "Content-Encoding: gzip"))) as port:
        assert whole(await looker.look(PageRequest(f"http://127.0.0.1:{port}/"), 2.0)).body == b"hello"


async def test_gzip_bomb_is_cut_at_the_limit(looker: PageLooker) -> None:
    bomb = gzip.compress(b"0" * 20_000_000)
    async with serving(fixed(page("200 OK", bomb, "Content-Encoding: gzip"))) as port:
        seen = whole(await looker.look(PageRequest(f"http://127.0.0.1:{port}/"), 5.0))
    assert (len(seen.body), seen.truncated, seen.fault) == (MAX_BODY, True, None)


async def test_unknown_encoding_is_left_as_it_is(looker: PageLooker) -> None:
    async with serving(fixed(page("200 OK", b"hello", "Content-Encoding: xxx"))) as port:
        assert whole(await looker.look(PageRequest(f"http://127.0.0.1:{port}/"), 2.0)).fault is None


async def test_body_endless_is_cut_at_the_limit(looker: PageLooker) -> None:
    async with serving(dripping(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 100_000)) as port:
        seen = whole(await looker.look(PageRequest(f"http://127.0.0.1:{port}/"), 5.0))
    assert (len(seen.body), seen.truncated, seen.fault) == (MAX_BODY, True, None)


async def test_chunked_text_may_span_the_chunks(looker: PageLooker) -> None:
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nBun\r\n4\r\n die\r\n1\r\nn\r\n0\r\n\r\n"
    async with serving(fixed(answer)) as port:
        assert whole(await looker.look(PageRequest(f"http://127.0.0.1:{port}/"), 2.0)).body == b"Bun dien"


def by_path(answers: Callable[[str, int], bytes], seen: list[str]) -> Serving:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        seen.append(head)
        writer.write(answers(head.split()[1], writer.get_extra_info("sockname")[1]))

    return serve


def moved(where: str) -> bytes:
    return page("302 Found", b"", f"Location: {where}")


REDIRECTS: dict[str, tuple[Callable[[str, int], bytes], int, Cause | None, int | None, int]] = {
    "redirect-followed": (
        lambda path, port: page() if path == "/x" else moved(f"http://127.0.0.1:{port}/x"),
        3,
        None,
        200,
        1,
    ),
    "redirect-relative": (lambda path, port: page() if path == "/x" else moved("/x"), 3, None, 200, 1),
    "redirect-not-followed": (lambda path, port: moved("/x"), 0, None, 302, 0),
    "redirect-to-self": (lambda path, port: moved("/"), 3, Cause.REDIRECT, 302, 3),
    "redirect-loop": (lambda path, port: moved(path + "a"), 10, Cause.REDIRECT, 302, 10),
    "redirect-to-other-scheme": (lambda path, port: moved("file:///etc/passwd"), 3, Cause.REDIRECT, 302, 0),
    "redirect-to-ftp": (lambda path, port: moved("ftp://127.0.0.1/x"), 3, Cause.REDIRECT, 302, 0),
    "redirect-to-other-host": (lambda path, port: moved(f"http://127.0.0.2:{port}/"), 3, Cause.REDIRECT, 302, 0),
    "redirect-to-other-port": (lambda path, port: moved("http://127.0.0.1:9/"), 3, Cause.REDIRECT, 302, 0),
    "redirect-drops-credentials": (lambda path, port: moved("http://127.0.0.1:9/"), 3, Cause.REDIRECT, 302, 0),
    "redirect-metadata": (lambda path, port: moved("http://169.254.169.254/x"), 3, Cause.REDIRECT, 302, 0),
}


@pytest.mark.parametrize("case", REDIRECTS)
async def test_redirects_are_followed_in_one_place_only(looker: PageLooker, case: str) -> None:
    answers, follow, fault, status, hops = REDIRECTS[case]
    asked: list[str] = []
    async with serving(by_path(answers, asked)) as port:
        sight = await looker.look(PageRequest(f"http://u:s3cret@127.0.0.1:{port}/", follow=follow), 3.0)
    seen = whole(sight)
    assert (seen.fault, seen.status, seen.redirects) == (fault, status, hops)
    assert len(asked) == hops + 1
    assert "s3cret" not in repr(sight)


async def test_the_server_sees_the_headers_that_were_set(looker: PageLooker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cases custom-headers, host-header-port, proxy-env: and nothing of the environment."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/")
    asked: list[str] = []
    async with serving(by_path(lambda path, port: page(), asked)) as port:
        await looker.look(PageRequest(f"http://127.0.0.1:{port}/"), 2.0)
        assert f"Host: 127.0.0.1:{port}\r\n" in asked[0]
        assert "Accept-Encoding: identity\r\n" in asked[0]
        headers = (("Host", "portal.vn"), ("User-Agent", "may"), ("Accept-Language", "vi"))
        assert whole(await looker.look(PageRequest(f"http://127.0.0.1:{port}/", headers=headers), 2.0)).status == 200
    for name, value in headers:
        assert asked[1].count(f"{name}: {value}\r\n") == 1


@pytest.mark.parametrize("method", ["POST", "HEAD", "DELETE"], ids=["method-post", "method-head", "method-405"])
async def test_the_method_is_the_one_asked_for(looker: PageLooker, method: str) -> None:
    asked: list[str] = []
    async with serving(by_path(lambda path, port: page("405 Method Not Allowed"), asked)) as port:
        seen = whole(await looker.look(PageRequest(f"http://127.0.0.1:{port}/", method), 2.0))
    assert seen.status == 405
    assert asked[0].startswith(method + " ")


async def test_a_closed_port_is_refused(looker: PageLooker) -> None:
    async with serving(hanging) as port:
        pass
    sight = await looker.look(PageRequest(f"http://127.0.0.1:{port}/"), 2.0)
    assert (sight.reach, sight.cause, sight.page) == (Reach.REFUSED, Cause.REFUSED, None)


async def test_a_name_that_is_not_found_means_nobody_looked(looker: PageLooker) -> None:
    """Case dns-fails."""
    sight = await looker.look(PageRequest("http://does-not-exist.invalid/"), 2.0)
    assert (sight.reach, sight.cause) == (Reach.NOT_LOOKED, Cause.NAME_NOT_RESOLVED)


async def test_when_every_worker_is_busy_a_page_is_not_looked_at() -> None:
    looker = PageLooker(SystemClock(), workers=2)
    async with serving(hanging) as port:
        held = [asyncio.create_task(looker.look(PageRequest(f"http://127.0.0.1:{port}/"), 3.0)) for _ in range(2)]
        await asyncio.sleep(0)
        third = await looker.look(PageRequest(f"http://127.0.0.1:{port}/"), 0.2)
        looker.close()
        cut = await asyncio.gather(*held)
    assert (third.reach, third.cause) == (Reach.NOT_LOOKED, Cause.NOT_LOOKED)
    assert {sight.reach for sight in cut} == {Reach.SILENT}


def tls_of(ca: trustme.CA, *names: str, ended: bool = False) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    past = datetime.datetime(2008, 1, 2, tzinfo=datetime.UTC)
    leaf = ca.issue_cert(*names, not_after=past) if ended else ca.issue_cert(*names)
    leaf.configure_cert(context)
    return context


CERTIFICATES = {
    "tls-own-ca": (("localhost", "127.0.0.1"), True, False, None),
    "tls-self-signed": (("127.0.0.1",), False, False, Cause.TLS),
    "tls-wrong-name": (("other.example",), True, False, Cause.TLS),
    "tls-expired": (("127.0.0.1",), True, True, Cause.TLS),
}


@pytest.mark.parametrize("case", CERTIFICATES)
async def test_a_certificate_s_fault_is_named(case: str, tmp_path: Path) -> None:
    names, trusted, ended, fault = CERTIFICATES[case]
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    looker = PageLooker(SystemClock(), ca_file=str(tmp_path / "ca.pem") if trusted else None)
    async with serving(fixed(page()), tls_of(ca, *names, ended=ended)) as port:
        sight = await looker.look(PageRequest(f"https://127.0.0.1:{port}/"), 3.0)
        unchecked = await looker.look(PageRequest(f"https://127.0.0.1:{port}/", verify_tls=False), 3.0)
    assert whole(sight).fault is fault
    assert (fault is None) or sight.detail.startswith("certificate:")
    assert whole(unchecked).status == 200


async def test_plain_http_on_a_tls_port_is_a_fault_of_tls(looker: PageLooker) -> None:
    """Case tls-not-tls."""
    async with serving(dripping(b"HTTP/1.1 400 Bad Request\r\n\r\n", b"")) as port:
        sight = await looker.look(PageRequest(f"https://127.0.0.1:{port}/"), 2.0)
    assert whole(sight).fault is Cause.TLS


async def test_credentials_of_a_url_are_used_and_never_shown(
    looker: PageLooker, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    asked: list[str] = []
    async with serving(by_path(lambda path, port: page(), asked)) as port:
        sight = await looker.look(PageRequest(f"http://truc:s3cret@127.0.0.1:{port}/x"), 2.0)
    assert "Authorization: Basic " in asked[0]
    refused = await looker.look(PageRequest(f"http://truc:s3cret@127.0.0.1:{port}/x"), 2.0)
    assert "s3cret" not in repr(sight) + repr(refused) + caplog.text


async def test_hostile_headers_come_out_clean(looker: PageLooker) -> None:
    async with serving(fixed(page("200 OK", b"", "X-A: \x1b[31mred" + "y" * 5000))) as port:
        seen = whole(await looker.look(PageRequest(f"http://127.0.0.1:{port}/"), 2.0))
    value = dict(seen.headers)["X-A"]
    assert "\x1b" not in value
    assert len(value) <= 1024


async def test_many_looks_leave_no_threads(looker: PageLooker) -> None:
    async with serving(fixed(page("200 OK", b"x"))) as port:
        await asyncio.gather(*(looker.look(PageRequest(f"http://127.0.0.1:{port}/"), 5.0) for _ in range(60)))
    assert sum(thread.name == "page" for thread in threading.enumerate()) <= 16
    assert looker.stuck == 0


def test_same_place_and_shown() -> None:
    assert same_place("http://a/x", "http://a:80/y")
    assert not same_place("http://a/", "https://a/")
    assert not same_place("http://a/", "http://a@b/")
    assert not same_place("file:///x", "file:///x")
    assert shown("http://u:p@a/x?token=1#f") == "http://a/x"
