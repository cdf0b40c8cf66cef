"""A province for the worst night: two rings with stations behind their devices, a power area, and stations alone."""

from dataclasses import replace
from datetime import timedelta
from functools import cache
from itertools import pairwise

from monitord.domain.network import Device, Link, Site, Target
from monitord.domain.storm import AS_EVER, StormRules
from monitord.domain.topology import PowerArea, Ring, Service, joints_of
from monitord.settings.model import Settings
from tests.support.night import example

UNIT = "vt-song-mau"
AREA = "cau-ngang"
BEHIND = 4
"""Stations behind each device of a ring."""
IN_AREA, ALONE = 40, 4


def agent(device: str) -> str:
    """Return the target that says whether a device answers."""
    return f"{device}/agent_answers"


def ups(device: str) -> str:
    """Return the target of a device's battery."""
    return f"{device}/ups_battery"


def members(ring: str) -> list[str]:
    """Return the devices of a ring between its hubs."""
    return [f"{ring}-agg-{n}" for n in range(1, 5)]


def stations_behind(device: str) -> list[str]:
    """Return the stations behind a device of a ring."""
    return [f"{device}-bts-{n}" for n in range(1, BEHIND + 1)]


def in_area() -> list[str]:
    """Return the stations of the power area."""
    return [f"{AREA}-bts-{n}" for n in range(1, IN_AREA + 1)]


def alone() -> list[str]:
    """Return the stations that hang together with nothing."""
    return [f"bts-le-{n}" for n in range(1, ALONE + 1)]


def links_of(ring: str) -> list[str]:
    """Return the links around a ring, from the first hub to the second."""
    around = ["cr-1", *members(ring), "cr-2"]
    return [f"{ring}-{a}-{b}" for a, b in pairwise(around)]


def ends(link: str, ring: str) -> list[str]:
    """Return the ports at the ends of a link of a ring."""
    return [f"{device}/interface_up/{link}" for device in _ends(link, ring)]


def _ends(link: str, ring: str) -> tuple[str, str]:
    around = ["cr-1", *members(ring), "cr-2"]
    at = links_of(ring).index(link)
    return around[at], around[at + 1]


def shown(target: str) -> str:
    """Return the name of the device of a target."""
    return target.partition("/")[0].replace("-", " ").title()


def _device(name: str, ports: list[str], parent: str | None, severity: int, power: bool = False) -> Device:
    targets = [Target(agent(name), name, "agent_answers", None, None, severity)]
    targets += [Target(f"{name}/interface_up/{p}", name, "interface_up", p, None, severity) for p in ports]
    if power:
        targets.append(Target(ups(name), name, "ups_battery", None, None, severity))
    return Device(name, shown(name), UNIT, f"nha-{name}", tuple(targets), severity, parent=parent)


def _site(name: str, station: bool, area: str | None = None) -> Site:
    commune = f"xã số {int(name.rpartition('-')[2]) % 9}"
    site = Site(f"nha-{name}", shown(name), "trạm BTS", commune, power_area=area, team="doi-bac-mau")
    site = replace(site, travel=timedelta(minutes=25))
    return replace(site, operator="song-mau", stations=1) if station else site


@cache
def province(rules: StormRules = AS_EVER) -> Settings:
    """Return the example with all of that, and storms as the rules say."""
    base = example()
    devices, sites, links, rings = dict(base.devices), dict(base.sites), dict(base.links), dict(base.topology.rings)
    for ring in ("ring-3", "ring-5"):
        for link in links_of(ring):
            a, b = _ends(link, ring)
            links[link] = Link(link, f"{a} – {b}", (a, link), (b, link))
        for name in members(ring):
            ports = [link for link in links_of(ring) if name in _ends(link, ring)]
            devices[name], sites[f"nha-{name}"] = _device(name, ports, None, 2), _site(name, False)
            for station in stations_behind(name):
                devices[station], sites[f"nha-{station}"] = _device(station, [], name, 3), _site(station, True)
        for hub in ("cr-1", "cr-2"):
            more = [link for link in links_of(ring) if hub in _ends(link, ring)]
            own = [Target(f"{hub}/interface_up/{p}", hub, "interface_up", p, None, 2) for p in more]
            devices[hub] = replace(devices[hub], targets=(*devices[hub].targets, *own))
    for name in in_area():
        devices[name], sites[f"nha-{name}"] = _device(name, [], None, 3, power=True), _site(name, True, AREA)
    for name in alone():
        devices[name], sites[f"nha-{name}"] = _device(name, [], None, 3), _site(name, True)
    for ring, shown in (("ring-3", "Ring 3 Càng Long – Tiểu Cần"), ("ring-5", "Ring 5 Trà Cú – Duyên Hải")):
        around = ("cr-1", *members(ring), "cr-2")
        rings[ring] = Ring(ring, shown, around, frozenset({"cr-1", "cr-2"}), joints_of(around, links))
    line = Service("chi-huy", "Đường truyền Ban Chỉ huy Phòng thủ dân sự", (members("ring-3")[1],), priority=True)
    topology = replace(
        base.topology,
        rings=rings,
        power_areas={**base.topology.power_areas, AREA: PowerArea(AREA, "Cầu Ngang", "dien-luc")},
        services={**base.topology.services, line.id: line},
    )
    return replace(base, devices=devices, sites=sites, links=links, topology=topology, storm=rules)
