"""The roster of the settings written out as shifts, in its layers."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitord.domain.cycle import work
from monitord.domain.laying import Layer, lay, layer_over
from monitord.domain.roster import Shift, expand, instant
from monitord.domain.rotation import Rotation, turns
from monitord.settings.model import DailyEntry, PatternEntry, Settings

YAML = "yaml:"
"""What the source of a shift begins with that comes from the settings."""


def layers_of(
    settings: Settings, first: date, days: int, zone: ZoneInfo, units: Collection[str] | None = None
) -> list[Layer]:
    """Return the layers of the settings for those days, the lowest first: daily slots and patterns written out, dated
    shifts all. What runs when the first day begins is there too. With `units` only theirs."""
    since, until = (instant(day, time(0), zone) for day in (first, first + timedelta(days=days)))
    found: dict[int, list[Shift]] = {}
    for entry in settings.roster:
        layer = found.setdefault(entry.layer, [])
        if units is not None and entry.unit not in units:
            continue
        if isinstance(entry, DailyEntry):
            source = YAML + place(entry.source)
            # The evening before may reach into the first day.
            begun = expand(entry.unit, entry.duty, entry.slot, first - timedelta(days=1), days + 1, zone, source)
            layer += (shift for shift in begun if shift.end > since)
        elif isinstance(entry, PatternEntry):
            layer += _pattern(entry, since, until, zone)
        else:
            layer.append(replace(entry.shift, source=YAML + place(entry.shift.source)))
    lowest = min(found, default=0)
    return [Layer(tuple(found[n])) if n == lowest else layer_over(found[n]) for n in sorted(found)]


def layers_between(settings: Settings, since: datetime, until: datetime) -> list[Layer]:
    """Return the layers of the settings for a time, whatever reaches into it included."""
    first = since.astimezone(settings.zone).date() - timedelta(days=1)
    days = (until.astimezone(settings.zone).date() - first).days + 1
    return layers_of(settings, first, days, settings.zone)


def _pattern(entry: PatternEntry, since: datetime, until: datetime, zone: ZoneInfo) -> list[Shift]:
    source = YAML + place(entry.source)
    if isinstance(entry.pattern, Rotation):
        return turns(entry.unit, entry.duty, entry.pattern, since, until, zone, source)
    return work(entry.unit, entry.duty, entry.pattern, since, until, zone, source)


def shifts_of(settings: Settings, first: date, days: int, zone: ZoneInfo) -> Sequence[Shift]:
    """Return every shift the settings alone give for those days, in order of beginning."""
    return lay(layers_of(settings, first, days, zone), ())


def place(source: str) -> str:
    """Return `roster.yaml:12` for the full path of a place: where the folder lies is nobody's business in a log."""
    return source.rpartition("/")[2]
