"""The judge of ladders: who was to be told when, computed anew from opening, delays and the times the daemon was up."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from monitord.domain.journal import FactKind, Row
from tests.crash.records import SLACK, TELLING, Found, Records
from tests.crash.script import DELAYS, LAST, REPEAT
from tests.support.daemon import CONTACTS, DUTIES

STEP = 0.5 + SLACK
LATE = 5.0
FAR = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class Ladder:
    """One round of an incident's ladder as the journal tells it, or the rest of one from where somebody moved it up."""

    begins: datetime
    round: int = 0
    before: int = -1
    """The step before the first that this one tells."""
    told: list[tuple[datetime, int, Row]] = field(default_factory=list)
    skipped: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    closed: datetime | None = None
    pauses: list[tuple[datetime, timedelta]] = field(default_factory=list)

    @property
    def so_far(self) -> int:
        """Return the step told last."""
        return self.told[-1][1] if self.told else self.before

    def begins_at(self, at: datetime) -> datetime:
        """Return from when the ladder counts at `at`: a leader who knew of it held back the steps after that."""
        return self.begins + sum((held for when, held in self.pauses if when <= at), timedelta())


def judge_ladders(night: Records, found: Found) -> None:
    """Hold every step against its instant: none early, none late, none twice, none after somebody had taken it."""
    for incident in night.incidents:
        for ladder in _ladders(night.of[incident["id"]], found.wrong):
            _ladder(night, incident, ladder, found.wrong)


def _ladder(night: Records, incident: Any, ladder: Ladder, wrong: list[str]) -> None:
    round_ = ladder.round
    code, told = f"{incident['code']} round {round_}", ladder.before
    for at, step, row in ladder.told:
        begins = ladder.begins_at(at)
        due = _due(begins, step)
        if step <= told:
            wrong.append(f"{code}: step {step} told after step {told}")
        if at < due - timedelta(seconds=0.05):
            wrong.append(f"{code}: step {step} told {(due - at).total_seconds():.2f} s early")
        # A last step told for the first time stands for its own repeats that fell due before it was told.
        covered = _reached(begins, at) if told < step == LAST else step
        if at > _due(begins, covered + 1) + timedelta(seconds=0.25):
            wrong.append(f"{code}: step {step} told although step {step + 1} was due")
        if ladder.closed is not None and at > ladder.closed:
            wrong.append(f"{code}: step {step} told after somebody had taken it or it was over")
        # Repeats of the last step are that step: it is not passed over by its own repeat, and its lateness is its own.
        same = min(step, LAST)
        passed = sorted({min(n, LAST) for n in range(told + 1, step)} - {same})
        due = _due(begins, max(told + 1, same))
        if ladder.skipped[row.seq] != passed:
            wrong.append(f"{code}: step {step} names {ladder.skipped[row.seq]} as skipped, not {passed}")
        late = (at - due).total_seconds()
        said = row.refs.get("late_seconds")
        if row.kind == FactKind.STEP_FIRED and ((said is None and late > LATE + 0.1) or (said and late < LATE - 0.1)):
            wrong.append(f"{code}: step {step} came {late:.1f} s late and says {said}")
        first = _due(begins, told + 1)
        if (by := night.by(first, STEP)) is not None and at > by:
            wrong.append(f"{code}: step {told + 1} due {first:%X.%f} told only {at:%X.%f}, not by {by:%X.%f}")
        # Once the leader has approved it, the report goes to the organisation, and its repeats as well.
        approved = any(
            r.kind == FactKind.STEP_APPROVED and r.refs["round"] == round_ and r.ts <= at
            for r in night.of[incident["id"]]
        )
        leaves = approved and step >= LAST and row.kind == FactKind.STEP_FIRED
        expected = set(CONTACTS) if leaves else _expected(incident["unit"], step)
        queued = [
            n
            for n in night.outbox
            if n["incident"] == incident["id"] and n["round"] == round_ and n["step"] == step
            and n["event"] in TELLING and n["channel"] == "telegram"
            and not (n["event"] == "step" and n["organisation"] and incident["unit"] == "bd" and not leaves)
        ]  # fmt: skip
        people = {n["person"] for n in queued}
        if people != expected:
            wrong.append(f"{code}: step {step} told {sorted(people)}, the roster says {sorted(expected)}")
        if late > LATE + 0.1 and any(n["late"] is None for n in queued):
            wrong.append(f"{code}: step {step} came {late:.1f} s late and its message knows nothing of it")
        if passed and any(not n["skipped"] for n in queued):
            wrong.append(f"{code}: step {step} stands for {passed} and its message knows nothing of it")
        told = covered
    next_due = _due(ladder.begins_at(FAR), told + 1)
    by = night.by(next_due, STEP)
    if by is not None and (ladder.closed is None or by < ladder.closed):
        wrong.append(f"{code}: step {told + 1} due {next_due:%X.%f} was never told")


