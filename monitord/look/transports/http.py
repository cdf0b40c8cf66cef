"""Pages by `requests`, each look on a fresh connection in a thread of its own, cut at a total deadline.

`requests` counts its time-out anew for every read, so a dripping server can hold it for ever. Here the socket is
known from before it connects, and is shut down at the deadline wherever the exchange stands: in the connect, the TLS
handshake, the headers or the body.
"""

import asyncio
import contextlib
import http.client
import ssl
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import urllib3

from monitord.clock import Clock
from monitord.domain.health import Cause
from monitord.domain.looking import PageRequest, PageSight, Reach, Sight
from monitord.domain.safe import clean
from monitord.look.transports.crew import Busy, Crew
from monitord.look.transports.http_body import Undecodable, read_body
from monitord.look.transports.http_line import Line, Phase, session_on

GRACE = 0.15
"""Seconds a cut exchange gets to say how far it came."""

MAX_HEADERS = 100
MAX_HEADER = 1024
AGENT = "monitord/0.1"

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class PageLooker:
    """Looks at pages, at most `workers` at once. `ca_file` names the authorities to trust instead of certifi's."""

    def __init__(self, clock: Clock, workers: int = 16, ca_file: str | None = None) -> None:
        self._clock = clock
        self._crew = Crew(workers, "page")
        self._ca_file = ca_file
        self._lines: set[Line] = set()

    @property
    def stuck(self) -> int:
        """Return how many threads go on although nobody waits for them any more."""
        return self._crew.stuck

    async def look(self, request: PageRequest, timeout: float) -> Sight:
        """Return what the page showed within `timeout` seconds (0.2 s more at most). Never raises for anything a
        server does.

        ANSWERED: something of the page or its certificate came; `page.fault` says what was wrong with it. SILENT,
        REFUSED, UNREACHABLE: no connection, or a connection and not a word. GARBLED: not HTTP, or closed at once.
        NOT_LOOKED: the name has no address, or no thread was free.
        """
        line = Line()
        begun = self._clock.mono()
        self._lines.add(line)
        cut = asyncio.get_running_loop().call_later(timeout, line.cut)
        try:
            await self._crew.run(lambda: _fetch(line, request, timeout, self._ca_file), timeout + GRACE)
        except TimeoutError:
            line.fail(Cause.TIMED_OUT, "")
        except Busy:
            return self._sight(begun, Reach.NOT_LOOKED, Cause.NOT_LOOKED, "every worker is held up by another page")
        except Exception as error:  # a library's surprise must not end the caller's loop
            line.fail(Cause.HTTP_PROTOCOL, type(error).__name__)
        finally:
            cut.cancel()
            line.cut()
            self._lines.discard(line)
        return self._told(line, begun)

    def close(self) -> None:
        """Cut every exchange under way."""
        for line in list(self._lines):
            line.cut()

    def _told(self, line: Line, begun: float) -> Sight:
        fault, detail = line.fault, line.detail
        page = line.page(fault)
        match line.phase:
            case Phase.WAIT:
                why = "no worker came free in time" if fault is Cause.TIMED_OUT else detail or "cannot be asked for"
                return self._sight(begun, Reach.NOT_LOOKED, Cause.NOT_LOOKED, why)
            case Phase.NAME if fault is not None:
                return self._sight(
                    begun, Reach.NOT_LOOKED, Cause.NAME_NOT_RESOLVED, detail or "no address for the name in time"
                )
            case Phase.CONNECT if fault is Cause.REFUSED:
                return self._sight(begun, Reach.REFUSED, fault, detail)
            case Phase.CONNECT if fault is Cause.UNREACHABLE:
                return self._sight(begun, Reach.UNREACHABLE, fault, detail)
            case Phase.CONNECT if fault is Cause.NOT_LOOKED:
                return self._sight(begun, Reach.NOT_LOOKED, fault, detail)
            case Phase.CONNECT if fault is not None:
                return self._sight(begun, Reach.SILENT, fault, detail or "no connection in time")
            case Phase.SHAKE | Phase.HEAD if fault is Cause.TIMED_OUT:
                return self._sight(begun, Reach.SILENT, fault, detail or "connected, but not answered in time")
            case Phase.HEAD if fault is Cause.HTTP_PROTOCOL:
                return self._sight(begun, Reach.GARBLED, fault, detail, page)
        return self._sight(begun, Reach.ANSWERED, fault, detail, page)

    def _sight(
        self, begun: float, reach: Reach, cause: Cause | None, detail: str, page: PageSight | None = None
    ) -> Sight:
        took = timedelta(seconds=max(0.0, self._clock.mono() - begun))
        return Sight(self._clock.now(), reach, took, cause, clean(detail), page=page, mono=self._clock.boot())


