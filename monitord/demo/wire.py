"""Sockets on the loopback and just enough HTTP/1.1 to misbehave on purpose.

A web framework would mend what the stand-ins must be able to break, so they read and write the bytes themselves.
Source: RFC 9112.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import IPv4Address, IPv4Network

LOOPBACK = IPv4Network("127.0.0.0/8")
LARGEST_BODY = 1 << 20
MOST_HEADERS = 100

log = logging.getLogger(__name__)

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def loopback(address: str) -> str:
    """Return `address` if it lies in 127.0.0.0/8; ValueError otherwise: nothing of the demo is for others to reach."""
    if IPv4Address(address) not in LOOPBACK:
        raise ValueError(f"{address}: the demo binds to 127.0.0.0/8 only")
    return address


def udp_socket(address: str, port: int) -> socket.socket:
    """Return a bound, non-blocking UDP socket. OSError if address and port are taken."""
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        opened.setblocking(False)
        opened.bind((address, port))
    except OSError:
        opened.close()
        raise
    return opened


class Listener:
    """One listening TCP socket; each connection is served by a task that ends with the listener.

    Port 0 takes a free port, kept when it is closed and opened again.
    """

    def __init__(self, address: str, port: int, serve: Serve) -> None:
        self.address = loopback(address)
        self.port = port
        self._serve = serve
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def open(self) -> None:
        """Listen. OSError if the port is taken; nothing happens if it is open already."""
        if self._server is None:
            self._server = await asyncio.start_server(self._connected, self.address, self.port, limit=1 << 16)
            self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Refuse connections from now on and cut those that are open. May be called twice."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        mine = asyncio.current_task()
        tasks = [task for task in self._connections if task is not mine]
        for task in tasks:
            self._connections[task].transport.abort()
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections[task] = writer
        try:
            await self._serve(reader, writer)
        except (OSError, EOFError, asyncio.CancelledError):
            pass  # the other side left, or we are closing: a cancelled connection is an ended one
        except Exception:
            log.exception("demo.connection_failed")
        finally:
            del self._connections[task]
            with suppress(OSError):
                writer.close()


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request as it came. Header names are in small letters."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def keep_alive(self) -> bool:
        """Return whether the client wants to go on over this connection."""
        return self.headers.get("connection", "").lower() != "close"


async def read_http(reader: asyncio.StreamReader, largest: int = LARGEST_BODY) -> HttpRequest | None:
    """Return the next request of a connection, or None at its end and for what is not HTTP/1.1 or too large."""
    try:
        method, target, _ = (await reader.readuntil(b"\r\n")).decode("latin-1").split()
        headers: dict[str, str] = {}
        while (line := await reader.readuntil(b"\r\n")) != b"\r\n":
            name, colon, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
            if not colon or len(headers) > MOST_HEADERS:
                return None
        size = int(headers.get("content-length", "0"))
        if not 0 <= size <= largest or "transfer-encoding" in headers:
            return None
        body = await reader.readexactly(size)
    except (ValueError, EOFError, OSError, asyncio.LimitOverrunError):
        return None
    path, _, query = target.partition("?")
    return HttpRequest(method, path, query, headers, body)


def http_answer(
    status: int, body: bytes, content_type: str = "application/json", headers: Mapping[str, str] | None = None
) -> bytes:
    """Return a whole HTTP/1.1 answer with a Content-Length."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Unknown"
    lines = {"Content-Type": content_type, "Content-Length": str(len(body)), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} {phrase}\r\n{head}\r\n".encode("latin-1") + body
