"""I3, I4, I6 and I8: every ladder computed anew from its beginning, the roster and the times the daemon was awake."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from monitord.domain.journal import FactKind, Row
from monitord.domain.policy import Whom
from monitord.domain.storm import STORM
from tests.sim.province import (
    AUTO,
    CONTACTS,
    HOLDS,
    OWNER,
    REPEAT,
    STAND_INS,
    policy_of,
    reachable,
    steps_of,
)
from tests.sim.truth import Truth

PUNCTUAL = 5.0
LATE = 5.0
NOTED = 900.0


@dataclass(slots=True)
class Ladder:
    """One round: when it began, by which policy, what was told when, and when it ended."""

    begins: float
    policy: str
    unit: str
    round: int
    opened: float = field(init=False)
    fired: dict[float, list[Row]] = field(default_factory=dict)
    approved: list[float] = field(default_factory=list)
    declined: set[float] = field(default_factory=set)
    """When something fell due while a leader's decision not to report yet stood."""
    noted: list[float] = field(default_factory=list)
    closed: float | None = None
    taken: bool = False
    paused: float = 0.0
    told: int = -1
    after: "Ladder | None" = None
    """The part before the fault went away and came back: this one goes on where it stood."""
    by_hand: bool = False
    """Somebody escalated it: it goes on from the step that was next, which is due at once."""

    def __post_init__(self) -> None:
        self.opened = self.begins

    @property
    def steps(self) -> tuple[tuple[float, Whom, str], ...]:
        """Return the steps of the ladder in its unit."""
        return steps_of(self.policy, self.unit)

    def due(self, step: int) -> float:
        """Return the true instant of a step or of a repeat of the last one."""
        steps = self.steps
        last = len(steps) - 1
        return self.begins + self.paused + steps[min(step, last)][0] + max(0, step - last) * REPEAT

    def go_on(self) -> None:
        """Take over the time and the steps of the part before."""
        if self.after is not None and self.after.closed is not None:
            self.told, self.paused = self.after.told, self.after.paused
            # Up to its next step and not beyond: what fell due while nobody looked was not told.
            unused = min(self.after.closed, self.after.due(self.after.told + 1))
            self.begins -= unused - self.after.begins
            self.noted = [*self.after.noted, *self.noted]
            self.approved = [*self.after.approved, *self.approved]

    def wait(self, told: int, before: float) -> None:
        """Let the steps above a leader who knew of it before that instant wait their time."""
        while self.noted and self.noted[0] < before:
            self.paused += max(0.0, self.noted.pop(0) + NOTED - self.due(told + 1))


@dataclass(frozen=True, slots=True)
class Firing:
    """What one decision of a ladder tells: passed over, gaps, and the step with the people told or asked."""

    skipped: list[int]
    gaps: list[int]
    step: int | None
    people: list[str]
    asks: bool
    late: float | None
    told: int
    unneeded: int | None = None


