"""The roster of the settings written out as shifts."""

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from monitord.domain.roster import Shift, expand
from monitord.settings.model import DailyEntry, Settings

YAML = "yaml:"
"""What the source of a shift begins with that comes from the settings."""


def shifts_of(settings: Settings, first: date, days: int, zone: ZoneInfo) -> Iterator[Shift]:
    """Yield every shift the settings give for those days, daily slots written out; dated ones come all."""
    for entry in settings.roster:
        if isinstance(entry, DailyEntry):
            yield from expand(entry.unit, entry.duty, entry.slot, first, days, zone, YAML + place(entry.source))
        else:
            yield Shift(entry.unit, entry.duty, entry.person, entry.start, entry.end, YAML + place(entry.source))


def place(source: str) -> str:
    """Return `roster.yaml:12` for the full path of a place: where the folder lies is nobody's business in a log."""
    return source.rpartition("/")[2]
