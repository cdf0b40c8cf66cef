"""HTTP sites on the loopback: a normal Vietnamese page, and everything a hostile or broken server does instead."""

from __future__ import annotations

import asyncio
from html import escape
from types import TracebackType

from monitord.clock import Clock
from monitord.demo.sitefaults import CHUNK, HTML, STREAMS, Ill, SiteFault, gzip_bomb
from monitord.demo.wire import HttpRequest, Listener, http_answer, read_http

__all__ = ["Ill", "Site", "SiteFault"]


class Site:
    """A web site on a loopback address; one fault at a time, switched while it runs.

    Port 0 takes a free port, kept over `refuse`. Refuses addresses outside 127.0.0.0/8 with ValueError.
    """

    def __init__(self, clock: Clock, title: str, address: str = "127.0.0.1", port: int = 0) -> None:
        self._clock = clock
        self._title = title
        self._listener = Listener(address, port, self._serve)
        self._fault: SiteFault | None = None
        self.asked = 0

    async def start(self) -> None:
        """Listen. OSError if the port is taken."""
        await self._listener.open()

    async def stop(self) -> None:
        """Cut every connection and listen no more. May be called twice."""
        await self._listener.close()

    async def __aenter__(self) -> Site:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """Return the address of the page."""
        return f"http://{self._listener.address}:{self._listener.port}/"

    @property
    def fault(self) -> SiteFault | None:
        """Return what is wrong now."""
        return self._fault

    async def break_with(self, fault: SiteFault | str) -> None:
        """Misbehave in this way from the next connection on. ValueError for an unknown word."""
        self._fault = SiteFault.parse(fault) if isinstance(fault, str) else fault
        if self._fault.what is Ill.REFUSE:
            await self._listener.close()
        else:
            await self._listener.open()

    async def mend(self) -> None:
        """Behave again."""
        self._fault = None
        await self._listener.open()

    def page(self) -> bytes:
        """Return the page as it should be."""
        title = escape(self._title)
        return (
            f'<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>{title}</title></head>'
            f"<body><h1>{title}</h1><p>Hệ thống hoạt động bình thường.</p></body></html>\n"
        ).encode()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked += 1
        fault = self._fault
        if fault is not None and fault.what is Ill.HANG:
            while await reader.read(CHUNK):  # until the other side gives up
                pass
            return
        while (request := await read_http(reader)) is not None:
            fault = self._fault
            if fault is not None and fault.what in STREAMS:
                async for part in STREAMS[fault.what](self._clock, fault, self.page()):
                    writer.write(part)
                    await writer.drain()
                return
            writer.write(await self._answer(request, fault))
            await writer.drain()
            if not request.keep_alive:
                return

    async def _answer(self, request: HttpRequest, fault: SiteFault | None) -> bytes:
        if fault is None:
            return http_answer(200, b"" if request.method == "HEAD" else self.page(), HTML)
        match fault.what:
            case Ill.STATUS:
                status = int(fault.number(503))
                return http_answer(status, f"<h1>Lỗi {status}</h1>".encode(), HTML)
            case Ill.TEXT_MISSING:
                return http_answer(200, "<h1>Đăng nhập Wi-Fi</h1>".encode(), HTML)
            case Ill.SLOW:
                await self._clock.sleep(fault.number(5))
            case Ill.REDIRECT:
                return http_answer(302, b"", HTML, {"Location": fault.name or "http://127.0.0.1:22/"})
            case Ill.REDIRECT_LOOP:
                return http_answer(302, b"", HTML, {"Location": self.url})
            case Ill.GZIP_BOMB:
                return http_answer(200, gzip_bomb(int(fault.number(200))), HTML, {"Content-Encoding": "gzip"})
            case Ill.LYING_CHARSET:
                return http_answer(200, b"\xff\xfe\xc0" + self.page()[1:], "text/html; charset=nonsense-8")
        return http_answer(200, self.page(), HTML)
