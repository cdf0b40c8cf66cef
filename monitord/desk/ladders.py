"""How far the ladder of an incident is, by its armed timer."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx


def ladder_time(tx: Tx, incident: int, at: Moment) -> datetime:
    """Return `at` by the ladder's own time: the wall's, unless the wall clock was moved since its timer was armed."""
    armed = sa.select(t.timer.c.due, t.timer.c.due_boot).where(
        t.timer.c.incident == incident, t.timer.c.state == "armed"
    )
    row = tx.sql.execute(armed).first()
    return at.now if row is None else row.due - timedelta(seconds=row.due_boot - at.boot)


def time_left(tx: Tx, incident: int, at: Moment) -> timedelta | None:
    """Return how long the armed timer of an incident has still to run, by boot seconds; None when none is armed."""
    armed = sa.select(t.timer.c.due_boot).where(t.timer.c.incident == incident, t.timer.c.state == "armed")
    due = tx.sql.execute(armed).scalar()
    return None if due is None else timedelta(seconds=due - at.boot)
