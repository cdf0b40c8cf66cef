"""What one step of a ladder writes: its facts and its notices. `escalation` decides which step, and when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitord.domain.decision import Decision, Timer, TimerKind, Told
from monitord.domain.dutybook import DutyBook, Reached, next_leaders, resolve
from monitord.domain.incident import Incident
from monitord.domain.journal import Fact, FactKind, stamp
from monitord.domain.notice import CALLS, Event, Notice, Priority
from monitord.domain.policy import PolicyStep, Whom, due_at, step_of
from monitord.domain.quiet import quiet_until

LATE = timedelta(seconds=5)
"""A step told later than this says so."""


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late a step is told, which steps it stands for, and between when the daemon was down."""

    skipped: tuple[int, ...] = ()
    by: timedelta = timedelta(0)
    down_between: tuple[datetime, datetime] | None = None

    @property
    def worth_saying(self) -> timedelta | None:
        return self.by if self.by > LATE else None


def next_step(incident: Incident, told: int) -> Timer:
    """Return the timer of the step after the one told."""
    return Timer(TimerKind.STEP, told + 1, due_at(incident.policy, incident.ladder_from, told + 1))


def highest_awake(incident: Incident, reached: int, book: DutyBook) -> int | None:
    """Return the highest step up to `reached` and not told yet that is not in its quiet hours now, or None."""
    for number in range(reached, incident.step, -1):
        if quiet_until(step_of(incident.policy, number).quiet, book.at, book.zone) is None:
            return number
    return None


def asleep(incident: Incident, number: int, book: DutyBook, now: datetime) -> Decision:
    """Decide that a step which is due waits for the end of its quiet hours; `now` is the ladder's own time."""
    until = quiet_until(step_of(incident.policy, number).quiet, book.at, book.zone) or book.at
    fact = Fact(FactKind.STEP_QUIET, incident.id, incident.target, refs={"step": number, "until": stamp(until)})
    return Decision(incident, (fact,), (), Timer(TimerKind.STEP, number, now + (until - book.at)))


def told_at(incident: Incident, number: int, ladder_now: datetime, book: DutyBook) -> datetime:
    """Return the instant of the wall at which a step is to be told: when it is due, or its quiet hours end."""
    due = due_at(incident.policy, incident.ladder_from, number) + (book.at - ladder_now)
    return quiet_until(step_of(incident.policy, number).quiet, due, book.zone) or due


def late_by(incident: Incident, number: int, book: DutyBook, now: datetime) -> timedelta:
    """Return by how much a step told at `now` of the ladder's time is late; quiet hours make nothing late."""
    return max(timedelta(0), book.at - told_at(incident, number, now, book))


def once(told: Iterable[Told]) -> list[Told]:
    """One entry a person, role and channel: who may have read it in two places hears the end in both.

    Nobody is rung out of bed to hear that it is over: who was called reads it, where he has another way. The ways
    behind stand once, without those that are used anyhow: two failing rows must not add the same channel twice.
    """
    softer = (
        replace(way, channel=way.others[0], others=way.others[1:]) if way.channel in CALLS and way.others else way
        for way in told
    )
    roles: dict[tuple[str, str | None], dict[str, Told]] = {}
    for way in softer:
        roles.setdefault((way.person, way.organisation), {})[way.channel] = way
    return [
        replace(way, others=_behind(ways) if way is next(iter(ways.values())) else ())
        for ways in roles.values()
        for way in ways.values()
    ]


def _behind(ways: Mapping[str, Told]) -> tuple[str, ...]:
    """Return the channels behind all ways of one person, each once, in their order."""
    return tuple(dict.fromkeys(other for way in ways.values() for other in way.others if other not in ways))


def passed_over(incident: Incident, number: int) -> tuple[int, ...]:
    """Return the steps passed over before `number`, each once: repeats of a step are that step."""
    last = len(incident.policy.steps) - 1
    passed = dict.fromkeys(min(n, last) for n in range(incident.step + 1, number))
    return tuple(n for n in passed if n != min(number, last))


