"""Documents that go with a message: what is to be made of the database, and the file that was made."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class AttachmentKind(StrEnum):
    """What is attached."""

    STORM_LIST = "storm_list"
    TIMELINE = "timeline"
    SKETCH = "sketch"


@dataclass(frozen=True, slots=True)
class Attachment:
    """What is to be attached: which document of an incident, as of which instant."""

    kind: AttachmentKind
    incident: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Document:
    """A file as its reader gets it; a `picture` is shown where the channel can."""

    name: str
    content: bytes = field(repr=False)
    picture: bool = False


class CannotMake(Exception):
    """What was to be attached can never be made; the text says why."""
