"""An ASGI application served by uvicorn inside the running loop, on the loopback only."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn import Config, Server

from monitord.demo.wire import loopback

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


class LoopbackServer:
    """One application on one loopback address. Port 0 takes a free port."""

    def __init__(self, app: ASGIApp, address: str, port: int) -> None:
        self._app = app
        self.address = loopback(address)
        self.port = port
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen and return when connections are accepted. OSError if the port is taken."""
        # bound here: uvicorn ends the process where it cannot bind
        listening = socket.create_server((self.address, self.port))
        self.port = listening.getsockname()[1]
        config = Config(
            self._app, log_config=None, access_log=False, lifespan="off", server_header=False, date_header=False
        )
        self._server = _Server(config)
        self._serving = asyncio.create_task(self._server.serve([listening]))
        ready = asyncio.create_task(self._server.ready.wait())
        await asyncio.wait({ready, self._serving}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if self._serving.done():
            await self._serving

    async def stop(self) -> None:
        """Listen no more and cut what is open. May be called twice."""
        server, serving = self._server, self._serving
        self._server = self._serving = None
        if server is not None and serving is not None:
            server.should_exit = server.force_exit = True
            server.leave.set()
            await serving


class _Server(Server):
    """A uvicorn that leaves the process's signals alone: they belong to whoever runs the province."""

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self.leave = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def main_loop(self) -> None:
        self.ready.set()
        await self.leave.wait()  # the original wakes ten times a second to look for signals


class SafeHeaders:
    """ASGI middleware that puts the security headers onto every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"],
                    (b"content-security-policy", POLICY.encode()),
                    (b"x-content-type-options", b"nosniff"),
                    (b"referrer-policy", b"no-referrer"),
                    (b"cache-control", b"no-store"),
                ]
            await send(message)

        await self._app(scope, receive, with_headers)
