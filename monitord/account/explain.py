"""The story of an incident, from look to delivery, by the journal and the tables alone."""

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from monitord.account.journal_log import Line, in_words
from monitord.account.stored import fetch, selection, snapshot
from monitord.domain.incident import Incident
from monitord.domain.journal import FactKind
from monitord.domain.policy import Whom
from monitord.domain.roster import Shift
from monitord.settings.model import Settings
from monitord.store import tables as t
from monitord.store.roster import covering, instant_asked
from monitord.store.rows import incident_of, shift_of
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
    wanted = sa.select(t.shift).where(covering(s.unit == incident.unit, s.duty == line.refs.get("ref")))
    return tuple(shift_of(row) for row in connection.execute(wanted.order_by(s.id), instant_asked(line.ts)).mappings())
