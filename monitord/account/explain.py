"""Why it went as it went, from the journal and the tables alone: of an incident, and of one person at one instant."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from monitord.account.journal_log import Line, in_words
from monitord.account.stored import fetch, selection, snapshot
from monitord.domain.incident import Incident
from monitord.domain.journal import FactKind, Row
from monitord.domain.notice import NoticeState
from monitord.domain.policy import Whom, due_at
from monitord.domain.roster import Shift, on_duty
from monitord.settings.model import Settings
from monitord.store import tables as t
from monitord.store.rows import incident_of, journal_row, shift_of
from monitord.texts.story import Words

BEFORE = timedelta(minutes=15)
"""How long before its beginning the looks at the target belong to an incident's story."""
AFTER = timedelta(minutes=5)
MOST = 2_000


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the story, and the shifts by which a step chose its people."""

    line: Line
    shifts: tuple[Shift, ...] = ()


def story_of(
    connection: sa.Connection, settings: Settings | None, words: Words, code: str
) -> tuple[Incident, list[Told]] | None:
    """Return the newest incident with that code and its story in order; None when there is none.

    Its own rows, and those of its target (looks, holds, flapping) from shortly before it began to shortly after its
    end.
    """
    with snapshot(connection):
        found = connection.execute(
            sa.select(t.incident).where(t.incident.c.code == code).order_by(t.incident.c.id.desc()).limit(1)
        )
        row = found.mappings().first()
        if row is None:
            return None
        incident, j = incident_of(row), t.journal.c
        since = incident.occurred_at - BEFORE
        until = (incident.closed_at or incident.restored_at or incident.opened_at + timedelta(days=31)) + AFTER
        about = sa.and_(j.incident.is_(None), j.target == incident.target, j.ts >= since, j.ts <= until)
        wanted = selection().where(sa.or_(j.incident == incident.id, about)).order_by(j.seq).limit(MOST)
        lines = in_words(connection, settings, words, fetch(connection, wanted))
        return incident, [Told(line, _shifts(connection, incident, line)) for line in lines]


def _shifts(connection: sa.Connection, incident: Incident, line: Line) -> tuple[Shift, ...]:
    if line.kind != FactKind.STEP_FIRED or line.refs.get("whom") != Whom.DUTY:
        return ()
    s = t.shift.c
    wanted = sa.select(t.shift).where(
        s.unit == incident.unit, s.duty == line.refs.get("ref"), s.starts <= line.ts, s.ends > line.ts
    )
    return tuple(shift_of(row) for row in connection.execute(wanted.order_by(s.id)).mappings())


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
    j, o, s = t.journal.c, t.outbox.c, t.shift.c
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
    covering = sa.select(t.shift).where(s.unit == incident.unit, s.starts <= at, s.ends > at)
    shifts = [shift_of(row) for row in connection.execute(covering).mappings()]
    mine_now = {shift.duty for shift in shifts if shift.person == person}
    steps = [n for n, step in enumerate(incident.policy.steps) if _names(step.whom, step.ref, person, mine_now)]
    if not mine_now and not steps:
        first = incident.policy.steps[0]
        who = on_duty(shifts, incident.unit, first.ref, at) if first.whom is Whom.DUTY else ()
        yield Because(Reason.NOT_ON_DUTY, incident.code, at, who)
        return
    if not steps:
        yield Because(Reason.NO_STEP, incident.code, at, detail=", ".join(sorted(mine_now)))
        return
    wanted = sa.select(t.journal).where(j.incident == incident.id, j.ts <= at).order_by(j.seq)
    rows = [journal_row(row) for row in connection.execute(wanted).mappings()]
    taken = next((row for row in reversed(rows) if row.kind == FactKind.INCIDENT_ACKNOWLEDGED), None)
    if taken is not None:
        yield Because(Reason.TAKEN_BEFORE, incident.code, taken.ts, (taken.actor or "",))
        return
    due = due_at(incident.policy, incident.ladder_from, steps[0])
    yield Because(Reason.NOT_DUE, incident.code, due, detail=str(steps[0] + 1))


def _names(whom: Whom, ref: str, person: str, duties: set[str]) -> bool:
    return (whom is Whom.DUTY and ref in duties) or (whom is Whom.PERSON and ref == person)


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
