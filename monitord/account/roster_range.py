"""The roster over any time: as it was written out, and beyond that as it is planned by now."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from monitord.domain.roster import Shift
from monitord.settings.model import Settings
from monitord.settings.shifts import layers_between
from monitord.store import tables as t
from monitord.store.roster import roster_over
from monitord.store.rows import shift_of

MARGIN = timedelta(days=31)
"""How far before a time a shift may have begun that lasts into it."""


def roster_between(connection: sa.Connection, settings: Settings, since: datetime, until: datetime) -> list[Shift]:
    """Return the shifts that lie in `[since, until)` or touch it, in order of beginning.

    Up to where the roster is written out they are evidence; those that begin later are a plan, which may still change.
    """
    kept = connection.execute(sa.select(t.meta.c.value).where(t.meta.c.key == t.WRITTEN_TO)).scalar()
    edge = datetime.fromisoformat(kept) if kept is not None else None
    s = t.shift.c
    # Dated shifts of the settings are written however far ahead they are: behind the edge the plan has them all.
    last = until if edge is None else min(until, edge)
    touching = sa.select(t.shift).where(s.ends > since, s.starts < last).order_by(s.starts, s.id)
    written = [shift_of(row) for row in connection.execute(touching).mappings()]
    if edge is not None and until <= edge:
        return written
    # What lies before may have cut what reaches into it.
    planned = roster_over(connection, layers_between(settings, since - MARGIN, until), since - MARGIN, until)
    later = [one for one in planned if one.end > since and (edge is None or one.start >= edge)]
    return sorted([*written, *later], key=lambda one: (one.start, one.unit, one.duty, one.person))
