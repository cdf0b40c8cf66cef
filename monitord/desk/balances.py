"""What is left on a channel's account: asked of the operator by a text, read from his answer, told when it is low.

And what else is read of a channel beside whether it works. Nothing of it is a row of the journal.
"""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from monitord.desk import channels
from monitord.desk.canaries import forget
from monitord.desk.context import Context
from monitord.domain.balance import read_amount
from monitord.domain.journal import stamp
from monitord.domain.notice import DeliveryCause, Event, Notice, NoticeState, Outcome, Priority, Reading
from monitord.domain.update import Heard
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx

ANSWERED = timedelta(hours=1)
"""How long after the question a text of that sender is its answer."""
LOW = "low"
"""What a notice about a channel says first when its account is low."""


def keep(tx: Tx, context: Context, at: Moment) -> float | None:
    """Ask the operators that are to be asked now; return the seconds until the next is, None where nobody is."""
    waits = []
    for channel, account in context.settings.accounts.items():
        row = _row(tx, channel, Reading.BALANCE)
        asked = None if row is None else row["asked_at"]
        # Once, whatever becomes of it: every question costs a text.
        if asked is None or not asked <= at.now < asked + account.every:
            asked, said = at.now, stamp(at.now)
            _put(tx, channel, Reading.BALANCE, asked_at=asked)
            tx.queue(Notice(None, Event.BALANCE, "", channel, Priority.CANARY, subject=said), at.now)
            gone = (t.outbox.c.subject != said, t.outbox.c.state != NoticeState.LEASED)
            forget(tx, Event.BALANCE, channel, *gone)
        waits.append((asked + account.every - at.now).total_seconds())
    return min(waits, default=None)


def heard(tx: Tx, context: Context, said: Heard, at: Moment) -> bool:
    """Return whether a text that came in is the operator's, and take note of the amount that it names."""
    account = context.settings.accounts.get(said.channel)
    if account is None or said.sender != account.sender:
        return False
    amount = read_amount(account, said.text)
    row = _row(tx, said.channel, Reading.BALANCE)
    asked = None if row is None else row["asked_at"]
    if amount is None or asked is None or not timedelta(0) <= at.now - asked <= ANSWERED:
        return True  # an advertisement has numbers, too
    since = None if row is None else row["low_since"]
    low = account.below is not None and amount < account.below
    begins = low and since is None
    _put(tx, said.channel, Reading.BALANCE, value=amount, at=at.now, low_since=(since or at.now) if low else None)
    if begins:
        subject = f"{LOW}@{said.channel}@{stamp(at.now)}@{DeliveryCause.FINE}"
        channels.tell_administrators(tx, context, subject, said.channel, at)
    return True


def read(tx: Tx, channel: str, outcome: Outcome, at: Moment) -> None:
    """Keep what a probe read of a channel."""
    for kind, value in outcome.readings:
        _put(tx, channel, kind, value=value, at=at.now)


def reason_gone(tx: Tx, row: Any) -> str | None:
    """Return why the operator need not be asked any more: he was asked again since."""
    known = _row(tx, row["channel"], Reading.BALANCE)
    asked = None if known is None else known["asked_at"]
    return None if asked is not None and stamp(asked) == row["subject"] else "over"


def amount_of(tx: Tx, channel: str) -> float | None:
    """Return what was left on a channel's account when it was told last, None when it never was."""
    row = _row(tx, channel, Reading.BALANCE)
    return None if row is None else row["value"]


def _row(tx: Tx, channel: str, kind: Reading) -> Any:
    c = t.channel_reading.c
    wanted = sa.select(t.channel_reading).where(c.channel == channel, c.kind == kind)
    return tx.sql.execute(wanted).mappings().first()


def _put(tx: Tx, channel: str, kind: Reading, **values: Any) -> None:
    c = t.channel_reading.c
    done = tx.sql.execute(t.channel_reading.update().where(c.channel == channel, c.kind == kind).values(values))
    if done.rowcount == 0:
        tx.sql.execute(t.channel_reading.insert().values(channel=channel, kind=kind, **values))
