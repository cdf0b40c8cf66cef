"""The page of a storm: what a browser sees of it, and its list as a file."""

import asyncio
import csv
from io import StringIO
from pathlib import Path

import pytest
import requests

from monitord.account.board import read_board
from monitord.texts import pick
from monitord.web.app import make_app
from monitord.web.pages import Pages
from monitord.web.server import WebServer
from tests.nights.test_storm import LONE, POWER, fall, storm_of
from tests.support.night import Night
from tests.support.typhoon import province

pytestmark = pytest.mark.slow


async def test_the_storm_stands_first_with_its_list_and_its_members_say_that_it_tells_of_them(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-09-11 02:30", province()) as night:
        await fall(night, [*POWER[:8], *LONE[:2]])
        await night.passes(minutes=2)
        words = pick("vi")
        with night.engine.connect() as connection:
            board = read_board(connection, night.settings, words, night.clock.now())
        assert board.incidents[0].incident.code == storm_of(night).code
        page = Pages().page(board, night.settings, words)
        assert f'href="/storms/{storm_of(night).code}.csv"' in page
        assert "Sự cố diện rộng – Viễn thông Sông Mẫu" in page
        assert page.count("báo chung trong sự cố diện rộng") >= 2


async def test_the_list_comes_as_a_file_that_excel_opens(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-09-11 02:30", province()) as night:
        await fall(night, [*POWER[:8], *LONE[:2]])
        app = make_app(
            read=night.engine.connect,
            settings=lambda: night.settings,
            words=lambda: pick("vi"),
            clock=night.clock,
            metrics=lambda: b"",
            stale=tuple,
            ready=lambda: True,
        )
        server = WebServer(app, "127.0.0.1", 0)
        await server.start()
        try:

            def ask(code: str) -> requests.Response:
                return requests.get(f"http://127.0.0.1:{server.port}/storms/{code}.csv", timeout=20)

            found = await asyncio.to_thread(ask, storm_of(night).code)
            missing = await asyncio.to_thread(ask, "DR-0101-001")
        finally:
            await server.stop()
        assert (found.status_code, missing.status_code) == (200, 404)
        assert found.content.startswith(b"\xef\xbb\xbf")
        assert storm_of(night).code in found.headers["Content-Disposition"]
        rows = list(csv.DictReader(StringIO(found.content.decode("utf-8-sig"))))
        assert len(rows) == 10
        assert {row["Điểm"] for row in rows} >= {"Cau Ngang Bts 1", "Bts Le 1"}
