"""A small real HTTP server on 127.0.0.1 that answers as it is told, and can be gone, silent, or cut the line."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it arrived; the names of its headers in small letters."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered; `raw` instead of all the rest."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None

    @property
    def wire(self) -> bytes:
        if self.raw is not None:
            return self.raw
        given = {"Content-Length": str(len(self.body)), **self.headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
        return f"HTTP/1.1 {self.status} Status\r\n{head}\r\n".encode() + self.body


class Fault(StrEnum):
    """What is wrong with the server. It has read the request whole, unless it is DEAF."""

    NONE = "none"
    DEAF = "deaf"
    """Takes the connection and never reads."""
    SILENT = "silent"
    """Never answers."""
    CLOSES = "closes"
    """Closes without a word."""
    RESETS = "resets"
    """Cuts the line."""
    DRIPS = "drips"
    """Begins the answer and never ends its head."""
    ENDLESS = "endless"
    """A good status and a body without end."""


class HttpServer:
    """Answers each request with what `answer` returns for it. Its port is its own, also while it is away."""

    def __init__(self, answer: Callable[[Asked], Reply], tls: ssl.SSLContext | None = None) -> None:
        self.answer = answer
        self.fault = Fault.NONE
        self.asked: list[Asked] = []
        self.poured = 0
        """Bytes of endless answers that went out."""
        self._tls = tls
        self._came = asyncio.Condition()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        # Bound and never listening: whoever connects while we are away is refused, and nobody else gets the port.
        self._held = _bound(0)
        self.port: int = self._held.getsockname()[1]

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}/path"

    async def __aenter__(self) -> Self:
        await self.come_back()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.go_away()
        self._held.close()

    async def go_away(self) -> None:
        """Let every connection end, and refuse new ones."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def come_back(self) -> None:
        """Listen again, on the same port, without any fault."""
        self.fault = Fault.NONE
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, sock=_bound(self.port), ssl=self._tls)

    async def until_asked(self, times: int, seconds: float = 10.0) -> None:
        """Return when so many requests have arrived."""
        async with asyncio.timeout(seconds), self._came:
            await self._came.wait_for(lambda: len(self.asked) >= times)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self._one(reader, writer)
        writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.fault is Fault.DEAF:
            await asyncio.Event().wait()
        asked = await _read(reader)
        async with self._came:
            self.asked.append(asked)
            self._came.notify_all()
        match self.fault:
            case Fault.SILENT:
                self.answer(asked)
                await asyncio.Event().wait()
            case Fault.CLOSES:
                return
            case Fault.RESETS:
                writer.transport.abort()
            case Fault.DRIPS:
                await self._pour(writer, b"HTTP/1.1 200 OK\r\nX-A: ", b"x")
            case Fault.ENDLESS:
                await self._pour(writer, b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 16_384)
            case Fault.NONE:
                writer.write(self.answer(asked).wire)
                await writer.drain()

    async def _pour(self, writer: asyncio.StreamWriter, first: bytes, more: bytes) -> None:
        writer.write(first)
        while not writer.is_closing():
            writer.write(more)
            await writer.drain()
            self.poured += len(more)
            await asyncio.sleep(0.01)


@asynccontextmanager
async def serving(reply: Reply, tls: ssl.SSLContext | None = None) -> AsyncIterator[HttpServer]:
    """A server that answers everything alike."""
    async with HttpServer(lambda asked: reply, tls) as server:
        yield server


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _ = head[0].split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    return Asked(method, path, headers, await reader.readexactly(int(headers.get("content-length", 0))))


def _bound(port: int) -> socket.socket:
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(("127.0.0.1", port))
    return made
