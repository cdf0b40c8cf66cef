"""An incident: one cause, its instants, and the frozen policy by which people are told."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from monitord.domain.health import Cause, Health
from monitord.domain.network import TargetId
from monitord.domain.policy import Policy


class Phase(StrEnum):
    """Where an incident stands.

    RESTORED: the service is back, perhaps on a generator. FIXED: a person said that nothing is left to repair. CLOSED:
    the cause and the measures are written down.
    """

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESTORED = "restored"
    FIXED = "fixed"
    CLOSED = "closed"


RUNNING = (Phase.OPEN, Phase.ACKNOWLEDGED)
"""The phases in which the fault lasts and a timer is armed."""


class Diary(StrEnum):
    """What the team on its way reports: a line of the incident's diary."""

    SET_OUT = "set_out"
    ARRIVED = "arrived"
    GENERATOR_ON = "generator_on"
    GENERATOR_OFF = "generator_off"
    MAINS_BACK = "mains_back"
    CABLE_FOUND = "cable_found"
    SPLICED = "spliced"
    LEFT = "left"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Incident:
    """One fault of one target.

    `first_bad` is the first failed look (the fault began between `last_good` and it: an estimate, and shown as one);
    `detected_at` the look that confirmed it; `opened_at` the instant of the decision, from which the ladder counts
    (`ladder_from` moves when an expired acknowledgement starts it again). `step` is the highest step told so far.

    A fault that comes back soon is the same incident: `reopened` counts how often, `episode_from` is the beginning of
    the present episode (None: the first), `down_before` the length of the earlier ones. While it is restored, or a
    storm tells of it, `spent` is how much of the ladder's time has gone by, or what was left of the acknowledgement, so
    that flapping resets neither. `hushed` is True while people were not told of the last restoration because their
    target was held. One that comes back late is a new incident,
    linked by `recurrence_of`, the `recurrence`-th in a row. A security incident has a `lane`, perhaps a `site`; while
    it is `suspected` only named persons hear of it. `told_health` is the health in which people were last told of it,
    `suspect` what it probably comes from (`probable.Suspect`), None while nothing points anywhere. `storm` is the
    incident of the storm that tells of it (`storm.py`).
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
    reopened: int = 0
    episode_from: datetime | None = None
    down_before: timedelta = timedelta(0)
    spent: timedelta = timedelta(0)
    hushed: bool = False
    recurrence_of: int | None = None
    recurrence: int = 0
    eta: datetime | None = None
    assigned_to: str | None = None
    ticket: str | None = None
    lane: str | None = None
    site: str | None = None
    suspected: bool = False
    drill: bool = False
    fixed_at: datetime | None = None
    closed_at: datetime | None = None
    told_health: Health | None = None
    suspect: str | None = None
    storm: int | None = None

    @property
    def occurred_at(self) -> datetime:
        """Return the estimated beginning: the first look that failed."""
        return self.first_bad or self.detected_at

    @property
    def episode_at(self) -> datetime:
        """Return the estimated beginning of the present episode."""
        return self.episode_from or self.occurred_at

    @property
    def episode(self) -> str:
        """Return what sets the notices of this episode apart from those of the others: nothing for the first."""
        return f"#{self.reopened}" if self.reopened else ""

    @property
    def running(self) -> bool:
        """Return True while the fault lasts."""
        return self.phase in RUNNING

    def outage(self, until: datetime) -> timedelta:
        """Return how long it was down in all its episodes, the present one counted up to `until`."""
        return self.down_before + (until - self.episode_at)


def code(day: date, number: int, kind: str = "SC") -> str:
    """Return the incident number as it is shown and read out over the telephone: `SC-0602-014`; `DR` for a storm."""
    return f"{kind}-{day:%d%m}-{number:03d}"


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
