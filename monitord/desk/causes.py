"""What an incident probably comes from: worked out from what is known around it, written when it changes."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import sqlalchemy as sa
import structlog

from monitord.desk.context import Context
from monitord.desk.customers import onts_of, serves
from monitord.desk.pictures import pictures
from monitord.domain.correlation import Picture
from monitord.domain.health import FAULTS, Cause, Health
from monitord.domain.incident import Incident
from monitord.domain.journal import Fact, FactKind, stamp
from monitord.domain.network import TargetId
from monitord.domain.powering import POWER
from monitord.domain.probable import Evidence, Suspect, probable
from monitord.domain.wiring import parts
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx

log = structlog.get_logger("desk")
_ROWS = sa.select(
    t.target.c.id,
    t.target.c.known,
    t.target.c.settled,
    t.target.c.edge_seen,
    t.target.c.first_bad,
    t.target.c.lasts_until,
).where(t.target.c.id.in_(sa.bindparam("the_ids", expanding=True)))


def evidence(tx: Tx, context: Context, target: TargetId) -> Evidence:
    """Return what is known beside the fault of a device, a place, a power area, a cable, a PON port, or of customers;
    nothing beside any other."""
    if target not in context.targets:
        return Evidence()
    device = context.targets[target][0]
    match parts(target):
        case None if context.agents.get(device.id) == target:
            picture = pictures(tx, context, (target,)).firm
            return _beside(tx, context, picture, device.site, (device.id,), picture.silent(device.id))
        case ("site", ident):
            place = context.wiring.grid.places[ident]
            picture = pictures(tx, context, (target,)).firm
            return _beside(tx, context, picture, place.site, place.devices, picture.powers.dark(place))
        case ("area", ident):
            judged = pictures(tx, context, (target,)).firm.powers.area(ident)
            lost = judged.since if judged.cause is Cause.AREA_MAINS else None
            return Evidence(mains_lost=lost)
        case None | ("customers", _):
            return Evidence(onts=onts_of(tx, context, target))
        case _:
            return Evidence(segments=pictures(tx, context, (target,)).firm.judge(target).segments)


def _beside(tx: Tx, context: Context, picture: Picture, site: str, devices: Sequence[str], silent: bool) -> Evidence:
    """Return what is known of the power of a site and of the links of devices there."""
    power = _power(tx, context, site)
    lost = [row for row in power if row.known is not None and Health(row.known) in FAULTS and row.first_bad]
    agents = [context.agents[name] for name in devices if name in context.agents]
    since = picture.powers.dark_since(agents) if silent else None
    ends = min((row.lasts_until for row in lost if row.lasts_until is not None), default=None)
    links = dict.fromkeys(link for name in devices for link in context.wiring.links_at.get(name, ()))
    return Evidence(
        silent=silent,
        mains_lost=min((row.first_bad for row in lost), default=None),
        lasting=None if ends is None or since is None else ends - since,
        # Looked at since the silence began, and nothing less: a look that is under way says nothing yet.
        still_seen=since is not None
        and any(row.settled is not None and Health(row.settled) in FAULTS and row.edge_seen > since for row in lost),
        power_well=bool(power) and all(row.known == Health.UP for row in power),
        # A place that a link still reaches has lost no fibre.
        dead_links=tuple(links) if links and all(map(picture.failed, links)) else (),
    )


def _power(tx: Tx, context: Context, site: str) -> list[Any]:
    devices = (context.settings.devices[name] for name in context.at_site.get(site, ()))
    names = [target.id for device in devices for target in device.targets if target.check == POWER]
    return list(tx.sql.execute(_ROWS, {"the_ids": names})) if names else []


def note_cause(tx: Tx, context: Context, incident: Incident, at: Moment) -> None:
    """Write what an incident probably comes from, with its evidence, when that is another than was known."""
    known = evidence(tx, context, incident.target)
    if known.onts is None and serves(context, incident.target):
        return  # nobody sees the ONTs any more: what they said last still counts
    now = probable(known)
    if now == (incident.suspect or Suspect.UNKNOWN):
        return
    refs = {
        "was": incident.suspect,
        "suspect": now,
        "mains_lost": None if known.mains_lost is None else stamp(known.mains_lost),
        "power_well": 1 if now is Suspect.FIBRE else None,
        "links": [f"link:{link}" for link in known.dead_links] or None,
        "segments": list(known.segments) or None,
        "onts": None if known.onts is None else str(known.onts),
    }
    tx.append([Fact(FactKind.INCIDENT_CAUSE, incident.id, incident.target, refs=refs)], at)
    tx.save(replace(incident, suspect=now))


def note_causes(tx: Tx, context: Context, at: Moment) -> None:
    """Do so for every incident that runs; one that cannot be worked out keeps nobody else from being told."""
    for incident in tx.running_incidents():
        error = None if incident.suspected else tx.isolated(partial(note_cause, tx, context, incident, at))
        if error is not None:
            log.error("cause.failed", incident=incident.code, error=repr(error))