def _ladders(rows: Iterable[Row], wrong: list[str]) -> list[Ladder]:
    ladders: list[Ladder] = []
    skipped: list[int] = []
    for row in rows:
        match row.kind:
            case FactKind.INCIDENT_OPENED | FactKind.INCIDENT_ACK_EXPIRED:
                ladders.append(Ladder(row.ts, ladders[-1].round + 1 if ladders else 0))
            case FactKind.INCIDENT_CHANGED if "round" in row.refs:
                ladders[-1].closed = ladders[-1].closed or row.ts
                ladders.append(Ladder(row.ts, ladders[-1].round + 1))
            case FactKind.INCIDENT_ESCALATED:
                # Somebody wants the next step now: from here on it counts as if that step were due at this instant.
                ladders[-1].closed = ladders[-1].closed or row.ts
                step = row.refs["step"]
                ladders.append(Ladder(row.ts - (_due(row.ts, step) - row.ts), row.refs["round"], step - 1))
            case FactKind.INCIDENT_ACKNOWLEDGED | FactKind.INCIDENT_RESTORED:
                ladders[-1].closed = ladders[-1].closed or row.ts
            case FactKind.INCIDENT_REOPENED if row.refs["phase"] == "open":
                # The ladder stood still while it was well: from its next step at the latest, and not beyond.
                so_far = ladders[-1]
                told = so_far.so_far
                stood = min(so_far.closed or row.ts, _due(so_far.begins_at(FAR), told + 1))
                so_far.pauses.append((row.ts, row.ts - stood))
                so_far.closed = None
            case FactKind.STEP_SKIPPED:
                skipped.append(min(row.refs["step"], LAST))
            case FactKind.STEP_FIRED | FactKind.STEP_AWAITS_APPROVAL:
                ladders[-1].told.append((row.ts, row.refs["step"], row))
                ladders[-1].skipped[row.seq] = sorted(set(skipped))
                skipped = []
            case FactKind.INCIDENT_NOTED:
                so_far = ladders[-1]
                told = so_far.so_far
                meant = _due(so_far.begins_at(row.ts), told + 1)
                so_far.pauses.append((row.ts, max(timedelta(), datetime.fromisoformat(row.refs["next_step"]) - meant)))
            case FactKind.COVERAGE_GAP:
                wrong.append(f"row {row.seq}: a gap although somebody is always on duty")
    return ladders


def _due(begins: datetime, step: int) -> datetime:
    return begins + timedelta(seconds=DELAYS[min(step, LAST)] + max(0, step - LAST) * REPEAT)


def _reached(begins: datetime, at: datetime) -> int:
    """Return the highest repeat of the last step, itself included, that is due."""
    return LAST + max(0, int((at - _due(begins, LAST)).total_seconds() // REPEAT))


def _expected(unit: str, step: int) -> set[str]:
    if step < 3:
        return {DUTIES[unit][step]}
    return set(CONTACTS) if unit == "vt" else {DUTIES[unit][2]}
