"""What comes in from people: updates, and what they are answered."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class UpdateKind(StrEnum):
    """What came in from a person."""

    PRESS = "press"
    TEXT = "text"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Update:
    """One thing that came in by Telegram, as much of it as is needed. Hostile, but bounded and cleaned.

    Identity is `user_id` and nothing else; `user_name` is what the person calls himself. `data` is the callback data
    of a press or the text of a message. `message_ref` is the message under which a button was pressed. `at` is
    Telegram's own instant, where it gives one (it gives none for a press). `topic` is the topic of a forum in which it
    was written. An update of an unknown kind comes too, with zeros, so that the offset moves on.
    """

    update_id: int
    kind: UpdateKind
    user_id: int = 0
    chat_id: int = 0
    data: str = ""
    message_ref: str | None = None
    at: datetime | None = None
    callback_id: str | None = None
    user_name: str = ""
    topic: int | None = None

    @property
    def refs(self) -> dict[str, object]:
        """Return what a journal row refers to, so that what it did can be found."""
        return {"update": self.update_id}

    @property
    def private(self) -> dict[str, str]:
        """Return what was sent, a stranger's text, for the private part of a row."""
        return {"user": str(self.user_id), "name": self.user_name, "data": self.data}


@dataclass(frozen=True, slots=True)
class Heard:
    """A text that came in by a channel without buttons. Hostile, but bounded and cleaned.

    Identity is `sender`, an address in the form of `Person.address`, and nothing else; how far it is proved is the
    channel's to know. `key` names the text within its channel: one that comes twice has its effect once.
    """

    channel: str
    key: str
    sender: str
    text: str

    @property
    def refs(self) -> dict[str, object]:
        """Return what a journal row refers to; the key may hold a telephone number."""
        return {"heard": self.channel}

    @property
    def private(self) -> dict[str, str]:
        """Return what was sent, for the private part of a row."""
        return {"user": self.sender, "name": "", "data": self.text}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the desk made of an update.

    The words to answer with (empty: no answer), whether it took effect, and whether by right it had none.
    """

    text: str = ""
    accepted: bool = False
    refused: bool = False
