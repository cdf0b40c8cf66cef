"""What waits without an attempt: a lane that is held back, frozen or gone must not keep a person untold.

The rule of sixty seconds holds for every row, whether or not anybody tried to send it.
"""

import sqlalchemy as sa

from monitord.desk.context import Context
from monitord.desk.reasons import reason_gone
from monitord.desk.reporting import ADD_CHANNEL_AFTER, add_channel, bury
from monitord.domain.notice import Delivery, DeliveryCause, Event, NoticeState, Outcome
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx

EVERY = 10.0
"""Seconds between two looks at what waits."""
SOME = 200
"""Rows fetched at once, the oldest first, and channels added in one look at most."""


def add_channels(tx: Tx, at: Moment, waiting: frozenset[str]) -> None:
    """Tell what has waited for sixty seconds by the next channel as well, while its reason stands.

    A reminder waits because somebody asked for it, and what may be told by a storm instead waits on purpose; what
    belongs to a target in `waiting` waits for a look.
    """
    o = t.outbox.c
    # The time for which it waited on purpose is not its lane's.
    on_purpose = sa.and_(o.attempts == 0, o.last_cause.is_(None), o.not_before > at.now - ADD_CHANNEL_AFTER)
    wanted = sa.select(t.outbox).where(
        o.state == NoticeState.PENDING,
        o.created_at <= at.now - ADD_CHANNEL_AFTER,
        o.event != Event.REMINDER,
        sa.cast(o.fallback, sa.Text) != "[]",
        ~on_purpose,
    )
    last, added = 0, 0
    while added < SOME:
        rows = tx.sql.execute(wanted.where(o.id > last).order_by(o.id).limit(SOME)).mappings().all()
        for row in rows:
            last = row["id"]
            incident = tx.incident(row["incident"]) if row["incident"] is not None else None
            if incident is not None and incident.target in waiting:
                continue
            # Where no lane claims them, rows without a reason stay: they must not hide what is behind them.
            if reason_gone(tx, row, incident) is None:
                added += add_channel(tx, row, at)
        if len(rows) < SOME:
            return


def bury_what_no_channel_sends(tx: Tx, context: Context, at: Moment) -> None:
    """Give up what waits for a channel that is not set up any more: its next channel, a stand-in, administrators."""
    ways = context.settings.ways
    gone = sa.select(t.outbox).where(t.outbox.c.state == NoticeState.PENDING, t.outbox.c.channel.not_in(ways))
    for row in tx.sql.execute(gone.order_by(t.outbox.c.id)).mappings().all():
        bury(tx, context, row, Outcome(Delivery.PERMANENT, DeliveryCause.NOT_CONFIGURED), at)
