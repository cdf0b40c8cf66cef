"""What a settled health means for incidents: one opens, waits, comes back, changes or ends."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitord.desk import storms
from monitord.desk.causes import note_cause
from monitord.desk.changing import change, severity_of, tell_change
from monitord.desk.context import Context, write
from monitord.desk.gathering import gather
from monitord.desk.holding import own_holds, standing_of, tell_if_over, windows_over
from monitord.desk.ladders import ladder_time, time_left
from monitord.desk.power import is_power
from monitord.domain import escalation, lifecycle
from monitord.domain.decision import Decision
from monitord.domain.health import FAULTS, Cause, Health
from monitord.domain.holding import HUSHES, Standing
from monitord.domain.incident import Incident, Phase, code, next_number
from monitord.domain.journal import Fact, FactKind, stamp
from monitord.domain.network import Device, Target, TargetId
from monitord.domain.notice import Event
from monitord.domain.storm import opened_in, told_in
from monitord.domain.wiring import parts
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx

FREE: Mapping[str, Any] = {"withheld_at": None, "behind": False, "look_after": None, "held": []}
"""The columns of a target whose fault waits for nothing."""
_ROW = sa.select(t.target).where(t.target.c.id == sa.bindparam("the_id"))


def settle(
    tx: Tx,
    context: Context,
    device: Device,
    target: Target,
    row: Any,
    at: Moment,
    down_between: tuple[datetime, datetime] | None = None,
) -> None:
    """Let a target's hard health, as its row says, have its effect. Repeating it does no harm.

    `down_between` is the time the daemon was down, when this is the first look after it.
    """
    now = Health(row["settled"])
    running = tx.running_incident(target.id)
    if now in FAULTS and running is None:
        _arise(tx, context, device, target, row, at)
    elif now is Health.UP:
        if row["withheld_at"] is not None:
            _release(tx, row, "up_again", at)
        if running is not None:
            _end(tx, context, device, target, row, running, at, down_between)
    elif now in FAULTS and running is not None and (running.health is not now or _lower(target, row, running)):
        note_cause(tx, context, running, at)  # first: what is told says what it probably comes from now
        change(tx, context, device, target, row, tx.running_incident(target.id) or running, at)


def _lower(target: Target, row: Any, running: Incident) -> bool:
    """Return whether a place on battery is so otherwise than before: its battery is low, or that of more of an area."""
    return is_power(target.id) and running.cause != row["cause"]


def reconsider(tx: Tx, context: Context, row: Any, at: Moment) -> None:
    """Decide anew on a fault that waits to be told."""
    found = context.targets.get(row["id"])
    if found is not None and row["settled"] is not None and Health(row["settled"]) in FAULTS:
        settle(tx, context, *found, row, at)
    elif row["withheld_at"] is not None:
        _release(tx, row, "no_fault", at)


def _arise(tx: Tx, context: Context, device: Device, target: Target, row: Any, at: Moment) -> None:
    settings = context.settings
    last = tx.last_incident(target.id)
    found = standing_of(tx, context, device, target, row, at)
    back = last is not None and lifecycle.may_reopen(last, row["first_bad"] or row["edge_seen"], settings.reopen_within)
    if row["settled"] == Health.UNKNOWN and last is not None and last.health is not Health.UNKNOWN:
        back = False  # not seeing whether it is back is not its coming back
    if found.blocked and not (last is not None and back and last.hushed):
        _withhold(tx, row, found, at)
        return
    if row["withheld_at"] is not None:
        _release(tx, row, "free", at)
    severity, why = severity_of(tx, context, device, target, row, at)
    seen = _draft(context, device, target, row, at, severity)
    if last is not None and back:
        back_again = lifecycle.reopened(last, seen, at.now, tx.told(last.id), hushed=last.hushed)
        again = storms.reopened(tx, context, back_again)
        told_from = None if again.incident.storm else storms.told_from(tx, context, again.incident, at)
        write(tx, again, at, tell_from=lambda notice: told_from)
        if severity < last.severity or again.incident.told_health is not seen.health:
            change(tx, context, device, target, row, replace(again.incident, health=last.health), at)
        _take_in_below(tx, context, device, target, at)
        _say_why(tx, context, target, at)
        storms.watch(tx, context, tx.incident(last.id) or again.incident, at)
        if again.incident.step < 0:
            _tell(tx, context, last.id, at)  # nobody has heard of it: it is told as it would be were it new
        return
    incident = _numbered(tx, context, seen, last, at)
    told = _open(tx, context, incident, why, at)
    _take_in_below(tx, context, device, target, at)
    _say_why(tx, context, target, at)
    storms.watch(tx, context, incident, at)
    if not told:
        _tell(tx, context, incident.id, at)


def _open(tx: Tx, context: Context, incident: Incident, why: Mapping[str, Any], at: Moment) -> bool:
    """Write that an incident opened. It is told at once, but in a storm, or where it may be one too many; return
    whether that is decided."""
    storm = storms.over(tx, context, incident)
    tips = storm is None and storms.tips(tx, context, incident, at)
    if storm is not None:
        decision = opened_in(incident, storm)
    elif tips:
        decision = Decision(incident, (escalation.opened_fact(incident),))
    else:
        decision = escalation.opened(incident, context.book(tx, at), at.now)
    first, *rest = decision.facts
    decision = replace(decision, facts=(replace(first, refs={**first.refs, **why}), *rest))
    told_from = storms.told_from(tx, context, decision.incident, at) if storm is None else None
    write(tx, decision, at, tell_from=lambda notice: told_from if notice.event is Event.STEP else None)
    return not tips


def _tell(tx: Tx, context: Context, ident: int, at: Moment) -> None:
    """Tell an incident that was not told at once and is no part of a storm: what it seemed to be one too many of was
    gathered into it, or it into that."""
    incident = tx.incident(ident)
    if incident is not None and incident.phase is Phase.OPEN and incident.storm is None and incident.step < 0:
        told_from = storms.told_from(tx, context, incident, at)
        decision = escalation.step_due(incident, context.book(tx, at), at.now)
        write(tx, decision, at, tell_from=lambda notice: told_from if notice.event is Event.STEP else None)


def _say_why(tx: Tx, context: Context, target: Target, at: Moment) -> None:
    running = tx.running_incident(target.id)
    if running is not None:
        note_cause(tx, context, running, at)


def take_in(tx: Tx, context: Context, near: Sequence[TargetId], at: Moment) -> None:
    """Gather the incidents of these into those of their causes, and let what was gathered wait for the end of that."""
    for name in gather(tx, context, near, at):
        row = tx.sql.execute(_ROW, {"the_id": name}).mappings().one()
        settle(tx, context, *context.targets[name], row, at)


def _take_in_below(tx: Tx, context: Context, device: Device, target: Target, at: Moment) -> None:
    wholes = (target.id,) if parts(target.id) is not None else context.wiring.affected(target.id, device.id)
    if wholes:
        take_in(tx, context, sorted(context.wiring.near(wholes) | {*wholes, target.id}), at)


def unknown_for_long(tx: Tx, context: Context, row: Any, at: Moment) -> None:
    """Open an incident of a target that nobody could look at for long, unless something explains or holds it."""
    found = context.targets.get(row["id"])
    if found is None or tx.running_incident(row["id"]) is not None:
        return
    held = standing_of(tx, context, *found, row, at)
    if not held.blocked and not held.hushed:
        _arise(tx, context, *found, {**row, "first_bad": row["since"]}, at)


def _withhold(tx: Tx, row: Any, found: Standing, at: Moment) -> None:
    """Let a fault wait: a row says why, once when the wait begins and once more when what is above turns out to fail.

    Looks are asked for once: what comes of them, or PATIENCE, ends the wait.
    """
    begins = row["withheld_at"] is None
    behind = bool(row["behind"]) or found.faulty
    turned_out = behind and not row["behind"]
    free_above = bool(row["behind"]) and not found.faulty and row["look_after"] is None
    fails_again = found.faulty and row["look_after"] is not None
    if begins or turned_out:
        refs = {
            "holds": sorted(found.holds),
            "by": list(found.by),
            "health": row["settled"],
            "first_bad": None if row["first_bad"] is None else stamp(row["first_bad"]),
        }
        tx.append([Fact(FactKind.TARGET_HELD, target=row["id"], refs=refs)], at)
    if begins or turned_out or free_above or fails_again:
        tx.asked.update(dict.fromkeys(found.ask))
        tx.armed_count += 1  # what may end the wait is a new instant for those who watch the timers
        after = at.now if free_above else None
        values = {"withheld_at": row["withheld_at"] or at.now, "behind": behind, "look_after": after}
        values["held"] = sorted(found.holds)
        tx.sql.execute(t.target.update().where(t.target.c.id == row["id"]).values(values))


def _release(tx: Tx, row: Any, reason: str, at: Moment) -> None:
    refs = {"reason": reason, "since": stamp(row["withheld_at"])}
    tx.append([Fact(FactKind.TARGET_RELEASED, target=row["id"], refs=refs)], at)
    tx.sql.execute(t.target.update().where(t.target.c.id == row["id"]).values(FREE))


def _end(
    tx: Tx,
    context: Context,
    device: Device,
    target: Target,
    row: Any,
    running: Incident,
    at: Moment,
    down_between: tuple[datetime, datetime] | None,
) -> None:
    # An incident that opened after the daemon came back was seen all the time.
    unseen = down_between if down_between and running.opened_at <= down_between[0] else None
    hushed = bool(own_holds(windows_over(tx, context, device, target, at), row) & HUSHES)
    ladder_now = ladder_time(tx, running.id, at)
    ended = lifecycle.restored(
        running,
        row["edge_seen"],
        tx.told(running.id),
        unseen,
        ladder_now=ladder_now,
        left=time_left(tx, running.id, at),
        hushed=hushed,
    )
    write(tx, replace(ended, notices=told_in(running, ended.notices, storms.hearers(tx, running))), at)


def turned(tx: Tx, context: Context, target: str, row: Any, at: Moment) -> None:
    """Let it have its effect that a target began to flap, or came to rest."""
    kind = FactKind.TARGET_FLAPPING if row["flapping"] else FactKind.TARGET_CALM
    changes = sum(a != b for a, b in zip(row["history"], row["history"][1:], strict=False))
    tx.append([Fact(kind, target=target, refs={"changes": changes, "health": row["seen"]})], at)
    last = tx.last_incident(target)
    if last is not None and not row["flapping"]:
        if last.hushed and last.phase is Phase.RESTORED:
            tell_if_over(tx, context, last, row, at)
        elif last.running and target in context.targets:
            tell_change(tx, context, *context.targets[target], row, last, tx.told(last.id), at)
    if row["flapping"] and last is not None and (last.running or last.hushed):
        told = lifecycle.flapping(last, tx.told(last.id), changes)
        tx.append(told.facts, at)
        for notice in told_in(last, told.notices, storms.hearers(tx, last)):
            tx.queue(notice, at.now)


def _draft(context: Context, device: Device, target: Target, row: Any, at: Moment, severity: int) -> Incident:
    """Return the incident that a fault would be, without a number."""
    return Incident(
        id=0,
        code="",
        target=target.id,
        unit=device.unit,
        severity=severity,
        health=Health(row["settled"]),
        cause=Cause(row["cause"]),
        detail=row["detail"] or "",
        phase=Phase.OPEN,
        policy=context.settings.policy_at(at.now, device.unit, severity, device.tags),
        detected_at=row["edge_seen"],
        opened_at=at.now,
        ladder_from=at.now,
        step=-1,
        told_health=Health(row["settled"]),
        first_bad=row["first_bad"],
        last_good=row["last_good"],
    )


def _numbered(tx: Tx, context: Context, seen: Incident, last: Incident | None, at: Moment) -> Incident:
    """Return the incident with its number and inner id, linked to the last one of its target if that was lately."""
    settings = context.settings
    day = at.now.astimezone(settings.zone).date()
    number = next_number(*tx.numbers(day, at.now - settings.reopen_within))
    linked: dict[str, Any] = {}
    if last is not None and at.now - last.opened_at < settings.recurrence_within:
        linked = {"recurrence_of": last.id, "recurrence": last.recurrence + 1}
    return tx.new_incident(replace(seen, code=code(day, number), **linked), number, day)
