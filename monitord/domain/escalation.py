"""Escalation: the decisions of the desk as functions one can print.

Old incident, roster and instant in; new incident and everything to write out.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime, timedelta

from monitord.domain.decision import Decision, Timer, TimerKind, Told
from monitord.domain.dutybook import DutyBook, resolve
from monitord.domain.group import group_notices
from monitord.domain.incident import Incident, Phase
from monitord.domain.journal import Fact, FactKind, stamp
from monitord.domain.notice import EDITABLE, Event, Notice, Priority
from monitord.domain.policy import LEAVING, Whom, due_at, highest_due, step_of, taken_until
from monitord.domain.steps import (
    Lateness,
    ask_approval,
    asleep,
    call_out,
    fired_fact,
    gap_fact,
    gap_notices,
    highest_awake,
    is_called,
    late_by,
    needs_approval,
    next_step,
    once,
    passed_over,
    reached_by,
    skipped_fact,
    step_notice,
    unneeded_fact,
)


def opened(draft: Incident, book: DutyBook, now: datetime) -> Decision:
    """Decide what follows from a new incident: its first row in the journal, and every step that is due at once."""
    ladder = step_due(draft, book, now)
    return replace(ladder, facts=(opened_fact(draft), *ladder.facts))


def opened_fact(draft: Incident) -> Fact:
    """Return the first row of an incident."""
    return Fact(
        FactKind.INCIDENT_OPENED,
        draft.id,
        draft.target,
        refs={
            "code": draft.code,
            "unit": draft.unit,
            "severity": draft.severity,
            "health": draft.health,
            "cause": draft.cause,
            "policy": draft.policy.id,
            "last_good": None if draft.last_good is None else stamp(draft.last_good),
            "first_bad": stamp(draft.occurred_at),
            "detected": stamp(draft.detected_at),
            "recurrence_of": draft.recurrence_of,
            "recurrence": draft.recurrence or None,
            "lane": draft.lane,
            "site": draft.site,
            "suspected": 1 if draft.suspected else None,
            "drill": 1 if draft.drill else None,
        },
        private={"detail": draft.detail} if draft.detail else None,
    )


def step_due(
    incident: Incident,
    book: DutyBook,
    now: datetime,
    down_between: tuple[datetime, datetime] | None = None,
    already_approved: AbstractSet[str] = frozenset(),
    spoken_to: AbstractSet[str] = frozenset(),
    declined: AbstractSet[str] = frozenset(),
) -> Decision:
    """Decide the ladder at `now`, an instant of its own time.

    The highest step that is due and not yet told is told, and the one after it armed.

    Steps below it that fell due in the meantime (the daemon was down or asleep) are named in the notice and in the
    journal and not told by themselves. A step that reaches nobody passes to the next at once. `already_approved` are
    the organisations for which a leader has approved reports in this round, `spoken_to` those that people have called,
    `declined` those for which a leader, asked last, decided not to report yet: nobody else is asked in his place, and
    he is when the ladder comes to that organisation again.
    Nothing happens for an incident that is
    taken or over.
    """
    if incident.phase is not Phase.OPEN:
        return Decision(incident)
    reached_number = highest_due(incident.policy, incident.ladder_from, incident.step, now)
    if reached_number is None:
        return Decision(incident, timer=next_step(incident, incident.step))
    awake = highest_awake(incident, reached_number, book)
    if awake is None:
        return asleep(incident, incident.step + 1, book, now)
    reached_number = awake
    last = len(incident.policy.steps) - 1
    # A last step that fell due together with its own repeats was never told: it is told as itself, and as late as it
    # is.
    number = last if incident.step < last < reached_number else reached_number
    lateness = Lateness(passed_over(incident, number), late_by(incident, number, book, now), down_between)
    facts: list[Fact] = [skipped_fact(incident, n, number) for n in lateness.skipped]
    notices: list[Notice] = []
    while True:
        step = step_of(incident.policy, number)
        if is_called(step, book):
            if step.ref in spoken_to:
                facts.append(unneeded_fact(incident, number, "called"))
            else:
                more_facts, more_notices = call_out(incident, number, step, book, lateness)
                facts += more_facts
                notices += more_notices
            break
        open_ = step.ref not in already_approved and needs_approval(incident, book)
        if step.whom is Whom.NEXT_LEADER and (not open_ or step.ref in declined):
            facts.append(unneeded_fact(incident, number, "declined" if open_ else "approved"))
            break
        if step.whom in LEAVING and open_:
            more_facts, more_notices = ask_approval(incident, number, step, book, lateness)
            facts += more_facts
            notices += more_notices
            break
        reached = reached_by(step, incident, book)
        if reached:
            facts.append(fired_fact(incident, number, step, reached, lateness))
            notices += [step_notice(incident, number, way, lateness) for way in reached]
            break
        facts.append(gap_fact(incident, number, step))
        notices += gap_notices(incident, number, book)
        if number >= last:
            break
        number, lateness = number + 1, replace(lateness, by=timedelta(0))
    if incident.step < 0:  # once a round; found nobody or not
        notices += group_notices(incident, number, book.groups)
    after = replace(incident, step=max(number, reached_number))
    return Decision(after, tuple(facts), tuple(notices), next_step(after, after.step))


def acknowledged(
    incident: Incident,
    person: str,
    duty: str,
    now: datetime,
    told: Iterable[Told],
    ladder_now: datetime | None = None,
) -> Decision:
    """Decide "tiếp nhận": the ladder stops, everyone who was told hears who took it, and the acknowledgement has an
    end.

    `ladder_now` is `now` by the ladder's own time, from which restoration counts. From here on the timer counts by the
    wall: a machine that starts anew carries it over by that.
    """
    ladder_now = ladder_now or now
    holds = taken_until(incident.policy, incident.detected_at, ladder_now) - ladder_now
    expires = now + holds
    after = replace(
        incident,
        phase=Phase.ACKNOWLEDGED,
        acknowledged_at=now,
        acknowledged_by=person,
        ack_expires_at=expires,
        assigned_to=None,
        eta=None,
        storm=None,
    )
    # Handed from one to the other within a round it is news again.
    heard = incident.episode + (f">{person}" if incident.phase is Phase.ACKNOWLEDGED else "")
    fact = Fact(
        FactKind.INCIDENT_ACKNOWLEDGED,
        incident.id,
        incident.target,
        actor=person,
        refs={"duty": duty, "expires": stamp(expires), "after_step": incident.step},
    )
    notices = [
        Notice(incident.id, Event.TAKEN_EDIT, way.person, way.channel, Priority.EDIT, step=way.step, edits=way.notice,
               organisation=way.organisation, round=incident.round)
        for way in told
        if way.channel in EDITABLE
    ]  # fmt: skip
    notices += [
        Notice(incident.id, Event.ACKNOWLEDGED, way.person, way.channel, Priority.FOLLOW_UP,
        organisation=way.organisation,
               round=incident.round, subject=heard, fallback=way.others)
        for way in once(told)
        if way.person != person
    ]  # fmt: skip
    return Decision(after, (fact,), tuple(notices), Timer(TimerKind.ACK_EXPIRY, 0, expires))


def noted(incident: Incident, person: str, duty: str, book: DutyBook, now: datetime) -> Decision:
    """Decide a leader's "đã nhận thông tin": he knows, nobody works on it yet.

    The steps above him wait `noted_holds` from now, and the request goes back down to those of the first step. `now` is
    the ladder's own time.
    """
    if incident.storm is not None:
        # Its storm goes on as it does: he knows of this one, and that is all.
        refs: dict[str, object] = {"duty": duty, "round": incident.round}
        return Decision(incident, (Fact(FactKind.INCIDENT_NOTED, incident.id, incident.target, person, refs),))
    holds_until = now + incident.policy.noted_holds
    pause = max(timedelta(0), holds_until - due_at(incident.policy, incident.ladder_from, incident.step + 1))
    after = replace(incident, ladder_from=incident.ladder_from + pause)
    timer = next_step(after, after.step)
    refs = {"duty": duty, "round": incident.round, "next_step": stamp(timer.due)}
    fact = Fact(FactKind.INCIDENT_NOTED, incident.id, incident.target, actor=person, refs=refs)
    asked = [
        replace(step_notice(after, 0, way, Lateness()), event=Event.SENT_BACK, subject=person)
        for way in reached_by(step_of(incident.policy, 0), incident, book)
        if way.person != person
    ]
    return Decision(after, (fact,), tuple(asked), timer)


def ack_expired(incident: Incident, book: DutyBook, now: datetime) -> Decision:
    """Decide the end of an acknowledgement while the fault lasts: the ladder starts again from its first step."""
    if incident.phase is not Phase.ACKNOWLEDGED:
        return Decision(incident)
    again = replace(
        incident,
        phase=Phase.OPEN,
        ladder_from=now,
        step=-1,
        round=incident.round + 1,
        ack_expires_at=None,
    )
    fact = Fact(
        FactKind.INCIDENT_ACK_EXPIRED,
        incident.id,
        incident.target,
        actor=incident.acknowledged_by,
        refs={"round": again.round},
    )
    ladder = step_due(again, book, now)
    return replace(ladder, facts=(fact, *ladder.facts))


def declined(incident: Incident, number: int, person: str, reason: str, usual: str = "") -> Decision:
    """Decide a leader's "chưa báo cáo": the ladder goes on, and the next leaders are not asked until it comes to that
    organisation again. `usual` is the key of a reason from the list."""
    ref = step_of(incident.policy, number).ref
    refs = {"step": number, "round": incident.round, "organisation": ref} | ({"usual": usual} if usual else {})
    fact = Fact(FactKind.STEP_DECLINED, incident.id, incident.target, person, refs, {"reason": reason})
    return Decision(incident, (fact,))


def approved(incident: Incident, number: int, person: str, book: DutyBook, now: datetime) -> Decision:
    """Decide the leader's approval of a step that leaves the unit.

    The organisation's contacts are told, and the text says who approved.
    """
    step = replace(step_of(incident.policy, number), whom=Whom.ORGANISATION)
    reached = resolve(step, incident.unit, book)
    fact = Fact(
        FactKind.STEP_APPROVED,
        incident.id,
        incident.target,
        actor=person,
        refs={"step": number, "round": incident.round, "organisation": step.ref},
    )
    notices = tuple(step_notice(incident, number, way, Lateness()) for way in reached)
    return Decision(
        incident, (fact,), notices, next_step(incident, incident.step) if incident.phase is Phase.OPEN else None
    )
