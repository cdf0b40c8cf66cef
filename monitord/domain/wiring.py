"""How devices hang together, indexed as correlation asks it: ports of links, joints of rings, links along cables, what
shares its power."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from monitord.domain.network import Device, Link, Site, TargetId
from monitord.domain.powering import Grid, grid_of
from monitord.domain.topology import Ring, Route, Topology

PORT = "interface_up"
"""The check that looks at one end of a link."""
AGENT = "agent_answers"
"""The check that says whether a device answers: its fault explains that nothing else of the device is seen."""
LINK, RING, ROUTE, SITE, AREA, CUSTOMERS = "link", "ring", "route", "site", "area", "customers"
"""What is judged from other targets: `link:ID/state` is the target of a link, and so on; a place, a power area and the
customers in it are of one unit (`site:ID@UNIT/state`)."""


WHOLES = frozenset({LINK, RING, ROUTE, SITE, AREA, CUSTOMERS})


def whole(kind: str, ident: str) -> TargetId:
    """Return the target that says how a link, a ring, a cable route, a place, a power area or its customers are."""
    return f"{kind}:{ident}/state"


def parts(target: TargetId) -> tuple[str, str] | None:
    """Return the kind and the id of what a target speaks of as a whole; None for one that is looked at."""
    kind, colon, rest = target.partition(":")
    return (kind, rest.removesuffix("/state")) if colon and kind in WHOLES else None


@dataclass(frozen=True, slots=True)
class Port:
    """One end of a link: its device, and the target that looks at its interface; None when nobody does."""

    device: str
    target: TargetId | None


@dataclass(frozen=True, slots=True)
class Wiring:
    """The network as correlation asks it. Links of which nobody looks at any end are not in it."""

    ports: Mapping[str, tuple[Port, Port]]
    rings: Mapping[str, Ring]
    routes: Mapping[str, Route]
    agents: Mapping[str, TargetId]
    links_at: Mapping[str, tuple[str, ...]]
    links_of: Mapping[TargetId, tuple[str, ...]]
    rings_at: Mapping[str, tuple[str, ...]]
    rings_of: Mapping[str, tuple[str, ...]]
    routes_of: Mapping[str, tuple[str, ...]]
    along: Mapping[str, tuple[str, ...]]
    """The links along each cable segment."""
    grid: Grid = field(default_factory=Grid)
    _around: dict[TargetId, tuple[TargetId, ...]] = field(default_factory=dict, compare=False, repr=False)
    _affected: dict[TargetId, tuple[TargetId, ...]] = field(default_factory=dict, compare=False, repr=False)
    _near: dict[TargetId, frozenset[TargetId]] = field(default_factory=dict, compare=False, repr=False)
    _by_death: dict[TargetId, Mapping[str, tuple[TargetId, ...]]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def around(self, target: TargetId) -> tuple[TargetId, ...]:
        """Return what is to be read to judge a target: what it is judged from, and what stands at the other ends of
        the links of those devices. Worked out once."""
        found = self._around.get(target)
        if found is None:
            wanted = dict.fromkeys(self.looked_at(target))
            for device in dict.fromkeys(name.partition("/")[0] for name in wanted):
                wanted |= self._looks(self.links_at.get(device, ()))
            devices = dict.fromkeys(name.partition("/")[0] for name in wanted)
            wanted |= dict.fromkeys(look for device in devices for look in self._powered(device))
            areas = dict.fromkeys(place.area for place in map(self.grid.at, devices) if place is not None)
            wanted |= dict.fromkeys(whole(AREA, area) for area in areas if area is not None and area in self.grid.areas)
            served = dict.fromkeys(self.grid.serving[name] for name in wanted if name in self.grid.serving)
            wanted |= dict.fromkeys(port for area in served for port in self.grid.customers[area])
            wanted |= dict.fromkeys(whole(CUSTOMERS, area) for area in served)
            found = self._around[target] = tuple(wanted)
        return found

    def _powered(self, device: str) -> tuple[TargetId, ...]:
        """Return what says whether a device is without power."""
        place = self.grid.at(device)
        if place is None:
            return ()
        area = place.area if place.area in self.grid.areas else None
        return self.looked_at(whole(SITE, place.id) if area is None else whole(AREA, area))

    def affected(self, target: TargetId, device: str) -> tuple[TargetId, ...]:
        """Return what is judged anew when a port of a device, its agent or its power supply is seen otherwise: areas,
        cables, rings, places, links. Worked out once."""
        found = self._affected.get(target)
        if found is None:
            found = self._affected[target] = self._affected_by(target, device)
        return found

    def _affected_by(self, target: TargetId, device: str) -> tuple[TargetId, ...]:
        if target in self.grid.serving:
            return (whole(CUSTOMERS, self.grid.serving[target]),)
        own = self.links_of.get(target, ())
        if self.agents.get(device) == target:
            own = self.links_at.get(device, ())
        rings = dict.fromkeys(ring for link in own for ring in self.rings_of.get(link, ()))
        if self.agents.get(device) == target:
            rings |= dict.fromkeys(self.rings_at.get(device, ()))
        routes = dict.fromkeys(route for link in own for route in self.routes_of.get(link, ()))
        place = self.grid.at(device)
        if place is None or target not in (*place.power, *place.agents):
            place = None
        areas = [a for a in (place.area if place else None,) if a is not None and a in self.grid.areas]
        places = [place.id] if place is not None and place.power else []
        # A cable is not cut because what hangs on it has no power.
        hit = self.grid.areas[areas[0]] if areas else [place.id] if place is not None else []
        without = [device for ident in hit for device in self.grid.places[ident].devices]
        routes |= dict.fromkeys(
            r for d in without for link in self.links_at.get(d, ()) for r in self.routes_of.get(link, ())
        )
        named = [(AREA, areas), (ROUTE, routes), (RING, rings), (SITE, places), (LINK, dict.fromkeys(own))]
        return tuple(whole(kind, ident) for kind, found in named for ident in sorted(found))

    def by_death(self, target: TargetId, device: str) -> Mapping[str, tuple[TargetId, ...]]:
        """Return the devices of which a look may show that they are dead, or not, with what that may explain: the
        rings and cables around each, and its links. It matters only where such a device is silent. Worked out once."""
        found = self._by_death.get(target)
        if found is None:
            if self.agents.get(device) == target:
                devices = {device, *(e.device for link in self.links_at.get(device, ()) for e in self.ports[link])}
            else:
                devices = {end.device for link in self.links_of.get(target, ()) for end in self.ports[link]}
            found = self._by_death[target] = {one: self._around_device(one) for one in sorted(devices)}
        return found

    def _around_device(self, device: str) -> tuple[TargetId, ...]:
        links = self.links_at.get(device, ())
        routes = dict.fromkeys(route for link in links for route in self.routes_of.get(link, ()))
        named = ((ROUTE, routes), (RING, self.rings_at.get(device, ())), (LINK, links))
        return tuple(whole(kind, ident) for kind, found in named for ident in sorted(found))

    def near(self, wholes: Iterable[TargetId]) -> frozenset[TargetId]:
        """Return the targets whose explanation these may be, or may have been: links, rings, ports and agents."""
        found: set[TargetId] = set()
        for one in wholes:
            if one not in self._near:
                self._near[one] = self._near_one(one)
            found |= self._near[one]
        return frozenset(found)

    def _near_one(self, one: TargetId) -> frozenset[TargetId]:
        match parts(one):
            case ("link", ident):
                return frozenset(self._of_links([ident]))
            case ("ring", ident):
                members = {self.agents[member] for member in self.rings[ident].members if member in self.agents}
                return frozenset(members).union(self._of_links(self.links_around(ident)))
            case ("route", ident):
                return frozenset(self._of_links(self.links_along(ident)))
            case ("site", ident):
                return frozenset((*self._of_places([ident]), *self._served(self.grid.places[ident].area)))
            case ("area", ident):
                return frozenset((*self._of_places(self.grid.areas[ident]), *self._served(ident)))
            case ("customers", ident):
                return frozenset(self.grid.customers[ident])
            case _:
                return frozenset()

    def _served(self, area: str | None) -> tuple[TargetId, ...]:
        """Return what says how the customers in a power area are, and their ports."""
        ports = self.grid.customers.get(area or "", ())
        return (whole(CUSTOMERS, area), *ports) if area and ports else ()

    def _of_places(self, places: Iterable[str]) -> Iterable[TargetId]:
        for place in (self.grid.places[ident] for ident in places):
            if place.power:
                yield whole(SITE, place.id)
            yield from (*place.power, *place.agents)
            for device in place.devices:
                yield from (whole(RING, ring) for ring in self.rings_at.get(device, ()))
                yield from self._of_links(self.links_at.get(device, ()))

    def _of_links(self, links: Iterable[str]) -> Iterable[TargetId]:
        for link in links:
            yield whole(LINK, link)
            yield from (whole(RING, ring) for ring in self.rings_of.get(link, ()))
            for port in self.ports[link]:
                if port.target is not None:
                    yield port.target
                if port.device in self.agents:
                    yield self.agents[port.device]

    def links_around(self, ring: str) -> tuple[str, ...]:
        """Return the links of a ring, in its order; those of which nobody looks at an end are left out."""
        return tuple(link for joint in self.rings[ring].joints for link in joint if link in self.ports)

    def links_along(self, route: str) -> tuple[str, ...]:
        """Return the links along any segment of a cable route."""
        segments = self.routes[route].segments
        return tuple(dict.fromkeys(link for segment in segments for link in self.along.get(segment.id, ())))

    def looked_at(self, target: TargetId) -> tuple[TargetId, ...]:
        """Return the targets from which a whole is judged; of one that is looked at, itself.

        Nothing of a whole that other settings knew.
        """
        match parts(target):
            case None:
                return (target,)
            case ("link", ident) if ident in self.ports:
                links: Iterable[str] = [ident]
            case ("ring", ident) if ident in self.rings:
                links = self.links_around(ident)
            case ("route", ident) if ident in self.routes:
                links = self.links_along(ident)
            case ("site", ident) if ident in self.grid.places:
                place = self.grid.places[ident]
                return (*place.power, *place.agents)
            case ("area", ident) if ident in self.grid.areas:
                return self._looks_of_area(ident)
            case ("customers", ident) if ident in self.grid.customers:
                return self.grid.customers[ident]
            case _:
                return ()
        return tuple(self._looks(links))

    def _looks_of_area(self, ident: str) -> tuple[TargetId, ...]:
        places = [self.grid.places[one] for one in self.grid.areas[ident]]
        return tuple(target for place in places for target in (*place.power, *place.agents))

    def evidence(self, target: TargetId, device: str) -> tuple[TargetId, ...]:
        """Return what is to be looked at to know whether this explains anything: what it is judged from; of a device
        that is perhaps dead, what stands at the other ends of its links as well."""
        if parts(target) is not None:
            return self.looked_at(target)
        return tuple(dict.fromkeys((target, *self._looks(self.links_at.get(device, ())))))

    def _looks(self, links: Iterable[str]) -> dict[TargetId, None]:
        ports = [port for link in links for port in self.ports[link]]
        named = dict.fromkeys(port.target for port in ports if port.target is not None)
        return named | dict.fromkeys(self.agents[port.device] for port in ports if port.device in self.agents)


def wiring_of(
    devices: Mapping[str, Device],
    links: Mapping[str, Link],
    topology: Topology,
    agents: Mapping[str, TargetId],
    sites: Mapping[str, Site] = MappingProxyType({}),
) -> Wiring:
    """Return the wiring of a network; `agents` are the targets that say whether a device answers."""
    looked = {(t.device, t.instance): t.id for d in devices.values() for t in d.targets if t.check == PORT}
    ports: dict[str, tuple[Port, Port]] = {}
    at: dict[str, list[str]] = {}
    of: dict[str, list[str]] = {}
    along: dict[str, list[str]] = {}
    routes_of: dict[str, dict[str, None]] = {}
    for link in links.values():
        ends = Port(link.a[0], looked.get(link.a)), Port(link.b[0], looked.get(link.b))
        if ends[0].target is None and ends[1].target is None:
            continue
        ports[link.id] = ends
        for end in ends:
            at.setdefault(end.device, []).append(link.id)
            if end.target is not None:
                of.setdefault(end.target, []).append(link.id)
        for segment in link.along:
            along.setdefault(segment, []).append(link.id)
            routes_of.setdefault(link.id, {})[segment.partition("/")[0]] = None
    rings_of: dict[str, list[str]] = {}
    rings_at: dict[str, list[str]] = {}
    for ring in topology.rings.values():
        for member in ring.members:
            rings_at.setdefault(member, []).append(ring.id)
        for name in (name for joint in ring.joints for name in joint if name in ports):
            rings_of.setdefault(name, []).append(ring.id)
    return Wiring(
        ports=MappingProxyType(ports),
        rings=topology.rings,
        routes=topology.routes,
        agents=agents,
        links_at=_frozen(at),
        links_of=_frozen(of),
        rings_at=_frozen(rings_at),
        rings_of=_frozen(rings_of),
        routes_of=_frozen(routes_of),
        along=_frozen(along),
        grid=grid_of(devices, sites, agents),
    )


def _frozen(found: Mapping[str, Iterable[str]]) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({name: tuple(held) for name, held in found.items()})
