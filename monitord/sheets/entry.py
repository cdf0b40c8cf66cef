"""What was read of a roster file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitord.sheets.asking import Doubt, Remark


@dataclass(frozen=True, slots=True)
class Entry:
    """One person's duty as a file plans it, `[start, end)` in UTC; `day` is the day it is listed for, `place` the
    cell."""

    unit: str
    duty: str
    person: str
    start: datetime
    end: datetime
    day: date
    place: str
    backup: bool = False


@dataclass(frozen=True, slots=True)
class Understood:
    """A header cell and what its column was understood as: the name of a column, or the id of a duty with hours."""

    place: str
    said: str
    column: str


@dataclass(frozen=True, slots=True)
class Read:
    """A file as it was understood. `rows` counts the rows that name somebody; `pending` those that wait for a doubt.
    `unused` are the cells named to take a proposal of, and at which nothing is proposed.
    """

    entries: tuple[Entry, ...]
    doubts: tuple[Doubt, ...]
    remarks: tuple[Remark, ...]
    columns: tuple[Understood, ...]
    rows: int
    pending: int
    legend: Mapping[str, str]
    unused: tuple[str, ...] = ()


def instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """Return a time of a roster's day, in minutes from its beginning, as an instant."""
    local = datetime.combine(day, time(0)) + timedelta(minutes=minutes)
    return local.replace(tzinfo=zone).astimezone(UTC)
