"""What a decision is: old incident in, and everything to write out, as values that can be printed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitord.domain.incident import Incident
from monitord.domain.journal import Fact
from monitord.domain.notice import Notice


class TimerKind(StrEnum):
    """What falls due."""

    STEP = "step"
    ACK_EXPIRY = "ack_expiry"


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer to arm: at most one of them is armed per incident."""

    kind: TimerKind
    step: int
    due: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody who was, or may have been, told; `at` is None while that is not certain. `others` are his channels by
    which he was not told yet."""

    notice: int
    person: str
    organisation: str | None
    channel: str
    step: int | None
    message_ref: str | None
    at: datetime | None
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """Everything one decision writes, in one transaction.

    `timer` replaces whatever was armed; None leaves nothing armed.
    """

    incident: Incident
    facts: tuple[Fact, ...] = ()
    notices: tuple[Notice, ...] = ()
    timer: Timer | None = None
