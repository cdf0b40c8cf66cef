"""The pages over real HTTP: what people see, what machines ask, and what is refused."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import NoReturn

import pytest
import requests
from starlette.types import ASGIApp, Receive, Scope, Send

from monitord.domain.health import Health
from monitord.domain.notice import NoticeState
from monitord.store.tx import Tx
from monitord.texts import pick
from monitord.web.app import make_app
from monitord.web.door import NotLoopback
from monitord.web.picture import Read
from monitord.web.server import AddressTaken, WebServer
from tests.support.clock import ManualClock
from tests.web.province import HOSTILE, NOW, empty_database, opened, reader, see, settings, told, write

pytestmark = pytest.mark.slow

WORDS = pick("vi")


@dataclass
class Place:
    """A served desk whose parts a test may take away."""

    path: Path
    read: Read
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW))
    stale: Callable[[], tuple[str, ...]] = tuple
    metrics: Callable[[], bytes] = lambda: b"# HELP monitord_x x\nmonitord_x 1\n"
    ready: bool = True
    port: int = 0

    async def get(self, path: str = "/", method: str = "GET", **more: object) -> requests.Response:
        def ask() -> requests.Response:
            with requests.Session() as session:
                session.trust_env = False
                url = f"http://127.0.0.1:{self.port}{path}"
                return session.request(method, url, timeout=20, allow_redirects=False, **more)  # type: ignore[arg-type]

        return await asyncio.to_thread(ask)

    async def ages(self) -> None:
        """Let a second go by, so that no picture is shared with the one before."""
        await self.clock.advance(1)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    path = empty_database(tmp_path / "monitord.db")
    here = Place(path, reader(path))
    app = make_app(
        read=lambda: here.read(),
        settings=lambda: settings(tmp_path),
        words=lambda: WORDS,
        clock=here.clock,
        metrics=lambda: here.metrics(),
        stale=lambda: here.stale(),
        ready=lambda: here.ready,
    )
    server = WebServer(app, "127.0.0.1", 0)
    await server.start()
    here.port = server.port
    yield here
    await server.stop()


def _story(tx: Tx) -> None:
    see(tx, "rt/agent", Health.DOWN, detail=HOSTILE)
    incident = opened(tx, "rt/agent", 14, detail=HOSTILE)
    told(tx, incident, "an", NoticeState.SENT)


def _broken() -> NoReturn:
    raise RuntimeError("secret")


class _Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


async def test_the_page_says_in_vietnamese_what_runs_and_who_was_told(place: Place) -> None:
    write(place.path, _story)
    answer = await place.get()

    assert answer.status_code == 200
    assert '<html lang="vi">' in answer.text
    for words in ("Bàn trực thử", "SC-0602-014", "Bộ định tuyến A", "mất liên lạc", "Nguyễn Văn An", "Đài A"):
        assert words in answer.text


async def test_hostile_strings_are_shown_and_never_obeyed(place: Place) -> None:
    write(place.path, _story)
    text = (await place.get()).text
    tags = _Tags(text)

    assert "&lt;img src=x onerror=&#34;alert(1)&#34;&gt;" in text
    assert "{{ 7*7 }}" in text
    assert not {"img", "iframe", "style"} & {tag for tag, _ in tags.tags}
    assert "\u202e" not in text
    assert "\x1b" not in text


async def test_the_page_needs_no_inline_script_or_style_and_nothing_from_outside(place: Place) -> None:
    answer = await place.get()
    for tag, attributes in _Tags(answer.text).tags:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], tag
        assert tag != "script" or attributes.get("src", "").startswith("/static/")  # type: ignore[union-attr]
        for name in ("src", "href"):
            assert (attributes.get(name) or "/").startswith(("/", "#"))
    own = [attributes[n] for _, attributes in _Tags(answer.text).tags for n in ("src", "href") if n in attributes]
    for path in {p for p in own if p and p.startswith("/static/")}:
        assert (await place.get(path)).status_code == 200, path


async def test_every_answer_carries_the_headers_that_keep_strangers_out(place: Place) -> None:
    for path in ("/", "/board", "/metrics", "/healthz", "/nowhere", "/static/desk.css"):
        headers = (await place.get(path)).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'self'; frame-ancestors 'none'")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"
        assert "Server" not in headers


async def test_a_browser_that_has_seen_everything_gets_only_the_sign_of_life(place: Place) -> None:
    write(place.path, _story)
    page = (await place.get()).text
    seen = dict(re.findall(r'class="seen" name="(\w+)" value="(\w+)"', page))
    await place.ages()
    nothing_new = (await place.get("/board", params=seen)).text
    write(place.path, lambda tx: see(tx, "ups/agent", Health.DEGRADED))
    await place.ages()
    something_new = (await place.get("/board", params=seen)).text

    assert "03:07:01" in nothing_new
    assert "hx-swap-oob" not in nothing_new
    assert re.findall(r'id="(\w+)" class="part', something_new) == ["headline", "targets"]


async def test_metrics_are_answered_at_their_own_path(place: Place) -> None:
    answer = await place.get("/metrics")

    assert (answer.status_code, answer.content) == (200, place.metrics())
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert (await place.get("/metrics/")).status_code == 404


async def test_health_names_the_parts_that_are_stale(place: Place) -> None:
    well = await place.get("/healthz")
    place.stale = lambda: ("desk", "looker")
    ill = await place.get("/healthz")

    assert (well.status_code, well.json()) == (200, {"ok": True, "stale": []})
    assert (ill.status_code, ill.json()) == (503, {"ok": False, "stale": ["desk", "looker"]})


async def test_readiness_follows_the_first_round(place: Place) -> None:
    assert (await place.get("/readyz")).status_code == 200
    place.ready = False
    assert (await place.get("/readyz")).status_code == 503


async def test_vital_signs_that_cannot_be_read_are_no_health(place: Place) -> None:
    place.stale = _broken
    answer = await place.get("/healthz")

    assert answer.status_code == 503
    assert "Traceback" not in answer.text


async def test_a_name_that_was_made_to_point_here_is_refused(place: Place) -> None:
    for host in ("evil.example", "evil.example:8080", "10.0.0.1", ""):
        answer = await place.get(headers={"Host": host})

        assert answer.status_code == 421
        assert "Bàn trực" not in answer.text


async def test_only_reading_is_let_in(place: Place) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        for path in ("/", "/board", "/nowhere"):
            answer = await place.get(path, method)

            assert answer.status_code == 405
            assert answer.headers["Allow"] == "GET, HEAD"


async def test_nothing_beside_the_static_files_is_given_out(place: Place) -> None:
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static/"):
        assert (await place.get(path)).status_code in {404, 405}


async def test_a_database_that_is_not_there_is_said_in_words(place: Place, tmp_path: Path) -> None:
    place.read = reader(tmp_path / "nowhere" / "monitord.db")
    page, part = await place.get(), await place.get("/board")

    assert (page.status_code, part.status_code) == (503, 503)
    assert WORDS.page["no_database"] in page.text
    assert part.text == WORDS.page["no_database"]
    assert "Traceback" not in page.text + part.text


async def test_the_last_picture_stays_and_is_called_old_when_the_database_goes(place: Place, tmp_path: Path) -> None:
    write(place.path, _story)
    await place.get()
    place.read = reader(tmp_path / "nowhere" / "monitord.db")
    await place.ages()
    page = await place.get()

    assert page.status_code == 503
    assert "SC-0602-014" in page.text
    assert WORDS.page["old_picture"] in page.text
    assert re.search(r'id="away"[^>]*role="alert">', page.text)
    assert "03:07:00" in page.text


async def test_the_page_comes_back_with_the_database(place: Place, tmp_path: Path) -> None:
    whole = place.read
    place.read = reader(tmp_path / "nowhere" / "monitord.db")
    away = await place.get("/board")
    place.read = whole
    await place.ages()

    assert [away.status_code, (await place.get("/board")).status_code] == [503, 200]


async def test_a_mistake_of_ours_shows_no_traceback_and_the_server_goes_on(place: Place) -> None:
    place.metrics = _broken
    answer = await place.get("/metrics")

    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert (await place.get("/healthz")).status_code == 200


async def test_strange_questions_get_plain_answers(place: Place) -> None:
    for path in ("/board?log=%ff%00&headline=" + "x" * 4000, "/%00", "/board?" + "&".join("a=1" for _ in range(500))):
        assert (await place.get(path)).status_code in {200, 400, 404}


async def test_another_address_than_loopback_is_not_served() -> None:
    with pytest.raises(NotLoopback):
        WebServer(make_nothing(), "0.0.0.0", 0)


async def test_a_port_in_use_is_a_clear_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(AddressTaken, match=f"127.0.0.1:{port} is in use"):
            await WebServer(make_nothing(), "127.0.0.1", port).start()


async def test_stopping_does_not_wait_for_a_browser_that_keeps_its_connection() -> None:
    server = WebServer(make_nothing(), "127.0.0.1", 0)
    await server.start()
    reading, writing = await asyncio.open_connection("127.0.0.1", server.port)
    writing.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert (await reading.readline()).startswith(b"HTTP/1.1 200")
    _, sending = await asyncio.open_connection("127.0.0.1", server.port)
    sending.write(b"GET / HTTP/1.1\r\nHo")

    async with asyncio.timeout(2):
        await server.stop()
        await server.stop()
    assert await reading.read() is not None
    for writer in (writing, sending):
        writer.close()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", server.port), timeout=1)


async def test_stopping_cuts_off_an_answer_that_does_not_end() -> None:
    begun = asyncio.Event()

    async def hangs(scope: Scope, receive: Receive, send: Send) -> None:
        begun.set()
        await asyncio.Event().wait()

    server = WebServer(hangs, "127.0.0.1", 0)
    await server.start()
    _, writing = await asyncio.open_connection("127.0.0.1", server.port)
    writing.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    async with asyncio.timeout(4):
        await begun.wait()
        await server.stop()
    writing.close()


def make_nothing() -> ASGIApp:
    """Return an app that answers everything with nothing."""

    async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    return nothing
