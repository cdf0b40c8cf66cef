"""The Telegram channel against the Bot API stand-in: every row of the table of outcomes, over a real socket."""

import asyncio
import json
import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from monitord.clock import SystemClock
from monitord.demo.botapi import BotApi, BotFault, Trouble
from monitord.domain.document import Document
from monitord.domain.notice import ButtonFace, Delivery, DeliveryCause, Message, Outcome
from monitord.settings.model import Secret, TelegramSettings
from monitord.tell.channels.telegram import TelegramChannel
from monitord.tell.split import units

CHAT = 1001
FILE = Document("DR-1109-004-0330.csv", "Đối tượng,Điểm\r\n".encode())
FACES = ((ButtonFace("✅ Tiếp nhận", "v1|a|take|b"),),)


def message(text: str = "Sự cố", replaces: str | None = None) -> Message:
    return Message(1, str(CHAT), text, FACES, replaces)


async def test_a_message_arrives_as_plain_text_with_its_buttons(api: BotApi, channel: TelegramChannel) -> None:
    outcome = await channel.deliver(message('<b>OLT & "Tiểu Cần"</b> _01_ http://a.vn'))
    (bubble,) = api.bubbles(CHAT)
    assert bubble.text == '<b>OLT & "Tiểu Cần"</b> _01_ http://a.vn'
    assert [button.data for button in bubble.buttons] == ["v1|a|take|b"]
    assert (outcome.delivery, outcome.message_ref) == (Delivery.ACCEPTED, str(bubble.message_id))
    assert outcome.accepted_at is not None


async def test_an_edit_changes_the_message_and_takes_its_buttons_away(api: BotApi, channel: TelegramChannel) -> None:
    ref = (await channel.deliver(message())).message_ref
    assert ref is not None
    outcome = await channel.deliver(Message(2, str(CHAT), "Đã tiếp nhận", replaces=ref))
    (bubble,) = api.bubbles(CHAT)
    assert (bubble.text, bubble.buttons) == ("Đã tiếp nhận", ())
    assert (outcome.delivery, outcome.message_ref) == (Delivery.ACCEPTED, ref)


async def test_an_edit_that_changes_nothing_is_accepted(api: BotApi, channel: TelegramChannel) -> None:
    ref = (await channel.deliver(message())).message_ref
    assert (await channel.deliver(message(replaces=str(ref)))).delivery is Delivery.ACCEPTED


async def test_a_message_that_is_gone_cannot_be_edited_ever(channel: TelegramChannel) -> None:
    outcome = await channel.deliver(message(replaces="4711"))
    assert (outcome.delivery, outcome.cause) == (Delivery.PERMANENT, DeliveryCause.BAD_REQUEST)


@pytest.mark.parametrize("address", ["", "nobody", "12x", "٣", "9" * 30, "-1001:", "-1001:x", "-1001:7:8", ":7"])
async def test_what_is_no_chat_is_permanent(channel: TelegramChannel, address: str) -> None:
    outcome = await channel.deliver(Message(1, address, "x"))
    assert (outcome.delivery, outcome.cause) == (Delivery.PERMANENT, DeliveryCause.NO_ADDRESS)


