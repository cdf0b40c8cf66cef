"""The roster of the settings written out as shifts, in its layers."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from monitord.domain.laying import Layer, lay, layer_over
from monitord.domain.roster import Shift, expand
from monitord.settings.model import DailyEntry, Settings

YAML = "yaml:"
"""What the source of a shift begins with that comes from the settings."""


def layers_of(settings: Settings, first: date, days: int, zone: ZoneInfo) -> list[Layer]:
    """Return the layers of the settings for those days, the lowest first: daily slots written out, dated shifts all."""
    found: dict[int, list[Shift]] = {}
    for entry in settings.roster:
        layer = found.setdefault(entry.layer, [])
        if isinstance(entry, DailyEntry):
            source = YAML + place(entry.source)
            layer += expand(entry.unit, entry.duty, entry.slot, first, days, zone, source)
        else:
            layer.append(replace(entry.shift, source=YAML + place(entry.shift.source)))
    lowest = min(found, default=0)
    return [Layer(tuple(found[n])) if n == lowest else layer_over(found[n]) for n in sorted(found)]


def shifts_of(settings: Settings, first: date, days: int, zone: ZoneInfo) -> Sequence[Shift]:
    """Return every shift the settings alone give for those days, in order of beginning."""
    return lay(layers_of(settings, first, days, zone), ())


def place(source: str) -> str:
    """Return `roster.yaml:12` for the full path of a place: where the folder lies is nobody's business in a log."""
    return source.rpartition("/")[2]
