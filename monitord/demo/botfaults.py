"""What the Bot API stand-in can do wrong, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from monitord.demo.talk import Refusal


class Trouble(StrEnum):
    """The ways in which the Bot API fails; the amount's meaning stands beside each."""

    FLOOD = "429"  # seconds to wait
    BLOCKED = "403"
    BAD_REQUEST = "400"
    UNAUTHORIZED = "401"
    NOT_FOUND = "404"
    CONFLICT = "409"
    MIGRATED = "migrated"  # the new chat id
    SERVER_ERROR = "5xx"  # the status, 502 if not said
    NOT_JSON = "notjson"  # a portal answers in its place: nothing is delivered
    DROPPED = "dropped"  # connection closed before anything happened
    LOST = "lost"  # done and delivered, then the connection is closed without an answer
    NO_RESULT = "noresult"  # done, then {"ok": true} alone
    HANG = "hang"  # seconds (an hour if not said) without doing anything, then closed
    LATE = "late"  # done, and answered after so many seconds
    AWAY = "away"  # seconds of refused connections; without an amount until mended


@dataclass(frozen=True, slots=True)
class BotFault:
    """One thing that is wrong: what, for which method and chat (None: any), how much, how many times (None: always)."""

    what: Trouble
    method: str | None = None
    chat_id: int | None = None
    amount: float | None = None
    times: int | None = None

    def hits(self, method: str, chat_id: int | None) -> bool:
        """Return whether a call of `method` for that chat meets this fault."""
        same_method = self.method is None or self.method.lower() == method.lower()
        return same_method and self.chat_id in (None, chat_id)

    def number(self, otherwise: int) -> int:
        """Return the amount as a whole number, or `otherwise` if none was given."""
        return otherwise if self.amount is None else int(self.amount)

    def refusal(self) -> Refusal | None:
        """Return the refusal a caller gets before anything is done, or None if this fault is of another sort."""
        match self.what:
            case Trouble.FLOOD:
                wait = self.number(5)
                return Refusal(429, f"Too Many Requests: retry after {wait}", {"retry_after": wait})
            case Trouble.MIGRATED:
                description = "Bad Request: group chat was upgraded to a supergroup chat"
                return Refusal(400, description, {"migrate_to_chat_id": self.number(-1_001_000_000_001)})
            case Trouble.SERVER_ERROR:
                return Refusal(self.number(502), "Bad Gateway")
            case _ if self.what in PLAIN:
                return Refusal(int(self.what), PLAIN[self.what])
            case _:
                return None


PLAIN: Mapping[Trouble, str] = {
    Trouble.BLOCKED: "Forbidden: bot was blocked by the user",
    Trouble.BAD_REQUEST: "Bad Request: chat not found",
    Trouble.UNAUTHORIZED: "Unauthorized",
    Trouble.NOT_FOUND: "Not Found",
    Trouble.CONFLICT: "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running",
}
"""Telegram's own wording of plain refusals."""
