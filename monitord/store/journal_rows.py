"""Where a time begins in the journal, whose instants never run back."""

from datetime import datetime

import sqlalchemy as sa

from monitord.store import tables as t

_j = t.journal.c


def first_row(sql: sa.Connection, since: datetime) -> int:
    """Return the first row of the journal that is not before an instant, one behind the last where there is none: some
    twenty looks by number, where asking for the instants would read every row."""
    low, high = 1, (sql.execute(sa.select(sa.func.max(_j.seq))).scalar() or 0) + 1
    while low < high:
        middle = (low + high) // 2
        ts = sql.execute(sa.select(_j.ts).where(_j.seq == middle)).scalar()
        low, high = (middle + 1, high) if ts is not None and ts < since else (low, middle)
    return low
