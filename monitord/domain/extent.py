"""How far an incident reaches: what failed, what is lost with it, and who goes there."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitord.domain.pon import Onts


@dataclass(frozen=True, slots=True)
class Cut:
    """A link that is down, by its name, and since when."""

    name: str
    since: datetime | None = None


MARGIN = timedelta(minutes=5)
"""How much longer than the team's way a battery must last."""
USUAL = timedelta(minutes=30)
"""The way of a team of which nobody wrote how long it is."""


@dataclass(frozen=True, slots=True)
class Battery:
    """A place on battery: how long it lasts still, and how long the team needs to get there, where those are known.
    `low` when the power supply itself says so."""

    site: str
    left: timedelta | None = None
    travel: timedelta | None = None
    low: bool = False

    @property
    def spare(self) -> timedelta:
        """Return how much longer it lasts than the team needs, whose way is taken as usual where nobody knows it."""
        left = self.left if self.left is not None else timedelta(0) if self.low else timedelta(days=1)
        return left - (self.travel or USUAL)

    @property
    def short(self) -> bool:
        """Return whether the team has to leave now."""
        return self.low or self.spare <= MARGIN


@dataclass(frozen=True, slots=True)
class Extent:
    """What an incident means, in names and numbers.

    `isolated` are the devices that a ring has lost, `silent` how many devices do not answer because of it; `stations`,
    `subscribers` and `communes` what stands at the sites where nothing answers any more; `dark` are the communes of
    which no base station, whoever's, is left, `operator_share` the largest share of one operator's stations that is
    lost, in percent. `priority` are lines of Party and State bodies that are lost, `services` how many
    others; `exposed` are those that run on their last way. `segments` is where a cable is likely cut, `teams` who goes
    there, with their number; `onts` is what the ONTs behind PON ports say; `batteries` are the places on battery, the
    shortest first, without mains since `mains_lost`.
    """

    cuts: tuple[Cut, ...] = ()
    isolated: tuple[str, ...] = ()
    silent: int = 0
    sites: int = 0
    stations: int = 0
    subscribers: int = 0
    communes: tuple[str, ...] = ()
    dark: tuple[str, ...] = ()
    operator_share: float = 0.0
    priority: tuple[str, ...] = ()
    services: int = 0
    exposed: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    teams: tuple[tuple[str, str], ...] = ()
    batteries: tuple[Battery, ...] = ()
    mains_lost: datetime | None = None
    onts: Onts | None = None

    def outside(self) -> "Extent":
        """Return what another organisation may read of it: numbers and communes."""
        return Extent(
            sites=self.sites,
            stations=self.stations,
            subscribers=self.subscribers,
            communes=self.communes,
            dark=self.dark,
        )


NOTHING = Extent()
"""The extent of what reaches no further than itself."""
