"""Windows: maintenance, a mute with an end, a change freeze, a planned power cut. Plain rows from a start to an end.

A recurring window is a series of rows made ahead, like shifts; lunar dates became instants at the border.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from monitord.domain.health import Hold


class WindowKind(StrEnum):
    """What a window is for."""

    MAINTENANCE = "maintenance"
    MUTE = "mute"
    FREEZE = "freeze"
    POWER_CUT = "power_cut"


HOLD_OF: Mapping[WindowKind, Hold] = {WindowKind.MAINTENANCE: Hold.MAINTENANCE, WindowKind.MUTE: Hold.MUTE}
"""The windows that hold; a freeze speaks to people, a planned cut explains."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a window covers: targets, devices, sites and units by id. With none of them it covers everything."""

    targets: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    units: tuple[str, ...] = ()

    @property
    def everything(self) -> bool:
        """Return True when nothing in particular is named."""
        return not (self.targets or self.devices or self.sites or self.units)

    def covers(self, target: str, device: str, site: str, unit: str) -> bool:
        """Return whether a target, on that device at that site of that unit, is in it."""
        return (
            self.everything
            or target in self.targets
            or device in self.devices
            or site in self.sites
            or unit in self.units
        )

    def touches(self, other: "Scope") -> bool:
        """Return whether both name something in common; what lies in what is asked of the settings, not here."""
        if self.everything or other.everything:
            return True
        pairs = ((self.targets, other.targets), (self.devices, other.devices), (self.sites, other.sites))
        return any(set(a) & set(b) for a, b in (*pairs, (self.units, other.units)))


@dataclass(frozen=True, slots=True)
class Window:
    """One window, from `start` up to, not including, `end`. `leader` named himself for one inside a change freeze."""

    id: int
    kind: WindowKind
    scope: Scope
    start: datetime
    end: datetime
    author: str
    series: str = ""
    leader: str | None = None

    def covers(self, at: datetime) -> bool:
        """Return True from `start` up to, not including, `end`."""
        return self.start <= at < self.end

    def overlaps(self, start: datetime, end: datetime) -> bool:
        """Return whether it has an instant in common with `[start, end)`."""
        return self.start < end and start < self.end


def holds(windows: Iterable[Window]) -> frozenset[Hold]:
    """Return the holds that these windows are."""
    return frozenset(HOLD_OF[window.kind] for window in windows if window.kind in HOLD_OF)


def until(windows: Iterable[Window], hold: Hold) -> datetime | None:
    """Return the latest end of those of the windows that hold so, or None."""
    return max((window.end for window in windows if HOLD_OF.get(window.kind) is hold), default=None)


def scope_to_wire(scope: Scope) -> dict[str, list[str]]:
    """Return the scope as JSON-ready values; `scope_from_wire` gives it back unchanged."""
    parts = {"targets": scope.targets, "devices": scope.devices, "sites": scope.sites, "units": scope.units}
    return {name: list(ids) for name, ids in parts.items() if ids}


def scope_from_wire(wire: Mapping[str, Any]) -> Scope:
    """Return the scope of `scope_to_wire`."""
    return Scope(**{name: tuple(map(str, ids)) for name, ids in wire.items()})
