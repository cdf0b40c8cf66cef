"""Why somebody had been told of an incident at an instant, or had not: by what was written up to then, and no later."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from monitord.account.stored import snapshot
from monitord.domain.incident import Incident, Phase
from monitord.domain.journal import FactKind, Row
from monitord.domain.notice import NoticeState
from monitord.domain.policy import LEAVING, PolicyStep, Whom, due_at, step_of
from monitord.domain.roster import on_duty
from monitord.store import tables as t
from monitord.store.rows import incident_of, journal_row, shift_of

MOST = 2_000


class Reason(StrEnum):
    """Why somebody was told of an incident by an instant, or was not."""

    TOLD = "told"
    ON_THE_WAY = "on_the_way"
    NOT_REACHED = "not_reached"
    SUPERSEDED = "superseded"
    NOT_ON_DUTY = "not_on_duty"
    TAKEN_BEFORE = "taken_before"
    NOT_DUE = "not_due"
    NO_STEP = "no_step"
    HELD = "held"
    SUSPICION = "suspicion"
    OVER = "over"
    AWAITS_APPROVAL = "awaits_approval"
    DECLINED = "declined"
    MUTED = "muted"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Because:
    """One reason: of which incident (or held target), by what, and when. `who` are ids of persons."""

    reason: Reason
    what: str
    at: datetime | None = None
    who: tuple[str, ...] = ()
    detail: str = ""


def reasons_for(connection: sa.Connection, person: str, at: datetime) -> list[Because]:
    """Return for every incident that ran at `at`, and every fault that was held then, why that person had been told of
    it by then or had not."""
    with snapshot(connection):
        i = t.incident.c
        ran = sa.and_(i.opened_at <= at, sa.or_(i.restored_at.is_(None), i.restored_at > at))
        rows = connection.execute(sa.select(t.incident).where(ran).order_by(i.id).limit(MOST)).mappings().all()
        found = [reason for row in rows for reason in _of(connection, incident_of(row), person, at)]
        return [*found, *_held(connection, at)]


def _of(connection: sa.Connection, incident: Incident, person: str, at: datetime) -> Iterator[Because]:
    j, o = t.journal.c, t.outbox.c
    mine = sa.select(t.outbox).where(o.incident == incident.id, o.person == person, o.created_at <= at).order_by(o.id)
    notices = [row for row in connection.execute(mine).mappings() if row["edits"] is None]
    for row in notices:
        if row["accepted_at"] is not None and row["accepted_at"] <= at:
            yield Because(Reason.TOLD, incident.code, row["accepted_at"], detail=row["channel"])
        elif row["state"] == NoticeState.DEAD:
            yield Because(Reason.NOT_REACHED, incident.code, row["created_at"], detail=row["last_cause"] or "")
        elif row["state"] == NoticeState.SUPERSEDED:
            yield Because(Reason.SUPERSEDED, incident.code, row["created_at"], detail=row["channel"])
        else:
            yield Because(Reason.ON_THE_WAY, incident.code, row["created_at"], detail=row["last_cause"] or "")
    if notices:
        return
    wanted = sa.select(t.journal).where(j.incident == incident.id, j.ts <= at).order_by(j.seq)
    rows = [journal_row(row) for row in connection.execute(wanted).mappings()]
    yield _untold(connection, _as_of(incident, rows), rows, person, at)


def _as_of(incident: Incident, rows: Sequence[Row]) -> Incident:
    """Return the incident as the rows leave it: its phase, who had it, and from when its ladder counted.

    Where a fault came back its ladder went on by what the tables know; a step told later says from when.
    """
    policy = incident.policy
    seen = replace(incident, phase=Phase.OPEN, acknowledged_by=None, suspected=False, ladder_from=incident.opened_at)
    for row in rows:
        match row.kind:
            case FactKind.INCIDENT_OPENED:
                seen = replace(seen, suspected=bool(row.refs.get("suspected")), ladder_from=row.ts)
            case FactKind.INCIDENT_ACKNOWLEDGED:
                seen = replace(seen, phase=Phase.ACKNOWLEDGED, acknowledged_by=row.actor, acknowledged_at=row.ts)
            case FactKind.INCIDENT_ACK_EXPIRED | FactKind.INCIDENT_CONFIRMED:
                seen = replace(seen, phase=Phase.OPEN, suspected=False, ladder_from=row.ts)
            case FactKind.INCIDENT_ESCALATED:
                offset = due_at(policy, row.ts, row.refs["step"]) - row.ts
                seen = replace(seen, phase=Phase.OPEN, ladder_from=row.ts - offset)
            case FactKind.STORM_WAVE | FactKind.STORM_LEFT:
                seen = replace(seen, phase=Phase.OPEN, ladder_from=row.ts)
            case FactKind.INCIDENT_CHANGED if "round" in row.refs:
                seen = replace(seen, ladder_from=row.ts)
            case FactKind.INCIDENT_RESTORED:
                seen = replace(seen, phase=Phase.RESTORED, restored_at=row.ts)
            case FactKind.INCIDENT_REOPENED:
                seen = replace(seen, phase=Phase(row.refs["phase"]), ladder_from=incident.ladder_from)
            case FactKind.STEP_FIRED | FactKind.STEP_AWAITS_APPROVAL:
                due, number = datetime.fromisoformat(row.refs["due"]), row.refs["step"]
                seen = replace(seen, step=number, ladder_from=due - (due_at(policy, due, number) - due))
    return seen


def _untold(connection: sa.Connection, seen: Incident, rows: Sequence[Row], person: str, at: datetime) -> Because:
    code, s = seen.code, t.shift.c
    covering = sa.select(t.shift).where(s.unit == seen.unit, s.starts <= at, s.ends > at)
    shifts = [shift_of(row) for row in connection.execute(covering).mappings()]
    duties = {shift.duty for shift in shifts if shift.person == person}
    home = connection.execute(sa.select(t.person.c.home).where(t.person.c.id == person)).scalar() or ""
    steps = [n for n, step in enumerate(seen.policy.steps) if _names(step, person, home, duties)]
    if seen.suspected and not steps:
        return Because(Reason.SUSPICION, code, at)
    if not duties and not steps:
        first = seen.policy.steps[0]
        who = on_duty(shifts, seen.unit, first.ref, at) if first.whom is Whom.DUTY else ()
        return Because(Reason.NOT_ON_DUTY, code, at, who)
    if seen.phase is Phase.ACKNOWLEDGED:
        return Because(Reason.TAKEN_BEFORE, code, seen.acknowledged_at, (seen.acknowledged_by or "",))
    if seen.phase is not Phase.OPEN:
        return Because(Reason.OVER, code, seen.restored_at)
    if not steps:
        return Because(Reason.NO_STEP, code, at, detail=", ".join(sorted(duties)))
    waits = _waits(rows, step_of(seen.policy, steps[0]), at)
    if waits is not None:
        return Because(waits[0], code, waits[1])
    coming = next((n for n in steps if n > seen.step), steps[-1])
    return Because(Reason.NOT_DUE, code, due_at(seen.policy, seen.ladder_from, coming), detail=str(coming + 1))


def _waits(rows: Sequence[Row], step: PolicyStep, at: datetime) -> tuple[Reason, datetime] | None:
    """Return for what a step that is due waits at `at`, and since or until when; None when it waits for nothing."""
    for row in reversed(rows):
        match row.kind:
            case FactKind.STEP_APPROVED | FactKind.STEP_FIRED:
                return None
            case FactKind.STEP_DECLINED if step.whom in LEAVING and row.refs["organisation"] == step.ref:
                return Reason.DECLINED, row.ts
            case FactKind.STEP_AWAITS_APPROVAL if step.whom in LEAVING and row.refs["organisation"] == step.ref:
                return Reason.AWAITS_APPROVAL, row.ts
            case FactKind.STEP_MUTED | FactKind.STEP_QUIET if (until := datetime.fromisoformat(row.refs["until"])) > at:
                return Reason.MUTED if row.kind == FactKind.STEP_MUTED else Reason.QUIET, until
    return None


def _names(step: PolicyStep, person: str, home: str, duties: set[str]) -> bool:
    match step.whom:
        case Whom.DUTY:
            return step.ref in duties
        case Whom.PERSON:
            return step.ref == person
        case Whom.ORGANISATION:
            return step.ref == home
        case Whom.NEXT_LEADER:
            return False


def _held(connection: sa.Connection, at: datetime) -> Iterator[Because]:
    """Yield the faults that were held at `at`: told to nobody, for a reason."""
    j = t.journal.c
    kinds = (FactKind.TARGET_HELD, FactKind.TARGET_RELEASED)
    wanted = sa.select(t.journal).where(j.kind.in_(kinds), j.ts <= at, j.ts > at - timedelta(days=31)).order_by(j.seq)
    standing: dict[str, Row] = {}
    for row in map(journal_row, connection.execute(wanted).mappings()):
        if row.kind == FactKind.TARGET_HELD:
            standing[row.target or ""] = row
        else:
            standing.pop(row.target or "", None)
    for target, row in standing.items():
        yield Because(Reason.HELD, target, row.ts, detail=", ".join(row.refs["holds"]))
