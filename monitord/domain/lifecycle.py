"""The life of an incident beside its ladder: seen worse, restored, back again, fixed, closed. Pure decisions."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime, timedelta

from monitord.domain.decision import Decision, Timer, TimerKind, Told
from monitord.domain.dutybook import DutyBook
from monitord.domain.escalation import step_due
from monitord.domain.health import Cause, Health
from monitord.domain.incident import Incident, Phase
from monitord.domain.journal import Fact, FactKind, stamp
from monitord.domain.notice import EDITABLE, Event, Notice, Priority
from monitord.domain.policy import Policy, due_at
from monitord.domain.steps import next_step, once


def restored(
    incident: Incident,
    at: datetime,
    told: Iterable[Told],
    unknown_between: tuple[datetime, datetime] | None = None,
    *,
    ladder_now: datetime | None = None,
    left: timedelta | None = None,
    hushed: bool = False,
) -> Decision:
    """Decide the return of the target: nothing stays armed, and everyone who was told hears it.

    `unknown_between` is the time in which nobody looked, when the return was seen by the first look after it. `hushed`
    when the target is held: people are told at the end of the hold, if it is still true then. `ladder_now` is the
    present instant by the ladder's own time, `left` what is left of the timer that was armed: a fault that comes back
    goes on where its ladder, or its acknowledgement, stood.
    """
    if incident.phase is Phase.ACKNOWLEDGED:
        spent = max(timedelta(0), left or timedelta(0))
    else:
        # In a storm no ladder goes on.
        spent = incident.spent if ladder_now is None or incident.storm else spent_by(incident, ladder_now)
    after = replace(incident, phase=Phase.RESTORED, restored_at=at, spent=spent, hushed=hushed)
    refs: dict[str, str | float | None] = {
        "restored": stamp(at),
        "outage_seconds": round(incident.outage(at).total_seconds(), 3),
    }
    if incident.reopened:
        refs["episode_seconds"] = round((at - incident.episode_at).total_seconds(), 3)
    if hushed:
        refs["hushed"] = 1
    if unknown_between is not None:
        refs |= {"unknown_from": stamp(unknown_between[0]), "unknown_to": stamp(unknown_between[1])}
    fact = Fact(FactKind.INCIDENT_RESTORED, incident.id, incident.target, refs=refs)
    return Decision(after, (fact,), () if hushed else end_told(after, told), None)


def spent_by(incident: Incident, ladder_now: datetime) -> timedelta:
    """Return how much of its time a ladder has used: up to the next step and not beyond.

    What fell due while nobody could look was not told, and the fault may have been gone by then.
    """
    unused = due_at(incident.policy, incident.ladder_from, incident.step + 1)
    return max(timedelta(0), min(ladder_now, unused) - incident.ladder_from)


def end_told(incident: Incident, told: Iterable[Told]) -> tuple[Notice, ...]:
    """Return the notices by which everyone who was told hears that it is over; what is sent by edit is edited."""
    told = tuple(told)
    edits = [
        Notice(incident.id, Event.RESTORED_EDIT, way.person, way.channel, Priority.EDIT, step=way.step,
               edits=way.notice, organisation=way.organisation, round=incident.round, subject=incident.episode)
        for way in told
        if way.channel in EDITABLE
    ]  # fmt: skip
    follow_ups = [
        Notice(incident.id, Event.RESTORED, way.person, way.channel, Priority.FOLLOW_UP, organisation=way.organisation,
               subject=incident.episode, fallback=way.others)
        for way in once(told)
    ]  # fmt: skip
    return (*edits, *follow_ups)


def unhushed(incident: Incident, told: Iterable[Told], reason: str) -> Decision:
    """Decide the end of a hold under which a target came back unsaid: now people hear it."""
    fact = Fact(FactKind.INCIDENT_RESTORED_TOLD, incident.id, incident.target, refs={"reason": reason})
    return Decision(replace(incident, hushed=False), (fact,), end_told(incident, told), None)


def may_reopen(incident: Incident, fault_at: datetime, within: timedelta) -> bool:
    """Return whether a new fault of the same target is the same incident: it came back soon, and nobody closed it."""
    if incident.phase is not Phase.RESTORED or incident.restored_at is None:
        return False
    # A clock that was set back lets the fault begin before the end: what is near is near on both sides.
    return incident.hushed or abs(fault_at - incident.restored_at) < within


def reopened(
    incident: Incident, seen: Incident, now: datetime, told: Iterable[Told], *, hushed: bool = False
) -> Decision:
    """Decide the return of a fault: the same incident, and its ladder goes on where it stood.

    Its time is cumulative, so that a fault that flaps just fast enough never stays on the first step. Whoever had it
    still has it, for as long as was left when it was restored. Everyone who was told hears it, unless `hushed`: people
    were not told of the restoration, so that nothing new is true. `seen` carries what is seen now.
    """
    taken = incident.ack_expires_at is not None
    down_before = incident.outage(incident.restored_at or now)
    after = replace(
        incident,
        phase=Phase.ACKNOWLEDGED if taken else Phase.OPEN,
        health=seen.health,
        cause=seen.cause,
        detail=seen.detail,
        restored_at=None,
        ladder_from=incident.ladder_from if taken else now - incident.spent,
        reopened=incident.reopened + 1,
        episode_from=seen.occurred_at,
        down_before=down_before,
        hushed=False,
        told_health=incident.told_health if hushed else seen.health,
        ack_expires_at=now + incident.spent if taken else None,
        storm=None,
    )
    refs = {
        "phase": after.phase,
        "health": after.health,
        "cause": after.cause,
        "times": after.reopened,
        "round": after.round,
        "expires": None if after.ack_expires_at is None else stamp(after.ack_expires_at),
        "first_bad": stamp(seen.occurred_at),
        "detected": stamp(seen.detected_at),
        "hushed": 1 if hushed else None,
    }
    fact = Fact(
        FactKind.INCIDENT_REOPENED,
        incident.id,
        incident.target,
        refs=refs,
        private={"detail": seen.detail} if seen.detail else None,
    )
    notices = () if hushed else _back_again(after, told)
    if taken:
        return Decision(after, (fact,), notices, Timer(TimerKind.ACK_EXPIRY, 0, now + incident.spent))
    return Decision(after, (fact,), notices, next_step(after, after.step))


def _back_again(incident: Incident, told: Iterable[Told]) -> tuple[Notice, ...]:
    return tuple(
        Notice(incident.id, Event.REOPENED, way.person, way.channel, Priority.FIRST, step=way.step,
               organisation=way.organisation, round=incident.round, subject=incident.episode, fallback=way.others)
        for way in once(told)
    )  # fmt: skip


def flapping(incident: Incident, told: Iterable[Told], changes: int) -> Decision:
    """Decide that the target of an incident flaps: people hear it once, and the changes not one by one.

    The decision has no timer of its own: what is armed stays armed.
    """
    fact = Fact(FactKind.INCIDENT_FLAPPING, incident.id, incident.target, refs={"changes": changes})
    notices = tuple(
        Notice(incident.id, Event.FLAPPING, way.person, way.channel, Priority.FOLLOW_UP, step=way.step,
               organisation=way.organisation, round=incident.round, subject=f"~{incident.reopened}",
               fallback=way.others)
        for way in once(told)
    )  # fmt: skip
    return Decision(incident, (fact,), notices)


def changed(
    incident: Incident,
    health: Health,
    cause: Cause,
    detail: str,
    severity: int,
    first_bad: datetime | None = None,
    loss_rule: str | None = None,
) -> tuple[Incident, Fact]:
    """Return the incident seen in another health while the fault lasts, and the row that says so.

    `loss_rule` names the rule by which what is lost made it graver. `first_bad` is when a fault began of which until
    now nobody could see whether it was one.

    Its severity rises with what is seen, and never falls: what turned out worse must not stay quiet, what turned out
    better was told as it was.
    """
    worse = min(severity, incident.severity)
    refs: dict[str, str | int] = {"was": incident.health, "health": health, "cause": cause}
    if worse != incident.severity:
        refs |= {"severity_was": incident.severity, "severity": worse}
        if incident.phase is Phase.OPEN and incident.storm is None:
            refs["round"] = incident.round + 1  # its severer ladder begins
    if loss_rule is not None:
        refs["loss_rule"] = loss_rule
    if first_bad is not None:
        incident = replace(incident, first_bad=first_bad)
        refs["first_bad"] = stamp(first_bad)
    private = {"detail": detail} if detail else None
    fact = Fact(FactKind.INCIDENT_CHANGED, incident.id, incident.target, refs=refs, private=private)
    return replace(incident, health=health, cause=cause, detail=detail, severity=worse), fact


def fallen(incident: Incident, severity: int) -> tuple[Incident, Fact]:
    """Return the incident less grave than it was, since less is lost with it, and the row that says so.

    Its ladder goes on by the policy it has: what fell must not fall silent.
    """
    refs = {
        "was": incident.health,
        "health": incident.health,
        "cause": incident.cause,
        "severity_was": incident.severity,
        "severity": severity,
        "fell": 1,
    }
    fact = Fact(FactKind.INCIDENT_CHANGED, incident.id, incident.target, refs=refs)
    return replace(incident, severity=severity), fact


def change_told(
    incident: Incident,
    told: Iterable[Told],
    now: datetime,
    but: AbstractSet[str] = frozenset(),
    *,
    risen: bool = False,
) -> Decision:
    """Decide that people hear in which health an incident is seen now, or that it has `risen`; nothing when they know.

    `but` are persons who hear it otherwise. The decision has no timer of its own: what is armed stays armed.
    """
    was = incident.told_health or incident.health
    if was is incident.health and not risen:
        return Decision(replace(incident, told_health=incident.health))
    subject = f"{was}>{incident.health}@{stamp(now)}"
    notices = tuple(
        Notice(incident.id, Event.CHANGED, way.person, way.channel, Priority.FOLLOW_UP, step=way.step,
               organisation=way.organisation, round=incident.round, subject=subject, fallback=way.others)
        for way in once(told)
        if way.person not in but
    )  # fmt: skip
    refs = {"was": was, "health": incident.health}
    fact = Fact(FactKind.INCIDENT_CHANGE_TOLD, incident.id, incident.target, refs=refs)
    return Decision(replace(incident, told_health=incident.health), (fact,), notices)


def confirmed(
    incident: Incident, person: str, severity: int, policy: Policy, book: DutyBook, now: datetime
) -> Decision:
    """Decide that a suspicion is an incident: it is told as one, from the first step of the policy of its severity."""
    again = replace(
        incident,
        phase=Phase.OPEN,
        suspected=False,
        severity=severity,
        policy=policy,
        ladder_from=now,
        step=-1,
        round=incident.round + 1,
        ack_expires_at=None,
    )
    refs = {"severity": severity, "policy": policy.id, "round": again.round}
    fact = Fact(FactKind.INCIDENT_CONFIRMED, incident.id, incident.target, person, refs)
    ladder = step_due(again, book, now)
    return replace(ladder, facts=(fact, *ladder.facts))


def raised(incident: Incident, book: DutyBook, now: datetime, *, muted: bool = False) -> Decision:
    """Decide a rise of severity of an incident that nobody has taken: the ladder of its severer policy begins now.

    While it is `muted` nothing is told: the first step falls due at once and waits for the end of the mute.
    """
    again = replace(incident, ladder_from=now, step=-1, round=incident.round + 1)
    if muted:
        return Decision(again, timer=next_step(again, -1))
    return step_due(again, book, now)
