"""What a storm looks like at one instant: how much is lost in all, and by what it is grouped."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitord.domain.extent import NOTHING, Battery, Cut, Extent


class Kind(StrEnum):
    """By what lost sites belong together."""

    RING = "ring"
    ROUTE = "route"
    POWER_AREA = "power_area"


@dataclass(frozen=True, slots=True)
class Group:
    """Sites that are lost with one ring, cable or power area, by its name. `cuts` are its dead links, `devices` how
    many devices it has cut off; `split` says that a ring lost some, and is not merely open; `since` when it began."""

    kind: Kind
    name: str
    code: str = ""
    since: datetime | None = None
    cuts: tuple[Cut, ...] = ()
    devices: int = 0
    sites: int = 0
    stations: int = 0
    split: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Running:
    """An incident that still runs, as a list names it."""

    code: str
    name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Survey:
    """A storm as it is now.

    `total` is what is lost in all, out of `all_stations` and `all_sites` of the unit; `lone` sites are lost by
    themselves, and `others` is how many incidents lose no site. `alarms` are the faults behind it all, `cut` the links
    and cables that are down. `restored` and `fresh` count the incidents that ended and began since the last summary,
    at `since`, when `before` stations (or sites) were lost. `number` counts the summaries, `wave` how often so much
    failed anew.
    """

    began: datetime
    total: Extent = NOTHING
    all_stations: int = 0
    all_sites: int = 0
    groups: tuple[Group, ...] = ()
    lone: int = 0
    others: int = 0
    alarms: int = 0
    cut: int = 0
    batteries: tuple[Battery, ...] = ()
    running: tuple[Running, ...] = ()
    number: int = 1
    since: datetime | None = None
    before: int = 0
    restored: int = 0
    fresh: int = 0
    wave: int = 1

    @property
    def mains_out(self) -> bool:
        """Return whether a power area, or the mains of a site, is known to be out."""
        return bool(self.batteries) or any(group.kind is Kind.POWER_AREA for group in self.groups)

    @property
    def lost(self) -> int:
        """Return how many stations are lost; sites where the settings count no stations."""
        return self.total.stations if self.all_stations else self.total.sites
