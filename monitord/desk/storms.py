"""Storms: when one begins in a unit, what it does to the unit's incidents, what people hear of it, and how it ends."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from monitord.desk.context import Context, write
from monitord.desk.holding import muted_until
from monitord.desk.ladders import ladder_time, time_left
from monitord.desk.surveys import survey
from monitord.domain import lifecycle
from monitord.domain import storm as storms
from monitord.domain.decision import Decision
from monitord.domain.dutybook import resolve
from monitord.domain.health import Cause, Health
from monitord.domain.incident import Incident, Phase, code, next_number
from monitord.domain.journal import Fact, FactKind, stamp
from monitord.domain.loss import gravest
from monitord.domain.notice import Event, Notice, Priority
from monitord.domain.policy import Whom
from monitord.domain.storm import FIRST, Storm
from monitord.domain.survey import Survey
from monitord.store import storms as rows
from monitord.store.rows import Moment
from monitord.store.tx import Tx

log = structlog.get_logger("desk")
LOOK_AGAIN = 60.0
"""Seconds after which a storm that runs is looked at, whatever happened: it may be over, or graver."""
UNCHANGED = 4
"""A summary that says nothing new is sent every so many only; a leader gets every so many too."""


def over(tx: Tx, context: Context, incident: Incident) -> Storm | None:
    """Return the storm that tells of an incident from now on, None when it is told by itself."""
    return rows.running_storm(tx, incident.unit) if _may_carry(context, incident) else None


def _may_carry(context: Context, incident: Incident) -> bool:
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
    if not rules.opened or not _may_carry(context, incident):
        return None
    before = rows.lately(tx, incident.unit, at.now - rules.within, at.now, rules.alone + 1)
    return storms.tell_from(sum(ident != incident.id for ident, _ in before), incident.severity, rules, at.now)


def tips(tx: Tx, context: Context, incident: Incident, at: Moment) -> bool:
    """Return whether a new incident may be one too many, so that a storm begins, or rises again, with it."""
    known = _may_carry(context, incident) and context.settings.storm.opened
    return bool(known) and storms.begins(_lately(tx, context, incident.unit, at), context.settings.storm)


def watch(tx: Tx, context: Context, incident: Incident, at: Moment) -> Storm | None:
    """Let a storm begin, or rise again, when an incident that opened just now was one too many; return the storm."""
    storm = rows.running_storm(tx, incident.unit)
    if (storm is None or storm.calm) and tips(tx, context, incident, at):
        if storm is None:
            _begin(tx, context, incident.unit, at)
        else:
            _rise_again(tx, context, storm, at)
    return rows.running_storm(tx, incident.unit)


def keep(tx: Tx, context: Context, at: Moment, waiting: AbstractSet[str], *, a_round: bool) -> float | None:
    """Do what storms owe by the clock: let them begin by their number, grow, be told of, and end.

    It is done in a round, or when a summary is due; a storm in `waiting` is looked at first. Return the seconds until
    that; None while no storm runs.
    """
    rules = context.settings.storm
    if not a_round and not any(_is_due(storm, context, at) for storm in rows.running_storms(tx).values()):
        return _next(tx, context, at)
    for unit in context.settings.units if rules.opened else ():
        if rows.running_storm(tx, unit) is None and rows.count_open(tx, unit) >= rules.running:
            _isolated(tx, unit, partial(_begin, tx, context, unit, at))
    for storm in list(rows.running_storms(tx).values()):
        if storms.target_of(storm.unit) not in waiting:
            _isolated(tx, storm.unit, partial(_keep, tx, context, storm, at))
    return _next(tx, context, at)


def _next(tx: Tx, context: Context, at: Moment) -> float | None:
    """Return the seconds until the next look at storms: when a summary is due, and a minute later at most."""
    dues = [_due(storm) + context.settings.storm.summary for storm in rows.running_storms(tx).values()]
    waits = [(due - at.now).total_seconds() for due in dues]
    return min((min(wait, LOOK_AGAIN) if wait > 0 else LOOK_AGAIN for wait in waits), default=None)


def _isolated(tx: Tx, unit: str, work: Callable[[], None]) -> None:
    error = tx.isolated(work)
    if error is not None:
        log.error("storm.failed", unit=unit, error=repr(error))


def _lately(tx: Tx, context: Context, unit: str, at: Moment) -> int:
    rules = context.settings.storm
    found = rows.lately(tx, unit, at.now - rules.within, at.now, 4 * rules.opened)
    return sum(runs for _, runs in found)


def _due(storm: Storm) -> datetime:
    return storm.told_at or storm.opened_at


def _is_due(storm: Storm, context: Context, at: Moment) -> bool:
    return not timedelta(0) <= at.now - _due(storm) < context.settings.storm.summary


# --- begin ----------------------------------------------------------------------------------------------------------


def _begin(tx: Tx, context: Context, unit: str, at: Moment) -> None:
    settings = context.settings
    members = [one for one in rows.running_in(tx, unit) if _may_carry(context, one)]
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
        policy=settings.policy_for(unit, severity),
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
    severity = _severity(context, now, severity)
    incident = replace(incident, severity=severity, policy=settings.policy_for(unit, severity))
    write(tx, storms.begun(incident, context.book(tx, at), at.now, muted=_muted(tx, context, storm, at)), at)
    rows.save_storm(tx, replace(storm, told=1, told_at=at.now, lost=now.lost, running=len(now.running)))


def _failed_at(incident: Incident) -> datetime:
    """Return when an incident opened, or its fault came back."""
    return max(incident.opened_at, incident.episode_from or incident.opened_at)


def _muted(tx: Tx, context: Context, storm: Storm, at: Moment) -> bool:
    return muted_until(tx, context, storms.target_of(storm.unit), at) is not None


def _severity(context: Context, now: Survey, severity: int) -> int:
    rule = gravest(context.settings.loss_rules, now.total)
    return severity if rule is None else min(severity, rule.severity)


# --- grow -----------------------------------------------------------------------------------------------------------


def _rise_again(tx: Tx, context: Context, storm: Storm, at: Moment) -> None:
    incident = tx.incident(storm.id)
    if incident is None or not incident.running:
        return
    after = replace(storm, waves=storm.waves + 1, calm=False)
    refs = {"wave": after.waves, "count": _lately(tx, context, storm.unit, at)}
    muted = _muted(tx, context, storm, at)
    decision = storms.rose_again(incident, context.book(tx, at), at.now, refs, muted=muted)
    write(tx, decision, at, tell_from=_not_too_often(tx, storm, at))
    rows.save_storm(tx, after)


def _not_too_often(tx: Tx, storm: Storm, at: Moment) -> Callable[[Notice], datetime | None]:
    """Return from when on a notice of a storm may leave: who was told of it just now is not told again at once."""
    until = storm.opened_at + FIRST
    heard = {way.person for way in tx.told(storm.id)} if storm.opened_at <= at.now < until else set()
    return lambda notice: until if notice.person in heard else None


def _keep(tx: Tx, context: Context, storm: Storm, at: Moment) -> None:
    rules = context.settings.storm
    incident = tx.incident(storm.id)
    left, last = rows.count_left(tx, storm), rows.last_failure(tx, storm.unit)
    gone = storm.unit not in context.settings.units
    if incident is None or not incident.running or gone or storms.is_over(left, last, rules, at.now):
        _end(tx, context, storm, incident, at)
        return
    if not storm.calm and _lately(tx, context, storm.unit, at) <= rules.few:
        storm = replace(storm, calm=True)
        rows.save_storm(tx, storm)
    now = survey(tx, context, storm, at)
    severity = _severity(context, now, min([incident.severity, *_severities(tx, storm)]))
    if severity < incident.severity:
        incident = _grow(tx, context, storm, incident, severity, at)
    if _is_due(storm, context, at):
        _tell(tx, context, storm, incident, now, at)


def _severities(tx: Tx, storm: Storm) -> list[int]:
    return [one.severity for one in rows.running_in(tx, storm.unit)]


def _grow(tx: Tx, context: Context, storm: Storm, incident: Incident, severity: int, at: Moment) -> Incident:
    """Let a storm be graver than it was: its severer ladder begins, whoever has it."""
    after, fact = lifecycle.changed(incident, incident.health, incident.cause, "", severity)
    after = replace(after, policy=context.settings.policy_for(storm.unit, severity))
    tx.append([fact], at)
    muted, book = _muted(tx, context, storm, at), context.book(tx, at)
    if incident.phase is Phase.OPEN:
        risen = lifecycle.raised(after, book, at.now, muted=muted)
    else:
        refs = {"severity_was": incident.severity, "severity": severity}
        risen = storms.rose_again(after, book, at.now, refs, muted=muted)
    write(tx, risen, at, tell_from=_not_too_often(tx, storm, at))
    return risen.incident


# --- tell -----------------------------------------------------------------------------------------------------------


def _tell(tx: Tx, context: Context, storm: Storm, incident: Incident, now: Survey, at: Moment) -> None:
    """Tell those who work on a storm what changed since the last summary; where nothing did, every UNCHANGED times."""
    if _muted(tx, context, storm, at):
        return
    changed = now.restored or now.fresh or (now.lost, len(now.running)) != (storm.lost, storm.running)
    if not changed and timedelta(0) <= at.now - _due(storm) < UNCHANGED * context.settings.storm.summary:
        return
    subject = f"{now.number}@{stamp(_due(storm))}@{storm.lost}"
    notices = _summaries(tx, context, incident, now.number, subject, at)
    refs = {
        "summary": now.number,
        "running": len(now.running),
        "sites": now.total.sites,
        "stations": now.total.stations,
        "restored": now.restored,
        "fresh": now.fresh,
        "people": sorted({notice.person for notice in notices}),
    }
    tx.append([Fact(FactKind.STORM_TOLD, incident.id, incident.target, refs=refs)], at)
    for notice in notices:
        tx.queue(notice, at.now)
    rows.save_storm(tx, replace(storm, told=now.number, told_at=at.now, lost=now.lost, running=len(now.running)))


def _summaries(tx: Tx, context: Context, incident: Incident, number: int, subject: str, at: Moment) -> list[Notice]:
    """Return the summaries for whoever is on the duties that the ladder has reached; a leader gets some of them."""
    book = context.book(tx, at)
    leader = context.settings.units[incident.unit].leader_duty
    steps = dict.fromkeys(incident.policy.steps[: max(0, incident.step) + 1])
    found: dict[str, Notice] = {}
    for step in steps:
        seldom = step.whom is Whom.DUTY and step.ref == leader and number % UNCHANGED != 1
        if step.whom not in (Whom.DUTY, Whom.PERSON) or seldom:
            continue
        for way in resolve(step, incident.unit, book):
            notice = Notice(
                incident.id,
                Event.STORM,
                way.person,
                way.channels[0],
                Priority.FOLLOW_UP,
                step=incident.policy.steps.index(step),
                round=incident.round,
                fallback=way.channels[1:],
                subject=subject,
            )
            found.setdefault(way.person, notice)
    return list(found.values())


# --- end ------------------------------------------------------------------------------------------------------------


def _end(tx: Tx, context: Context, storm: Storm, incident: Incident | None, at: Moment) -> None:
    """End a storm: one summary to everyone who was told, and what is left is told by itself from now on."""
    rows.end_storm(tx, storm, at.now)
    if incident is not None and incident.running:
        ended = lifecycle.restored(
            incident,
            at.now,
            tx.told(incident.id),
            ladder_now=ladder_time(tx, incident.id, at),
            left=time_left(tx, incident.id, at),
        )
        # Before what is left, which it lists.
        said = [n if n.priority is Priority.EDIT else replace(n, priority=Priority.FIRST) for n in ended.notices]
        heard = {notice.person for notice in said}
        said += [
            Notice(incident.id, Event.RESTORED, person, channel, Priority.FIRST, subject=incident.episode)
            for person, channel in rows.heard_summaries(tx, incident.id)
            if person not in heard
        ]
        write(tx, replace(ended, notices=tuple(said)), at)
    book = context.book(tx, at)
    for left in rows.carried_by(tx, storm):
        muted = muted_until(tx, context, left.target, at) is not None
        write(tx, storms.let_go(left, storm, book, at.now, muted=muted), at)


def reopened(tx: Tx, context: Context, again: Decision) -> Decision:
    """Return the return of a fault as a storm that runs has it told: with the rest, and not by itself."""
    storm = over(tx, context, again.incident)
    if storm is None:
        return again
    carrying = storms.carried(again.incident, storm, "reopened")
    return replace(carrying, facts=(*again.facts, *carrying.facts))
