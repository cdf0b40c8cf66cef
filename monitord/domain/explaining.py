"""What may explain a fault, failed or not: it is to be looked at since the fault began, before anybody is told."""

from collections.abc import Iterable, Iterator

from monitord.domain.network import TargetId
from monitord.domain.powering import Place
from monitord.domain.wiring import AREA, CUSTOMERS, LINK, RING, ROUTE, SITE, Wiring, parts, whole


def may_explain(wiring: Wiring, target: TargetId, device: str) -> Iterator[TargetId]:
    """Yield what may explain a target of `device`."""
    match parts(target):
        case ("link", ident):
            yield from (wiring.agents[end.device] for end in wiring.ports[ident] if end.device in wiring.agents)
            yield from _routes(wiring, (ident,))
            yield from _rings(wiring, (ident,))
        case ("ring", ident):
            links, members = wiring.links_around(ident), wiring.rings[ident].members
            yield from (wiring.agents[member] for member in members if member in wiring.agents)
            yield from _routes(wiring, links)
            yield from (ring for ring in _rings(wiring, links) if ring != target)
            yield from dict.fromkeys(area for member in members for area in _area(wiring, wiring.grid.at(member)))
        case ("route" | "area", _):
            return
        case ("site", ident):
            place = wiring.grid.places[ident]
            yield from _area(wiring, place)
            beyond = dict.fromkeys(by for one in place.devices for by in _of_device(wiring, one))
            yield from (by for by in beyond if by not in place.agents)
        case ("customers", ident):
            places = dict.fromkeys(
                wiring.grid.place_of[port.partition("/")[0]] for port in wiring.grid.customers[ident]
            )
            if ident in wiring.grid.areas:
                yield whole(AREA, ident)
            yield from (whole(SITE, place) for place in places if wiring.grid.places[place].power)
        case _ if target in wiring.grid.serving:
            yield whole(CUSTOMERS, wiring.grid.serving[target])
        case _ if target in wiring.grid.supplies:
            yield whole(SITE, wiring.grid.supplies[target])
        case _ if target == wiring.agents.get(device):
            yield from _of_device(wiring, device)
            found = wiring.grid.at(device)
            if found is not None:
                yield from [whole(SITE, found.id)] if found.power else _area(wiring, found)
        case _:
            yield from (whole(LINK, link) for link in wiring.links_of.get(target, ()))


def _of_device(wiring: Wiring, device: str) -> Iterator[TargetId]:
    for ring in wiring.rings_at.get(device, ()):
        yield whole(RING, ring)
        hubs = sorted(wiring.rings[ring].hubs)
        if device not in hubs and all(hub in wiring.agents for hub in hubs):
            yield wiring.agents[hubs[0]]
    yield from _routes(wiring, wiring.links_at.get(device, ()))


def _area(wiring: Wiring, place: Place | None) -> Iterator[TargetId]:
    if place is not None and place.area is not None and place.area in wiring.grid.areas:
        yield whole(AREA, place.area)


def _routes(wiring: Wiring, links: Iterable[str]) -> Iterator[TargetId]:
    for route in dict.fromkeys(route for link in links for route in wiring.routes_of.get(link, ())):
        if len(wiring.links_along(route)) >= 2:
            yield whole(ROUTE, route)


def _rings(wiring: Wiring, links: Iterable[str]) -> Iterator[TargetId]:
    yield from (whole(RING, ring) for ring in dict.fromkeys(r for link in links for r in wiring.rings_of.get(link, ())))
