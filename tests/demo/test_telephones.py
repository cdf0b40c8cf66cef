"""The page with the telephones, as a browser without scripts and one with htmx meet it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import httpx
import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from monitord.demo.botapi import BotApi
from monitord.demo.telephones import Owner, Telephones
from monitord.texts import pick

WORDS = pick("vi").demo

LAN, HUNG = 1001, 1002
OWNERS = {LAN: Owner("Nguyễn Thị <Lan>", "Trực ca"), HUNG: Owner("Trần Văn Hùng", "Trực điều hành")}
TAKE = InlineKeyboardMarkup(
    [
        [InlineKeyboardButton("Bản đồ", url="https://example.vn")],
        [InlineKeyboardButton("Tiếp nhận <b>", callback_data='v1|"take"')],
    ]
)


@pytest.fixture
async def browser(api: BotApi) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        Telephones(api, OWNERS) as page,
        httpx.AsyncClient(base_url=page.url, trust_env=False, verify=False, follow_redirects=True) as client,
    ):
        yield client


def form(page: str) -> dict[str, str]:
    """Return what the page's first form would send with its first button."""
    inputs = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    button = re.search(r'<button [^>]*name="button" value="(\d+)"', page)
    assert button is not None
    return {**inputs, "button": button[1]}


async def test_everybody_has_a_telephone_and_hostile_text_is_only_text(bot: Bot, browser: httpx.AsyncClient) -> None:
    await bot.send_message(LAN, "Cổng <script>alert('x')</script> {{ 7*7 }} \u202e\x1b[31m", reply_markup=TAKE)
    answer = await browser.get("/")
    assert answer.status_code == 200
    assert '<html lang="vi">' in answer.text
    assert "Nguyễn Thị &lt;Lan&gt;" in answer.text
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; {{ 7*7 }}" in answer.text
    assert "Tiếp nhận &lt;b&gt;" in answer.text
    assert WORDS["empty"] in answer.text
    assert "script-src 'self'" in answer.headers["content-security-policy"]


async def test_a_pressed_button_reaches_the_bot_with_its_data(
    api: BotApi, bot: Bot, browser: httpx.AsyncClient
) -> None:
    sent = await bot.send_message(LAN, "một", reply_markup=TAKE)
    answer = await browser.post("/press", data=form((await browser.get("/")).text))
    assert (answer.status_code, answer.url.path) == (200, "/")
    assert f"{WORDS['pressed']}: Tiếp nhận &lt;b&gt;" in answer.text
    (update,) = await bot.get_updates()
    assert update.callback_query is not None
    assert update.callback_query.data == 'v1|"take"'
    assert update.callback_query.from_user.id == LAN

    await update.callback_query.answer("Đã ghi nhận")
    await bot.edit_message_text("hai", LAN, sent.message_id)
    page = (await browser.get("/")).text
    assert "Đã ghi nhận" in page
    assert WORDS["edited"] in page
    assert re.search(r'class="text">hai<.*<details>.*class="text">một<', page, re.DOTALL)
    assert "<button" not in page


async def test_a_page_that_knows_everything_is_told_nothing(bot: Bot, browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/")).text
    (seen,) = re.findall(r'hx-get="([^"]+)"', page)
    assert (await browser.get(seen)).status_code == 204
    await bot.send_message(HUNG, "mới")
    fresh = await browser.get(seen)
    assert fresh.status_code == 200
    assert fresh.text.startswith("<main")
    assert "mới" in fresh.text


async def test_htmx_gets_the_fragment_back(bot: Bot, browser: httpx.AsyncClient) -> None:
    await bot.send_message(LAN, "một", reply_markup=TAKE)
    answer = await browser.post("/press", data=form((await browser.get("/")).text), headers={"HX-Request": "true"})
    assert answer.text.startswith("<main")


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 400),
        ({"chat": "x", "message": "1", "button": "1"}, 400),
        ({"chat": "666", "message": "1", "button": "1"}, 404),
        ({"chat": "1001", "message": "1", "button": "0"}, 409),
        ({"chat": "1001", "message": "1", "button": "-1"}, 409),
        ({"chat": "1001", "message": "99", "button": "1"}, 409),
        ({"chat": "1" * 10_000}, 400),
    ],
)
async def test_presses_of_what_is_not_there_are_refused(
    api: BotApi, bot: Bot, browser: httpx.AsyncClient, asked: dict[str, str], status: int
) -> None:
    await bot.send_message(LAN, "một", reply_markup=TAKE)
    assert (await browser.post("/press", data=asked)).status_code == status
    assert api.unconfirmed == 0


async def test_other_sites_and_other_names_are_refused(bot: Bot, browser: httpx.AsyncClient) -> None:
    await bot.send_message(LAN, "một", reply_markup=TAKE)
    asked = form((await browser.get("/")).text)
    assert (await browser.post("/press", data=asked, headers={"Origin": "http://evil.example"})).status_code == 403
    assert (await browser.get("/", headers={"Host": "evil.example"})).status_code == 400


async def test_a_file_shows_its_name_and_is_saved_and_never_shown(bot: Bot, browser: httpx.AsyncClient) -> None:
    sent = await bot.send_document(LAN, b"<script>x</script>", "Tính đến 03:30", filename='Danh "sách" <1>.html')
    page = (await browser.get("/")).text
    assert re.search(r'class="file"><a [^>]*>📎 Danh .*&lt;1&gt;.html</a>', page)
    assert "Tính đến 03:30" in page
    (where,) = re.findall(r'href="(/files/[^"]+)"', page)
    saved = await browser.get(where)
    assert (saved.status_code, saved.content) == (200, b"<script>x</script>")
    assert saved.headers["content-type"] == "application/octet-stream"
    assert saved.headers["content-disposition"].startswith("attachment; filename*=UTF-8''Danh%20")
    text = await bot.send_message(LAN, "không có tệp")
    for wrong in (
        f"/files/666/{sent.message_id}",
        f"/files/{HUNG}/{sent.message_id}",
        f"/files/{LAN}/{text.message_id}",
    ):
        assert (await browser.get(wrong)).status_code == 404


async def test_only_named_files_are_served(browser: httpx.AsyncClient) -> None:
    assert "text/css" in (await browser.get("/static/telephones.css")).headers["content-type"]
    for name in ("x.css", "..%2Ftelephones.py", "%2e%2e/telephones.py"):
        assert (await browser.get(f"/static/{name}")).status_code == 404


async def test_the_server_starts_again_on_its_port_and_leaves_nothing_behind(api: BotApi) -> None:
    before = asyncio.all_tasks()
    page = Telephones(api, OWNERS)
    for _ in range(2):
        await page.start()
        async with httpx.AsyncClient(trust_env=False, verify=False) as client:
            assert (await client.get(page.url)).status_code == 200
        await page.stop()
        await page.stop()
    assert asyncio.all_tasks() == before


async def test_a_taken_port_is_an_error_and_not_the_end_of_the_process(api: BotApi) -> None:
    async with Telephones(api, OWNERS) as page:
        with pytest.raises(OSError, match="in use"):
            await Telephones(api, OWNERS, port=page.port).start()


def test_nobody_outside_can_reach_it(api: BotApi) -> None:
    for address in ("0.0.0.0", "192.0.2.1", "::1", "localhost"):
        with pytest.raises(ValueError, match=re.escape(address)):
            Telephones(api, OWNERS, address)
