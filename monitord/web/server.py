"""The web server inside the daemon's own loop: it leaves signals to the daemon and stops within two seconds."""

import asyncio
import contextlib
import errno
import ipaddress
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

from monitord.web.door import require_loopback

GRACE = 1
"""Seconds that requests under way have to end once a stop was asked for."""
LONGEST_STOP = 1.8
CONNECTIONS = 64
"""Connections served at once; the next one is told 503."""


class AddressTaken(Exception):
    """The address of the pages cannot be had; the text says what to do."""


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers, and with an event for "it listens"."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listens.set()


class WebServer:
    """Serves `app` on a loopback address; NotLoopback for any other. `port` 0 takes a free one."""

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        self.host = require_loopback(host)
        self.port = port
        self._app = app
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen; `port` is the real one afterwards. AddressTaken when the address cannot be had."""
        listening = self._bound()
        self.port = int(listening.getsockname()[1])
        config = uvicorn.Config(
            self._app,
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=CONNECTIONS,
            timeout_graceful_shutdown=GRACE,
        )
        self._server = _Server(config)
        self._task = asyncio.create_task(self._server.serve([listening]), name="web")
        ready = asyncio.create_task(self._server.listens.wait())
        await asyncio.wait({self._task, ready}, return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            ready.cancel()
            listening.close()
            await self._task
            raise AddressTaken(f"the pages at {self._shown()} ended before they listened")

    async def stop(self) -> None:
        """Stop listening, give requests under way a second, and end within two; nothing happens when not started."""
        if self._task is None or self._server is None:
            return
        self._server.should_exit = True
        _, late = await asyncio.wait({self._task}, timeout=LONGEST_STOP)
        for task in late:
            task.cancel()
            await asyncio.wait({task}, timeout=0.2)
        self._server = self._task = None

    def _bound(self) -> socket.socket:
        family = socket.AF_INET6 if ipaddress.ip_address(self.host).version == 6 else socket.AF_INET
        listening = socket.socket(family, socket.SOCK_STREAM)
        try:
            # A restart must not wait for old connections to be forgotten; a second listener is still refused.
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.setblocking(False)
            listening.bind((self.host, self.port))
            listening.listen(CONNECTIONS)
        except OSError as cannot:
            listening.close()
            if cannot.errno == errno.EADDRINUSE:
                raise AddressTaken(
                    f"{self._shown()} is in use by another program: stop that one, or set another `web: port:`"
                ) from cannot
            raise AddressTaken(f"cannot listen on {self._shown()}: {cannot.strerror or cannot}") from cannot
        return listening

    def _shown(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
