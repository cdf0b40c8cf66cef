"""Taking in edges: the target's row, the journal, and the incident that opens, changes or ends by them."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitord.desk.context import Context, write
from monitord.domain import escalation
from monitord.domain.edge import Edge, Firmness
from monitord.domain.health import FAULTS, Health, Hold
from monitord.domain.incident import Incident, Phase, code, next_number
from monitord.domain.journal import Fact, FactKind, stamp
from monitord.domain.network import Device, Target
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx

_SAVE = t.target.update().where(t.target.c.id == sa.bindparam("the_id"))
AGENT = "agent_answers"
"""The check whose fault holds the other targets of its device.

Nobody is told that a port is unseen behind a silent agent.
"""


def take_edge(tx: Tx, context: Context, edge: Edge, at: Moment, down_between: tuple[datetime, datetime] | None) -> bool:
    """Take an edge in; False when it was known already or its target is not in the settings. Repeating it does no harm.

    `down_between` is the time the daemon was down, for the first edges after a start.
    """
    found = context.targets.get(edge.target)
    if found is None:
        return False
    device, target = found
    row = tx.sql.execute(sa.select(t.target).where(t.target.c.id == edge.target)).mappings().first()
    if row is not None and _seen_before(row, edge):
        return False
    if _is_news(row, edge):
        tx.append([_edge_fact(edge)], at)
    if edge.happenings:
        refs = {"happenings": list(edge.happenings), "seen": stamp(edge.seen_at)}
        tx.append([Fact(FactKind.TARGET_HAPPENING, target=edge.target, refs=refs)], at)
    _write_target(tx, row, edge, device)
    if edge.firmness is Firmness.HARD:
        _settle(tx, context, edge, device, target, at, down_between)
        if target.check == AGENT:
            _hold_others(tx, device, edge)
    return True


def _seen_before(row: Any, edge: Edge) -> bool:
    """Return True for an edge taken in already, or one of an earlier run of the looker that comes late."""
    if row["edge_boot"] == edge.boot:
        return bool((row["edge_seq"] or 0) >= edge.seq)
    return not edge.first and row["edge_seen"] is not None and edge.seen_at <= row["edge_seen"]


def _is_news(row: Any, edge: Edge) -> bool:
    """Return whether an edge is worth a row: not what the desk knows already, nor that a new target is up."""
    if row is None:
        return edge.now is not Health.UP
    if edge.firmness is Firmness.HARD:
        return bool(row["settled"] != edge.now or row["seen"] != edge.now)
    return bool(row["seen"] != edge.now or row["firmness"] != edge.firmness)


def _edge_fact(edge: Edge) -> Fact:
    kind = FactKind.TARGET_HARD if edge.firmness is Firmness.HARD else FactKind.TARGET_SOFT
    refs = {
        "was": edge.was,
        "now": edge.now,
        "cause": edge.cause,
        "attempt": edge.attempt,
        "confirm": edge.confirm,
        "seen": stamp(edge.seen_at),
        "first": edge.first,
        "first_bad": None if edge.first_bad is None else stamp(edge.first_bad),
        "last_good": None if edge.last_good is None else stamp(edge.last_good),
        "edge": f"{edge.source}:{edge.seq}",
    }
    return Fact(kind, target=edge.target, refs=refs, private={"detail": edge.detail} if edge.detail else None)


def _write_target(tx: Tx, row: Any, edge: Edge, device: Device) -> None:
    hard = edge.firmness is Firmness.HARD
    values: dict[str, Any] = {
        "device": device.id,
        "seen": edge.now,
        "firmness": edge.firmness,
        "attempt": edge.attempt,
        "confirm": edge.confirm,
        "cause": edge.cause,
        "detail": edge.detail,
        # The next fault begins anew: the beginning of the one that is over must not become its.
        "first_bad": None if edge.now is Health.UP else edge.first_bad,
        "last_good": edge.last_good or (row["last_good"] if row is not None else None),
        "edge_boot": edge.boot,
        "edge_seq": edge.seq,
        "edge_seen": edge.seen_at,
    }
    if row is None or row["seen"] != edge.now:
        values["since"] = edge.seen_at
    if hard:
        values["settled"] = edge.now
    if row is None:
        tx.sql.execute(t.target.insert(), {"id": edge.target, "held": [], **values})
    else:
        tx.sql.execute(_SAVE, {"the_id": edge.target, **values})


def _hold_others(tx: Tx, device: Device, edge: Edge) -> None:
    held = [Hold.PARENT] if edge.now in FAULTS else []
    others = sa.and_(t.target.c.device == device.id, t.target.c.id != edge.target)
    tx.sql.execute(t.target.update().where(others).values(held=held))


def _settle(
    tx: Tx,
    context: Context,
    edge: Edge,
    device: Device,
    target: Target,
    at: Moment,
    down_between: tuple[datetime, datetime] | None,
) -> None:
    running = tx.running_incident(edge.target)
    if edge.now in FAULTS and running is None:
        write(tx, escalation.opened(_draft(tx, context, edge, device, target, at), context.book(tx, at), at.now), at)
    elif edge.now is Health.UP and running is not None:
        # An incident that opened after the daemon came back was seen all the time.
        unseen = down_between if edge.first and down_between and running.opened_at <= down_between[0] else None
        write(tx, escalation.restored(running, edge.seen_at, tx.told(running.id), unseen), at)
    elif edge.now in FAULTS and running is not None and running.health is not edge.now:
        severity = context.settings.severity_for(target, edge.now)
        after, fact = escalation.changed(running, edge.now, edge.cause, edge.detail, severity)
        tx.append([fact], at)
        if after.severity == running.severity:
            tx.save(after)
            return
        policy = context.settings.policy_for(running.unit, after.severity)
        if running.phase is not Phase.OPEN:
            # Somebody has it: its ladder waits, and would begin again by the severer policy.
            tx.save(replace(after, policy=policy))
            return
        write(tx, escalation.raised(after, policy, context.book(tx, at), at.now), at)


def _draft(tx: Tx, context: Context, edge: Edge, device: Device, target: Target, at: Moment) -> Incident:
    settings = context.settings
    severity = settings.severity_for(target, edge.now)
    day = at.now.astimezone(settings.zone).date()
    number = next_number(*tx.numbers(day))
    draft = Incident(
        id=0,
        code=code(day, number),
        target=target.id,
        unit=device.unit,
        severity=severity,
        health=edge.now,
        cause=edge.cause,
        detail=edge.detail,
        phase=Phase.OPEN,
        policy=settings.policy_for(device.unit, severity),
        detected_at=edge.seen_at,
        opened_at=at.now,
        ladder_from=at.now,
        step=-1,
        first_bad=edge.first_bad,
        last_good=edge.last_good,
    )
    return tx.new_incident(draft, number, day)


def drop_removed(tx: Tx, context: Context, at: Moment) -> int:
    """End the incidents of targets that are no longer in the settings, with a row that says so.

    Return how many there were.
    """
    dropped = 0
    for running in tx.running_incidents():
        if running.target in context.targets:
            continue
        ended = escalation.restored(running, at.now, tx.told(running.id))
        removed = Fact(FactKind.TARGET_REMOVED, running.id, running.target)
        write(tx, replace(ended, facts=(removed, *ended.facts)), at)
        dropped += 1
    known = set(tx.sql.execute(sa.select(t.target.c.id)).scalars())
    for gone in known - set(context.targets):
        tx.sql.execute(t.target.delete().where(t.target.c.id == gone))
    return dropped
