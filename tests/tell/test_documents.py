"""Messages with a document: made right before they are sent, and sent by Telegram as a file."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

from monitord.clock import SystemClock
from monitord.demo.botapi import BotApi, BotFault, File, Trouble
from monitord.domain.document import Attachment, AttachmentKind, CannotMake, Document
from monitord.domain.notice import ButtonFace, Delivery, DeliveryCause, Message, Outcome
from monitord.draw.png import png, size_of
from monitord.draw.ring import ring_sheet
from monitord.tell.attaching import whole
from monitord.tell.channels.telegram import TelegramChannel
from monitord.tell.dispatcher import Dispatcher
from monitord.tell.split import units
from monitord.texts import pick
from tests.draw.drawings import ZONE, ring
from tests.tell.outbox import MemoryOutbox
from tests.tell.test_dispatcher import Scripted

CHAT = 1001
CONTENT = "\ufeffĐối tượng,Điểm\r\nBTS 1,Trạm Gò Mây\r\n".encode()
LIST = Document("DR-1109-004-0330.csv", CONTENT)
WANTED = Attachment(AttachmentKind.STORM_LIST, 4, datetime(2027, 9, 10, 20, 30, tzinfo=UTC))


def message(text: str = "📋 DANH SÁCH", document: Document | None = LIST) -> Message:
    return Message(1, str(CHAT), text, attach=WANTED, document=document)


# --- the channel ----------------------------------------------------------------------------------------------------


async def test_a_document_arrives_as_a_file_with_the_text_under_it(api: BotApi, channel: TelegramChannel) -> None:
    faces = ((ButtonFace("✅ Tiếp nhận", "v1|a|take|b"),),)
    outcome = await channel.deliver(Message(1, str(CHAT), "📋 <b>DANH SÁCH</b>", faces, document=LIST))
    (bubble,) = api.bubbles(CHAT)
    assert bubble.file == File("DR-1109-004-0330.csv", CONTENT)
    assert (bubble.text, len(bubble.buttons)) == ("📋 <b>DANH SÁCH</b>", 1)
    assert (outcome.delivery, outcome.message_ref) == (Delivery.ACCEPTED, str(bubble.message_id))
    assert outcome.accepted_at is not None


async def test_a_long_text_is_cut_under_a_document(api: BotApi, channel: TelegramChannel) -> None:
    assert (await channel.deliver(message("📋" * 2000))).delivery is Delivery.ACCEPTED
    (bubble,) = api.bubbles(CHAT)
    assert units(bubble.text) <= 1024
    assert bubble.text.endswith("📋…")


async def test_a_document_that_is_too_large_is_never_sent_again(api: BotApi, channel: TelegramChannel) -> None:
    outcome = await channel.deliver(message(document=Document("x.csv", bytes(6 << 20))))
    assert (outcome.delivery, outcome.cause) == (Delivery.PERMANENT, DeliveryCause.BAD_REQUEST)


# --- pictures -------------------------------------------------------------------------------------------------------

SKETCH = Document("SC-0112-014-so-do-0312.png", png(ring_sheet(ring(6, {1}), pick("vi"), ZONE)), picture=True)


async def test_a_picture_is_shown_as_a_silent_reply_to_the_alert(api: BotApi, channel: TelegramChannel) -> None:
    alert = await channel.deliver(Message(1, str(CHAT), "🟠 SỰ CỐ MỚI"))
    told = Message(2, str(CHAT), "🖼 SƠ ĐỒ RING", document=SKETCH, follows=alert.message_ref or "", quiet=True)
    outcome = await channel.deliver(told)
    bubble = api.bubbles(CHAT)[-1]
    assert bubble.file is not None
    assert (bubble.file.sides, bubble.file.content) == (size_of(SKETCH.content), SKETCH.content)
    assert (bubble.text, str(bubble.place.reply_to), bubble.quiet) == ("🖼 SƠ ĐỒ RING", alert.message_ref, True)
    assert (outcome.delivery, outcome.message_ref) == (Delivery.ACCEPTED, str(bubble.message_id))
    assert (api.asked["sendphoto"], api.asked["senddocument"]) == (1, 0)


async def test_a_picture_goes_where_the_alert_is_gone_and_a_long_text_is_cut(
    api: BotApi, channel: TelegramChannel
) -> None:
    for follows in ("99", "x", ""):
        told = Message(2, str(CHAT), "🖼" * 2000, document=SKETCH, follows=follows, quiet=True)
        assert (await channel.deliver(told)).delivery is Delivery.ACCEPTED
    assert [bubble.place.reply_to for bubble in api.bubbles(CHAT)] == [None] * 3
    assert all(units(bubble.text) <= 1024 and bubble.text.endswith("🖼…") for bubble in api.bubbles(CHAT))


async def test_a_picture_that_telegram_refuses_is_never_sent_again(channel: TelegramChannel) -> None:
    outcome = await channel.deliver(Message(1, str(CHAT), "🖼", document=Document("x.png", b"x", picture=True)))
    assert (outcome.delivery, outcome.cause) == (Delivery.PERMANENT, DeliveryCause.BAD_REQUEST)


class Never:
    """Makes nothing, ever."""

    async def make(self, what: Attachment) -> Document:
        raise CannotMake("the ring left the settings")


async def test_where_a_picture_can_never_be_made_its_reader_hears_that(api: BotApi, channel: TelegramChannel) -> None:
    asked = replace(message(document=None), instead="Chưa vẽ được hình")
    said = await whole(asked, Never(), 1.0)
    assert isinstance(said, Message)
    assert (await channel.deliver(said)).delivery is Delivery.ACCEPTED
    assert [(bubble.text, bubble.file) for bubble in api.bubbles(CHAT)] == [("Chưa vẽ được hình", None)]
    outcome = await whole(message(document=None), Never(), 1.0)
    assert isinstance(outcome, Outcome)
    assert (outcome.delivery, outcome.cause) == (Delivery.NOT_SENT, DeliveryCause.UNEXPECTED)


# --- the lane -------------------------------------------------------------------------------------------------------


class Maker:
    """Makes the list, after as many failures as the test says; `hold` lets it hang for so many times."""

    def __init__(self, failures: int = 0, hold: int = 0) -> None:
        self.failures = failures
        self.hold = hold
        self.asked: list[Attachment] = []

    async def make(self, what: Attachment) -> Document:
        self.asked.append(what)
        if self.hold:
            self.hold -= 1
            await asyncio.Event().wait()
        if self.failures:
            self.failures -= 1
            raise OSError("the database is away")
        return LIST


class Keeping(Scripted):
    """A channel that keeps the documents it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.documents: list[Document | None] = []

    async def deliver(self, message: Message) -> Outcome:
        self.documents.append(message.document)
        return await super().deliver(message)


