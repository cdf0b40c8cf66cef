"""HTTP as the one-way channels speak it: one bounded client, and what became of a request, answered or not."""

import asyncio
import contextlib
import logging
import secrets
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import httpx

from monitord.domain.notice import Delivery, DeliveryCause, Message, Outcome
from monitord.domain.safe import clean

CONNECT = 4.0
"""Seconds to connect, and as many for the TLS handshake."""
READ = 8.0
"""Seconds between two pieces of an answer."""
HEAD = 12.0
"""Seconds for everything up to the head of the answer."""
BODY = 2.0
"""Seconds for the body of an answer: what its status says is known by then."""
LARGEST = 64 * 1024
"""Bytes taken of one answer's body; the rest is not read."""
CONNECTIONS = 8
"""Connections at once."""
LONGEST_WAIT = timedelta(minutes=5)
"""The longest wait we let the other side order."""
REJECTED_WAIT = timedelta(seconds=60)
"""The wait after a refusal that somebody can mend: the login, the address of the endpoint, the balance."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent. Its parts may hold secrets: they are for the wire only."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `body` is what was read of it, packed or cut as it may be."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(slots=True)
class _Progress:
    """How far a request came."""

    sent: bool = False

    async def note(self, event: str, info: Mapping[str, Any]) -> None:
        """Take note of an event of httpcore's `trace` extension."""
        self.sent = self.sent or event.endswith(".send_request_headers.started")


class HttpClient:
    """Asks one endpoint. No proxy, certificate or login of the environment, no redirect followed, no cookie kept.

    Every request has a connection of its own: one that was kept may be closed by the other side at the moment it is
    used, and then nobody knows whether the request arrived. `ca_file` names the authorities to trust instead of
    certifi's. Connecting, each wait and all that comes before the head of the answer have limits, in seconds.
    """

    def __init__(
        self, ca_file: str | None = None, *, connect: float = CONNECT, read: float = READ, head: float = HEAD
    ) -> None:
        self._ca_file = ca_file
        self._head = head
        self._timeout = httpx.Timeout(read, connect=connect)
        self._client: httpx.AsyncClient | None = None
        self._making = asyncio.Lock()
        self.started = False

    def start(self) -> None:
        """Make ready; no connection and no file is opened yet.

        The loggers of the libraries are silenced below WARNING, because they print URLs and headers.
        """
        for noisy in ("httpx", "httpcore"):
            logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLogger(noisy).level))
        self.started = True

    async def stop(self) -> None:
        """Close what is open."""
        self.started = False
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def ask(self, request: Request) -> Answer | Outcome:
        """Return the answer, or what the attempt came to without one. Raises nothing but its cancellation."""
        if not self.started:
            return Outcome(Delivery.NOT_SENT, DeliveryCause.NOT_CONFIGURED, "the channel was not started")
        progress = _Progress()
        try:
            async with asyncio.timeout(self._head):
                client = await self._made()
                if isinstance(client, Outcome):
                    return client
                asked = client.build_request(
                    request.method,
                    request.url,
                    headers=dict(request.headers),
                    content=request.content,
                    extensions={"trace": progress.note},
                )
                response = await client.send(asked, stream=True)
        except Exception as error:
            return outcome_of(error, sent=progress.sent)
        try:
            return Answer(response.status_code, response.headers, await _body(response))
        finally:
            with contextlib.suppress(Exception):
                await response.aclose()

    async def _made(self) -> httpx.AsyncClient | Outcome:
        async with self._making:
            if self._client is None:
                try:
                    trusted = await asyncio.to_thread(_trusted, self._ca_file)
                except OSError as error:
                    why = clean(f"the authorities to trust cannot be read: {error.strerror or error}", 200)
                    return Outcome(Delivery.NOT_SENT, DeliveryCause.NOT_CONFIGURED, why, retry_in=REJECTED_WAIT)
                self._client = httpx.AsyncClient(
                    verify=trusted,
                    trust_env=False,
                    follow_redirects=False,
                    timeout=self._timeout,
                    limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=0),
                    headers={"User-Agent": "monitord", "Accept-Encoding": "identity"},
                    cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
                )
            return self._client


