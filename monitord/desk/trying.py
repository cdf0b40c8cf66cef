"""Trying a channel on one person: a message that says it is a test, and what became of it."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitord.desk.context import Context
from monitord.domain.journal import stamp
from monitord.domain.notice import DeliveryCause, Event, Notice, NoticeState, Priority
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx


class TrialRefused(ValueError):
    """The test cannot be made; the text says what to do instead."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a test: where it stands, how often it was tried, and why it failed last."""

    state: NoticeState
    attempts: int
    accepted_at: datetime | None
    cause: DeliveryCause | None


def begin(tx: Tx, context: Context, person: str, channel: str, by: str, at: Moment) -> int:
    """Owe a person a test by one channel, and return its notice."""
    people = tx.people()
    if by not in people:
        raise TrialRefused(f"nobody has the id {by!r}: say who you are with --as")
    if person not in people:
        raise TrialRefused(f"nobody has the id {person!r}")
    if channel not in context.settings.ways:
        raise TrialRefused(f"channel {channel!r} is not set up: there are {', '.join(context.settings.ways)}")
    if people[person].address(channel) is None:
        ways = ", ".join(people[person].ways(context.settings.ways)) or "none at all"
        raise TrialRefused(f"{person} has no address for {channel!r}; there are addresses for {ways}")
    notice = Notice(None, Event.TEST, person, channel, Priority.FOLLOW_UP, subject=f"{by}@{stamp(at.now)}")
    tx.queue(notice, at.now)
    return int(tx.sql.execute(sa.select(t.outbox.c.id).where(t.outbox.c.key == notice.key)).scalar_one())


def look(tx: Tx, notice: int) -> Tried:
    """Return what became of a test; TrialRefused when there is none of that number."""
    o = t.outbox.c
    wanted = sa.select(o.state, o.attempts, o.accepted_at, o.last_cause).where(o.id == notice, o.event == Event.TEST)
    row = tx.sql.execute(wanted).first()
    if row is None:
        raise TrialRefused(f"there is no test {notice}")
    cause = DeliveryCause(row.last_cause) if row.last_cause else None
    return Tried(NoticeState(row.state), row.attempts, row.accepted_at, cause)
