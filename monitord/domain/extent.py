"""How far an incident reaches: what failed, what is lost with it, and who goes there."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Cut:
    """A link that is down, by its name, and since when."""

    name: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Extent:
    """What an incident means, in names and numbers.

    `isolated` are the devices that a ring has lost, `silent` how many devices do not answer because of it; `stations`,
    `subscribers` and `communes` what stands at the sites where nothing answers any more; `dark` are the communes of
    which no base station, whoever's, is left, `operator_share` the largest share of one operator's stations that is
    lost, in percent. `priority` are lines of Party and State bodies that are lost, `services` how many
    others; `exposed` are those that run on their last way. `segments` is where a cable is likely cut, `teams` who goes
    there, with their number.
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