def ladders_of(truth: Truth, incident: int, unit: str) -> list[Ladder]:
    """Return the rounds of an incident as the journal tells them."""
    ladders: list[Ladder] = []
    policy, declined = "", -1
    for row in truth.of[incident]:
        at = truth.at(row)
        match row.kind:
            case FactKind.INCIDENT_OPENED:
                policy = policy_of(row.refs["severity"])
                ladders.append(Ladder(at, policy, unit, 0))
            case FactKind.STORM_CARRIES:
                if ladders[-1].closed is None:
                    ladders[-1].closed = at
            case FactKind.STORM_LEFT | FactKind.STORM_WAVE:
                if ladders[-1].closed is None:
                    ladders[-1].closed = at
                ladders.append(Ladder(at, policy, unit, row.refs["round"], by_hand=row.kind == FactKind.STORM_WAVE))
            case FactKind.INCIDENT_CHANGED if "severity" in row.refs and not row.refs.get("fell"):
                policy = policy_of(row.refs["severity"])
                if ladders[-1].closed is None:
                    ladders[-1].closed = at
                    ladders.append(Ladder(at, policy, unit, ladders[-1].round + 1))
            case FactKind.INCIDENT_ACK_EXPIRED:
                ladders.append(Ladder(at, policy, unit, ladders[-1].round + 1))
            case FactKind.INCIDENT_ESCALATED:
                before, step = ladders[-1], row.refs["step"]
                before.closed = at if before.closed is None else before.closed
                ladder = Ladder(at, policy, unit, row.refs["round"], told=step - 1, by_hand=True)
                ladder.begins -= ladder.due(step) - at
                ladder.approved = [at for one in ladders if one.round == ladder.round for at in one.approved]
                ladders.append(ladder)
            case FactKind.INCIDENT_REOPENED if row.refs["phase"] == "open":
                goes_on = row.refs["round"] == ladders[-1].round
                ladders.append(Ladder(at, policy, unit, row.refs["round"], after=ladders[-1] if goes_on else None))
            case FactKind.INCIDENT_ACKNOWLEDGED | FactKind.INCIDENT_RESTORED:
                if ladders[-1].closed is None:
                    ladders[-1].closed = at
                    ladders[-1].taken = row.kind == FactKind.INCIDENT_ACKNOWLEDGED
            case FactKind.INCIDENT_NOTED:
                ladders[-1].noted.append(at)
            case FactKind.STEP_APPROVED:
                ladders[-1].approved.append(at)
            case FactKind.STEP_DECLINED:
                declined = row.refs["round"]
            case (
                FactKind.STEP_SKIPPED
                | FactKind.STEP_UNNEEDED
                | FactKind.COVERAGE_GAP
                | FactKind.STEP_FIRED
                | FactKind.STEP_AWAITS_APPROVAL
            ):
                ladder = ladders[-1]
                # Who escalates by hand asks the next leader whatever was decided before.
                by_hand = ladder.by_hand and at == ladder.opened
                if at not in ladder.fired and declined == ladder.round and not by_hand:
                    ladder.declined.add(at)
                ladder.fired.setdefault(at, []).append(row)
                declined = -1 if row.kind == FactKind.STEP_AWAITS_APPROVAL else declined
    return ladders


def judge_ladders(truth: Truth, wrong: list[str]) -> None:
    """Hold every decision of every ladder against the one computed here, and every acknowledgement against its end."""
    for incident in truth.incidents:
        ladders = ladders_of(truth, incident["id"], incident["unit"])
        for ladder in ladders:
            wrong += [f"{incident['code']} round {ladder.round}: {w}" for w in _ladder(truth, incident, ladder)]
        _expiries(truth, incident, ladders, wrong)


def _ladder(truth: Truth, incident: Any, ladder: Ladder) -> Iterator[str]:
    ladder.go_on()
    told, end = ladder.told, ladder.closed if ladder.closed is not None else truth.history.ended
    for at, rows in ladder.fired.items():
        ladder.wait(told, at)
        # A machine that starts anew carries timers over by its wall clock: where that is wrong nothing can be exact.
        loose = truth.rebooted(ladder.begins, at) and truth.clock_wrong(ladder.begins, at + 1)
        # A storm of which nothing is left calls nobody, and goes on by the minute when there is something again.
        loose = loose or truth.before_import(rows[0]) or incident["target"].startswith(STORM)
        steps = [r.refs["step"] for r in rows if r.kind in (FactKind.STEP_FIRED, FactKind.STEP_AWAITS_APPROVAL)]
        if ladder.closed is not None and at > ladder.closed:
            yield f"I6: step {steps} told at {at:.1f} although it was closed at {ladder.closed:.1f}"
        if loose:
            told = ladder.told = max([told, *(r.refs["step"] for r in rows)])
            continue
        first = ladder.due(told + 1)
        if at < first - 0.01:
            yield f"I4: step {told + 1} told {first - at:.2f} s early, at {at:.1f}"
            return
        by = truth.by(first, PUNCTUAL)
        if by is not None and at > by:
            yield f"I4: step {told + 1} due {first:.1f} told only at {at:.1f}, not by {by:.1f}"
        expected = _expected(truth, incident["unit"], ladder, told, at, rows[0])
        yield from _compare(expected, rows, at, incident["unit"])
        yield from _queued(truth, incident, ladder, expected)
        told = expected.told
        ladder.told = told
    ladder.wait(told, end)
    if incident["target"].startswith(STORM):
        return
    if truth.rebooted(ladder.begins, end) and truth.clock_wrong(ladder.begins, end):
        return
    by = truth.by(ladder.due(told + 1), PUNCTUAL)
    if by is not None and by < end - 0.5:
        yield f"I4: step {told + 1} due {ladder.due(told + 1):.1f} was never told (round ended {end:.1f})"


