"""Sites, devices with their targets, and links."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from monitord.domain.looking import Check
from monitord.domain.network import OURSELVES, Device, Generator, Link, Site, SnmpAccess, SnmpVersion, Target, Timing
from monitord.domain.people import OrganisationRole
from monitord.settings.block import Block
from monitord.settings.book import Book, Entry
from monitord.settings.communes import Communes
from monitord.settings.desk import check_timing, timing_from
from monitord.settings.fields import SecretGiven
from monitord.settings.folder import spot
from monitord.settings.params import Written, written_check
from monitord.settings.problem import nearest, quoted
from monitord.settings.roles import refer_role
from monitord.settings.schema_network import DeviceForm, LinkForm, SiteForm, SnmpForm
from monitord.settings.secrets import Secrets
from monitord.settings.topology import segments_of

MIN_KEY = 8
"""Characters of an SNMPv3 pass phrase (RFC 3414, 11.2)."""


def sites_of(book: Book, communes: Communes) -> dict[str, Site]:
    """Return the sites by id; whom they name must be an organisation of the right role."""
    sites = {}
    for entry in book.entries("sites", SiteForm):
        given = entry.given
        refer_role(book, entry, "nearest_police", given.nearest_police, OrganisationRole.POLICE)
        refer_role(book, entry, "authority", given.authority, OrganisationRole.AUTHORITY)
        refer_role(book, entry, "military", given.military, OrganisationRole.MILITARY)
        for key, name, section in (
            ("operator", given.operator, "operators"),
            ("team", given.team, "teams"),
            ("power_area", given.power_area, "power_areas"),
        ):
            if name is not None:
                book.refer(name, entry, key, to=section)
        if given.stations and given.operator is None and "operators" not in book.incomplete and book.ids["operators"]:
            why = "says how many `stations` there are, and not whose (`operator`)"
            book.findings.warn(entry.file, entry.at("stations"), f"site {quoted(given.id)} {why}")
        commune = communes.find(given.commune, entry.file, entry.at("commune")) if given.commune else None
        sites[given.id] = Site(
            id=given.id,
            name=given.name,
            kind=given.kind,
            commune=communes.name(given.commune, commune),
            address=given.address,
            nearest_police=given.nearest_police,
            keep_inside=given.keep_inside,
            commune_id=commune,
            authority=given.authority,
            military=given.military,
            operator=given.operator,
            stations=given.stations,
            subscribers=given.subscribers,
            team=given.team,
            travel=given.travel,
            battery=given.battery,
            generator=Generator(given.generator),
            power_area=given.power_area,
        )
    return sites


def devices_of(book: Book, kinds: Mapping[str, Check], base: Timing, secrets: Secrets) -> dict[str, Device]:
    """Return the devices by id, each with its targets."""
    devices: dict[str, Device] = {}
    asked: dict[tuple[str, ...], str] = {}
    entries = book.entries("devices", DeviceForm)
    for entry in entries:
        given = entry.given
        book.refer(given.unit, entry, "unit", to="units")
        book.refer(given.site, entry, "site", to="sites")
        if given.id == OURSELVES:
            book.findings.add(entry.file, entry.at("id"), f"the id {quoted(OURSELVES)} stands for the desk itself")
        if given.parent is not None:
            book.refer(given.parent, entry, "parent", to="devices")
        timing = timing_from(given.timing, base)
        if "timing" in entry.block:
            check_timing(timing, entry.file, entry.at("timing"), book.findings)
        access = _access(given.snmp, entry, secrets, book) if given.snmp else None
        if access:
            _once_only(access, entry, asked, book)
        devices[given.id] = Device(
            id=given.id,
            name=given.name,
            unit=given.unit,
            site=given.site,
            targets=_targets(entry, kinds, book),
            severity=given.severity,
            snmp=access,
            timing=timing,
            parent=given.parent,
            tags=MappingProxyType(dict(given.tags)),
            keep_inside=given.keep_inside,
        )
    _no_circles(entries, book)
    return devices


def links_of(book: Book) -> dict[str, Link]:
    """Return the links by id."""
    links = {}
    segments = segments_of(book)
    for entry in book.entries("links", LinkForm):
        given = entry.given
        book.refer(given.a.device, entry, "a", "device", to="devices")
        book.refer(given.b.device, entry, "b", "device", to="devices")
        a, b = (given.a.device, given.a.interface), (given.b.device, given.b.interface)
        if a == b:
            book.findings.add(entry.file, entry.at("b"), "both ends of the link are the same interface")
        for number, segment in enumerate(given.along):
            if segment not in segments and "routes" not in book.incomplete:
                why = f"there is no cable segment {quoted(segment)}{nearest(segment, segments)}"
                book.findings.add(entry.file, entry.at("along", number), f"{why}; write `route/segment`")
        links[given.id] = Link(given.id, given.name, a, b, tuple(dict.fromkeys(given.along)))
    return links


def _targets(entry: Entry[DeviceForm], kinds: Mapping[str, Check], book: Book) -> tuple[Target, ...]:
    items = entry.block.get("checks") or []
    if not items:
        book.findings.warn(
            entry.file, entry.block.at, f"device {quoted(entry.given.id)} has no checks: nobody looks at it"
        )
    targets: dict[str, tuple[Target, Block]] = {}
    for item in items:
        written = written_check(item, kinds, book.findings) if isinstance(item, Block) else None
        if written is None:
            continue
        target = _target(entry.given, written)
        if target.id in targets:
            first = spot(entry.file, targets[target.id][1].at)
            book.findings.add(entry.file, item.at, f"target {quoted(target.id)} is here twice; first at {first}")
        needs = written.needs
        if (needs.scalars or needs.rows or needs.branches) and entry.given.snmp is None:
            book.findings.add(
                entry.file, item.at, f"check {quoted(target.check)} asks by SNMP; the device has no `snmp`"
            )
        targets.setdefault(target.id, (target, item))
    return tuple(target for target, _ in targets.values())


def _target(device: DeviceForm, written: Written) -> Target:
    name = f"{device.id}/{written.head.check}" + (f"/{written.instance}" if written.instance else "")
    severity = written.head.severity or device.severity
    return Target(name, device.id, written.head.check, written.instance, written.params, severity, written.head.title)


def _access(given: SnmpForm, entry: Entry[DeviceForm], secrets: Secrets, book: Book) -> SnmpAccess:
    def reveal(secret: SecretGiven | None, *path: str) -> str:
        return "" if secret is None else secrets.text(secret, entry.file, entry.at("snmp", *path)) or ""

    keys: dict[str, Any] = {}
    for part, form in (("auth", given.auth), ("priv", given.priv)):
        if form is None:
            continue
        key = reveal(form.key, part, "key")
        if key and len(key) < MIN_KEY:
            place = entry.at("snmp", part, "key")
            book.findings.add(entry.file, place, f"the `key` of `{part}` is shorter than {MIN_KEY} characters")
        keys |= {f"{part}_protocol": form.protocol, f"{part}_key": key}
    return SnmpAccess(
        address=given.address,
        port=given.port,
        version=SnmpVersion(given.version),
        community=reveal(given.community, "community"),
        user=given.user,
        context=given.context,
        also_from=tuple(given.also_from),
        **keys,
    )


def _once_only(access: SnmpAccess, entry: Entry[DeviceForm], asked: dict[tuple[str, ...], str], book: Book) -> None:
    # One address with several communities is legitimate: an agent may serve several devices at one port.
    snmp = entry.given.snmp
    named = snmp.community.name if snmp and snmp.community and not access.community else None
    who = access.community or access.user or f"secret {named}"
    key = (access.address.lower(), str(access.port), access.version, who, access.context)
    place = spot(entry.file, entry.at("snmp", "address"))
    if key in asked:
        why = f"this device is asked twice: {access.address} port {access.port} is also at {asked[key]}"
        book.findings.add(entry.file, entry.at("snmp", "address"), why)
    asked.setdefault(key, place)


def _no_circles(entries: list[Entry[DeviceForm]], book: Book) -> None:
    # Of two devices with one id the first counts; that there are two is a mistake of its own.
    parents = {entry.given.id: entry.given.parent for entry in reversed(entries)}
    done: set[str] = set()
    for entry in entries:
        path: dict[str, None] = {}
        here: str | None = entry.given.id
        while here is not None and here in parents and here not in done and here not in path:
            path[here] = None
            here = parents[here]
        if here is not None and here in path:
            circle = [*path][[*path].index(here) :]
            named = " -> ".join(quoted(name) for name in [*circle[:8], *(["..."] if len(circle) > 8 else []), here])
            by = next(e for e in entries if e.given.id == here)
            book.findings.add(by.file, by.at("parent"), f"parents go in a circle: {named}")
        done |= path.keys()