@pytest.mark.parametrize(
    ("trouble", "amount", "delivery", "cause"),
    [
        (Trouble.FLOOD, 35, Delivery.NOT_SENT, DeliveryCause.RATE_LIMITED),
        (Trouble.BLOCKED, None, Delivery.PERMANENT, DeliveryCause.BLOCKED),
        (Trouble.BAD_REQUEST, None, Delivery.PERMANENT, DeliveryCause.NO_SUCH_CHAT),
        (Trouble.UNAUTHORIZED, None, Delivery.NOT_SENT, DeliveryCause.REJECTED),
        (Trouble.NOT_FOUND, None, Delivery.NOT_SENT, DeliveryCause.REJECTED),
        (Trouble.MIGRATED, -1_005, Delivery.NOT_SENT, DeliveryCause.MIGRATED),
        (Trouble.SERVER_ERROR, 503, Delivery.UNCERTAIN, DeliveryCause.SERVER_ERROR),
        (Trouble.NOT_JSON, None, Delivery.UNCERTAIN, DeliveryCause.BAD_ANSWER),
        (Trouble.DROPPED, None, Delivery.UNCERTAIN, DeliveryCause.CONNECTION_LOST),
        (Trouble.LOST, None, Delivery.UNCERTAIN, DeliveryCause.CONNECTION_LOST),
        (Trouble.NO_RESULT, None, Delivery.UNCERTAIN, DeliveryCause.BAD_ANSWER),
    ],
)
@pytest.mark.parametrize("method", ["sendMessage", "sendDocument"])
async def test_each_trouble_has_its_outcome(
    api: BotApi,
    channel: TelegramChannel,
    method: str,
    trouble: Trouble,
    amount: float | None,
    delivery: Delivery,
    cause: DeliveryCause,
) -> None:
    said = message() if method == "sendMessage" else replace(message(), document=FILE)
    await api.break_with(BotFault(trouble, method, CHAT, amount, times=1))
    outcome = await channel.deliver(said)
    assert (outcome.delivery, outcome.cause) == (delivery, cause)
    if trouble is Trouble.FLOOD:
        assert outcome.retry_in == timedelta(seconds=35)
    if trouble is Trouble.MIGRATED:
        assert outcome.address == "-1005"
    if trouble in {Trouble.UNAUTHORIZED, Trouble.NOT_FOUND}:
        assert outcome.retry_in == timedelta(seconds=60)
    assert api.token not in outcome.detail
    assert (await channel.deliver(said)).delivery is Delivery.ACCEPTED


async def test_telegram_away_is_surely_not_sent_and_does_not_stop_a_start(api: BotApi) -> None:
    await api.break_with(BotFault(Trouble.AWAY))
    channel = TelegramChannel(TelegramSettings(Secret(api.token), api.base_url), SystemClock())
    await channel.start()
    outcome = await channel.deliver(message())
    assert (outcome.delivery, outcome.cause) == (Delivery.NOT_SENT, DeliveryCause.CONNECT)
    await api.mend()
    assert (await channel.deliver(message())).delivery is Delivery.ACCEPTED
    await channel.stop()


async def test_a_text_of_five_thousand_letters_comes_in_pieces_with_the_buttons_under_the_last(
    api: BotApi, channel: TelegramChannel
) -> None:
    text = "\n".join(f"{n}. OLT 🔴 Tiểu Cần mất liên lạc" for n in range(170))
    outcome = await channel.deliver(message(text))
    first, last = api.bubbles(CHAT)
    assert f"{first.text}\n{last.text}" == text
    assert units(first.text) <= 4096
    assert (first.buttons, len(last.buttons)) == ((), 1)
    assert outcome.message_ref == str(last.message_id)


async def test_a_failure_after_the_first_piece_is_uncertain(api: BotApi, channel: TelegramChannel) -> None:
    text = "\n".join(f"{n}. OLT Tiểu Cần mất liên lạc" for n in range(170))
    sending = asyncio.create_task(channel.deliver(message(text)))
    await api.wait_for(lambda history: history, 20)
    await api.break_with(BotFault(Trouble.FLOOD, "sendMessage", CHAT, 9, times=1))
    outcome = await sending
    assert (outcome.delivery, outcome.cause) == (Delivery.UNCERTAIN, DeliveryCause.RATE_LIMITED)
    assert outcome.retry_in == timedelta(seconds=9)


