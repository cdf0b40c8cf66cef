"""The escalation as a table: cases of others' pagers in our own words, each test named after its case."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitord.domain import escalation, lifecycle
from monitord.domain.decision import Decision, TimerKind, Told
from monitord.domain.dutybook import DutyBook, duty_in
from monitord.domain.health import Cause, Health
from monitord.domain.incident import Incident, Phase
from monitord.domain.journal import FactKind
from monitord.domain.notice import Event, Priority
from monitord.domain.people import DutyKind, Organisation, OrganisationRole, Person, Unit
from monitord.domain.policy import Policy, PolicyStep, Whom
from monitord.domain.roster import Shift
from tests.support.shared import shared_path

T0 = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
A, B, C = "an", "binh", "chi"
US = timedelta(microseconds=1)


def minutes(n: float) -> datetime:
    """Return the instant so many minutes after the opening."""
    return T0 + timedelta(minutes=n)


def person(name: str, telegram: int | None, *stand_ins: str) -> Person:
    """Return somebody."""
    return Person(name, name.title(), "vt", telegram=telegram, stand_ins=stand_ins)


PEOPLE = {p.id: p for p in (person(A, 1, B), person(B, 2, C), person(C, 3), person("boss", 4))}
UNIT = Unit("vt", "Viễn thông", roster_owner="boss", auto_send_order="CV 1")


def shift(duty: str, who: str, start: datetime = T0 - timedelta(days=1), days: float = 9) -> Shift:
    """Return a long shift."""
    return Shift("vt", duty, who, start, start + timedelta(days=days))


def book(*shifts: Shift, people: Iterable[Person] = (), unit: Unit = UNIT) -> DutyBook:
    """Return a duty book."""
    department = Organisation("so", "Sở", OrganisationRole.DEPARTMENT, (C,))
    everybody = PEOPLE | {p.id: p for p in people}
    kinds = {k: DutyKind(k, k) for k in ("shift", "operations", "leader")}
    return DutyBook(T0, shifts, everybody, {"vt": unit}, {"so": department}, kinds)


def step(at: float, ref: str, whom: Whom = Whom.DUTY, channels: tuple[str, ...] = ("telegram",)) -> PolicyStep:
    """Return a step at a minute."""
    return PolicyStep(timedelta(minutes=at), whom, ref, channels)


def incident(*steps: PolicyStep, repeat: float = 60) -> Incident:
    """Return an incident as it opens."""
    policy = Policy("p", steps, timedelta(minutes=repeat), timedelta(hours=2))
    return Incident(
        id=7, code="SC-0112-001", target="olt/agent_answers", unit="vt", severity=2, health=Health.DOWN,
        cause=Cause.NO_ANSWER, detail="", phase=Phase.OPEN, policy=policy, detected_at=T0, opened_at=T0,
        ladder_from=T0, step=-1,
    )  # fmt: skip


def people_of(decision: Decision, event: Event = Event.STEP) -> list[str]:
    """Return whom a decision tells."""
    return [n.person for n in decision.notices if n.event is event]


def kinds(decision: Decision) -> list[FactKind]:
    """Return what a decision writes down."""
    return [f.kind for f in decision.facts]


def due(decision: Decision) -> datetime:
    """Return when the desk looks at the ladder again."""
    assert decision.timer is not None
    return decision.timer.due


def told(*people: str, step_: int = 0) -> list[Told]:
    """Return these as having been told."""
    return [Told(n + 1, p, None, "telegram", step_, str(n), T0) for n, p in enumerate(people)]


TWO = (step(0, A, Whom.PERSON), step(30, B, Whom.PERSON))


def test_escalate_after_delay() -> None:
    first = escalation.opened(incident(*TWO), book(), T0)
    assert people_of(first) == [A]
    assert due(first) == minutes(30)
    early = escalation.step_due(first.incident, book(), minutes(30) - US)
    assert (people_of(early), due(early)) == ([], minutes(30))
    assert people_of(escalation.step_due(first.incident, book(), minutes(30))) == [B]


def test_no_escalation_after_ack() -> None:
    first = escalation.opened(incident(*TWO), book(), T0)
    taken = escalation.acknowledged(first.incident, A, "shift", minutes(1), told(A))
    assert taken.timer is not None
    assert taken.timer.kind is TimerKind.ACK_EXPIRY
    assert taken.incident.acknowledged_by == A
    assert escalation.step_due(taken.incident, book(), minutes(60)).notices == ()


def test_steps_numbered_with_gap() -> None:
    unmanned = incident(step(0, "shift"), step(5, "operations"), step(15, "leader"))
    manned = book(shift("shift", A), shift("leader", C))
    first = escalation.opened(unmanned, manned, T0)
    assert people_of(first) == [A]
    second = escalation.step_due(first.incident, manned, minutes(5))
    assert people_of(second) == [C]
    assert FactKind.COVERAGE_GAP in kinds(second)
    assert due(second) > minutes(15), "the step that was told early is not told again at its minute"


def test_same_channel_only_once() -> None:
    twice = book(shift("shift", A), replace(shift("shift", A), start=T0 - timedelta(hours=1)))
    assert people_of(escalation.opened(incident(step(0, "shift")), twice, T0)) == [A]


def test_nobody_on_duty() -> None:
    ladder = incident(step(0, "shift"), step(5, "operations"), step(15, B, Whom.PERSON))
    first = escalation.opened(ladder, book(), T0)
    assert people_of(first) == [B], "one level up, and up, at once"
    assert people_of(first, Event.COVERAGE) == ["boss", "boss"]
    assert kinds(first).count(FactKind.COVERAGE_GAP) == 2
    assert first.timer is not None


def test_nobody_at_all_is_written_down_and_asked_again() -> None:
    first = escalation.opened(incident(step(0, "shift")), book(), T0)
    assert FactKind.COVERAGE_GAP in kinds(first)
    assert people_of(first, Event.COVERAGE) == ["boss"]
    assert due(first) == minutes(60)


def test_second_ack_recorded_ack_race() -> None:
    first = escalation.opened(incident(*TWO), book(), T0)
    taken = escalation.acknowledged(first.incident, B, "shift", minutes(1), told(A, B))
    assert people_of(taken, Event.ACKNOWLEDGED) == [A]
    assert sorted(people_of(taken, Event.TAKEN_EDIT)) == [A, B]


def test_ack_after_resolve_leaves_nothing_armed() -> None:
    first = escalation.opened(incident(*TWO), book(), T0)
    over = lifecycle.restored(first.incident, minutes(3), told(A))
    assert over.timer is None
    for decision in (
        escalation.step_due(over.incident, book(), minutes(60)),
        escalation.ack_expired(over.incident, book(), minutes(200)),
    ):
        assert decision == Decision(over.incident)


def test_ack_by_stranger_is_of_no_duty() -> None:
    manned = book(shift("shift", A))
    assert duty_in("vt", A, manned, T0) == "shift"
    assert duty_in("vt", "stranger", manned, T0) is None
    assert duty_in("bd", A, manned, T0) is None


def test_ack_times_out() -> None:
    manned = book(shift("shift", A))
    first = escalation.opened(incident(step(0, "shift"), step(30, B, Whom.PERSON)), manned, T0)
    taken = escalation.acknowledged(first.incident, A, "shift", minutes(1), told(A))
    assert due(taken) == minutes(121)
    again = escalation.ack_expired(taken.incident, manned, minutes(121))
    assert people_of(again) == [A]
    assert again.incident.phase is Phase.OPEN
    assert due(again) == minutes(151)
    keys = {n.key for n in first.notices}
    assert not keys & {n.key for n in again.notices}, "the second round is told although the first was"


def test_repeat() -> None:
    ladder = incident(step(0, A, Whom.PERSON), repeat=1)
    now, decision, at = T0, escalation.opened(ladder, book(), T0), []
    for _ in range(3):
        at.append((now, people_of(decision)))
        now = due(decision)
        decision = escalation.step_due(decision.incident, book(), now)
    assert at == [(T0, [A]), (minutes(1), [A]), (minutes(2), [A])]
    over = lifecycle.restored(decision.incident, minutes(2.5), told(A, A, A))
    assert people_of(over, Event.RESTORED) == [A]


def test_status_update() -> None:
    first = escalation.opened(incident(*TWO), book(), T0)
    over = lifecycle.restored(first.incident, minutes(3), told(A, B))
    assert people_of(over, Event.RESTORED) == [A, B]
    assert {n.priority for n in over.notices} == {Priority.FOLLOW_UP, Priority.EDIT}


def test_new_before_old() -> None:
    first = escalation.opened(incident(*TWO), book(), T0)
    later = escalation.step_due(first.incident, book(), minutes(30))
    over = lifecycle.restored(later.incident, minutes(31), told(A))
    order = [first.notices[0].priority, later.notices[0].priority, over.notices[-1].priority, over.notices[0].priority]
    assert order == sorted(order)
    assert len(set(order)) == 4


def test_the_highest_of_the_missed_steps_is_told_once_and_names_the_others() -> None:
    manned = book(shift("shift", A), shift("operations", B), shift("leader", C))
    ladder = incident(step(0, "shift"), step(5, "operations"), step(15, "leader"))
    first = escalation.opened(ladder, manned, T0)
    down = (minutes(1), minutes(20))
    late = escalation.step_due(first.incident, manned, minutes(20), down)
    assert people_of(late) == [C]
    assert late.notices[0].skipped == (1,)
    assert late.notices[0].late == timedelta(minutes=5)
    assert kinds(late) == [FactKind.STEP_SKIPPED, FactKind.STEP_FIRED]


def test_the_person_is_asked_of_the_roster_at_the_step_and_the_policy_is_not() -> None:
    handover = minutes(4)
    roster = (
        Shift("vt", "operations", A, T0 - timedelta(days=1), handover),
        Shift("vt", "operations", B, handover, handover + timedelta(days=1)),
    )
    ladder = incident(step(0, C, Whom.PERSON), step(4, "operations"))
    first = escalation.opened(ladder, book(*roster), T0)
    later = replace(book(*roster), at=minutes(4))
    assert people_of(escalation.step_due(first.incident, later, minutes(4))) == [B]


def test_somebody_without_an_address_is_replaced_and_the_stand_in_of_the_stand_in_is_asked_too() -> None:
    manned = book(shift("shift", A), people=(person(A, None, B, C), person(B, None, C)))
    first = escalation.opened(incident(step(0, "shift")), manned, T0)
    assert people_of(first) == [C]
    (fired,) = [f for f in first.facts if f.kind is FactKind.STEP_FIRED]
    assert fired.refs["stand_ins"] == {C: A}


def test_a_circle_of_stand_ins_without_addresses_ends() -> None:
    manned = book(shift("shift", A), people=(person(A, None, B), person(B, None, A)))
    assert people_of(escalation.opened(incident(step(0, "shift")), manned, T0)) == []


def test_every_decision_on_a_running_incident_leaves_exactly_one_timer() -> None:
    manned = book(shift("shift", A))
    ladder = incident(step(0, "shift"), step(5, "so", Whom.ORGANISATION), step(9, "leader"))
    decision = escalation.opened(ladder, manned, T0)
    for n in range(1, 30):
        assert decision.timer is not None
        assert due(decision) > minutes(n * 7 - 7)
        decision = escalation.step_due(decision.incident, manned, max(minutes(n * 7), T0))


HERE = {
    "escalate-after-delay", "no-escalation-after-ack", "steps-numbered-with-gap", "same-channel-only-once",
    "nobody-on-duty", "second-ack-recorded", "ack-race", "ack-after-resolve", "ack-by-stranger", "ack-times-out",
    "repeat", "status-update", "new-before-old",
}  # fmt: skip


def test_the_cases_named_here_are_cases_of_the_collection() -> None:
    text = shared_path("cases/escalation.yaml").read_text(encoding="utf-8")
    assert {case for case in HERE if f"id: {case}\n" not in text} == set()
