"""What the storm of a unit looks like now, counted in the writer's transaction over all that is down."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from monitord.desk.context import Context
from monitord.desk.extents import lost_with, sites_lost
from monitord.desk.pictures import pictures
from monitord.desk.power import batteries
from monitord.domain.extent import Cut
from monitord.domain.health import FAULTS, Health
from monitord.domain.incident import Incident
from monitord.domain.network import Site, TargetId
from monitord.domain.storm import Storm
from monitord.domain.survey import Group, Kind, Running, Survey
from monitord.domain.wiring import LINK, RING, ROUTE, parts
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.storms import count_restored, running_in
from monitord.store.tx import Tx

_w = t.target.c
_FAULTY = sa.select(_w.id, _w.settled).where(_w.settled.in_([health.value for health in FAULTS]))


@dataclass(frozen=True, slots=True)
class _Faulty:
    """The devices that are silent, the links that are dead, and every faulty target of a unit."""

    devices: frozenset[str]
    links: frozenset[str]
    own: Mapping[TargetId, Health] = field(default_factory=dict)

    def silent(self, device: str) -> bool:
        return device in self.devices

    def failed(self, link: str) -> bool:
        return link in self.links


def survey(tx: Tx, context: Context, storm: Storm, at: Moment, since: datetime | None = None) -> Survey:
    """Return what a storm looks like now, and what changed since an instant, by default the last summary."""
    since = min(since or storm.told_at or storm.opened_at, at.now)  # the clock may have been set back
    now = _faulty(tx, context, storm.unit)
    own = [name for name in now.devices if context.settings.devices[name].unit == storm.unit]
    lost = {site.id: site for site in sites_lost(context, now, sorted(own))}
    running = running_in(tx, storm.unit)
    mine = sorted(link for link in now.links if context.targets[f"{LINK}:{link}/state"][0].unit == storm.unit)
    left = dict(lost)
    groups = [*_wholes(tx, context, running, now, left), *_areas(context, left)]
    every = [site for name, site in context.settings.sites.items() if _belongs(context, name, storm.unit)]
    grid = context.wiring.grid
    supplies = dict.fromkeys(grid.supplies[name] for name in now.own if name in grid.supplies)
    on_battery = [grid.places[place] for place in supplies]
    wholes = {i.target for i in running if parts(i.target) is not None}
    return Survey(
        began=min((i.occurred_at for i in running), default=storm.opened_at),
        total=lost_with(context, now, own, mine, tuple(lost.values())),
        all_stations=sum(site.stations for site in every),
        all_sites=len(every),
        groups=tuple(sorted(groups, key=lambda g: (-g.stations, -g.sites, not g.split, g.kind, g.name))),
        lone=len(left),
        others=sum(_loses_nothing(context, i, lost) for i in running if i.target not in wholes),
        alarms=sum(parts(name) is None for name in now.own),
        cut=len(mine),
        batteries=batteries(tx, context, on_battery, at.now),
        running=tuple(Running(i.code, _named(context, i), i.occurred_at) for i in running),
        number=storm.told + 1,
        since=since,
        before=storm.lost,
        restored=count_restored(tx, storm.unit, since),
        fresh=sum(max(i.opened_at, i.episode_from or since) > since for i in running),
        wave=storm.waves,
    )


def _faulty(tx: Tx, context: Context, unit: str) -> _Faulty:
    found = {row.id: Health(row.settled) for row in tx.sql.execute(_FAULTY) if row.id in context.targets}
    down = [name for name, health in found.items() if health is Health.DOWN]
    of = {name: context.targets[name][0] for name in found}
    return _Faulty(
        frozenset(of[name].id for name in down if context.agents.get(of[name].id) == name),
        frozenset(whole[1] for name in down if (whole := parts(name)) is not None and whole[0] == LINK),
        {name: health for name, health in found.items() if of[name].unit == unit},
    )


def _belongs(context: Context, site: str, unit: str) -> bool:
    return any(context.settings.devices[d].unit == unit for d in context.at_site.get(site, ()) if d in context.agents)


def _wholes(
    tx: Tx, context: Context, running: Sequence[Incident], now: _Faulty, left: dict[str, Site]
) -> Iterator[Group]:
    """Yield the rings and cables that failed, with the sites lost by them, which are taken out of `left`."""
    wholes = [(i, kind[0]) for i in running if (kind := parts(i.target)) and kind[0] in (RING, ROUTE)]
    picture = pictures(tx, context, [i.target for i, _ in wholes]).firm
    for incident, what in wholes:
        judged = picture.judge(incident.target)
        ends = [] if what == RING else [end.device for link in judged.links for end in context.wiring.ports[link]]
        cut_off = [d for d in dict.fromkeys((*judged.isolated, *ends)) if now.silent(d)]
        behind = dict.fromkeys(one for d in cut_off for one in (d, *context.below.get(d, ())) if now.silent(one))
        there = _taken(context, behind, left)
        yield Group(
            kind=Kind.RING if what == RING else Kind.ROUTE,
            name=context.targets[incident.target][0].name,
            code=incident.code,
            since=incident.occurred_at,
            cuts=tuple(Cut(context.settings.links[link].name, picture.link(link).since) for link in judged.links),
            devices=len(judged.isolated) if what == RING else len(cut_off),
            sites=len(there),
            stations=sum(site.stations for site in there),
            split=judged.health is Health.DOWN,
        )


def _taken(context: Context, devices: Iterable[str], left: dict[str, Site]) -> list[Site]:
    names = dict.fromkeys(context.settings.devices[d].site for d in devices if d in context.settings.devices)
    return [left.pop(name) for name in names if name in left]


def _areas(context: Context, left: dict[str, Site]) -> Iterator[Group]:
    """Yield the power areas of which two lost sites or more are left, and take those sites out of `left`."""
    by_area: dict[str, list[Site]] = {}
    for site in left.values():
        if site.power_area is not None:
            by_area.setdefault(site.power_area, []).append(site)
    for area, sites in by_area.items():
        if len(sites) >= 2:
            for site in sites:
                del left[site.id]
            name = context.settings.topology.power_areas[area].name
            yield Group(Kind.POWER_AREA, name, sites=len(sites), stations=sum(site.stations for site in sites))


def _loses_nothing(context: Context, incident: Incident, lost: Mapping[str, Site]) -> bool:
    found = context.targets.get(incident.target)
    return found is None or found[0].site not in lost


def _named(context: Context, incident: Incident) -> str:
    found = context.targets.get(incident.target)
    if found is None:
        return incident.target
    device, target = found
    return context.words.target(device.name, target.title, target.instance or "")
