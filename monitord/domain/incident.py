"""An incident: one cause, its instants, and the frozen policy by which people are told."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from monitord.domain.health import Cause, Health
from monitord.domain.network import TargetId
from monitord.domain.policy import Policy


class Phase(StrEnum):
    """Where an incident stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class Incident:
    """One fault of one target.

    `first_bad` is the first failed look (the fault began between `last_good` and it: an estimate, and shown as one);
    `detected_at` the look that confirmed it; `opened_at` the instant of the decision, from which the ladder counts
    (`ladder_from` moves when an expired acknowledgement starts it again). `step` is the highest step told so far.
    """

    id: int
    code: str
    target: TargetId
    unit: str
    severity: int
    health: Health
    cause: Cause
    detail: str
    phase: Phase
    policy: Policy
    detected_at: datetime
    opened_at: datetime
    ladder_from: datetime
    step: int
    round: int = 0
    first_bad: datetime | None = None
    last_good: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    ack_expires_at: datetime | None = None
    restored_at: datetime | None = None

    @property
    def occurred_at(self) -> datetime:
        """Return the estimated beginning: the first look that failed."""
        return self.first_bad or self.detected_at

    @property
    def running(self) -> bool:
        """Return True while the fault lasts."""
        return self.phase is not Phase.RESTORED


def code(day: date, number: int) -> str:
    """Return the incident number as it is shown and read out over the telephone: `SC-0602-014`."""
    return f"SC-{day:%d%m}-{number:03d}"


def number_of(shown: str) -> int:
    """Return the short number at the end of a code or of what somebody typed (`014`); ValueError when there is none."""
    return int(shown.strip().rsplit("-", 1)[-1])


def next_number(used_today: AbstractSet[int], open_numbers: AbstractSet[int]) -> int:
    """Return the number of the day's next incident.

    Above those used today, and not one that is still open from another day.
    """
    number = max(used_today, default=0) + 1
    while number in open_numbers:
        number += 1
    return number
