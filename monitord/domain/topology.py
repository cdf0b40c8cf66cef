"""What lies between and around devices: communes, power areas, cable routes, rings, services, and who goes there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from monitord.domain.network import Device, Link, Site


@dataclass(frozen=True, slots=True)
class Commune:
    """A ward or commune by its code, valid from `since` up to, not including, `until`; `formerly` are names that
    people still use."""

    id: str
    name: str
    code: str = ""
    since: date | None = None
    until: date | None = None
    formerly: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Operator:
    """A telecom operator, whose stations stand at sites."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Team:
    """A team that goes out to sites and cables, with its telephone number."""

    id: str
    name: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class PowerArea:
    """Sites that lose the mains together; `supplier` is the power company."""

    id: str
    name: str
    supplier: str | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a cable route; its id is `route/segment`. `communes` are the ids of those it crosses."""

    id: str
    name: str
    communes: tuple[str, ...] = ()
    team: str | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """A cable with its segments in order; links run along segments."""

    id: str
    name: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Ring:
    """Devices in a circle: `joints[i]` are the links between `members[i]` and the next one, the last and the first
    included. `hubs` are the members by which the ring reaches the rest of the network."""

    id: str
    name: str
    members: tuple[str, ...]
    hubs: frozenset[str]
    joints: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Service:
    """What customers have: it works while every device and link of its `path`, or of its `backup`, does.

    `priority` marks lines of Party and State bodies.
    """

    id: str
    name: str
    path: tuple[str, ...]
    backup: tuple[str, ...] = ()
    customer: str = ""
    priority: bool = False
    subscribers: int = 0


@dataclass(frozen=True, slots=True)
class Topology:
    """Everything by id, as people wrote it."""

    communes: Mapping[str, Commune] = field(default_factory=lambda: MappingProxyType({}))
    operators: Mapping[str, Operator] = field(default_factory=lambda: MappingProxyType({}))
    teams: Mapping[str, Team] = field(default_factory=lambda: MappingProxyType({}))
    power_areas: Mapping[str, PowerArea] = field(default_factory=lambda: MappingProxyType({}))
    routes: Mapping[str, Route] = field(default_factory=lambda: MappingProxyType({}))
    rings: Mapping[str, Ring] = field(default_factory=lambda: MappingProxyType({}))
    services: Mapping[str, Service] = field(default_factory=lambda: MappingProxyType({}))


def joints_of(members: tuple[str, ...], links: Mapping[str, Link]) -> tuple[tuple[str, ...], ...]:
    """Return for each member of a ring the links to the next one, in the order of their ids."""
    between: dict[frozenset[str], list[str]] = {}
    for link in sorted(links.values(), key=lambda one: one.id):
        between.setdefault(frozenset((link.a[0], link.b[0])), []).append(link.id)
    pairs = zip(members, (*members[1:], *members[:1]), strict=True)
    return tuple(tuple(between.get(frozenset(pair), ())) for pair in pairs)


def devices_at(devices: Mapping[str, Device], sites: Mapping[str, Site]) -> Mapping[str, tuple[str, ...]]:
    """Return the ids of the devices at each site, in the order in which they are written."""
    found: dict[str, list[str]] = {site: [] for site in sites}
    for device in devices.values():
        found.setdefault(device.site, []).append(device.id)
    return {site: tuple(there) for site, there in found.items()}


NONE = Topology()
"""The topology of settings that name none."""