def needs_approval(incident: Incident, book: DutyBook) -> bool:
    """Return True when a step that leaves the incident's unit waits for its leader."""
    unit = book.units.get(incident.unit)
    return unit is None or unit.auto_send_order is None


def reached_by(step: PolicyStep, incident: Incident, book: DutyBook) -> tuple[Reached, ...]:
    """Return whom a step tells of an incident: of a suspicion those who are named, and nobody in their place."""
    found = resolve(step, incident.unit, book.for_severity(incident.severity))
    return tuple(way for way in found if way.stands_in_for is None) if incident.suspected else found


def step_notice(incident: Incident, number: int, way: Reached, lateness: Lateness) -> Notice:
    """Return the notice of a step to one of those it reaches."""
    return Notice(
        incident=incident.id,
        event=Event.STEP,
        person=way.person,
        channel=way.channels[0],
        priority=Priority.FIRST if number == 0 else Priority.ESCALATION,
        step=number,
        organisation=way.organisation,
        skipped=lateness.skipped,
        late=lateness.worth_saying,
        round=incident.round,
        fallback=way.channels[1:],
    )


def fired_fact(
    incident: Incident, number: int, step: PolicyStep, reached: tuple[Reached, ...], lateness: Lateness
) -> Fact:
    """Return the row that says whom a step tells."""
    refs = _due_refs(incident, number, lateness) | {
        "whom": step.whom,
        "ref": step.ref,
        "people": [way.person for way in reached],
        "stand_ins": {way.person: way.stands_in_for for way in reached if way.stands_in_for},
    }
    return Fact(FactKind.STEP_FIRED, incident.id, incident.target, refs=refs)


def _due_refs(incident: Incident, number: int, lateness: Lateness) -> dict[str, object]:
    """When a step was due, how late it is told, and what it stands for."""
    due = due_at(incident.policy, incident.ladder_from, number)
    late, down = lateness.worth_saying, lateness.down_between
    refs: dict[str, object] = {
        "step": number,
        "due": stamp(due),
        "skipped": list(lateness.skipped),
        "late_seconds": None if late is None else round(late.total_seconds(), 3),
    }
    if down is not None and late is not None and down[0] <= due <= down[1]:
        refs |= {"down_from": stamp(down[0]), "down_to": stamp(down[1])}
    return refs


def skipped_fact(incident: Incident, number: int, by: int) -> Fact:
    """Return the row of a step that a later one tells in its place."""
    step = step_of(incident.policy, number)
    refs = {
        "step": number,
        "whom": step.whom,
        "ref": step.ref,
        "due": stamp(due_at(incident.policy, incident.ladder_from, number)),
        "told_by_step": by,
    }
    return Fact(FactKind.STEP_SKIPPED, incident.id, incident.target, refs=refs)


def _to_ask(incident: Incident, number: int, step: PolicyStep, book: DutyBook) -> tuple[Reached, ...]:
    unit, book = book.units.get(incident.unit), book.for_severity(incident.severity)
    duty = unit.leader_duty if unit else "leader"
    last = len(incident.policy.steps) - 1
    began = max(n for n in range(min(number, last) + 1) if _leaves_for(incident.policy.steps[n], step.ref))
    found: tuple[Reached, ...] = ()
    if step.whom is Whom.ORGANISATION or began > incident.step:
        found = resolve(PolicyStep(step.after, Whom.DUTY, duty, step.channels), incident.unit, book)
    if step.whom is Whom.ORGANISATION:
        return found
    asks = [n for n in range(began + 1, number + 1) if incident.policy.steps[n].whom is Whom.NEXT_LEADER
            and incident.policy.steps[n].ref == step.ref]  # fmt: skip
    others = next_leaders(incident.unit, step.channels, book)
    return found + tuple(others[place] for place, n in enumerate(asks) if n > incident.step and place < len(others))


def _leaves_for(step: PolicyStep, organisation: str) -> bool:
    return step.whom is Whom.ORGANISATION and step.ref == organisation


