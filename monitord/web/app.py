"""The app: the first page and its living parts, metrics, and the two questions a supervisor asks."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import structlog
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from monitord.account.board import Board
from monitord.account.export import ENCODING
from monitord.account.storm_list import csv_of, storm_of
from monitord.clock import Clock
from monitord.settings.model import Settings
from monitord.telemetry.metrics import CONTENT_TYPE
from monitord.texts.story import Words
from monitord.web.door import Door
from monitord.web.pages import PARTS, Pages
from monitord.web.picture import Pictures, Read, Unreadable

log = structlog.get_logger("web")

LONGEST = 20.0
"""Seconds that the list of a storm may take."""
STATIC = Path(__file__).parent / "static"
UNREADABLE = ("monitord",)
"""The part that is named as stale when the vital signs themselves cannot be read."""


def make_app(
    *,
    read: Read,
    settings: Callable[[], Settings],
    words: Callable[[], Words],
    clock: Clock,
    metrics: Callable[[], bytes],
    stale: Callable[[], tuple[str, ...]],
    ready: Callable[[], bool],
) -> Starlette:
    """Return the app. `settings` and `words` are asked at each page, so that a reload shows at once.

    `read` opens a connection for reading; it is called in a thread. `stale` names the parts that give no more signs of
    life, `ready` says whether every device was looked at once. No answer of the app ever shows a traceback.
    """
    pictures, pages = Pictures(read, settings, words, clock), Pages()
    doors = _Doors(metrics, stale, ready)

    async def page(request: Request) -> Response:
        away_at: datetime | None = None
        board: Board | None
        try:
            board = await pictures.now()
        except Unreadable:
            board, away_at = pictures.last, clock.now()
        status = 200 if away_at is None else 503
        return HTMLResponse(await asyncio.to_thread(pages.page, board, settings(), words(), away_at), status)

    async def parts(request: Request) -> Response:
        try:
            board = await pictures.now()
        except Unreadable:
            return PlainTextResponse(words().page["no_database"], 503)
        seen = {name: request.query_params.get(name, "") for name in PARTS}
        return HTMLResponse(await asyncio.to_thread(pages.changes, board, settings(), words(), seen))

    async def storm_list(request: Request) -> Response:
        def work() -> str | None:
            with read() as connection:
                storm = storm_of(connection, request.path_params["code"])
                return None if storm is None else csv_of(connection, storm, settings(), words(), clock.now())

        try:
            text = await asyncio.wait_for(asyncio.to_thread(work), LONGEST)
        except Exception as error:
            log.error("storm_list.failed", error=repr(error)[:300])
            return PlainTextResponse(words().page["no_database"], 503)
        if text is None:
            return PlainTextResponse("no such storm\n", 404)
        name = {"Content-Disposition": f'attachment; filename="{request.path_params["code"]}.csv"'}
        return Response(text.encode(ENCODING), headers=name, media_type="text/csv")

    app = Starlette(
        routes=[
            Route("/", page),
            Route("/storms/{code}.csv", storm_list),
            Route("/board", parts),
            Route("/metrics", doors.metrics),
            Route("/healthz", doors.health),
            Route("/readyz", doors.readiness),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        middleware=[Middleware(Door)],
    )
    # A path is answered at itself or not at all: Prometheus and supervisors are not sent elsewhere.
    app.router.redirect_slashes = False
    return app


class _Doors:
    """What machines ask. Each is answered on the daemon's own loop: when that does not run, there is no answer."""

    def __init__(
        self, render: Callable[[], bytes], stale: Callable[[], tuple[str, ...]], ready: Callable[[], bool]
    ) -> None:
        self._render = render
        self._stale = stale
        self._ready = ready

    async def metrics(self, request: Request) -> Response:
        """Return the metrics in Prometheus' text format."""
        return Response(self._render(), headers={"Content-Type": CONTENT_TYPE})

    async def health(self, request: Request) -> Response:
        """Return 200, or 503 with the parts that are stale."""
        try:
            stale = self._stale()
        except Exception:
            log.exception("health.unreadable")
            stale = UNREADABLE
        return JSONResponse({"ok": not stale, "stale": list(stale)}, 503 if stale else 200)

    async def readiness(self, request: Request) -> Response:
        """Return 200 once every device was looked at, 503 before."""
        try:
            ready = self._ready()
        except Exception:
            log.exception("readiness.unreadable")
            ready = False
        return JSONResponse({"ready": ready}, 200 if ready else 503)
