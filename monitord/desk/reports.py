"""Incidents that people report: opened by hand, told like any other, ended by hand."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from monitord.desk.context import GRACE, Context, write
from monitord.desk.ladders import ladder_time
from monitord.domain import escalation, lifecycle
from monitord.domain.dutybook import DutyBook, duty_in
from monitord.domain.health import Cause, Health
from monitord.domain.incident import Incident, Phase, code, next_number
from monitord.domain.journal import stamp
from monitord.domain.lane import Lane, suspicion_policy
from monitord.domain.network import BY_HAND, Device, TargetId
from monitord.domain.policy import Policy
from monitord.domain.safe import clean
from monitord.store.rows import Moment
from monitord.store.tx import Tx

LONGEST = 200
"""Characters of what is reported: it is a headline."""
SUSPECTED = 3
"""The severity of what nobody has confirmed yet."""


class ReportRefused(ValueError):
    """The report opens no incident; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Reported:
    """What somebody reports. With a `lane` it is a security incident, of the lane's severity; `suspected` when nobody
    is sure yet; `drill` when it is none at all, and only goes the way of one."""

    unit: str
    title: str
    severity: int = 2
    since: datetime | None = None
    lane: str | None = None
    site: str | None = None
    suspected: bool = False
    drill: bool = False


def report(tx: Tx, context: Context, what: Reported, person: str, at: Moment) -> Incident:
    """Open an incident that somebody on duty in the unit reports, and return it; its ladder begins now.

    ReportRefused for a unit, lane, site or person there is not, an instant ahead, or somebody who is not on duty there.
    """
    unit, since = what.unit, what.since or at.now
    severity, policy = _grave(context, what, at)
    title = what.title
    said = clean(title, LONGEST)
    if not said:
        raise ReportRefused("say what is wrong, and where, in a line")
    if since > at.now:
        raise ReportRefused(f"it cannot have begun ahead: {stamp(since)}")
    book = context.book(tx, at, GRACE)
    if person not in book.people:
        raise ReportRefused(f"nobody has the id {person!r}")
    if duty_in(unit, person, book, at.now) is None and duty_in(unit, person, book, at.now - GRACE) is None:
        raise ReportRefused(f"{person} is not on duty in {unit} now: who is may report it (`monitord who`)")
    draft = _draft(what.unit, severity, policy, said, at, since)
    draft = replace(draft, lane=what.lane, site=what.site, suspected=what.suspected, drill=what.drill)
    draft = replace(draft, cause=Cause.NO_ANSWER if what.drill else Cause.REPORTED)
    return _open(tx, context, draft, None, book, {}, person, at)


def suspicion(
    tx: Tx,
    context: Context,
    lane: Lane,
    device: Device,
    name: TargetId,
    title: str,
    seen: Mapping[str, Any],
    at: Moment,
) -> Incident:
    """Open a suspicion that a check raises, under a name of its own; the lane's named persons hear of it.

    `seen` says in the first row which target was seen how.
    """
    policy = suspicion_policy(lane, context.settings.policy_for(device.unit, lane.severity).steps[0].channels)
    draft = _draft(device.unit, SUSPECTED, policy, clean(title, LONGEST), at, at.now)
    draft = replace(draft, lane=lane.id, site=device.site or None, suspected=True)
    return _open(tx, context, draft, name, context.book(tx, at), seen, None, at)


def _draft(unit: str, severity: int, policy: Policy, said: str, at: Moment, since: datetime) -> Incident:
    return Incident(
        id=0,
        code="",
        target="",
        unit=unit,
        severity=severity,
        health=Health.DOWN,
        cause=Cause.REPORTED,
        detail=said,
        phase=Phase.OPEN,
        policy=policy,
        detected_at=at.now,
        opened_at=at.now,
        ladder_from=at.now,
        step=-1,
        first_bad=since,
    )


def _open(
    tx: Tx,
    context: Context,
    draft: Incident,
    name: TargetId | None,
    book: DutyBook,
    refs: Mapping[str, Any],
    actor: str | None,
    at: Moment,
) -> Incident:
    day = at.now.astimezone(context.settings.zone).date()
    number = next_number(*tx.numbers(day, at.now - context.settings.reopen_within))
    named = replace(draft, code=code(day, number), target=name or f"{BY_HAND}{code(day, number).lower()}-{day:%Y}")
    decision = escalation.opened(tx.new_incident(named, number, day), book, at.now)
    first, *rest = decision.facts
    write(tx, replace(decision, facts=(replace(first, actor=actor, refs={**first.refs, **refs}), *rest)), at)
    return decision.incident


def _grave(context: Context, what: Reported, at: Moment) -> tuple[int, Policy]:
    """Return the severity of what is reported, and by which policy it is told."""
    settings = context.settings
    if what.unit not in settings.units:
        raise ReportRefused(f"there is no unit {what.unit!r}: {', '.join(settings.units)}")
    if what.severity not in (1, 2, 3, 4):
        raise ReportRefused("a severity is 1 (worst) to 4")
    if what.site is not None and what.site not in settings.sites:
        raise ReportRefused(f"there is no site {what.site!r}")
    if what.lane is None:
        if what.suspected:
            raise ReportRefused("a suspicion needs its lane: --lane")
        return what.severity, settings.policy_at(at.now, what.unit, what.severity)
    lane = settings.lanes.get(what.lane)
    if lane is None:
        known = ", ".join(settings.lanes) or "none: name them in `security_lanes`"
        raise ReportRefused(f"there is no lane {what.lane!r}: {known}")
    policy = settings.policy_at(at.now, what.unit, lane.severity)
    if not what.suspected:
        return lane.severity, policy
    if not lane.named:
        raise ReportRefused(f"lane {lane.id!r} names nobody who may hear of a suspicion: `named` in its settings")
    return SUSPECTED, suspicion_policy(lane, policy.steps[0].channels)


def restored_by_hand(tx: Tx, incident: Incident, person: str, since: datetime, at: Moment) -> Incident:
    """Let somebody say that what was reported works again; what the checks see they alone say is over."""
    if not incident.target.startswith(BY_HAND):
        raise ReportRefused(f"{incident.code} ends when the checks see that it works again; a note may say more")
    if since < incident.episode_at:
        raise ReportRefused(f"it began at {stamp(incident.episode_at)}: it cannot have ended before")
    ladder_now = ladder_time(tx, incident.id, at)
    ended = lifecycle.restored(incident, since, tx.told(incident.id), ladder_now=ladder_now)
    first, *rest = ended.facts
    write(tx, replace(ended, facts=(replace(first, actor=person), *rest)), at)
    return ended.incident
