"""Power areas, cable routes, rings and services, held against the sites, devices and links they name."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from monitord.domain.network import Device, Link, Site
from monitord.domain.people import OrganisationRole
from monitord.domain.powering import PON
from monitord.domain.topology import (
    Operator,
    PowerArea,
    Ring,
    Route,
    Segment,
    Service,
    Team,
    Topology,
    joints_of,
)
from monitord.settings.book import Book
from monitord.settings.communes import Communes
from monitord.settings.folder import spot
from monitord.settings.problem import quoted
from monitord.settings.roles import refer_role
from monitord.settings.schema_topology import (
    OperatorForm,
    PowerAreaForm,
    RingForm,
    RouteForm,
    ServiceForm,
    TeamForm,
)


def topology_of(
    book: Book, communes: Communes, sites: Mapping[str, Site], devices: Mapping[str, Device], links: Mapping[str, Link]
) -> Topology:
    """Return everything by id; what nothing names is a warning."""
    operators = {e.given.id: Operator(e.given.id, e.given.name) for e in book.entries("operators", OperatorForm)}
    teams = {e.given.id: Team(e.given.id, e.given.name, e.given.phone) for e in book.entries("teams", TeamForm)}
    found = Topology(
        communes=MappingProxyType(communes.by_id),
        operators=MappingProxyType(operators),
        teams=MappingProxyType(teams),
        power_areas=MappingProxyType(_power_areas(book)),
        routes=MappingProxyType(_routes(book, communes)),
        rings=MappingProxyType(_rings(book, links)),
        services=MappingProxyType(_services(book)),
    )
    _warn_of_orphans(book, found, sites, devices, links)
    return found


def segments_of(book: Book) -> dict[str, str]:
    """Return where each cable segment is written, by its id `route/segment`."""
    return {
        f"{entry.given.id}/{segment.id}": spot(entry.file, entry.at("segments", number))
        for entry in book.entries("routes", RouteForm)
        for number, segment in enumerate(entry.given.segments)
    }


def _power_areas(book: Book) -> dict[str, PowerArea]:
    areas = {}
    for entry in book.entries("power_areas", PowerAreaForm):
        refer_role(book, entry, "supplier", entry.given.supplier, OrganisationRole.POWER)
        areas[entry.given.id] = PowerArea(entry.given.id, entry.given.name, entry.given.supplier)
    return areas


def _routes(book: Book, communes: Communes) -> dict[str, Route]:
    routes = {}
    for entry in book.entries("routes", RouteForm):
        segments: dict[str, Segment] = {}
        for number, given in enumerate(entry.given.segments):
            at = ("segments", number)
            if given.team is not None:
                book.refer(given.team, entry, *at, "team", to="teams")
            crossed = [
                communes.find(name, entry.file, entry.at(*at, "communes", place)) or name
                for place, name in enumerate(given.communes)
            ]
            ident = f"{entry.given.id}/{given.id}"
            if ident in segments:
                why = f"segment {quoted(given.id)} is here twice"
                book.findings.add(entry.file, entry.at(*at, "id"), why)
            segments[ident] = Segment(ident, given.name, tuple(crossed), given.team)
        routes[entry.given.id] = Route(entry.given.id, entry.given.name, tuple(segments.values()))
    return routes


def _rings(book: Book, links: Mapping[str, Link]) -> dict[str, Ring]:
    rings = {}
    for entry in book.entries("rings", RingForm):
        given = entry.given
        members = tuple(given.members)
        known = [book.refer(name, entry, "members", n, to="devices") for n, name in enumerate(members)]
        for number, name in enumerate(members):
            if name in members[:number]:
                book.findings.add(entry.file, entry.at("members", number), f"{quoted(name)} is in the ring twice")
        for number, hub in enumerate(given.hubs):
            if hub not in members:
                why = f"hub {quoted(hub)} is no member of the ring"
                book.findings.add(entry.file, entry.at("hubs", number), why)
        joints = joints_of(members, links)
        if all(known) and "links" not in book.incomplete:
            for number, joint in enumerate(joints):
                if not joint:
                    one, other = members[number], members[(number + 1) % len(members)]
                    why = (
                        f"no link joins {quoted(one)} and {quoted(other)}: members stand in the order of the ring,"
                        " and the last is joined to the first"
                    )
                    book.findings.add(entry.file, entry.at("members", number), why)
        rings[given.id] = Ring(given.id, given.name, members, frozenset(given.hubs), joints)
    return rings


def _services(book: Book) -> dict[str, Service]:
    services = {}
    for entry in book.entries("services", ServiceForm):
        given = entry.given
        for key, names in (("path", given.path), ("backup", given.backup)):
            for number, name in enumerate(names):
                book.refer(name, entry, key, number, to=("devices", "links"))
        shared = next((n for n, name in enumerate(given.backup) if name in given.path[:-1]), None)
        if shared is not None:
            why = f"{quoted(given.backup[shared])} is in `path` as well: when it fails, the backup fails with it"
            book.findings.warn(entry.file, entry.at("backup", shared), why)
        services[given.id] = Service(
            given.id,
            given.name,
            tuple(given.path),
            tuple(given.backup),
            given.customer,
            given.priority,
            given.subscribers,
        )
    return services


def _warn_of_orphans(
    book: Book, found: Topology, sites: Mapping[str, Site], devices: Mapping[str, Device], links: Mapping[str, Link]
) -> None:
    teams = {site.team for site in sites.values()}
    teams |= {segment.team for route in found.routes.values() for segment in route.segments}
    areas = {site.power_area for site in sites.values()}
    manned = {device.site for device in devices.values()}
    along = {segment for link in links.values() for segment in link.along}
    looked_at = {(t.device, t.instance) for device in devices.values() for t in device.targets if t.instance}
    _warn(book, "teams", teams, "no site and no cable segment names this team")
    _warn(book, "power_areas", areas, "no site lies in this power area")
    _warn(book, "operators", {site.operator for site in sites.values()}, "no site is this operator's")
    if devices and "devices" not in book.incomplete:
        _warn(book, "sites", manned, "no device stands at this site: nothing is known of it")
    for entry in book.entries("routes", RouteForm):
        for number, segment in enumerate(entry.given.segments):
            if f"{entry.given.id}/{segment.id}" not in along and "links" not in book.incomplete:
                why = f"no link runs along segment {quoted(segment.id)}: its cut would not be seen"
                book.findings.warn(entry.file, entry.at("segments", number), why)
    _warn_of_ports_without_area(book, sites, devices)
    for block in book.sections.lists["links"]:
        link = links.get(str(block.get("id")))
        if link is not None and not looked_at & {link.a, link.b} and "devices" not in book.incomplete:
            why = f"nobody looks at either end of link {quoted(link.id)}: give one end a check `interface_up`"
            book.findings.warn(block.file, block.at, why)


def _warn_of_ports_without_area(book: Book, sites: Mapping[str, Site], devices: Mapping[str, Device]) -> None:
    """Warn of each site with PON ports of which nobody knows to what power area their customers belong."""
    counted = {device.site for device in devices.values() if any(t.check == PON for t in device.targets)}
    for block in book.sections.lists["sites"]:
        site = sites.get(str(block.get("id")))
        if site is not None and site.id in counted and site.power_area is None:
            why = (
                f"PON ports are counted at site {quoted(site.id)}, which has no `power_area`: when many customers lose"
                " power, each port is told by itself"
            )
            book.findings.warn(block.file, block.at, why)


def _warn(book: Book, section: str, named: Iterable[str | None], why: str) -> None:
    known = set(named)
    for block in book.sections.lists[section]:
        if str(block.get("id")) not in known:
            book.findings.warn(block.file, block.at, why)
