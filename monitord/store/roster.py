"""Reading the roster beyond one instant."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from monitord.store import tables as t

AHEAD = timedelta(days=14)
"""How far ahead somebody counts as a leader of the unit."""


def leaders_ahead(connection: sa.Connection, unit: str, duty: str, at: datetime) -> tuple[str, ...]:
    """Return who holds a duty of a unit at some time within AHEAD of `at`, whose turn comes first in front."""
    s = t.shift.c
    mine = sa.and_(s.unit == unit, s.duty == duty, s.ends > at, s.starts < at + AHEAD)
    first = sa.func.min(s.starts)
    return tuple(
        connection.execute(sa.select(s.person).where(mine).group_by(s.person).order_by(first, s.person)).scalars()
    )
