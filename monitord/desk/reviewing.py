"""Holds that end by the clock alone: windows that are over, waits that lasted long enough."""

from functools import partial

import sqlalchemy as sa
import structlog

from monitord.desk.context import Context
from monitord.desk.holding import next_end, tell_what_is_over
from monitord.desk.settling import reconsider
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx

log = structlog.get_logger("desk")
_WITHHELD = sa.select(t.target).where(t.target.c.withheld_at.is_not(None)).order_by(t.target.c.withheld_at)


def review(tx: Tx, context: Context, at: Moment) -> float | None:
    """Tell what is no longer held, and return the seconds until something may be again; None when nothing waits.

    It looks at what is, not at what happened, so that nothing stays held when nothing holds it.
    """
    for row in tx.sql.execute(_WITHHELD).mappings().all():
        error = tx.isolated(partial(reconsider, tx, context, row, at))
        if error is not None:
            log.error("hold.failed", target=row["id"], error=repr(error))
    tell_what_is_over(tx, context, at)
    end = next_end(tx, context, at)
    return None if end is None else max(0.05, (end - at.now).total_seconds())
