"""An incident whose fault changes while it lasts: how grave it is now, and who hears of it when."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
import structlog

from monitord.desk.context import Context, write
from monitord.desk.extents import extent
from monitord.desk.holding import own_holds, planned_cut, windows_over
from monitord.desk.power import batteries, is_power, places_of
from monitord.desk.wholes import severity_for
from monitord.domain import lifecycle
from monitord.domain.decision import Told
from monitord.domain.health import Cause, Health, Hold
from monitord.domain.incident import RUNNING, Incident, Phase
from monitord.domain.journal import FactKind
from monitord.domain.loss import gravest
from monitord.domain.network import Device, Target
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx

log = structlog.get_logger("desk")
_ROW = sa.select(t.target).where(t.target.c.id == sa.bindparam("the_id"))
FALLS_AFTER = timedelta(minutes=10)
"""How long an incident stays as grave as it was before it falls because less is lost."""
SHORT = 2
"""The severity of a place on battery once the team has to leave: then, and not before, people are woken."""
CUT = frozenset(
    {
        Cause.SITE_SILENT,
        Cause.AREA_MAINS,
        Cause.AREA_SILENT,
        Cause.AREA_CUSTOMERS,
        Cause.PON_POWER,
        Cause.NO_ANSWER,
        Cause.UNREACHABLE,
        Cause.TIMED_OUT,
        Cause.REFUSED,
        Cause.ON_BATTERY,
    }
)
"""What a power cut explains; a low battery it does not."""


def severity_of(
    tx: Tx, context: Context, device: Device, target: Target, row: Any, at: Moment
) -> tuple[int, dict[str, Any]]:
    """Return the severity of what a row says, and the ids of the rule and the planned power cut that gave it."""
    settings, health = context.settings, Health(row["settled"])
    rule = settings.severity_rule(target, health)
    planned = planned_cut(tx, context, device, target, at)
    severity = severity_for(settings, target, health)
    if planned is not None and Cause(row["cause"]) in CUT:
        severity = max(severity, settings.planned_cut_severity)
    why = {"severity_rule": rule.id if rule else None, "planned_cut": planned.id if planned else None}
    if is_power(target.id) and any(b.short for b in batteries(tx, context, places_of(tx, context, target.id), at.now)):
        severity, why = min(severity, SHORT), {**why, "battery_short": 1}
    loss = gravest(settings.loss_rules, extent(tx, context, target.id, at.now)) if settings.loss_rules else None
    if loss is not None and loss.severity < severity:
        return loss.severity, {**why, "loss_rule": loss.id}
    return severity, why


def change(tx: Tx, context: Context, device: Device, target: Target, row: Any, running: Incident, at: Moment) -> None:
    """Let an incident be seen in another health: its row, its severity, its ladder, and who hears of it."""
    severity, why = severity_of(tx, context, device, target, row, at)
    health, cause = Health(row["settled"]), Cause(row["cause"])
    began = row["first_bad"] if running.health is Health.UNKNOWN else None
    after, fact = lifecycle.changed(running, health, cause, row["detail"] or "", severity, began, why.get("loss_rule"))
    tx.append([fact], at)
    told, told_anew = tx.told(running.id), frozenset[str]()
    if after.severity != running.severity:
        policy = context.settings.policy_at(at.now, running.unit, after.severity, device.tags)
        after = replace(after, policy=policy)
    if after.severity != running.severity and running.phase is Phase.OPEN and running.storm is None:
        muted = Hold.MUTE in own_holds(windows_over(tx, context, device, target, at), row)
        raised = lifecycle.raised(after, context.book(tx, at), at.now, muted=muted)
        write(tx, raised, at)
        after, told_anew = raised.incident, frozenset(notice.person for notice in raised.notices)
    else:
        # Somebody has it, or a storm tells of it: its ladder waits, and would begin again by the severer policy.
        tx.save(after)
    risen = after.severity < running.severity and running.phase is Phase.ACKNOWLEDGED
    tell_change(tx, context, device, target, row, after, told, at, told_anew, risen=risen)


def tell_change(
    tx: Tx,
    context: Context,
    device: Device,
    target: Target,
    row: Any,
    incident: Incident,
    told: Iterable[Told],
    at: Moment,
    but: frozenset[str] = frozenset(),
    *,
    risen: bool = False,
) -> None:
    """Tell in which health an incident is seen now; while its target is muted or flaps, or a storm tells of it, that
    waits."""
    if incident.storm is not None or own_holds(windows_over(tx, context, device, target, at), row) & {
        Hold.MUTE,
        Hold.FLAPPING,
    }:
        return
    decision = lifecycle.change_told(incident, told, at.now, but, risen=risen)
    tx.append(decision.facts, at)
    tx.save(decision.incident)
    for notice in decision.notices:
        tx.queue(notice, at.now)


def tell_what_grew(tx: Tx, context: Context, at: Moment) -> None:
    """Let every running incident be as grave as what is lost with it now; one that cannot be worked out keeps nobody
    else from being told."""
    for running in tx.running_incidents():
        may = bool(context.settings.loss_rules) or is_power(running.target)
        plain = running.target in context.targets and not running.suspected and running.lane is None
        if may and plain:
            error = tx.isolated(partial(_grow, tx, context, running, at))
            if error is not None:
                log.error("severity.failed", incident=running.code, error=repr(error))


def _grow(tx: Tx, context: Context, running: Incident, at: Moment) -> None:
    found = context.targets[running.target]
    row = tx.sql.execute(_ROW, {"the_id": running.target}).mappings().first()
    if row is not None and row["settled"] == running.health:
        severity, _ = severity_of(tx, context, *found, row, at)
        if severity < running.severity:
            change(tx, context, *found, row, running, at)
        elif is_power(running.target) and running.health is Health.DOWN:
            return  # what went silent after its battery stays as grave as that was
        elif severity > running.severity and at.now - _changed_at(tx, running) >= FALLS_AFTER:
            after, fact = lifecycle.fallen(running, severity)
            tx.append([fact], at)
            tx.save(after)


def _changed_at(tx: Tx, incident: Incident) -> datetime:
    """Return when an incident changed last: what rises and falls is not told at every turn."""
    j = t.journal.c
    last = sa.select(sa.func.max(j.ts)).where(j.incident == incident.id, j.kind == FactKind.INCIDENT_CHANGED)
    return tx.sql.execute(last).scalar() or incident.opened_at


def tell_changes(tx: Tx, context: Context, at: Moment) -> None:
    """Tell of every change of health that waited for the end of a hold."""
    i = t.incident.c
    wanted = sa.select(i.id, i.target).where(i.phase.in_(RUNNING), i.told_health != i.health).order_by(i.id)
    for ident, name in tx.sql.execute(wanted).all():
        row = tx.sql.execute(sa.select(t.target).where(t.target.c.id == name)).mappings().first()
        incident = tx.incident(ident)
        if name in context.targets and row is not None and incident is not None:
            tell_change(tx, context, *context.targets[name], row, incident, tx.told(ident), at)