def outcome_of(error: Exception, *, sent: bool) -> Outcome:
    """Return what a request without an answer came to. `sent` says that it had begun to go out.

    Details never hold what a library says of a request or an answer: that may be a secret or hostile.
    """
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            why = clean(f"certificate: {cause.verify_message}", 200)
            return Outcome(Delivery.NOT_SENT, DeliveryCause.CERTIFICATE, why)
    late = isinstance(error, TimeoutError | httpx.TimeoutException)
    match error:
        case httpx.PoolTimeout():
            return Outcome(Delivery.NOT_SENT, DeliveryCause.POOL, "every connection is busy")
        case httpx.ConnectError():
            return Outcome(Delivery.NOT_SENT, DeliveryCause.CONNECT, clean(str(error), 200))
        case httpx.LocalProtocolError():
            return Outcome(Delivery.NOT_SENT, DeliveryCause.UNEXPECTED, "the request is no proper HTTP")
        case _ if late and not sent:
            return Outcome(Delivery.NOT_SENT, DeliveryCause.CONNECT, "no connection in time")
        case _ if not sent:
            return Outcome(Delivery.NOT_SENT, DeliveryCause.UNEXPECTED, type(error).__name__)
        case _ if late:
            return Outcome(Delivery.UNCERTAIN, DeliveryCause.TIMED_OUT, "no answer in time")
        case httpx.RemoteProtocolError() if "disconnected" not in str(error):
            return Outcome(Delivery.UNCERTAIN, DeliveryCause.BAD_ANSWER, "the answer is no proper HTTP")
        case httpx.HTTPError():
            return Outcome(Delivery.UNCERTAIN, DeliveryCause.CONNECTION_LOST, type(error).__name__)
        case _:
            return Outcome(Delivery.UNCERTAIN, DeliveryCause.UNEXPECTED, type(error).__name__)


def refusal(answer: Answer, now: datetime) -> Outcome | None:
    """Return what an answer by its status came to (RFC 9110, section 15), None for a 2xx: that is the caller's to read.

    What an administrator can mend is tried again in a minute. `303` may stand for a request that was taken.
    """
    status, told = answer.status, f"HTTP {answer.status}"
    wait = retry_after(answer.headers, now)
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        told = clean(f"{told}: leads to {_host(answer.headers)}; redirects are not followed", 200)
    match status:
        case 303:
            return Outcome(Delivery.UNCERTAIN, DeliveryCause.BAD_ANSWER, told, retry_in=REJECTED_WAIT)
        case 408:
            return Outcome(Delivery.NOT_SENT, DeliveryCause.TIMED_OUT, told, retry_in=wait)
        case 413 | 414:
            return Outcome(Delivery.PERMANENT, DeliveryCause.BAD_REQUEST, told)
        case 429:
            return Outcome(Delivery.NOT_SENT, DeliveryCause.RATE_LIMITED, told, retry_in=wait)
        case _ if 300 <= status < 500:
            return Outcome(Delivery.NOT_SENT, DeliveryCause.REJECTED, told, retry_in=wait or REJECTED_WAIT)
        case _ if status >= 500:
            return Outcome(Delivery.UNCERTAIN, DeliveryCause.SERVER_ERROR, told, retry_in=wait)
        case _:
            return Outcome(Delivery.UNCERTAIN, DeliveryCause.BAD_ANSWER, told)


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Return the wait that `Retry-After` asks for, in seconds or as a date (RFC 9110, section 10.2.3); from a second
    up to LONGEST_WAIT, None when there is none that can be read."""
    given = headers.get("Retry-After", "").strip()
    if given.isascii() and given.isdigit() and len(given) <= 9:
        asked = timedelta(seconds=int(given))
    else:
        try:
            until = parsedate_to_datetime(given)
            asked = (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
        except (ValueError, OverflowError):
            return None
    return min(LONGEST_WAIT, max(timedelta(seconds=1), asked))


def stable_id(desk: str, message: Message) -> str:
    """Return the name of a notice for the other side: the same at every attempt, another one for another desk, notice
    or address. At most 45 letters, digits and hyphens. What has no row, and so no second attempt, has a new one each
    time."""
    once = message.once or (message.code if message.notice else secrets.token_hex(8))
    named = "\n".join((desk, str(message.notice), message.to, once)).encode("utf-8", "backslashreplace")
    return f"monitord-{sha256(named).hexdigest()[:16]}-{message.notice}"


async def _body(response: httpx.Response) -> bytes:
    """Return what can be read of the body in the time and the space it is given."""
    read = bytearray()
    with contextlib.suppress(TimeoutError, httpx.HTTPError):
        async with asyncio.timeout(BODY):
            async for piece in response.aiter_raw():
                read += piece
                if len(read) >= LARGEST:
                    break
    return bytes(read[:LARGEST])


def _trusted(ca_file: str | None) -> ssl.SSLContext:
    if ca_file is not None:
        return ssl.create_default_context(cafile=ca_file)
    return httpx.create_ssl_context(trust_env=False)


def _host(headers: Mapping[str, str]) -> str:
    """Return the host that an answer leads to, and nothing else of the address."""
    try:
        return urlsplit(headers.get("Location", "")).hostname or "another place of the same host"
    except ValueError:
        return "what is no address"


def _causes(error: BaseException) -> Iterator[BaseException]:
    at: BaseException | None = error
    for _ in range(12):
        if at is None:
            return
        yield at
        at = at.__cause__ or at.__context__
