"""How far an incident reaches now, worked out from what is known of the network at the instant of telling."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from monitord.desk.context import Context
from monitord.desk.customers import onts_of, serves
from monitord.desk.pictures import pictures
from monitord.desk.power import batteries, mains_lost, places_of
from monitord.domain.correlation import Picture
from monitord.domain.extent import NOTHING, Cut, Extent
from monitord.domain.known import Judged
from monitord.domain.network import Site, TargetId
from monitord.domain.pon import Mostly
from monitord.domain.topology import Service
from monitord.domain.wiring import parts
from monitord.store.tx import Tx


def extent(tx: Tx, context: Context, target: TargetId, now: datetime) -> Extent:
    """Return how far the fault of a link, a ring, a cable or a device reaches; nothing for any other target."""
    if target not in context.targets:
        return NOTHING  # reported by hand, or of settings that are gone
    device = context.targets[target][0].id
    if serves(context, target):
        return _behind_ports(tx, context, target, device)
    kind = parts(target)
    if kind is None and context.agents.get(device) != target:
        return NOTHING
    near = context.wiring.near([target]) if kind is not None else frozenset({target})
    behind = {context.targets[name][0].id for name in near if name in context.targets}
    behind |= {below for name in behind for below in context.below.get(name, ())}
    at_sites = {
        other
        for name in behind & context.settings.devices.keys()
        for other in context.at_site.get(context.settings.devices[name].site, ())
    }
    agents = [context.agents[name] for name in behind | at_sites if name in context.agents]
    picture = pictures(tx, context, (target, *near, *agents)).firm
    judged = picture.judge(target)
    gone = _gone(context, picture, judged, device, behind)
    lost = tuple(sites_lost(context, picture, gone))
    pictures(tx, context, agents_around(context, lost))
    places = places_of(tx, context, target)
    there = dict.fromkeys(link for p in places for d in p.devices for link in context.wiring.links_at.get(d, ()))
    dead = [link for link in (*judged.links, *there) if picture.failed(link)]
    isolated = () if places else judged.isolated
    return replace(
        lost_with(context, picture, gone, judged.links, lost),
        cuts=tuple(Cut(context.settings.links[link].name, picture.link(link).since) for link in judged.links),
        isolated=tuple(context.settings.devices[name].name for name in isolated),
        segments=tuple(_segment_names(context, judged)),
        teams=tuple(_teams(context, judged, device, (*lost, *(context.settings.sites[p.site] for p in places)), dead)),
        batteries=batteries(tx, context, places, now) if places else (),
        mains_lost=mains_lost(tx, context, places),
    )


def _behind_ports(tx: Tx, context: Context, target: TargetId, device: str) -> Extent:
    """Return the ONTs that are lost; customers who have no power have lost nothing of ours."""
    onts = onts_of(tx, context, target)
    if onts is None:
        return NOTHING
    if onts.mostly is Mostly.POWER:
        return Extent(onts=onts)
    return Extent(onts=onts, subscribers=onts.lost, teams=tuple(_teams(context, Judged(), device, (), ())))


class Seen(Protocol):
    """What is known of devices and links."""

    def silent(self, device: str) -> bool: ...
    def failed(self, link: str) -> bool: ...


def lost_with(
    context: Context, seen: Seen, gone: Collection[str], links: Iterable[str], lost: Collection[Site]
) -> Extent:
    """Return what is lost with silent devices and dead links, at sites where nothing answers."""
    served = {item: context.services_over.get(item, ()) for item in (*gone, *links)}
    services = {one.id: one for found in served.values() for one in found}
    failed = {one.id: _works(seen, one) for one in services.values()}
    dead = [services[name] for name, ways in failed.items() if not any(ways)]
    dark, share = _signal(context, seen, lost)
    return Extent(
        silent=len(gone),
        sites=len(lost),
        stations=sum(site.stations for site in lost),
        subscribers=sum(site.subscribers for site in lost) + sum(one.subscribers for one in dead),
        communes=tuple(dict.fromkeys(site.commune for site in lost if site.commune and not site.keep_inside)),
        dark=dark,
        operator_share=share,
        priority=tuple(one.name for one in dead if one.priority),
        services=sum(not one.priority for one in dead),
        exposed=tuple(services[name].name for name, ways in failed.items() if len(ways) > 1 and sum(ways) == 1),
    )


def _gone(context: Context, picture: Picture, judged: Judged, device: str, behind: Iterable[str]) -> list[str]:
    """Return the silent devices that the incident explains: itself, what a ring lost, and what stands behind those."""
    lost = [d for one in judged.sites for d in context.wiring.grid.places[one].devices]
    roots = [name for name in dict.fromkeys((device, *judged.isolated, *lost)) if picture.silent(name)]
    if judged.segments:
        roots += [name for name in sorted(behind) if picture.dead(name)]
    every = dict.fromkeys(one for root in roots for one in (root, *context.below.get(root, ())))
    return [name for name in every if picture.silent(name)]


def sites_lost(context: Context, seen: Seen, gone: Iterable[str]) -> Iterator[Site]:
    """Yield the sites of those devices at which no device answers."""
    devices = context.settings.devices
    for name in dict.fromkeys(devices[one].site for one in gone if one in devices):
        there = [one for one in context.at_site.get(name, ()) if one in context.agents]
        if all(map(seen.silent, there)):
            yield context.settings.sites[name]


def agents_around(context: Context, lost: Iterable[Site]) -> list[TargetId]:
    """Return the agents of everything in the communes of lost sites."""
    communes = dict.fromkeys(site.commune for site in lost if site.stations)
    sites = [site.id for name in communes for site in context.in_commune.get(name, ()) if site.stations]
    return [context.agents[d] for site in sites for d in context.at_site.get(site, ()) if d in context.agents]


def _signal(context: Context, seen: Seen, lost: Iterable[Site]) -> tuple[tuple[str, ...], float]:
    """Return the communes of lost sites where no station of any operator is left, and the largest share of one
    operator's stations that these sites are, in percent."""
    gone: dict[str, int] = {}
    silent: dict[str, bool] = {}
    for site in lost:
        if site.operator is not None:
            gone[site.operator] = gone.get(site.operator, 0) + site.stations
        if site.stations and site.commune not in silent:
            silent[site.commune] = _silent_there(context, seen, site.commune)
    shares = [100 * count / context.stations[name] for name, count in gone.items() if context.stations.get(name)]
    return tuple(name for name, is_silent in silent.items() if is_silent), max(shares, default=0.0)