def _expected(truth: Truth, unit: str, ladder: Ladder, told: int, at: float, row: Row) -> Firing:
    last = len(ladder.steps) - 1
    reached = told + 1
    while ladder.due(reached + 1) <= at + 0.002:
        reached += 1
    number = last if told < last < reached else reached
    passed = dict.fromkeys(min(n, last) for n in range(told + 1, number))
    skipped = [n for n in passed if n != min(number, last)]
    late: float | None = at - ladder.due(number)
    gaps: list[int] = []
    now = truth.now(row)
    while True:
        _, whom, ref = ladder.steps[min(number, last)]
        if whom is Whom.NEXT_LEADER:
            approved = any(a <= at for a in ladder.approved)
            asked = [] if approved or at in ladder.declined else _next_asked(truth, ladder, told, number, at, now)
            if asked:
                return Firing(skipped, gaps, number, asked, True, late, max(number, reached))
            return Firing(skipped, gaps, None, [], False, None, max(number, reached), number)
        if whom is Whom.ORGANISATION:
            if unit not in AUTO and not any(a <= at for a in ladder.approved):
                leaders = truth.reached(unit, "leader", at, now)
                gaps += [] if leaders else [number]
                return Firing(skipped, gaps, number, leaders, True, late, max(number, reached))
            people = reachable(truth.edition(at), CONTACTS)
        else:
            people = truth.reached(unit, ref, at, now)
        if people:
            return Firing(skipped, gaps, number, people, False, late, max(number, reached))
        gaps.append(number)
        if number >= last:
            return Firing(skipped, gaps, None, [], False, None, max(number, reached))
        number, late = number + 1, 0.0


def _next_asked(truth: Truth, ladder: Ladder, told: int, number: int, at: float, now: datetime) -> list[str]:
    """Return who is asked to approve at a step behind the report: one more leader for each such step not told yet, and
    the one on duty where the report's own step was passed over."""
    edition, unit = truth.edition(at), ladder.unit
    on = truth.on_duty(unit, "leader", at, now)
    first = truth.reached(unit, "leader", at, now)
    own = max(n for n in range(number) if ladder.steps[n][1] is Whom.ORGANISATION)
    stand_ins = [s for name in on if name in edition.people for s in STAND_INS.get(name, ())]
    others = dict.fromkeys(
        name
        for name in (*stand_ins, *truth.leaders(unit, at, now))
        if name in edition.people - edition.unbound and name not in first and name not in on
    )
    places = [n - own - 1 for n in range(own + 1, number + 1) if n > told]
    more = [list(others)[place] for place in places if place < len(others)]
    return [*(first if own > told else []), *more]


def _compare(expected: Firing, rows: list[Row], at: float, unit: str) -> Iterator[str]:
    skipped = [r.refs["step"] for r in rows if r.kind == FactKind.STEP_SKIPPED]
    gaps = [r.refs["step"] for r in rows if r.kind == FactKind.COVERAGE_GAP]
    if skipped != expected.skipped:
        yield f"I4: at {at:.1f} steps {skipped} called passed over, not {expected.skipped}"
    if gaps != expected.gaps:
        yield f"I8: at {at:.1f} gaps {gaps}, by the roster {expected.gaps}"
    unneeded = [r.refs["step"] for r in rows if r.kind == FactKind.STEP_UNNEEDED]
    if unneeded != ([] if expected.unneeded is None else [expected.unneeded]):
        yield f"I3: at {at:.1f} steps {unneeded} called unneeded, not {expected.unneeded}"
    kind = FactKind.STEP_AWAITS_APPROVAL if expected.asks else FactKind.STEP_FIRED
    told = [r for r in rows if r.kind in (FactKind.STEP_FIRED, FactKind.STEP_AWAITS_APPROVAL)]
    if expected.step is None:
        if told:
            yield f"I3: at {at:.1f} step {told[0].refs['step']} told although nobody is there"
        return
    if [(r.kind, r.refs["step"]) for r in told] != [(kind, expected.step)]:
        yield f"I3: at {at:.1f} {[(r.kind, r.refs['step']) for r in told]}, not {kind} of step {expected.step}"
        return
    named = told[0].refs["leaders" if expected.asks else "people"]
    if sorted(named) != sorted(expected.people):
        yield f"I3: step {expected.step} at {at:.1f} told {named}, the roster of {unit} says {expected.people}"
    said, late = told[0].refs["late_seconds"], expected.late or 0.0
    if (said is None and late > LATE + 0.01) or (said is not None and abs(said - late) > 0.01):
        yield f"I4: step {expected.step} came {late:.2f} s late and says {said}"