def unneeded_fact(incident: Incident, number: int, why: str) -> Fact:
    """Return the row of a step that is due and tells nobody: `approved`, `called` or `no_other_leader`."""
    step = step_of(incident.policy, number)
    return Fact(
        FactKind.STEP_UNNEEDED,
        incident.id,
        incident.target,
        refs={
            "step": number,
            "whom": step.whom,
            "ref": step.ref,
            "due": stamp(due_at(incident.policy, incident.ladder_from, number)),
            "reason": why,
        },
    )


def is_called(step: PolicyStep, book: DutyBook) -> bool:
    """Return whether a step names an organisation that people call, such as the corporate NOC."""
    known = book.organisations.get(step.ref) if step.whom is Whom.ORGANISATION else None
    return known is not None and known.called


def call_out(
    incident: Incident, number: int, step: PolicyStep, book: DutyBook, lateness: Lateness
) -> tuple[list[Fact], list[Notice]]:
    """Return the row and the requests of a step that people make by telephone: the first duty of the ladder is asked
    to call. Nothing leaves the unit by itself, so that nobody has to approve it."""
    desk = next((s for s in incident.policy.steps if s.whom is Whom.DUTY), None)
    callers = resolve(desk, incident.unit, book.for_severity(incident.severity)) if desk is not None else ()
    if not callers:
        return [gap_fact(incident, number, step)], gap_notices(incident, number, book)
    asked = [replace(step_notice(incident, number, way, lateness), event=Event.CALL_OUT) for way in callers]
    fired = fired_fact(incident, number, step, callers, lateness)
    return [replace(fired, refs={**fired.refs, "call": 1})], asked


def gap_fact(incident: Incident, number: int, step: PolicyStep) -> Fact:
    """Return the row of a step that found nobody."""
    refs = {"step": number, "whom": step.whom, "ref": step.ref, "unit": incident.unit}
    return Fact(FactKind.COVERAGE_GAP, incident.id, incident.target, refs=refs)


def gap_notices(incident: Incident, number: int, book: DutyBook) -> list[Notice]:
    """Return what the owner of the roster is told of a gap; where neither he nor a stand-in of his can be told, every
    administrator is: a gap that nobody hears of would leave the incident with nobody."""
    unit = book.units.get(incident.unit)
    if unit is None:
        return []
    step = step_of(incident.policy, number)

    def found(person: str) -> tuple[Reached, ...]:
        return resolve(PolicyStep(timedelta(0), Whom.PERSON, person, step.channels), unit.id, book)

    told = found(unit.roster_owner)
    if not told:
        told = tuple({way.person: way for name in book.administrators for way in found(name)}.values())
    return [
        Notice(incident.id, Event.COVERAGE, way.person, way.channels[0], Priority.FIRST, step=number,
        round=incident.round,
               fallback=way.channels[1:])
        for way in told
    ]  # fmt: skip


def ask_approval(
    incident: Incident, number: int, step: PolicyStep, book: DutyBook, lateness: Lateness
) -> tuple[list[Fact], list[Notice]]:
    """Return the row and the requests of a step that waits for a leader's approval.

    The leader on duty is asked at the step itself, the next ones at the steps behind it; whoever should have been asked
    by now and was not is asked now. A next leader there is not is a row and no request.
    """
    leaders = _to_ask(incident, number, step, book)
    if not leaders and step.whom is Whom.NEXT_LEADER:
        return [unneeded_fact(incident, number, "no_other_leader")], []
    refs = _due_refs(incident, number, lateness) | {
        "organisation": step.ref,
        "leaders": [way.person for way in leaders],
    }
    fact = Fact(FactKind.STEP_AWAITS_APPROVAL, incident.id, incident.target, refs=refs)
    if not leaders:
        return [fact, gap_fact(incident, number, step)], gap_notices(incident, number, book)
    asked = [replace(step_notice(incident, number, way, lateness), event=Event.APPROVAL) for way in leaders]
    return [fact], [replace(notice, priority=Priority.ESCALATION) for notice in asked]
