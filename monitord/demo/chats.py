"""The chats of the Bot API stand-in: what stands in them, and the updates nobody has confirmed yet, without any I/O.

Source: https://core.telegram.org/bots/api
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from mimetypes import guess_type

from monitord.demo.talk import Act, Bubble, Button, Entry, File, Json, Keyboard, Place, Refusal, bad

LONGEST_ANSWER = 200
MOST_UPDATES = 10_000
PER_GROUP = 20
"""Messages that a group takes in a minute (core.telegram.org/bots/faq)."""
MINUTE = timedelta(minutes=1)


class Chats:
    """All chats with one bot: who got what, what it looks like now, and the updates nobody has confirmed yet."""

    def __init__(self, names: Mapping[int, str], bot: Json) -> None:
        self.names = names
        self.bot = bot
        self.history: list[Entry] = []
        self.shown: dict[tuple[int, int], Bubble] = {}
        self.updates: list[Json] = []
        self.allowed: frozenset[str] = frozenset()
        self._next_message = 1
        self._next_update = 100_000_001
        self._queries: dict[str, tuple[int, int]] = {}
        self._in_groups: list[tuple[int, datetime]] = []

    def bubbles(self, chat_id: int) -> tuple[Bubble, ...]:
        """Return what stands in one chat now, oldest first."""
        return tuple(bubble for bubble in self.shown.values() if bubble.chat_id == chat_id)

    def deliver(
        self,
        chat_id: int,
        text: str,
        keyboard: Keyboard,
        now: datetime,
        file: File | None = None,
        place: Place = Place(),  # noqa: B008
        quiet: bool = False,
    ) -> Json:
        """Put a message of the bot into a chat, with a file if there is one, and return it as the Bot API tells it.

        Refusal for more than a group takes in a minute.
        """
        if chat_id < 0:
            self._in_groups = [one for one in self._in_groups if now - one[1] < MINUTE]
            mine = [at for chat, at in self._in_groups if chat == chat_id]
            if len(mine) >= PER_GROUP:
                wait = math.ceil((mine[0] + MINUTE - now).total_seconds())
                raise Refusal(429, f"Too Many Requests: retry after {wait}", {"retry_after": wait})
            self._in_groups.append((chat_id, now))
        message_id = self._new_message_id()
        bubble = Bubble(chat_id, message_id, now, (text,), keyboard, file=file, place=place, quiet=quiet)
        self.shown[chat_id, message_id] = bubble
        self._note(now, Act.MESSAGE, chat_id, message_id, text, keyboard, file=file.name if file else "")
        return self.message(chat_id, message_id)

    def edit(self, chat_id: int, message_id: int, text: str | None, keyboard: Keyboard, now: datetime) -> Json:
        """Change a message of the bot; text None leaves the wording. Refusal if there is none, or no difference."""
        old = self.shown.get((chat_id, message_id))
        if old is None or not old.incoming:
            raise bad("message to edit not found")
        if old.file is not None and text is not None:
            raise bad("there is no text in the message to edit")
        if keyboard == old.keyboard and text in (None, old.text):
            raise bad(
                "message is not modified: specified new message content and reply markup are exactly the same as a"
                " current content and reply markup of the message"
            )
        texts = old.texts if text in (None, old.text) else (*old.texts, text or "")
        self.shown[chat_id, message_id] = replace(old, texts=texts, keyboard=keyboard, edited_at=now)
        self._note(now, Act.EDIT, chat_id, message_id, texts[-1], keyboard)
        return self.message(chat_id, message_id)

    def delete(self, chat_id: int, message_id: int, now: datetime) -> bool:
        """Take a message of the bot away. Refusal if there is none."""
        old = self.shown.get((chat_id, message_id))
        if old is None or not old.incoming:
            raise bad("message to delete not found")
        del self.shown[chat_id, message_id]
        self._note(now, Act.DELETE, chat_id, message_id, "")
        return True

    def answer(self, query_id: str, text: str, alert: bool, now: datetime) -> bool:
        """Show a toast to whoever pressed. Refusal for a press that never was."""
        if query_id not in self._queries:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        if len(text) > LONGEST_ANSWER:
            raise bad("MESSAGE_TOO_LONG")
        chat_id, message_id = self._queries[query_id]
        self._note(now, Act.ANSWER, chat_id, message_id, text, query_id=query_id, alert=alert)
        return True

    def press(self, chat_id: int, message_id: int, data: str, user_id: int, now: datetime) -> str:
        """Queue a press, honest or forged, and return the query's id."""
        query_id = str(4_000_000_000_000_000 + len(self.history))
        self._queries[query_id] = (chat_id, message_id)
        self._note(now, Act.PRESS, chat_id, message_id, data, user_id=user_id, query_id=query_id)
        query: Json = {"id": query_id, "from": self._user(user_id), "data": data}
        query["chat_instance"] = str((chat_id * 2_654_435_761) % 2**63)
        if (chat_id, message_id) in self.shown:
            query["message"] = self.message(chat_id, message_id)
        else:
            query["message"] = {"chat": self._chat(chat_id), "message_id": message_id, "date": 0}
        self._queue("callback_query", query)
        return query_id

    def write(self, chat_id: int, text: str, user_id: int, now: datetime) -> int:
        """Queue a person's message and return its id."""
        message_id = self._new_message_id()
        self.shown[chat_id, message_id] = Bubble(chat_id, message_id, now, (text,), incoming=False)
        self._note(now, Act.WRITE, chat_id, message_id, text, user_id=user_id)
        message = self.message(chat_id, message_id) | {"from": self._user(user_id)}
        if text.startswith("/"):
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        self._queue("message", message)
        return message_id

    def confirm(self, offset: int) -> None:
        """Forget the updates before `offset`; a negative one keeps only that many of the newest."""
        if offset < 0:
            self.updates = self.updates[offset:]
        else:
            self.updates = [update for update in self.updates if update["update_id"] >= offset]

    def message(self, chat_id: int, message_id: int) -> Json:
        """Return a message in the Bot API's shape: seconds since 1970, the chat's type, the inline keyboard."""
        bubble = self.shown[chat_id, message_id]
        message: Json = {
            "message_id": message_id,
            "date": int(bubble.at.timestamp()),
            "chat": self._chat(chat_id),
            "from": self.bot,
        }
        if bubble.place.topic is not None:
            message |= {"message_thread_id": bubble.place.topic, "is_topic_message": True}
        if bubble.place.reply_to is not None:
            message["reply_to_message"] = self.message(chat_id, bubble.place.reply_to)
        if bubble.file is None:
            message["text"] = bubble.text
        elif bubble.file.sides is not None:
            message |= {"caption": bubble.text, "photo": [_photo(bubble, bubble.file)]}
        else:
            message |= {"caption": bubble.text, "document": _document(bubble, bubble.file)}
        if bubble.edited_at is not None:
            message["edit_date"] = int(bubble.edited_at.timestamp())
        if bubble.keyboard:
            message["reply_markup"] = {"inline_keyboard": [list(map(_button, row)) for row in bubble.keyboard]}
        return message

    def _new_message_id(self) -> int:
        self._next_message += 1
        return self._next_message - 1

    def _note(
        self,
        now: datetime,
        act: Act,
        chat_id: int,
        message_id: int,
        text: str,
        keyboard: Keyboard = (),
        *,
        user_id: int | None = None,
        query_id: str = "",
        alert: bool = False,
        file: str = "",
    ) -> None:
        number = len(self.history) + 1
        entry = Entry(number, now, act, chat_id, message_id, text, keyboard, user_id, query_id, alert, file)
        self.history.append(entry)

    def _queue(self, kind: str, content: Json) -> None:
        if self.allowed and kind not in self.allowed:
            return
        self.updates = [*self.updates, {"update_id": self._next_update, kind: content}][-MOST_UPDATES:]
        self._next_update += 1

    def _user(self, user_id: int) -> Json:
        return {"id": user_id, "is_bot": False, "first_name": self.names.get(user_id, f"Người {user_id}")}

    def _chat(self, chat_id: int) -> Json:
        if chat_id > 0:
            return {"id": chat_id, "type": "private", "first_name": self._user(chat_id)["first_name"]}
        kind = "supergroup" if str(chat_id).startswith("-100") else "group"
        return {"id": chat_id, "type": kind, "title": self.names.get(chat_id, f"Nhóm {-chat_id}")}


def _document(bubble: Bubble, file: File) -> Json:
    ident = f"{bubble.chat_id}-{bubble.message_id}"
    return {
        "file_id": ident,
        "file_unique_id": ident,
        "file_name": file.name,
        "mime_type": guess_type(file.name)[0] or "application/octet-stream",
        "file_size": len(file.content),
    }


def _photo(bubble: Bubble, file: File) -> Json:
    ident = f"{bubble.chat_id}-{bubble.message_id}"
    wide, high = file.sides or (0, 0)
    size = {"width": wide, "height": high, "file_size": len(file.content)}
    return {"file_id": ident, "file_unique_id": ident} | size


def _button(button: Button) -> Json:
    target = {"callback_data": button.data} if button.data else {"url": button.url}
    return {"text": button.label, **target}
