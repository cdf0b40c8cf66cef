"""Who is let in while there are no logins: this machine by its loopback names, and for reading only."""

import ipaddress
from collections.abc import Mapping
from types import MappingProxyType

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger("web")

READING = frozenset({"GET", "HEAD"})
HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
)


class NotLoopback(ValueError):
    """The pages were to be shown to other machines."""


def require_loopback(host: str) -> str:
    """Return the loopback address that `host` names; NotLoopback for everything else, since there are no logins."""
    try:
        address = ipaddress.ip_address("127.0.0.1" if host.lower() == "localhost" else host.strip("[]"))
    except ValueError:
        address = None
    if address is None or not address.is_loopback or not _plain(address):
        raise NotLoopback(
            f"{host!r} is not a loopback address: the pages have no logins, so they are shown to this machine only;"
            " use 127.0.0.1 or ::1, and a tunnel (ssh -L) from elsewhere"
        )
    return str(address)


def _plain(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """127.0.0.0/8 in the form of IPv6 is loopback too, but not an address one can listen on everywhere."""
    return isinstance(address, ipaddress.IPv4Address) or address.ipv4_mapped is None


def names_loopback(header: str) -> bool:
    """Return True when a Host header names this machine, with any port: a tunnel has a port of its own.

    A page elsewhere whose name is made to point to 127.0.0.1 still sends its own name here, and is refused by it.
    """
    name, colon, port = header.rpartition(":")
    if not colon or header.endswith("]"):
        name, port = header, "80"
    if not (port.isascii() and port.isdigit() and len(port) <= 5):
        return False
    try:
        require_loopback(name)
    except NotLoopback:
        return False
    return ":" not in name or (name.startswith("[") and name.endswith("]"))


class Door:
    """Wraps the app: refuses foreign Host headers and all but reading, adds the headers, hides mistakes of ours."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        begun = False

        async def send_with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        refusal = _refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, send_with_headers)
            return
        try:
            await self._app(scope, receive, send_with_headers)
        except Exception:
            log.exception("web.failed", path=scope["path"][:100])
            if not begun:
                sorry = PlainTextResponse("internal error; the log of the daemon says more\n", 500)
                await sorry(scope, receive, send_with_headers)


def _refusal(scope: Scope) -> PlainTextResponse | None:
    hosts = Headers(scope=scope).getlist("host")
    if len(hosts) != 1 or not names_loopback(hosts[0]):
        return PlainTextResponse("unknown host: open this page as http://127.0.0.1 or http://localhost\n", 421)
    if scope["method"] not in READING:
        return PlainTextResponse("only reading here\n", 405, {"Allow": "GET, HEAD"})
    return None
