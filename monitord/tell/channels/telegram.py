"""The Telegram channel: plain text, buttons, edits in place, files, pictures. What comes back is heard elsewhere."""

import asyncio
import contextlib

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.error import TelegramError

from monitord.clock import Clock
from monitord.domain.document import Document
from monitord.domain.notice import ButtonFace, Delivery, DeliveryCause, Message, Outcome
from monitord.settings.model import Settings, TelegramSettings
from monitord.tell.bot import close_bot, open_bot
from monitord.tell.outcomes import outcome_of
from monitord.tell.registry import ChannelKind
from monitord.tell.split import cut, split

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
Place = tuple[int, int | None]
"""A chat, and the topic of a forum."""
CAPTION = 1024
"""UTF-16 units of what stands under a file or a picture (core.telegram.org/bots/api, sendDocument, sendPhoto)."""
BETWEEN_PIECES = 1.0
"""Seconds between the pieces of one long text: Telegram takes one message a second in a chat."""


CLEARED_WITHIN = 3.0
"""Seconds that taking away an old message may take: the new one was accepted already."""


class TelegramChannel:
    """Sends by the Bot API. Telegram may be away when it starts: nothing is asked before the first message."""

    name = "telegram"
    deadline = 10.0
    per_second = 25.0
    per_address = 1.0
    per_group = 0.25
    """Messages a second to one group, all its topics together: with five at once that is twenty in any minute."""
    probe_every = 300.0

    def __init__(self, settings: TelegramSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._bot: Bot | None = None

    async def start(self) -> None:
        """Make the bot; no connection yet."""
        if self._bot is None:
            self._bot = open_bot(self._settings)

    async def stop(self) -> None:
        """Close its connections."""
        bot, self._bot = self._bot, None
        if bot is not None:
            await close_bot(bot)

    async def deliver(self, message: Message) -> Outcome:
        """Send the message, or edit the one it replaces.

        A text longer than a message goes in pieces, the buttons under the last. Under a document the text is cut.
        """
        if self._bot is None:
            return Outcome(Delivery.NOT_SENT, DeliveryCause.NOT_CONFIGURED, "the channel was not started")
        place = _place(message.to)
        if place is None:
            return Outcome(Delivery.PERMANENT, DeliveryCause.NO_ADDRESS, "not a Telegram id")
        if message.replaces is not None:
            return await self._edit(self._bot, place[0], message, message.replaces)
        if message.canary:
            return await self._send_canary(self._bot, place[0], message)
        if message.document is not None:
            return await self._send_document(self._bot, place, message, message.document)
        return await self._send(self._bot, place, message)

    def group_of(self, address: str) -> str:
        """Return the chat of a group, which its topics share; empty for the chat of a person."""
        return address.partition(":")[0] if address.startswith("-") else ""

    async def probe(self) -> Outcome:
        """Ask Telegram who we are (getMe): it is there, and takes our token."""
        if self._bot is None:
            return Outcome(Delivery.NOT_SENT, DeliveryCause.NOT_CONFIGURED, "the channel was not started")
        try:
            await self._bot.get_me()
        except Exception as error:
            return outcome_of(error, self._settings.token.reveal())
        return Outcome(Delivery.ACCEPTED, accepted_at=self._clock.now())

    async def _send(self, bot: Bot, place: Place, message: Message) -> Outcome:
        pieces = split(message.text)
        for number, piece in enumerate(pieces, 1):
            if number > 1:
                await self._clock.sleep(BETWEEN_PIECES)
            last = number == len(pieces)
            try:
                sent = await bot.send_message(
                    place[0],
                    piece,
                    message_thread_id=place[1],
                    reply_parameters=_reply(place, message) if number == 1 else None,
                    link_preview_options=NO_PREVIEW,
                    reply_markup=_keyboard(message.buttons) if last else None,
                )
                ref = _ref(place, sent.message_id)
            except Exception as error:
                return _after_pieces(outcome_of(error, self._settings.token.reveal()), number - 1)
        return Outcome(Delivery.ACCEPTED, message_ref=ref, accepted_at=self._clock.now())

    async def _send_canary(self, bot: Bot, chat: int, message: Message) -> Outcome:
        """Send what rings nowhere, and take away what it takes the place of, as well as that goes."""
        try:
            sent = await bot.send_message(
                chat, cut(message.text), disable_notification=message.quiet, reply_markup=_keyboard(message.buttons)
            )
        except Exception as error:
            return outcome_of(error, self._settings.token.reveal())
        numbers = [number for ref in message.clears if (number := _message(chat, ref)) is not None]
        with contextlib.suppress(TelegramError, TimeoutError):
            async with asyncio.timeout(CLEARED_WITHIN):
                for number in numbers:
                    await bot.delete_message(chat, number)
        return Outcome(
            Delivery.ACCEPTED, message_ref=_ref((chat, None), sent.message_id), accepted_at=self._clock.now()
        )

    async def _send_document(self, bot: Bot, place: Place, message: Message, document: Document) -> Outcome:
        caption, keyboard = cut(message.text, CAPTION), _keyboard(message.buttons)
        try:
            if document.picture:
                sent = await bot.send_photo(
                    place[0],
                    document.content,
                    message_thread_id=place[1],
                    caption=caption,
                    filename=document.name,
                    disable_notification=message.quiet,
                    reply_parameters=_reply(place, message),
                    reply_markup=keyboard,
                )
            else:
                sent = await bot.send_document(
                    place[0],
                    document.content,
                    message_thread_id=place[1],
                    caption=caption,
                    filename=document.name,
                    disable_content_type_detection=True,
                    reply_parameters=_reply(place, message),
                    reply_markup=keyboard,
                )
        except Exception as error:
            return outcome_of(error, self._settings.token.reveal())
        return Outcome(Delivery.ACCEPTED, message_ref=_ref(place, sent.message_id), accepted_at=self._clock.now())

    async def _edit(self, bot: Bot, chat: int, message: Message, ref: str) -> Outcome:
        number = _message(chat, ref)
        if number is None:
            # Nobody was asked, so that it says nothing of the channel.
            return Outcome(Delivery.PERMANENT, DeliveryCause.NO_ADDRESS, "not a message of this chat")
        try:
            await bot.edit_message_text(
                cut(message.text),
                chat_id=chat,
                message_id=number,
                link_preview_options=NO_PREVIEW,
                reply_markup=_keyboard(message.buttons),
            )
        except Exception as error:
            outcome = outcome_of(error, self._settings.token.reveal(), ref)
            if outcome.delivery is not Delivery.ACCEPTED:
                return outcome
        return Outcome(Delivery.ACCEPTED, message_ref=ref, accepted_at=self._clock.now())


def _after_pieces(outcome: Outcome, sent: int) -> Outcome:
    """Return UNCERTAIN instead of NOT_SENT when a part is with the reader already: the repeat must say so."""
    if sent == 0 or outcome.delivery is not Delivery.NOT_SENT:
        return outcome
    return Outcome(
        Delivery.UNCERTAIN, outcome.cause, outcome.detail, retry_in=outcome.retry_in, address=outcome.address
    )


def _keyboard(buttons: tuple[tuple[ButtonFace, ...], ...]) -> InlineKeyboardMarkup | None:
    rows = [[InlineKeyboardButton(face.label, callback_data=face.callback) for face in row] for row in buttons]
    return InlineKeyboardMarkup(rows) if rows else None


def _ref(place: Place, number: int) -> str:
    """Return what a message is called: a group that becomes a supergroup counts its messages anew, so that there the
    chat belongs to it."""
    return str(number) if place[0] > 0 else f"{place[0]}/{number}"


def _message(chat: int, ref: str) -> int | None:
    """Return the number of a message in a chat; None for one of another."""
    of, slash, number = ref.rpartition("/")
    return _number(number) if not slash or of == str(chat) else None


def _reply(place: Place, message: Message) -> ReplyParameters | None:
    """Return that a message follows another, which may have been deleted since."""
    first = _message(place[0], message.follows)
    return None if first is None else ReplyParameters(first, allow_sending_without_reply=True)


def _place(address: str) -> Place | None:
    """Return chat and topic of an address: `1001`, `-1001234`, `-1001234:7`."""
    chat, colon, topic = address.partition(":")
    found = _number(chat), _number(topic) if colon else None
    return None if found[0] is None or (colon and found[1] is None) else (found[0], found[1])


def _number(text: str) -> int | None:
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else None


def _make(settings: Settings, clock: Clock) -> TelegramChannel | None:
    return None if settings.telegram is None else TelegramChannel(settings.telegram, clock)


CHANNEL = ChannelKind("telegram", _make)
