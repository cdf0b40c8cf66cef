"""How a night went, read from the journal, the incidents and the targets: the figures of a bulletin."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitord.domain.bulletin import LOAD, Bulletin, Figures, Peak, highest, unseen
from monitord.domain.health import FAULTS, Cause, Happening, Health
from monitord.domain.incident import RUNNING
from monitord.domain.journal import FactKind
from monitord.domain.network import SIGHT
from monitord.settings.model import Settings
from monitord.store import tables as t
from monitord.store.journal_rows import first_row
from monitord.texts.bulletins import NightText
from monitord.texts.story import Words

_i, _j, _w = t.incident.c, t.journal.c, t.target.c
_BAD = frozenset({*FAULTS, Health.UNKNOWN})


def body(sql: sa.Connection, one: Bulletin, settings: Settings, words: Words, now: datetime) -> str:
    """Return the text of a bulletin by what is known up to `now`."""
    figures = figures_of(sql, one, settings, now)
    line = ""
    if figures.peak is not None:
        found = ((d, x) for d in settings.devices.values() for x in d.targets if x.id == figures.peak.target)
        device, target = next(found, (None, None))
        inside = device is None or device.keep_inside or settings.sites[device.site].keep_inside
        line = "" if device is None or target is None or inside else target.title or device.name
    return words.night(NightText(one.name, one.since, one.due, settings.zone, figures, line))


def figures_of(sql: sa.Connection, one: Bulletin, settings: Settings, now: datetime) -> Figures:
    """Return what is known of the time of a bulletin up to `now` or its end; what began later is not in it."""
    until = min(one.due, now)
    first = first_row(sql, one.since)
    merged = set(_merged(sql, first))
    lasted = [
        row
        for row in sql.execute(
            sa.select(
                _i.id, _i.target, _i.unit, _i.cause, _i.first_bad, _i.detected_at, _i.restored_at, _i.episode_from
            ).where(
                _i.opened_at < until,
                # What the checks merged into its cause is closed and was never restored.
                sa.or_(_i.phase.in_(RUNNING), _i.restored_at > one.since),
                sa.or_(_i.unit == one.unit, _i.target == SIGHT, _i.target.in_(one.loads)),
                sa.not_(_i.drill),
                sa.not_(_i.suspected),
            )
        )
        if row.id not in merged
    ]
    failed = [
        row
        for row in lasted
        if row.unit == one.unit and row.target != SIGHT and row.cause not in (Cause.STORM, Cause.CONGESTED)
    ]
    full = {row.target for row in lasted if row.cause == Cause.CONGESTED} | set(_congested(sql, one, first, until))
    blind = [(row.first_bad or row.detected_at, row.restored_at or until) for row in lasted if row.target == SIGHT]
    return Figures(
        ran=len(failed),
        restored=sum(_over(row, until) for row in failed),
        congested=len(full),
        quiet=len({target.partition("/")[0] for target in _quiet(sql, one, settings, first, until)}),
        peak=highest(_peaks(sql, one, first)),
        unseen=unseen([*blind, *_down(sql, first)], one.since, until),
    )


def _over(row: Any, until: datetime) -> bool:
    """Return whether an incident was over at an instant: what came back later was."""
    came_back = row.episode_from is not None and row.episode_from >= until
    return came_back or (row.restored_at is not None and row.restored_at <= until)


def _merged(sql: sa.Connection, first: int) -> Iterator[int]:
    """Yield the incidents that became part of another one; the row of that other one says `merged`."""
    wanted = sa.select(_j.incident, _j.refs).where(_j.seq >= first, _j.kind == FactKind.INCIDENT_MERGED)
    for incident, refs in sql.execute(wanted):
        if "into" in json.loads(refs):
            yield incident


def _hard(sql: sa.Connection, first: int, until: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    wanted = sa.select(_j.target, _j.refs).where(
        _j.seq >= first, _j.kind == FactKind.TARGET_HARD, _j.ts <= until, _j.target.is_not(None)
    )
    for target, refs in sql.execute(wanted):
        yield target, json.loads(refs)


def _congested(sql: sa.Connection, one: Bulletin, first: int, until: datetime) -> Iterator[str]:
    """Yield the lines of a bulletin that were full, told or not."""
    for target, said in _hard(sql, first, until):
        if target in one.loads and said.get("cause") == Cause.CONGESTED:
            yield target
    still = sa.select(_w.id).where(
        _w.id.in_(one.loads), _w.settled == Health.DEGRADED, _w.cause == Cause.CONGESTED, _w.first_bad < until
    )
    yield from sql.execute(still).scalars()


def _quiet(sql: sa.Connection, one: Bulletin, settings: Settings, first: int, until: datetime) -> set[str]:
    """Return the targets of the unit that were not well at some instant, whether anybody was told of it or not."""
    mine = {x.id for d in settings.devices.values() if d.unit == one.unit for x in d.targets if x.check != LOAD}
    otherwise: set[str] = set()
    changed: set[str] = set()
    for target, said in _hard(sql, first, until):
        changed.add(target)
        if said.get("now") in _BAD or said.get("was") in _BAD:
            otherwise.add(target)
    lasting = sa.select(_w.id).where(_w.settled.in_(_BAD), sa.func.coalesce(_w.first_bad, _w.since) < until)
    return mine & (otherwise | (set(sql.execute(lasting).scalars()) - changed))


def _peaks(sql: sa.Connection, one: Bulletin, first: int) -> Iterator[Peak]:
    wanted = sa.select(_j.target, _j.refs).where(
        _j.seq >= first, _j.kind == FactKind.TARGET_HAPPENING, _j.target.in_(one.loads)
    )
    for target, refs in sql.execute(wanted) if one.loads else ():
        said: dict[str, Any] = json.loads(refs)
        seen = datetime.fromisoformat(said["seen"])
        if Happening.PEAK in said["happenings"] and one.since <= seen < one.due:
            yield Peak(target, float(said["percent"]), seen)


def _down(sql: sa.Connection, first: int) -> Iterator[tuple[datetime, datetime]]:
    """Yield when the daemon was down, and when the machine slept."""
    kinds = (FactKind.DAEMON_WAS_DOWN, FactKind.CLOCK_STEPPED)
    for ts, refs in sql.execute(sa.select(_j.ts, _j.refs).where(_j.seq >= first, _j.kind.in_(kinds))):
        said = json.loads(refs)
        if "from" in said:
            yield datetime.fromisoformat(said["from"]), datetime.fromisoformat(said["to"])
        elif said.get("suspended"):
            yield ts - timedelta(seconds=said["suspended"]), ts