def _fetch(line: Line, request: PageRequest, timeout: float, ca_file: str | None) -> None:
    """Fetch the page onto `line`, following what may be followed; says what went wrong by `line.fault`."""
    url, method = request.url, request.method
    headers = {"User-Agent": AGENT, "Accept": "*/*", "Accept-Encoding": "identity", **dict(request.headers)}
    verify: bool | str = (ca_file or True) if request.verify_tls else False
    try:
        while not line.is_cut:
            line.status, line.url = None, without_credentials(url)
            with (
                session_on(line) as session,  # one for each hop: what a server left half open is not used again
                session.request(
                    method, url, headers=headers, timeout=timeout, verify=verify, stream=True, allow_redirects=False
                ) as answer,
            ):
                if line.is_cut:  # to `requests`, a socket shut down amid the headers is a page without more of them
                    raise TimeoutError
                line.phase, line.status = Phase.BODY, answer.status_code
                line.headers = tuple(
                    (clean(name, 100), clean(value, MAX_HEADER))
                    for name, value in list(answer.headers.items())[:MAX_HEADERS]
                )
                target = answer.headers.get("Location") if answer.status_code in _REDIRECTS else None
                if target is None or request.follow == 0:
                    read_body(answer, line)
                    return
            there = urljoin(url, target)
            if not same_place(url, there):
                line.fail(Cause.REDIRECT, f"leads to another place: {shown(there)}")
                return
            if line.redirects >= request.follow:
                line.fail(Cause.REDIRECT, f"more than {request.follow} redirects")
                return
            line.redirects += 1
            if answer.status_code == 303 or (answer.status_code in (301, 302) and method == "POST"):
                method = "HEAD" if method == "HEAD" else "GET"
            url = there
        line.fail(Cause.TIMED_OUT, "")
    except Exception as error:
        _name_fault(line, error)


def _name_fault(line: Line, error: Exception) -> None:
    """Put the cause of `error` on the line; what the connection found itself stands, and texts of libraries (they
    hold URLs) are not used.
    """
    if line.is_cut:
        line.fail(Cause.TIMED_OUT, "")
        return
    reason = _root(error)
    match reason:
        case _ if line.fault is not None:
            pass
        case ssl.SSLCertVerificationError():
            line.fail(Cause.TLS, f"certificate: {reason.verify_message}")
        case ssl.SSLError():
            line.fail(Cause.TLS, f"handshake: {(reason.reason or 'failed').lower().replace('_', ' ')}")
        case Undecodable():
            line.fail(Cause.HTTP_PROTOCOL, str(reason))
        case TimeoutError() | urllib3.exceptions.TimeoutError():
            line.fail(Cause.TIMED_OUT, "")
        case urllib3.exceptions.InvalidChunkLength():
            line.fail(Cause.HTTP_PROTOCOL, "broken chunk")
        case http.client.IncompleteRead():
            line.fail(Cause.HTTP_PROTOCOL, "the body ends too early")
        case _ if line.phase is Phase.SHAKE:
            line.fail(Cause.TLS, "connection closed in the handshake")
        case http.client.RemoteDisconnected():
            line.fail(Cause.HTTP_PROTOCOL, "connection closed without an answer")
        case ConnectionError():
            line.fail(Cause.HTTP_PROTOCOL, "connection broken off")
        case _:
            line.fail(Cause.HTTP_PROTOCOL, f"not proper HTTP: {type(reason).__name__}")


def _root(error: BaseException) -> BaseException:
    """Return the first error of the chain that says something definite."""
    seen: list[BaseException] = []
    at: BaseException | None = error
    while at is not None and at not in seen and len(seen) < 12:
        seen.append(at)
        if isinstance(at, ssl.SSLError | TimeoutError | Undecodable | http.client.HTTPException):
            return at
        inner = next((arg for arg in at.args if isinstance(arg, BaseException)), None)
        at = getattr(at, "reason", None) if isinstance(getattr(at, "reason", None), BaseException) else inner
        at = at or seen[-1].__cause__ or seen[-1].__context__
    return seen[-1]


def same_place(one: str, other: str) -> bool:
    """Return whether two URLs share scheme, host and port."""
    return _place(one) == _place(other) and _place(one) is not None


def _place(url: str) -> tuple[str, str, int] | None:
    with contextlib.suppress(ValueError):
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname:
            return parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
    return None


def without_credentials(url: str) -> str:
    """Return `url` without the user and password it may hold."""
    try:
        parts = urlsplit(url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    except ValueError:
        return ""


def shown(url: str) -> str:
    """Return `url` without credentials, query and fragment, cleaned and cut for people and logs."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
    except ValueError:
        return "an address that is none"
    return clean(f"{parts.scheme}://{host}{parts.path}" if host else f"{parts.scheme}:{parts.path}", 120)