def _queued(truth: Truth, incident: Any, ladder: Ladder, expected: Firing) -> Iterator[str]:
    mine = [n for n in truth.outbox if n["incident"] == incident["id"] and n["round"] == ladder.round]
    event = "approval" if expected.asks else "step"
    queued = {n["person"] for n in mine if n["event"] == event and n["step"] == expected.step}
    if missing := set(expected.people) - queued:
        yield f"I3: step {expected.step} queued nothing for {sorted(missing)}"
    owner = OWNER[incident["unit"]]
    for gap in expected.gaps:
        if not any(n["event"] == "coverage" and n["step"] == gap and n["person"] == owner for n in mine):
            yield f"I8: nobody is told of the gap at step {gap}"


def _expiries(truth: Truth, incident: Any, ladders: list[Ladder], wrong: list[str]) -> None:
    for number, ladder in enumerate(ladders):
        if not ladder.taken or ladder.closed is None:
            continue
        due = _pauses(truth, incident["id"], ladder.closed, ladder.closed + HOLDS.total_seconds())
        by = truth.by(due, PUNCTUAL)
        following = ladders[number + 1] if number + 1 < len(ladders) else None
        at = following.opened if following is not None else truth.history.ended
        if truth.rebooted(ladder.closed, at) and truth.clock_wrong(ladder.closed, at + 1):
            continue
        over = min(at, _over(truth, incident["id"], ladder.closed, due))
        if following is not None and not following.by_hand and at < due - 0.01:
            wrong.append(f"{incident['code']}: I4: the acknowledgement ended {due - at:.1f} s early")
        if by is not None and over > by + 0.5:
            wrong.append(f"{incident['code']}: I4: the acknowledgement should have ended by {by:.1f}, not {over:.1f}")


def _pauses(truth: Truth, incident: int, taken: float, due: float) -> float:
    """Return when an acknowledgement is due to end: it stands still while the fault is away; whoever takes it over has
    the whole time anew."""
    restored: float | None = None
    for row in truth.of[incident]:
        at = truth.at(row)
        if at <= taken:
            continue
        if row.kind == FactKind.INCIDENT_RESTORED:
            if at > due:
                break
            restored = at
        elif row.kind == FactKind.INCIDENT_ACKNOWLEDGED:
            # To whom it was handed has the whole time anew.
            due, restored = at + HOLDS.total_seconds(), None
        elif row.kind == FactKind.INCIDENT_ETA:
            due = at + min(datetime.fromisoformat(row.refs["eta"]) - truth.now(row), HOLDS).total_seconds()
        elif row.kind in (FactKind.INCIDENT_ESCALATED, FactKind.INCIDENT_ACK_EXPIRED):
            break
        elif row.kind == FactKind.INCIDENT_REOPENED and restored is not None:
            due, restored = due + at - restored, None
    return due


def _over(truth: Truth, incident: int, taken: float, due: float) -> float:
    """Return when it was over that somebody had: the last restoration before the due end, or the first after it."""
    running, since = True, taken
    for row in truth.of[incident]:
        at = truth.at(row)
        if at <= taken:
            continue
        if row.kind == FactKind.INCIDENT_REOPENED:
            running = True
        elif row.kind == FactKind.INCIDENT_RESTORED:
            running, since = False, at
            if at > due:
                return at
    return truth.history.ended if running else since