def _silent_there(context: Context, seen: Seen, commune: str) -> bool:
    """Return whether nothing answers at any site of a commune that has stations."""
    sites = [one for one in context.in_commune.get(commune, ()) if one.stations]
    for one in sites:
        there = [device for device in context.at_site.get(one.id, ()) if device in context.agents]
        if not there or not all(map(seen.silent, there)):
            return False  # a site of which nobody knows anything is not known to be without signal
    return bool(sites)


def _works(seen: Seen, service: Service) -> tuple[bool, ...]:
    """Return for each way of a service whether everything on it works."""
    ways = [way for way in (service.path, service.backup) if way]
    return tuple(not any(seen.failed(item) or seen.silent(item) for item in way) for way in ways)


def _segment_names(context: Context, judged: Judged) -> Iterator[str]:
    for name in judged.segments:
        route = context.settings.topology.routes[name.partition("/")[0]]
        yield next(segment.name for segment in route.segments if segment.id == name)


def _teams(
    context: Context, judged: Judged, device: str, lost: Iterable[Site], dead: Collection[str]
) -> Iterator[tuple[str, str]]:
    """Yield who goes there: where a cable is cut, or links are dead that run along it, and where a site is lost."""
    topology = context.settings.topology
    named: dict[str, None] = {}
    for route in topology.routes.values():
        for segment in route.segments:
            if segment.team and (segment.id in judged.segments or _runs_along(context, judged, segment.id, dead)):
                named[segment.team] = None
    at = context.settings.devices.get(device)
    for site in (*lost, *([context.settings.sites[at.site]] if at is not None else [])):
        if site.team:
            named[site.team] = None
    for name in named:
        yield topology.teams[name].name, topology.teams[name].phone


def _runs_along(context: Context, judged: Judged, segment: str, dead: Collection[str]) -> bool:
    return not judged.segments and any(segment in context.settings.links[link].along for link in dead)
