"""The scorecard of a drill: when each person was told by which step, and how long they took to answer.

It counts from the instant at which the step was decided, never flattering the channel, and stays in the unit.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitord.domain.journal import FactKind, Row
from monitord.store import tables as t
from monitord.store.rows import journal_row

ANSWERS = {
    FactKind.INCIDENT_ACKNOWLEDGED: "taken",
    FactKind.INCIDENT_NOTED: "noted",
    FactKind.INCIDENT_RECEIPT: "receipt",
    FactKind.STEP_APPROVED: "approved",
    FactKind.INCIDENT_PRESSED_AGAIN: "pressed_again",
}
"""What counts as an answer, by the row that says so."""


@dataclass(frozen=True, slots=True)
class Score:
    """One person at one step: told at `decided`, the channel took it at `accepted`, answered at `answered` by `answer`;
    None for what did not happen."""

    step: int
    person: str
    decided: datetime
    accepted: datetime | None = None
    answered: datetime | None = None
    answer: str | None = None

    @property
    def delivery(self) -> timedelta | None:
        """Return how long the message was on its way."""
        return None if self.accepted is None else self.accepted - self.decided

    @property
    def reaction(self) -> timedelta | None:
        """Return how long it took from the decision to the answer."""
        return None if self.answered is None else self.answered - self.decided


def scorecard(rows: Iterable[Row]) -> tuple[Score, ...]:
    """Return the scores of one incident from its journal rows, in order: by step, then as they were told."""
    scores: dict[tuple[int, str], Score] = {}
    for row in rows:
        match row.kind:
            case FactKind.STEP_FIRED | FactKind.STEP_AWAITS_APPROVAL:
                for person in row.refs.get("people", row.refs.get("leaders", ())):
                    scores.setdefault((row.refs["step"], person), Score(row.refs["step"], person, row.ts))
            case FactKind.NOTICE_ACCEPTED if row.refs.get("event") in ("step", "approval"):
                key = (row.refs["step"], row.refs["person"])
                if key in scores and scores[key].accepted is None:
                    scores[key] = replace(scores[key], accepted=row.ts)
            case kind if kind in ANSWERS and row.actor is not None:
                for key, score in scores.items():
                    if key[1] == row.actor and score.answered is None:
                        scores[key] = replace(score, answered=row.ts, answer=ANSWERS[FactKind(kind)])
    return tuple(sorted(scores.values(), key=lambda score: score.step))


def drill_rows(connection: sa.Connection, code: str) -> tuple[Row, ...] | None:
    """Return the journal rows of the newest drill with that code, None when there is none."""
    i = t.incident.c
    wanted = sa.select(i.id).where(i.code == code, i.drill).order_by(i.id.desc()).limit(1)
    found = connection.execute(wanted).scalar()
    if found is None:
        return None
    rows = sa.select(t.journal).where(t.journal.c.incident == found).order_by(t.journal.c.seq)
    return tuple(journal_row(row) for row in connection.execute(rows).mappings())
