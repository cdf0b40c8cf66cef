"""A page with the telephones of the demo's people side by side: what each got, and the buttons to press."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from urllib.parse import parse_qs, quote
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from monitord.demo.botapi import BotApi
from monitord.demo.phones import Owner, phones
from monitord.demo.served import LoopbackServer, SafeHeaders
from monitord.demo.wire import loopback
from monitord.texts import pick

__all__ = ["Owner", "Telephones"]
"""Every word a person reads on this page."""

HERE = Path(__file__).parent
HTMX = HERE.parent / "web" / "static" / "htmx.min.js"
STATIC: Mapping[str, tuple[Path, str]] = {
    "telephones.css": (HERE / "static" / "telephones.css", "text/css"),
    "htmx.min.js": (HTMX, "text/javascript"),
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'"
)
LARGEST_FORM = 4_096


class Telephones:
    """The page, served on a loopback address by uvicorn inside the running loop.

    Port 0 takes a free port. Refuses addresses outside 127.0.0.0/8 with ValueError.
    """

    def __init__(
        self,
        bot: BotApi,
        owners: Mapping[int, Owner],
        address: str = "127.0.0.1",
        port: int = 0,
        *,
        zone: str = "Asia/Ho_Chi_Minh",
        desk_url: str = "",
        words: Mapping[str, str] = pick("vi").demo,
    ) -> None:
        self.address = loopback(address)
        self.port = port
        self._bot = bot
        self._owners = dict(owners)
        self._zone = ZoneInfo(zone)
        self._desk_url = desk_url
        self._words = words
        self._server: LoopbackServer | None = None
        pages = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        pages.filters["clock"] = self._clock_time
        pages.globals["words"] = words
        self._whole = pages.get_template("telephones.html")
        self._part = pages.get_template("phones.html")

    @property
    def url(self) -> str:
        """Return the address of the page."""
        return f"http://{self.address}:{self.port}/"

    def app(self) -> ASGIApp:
        """Return the page as an ASGI application."""
        return Starlette(
            routes=[
                Route("/", self._page),
                Route("/phones", self._phones),
                Route("/press", self._press, methods=["POST"]),
                Route("/files/{chat:int}/{message:int}", self._file),
                Route("/pictures/{chat:int}/{message:int}", self._picture),
                Route("/static/{name}", self._static),
            ],
            middleware=[
                Middleware(SafeHeaders),
                Middleware(TrustedHostMiddleware, allowed_hosts=[self.address, "localhost"], www_redirect=False),
            ],
        )

    async def start(self) -> None:
        """Listen. OSError if the port is taken."""
        self._server = LoopbackServer(self.app(), self.address, self.port)
        await self._server.start()
        self.port = self._server.port

    async def stop(self) -> None:
        """Listen no more. May be called twice."""
        if self._server is not None:
            await self._server.stop()

    async def __aenter__(self) -> Telephones:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def _clock_time(self, instant: datetime) -> str:
        return instant.astimezone(self._zone).strftime("%H:%M:%S")

    def _fragment(self) -> str:
        return self._part.render(phones=phones(self._bot, self._owners), seen=len(self._bot.history))

    async def _page(self, request: Request) -> Response:
        page = self._whole.render(
            phones=phones(self._bot, self._owners),
            seen=len(self._bot.history),
            live=HTMX.exists(),
            desk_url=self._desk_url,
        )
        return HTMLResponse(page)

    async def _phones(self, request: Request) -> Response:
        if request.query_params.get("seen") == str(len(self._bot.history)):
            return Response(status_code=204)  # nothing to swap: focus and scrolling stay as they are
        return HTMLResponse(self._fragment())

    async def _press(self, request: Request) -> Response:
        if request.headers.get("origin", f"http://{request.headers['host']}") != f"http://{request.headers['host']}":
            return Response(self._words["foreign"], 403, media_type="text/plain")
        form = await _form(request)
        try:
            chat_id, message_id, place = (int(form[name]) for name in ("chat", "message", "button"))
        except (KeyError, ValueError):
            return Response(self._words["gone"], 400, media_type="text/plain")
        if chat_id not in self._owners:
            return Response(self._words["no_one"], 404, media_type="text/plain")
        bubble = next((b for b in self._bot.bubbles(chat_id) if b.message_id == message_id), None)
        if bubble is None or not 0 <= place < len(bubble.buttons) or not bubble.buttons[place].data:
            return Response(self._words["gone"], 409, media_type="text/plain")
        # In a group it is the first of these people who presses.
        user = chat_id if chat_id > 0 else next(iter(self._owners))
        self._bot.press(chat_id, message_id, data=bubble.buttons[place].data, user_id=user)
        if "hx-request" in request.headers:
            return HTMLResponse(self._fragment())
        return RedirectResponse("/", 303)

    async def _file(self, request: Request) -> Response:
        chat_id, message_id = request.path_params["chat"], request.path_params["message"]
        mine = self._bot.bubbles(chat_id) if chat_id in self._owners else ()
        file = next((b.file for b in mine if b.message_id == message_id), None)
        if file is None:
            return Response("", 404)
        # Always saved, never shown: what it holds is nobody's page.
        name = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"}
        return Response(file.content, headers=name, media_type="application/octet-stream")

    async def _picture(self, request: Request) -> Response:
        chat_id, message_id = request.path_params["chat"], request.path_params["message"]
        mine = self._bot.bubbles(chat_id) if chat_id in self._owners else ()
        file = next((b.file for b in mine if b.message_id == message_id), None)
        if file is None or file.sides is None:
            return Response("", 404)
        return Response(file.content, media_type="image/png")

    async def _static(self, request: Request) -> Response:
        path, kind = STATIC.get(request.path_params["name"], (HERE / "nothing", "text/plain"))
        return FileResponse(path, media_type=kind) if path.is_file() else Response("", 404)


async def _form(request: Request) -> dict[str, str]:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_FORM:
            return {}
    return {name: values[0] for name, values in parse_qs(body.decode(errors="replace")).items()}
