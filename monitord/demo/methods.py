"""What each method of the Bot API does to the chats; getUpdates, which waits, is in the server.

Source: https://core.telegram.org/bots/api#available-methods
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from monitord.demo.calls import chat_id_of, whole
from monitord.demo.chats import Chats
from monitord.demo.talk import (
    LARGEST_FILE,
    LONGEST_SIDES,
    MOST_UNLIKE,
    File,
    Json,
    Place,
    Refusal,
    bad,
    keyboard_of,
    shown_caption,
    shown_text,
    sides_of,
)


def get_me(chats: Chats, asked: Json, now: datetime) -> Json:
    """Return the bot as a user."""
    return chats.bot | {"can_join_groups": True, "supports_inline_queries": False}


def send_message(chats: Chats, asked: Json, now: datetime) -> Json:
    """Deliver a message and return it. Refusal for a bad text, keyboard or chat."""
    chat_id = chat_id_of(asked)
    keyboard, place = keyboard_of(asked.get("reply_markup")), _place(chats, chat_id, asked)
    return chats.deliver(chat_id, _text(asked), keyboard, now, place=place, quiet=_quiet(asked))


def send_document(chats: Chats, asked: Json, now: datetime) -> Json:
    """Deliver a file with what stands under it and return it. Refusal for no file or a large one, a bad text,
    keyboard or chat."""
    chat_id, file = chat_id_of(asked), asked.get("document")
    if not isinstance(file, File):
        raise bad("there is no document in the request")
    if len(file.content) > LARGEST_FILE:
        raise Refusal(413, "Request Entity Too Large")
    if not file.content:
        raise bad("file must be non-empty")
    caption = shown_caption(str(asked.get("caption", "")), str(asked.get("parse_mode", "")))
    keyboard = keyboard_of(asked.get("reply_markup"))
    return chats.deliver(chat_id, caption, keyboard, now, file, _place(chats, chat_id, asked))


def send_photo(chats: Chats, asked: Json, now: datetime) -> Json:
    """Deliver a picture with what stands under it and return it. Refusal as Telegram refuses: for no picture, a large
    one, one whose sides are too long or too unlike, a reply to nothing, a bad text, keyboard or chat."""
    chat_id, file = chat_id_of(asked), asked.get("photo")
    if not isinstance(file, File):
        raise bad("there is no photo in the request")
    if len(file.content) > LARGEST_FILE:
        raise Refusal(413, "Request Entity Too Large")
    sides = sides_of(file.content)
    if sides is None:
        raise bad("IMAGE_PROCESS_FAILED")
    if sum(sides) > LONGEST_SIDES or max(sides) > MOST_UNLIKE * min(sides):
        raise bad("PHOTO_INVALID_DIMENSIONS")
    caption = shown_caption(str(asked.get("caption", "")), str(asked.get("parse_mode", "")))
    shown, keyboard = replace(file, sides=sides), keyboard_of(asked.get("reply_markup"))
    return chats.deliver(chat_id, caption, keyboard, now, shown, _place(chats, chat_id, asked), _quiet(asked))


def edit_message_text(chats: Chats, asked: Json, now: datetime) -> Json:
    """Change wording and keyboard of a message and return it. Refusal if nothing changes."""
    return _edit(chats, asked, _text(asked), now)


def edit_message_reply_markup(chats: Chats, asked: Json, now: datetime) -> Json:
    """Change the keyboard of a message and return it. Refusal if nothing changes."""
    return _edit(chats, asked, None, now)


def delete_message(chats: Chats, asked: Json, now: datetime) -> bool:
    """Take a message away and return True. Refusal if there is none."""
    return chats.delete(chat_id_of(asked), whole(asked.get("message_id")) or 0, now)


def answer_callback_query(chats: Chats, asked: Json, now: datetime) -> bool:
    """Show a toast to whoever pressed a button. Refusal for an unknown press."""
    alert = asked.get("show_alert") in (True, "true", "True")
    return chats.answer(str(asked.get("callback_query_id", "")), str(asked.get("text", "")), alert, now)


def get_webhook_info(chats: Chats, asked: Json, now: datetime) -> Json:
    """Return that there is no webhook, and how many updates wait."""
    return {"url": "", "has_custom_certificate": False, "pending_update_count": len(chats.updates)}


def agree(chats: Chats, asked: Json, now: datetime) -> bool:
    """Return True and do nothing."""
    return True


METHODS: Mapping[str, Callable[[Chats, Json, datetime], Any]] = {
    "getme": get_me,
    "sendmessage": send_message,
    "senddocument": send_document,
    "sendphoto": send_photo,
    "editmessagetext": edit_message_text,
    "editmessagereplymarkup": edit_message_reply_markup,
    "deletemessage": delete_message,
    "answercallbackquery": answer_callback_query,
    "getwebhookinfo": get_webhook_info,
    "deletewebhook": agree,
    "setmycommands": agree,
    "sendchataction": agree,
}
"""By name in small letters, as Telegram does not mind the case."""


def _quiet(asked: Json) -> bool:
    return asked.get("disable_notification") in (True, "true", "True")


def _place(chats: Chats, chat_id: int, asked: Json) -> Place:
    """Return where in a chat a message is to stand. Refusal for the answer to one that is not there."""
    given = asked.get("reply_parameters") or {}
    reply = json.loads(given) if isinstance(given, str) else given
    first = whole(reply.get("message_id"))
    there = first is not None and (chat_id, first) in chats.shown
    if first is not None and not there and not reply.get("allow_sending_without_reply"):
        raise bad("message to be replied not found")
    topic = whole(asked.get("message_thread_id"))
    if topic is not None and chat_id > 0:
        raise bad("message thread not found")
    return Place(topic, first if there else None)


def _text(asked: Json) -> str:
    return shown_text(str(asked.get("text", "")), str(asked.get("parse_mode", "")))


def _edit(chats: Chats, asked: Json, text: str | None, now: datetime) -> Json:
    message_id = whole(asked.get("message_id"))
    if message_id is None:
        raise bad("message identifier is not specified")
    return chats.edit(chat_id_of(asked), message_id, text, keyboard_of(asked.get("reply_markup")), now)
