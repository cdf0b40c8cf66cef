"""How a night went, read from the journal and the incidents: the figures of a bulletin."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitord.domain.bulletin import Bulletin, Figures, Peak, highest, unseen
from monitord.domain.health import Cause, Happening
from monitord.domain.journal import FactKind
from monitord.domain.network import SIGHT
from monitord.settings.model import Settings
from monitord.store import tables as t
from monitord.texts.bulletins import NightText
from monitord.texts.story import Words

_i, _j = t.incident.c, t.journal.c
_MERGED = sa.select(_j.incident).where(_j.kind == FactKind.INCIDENT_MERGED, _j.incident.is_not(None))


def figures_of(sql: sa.Connection, one: Bulletin, now: datetime) -> Figures:
    """Return what is known of the time of a bulletin up to `now` or its end; what began later is not in it."""
    until = min(one.due, now)
    lasted = [
        row
        for row in sql.execute(
            sa.select(_i.target, _i.unit, _i.cause, _i.first_bad, _i.detected_at, _i.restored_at).where(
                _i.opened_at < until,
                sa.or_(_i.restored_at.is_(None), _i.restored_at > one.since),
                sa.or_(_i.unit == one.unit, _i.target == SIGHT),
                sa.not_(_i.drill),
                sa.not_(_i.suspected),
                _i.id.not_in(_MERGED),
            )
        )
    ]
    ours = [row for row in lasted if row.target != SIGHT and row.cause != Cause.STORM]
    full = [row for row in ours if row.cause == Cause.CONGESTED]
    failed = [row for row in ours if row.cause != Cause.CONGESTED]
    blind = [(row.first_bad or row.detected_at, row.restored_at or until) for row in lasted if row.target == SIGHT]
    return Figures(
        ran=len(failed),
        restored=sum(row.restored_at is not None and row.restored_at <= until for row in failed),
        congested=len({row.target for row in full}),
        peak=highest(_peaks(sql, one)),
        unseen=unseen([*blind, *_down(sql, one)], one.since, until),
    )


def _peaks(sql: sa.Connection, one: Bulletin) -> Iterator[Peak]:
    wanted = sa.select(_j.target, _j.refs).where(
        _j.kind == FactKind.TARGET_HAPPENING, _j.target.in_(one.loads), _j.ts >= one.since
    )
    for target, refs in sql.execute(wanted) if one.loads else ():
        said: dict[str, Any] = json.loads(refs)
        seen = datetime.fromisoformat(said["seen"])
        if Happening.PEAK in said["happenings"] and one.since <= seen < one.due:
            yield Peak(target, float(said["percent"]), seen)


def _down(sql: sa.Connection, one: Bulletin) -> Iterator[tuple[datetime, datetime]]:
    """Yield when the daemon itself was down."""
    wanted = sa.select(_j.refs).where(_j.kind == FactKind.DAEMON_WAS_DOWN, _j.ts >= one.since)
    for (refs,) in sql.execute(wanted):
        said = json.loads(refs)
        yield datetime.fromisoformat(said["from"]), datetime.fromisoformat(said["to"])


def body(sql: sa.Connection, one: Bulletin, settings: Settings, words: Words, now: datetime) -> str:
    """Return the text of a bulletin by what is known up to `now`."""
    figures = figures_of(sql, one, now)
    line = ""
    if figures.peak is not None:
        found = ((d, x) for d in settings.devices.values() for x in d.targets if x.id == figures.peak.target)
        device, target = next(found, (None, None))
        inside = device is None or device.keep_inside or settings.sites[device.site].keep_inside
        line = "" if device is None or target is None or inside else target.title or device.name
    return words.night(NightText(one.name, one.due, settings.zone, figures, line))
