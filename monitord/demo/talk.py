"""The values of a chat with a bot, and what the Bot API refuses about a text or a keyboard.

Source: https://core.telegram.org/bots/api (limits and the wording of refusals).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from html.parser import HTMLParser
from typing import Any

Json = dict[str, Any]

LONGEST_TEXT, LONGEST_CAPTION = 4_096, 1_024
LARGEST_FILE = 5 << 20
"""Bytes of a file: the real one takes ten times as much, and nobody here has use for it."""
LONGEST_SIDES, MOST_UNLIKE = 10_000, 20
"""Pixels of both sides of a picture together, and how many times one may be as long as the other."""
LONGEST_CALLBACK_DATA = 64
HTML_TAGS = frozenset(
    (
        *("a", "b", "blockquote", "code", "del", "em", "i", "ins"),
        *("pre", "s", "span", "strike", "strong", "tg-emoji", "tg-spoiler", "u"),
    )
)


class Act(StrEnum):
    """What happened in a chat."""

    MESSAGE = "message"
    EDIT = "edit"
    ANSWER = "answer"
    PRESS = "press"
    WRITE = "write"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Button:
    """One inline button; `data` is empty for a link."""

    label: str
    data: str = ""
    url: str = ""


Keyboard = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class File:
    """A file as it was sent; a picture has its two `sides`, in pixels."""

    name: str
    content: bytes = field(repr=False)
    sides: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the stand-in's history. `user_id` is who pressed or wrote; `query_id` joins a press to its answer;
    `file` is the name of the file that came with it."""

    number: int
    at: datetime
    act: Act
    chat_id: int
    message_id: int
    text: str
    keyboard: Keyboard = ()
    user_id: int | None = None
    query_id: str = ""
    alert: bool = False
    file: str = ""

    @property
    def buttons(self) -> tuple[Button, ...]:
        """Return the buttons of all rows."""
        return tuple(button for row in self.keyboard for button in row)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a chat a message stands: the topic of a forum, and the message that it answers."""

    topic: int | None = None
    reply_to: int | None = None


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message as its reader sees it now; `texts` are all its wordings, the present one last. With a `file` they
    are what stands under it; `place` is where in the chat it stands. A `quiet` one did not ring."""

    chat_id: int
    message_id: int
    at: datetime
    texts: tuple[str, ...]
    keyboard: Keyboard = ()
    edited_at: datetime | None = None
    incoming: bool = True
    file: File | None = None
    place: Place = field(default_factory=lambda: Place())
    quiet: bool = False

    @property
    def text(self) -> str:
        """Return the present wording."""
        return self.texts[-1]

    @property
    def buttons(self) -> tuple[Button, ...]:
        """Return the buttons of all rows."""
        return tuple(button for row in self.keyboard for button in row)


class Refusal(Exception):
    """The Bot API says no."""

    def __init__(self, status: int, description: str, parameters: Mapping[str, int] | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = dict(parameters or {})


def bad(reason: str) -> Refusal:
    """Return a 400 in Telegram's wording."""
    return Refusal(400, f"Bad Request: {reason}")


class _Plain(HTMLParser):
    """Reads Telegram's HTML and keeps the letters."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.letters: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in HTML_TAGS:
            raise bad(f'can\'t parse entities: Unsupported start tag "{tag[:40]}" at byte offset {self.getpos()[1]}')
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise bad(f"can't parse entities: Unmatched end tag at byte offset {self.getpos()[1]}")

    def handle_data(self, data: str) -> None:
        self.letters.append(data)


def shown_text(text: str, parse_mode: str) -> str:
    """Return the letters a reader sees. Refusal for bad HTML, for nothing and for more than 4,096 UTF-16 units."""
    text = _letters(text, parse_mode)
    if not text:
        raise bad("message text is empty")
    if _units(text) > LONGEST_TEXT:
        raise bad("message is too long")
    return text


def shown_caption(text: str, parse_mode: str) -> str:
    """Return the letters under a file, which may be none. Refusal for bad HTML and for more than 1,024 UTF-16 units."""
    text = _letters(text, parse_mode)
    if _units(text) > LONGEST_CAPTION:
        raise bad("message caption is too long")
    return text


def sides_of(content: bytes) -> tuple[int, int] | None:
    """Return width and height of a picture, None for what is no PNG: the real one takes JPEG as well."""
    if len(content) < 24 or content[:8] != b"\x89PNG\r\n\x1a\n" or content[12:16] != b"IHDR":
        return None
    wide, high = int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")
    return (wide, high) if wide and high else None


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "replace")) // 2


def _letters(text: str, parse_mode: str) -> str:
    if parse_mode.lower() == "html":
        parser = _Plain()
        parser.feed(text)
        parser.close()
        if parser.open:
            raise bad(f"can't parse entities: Can't find end tag corresponding to start tag \"{parser.open[-1]}\"")
        text = "".join(parser.letters)
    return text.strip()


def keyboard_of(markup: object) -> Keyboard:
    """Return the inline keyboard in a reply_markup; empty for none and other kinds. Refusal for bad buttons."""
    rows = markup.get("inline_keyboard", ()) if isinstance(markup, dict) else ()
    try:
        keyboard = tuple(
            tuple(Button(str(b["text"]), str(b.get("callback_data", "")), str(b.get("url", ""))) for b in row)
            for row in rows
        )
    except (TypeError, KeyError, AttributeError):
        raise bad("can't parse inline keyboard button") from None
    for button in (button for row in keyboard for button in row):
        if not button.label:
            raise bad("inline keyboard button text is empty")
        if len(button.data.encode()) > LONGEST_CALLBACK_DATA or not (button.data or button.url):
            raise bad("BUTTON_DATA_INVALID")
    return keyboard
