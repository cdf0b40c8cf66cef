"""Links, rings, cables and storms as devices of their own, so that they have incidents like what is looked at."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from monitord.domain.health import Health
from monitord.domain.network import Device, Target, TargetId
from monitord.domain.powering import PON
from monitord.domain.storm import STORM, target_of
from monitord.domain.wiring import AREA, CUSTOMERS, LINK, RING, ROUTE, SITE, Port, Wiring, parts, whole
from monitord.settings.model import Settings

LOST = 3
"""The severity of redundancy that is lost while the service stays."""
ON_BATTERY = 4
"""The severity of a place or an area on battery, while the team gets there in time."""
SPLIT, CUT = 1, 2
"""The severities of a ring that is split and of a cable that is cut; a link has that of its graver end."""


def wholes_of(settings: Settings, wiring: Wiring) -> Iterator[Device]:
    """Yield what is judged as a whole from other targets: each with one target, in the unit of its first device."""
    for ident, ends in wiring.ports.items():
        at = [end.device for end in ends]
        yield _whole(settings, LINK, ident, settings.links[ident].name, at, min(_severities(settings, ends)))
    for ident, ring in wiring.rings.items():
        at = [*(member for member in ring.members if member in ring.hubs), *ring.members]
        yield _whole(settings, RING, ident, ring.name, at, SPLIT)
    for ident, route in wiring.routes.items():
        links = wiring.links_along(ident)
        if len(links) >= 2:
            at = [end.device for link in links for end in wiring.ports[link]]
            yield _whole(settings, ROUTE, ident, route.name, at, CUT)
    yield from _places(settings, wiring)


def _places(settings: Settings, wiring: Wiring) -> Iterator[Device]:
    """Yield the places that have power supplies, and the power areas, each in its unit."""
    for place in wiring.grid.places.values():
        if place.power:
            site = settings.sites[place.site]
            answering = [one for one in place.devices if one in wiring.agents]
            parents = {settings.devices[one].parent for one in answering} - set(place.devices)
            above = parents.pop() if len(parents) == 1 else None
            found = _whole(settings, SITE, place.id, site.name, place.devices, _gravest(settings, place.devices))
            yield replace(found, site=place.site, parent=above)
    for ident, places in wiring.grid.areas.items():
        devices = [device for place in places for device in wiring.grid.places[place].devices]
        name = settings.topology.power_areas[ident.partition("@")[0]].name
        yield _whole(settings, AREA, ident, name, devices, _gravest(settings, devices))
    for ident, ports in wiring.grid.customers.items():
        devices = list(dict.fromkeys(port.partition("/")[0] for port in ports))
        name = settings.topology.power_areas[ident.partition("@")[0]].name
        yield _whole(settings, CUSTOMERS, ident, name, devices, _gravest(settings, devices))


def _gravest(settings: Settings, devices: Sequence[str]) -> int:
    return min(settings.devices[one].severity for one in devices)


def storms_of(settings: Settings, name: str) -> Iterator[Device]:
    """Yield what the storms of each unit are incidents of."""
    for unit in settings.units:
        ident = target_of(unit)
        target = Target(ident, f"{STORM}{unit}", "storm_whole", None, None, settings.storm.severity)
        yield Device(f"{STORM}{unit}", name, unit, "", (target,), settings.storm.severity)


def severity_for(settings: Settings, target: Target, health: Health) -> int:
    """Return the severity of a target that is seen so; what is open and still serves is LOST, unless a rule says
    otherwise."""
    kind = parts(target.id)
    if kind is not None and health is Health.DEGRADED and settings.severity_rule(target, health) is None:
        return ON_BATTERY if kind[0] in (SITE, AREA, CUSTOMERS) else LOST
    if target.check == PON and health is Health.DEGRADED and settings.severity_rule(target, health) is None:
        return ON_BATTERY  # the network serves, and its customers have no power
    return settings.severity_for(target, health)


def _whole(settings: Settings, kind: str, ident: str, name: str, at: Sequence[str], severity: int) -> Device:
    device = f"{kind}:{ident}"
    target = Target(whole(kind, ident), device, f"{kind}_whole", None, None, severity)
    devices = [settings.devices[one] for one in at]
    inside = any(one.keep_inside or settings.sites[one.site].keep_inside for one in devices)
    return Device(device, name, devices[0].unit, "", (target,), severity, keep_inside=inside)


def _severities(settings: Settings, ends: Sequence[Port]) -> Iterator[int]:
    looked: set[TargetId] = {end.target for end in ends if end.target is not None}
    for end in ends:
        yield from (target.severity for target in settings.devices[end.device].targets if target.id in looked)
