"""Telegram's raw updates as bounded values, and the guard against floods of text. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from monitord.domain.safe import clean
from monitord.tell.limits import Bucket
from monitord.tell.ports import Update, UpdateKind

TEXT_LIMIT = 500
"""Characters kept of what somebody writes."""
NAME_LIMIT = 64
DATA_LIMIT = 64
MOST_USERS = 2_000
TEXTS_PER_SECOND = 5.0
TEXTS_AT_ONCE = 30
"""Texts of one person that may come at once: what was typed while nobody listened."""
CODES_PER_SECOND = 5.0
"""Texts of all strangers together that may be a code."""
CODE = "/start"
"""How a text begins that may be a code (core.telegram.org/bots/features, Deep linking)."""
LARGEST_ID = 2**53
"""Telegram's ids have at most 52 significant bits (core.telegram.org/bots/api, User)."""


def read_updates(raw: Any, offset: int | None) -> Sequence[Update]:
    """Return the updates of a getUpdates answer in the order of their ids, each once, none before `offset`.

    What is not an update is left out; an update of which only the id can be read is OTHER. Raises ValueError when
    `raw` is no list.
    """
    if not isinstance(raw, list):
        raise ValueError("the answer to getUpdates is no list")
    found: dict[int, Update] = {}
    for one in raw:
        if isinstance(one, dict) and (number := _id(one.get("update_id"))) is not None:
            found.setdefault(number, _read(number, one))
    # Only old ids in an answer: Telegram has numbered its updates anew, which it does after a week without any.
    anew = offset is not None and all(number < offset for number in found)
    return [found[number] for number in sorted(found) if anew or number >= (offset or 0)]


def bare(update: Update) -> Update:
    """Return the update without its content, so that it can be counted as seen; its button can still be answered."""
    return Update(update.update_id, UpdateKind.OTHER, callback_id=update.callback_id)


class Flood:
    """Who writes too much: after a pile at first five texts a second and person, and no more persons remembered than a
    desk could have."""

    def __init__(self) -> None:
        self._strangers = Bucket(CODES_PER_SECOND, 4 * CODES_PER_SECOND)
        self._users: dict[int, Bucket] = {}
        self._swept: float | None = None

    def too_many(self, mono: float) -> bool:
        """Return True for a code that comes on top of too many, whoever sends them; it counts."""
        if self._strangers.wait(mono) > 0:
            return True
        self._strangers.take(mono)
        return False

    def too_much(self, user_id: int, mono: float) -> bool:
        """Return True for a text that comes on top of too many; it counts."""
        if user_id not in self._users and len(self._users) >= MOST_USERS:
            # At most once a second: ten thousand strangers must not cost ten thousand sweeps.
            if self._swept is None or mono - self._swept >= 1.0:
                self._swept = mono
                self._users = {u: b for u, b in self._users.items() if not b.full(mono)}
            if len(self._users) >= MOST_USERS:
                return True
        bucket = self._users.setdefault(user_id, Bucket(TEXTS_PER_SECOND, TEXTS_AT_ONCE))
        if bucket.wait(mono) > 0:
            return True
        bucket.take(mono)
        return False


def worth_passing(
    batch: Sequence[Update], flood: Flood, mono: float, known: frozenset[int] = frozenset()
) -> Iterator[Update]:
    """Yield what the desk is to see: every press, and texts within their limit, of a stranger only what may be a code.

    What is left out leaves no trace: ten thousand strangers cost the database nothing.
    """
    for update in batch:
        stranger = update.user_id not in known
        match update.kind:
            case UpdateKind.PRESS:
                yield update
            case UpdateKind.TEXT if stranger and not update.data.startswith(CODE):
                continue
            case UpdateKind.TEXT if not (stranger and flood.too_many(mono)) and not flood.too_much(
                update.user_id, mono
            ):
                yield update


def _read(number: int, one: dict[str, Any]) -> Update:
    match one:
        case {"callback_query": {"id": str(query), "from": dict(user), **rest}}:
            message = rest.get("message")
            under = message if isinstance(message, dict) else {}
            data = rest.get("data")
            ref = _id(under.get("message_id"))
            return Update(
                number,
                UpdateKind.PRESS,
                user_id=_id(user.get("id")) or 0,
                chat_id=_chat(under),
                # Not cleaned: a signature is compared character by character.
                data=data if isinstance(data, str) and len(data) <= DATA_LIMIT and data.isascii() else "",
                message_ref=None if ref is None else str(ref),
                callback_id=query[:DATA_LIMIT],
                user_name=_name(user),
            )
        case {"message": {"text": str(text), "from": dict(user), **rest}}:
            return Update(
                number,
                UpdateKind.TEXT,
                user_id=_id(user.get("id")) or 0,
                chat_id=_chat(rest),
                data=clean(text, TEXT_LIMIT),
                at=_instant(rest.get("date")),
                user_name=_name(user),
                topic=_id(rest.get("message_thread_id")) if rest.get("is_topic_message") is True else None,
            )
        case _:
            return Update(number, UpdateKind.OTHER)


def _chat(message: Mapping[Any, Any]) -> int:
    chat = message.get("chat")
    found = _id(chat.get("id")) if isinstance(chat, dict) else None
    return found or 0


def _name(user: Mapping[Any, Any]) -> str:
    parts = (user.get("first_name"), user.get("last_name"))
    return clean(" ".join(p[:NAME_LIMIT] for p in parts if isinstance(p, str)), NAME_LIMIT)


def _id(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST_ID else None


def _instant(value: Any) -> datetime | None:
    # 253402300799 is the last second that a datetime can hold.
    return datetime.fromtimestamp(value, UTC) if _id(value) is not None and 0 < value <= 253_402_300_799 else None
