"""A storm while it runs: how grave it is, what people hear of it, and how it ends."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from monitord.desk import storms as desk_storms
from monitord.desk.context import Context, write
from monitord.desk.holding import muted_until
from monitord.desk.ladders import ladder_time, time_left
from monitord.desk.surveys import survey
from monitord.domain import lifecycle
from monitord.domain import storm as storms
from monitord.domain.dutybook import resolve
from monitord.domain.group import group_notices
from monitord.domain.incident import Incident, Phase
from monitord.domain.journal import Fact, FactKind, stamp
from monitord.domain.notice import Event, Notice, Priority
from monitord.domain.policy import Whom
from monitord.domain.storm import Storm
from monitord.domain.survey import Survey
from monitord.store import storms as rows
from monitord.store.rows import Moment
from monitord.store.tx import Tx

log = structlog.get_logger("desk")
LOOK_AGAIN = 60.0
"""Seconds after which a storm that runs is looked at, whatever happened: it may be over, or graver."""
UNCHANGED = 4
"""A summary that says nothing new is sent every so many only; a leader gets every so many too."""


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
            _isolated(tx, unit, partial(desk_storms.begin, tx, context, unit, at))
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


def _due(storm: Storm) -> datetime:
    return storm.told_at or storm.opened_at


def _is_due(storm: Storm, context: Context, at: Moment) -> bool:
    return not timedelta(0) <= at.now - _due(storm) < context.settings.storm.summary


def _keep(tx: Tx, context: Context, storm: Storm, at: Moment) -> None:
    rules = context.settings.storm
    incident = tx.incident(storm.id)
    left, last = rows.count_left(tx, storm), rows.last_failure(tx, storm.unit)
    gone = storm.unit not in context.settings.units
    if incident is None or not incident.running or gone or storms.is_over(left, last, rules, at.now):
        _end(tx, context, storm, incident, at)
        return
    if not storm.calm and desk_storms.lately(tx, context, storm.unit, at) <= rules.few:
        storm = replace(storm, calm=True)
        rows.save_storm(tx, storm)
    now = survey(tx, context, storm, at)
    severity = desk_storms.severity_by(context, now, min([incident.severity, *_severities(tx, storm)]))
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
    muted, book = desk_storms.is_muted(tx, context, storm, at), context.book(tx, at)
    if incident.phase is Phase.OPEN:
        risen = lifecycle.raised(after, book, at.now, muted=muted)
    else:
        refs = {"severity_was": incident.severity, "severity": severity}
        risen = storms.rose_again(after, book, at.now, refs, muted=muted)
    write(tx, risen, at, tell_from=desk_storms.not_too_often(tx, storm, at))
    return risen.incident


def _tell(tx: Tx, context: Context, storm: Storm, incident: Incident, now: Survey, at: Moment) -> None:
    """Tell those who work on a storm what changed since the last summary; where nothing did, every UNCHANGED times."""
    if desk_storms.is_muted(tx, context, storm, at):
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
    book = context.book(tx, at).for_severity(incident.severity)
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
    in_groups = [
        replace(notice, event=Event.STORM, subject=subject)
        for notice in group_notices(incident, 0, context.settings.groups)
        if steps
    ]
    return [*found.values(), *in_groups]


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
