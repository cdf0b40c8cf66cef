"""One cause, one incident: how links, rings and cables are as a whole, and what explains what. Pure functions.

Everything is a function of what is known of ports and devices, and of nothing that happened on the way: the same looks
in any order give the same wholes and the same explanations.
"""

from collections.abc import Callable
from datetime import datetime

from monitord.domain.health import Cause, Health
from monitord.domain.known import FINE, Judged, Known
from monitord.domain.network import TargetId
from monitord.domain.powering import Place, Powers
from monitord.domain.wiring import AREA, CUSTOMERS, LINK, RING, ROUTE, SITE, Port, Wiring, parts, whole


class Picture:
    """What the targets of a wiring are known to be, and what follows from it; each thing is worked out once."""

    def __init__(self, wiring: Wiring, known: Callable[[TargetId], Known]) -> None:
        self.wiring = wiring
        self._known = known
        self._links: dict[str, Judged] = {}
        self._rings: dict[str, Judged] = {}
        self._routes: dict[str, Judged] = {}
        self.powers = Powers(wiring.grid, known, wiring.rings_at.__contains__)

    # --- what is seen -----------------------------------------------------------------------------------------------

    def silent(self, device: str) -> bool:
        """Return whether a device does not answer."""
        agent = self.wiring.agents.get(device)
        return agent is not None and self._known(agent).health is Health.DOWN

    def _port(self, port: Port) -> Health | None:
        """Return what is known of a port: UP, DOWN or nothing. What a silent device said last still counts; of one that
        answers, what is seen."""
        if port.target is None:
            return None
        found = self._known(port.target)
        unseen = found.health in (None, Health.UNKNOWN)
        health = found.known if unseen and self.silent(port.device) else found.health
        return health if health in (Health.UP, Health.DOWN) else None

    def _since(self, target: TargetId | None) -> datetime | None:
        return None if target is None else self._known(target).since

    # --- how things are as a whole ----------------------------------------------------------------------------------

    def judge(self, target: TargetId) -> Judged:
        """Return how a whole is; FINE for a target that is looked at."""
        match parts(target):
            case ("link", ident):
                return self.link(ident)
            case ("ring", ident):
                return self.ring(ident)
            case ("route", ident):
                return self.route(ident)
            case ("site", ident):
                return self.powers.site(ident)
            case ("area", ident):
                return self.powers.area(ident)
            case ("customers", ident):
                return self.powers.customers(ident)
            case _:
                return FINE

    def link(self, ident: str) -> Judged:
        """Return how a link is: DOWN when an end that answers says so, whoever remembers otherwise.

        Where neither end answers, it is down when one of them last said so.
        """
        if ident not in self._links:
            self._links[ident] = self._link(ident)
        return self._links[ident]

    def _link(self, ident: str) -> Judged:
        ends = self.wiring.ports[ident]
        live = [self._port(end) for end in ends if not self.silent(end.device)]
        told = [end.target for end in ends if self._port(end) is Health.DOWN]
        if Health.DOWN not in live and (Health.UP in live or not told):
            return FINE
        if live.count(Health.DOWN) == 2:
            cause = Cause.LINK_BOTH_ENDS
        elif len(live) == 2:
            cause = Cause.LINK_ONE_END
        else:
            cause = Cause.LINK_SILENT
        begun = [at for at in map(self._since, told) if at is not None]
        return Judged(Health.DOWN, cause, (ident,), since=min(begun, default=None))

    def failed(self, link: str) -> bool:
        """Return whether a link is down; one that nobody looks at is not."""
        return link in self.wiring.ports and self.link(link).health is Health.DOWN

    def dead(self, device: str) -> bool:
        """Return whether a device is silent and nothing shows a line to it alive, but a line to it dead: it may be the
        device itself that failed, and take its links with it."""
        links = self.wiring.links_at.get(device, ())
        return self.silent(device) and bool(links) and all(self._dead_towards(device, link) for link in links) and any(
            map(self.failed, links)
        )  # fmt: skip

    def _dead_towards(self, device: str, link: str) -> bool:
        other = next((end for end in self.wiring.ports[link] if end.device != device), None)
        return other is None or self.silent(other.device) or self._port(other) is not Health.UP

    def ring(self, ident: str) -> Judged:
        """Return how a ring is: UP, DEGRADED when it is open (one cut, the service stays), DOWN when members are
        isolated: cut off from every hub, and silent."""
        if ident not in self._rings:
            self._rings[ident] = self._ring(ident)
        return self._rings[ident]

    def _ring(self, ident: str) -> Judged:
        ring = self.wiring.rings[ident]
        cut = [bool(joint) and all(map(self.failed, joint)) for joint in ring.joints]
        if not any(cut):
            return FINE
        links = tuple(link for joint, is_cut in zip(ring.joints, cut, strict=True) if is_cut for link in joint)
        begun = [self.link(link).since for link in links]
        since = min((at for at in begun if at is not None), default=None)
        pairs = [frozenset((a, b)) for a, b in zip(ring.members, (*ring.members[1:], ring.members[0]), strict=True)]
        around = frozenset.intersection(*(pair for pair, is_cut in zip(pairs, cut, strict=True) if is_cut))
        by = next((device for device in sorted(around) if self.dead(device)), None)
        if by is not None:
            return Judged(Health.DEGRADED, Cause.RING_OPEN, links, by=by, since=since)
        reached = _reached(ring.members, ring.hubs, cut)
        isolated = tuple(m for m in ring.members if m not in reached and self._gone(m))
        if isolated:
            return Judged(Health.DOWN, Cause.RING_SPLIT, links, isolated, since=since)
        return Judged(Health.DEGRADED, Cause.RING_OPEN, links, since=since)

    def _gone(self, device: str) -> bool:
        """A device that answers by another way is not isolated, whatever its ring looks like."""
        return device not in self.wiring.agents or self.silent(device)

    def route(self, ident: str) -> Judged:
        """Return how a cable is: DOWN when two links or more along one segment are, none along it works, and no single
        silent device explains them."""
        if ident not in self._routes:
            self._routes[ident] = self._route(ident)
        return self._routes[ident]

    def _route(self, ident: str) -> Judged:
        cut: dict[str, tuple[str, ...]] = {}
        for segment in self.wiring.routes[ident].segments:
            links = self.wiring.along.get(segment.id, ())
            failed = tuple(sorted(link for link in links if self.failed(link) and not self._without_power(link)))
            if len(failed) >= 2 and not any(map(self._works, links)) and not self._one_device(failed):
                cut[segment.id] = failed
        if not cut:
            return FINE
        # The largest, and of those the first by name: what is chosen must not hang on the order of the settings.
        most = min(cut.values(), key=lambda links: (-len(links), links))
        begun = [self.link(link).since for link in most]
        since = min((at for at in begun if at is not None), default=None)
        where = tuple(segment for segment, links in cut.items() if links == most)
        return Judged(Health.DOWN, Cause.CABLE_CUT, most, segments=where, since=since)

    def _without_power(self, link: str) -> bool:
        return any(self.powers.without(end.device) for end in self.wiring.ports[link])

    def _works(self, link: str) -> bool:
        return any(
            not self.silent(end.device) and self._port(end) is Health.UP for end in self.wiring.ports[link]
        ) and (not self.failed(link))

    def _one_device(self, links: tuple[str, ...]) -> bool:
        common = frozenset.intersection(*(frozenset(end.device for end in self.wiring.ports[link]) for link in links))
        return any(map(self.dead, common))

    # --- what explains what -----------------------------------------------------------------------------------------

    def explained(self, target: TargetId, device: str) -> TargetId | None:
        """Return what explains the fault of a target of `device`: a cable, a ring, a link, or the agent of a device;
        None when nothing does."""
        match parts(target):
            case ("link", ident):
                return self._link_explained(ident)
            case ("ring", ident):
                return self._ring_explained(ident)
            case ("route" | "area", _):
                return None
            case ("site", ident):
                return self._site_explained(self.wiring.grid.places[ident])
            case ("customers", ident):
                return self._customers_explained(ident)
        served = self.wiring.grid.serving.get(target)
        if served is not None:
            return whole(CUSTOMERS, served) if target in self.powers.customers(served).ports else None
        place = self.wiring.grid.at(device)
        if place is not None and (target in place.power or (place.power and target in place.agents)):
            # Of a place with power supplies the place is told, while it is dark or on battery.
            dark, lost = self.powers.dark(place), target in place.power and self.powers.lost(place)
            if dark or lost:
                return whole(SITE, place.id)
            if target in place.power:
                return None
        if target == self.wiring.agents.get(device):
            area = None if place is None or not self.powers.dark(place) else self.powers.in_area(place)
            return self._device_explained(device) if area is None else whole(AREA, area)
        links = self.wiring.links_of.get(target, ())
        return next((whole(LINK, link) for link in links if self.failed(link)), None)

    def _site_explained(self, place: Place) -> TargetId | None:
        """A place is explained by its power area, or by what takes every silent device there with it."""
        if (area := self.powers.in_area(place)) is not None:
            return whole(AREA, area)
        if not self.powers.dark(place) or self.powers.lost(place):
            return None
        silent = [device for device in place.devices if self.silent(device)]
        found = {self._device_explained(device) for device in silent} - set(place.agents)
        return found.pop() if len(found) == 1 else None

    def _customers_explained(self, area: str) -> TargetId | None:
        """Customers without power are explained by the power area, or by the one place that serves them and has lost
        the mains itself."""
        if area in self.wiring.grid.areas and self.powers.area(area).cause is Cause.AREA_MAINS:
            return whole(AREA, area)
        at = {self.wiring.grid.place_of[port.partition("/")[0]] for port in self.powers.customers(area).ports}
        place = self.wiring.grid.places[at.pop()] if len(at) == 1 else None
        return whole(SITE, place.id) if place is not None and place.power and self.powers.lost(place) else None

    def _link_explained(self, link: str) -> TargetId | None:
        if not self.failed(link):
            return None
        for route in self.wiring.routes_of.get(link, ()):
            if link in self.route(route).links:
                return whole(ROUTE, route)
        for ring in self.wiring.rings_of.get(link, ()):
            found = self.ring(ring)
            if link in found.links and found.by is None:
                return whole(RING, ring)
        ends = sorted(end.device for end in self.wiring.ports[link])
        return next((self.wiring.agents[end] for end in ends if self.dead(end)), None)

    def _ring_explained(self, ring: str) -> TargetId | None:
        found = self.ring(ring)
        if found.by is not None:
            return self.wiring.agents[found.by]
        area = self._one_area(found.isolated) if found.isolated else None
        unit = self.wiring.grid.units.get(next(iter(sorted(self.wiring.rings[ring].hubs)), ""), "")
        if area is not None and area.endswith(f"@{unit}"):
            return whole(AREA, area)
        return self._one_route(found.links) if found.links else None

    def _one_area(self, devices: tuple[str, ...]) -> str | None:
        """Return the power area that all of these devices are silent for want of, None when there is no such one."""
        places = [self.wiring.grid.at(device) for device in devices]
        areas = {None if place is None else self.powers.in_area(place) for place in places}
        one = areas.pop() if len(areas) == 1 else None
        return one if one is not None and self.powers.area(one).cause is Cause.AREA_MAINS else None

    def _device_explained(self, device: str) -> TargetId | None:
        if not self.silent(device):
            return None
        for ring in self.wiring.rings_at.get(device, ()):
            if device in self.ring(ring).isolated:
                return whole(RING, ring)
            hubs = sorted(self.wiring.rings[ring].hubs)
            if not self._is_hub(device) and all(map(self.silent, hubs)):
                return self.wiring.agents[hubs[0]]  # by which the ring reaches everything else
        links = tuple(link for link in self.wiring.links_at.get(device, ()) if self.failed(link))
        return self._one_route(links) if links and self.dead(device) else None

    def _is_hub(self, device: str) -> bool:
        """A hub of whatever ring is explained by no other hub: each of two could be the cause of the other."""
        return any(device in self.wiring.rings[ring].hubs for ring in self.wiring.rings_at.get(device, ()))

    def _one_route(self, links: tuple[str, ...]) -> TargetId | None:
        for route in self.wiring.routes_of.get(links[0], ()):
            if set(links) <= set(self.route(route).links):
                return whole(ROUTE, route)
        return None


def _reached(members: tuple[str, ...], hubs: frozenset[str], cut: list[bool]) -> set[str]:
    """Return the members that a hub is joined to by joints that are not cut."""
    count, reached = len(members), {m for m in members if m in hubs}
    for start in [n for n, member in enumerate(members) if member in hubs]:
        for step in (1, -1):
            here = start
            for _ in range(count):
                joint = here if step == 1 else (here - 1) % count
                if cut[joint]:
                    break
                here = (here + step) % count
                reached.add(members[here])
    return reached
