"""A digest: one message for many that waited for one person; values that a language turns into words."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum


class DigestState(StrEnum):
    """How an incident of a digest stands, in the order in which it is told."""

    OPEN = "open"
    TAKEN = "taken"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One incident: `ended` is when it was over, None while it runs; `taken_by` who has or had it; `into` the number of
    the one into which it was merged."""

    code: str
    severity: int
    name: str
    state: DigestState
    since: datetime
    ended: datetime | None = None
    taken_by: str = ""
    into: str = ""


@dataclass(frozen=True, slots=True)
class Digest:
    """`messages` messages about the incidents of `lines`, as they stand at `now`. `waited` is how long the oldest
    message waited, None where none did for a minute; `repeat` says that some may have arrived before. `asks` is True
    where its reader may take what nobody has; `buttons` where he can by a button under it. All of a `drill` is
    one."""

    messages: int
    lines: tuple[DigestLine, ...]
    now: datetime
    zone: tzinfo
    waited: timedelta | None = None
    repeat: bool = False
    asks: bool = False
    buttons: bool = False
    drill: bool = False

    @property
    def ordered(self) -> tuple[DigestLine, ...]:
        """Return the lines as they are told: what nobody has first, and the gravest of it first."""
        order = list(DigestState)
        return tuple(sorted(self.lines, key=lambda one: (order.index(one.state), one.severity, one.since, one.code)))
