"""Leases of outbox rows inside the writer's transaction: how they end, and when a row may be claimed again."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitord.domain.journal import Fact, FactKind, stamp
from monitord.domain.notice import SYSTEM, Delivery, DeliveryCause, Event, NoticeState, Outcome
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx

LEASE = timedelta(seconds=30)
"""How long a claimed row is its claimer's."""


def void_leases(tx: Tx, at: Moment) -> int:
    """Make every leased row pending and uncertain: leases of an earlier run are void. Return how many there were."""
    return _void(tx, t.outbox.c.state == NoticeState.LEASED, DeliveryCause.RESTART, at)


def void_expired_leases(tx: Tx, channel: str, at: Moment) -> None:
    expired = sa.and_(
        t.outbox.c.state == NoticeState.LEASED, t.outbox.c.channel == channel, t.outbox.c.lease_until <= at.now
    )
    _void(tx, expired, DeliveryCause.LEASE_EXPIRED, at)


def _void(tx: Tx, which: sa.ColumnElement[bool], cause: DeliveryCause, at: Moment) -> int:
    rows = tx.sql.execute(sa.select(t.outbox).where(which).order_by(t.outbox.c.id)).mappings().all()
    for row in rows:
        tx.sql.execute(
            t.outbox.update()
            .where(t.outbox.c.id == row["id"])
            .values(
                state=NoticeState.PENDING,
                uncertain=row["uncertain"] + 1,
                not_before=at.now,
                lease_until=None,
                last_cause=cause,
            )
        )
        outcome = Outcome(Delivery.UNCERTAIN, cause)
        end_attempt(tx, row["id"], row["attempts"], outcome, at)
        if row["event"] not in SYSTEM:
            tx.append([notice_fact(FactKind.NOTICE_UNCERTAIN, row, outcome)], at)
    return len(rows)


PUT_OFF = timedelta(hours=1)
"""The longest that a message waits to be told by a storm instead (`gather`), and more than a storm's first minutes."""


def hasten(tx: Tx, at: Moment, by: float = 0.0) -> None:
    """Let what waits for a later attempt be tried at once.

    After a start or a step of the wall clock (`by` seconds) the instant it waits for means nothing; a reminder keeps
    its distance, and so does what may be told by a storm instead.
    """
    o = t.outbox.c
    put_off = sa.and_(o.attempts == 0, o.event.in_([Event.STEP, Event.REOPENED]), o.not_before <= at.now + PUT_OFF)
    kept = sa.or_(o.event == Event.REMINDER, put_off)
    waiting = sa.and_(o.state == NoticeState.PENDING, o.not_before > at.now, ~kept)
    later = sa.and_(o.state == NoticeState.PENDING, o.not_before > at.now - timedelta(seconds=by), kept)
    for row in tx.sql.execute(sa.select(t.outbox.c.id, t.outbox.c.not_before).where(later)).all() if by else ():
        moved = {"not_before": row.not_before + timedelta(seconds=by)}
        tx.sql.execute(t.outbox.update().where(t.outbox.c.id == row.id).values(moved))
    tx.queued += tx.sql.execute(t.outbox.update().where(waiting).values(not_before=at.now)).rowcount


def give_back(tx: Tx, notice: int, retry_in: timedelta, at: Moment) -> None:
    """Make a leased row, and those that went with it, pending again as if they had not been claimed."""
    for row in sent_as_one(tx, notice):
        if row["state"] == NoticeState.LEASED:
            _give_back(tx, row, retry_in, at)


def sent_as_one(tx: Tx, notice: int) -> list[Any]:
    """Return an outbox row with the others of its digest, in their order; nothing when there is none."""
    o = t.outbox.c
    row = tx.sql.execute(sa.select(t.outbox).where(o.id == notice)).mappings().first()
    if row is None or row["bundle"] is None:
        return [row] if row is not None else []
    same = sa.select(t.outbox).where(o.bundle == row["bundle"], o.channel == row["channel"], o.person == row["person"])
    return list(tx.sql.execute(same.order_by(o.id)).mappings())


def _give_back(tx: Tx, row: Any, retry_in: timedelta, at: Moment) -> None:
    notice = row["id"]
    tx.sql.execute(t.attempt.delete().where(t.attempt.c.notice == notice, t.attempt.c.n == row["attempts"]))
    tx.sql.execute(
        t.outbox.update()
        .where(t.outbox.c.id == notice)
        .values(state=NoticeState.PENDING, attempts=row["attempts"] - 1, lease_until=None, not_before=at.now + retry_in)
    )
    if row["last_cause"] is None:  # it waits for its lane, and not on purpose
        tx.sql.execute(t.outbox.update().where(t.outbox.c.id == notice).values(last_cause=DeliveryCause.POOL))


def seconds_to_next(tx: Tx, channel: str, at: Moment) -> float | None:
    """Return the seconds until a row of that channel may be claimed (0 when one may be now), leases that run out
    included; None when there is none."""
    mine = t.outbox.c.channel == channel
    pending = sa.select(sa.func.min(t.outbox.c.not_before)).where(mine, t.outbox.c.state == NoticeState.PENDING)
    leased = sa.select(sa.func.min(t.outbox.c.lease_until)).where(mine, t.outbox.c.state == NoticeState.LEASED)
    instants = [i for i in (tx.sql.execute(pending).scalar(), tx.sql.execute(leased).scalar()) if i is not None]
    return max(0.0, (min(instants) - at.now).total_seconds()) if instants else None


def end_attempt(tx: Tx, notice: int, n: int, outcome: Outcome, at: Moment) -> None:
    ended = {"ended": at.now, "delivery": outcome.delivery, "cause": outcome.cause, "detail": outcome.detail}
    tx.sql.execute(t.attempt.update().where(t.attempt.c.notice == notice, t.attempt.c.n == n).values(ended))


def notice_refs(row: Any) -> dict[str, Any]:
    return {
        "notice": row["id"],
        "event": row["event"],
        "step": row["step"],
        "person": row["person"],
        "organisation": row["organisation"],
        "channel": row["channel"],
        "attempts": row["attempts"],
        "uncertain": row["uncertain"],
    } | ({"bundle": row["bundle"]} if row["bundle"] is not None else {})


def notice_fact(kind: FactKind, row: Any, outcome: Outcome, accepted: datetime | None = None) -> Fact:
    refs = notice_refs(row) | {"cause": outcome.cause}
    private = {"detail": outcome.detail} if outcome.detail else {}
    if outcome.delivery is Delivery.ACCEPTED:
        refs |= {"message": outcome.message_ref, "accepted": stamp(accepted) if accepted else None}
        private |= {"text": row["text"] or ""}
    return Fact(kind, row["incident"], None, refs=refs, private=private or None)