async def test_a_document_that_cannot_be_made_is_tried_again_and_the_lane_goes_on() -> None:
    outbox, channel, maker = MemoryOutbox(), Keeping(), Maker(failures=2)
    outbox.put(1, "a", attach=WANTED)
    outbox.put(2, "b")
    dispatcher = Dispatcher(outbox, [channel], SystemClock(), attachments=maker)
    running = asyncio.create_task(dispatcher.run())
    reports = await outbox.until_reports(4)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    mine = [(outcome.delivery, outcome.cause) for notice, outcome in reports if notice == 1]
    not_made = (Delivery.NOT_SENT, DeliveryCause.UNEXPECTED)
    assert mine == [not_made, not_made, (Delivery.ACCEPTED, DeliveryCause.FINE)]
    assert sorted(channel.given) == [1, 2]
    assert channel.documents.count(LIST) == 1
    assert maker.asked == [WANTED] * 3


async def test_a_document_that_takes_too_long_was_surely_not_sent() -> None:
    outcome = await whole(message(document=None), Maker(hold=1), 0.05)
    assert isinstance(outcome, Outcome)
    assert (outcome.delivery, outcome.cause) == (Delivery.NOT_SENT, DeliveryCause.TIMED_OUT)


async def test_without_a_maker_of_documents_nothing_is_sent_without_its_document() -> None:
    outcome = await whole(message(document=None), None, 1.0)
    assert isinstance(outcome, Outcome)
    assert (outcome.delivery, outcome.cause) == (Delivery.NOT_SENT, DeliveryCause.NOT_CONFIGURED)
    plain = Message(1, "a", "Sự cố")
    assert await whole(plain, None, 1.0) is plain


async def test_telegram_that_hangs_over_a_document_makes_it_uncertain(api: BotApi, channel: TelegramChannel) -> None:
    await api.break_with(BotFault(Trouble.HANG, "sendDocument", CHAT, times=1))
    channel.deadline = 0.5
    outbox = MemoryOutbox()
    outbox.put(1, str(CHAT), "📋 DANH SÁCH", channel="telegram", attach=WANTED)
    dispatcher = Dispatcher(outbox, [channel], SystemClock(), attachments=Maker())
    running = asyncio.create_task(dispatcher.run())
    reports = await outbox.until_reports(2)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert [outcome.delivery for _, outcome in reports] == [Delivery.UNCERTAIN, Delivery.ACCEPTED]
    assert [bubble.file and bubble.file.content for bubble in api.bubbles(CHAT)] == [CONTENT]


async def test_a_row_whose_document_could_outlive_its_lease_is_given_back_untried() -> None:
    outbox, channel, maker = MemoryOutbox(), Keeping(), Maker()
    outbox.lease = 15.0  # enough for a text, not for a text and a document
    outbox.put(1, "a", attach=WANTED)
    outbox.put(2, "b")
    dispatcher = Dispatcher(outbox, [channel], SystemClock(), attachments=maker)
    running = asyncio.create_task(dispatcher.run())
    await outbox.until_given_back(1)
    await outbox.until_reports(1)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert (channel.given, maker.asked) == ([2], [])


def test_what_is_in_a_document_is_in_no_log() -> None:
    assert "Gò Mây" not in repr(message())


async def test_files_leave_one_at_a_time_so_that_an_alert_to_another_finds_room() -> None:
    outbox, channel, maker = MemoryOutbox(), Scripted(), Maker(hold=20)
    for notice in range(1, 11):
        outbox.put(notice, f"file {notice}", attach=WANTED)
    outbox.put(11, "alert")
    dispatcher = Dispatcher(outbox, [channel], SystemClock(), attachments=maker)
    running = asyncio.create_task(dispatcher.run())
    try:
        await asyncio.wait_for(outbox.until_reports(1), 5)
        assert channel.given == [11]
        assert len(maker.asked) == 1
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
