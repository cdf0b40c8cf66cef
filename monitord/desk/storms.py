"""Storms: when one begins or rises again in a unit, and what it does to the unit's incidents."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from monitord.desk.context import Context, write
from monitord.desk.holding import muted_until
from monitord.desk.ladders import ladder_time
from monitord.desk.surveys import survey
from monitord.domain import lifecycle
from monitord.domain import storm as storms
from monitord.domain.decision import Decision
from monitord.domain.health import Cause, Health
from monitord.domain.incident import Incident, Phase, code, next_number
from monitord.domain.loss import gravest
from monitord.domain.notice import Notice
from monitord.domain.storm import FIRST, Storm
from monitord.domain.survey import Survey
from monitord.store import storms as rows
from monitord.store.rows import Moment
from monitord.store.tx import Tx


def over(tx: Tx, context: Context, incident: Incident) -> Storm | None:
    """Return the storm that tells of an incident from now on, None when it is told by itself."""
    return rows.running_storm(tx, incident.unit) if may_carry(context, incident) else None


def may_carry(context: Context, incident: Incident) -> bool:
    """Return whether a storm may tell of an incident: one whose ladder is that of its unit, and no other's."""
    if not storms.may_carry(incident) or incident.unit not in context.settings.units:
        return False
    return incident.policy.id == context.settings.policy_for(incident.unit, incident.severity).id


def nothing_left(tx: Tx, incident: Incident) -> bool:
    """Return whether an incident is a storm that tells of nothing now."""
    if storms.unit_of(incident.target) is None:
        return False
    storm = rows.known_storm(tx, incident.id)
    return storm is not None and rows.count_left(tx, storm) == 0


def hearers(tx: Tx, incident: Incident) -> frozenset[str]:
    """Return who was reached by the storm that tells of an incident."""
    if incident.storm is None:
        return frozenset()
    summaries = {person for person, _ in rows.heard_summaries(tx, incident.storm)}
    return frozenset({way.person for way in tx.told(incident.storm)} | summaries)


def told_from(tx: Tx, context: Context, incident: Incident, at: Moment) -> datetime | None:
    """Return from when on a new incident is told by itself; None: at once."""
    rules = context.settings.storm
    if not rules.opened or not may_carry(context, incident):
        return None
    before = rows.lately(tx, incident.unit, at.now - rules.within, at.now, rules.alone + 1)
    return storms.tell_from(sum(ident != incident.id for ident, _ in before), incident.severity, rules, at.now)


def tips(tx: Tx, context: Context, incident: Incident, at: Moment) -> bool:
    """Return whether a new incident may be one too many, so that a storm begins, or rises again, with it."""
    known = may_carry(context, incident) and context.settings.storm.opened
    return bool(known) and storms.begins(lately(tx, context, incident.unit, at), context.settings.storm)


def watch(tx: Tx, context: Context, incident: Incident, at: Moment) -> Storm | None:
    """Let a storm begin, or rise again, when an incident that opened just now was one too many; return the storm."""
    storm = rows.running_storm(tx, incident.unit)
    if (storm is None or storm.calm) and tips(tx, context, incident, at):
        if storm is None:
            begin(tx, context, incident.unit, at)
        else:
            _rise_again(tx, context, storm, at)
    return rows.running_storm(tx, incident.unit)


def reopened(tx: Tx, context: Context, again: Decision) -> Decision:
    """Return the return of a fault as a storm that runs has it told: with the rest, and not by itself."""
    storm = over(tx, context, again.incident)
    if storm is None:
        return again
    carrying = storms.carried(again.incident, storm, "reopened")
    return replace(carrying, facts=(*again.facts, *carrying.facts))


def lately(tx: Tx, context: Context, unit: str, at: Moment) -> int:
    """Return how many faults of a unit opened or came back within the time in which a storm is counted."""
    rules = context.settings.storm
    found = rows.lately(tx, unit, at.now - rules.within, at.now, 4 * rules.opened)
    return sum(runs for _, runs in found)


def begin(tx: Tx, context: Context, unit: str, at: Moment) -> None:
    """Open the storm of a unit: its incident takes over those that run, and calls the ladder of the gravest."""
    settings = context.settings
    members = [one for one in rows.running_in(tx, unit) if may_carry(context, one)]
    counted = [one for one in members if _failed_at(one) > at.now - settings.storm.within] or members
    severity = min([settings.storm.severity, *(one.severity for one in members)])
    day = at.now.astimezone(settings.zone).date()
    number = next_number(*tx.numbers(day, at.now - settings.reopen_within))
    began = min((one.episode_at for one in counted), default=at.now)
    draft = Incident(
        id=0,
        code=code(day, number, "DR"),
        target=storms.target_of(unit),
        unit=unit,
        severity=severity,
        health=Health.DOWN,
        cause=Cause.STORM,
        detail="",
        phase=Phase.OPEN,
        policy=settings.policy_at(at.now, unit, severity),
        detected_at=at.now,
        opened_at=at.now,
        ladder_from=at.now,
        step=-1,
        told_health=Health.DOWN,
        first_bad=began,
    )
    incident = tx.new_incident(draft, number, day)
    storm = rows.begin_storm(tx, incident)
    for member in members:
        known = storms.untold(member)
        if tx.told(member.id):
            known = replace(member, spent=lifecycle.spent_by(member, ladder_time(tx, member.id, at)))
        write(tx, storms.carried(known, storm, "begun"), at)
    now = survey(tx, context, storm, at)
    severity = severity_by(context, now, severity)
    incident = replace(incident, severity=severity, policy=settings.policy_at(at.now, unit, severity))
    write(tx, storms.begun(incident, context.book(tx, at), at.now, muted=is_muted(tx, context, storm, at)), at)
    rows.save_storm(tx, replace(storm, told=1, told_at=at.now, lost=now.lost, running=len(now.running)))


def _failed_at(incident: Incident) -> datetime:
    """Return when an incident opened, or its fault came back."""
    return max(incident.opened_at, incident.episode_from or incident.opened_at)


def is_muted(tx: Tx, context: Context, storm: Storm, at: Moment) -> bool:
    """Return whether a window silences the whole unit of a storm."""
    return muted_until(tx, context, storms.target_of(storm.unit), at) is not None


def severity_by(context: Context, now: Survey, severity: int) -> int:
    """Return how grave a storm is by what it lost, and no less than `severity`."""
    rule = gravest(context.settings.loss_rules, now.total)
    return severity if rule is None else min(severity, rule.severity)


def _rise_again(tx: Tx, context: Context, storm: Storm, at: Moment) -> None:
    incident = tx.incident(storm.id)
    if incident is None or not incident.running:
        return
    after = replace(storm, waves=storm.waves + 1, calm=False)
    refs = {"wave": after.waves, "count": lately(tx, context, storm.unit, at)}
    muted = is_muted(tx, context, storm, at)
    decision = storms.rose_again(incident, context.book(tx, at), at.now, refs, muted=muted)
    write(tx, decision, at, tell_from=not_too_often(tx, storm, at))
    rows.save_storm(tx, after)


def not_too_often(tx: Tx, storm: Storm, at: Moment) -> Callable[[Notice], datetime | None]:
    """Return from when on a notice of a storm may leave: who was told of it just now is not told again at once."""
    until = storm.opened_at + FIRST
    heard = {way.person for way in tx.told(storm.id)} if storm.opened_at <= at.now < until else set()
    return lambda notice: until if notice.person in heard else None