async def test_the_token_is_in_no_log(api: BotApi, channel: TelegramChannel, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        await channel.deliver(message())
        await api.break_with(BotFault(Trouble.NOT_JSON, "sendMessage", CHAT, times=1))
        await channel.deliver(message())
    assert api.token not in caplog.text


@pytest.mark.parametrize(
    ("status", "body", "delivery", "cause"),
    [
        ("403 Forbidden", b"<html>Vui l\xc3\xb2ng \xc4\x91\xc4\x83ng nh\xe1\xba\xadp</html>", "not_sent", "rejected"),
        ("400 Bad Request", b"<html></html>", "not_sent", "rejected"),
        ("403 Forbidden", b'{"ok":false}', "not_sent", "rejected"),
        ("302 Found", b"", "uncertain", "server_error"),
        ("429 Too Many Requests", b'{"ok":false,"description":"Too Many Requests"}', "not_sent", "rate_limited"),
        ("200 OK", b"[]", "uncertain", "bad_answer"),
        ("200 OK", b'{"ok":true,"result":{"message_id":"x"}}', "uncertain", "bad_answer"),
        ("200 OK", b"\xff\xfe", "uncertain", "bad_answer"),
        ("200 OK", b"x" * 9_000_000, "uncertain", "connection_lost"),
        ("200 OK\r\nContent-Encoding: gzip", b"x", "uncertain", "connection_lost"),
    ],
)
async def test_a_stranger_answering_in_telegrams_place_never_makes_it_final(
    status: str, body: bytes, delivery: str, cause: str
) -> None:
    outcome = await _answered_by(status.encode(), body)
    assert (outcome.delivery, outcome.cause) == (delivery, cause)


@pytest.mark.parametrize(
    ("description", "delivery", "cause"),
    [
        ("Bad Request: message to edit not found", "permanent", "bad_request"),
        ("Bad Request: message can't be edited", "permanent", "bad_request"),
        ("Bad Request: message is not modified: specified new message content", "accepted", "fine"),
        ("Bad Request: chat not found", "permanent", "no_such_chat"),
        ("Bad Request: BUTTON_DATA_INVALID", "permanent", "bad_request"),
    ],
)
async def test_a_refusal_in_telegrams_own_words_is_read(description: str, delivery: str, cause: str) -> None:
    body = json.dumps({"ok": False, "error_code": 400, "description": description}).encode()
    outcome = await _answered_by(b"400 Bad Request", body, replaces="7")
    assert (outcome.delivery, outcome.cause) == (delivery, cause)


async def _answered_by(status: bytes, body: bytes, replaces: str | None = None) -> Outcome:
    """Return the outcome when a server gives this answer to whatever is asked."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (status, len(body)) + body)
        try:
            await writer.drain()
        except ConnectionError:
            return
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    channel = TelegramChannel(TelegramSettings(Secret("1:t"), f"http://127.0.0.1:{port}/bot"), SystemClock())
    await channel.start()
    try:
        return await channel.deliver(message(replaces=replaces))
    finally:
        await channel.stop()
        server.close()


async def test_a_certificate_nobody_vouches_for_is_not_sent() -> None:
    trustme = pytest.importorskip("trustme")
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    channel = TelegramChannel(TelegramSettings(Secret("1:t"), f"https://localhost:{port}/bot"), SystemClock())
    await channel.start()
    outcome = await channel.deliver(message())
    assert (outcome.delivery, outcome.cause) == (Delivery.NOT_SENT, DeliveryCause.CERTIFICATE)
    await channel.stop()
    server.close()


async def test_a_probe_says_whether_telegram_is_there_and_tells_nobody_anything(
    api: BotApi, channel: TelegramChannel
) -> None:
    assert (await channel.probe()).delivery is Delivery.ACCEPTED
    await api.break_with(BotFault(Trouble.UNAUTHORIZED, "getMe"))
    outcome = await channel.probe()
    assert (outcome.delivery, outcome.cause) == (Delivery.NOT_SENT, DeliveryCause.REJECTED)
    await api.break_with(BotFault(Trouble.AWAY))
    outcome = await channel.probe()
    assert (outcome.delivery, outcome.cause) == (Delivery.NOT_SENT, DeliveryCause.CONNECT)
    await api.mend()
    await channel.stop()
    assert (await channel.probe()).cause is DeliveryCause.NOT_CONFIGURED
    assert api.bubbles(CHAT) == ()


GROUP = -1_001_234


async def test_a_group_is_written_to_in_its_topic_and_what_follows_answers_the_first(
    api: BotApi, channel: TelegramChannel
) -> None:
    first = await channel.deliver(Message(1, f"{GROUP}:7", "Sự cố"))
    assert first.message_ref is not None
    file = Message(3, f"{GROUP}:7", "Danh sách", document=FILE, follows=first.message_ref)
    for message in (Message(2, f"{GROUP}:7", "Đã tiếp nhận", follows=first.message_ref), file):
        assert (await channel.deliver(message)).delivery is Delivery.ACCEPTED
    top, *below = api.bubbles(GROUP)
    assert (top.place.topic, top.place.reply_to) == (7, None)
    assert [(b.place.topic, b.place.reply_to) for b in below] == [(7, top.message_id)] * 2
    edit = await channel.deliver(Message(4, f"{GROUP}:7", "Đã khôi phục", replaces=first.message_ref))
    assert (edit.delivery, edit.message_ref) == (Delivery.ACCEPTED, first.message_ref)
    assert api.bubbles(GROUP)[0].text == "Đã khôi phục"


async def test_what_follows_a_message_that_is_gone_stands_by_itself(api: BotApi, channel: TelegramChannel) -> None:
    assert (await channel.deliver(replace(message(), follows="4711"))).delivery is Delivery.ACCEPTED
    (bubble,) = api.bubbles(CHAT)
    assert bubble.place.reply_to is None


async def test_of_a_long_text_the_first_piece_alone_is_an_answer(api: BotApi, channel: TelegramChannel) -> None:
    first = await channel.deliver(message())
    assert first.message_ref is not None
    await channel.deliver(replace(message("dòng\n" * 1_500), follows=first.message_ref))
    assert [b.place.reply_to is not None for b in api.bubbles(CHAT)] == [False, True, False]


async def test_a_group_that_became_a_supergroup_says_where_it_is_and_its_old_messages_stay(
    api: BotApi, channel: TelegramChannel
) -> None:
    old = await channel.deliver(Message(1, "-77", "Sự cố"))
    assert old.message_ref is not None
    await api.break_with(BotFault(Trouble.MIGRATED, chat_id=-77, amount=GROUP))
    moved = await channel.deliver(Message(2, "-77", "Sự cố khác"))
    assert (moved.delivery, moved.cause, moved.address) == (Delivery.NOT_SENT, DeliveryCause.MIGRATED, str(GROUP))
    for number in range(int(old.message_ref.rpartition("/")[2])):
        await channel.deliver(Message(10 + number, str(GROUP), f"tin {number}"))
    before = [bubble.texts for bubble in api.bubbles(GROUP)]
    edit = await channel.deliver(Message(3, str(GROUP), "Đã khôi phục", replaces=old.message_ref))
    assert (edit.delivery, edit.cause) == (Delivery.PERMANENT, DeliveryCause.NO_ADDRESS)
    assert [bubble.texts for bubble in api.bubbles(GROUP)] == before
    after = await channel.deliver(Message(4, str(GROUP), "Đã khôi phục", follows=old.message_ref))
    assert after.delivery is Delivery.ACCEPTED
    assert api.bubbles(GROUP)[-1].place.reply_to is None


@pytest.mark.parametrize(("address", "group"), [("1001", ""), ("-1001", "-1001"), ("-1001:7", "-1001")])
def test_all_topics_of_a_group_have_one_pace(channel: TelegramChannel, address: str, group: str) -> None:
    assert channel.group_of(address) == group
