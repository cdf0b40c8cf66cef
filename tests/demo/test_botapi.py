"""The Bot API stand-in, driven by python-telegram-bot as it is."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputFile, ReplyParameters, Update
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from monitord.clock import SystemClock
from monitord.demo.botapi import Act, BotApi, BotFault, Trouble
from monitord.demo.calls import parameters
from monitord.demo.talk import LARGEST_FILE
from monitord.demo.wire import HttpRequest

CHAT = 1001
TAKE = InlineKeyboardMarkup([[InlineKeyboardButton("Tiếp nhận", callback_data="v1|abc|take")]])


async def test_the_bot_introduces_itself(bot: Bot) -> None:
    assert bot.username == "monitord_demo_bot"
    assert (await bot.get_me()).is_bot


async def test_a_message_with_a_button_is_delivered_pressed_answered_and_edited(api: BotApi, bot: Bot) -> None:
    sent = await bot.send_message(CHAT, "Sự cố <SC-2111-014>", reply_markup=TAKE)
    assert sent.text == "Sự cố <SC-2111-014>"
    assert abs((sent.date - SystemClock().now()).total_seconds()) < 5

    query_id = api.press(CHAT, sent.message_id, "Tiếp nhận")
    (update,) = await bot.get_updates(allowed_updates=["message", "callback_query"])
    query = update.callback_query
    assert query is not None
    assert (query.id, query.data, query.from_user.first_name) == (query_id, "v1|abc|take", "Nguyễn Thị Lan")
    assert await query.answer("Đã ghi nhận")
    await query.edit_message_text("Đã tiếp nhận")

    assert [entry.act for entry in api.history] == [Act.MESSAGE, Act.PRESS, Act.ANSWER, Act.EDIT]
    (bubble,) = api.bubbles(CHAT)
    assert bubble.texts == ("Sự cố <SC-2111-014>", "Đã tiếp nhận")
    assert bubble.buttons == ()
    assert bubble.edited_at is not None


async def test_updates_come_again_until_a_higher_offset_confirms_them(api: BotApi, bot: Bot) -> None:
    for word in ("một", "hai", "ba"):
        api.write(CHAT, word)
    first = await bot.get_updates(limit=2)
    assert [_text(update) for update in first] == ["một", "hai"]
    assert [_text(update) for update in await bot.get_updates()] == ["một", "hai", "ba"]
    assert [_text(update) for update in await bot.get_updates(offset=first[1].update_id)] == ["hai", "ba"]
    assert [_text(update) for update in await bot.get_updates(offset=-1)] == ["ba"]
    assert await bot.get_updates(offset=first[1].update_id + 2) == ()
    assert api.unconfirmed == 0


async def test_a_long_poll_returns_when_something_comes(api: BotApi, bot: Bot) -> None:
    polling = asyncio.create_task(bot.get_updates(timeout=10))
    await api.wait_until_asked("getUpdates", 20)
    api.write(CHAT, "/start abc")
    (update,) = await polling
    assert update.message is not None
    assert [entity.type for entity in update.message.entities] == ["bot_command"]


async def test_updates_of_kinds_not_allowed_are_not_kept(api: BotApi, bot: Bot) -> None:
    await bot.get_updates(allowed_updates=["callback_query"])
    api.write(CHAT, "không ai đọc")
    assert await bot.get_updates() == ()


async def test_of_two_pollers_the_older_gets_a_conflict(api: BotApi, bot: Bot, new_bot: Callable[[str], Bot]) -> None:
    async with new_bot(api.token) as other:
        older = asyncio.create_task(bot.get_updates(timeout=10))
        await api.wait_until_asked("getUpdates", 20)
        assert await other.get_updates() == ()
        with pytest.raises(Conflict):
            await older


@pytest.mark.parametrize(
    ("trouble", "amount", "error", "delivered"),
    [
        (Trouble.FLOOD, 35, RetryAfter, False),
        (Trouble.BLOCKED, None, Forbidden, False),
        (Trouble.BAD_REQUEST, None, BadRequest, False),
        (Trouble.UNAUTHORIZED, None, InvalidToken, False),
        (Trouble.NOT_FOUND, None, InvalidToken, False),
        (Trouble.CONFLICT, None, Conflict, False),
        (Trouble.MIGRATED, -1_005, ChatMigrated, False),
        (Trouble.SERVER_ERROR, 503, NetworkError, False),
        (Trouble.NOT_JSON, None, TelegramError, False),
        (Trouble.DROPPED, None, NetworkError, False),
        (Trouble.LOST, None, NetworkError, True),
        (Trouble.NO_RESULT, None, KeyError, True),
        (Trouble.HANG, 60, TimedOut, False),
        (Trouble.LATE, 60, TimedOut, True),
    ],
)
async def test_each_fault_reaches_the_library_as_telegram_would_bring_it(
    api: BotApi, bot: Bot, trouble: Trouble, amount: float | None, error: type[Exception], delivered: bool
) -> None:
    await api.break_with(BotFault(trouble, "sendMessage", CHAT, amount, times=1))
    await bot.send_message(7, "người khác không hề gì")
    with pytest.raises(error) as caught:
        await bot.send_message(CHAT, "một", read_timeout=0.2)
    if isinstance(caught.value, RetryAfter):
        assert caught.value.retry_after in (35, timedelta(seconds=35))
    assert bool(api.bubbles(CHAT)) is delivered
    assert api.faults == ()
    await bot.send_message(CHAT, "hai")
    assert api.bubbles(CHAT)[-1].text == "hai"


async def test_away_is_a_refused_connection_and_ends(api: BotApi, bot: Bot) -> None:
    await api.break_with(BotFault(Trouble.AWAY))
    with pytest.raises(NetworkError, match="ConnectError"):
        await bot.get_me()
    await api.mend()
    assert await bot.get_me()


async def test_another_token_is_unauthorized(new_bot: Callable[[str], Bot]) -> None:
    with pytest.raises(InvalidToken):
        await new_bot("1:wrong").initialize()


@pytest.mark.parametrize(
    ("text", "mode", "reason"),
    [
        (" ", None, "empty"),
        ("Đ" * 4_097, None, "too long"),
        ("🔥" * 2_049, None, "too long"),
        ("<script>x</script>", "HTML", "nsupported start tag"),
        ("<b>x", "HTML", "end tag"),
    ],
)
async def test_texts_telegram_would_refuse_are_refused(bot: Bot, text: str, mode: str | None, reason: str) -> None:
    with pytest.raises(BadRequest, match=reason):
        await bot.send_message(CHAT, text, parse_mode=mode)


async def test_html_is_shown_as_letters(api: BotApi, bot: Bot) -> None:
    await bot.send_message(CHAT, "<b>Sự cố</b> &lt;i&gt; &amp; hết", parse_mode="HTML")
    assert api.bubbles(CHAT)[0].text == "Sự cố <i> & hết"


async def test_edits_that_change_nothing_or_find_nothing_are_refused(bot: Bot) -> None:
    sent = await bot.send_message(CHAT, "một", reply_markup=TAKE)
    with pytest.raises(BadRequest, match="not modified"):
        await bot.edit_message_text("một", CHAT, sent.message_id, reply_markup=TAKE)
    with pytest.raises(BadRequest, match="not found"):
        await bot.edit_message_text("hai", CHAT, 999)
    edited = await bot.edit_message_reply_markup(CHAT, sent.message_id)
    assert not isinstance(edited, bool)
    assert edited.reply_markup is None
    with pytest.raises(BadRequest, match="uery is too old"):
        await bot.answer_callback_query("17", "x")
    with pytest.raises(BadRequest, match="utton_data_invalid"):
        await bot.send_message(
            CHAT, "x", reply_markup=InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data="đ" * 33)]])
        )


async def test_a_press_may_be_forged(api: BotApi, bot: Bot) -> None:
    api.press(CHAT, 12_345, data="v1|forged", user_id=666)
    (update,) = await bot.get_updates()
    assert update.callback_query is not None
    assert (update.callback_query.from_user.id, update.callback_query.data) == (666, "v1|forged")
    with pytest.raises(LookupError):
        api.press(CHAT, 12_345, "Tiếp nhận")


async def test_one_can_wait_for_a_message(api: BotApi, bot: Bot) -> None:
    waiting = asyncio.create_task(api.wait_for(lambda history: [e for e in history if "hai" in e.text], 20))
    await bot.send_message(CHAT, "một")
    await bot.send_message(CHAT, "hai")
    assert [entry.text for entry in await waiting] == ["hai"]
    with pytest.raises(TimeoutError):
        await api.wait_for(lambda history: len(history) > 2, 0.01)


async def test_another_process_reads_presses_and_breaks_over_the_control_door(api: BotApi, bot: Bot) -> None:
    sent = await bot.send_message(CHAT, "một", reply_markup=TAKE)
    (told,) = await asyncio.to_thread(_door, f"{api.url}/_history")
    assert (told["act"], told["text"], told["buttons"][0][0]["label"]) == ("message", "một", "Tiếp nhận")
    press = {"chat_id": CHAT, "message_id": sent.message_id, "button": "Tiếp nhận"}
    await asyncio.to_thread(_door, f"{api.url}/_press", press)
    await asyncio.to_thread(_door, f"{api.url}/_write", {"chat_id": CHAT, "text": "014"})
    assert len(await bot.get_updates()) == 2
    await asyncio.to_thread(_door, f"{api.url}/_fault", {"what": "403", "method": "sendMessage"})
    with pytest.raises(Forbidden):
        await bot.send_message(CHAT, "hai")
    await asyncio.to_thread(_door, f"{api.url}/_mend", {})
    assert await bot.send_message(CHAT, "ba")
    for wrong in ({"what": "nonsense"}, {}, {"what": "away"}):
        with pytest.raises(urllib.error.HTTPError, match="400"):
            await asyncio.to_thread(_door, f"{api.url}/_fault", wrong)


async def test_nonsense_on_the_wire_harms_nothing(api: BotApi, bot: Bot) -> None:
    host, port = api.url.removeprefix("http://").split(":")
    for nonsense in (
        b"\x16\x03\x01\x00\xff" * 50 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"x" * 70_000,
        b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        b"POST /bot HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
        f"POST /bot{api.token}/sendMessage HTTP/1.1\r\nContent-Type: application/json\r\n"
        "Content-Length: 12\r\nConnection: close\r\n\r\n".encode()
        + b'{"chat_id":[',
    ):
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(nonsense)
        writer.write_eof()
        async with asyncio.timeout(20):
            with_answer = await _rest(reader)
        assert b" 200 " not in with_answer
        writer.close()
    assert await bot.get_me()


def test_parameters_come_as_form_multipart_or_json() -> None:
    multipart, boundary = _multipart({"chat_id": "5", "text": "Đèo"})
    for kind, body in (
        ("application/x-www-form-urlencoded", b"chat_id=5&text=%C4%90%C3%A8o"),
        ("application/json", '{"chat_id": 5, "text": "Đèo"}'.encode()),
        (f"multipart/form-data; boundary={boundary}", multipart),
    ):
        asked = parameters(HttpRequest("POST", "/", "", {"content-type": kind}, body))
        assert (str(asked["chat_id"]), asked["text"]) == ("5", "Đèo")
    with pytest.raises(ValueError, match="surrogates"):
        parameters(HttpRequest("POST", "/", "", {"content-type": "application/json"}, rb'{"text": "\ud800"}'))


async def test_what_the_library_sends_as_another_file_is_refused_politely(bot: Bot) -> None:
    with pytest.raises(InvalidToken):  # the library's name for 404: there is no sendVideo here
        await bot.send_video(CHAT, InputFile(b"x", "x.mp4"))


def png_of(wide: int, high: int) -> bytes:
    """Return the beginning of a PNG of that size: all that is looked at here."""
    sides = wide.to_bytes(4, "big") + high.to_bytes(4, "big")
    return b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\x0dIHDR" + sides + b"\x08\x06\x00\x00\x00"


async def test_a_picture_arrives_with_its_sides_its_caption_and_what_it_answers(api: BotApi, bot: Bot) -> None:
    alert = await bot.send_message(CHAT, "Hở ring")
    sent = await bot.send_photo(
        CHAT,
        png_of(1280, 900),
        "Sơ đồ",
        filename="x.png",
        reply_to_message_id=alert.message_id,
        disable_notification=True,
    )
    assert (sent.caption, [(size.width, size.height) for size in sent.photo]) == ("Sơ đồ", [(1280, 900)])
    assert sent.reply_to_message is not None
    assert sent.reply_to_message.message_id == alert.message_id
    bubble = api.bubbles(CHAT)[-1]
    assert bubble.file is not None
    assert (bubble.file.sides, bubble.place.reply_to, bubble.quiet) == ((1280, 900), alert.message_id, True)


async def test_a_picture_is_refused_as_telegram_refuses(bot: Bot) -> None:
    for content, why in (
        (b"x", "Image_process_failed"),
        (png_of(9_000, 1_001), "Photo_invalid_dimensions"),
        (png_of(2_100, 100), "Photo_invalid_dimensions"),
        (bytes(6 << 20), "Request Entity Too Large"),
    ):
        with pytest.raises((BadRequest, NetworkError), match=why):
            await bot.send_photo(CHAT, content)
    with pytest.raises(BadRequest, match="Message caption is too long"):
        await bot.send_photo(CHAT, png_of(10, 10), "🖼" * 513)
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_photo(CHAT, png_of(10, 10), reply_to_message_id=99)
    there = ReplyParameters(99, allow_sending_without_reply=True)
    assert (await bot.send_photo(CHAT, png_of(10, 10), reply_parameters=there)).reply_to_message is None


async def test_a_document_arrives_byte_for_byte_with_its_name_its_caption_and_its_buttons(
    api: BotApi, bot: Bot
) -> None:
    content = '\ufeffĐối tượng,Điểm\r\nBTS 1,"a\nb"\r\n'.encode() + bytes(range(256)) + b"\r\n--x--\r\n"
    sent = await bot.send_document(CHAT, content, "Tính đến <03:30>", filename="Danh sách 1.csv", reply_markup=TAKE)
    assert (sent.caption, sent.text) == ("Tính đến <03:30>", None)
    assert sent.document is not None
    assert (sent.document.file_name, sent.document.file_size) == ("Danh sách 1.csv", len(content))
    (bubble,) = api.bubbles(CHAT)
    assert bubble.file is not None
    assert (bubble.file.name, bubble.file.content) == ("Danh sách 1.csv", content)
    assert (bubble.text, [button.label for button in bubble.buttons]) == ("Tính đến <03:30>", ["Tiếp nhận"])
    assert "Đối" not in repr(bubble.file)
    (told,) = await asyncio.to_thread(_door, f"{api.url}/_history")
    assert (told["act"], told["file"]) == ("message", "Danh sách 1.csv")
    with pytest.raises(BadRequest, match="There is no text in the message to edit"):
        await bot.edit_message_text("Đã tiếp nhận", CHAT, sent.message_id)


async def test_a_document_is_refused_when_it_is_empty_large_or_says_too_much(api: BotApi, bot: Bot) -> None:
    with pytest.raises(BadRequest, match="File must be non-empty"):
        await bot.send_document(CHAT, InputFile(b"", "x.csv"))
    with pytest.raises(BadRequest, match="Message caption is too long"):
        await bot.send_document(CHAT, b"x", "📋" * 513, filename="x.csv")
    with pytest.raises(BadRequest, match="There is no document"):
        await bot.send_document(CHAT, "id-of-a-file")
    for size in (LARGEST_FILE + 1, 2 * LARGEST_FILE):
        with pytest.raises(NetworkError, match="Request Entity Too Large"):
            await bot.send_document(CHAT, bytes(size), filename="x.csv")
    assert api.history == []
    await bot.send_document(CHAT, bytes(LARGEST_FILE), filename="x.csv")


def test_nobody_outside_can_reach_it() -> None:
    with pytest.raises(ValueError, match=r"127\.0\.0\.0/8"):
        BotApi(SystemClock(), "0.0.0.0")


def _text(update: Update) -> str | None:
    assert update.message is not None
    return update.message.text


async def _rest(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionError:
        return b""


def _door(url: str, asked: dict[str, Any] | None = None) -> Any:
    body = None if asked is None else json.dumps(asked).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=5) as answer:
        return json.load(answer)


def _multipart(fields: dict[str, str]) -> tuple[bytes, str]:
    parts = [f'--x\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
    return ("".join(parts) + "--x--\r\n").encode(), "x"
