"""Mains, batteries and what they take with them: how places and power areas are as a whole. Pure functions.

Like all of correlation it is a function of what is known, and of nothing that happened on the way.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from monitord.domain.health import FAULTS, Cause, Health
from monitord.domain.known import FINE, Judged, Known
from monitord.domain.network import Device, Site, TargetId, parents_of

POWER = "ups_battery"
"""The check whose fault says that a place runs on battery."""
PON = "pon_port"
"""The check that counts the ONTs of a port: degraded, most of those lost have no power; down, they have no light."""


@dataclass(frozen=True, slots=True)
class Place:
    """What one unit has at a site: `power` are the targets that look at its power supplies, `agents` those that say
    whether a device answers, `devices` what they belong to, `ports` those that count the ONTs of a PON port. `area` is
    the power area of the unit's places there."""

    id: str
    site: str
    unit: str
    power: tuple[TargetId, ...]
    agents: tuple[TargetId, ...]
    devices: tuple[str, ...]
    area: str | None = None
    ports: tuple[TargetId, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """The places of a network, and the power areas with theirs. Places without power supplies that are looked at, and
    without an area, are not in it."""

    places: Mapping[str, Place] = field(default_factory=lambda: MappingProxyType({}))
    areas: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    place_of: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """The place of each device."""
    supplies: Mapping[TargetId, str] = field(default_factory=lambda: MappingProxyType({}))
    """The place of each power supply that is looked at."""
    units: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """The unit of each device."""
    above: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    """The devices above each device of a place."""
    customers: Mapping[str, tuple[TargetId, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """The PON ports in each power area, where there are two or more: what is seen of the customers there."""
    serving: Mapping[TargetId, str] = field(default_factory=lambda: MappingProxyType({}))
    """The power area of each of these ports."""

    def at(self, device: str) -> Place | None:
        """Return the place of a device, None where nothing is to be said of its power."""
        return self.places.get(self.place_of.get(device, ""))


def grid_of(devices: Mapping[str, Device], sites: Mapping[str, Site], agents: Mapping[str, TargetId]) -> Grid:
    """Return the grid of a network."""
    there: dict[tuple[str, str], list[Device]] = {}
    for device in devices.values():
        there.setdefault((device.site, device.unit), []).append(device)
    places, areas = {}, dict[str, list[str]]()
    for (site, unit), found in there.items():
        power = tuple(t.id for d in found for t in d.targets if t.check == POWER)
        known = sites.get(site)
        area = f"{known.power_area}@{unit}" if known is not None and known.power_area is not None else None
        answering = tuple(agents[d.id] for d in found if d.id in agents)
        if (power or area) and (power or answering):
            ident = f"{site}@{unit}"
            ports = tuple(t.id for d in found for t in d.targets if t.check == PON)
            places[ident] = Place(ident, site, unit, power, answering, tuple(d.id for d in found), area, ports)
            if area is not None:
                areas.setdefault(area, []).append(ident)
    served = {area: tuple(port for one in found for port in places[one].ports) for area, found in areas.items()}
    served = {area: ports for area, ports in served.items() if len(ports) >= 2}
    return Grid(
        MappingProxyType(places),
        MappingProxyType({area: tuple(found) for area, found in areas.items() if len(found) >= 2}),
        MappingProxyType({device: place.id for place in places.values() for device in place.devices}),
        MappingProxyType({target: place.id for place in places.values() for target in place.power}),
        MappingProxyType({device.id: device.unit for device in devices.values()}),
        MappingProxyType(
            {
                name: frozenset(above.id for above in parents_of(devices, devices[name]))
                for place in places.values()
                for name in place.devices
            }
        ),
        MappingProxyType(served),
        MappingProxyType({port: area for area, ports in served.items() for port in ports}),
    )


class Powers:
    """How the places and areas of a grid are; each thing is worked out once."""

    def __init__(self, grid: Grid, known: Callable[[TargetId], Known], in_a_ring: Callable[[str], bool]) -> None:
        self.grid = grid
        self._in_a_ring = in_a_ring
        self._known = known
        self._areas: dict[str, Judged] = {}

    def supply(self, target: TargetId) -> Health | None:
        """Return what is known of a power supply or an agent: what was seen of it last counts until it is seen
        otherwise."""
        found = self._known(target)
        return found.known if found.health in (None, Health.UNKNOWN) else found.health

    def lost(self, place: Place) -> bool:
        """Return whether a place has lost the mains, as its power supplies were last seen."""
        return any(self.supply(target) in FAULTS for target in place.power)

    def well(self, place: Place) -> bool:
        """Return whether every power supply of a place was last seen well."""
        return bool(place.power) and all(self.supply(target) is Health.UP for target in place.power)

    def dark(self, place: Place) -> bool:
        """Return whether nothing answers at a place."""
        return bool(place.agents) and all(self.supply(agent) is Health.DOWN for agent in place.agents)

    def since(self, targets: Iterable[TargetId]) -> datetime | None:
        """Return when the first of these began to fail."""
        found = [known.since for known in map(self._known, targets) if known.since is not None]
        return min(found, default=None)

    def dark_since(self, agents: Iterable[TargetId]) -> datetime | None:
        """Return since when none of these answers: since the last of them fell silent."""
        found = [known.since for known in map(self._known, agents) if known.since is not None]
        return max(found, default=None)

    def site(self, ident: str) -> Judged:
        """Return how a place with power supplies is: DOWN when nothing answers there, DEGRADED on battery."""
        place = self.grid.places[ident]
        lost = [target for target in place.power if self.supply(target) in FAULTS]
        if self.dark(place):
            return Judged(Health.DOWN, Cause.SITE_SILENT, isolated=place.devices, since=self.dark_since(place.agents))
        if not lost:
            return FINE
        low = any(self.supply(target) is Health.DOWN for target in lost)
        return Judged(Health.DEGRADED, Cause.BATTERY_LOW if low else Cause.ON_BATTERY, since=self.since(lost))

    def area(self, ident: str) -> Judged:
        """Return how a power area is: DEGRADED when the mains are lost at two of its places and at half of those whose
        power is known, DOWN when some of them are silent. Once it is so, it is until the last of them has the mains
        back.

        It is down as well when all its places, three or more, are silent, none was last seen with good power, and no
        device above them all, and no ring, may have taken them with it.
        """
        if ident not in self._areas:
            was = self._known(f"area:{ident}/state").health in FAULTS
            self._areas[ident] = self._area([self.grid.places[one] for one in self.grid.areas[ident]], was=was)
        return self._areas[ident]

    def _area(self, places: list[Place], *, was: bool) -> Judged:
        known = [place for place in places if any(self.supply(target) is not None for target in place.power)]
        lost = [place for place in known if self.lost(place)]
        dark = [place for place in places if self.dark(place)]
        if (was and lost) or (len(lost) >= 2 and 2 * len(lost) >= len(known)):
            gone = [place for place in dark if place in lost or place not in known]
            hit = [place for place in places if place in lost or place in gone]
            since = self.since(target for place in lost for target in place.power)
            health = Health.DOWN if gone else Health.DEGRADED
            return Judged(health, Cause.AREA_MAINS, sites=tuple(place.id for place in hit), since=since)
        if len(places) >= 3 and len(dark) == len(places) and not any(map(self.well, places)) and self._alone(places):
            since = self.dark_since(agent for place in places for agent in place.agents)
            return Judged(Health.DOWN, Cause.AREA_SILENT, sites=tuple(place.id for place in places), since=since)
        return FINE

    def _alone(self, places: Iterable[Place]) -> bool:
        """Return whether no device that stands above all of these, itself among them or not, and no ring, may be why
        they are silent."""
        devices = [device for place in places for device in place.devices]
        above = frozenset.intersection(*(self.grid.above[device] | {device} for device in devices))
        return not above and not any(map(self._in_a_ring, devices))

    def dying(self, port: TargetId) -> bool:
        """Return whether most of the ONTs that a PON port has lost said that they had no power."""
        return self.supply(port) is Health.DEGRADED

    def customers(self, area: str) -> Judged:
        """Return how the customers in a power area are: DEGRADED when two PON ports there, and half of those that are
        known, have lost most of theirs for want of power. Once it is so, it is until the last of them has it back."""
        ports = self.grid.customers[area]
        dying = tuple(port for port in ports if self.dying(port))
        known = sum(self.supply(port) is not None for port in ports)
        was = self._known(f"customers:{area}/state").health in FAULTS
        if not dying or not (was or (len(dying) >= 2 and 2 * len(dying) >= known)):
            return FINE
        return Judged(Health.DEGRADED, Cause.AREA_CUSTOMERS, ports=dying, since=self.since(dying))

    def in_area(self, place: Place) -> str | None:
        """Return the power area by which a place is hit, None when none is."""
        if place.area is None or place.area not in self.grid.areas:
            return None
        return place.area if place.id in self.area(place.area).sites else None

    def without(self, device: str) -> bool:
        """Return whether a device is silent for want of power: nothing answers at its place, which lost the mains."""
        place = self.grid.at(device)
        if place is None or not self.dark(place):
            return False
        return self.lost(place) or self.in_area(place) is not None
