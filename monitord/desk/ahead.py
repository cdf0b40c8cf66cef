"""The handover book of the next change, made for who only reads: nothing is written, and no daemon is needed."""

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa

from monitord.desk.changeover import change_at
from monitord.desk.context import Context
from monitord.desk.handing import book_of
from monitord.domain.handover import Book
from monitord.settings.model import Settings
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx
from monitord.texts.story import Words

_s = t.shift.c


def books_ahead(
    connection: sa.Connection, settings: Settings, words: Words, unit: str | None, now: datetime
) -> Iterator[Book]:
    """Yield the book of the next change of each duty that is called over, of one unit where it is named, as it is now.

    Whoever only goes on is no change.
    """
    tx, context = Tx(connection, lambda length: ""), Context.of(settings, words)
    at = Moment(now, 0.0, "", "")
    for one in settings.units.values() if unit is None else [settings.units[unit]]:
        for duty in one.roll_call:
            mine = sa.select(_s.starts).where(_s.unit == one.id, _s.duty == duty, _s.starts > now).distinct()
            changes = (
                change_at(tx, one.id, duty, when) for when in connection.execute(mine.order_by(_s.starts)).scalars()
            )
            change = next((change for change in changes if change.taking), None)
            if change is not None:
                yield book_of(tx, context, change, at)
