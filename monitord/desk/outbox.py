"""The outbox inside the writer's transaction.

Claiming under a lease with a second look at the reason, and what an attempt came to.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
import structlog

from monitord.desk.approvals import approvals
from monitord.desk.context import Context
from monitord.desk.letters import letter
from monitord.domain.incident import Incident, Phase
from monitord.domain.journal import Fact, FactKind, stamp
from monitord.domain.notice import (
    Claimed,
    Delivery,
    DeliveryCause,
    Event,
    Message,
    Notice,
    NoticeState,
    Outcome,
    Priority,
    retry_delay,
)
from monitord.store import tables as t
from monitord.store.tx import Moment, Tx

log = structlog.get_logger("desk")
CHAT = re.compile(r"-?[0-9]{1,18}", re.ASCII)
LEASE = timedelta(seconds=30)
ADD_CHANNEL_AFTER = timedelta(seconds=60)
ADD_CHANNEL_FAILURES = 3
FRESH = timedelta(seconds=60)
"""Rows younger than this leave at once after a start; older ones wait for a fresh look at their target."""
EDIT_AGAIN = timedelta(seconds=2)
GIVE_UP_AFTER = timedelta(hours=6)
"""How long a notice of an incident that is over is tried; those of a running incident are tried without end."""


def claim(
    tx: Tx, context: Context, key: bytes, channel: str, limit: int, at: Moment, waiting: frozenset[str]
) -> list[Claimed]:
    """Lease at most `limit` due rows of a channel, most urgent first, and return them rendered.

    A row whose reason is gone (the incident is taken or over) is superseded with a journal row instead. Old rows about
    targets in `waiting` stay
    where they are until the target has been looked at again.
    """
    _void_expired_leases(tx, channel, at)
    due = (
        sa.select(t.outbox)
        .where(t.outbox.c.state == NoticeState.PENDING, t.outbox.c.channel == channel, t.outbox.c.not_before <= at.now)
        .order_by(t.outbox.c.priority, t.outbox.c.id)
    )
    claimed: list[Claimed] = []
    for row in tx.sql.execute(due.limit(limit * 4)).mappings().all():
        if len(claimed) >= limit:
            break
        incident = tx.incident(row["incident"]) if row["incident"] is not None else None
        if incident is not None and incident.target in waiting and at.now - row["created_at"] > FRESH:
            continue
        if _message_under_way(tx, row):
            later = {"not_before": at.now + EDIT_AGAIN}
            tx.sql.execute(t.outbox.update().where(t.outbox.c.id == row["id"]).values(later))
            continue
        reason = _reason_gone(tx, row, incident)
        if reason is not None:
            _supersede(tx, row, reason, at)
            continue
        address = _address(tx, row)
        if address is None:
            _bury(tx, context, row, Outcome(Delivery.PERMANENT, DeliveryCause.NO_ADDRESS), at)
            continue
        error = tx.isolated(partial(_lease, tx, context, key, row, incident, address, at, claimed))
        if error is not None:
            _set_aside(tx, row, error, at)
    return claimed


def _set_aside(tx: Tx, row: Any, error: Exception, at: Moment) -> None:
    """A letter that cannot be written must not stop the others of its channel: it is tried again in a minute."""
    log.error("letter.failed", notice=row["id"], error=repr(error))
    tx.sql.execute(
        t.outbox.update()
        .where(t.outbox.c.id == row["id"])
        .values(
            not_before=at.now + timedelta(minutes=1), attempts=row["attempts"] + 1, last_cause=DeliveryCause.UNEXPECTED
        )
    )
    if row["last_cause"] != DeliveryCause.UNEXPECTED:
        outcome = Outcome(Delivery.NOT_SENT, DeliveryCause.UNEXPECTED, type(error).__name__)
        tx.append([_fact(FactKind.NOTICE_FAILED, row, outcome)], at)


def _void_expired_leases(tx: Tx, channel: str, at: Moment) -> None:
    expired = sa.and_(
        t.outbox.c.state == NoticeState.LEASED, t.outbox.c.channel == channel, t.outbox.c.lease_until <= at.now
    )
    _void(tx, expired, DeliveryCause.LEASE_EXPIRED, at)


def void_leases(tx: Tx, at: Moment) -> int:
    """Make every leased row pending and uncertain: leases of an earlier run are void. Return how many there were."""
    return _void(tx, t.outbox.c.state == NoticeState.LEASED, DeliveryCause.RESTART, at)


def hasten(tx: Tx, at: Moment) -> None:
    """Let what waits for a later attempt be tried at once.

    After a start or a step of the wall clock the instant it waits for means nothing.
    """
    waiting = sa.and_(t.outbox.c.state == NoticeState.PENDING, t.outbox.c.not_before > at.now)
    tx.queued += tx.sql.execute(t.outbox.update().where(waiting).values(not_before=at.now)).rowcount


def _void(tx: Tx, which: sa.ColumnElement[bool], cause: DeliveryCause, at: Moment) -> int:
    rows = tx.sql.execute(sa.select(t.outbox).where(which)).mappings().all()
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
        _end_attempt(tx, row["id"], row["attempts"], outcome, at)
        tx.append([_fact(FactKind.NOTICE_UNCERTAIN, row, outcome)], at)
    return len(rows)


def _message_under_way(tx: Tx, row: Any) -> bool:
    """Return True for an edit of a message that may yet arrive: dropped, it would leave a live button there."""
    if row["edits"] is None:
        return False
    edited = tx.sql.execute(sa.select(t.outbox).where(t.outbox.c.id == row["edits"])).mappings().first()
    if edited is None or edited["message_ref"] is not None:
        return False
    return bool(
        edited["state"] == NoticeState.LEASED or (edited["state"] == NoticeState.PENDING and edited["uncertain"] > 0)
    )


def _reason_gone(tx: Tx, row: Any, incident: Incident | None) -> str | None:
    if incident is None:
        return None
    match Event(row["event"]):
        case Event.STEP if incident.phase is not Phase.OPEN or row["round"] != incident.round:
            # An approved report to another organisation is still owed once somebody has taken the incident.
            still_owed = row["organisation"] is not None and incident.phase is Phase.ACKNOWLEDGED and _approved(tx, row)
            return None if still_owed else str(incident.phase)
        case Event.APPROVAL | Event.ACKNOWLEDGED | Event.TAKEN_EDIT if incident.phase is Phase.RESTORED:
            return str(incident.phase)
        case Event.ACKNOWLEDGED | Event.TAKEN_EDIT if incident.phase is Phase.OPEN:
            return "open again"
        case Event.TAKEN_EDIT | Event.RESTORED_EDIT:
            edited = tx.sql.execute(
                sa.select(t.outbox.c.message_ref, t.outbox.c.state).where(t.outbox.c.id == row["edits"])
            ).first()
            if edited is None or edited.message_ref is None:
                return "nothing to edit"
    return None


def _approved(tx: Tx, row: Any) -> bool:
    return row["organisation"] in approvals(tx, row["incident"], row["round"])


def _supersede(tx: Tx, row: Any, reason: str, at: Moment) -> None:
    tx.sql.execute(t.outbox.update().where(t.outbox.c.id == row["id"]).values(state=NoticeState.SUPERSEDED))
    if Event(row["event"]) not in (Event.TAKEN_EDIT, Event.RESTORED_EDIT):
        refs = _refs(row) | {"reason": reason}
        tx.append([Fact(FactKind.NOTICE_SUPERSEDED, row["incident"], None, refs=refs)], at)


def _address(tx: Tx, row: Any) -> str | None:
    if row["channel"] != "telegram":
        return str(row["person"])
    chat = tx.sql.execute(sa.select(t.person.c.telegram).where(t.person.c.id == row["person"])).scalar()
    return None if chat is None else str(chat)


def _lease(
    tx: Tx,
    context: Context,
    key: bytes,
    row: Any,
    incident: Incident | None,
    address: str,
    at: Moment,
    claimed: list[Claimed],
) -> None:
    text, buttons = letter(tx, context, key, row, incident, at)
    tx.sql.execute(
        t.outbox.update()
        .where(t.outbox.c.id == row["id"])
        .values(
            state=NoticeState.LEASED,
            lease_until=at.now + LEASE,
            attempts=row["attempts"] + 1,
            text=text,
        )
    )
    tx.sql.execute(t.attempt.insert().values(notice=row["id"], n=row["attempts"] + 1, started=at.now))
    replaces = None
    if row["edits"] is not None:
        replaces = tx.sql.execute(sa.select(t.outbox.c.message_ref).where(t.outbox.c.id == row["edits"])).scalar()
    message = Message(row["id"], address, text, buttons, replaces)
    claimed.append(
        Claimed(message, Priority(row["priority"]), row["attempts"], row["uncertain"] > 0, LEASE.total_seconds())
    )


def report(tx: Tx, context: Context, notice: int, outcome: Outcome, at: Moment, jitter: float) -> None:
    """Commit what an attempt came to, with its journal row; the same outcome twice does no harm."""
    row = tx.sql.execute(sa.select(t.outbox).where(t.outbox.c.id == notice)).mappings().first()
    if row is None:
        return
    # A lease that ran out while the report waited made the row pending again: that it was accepted still counts.
    late = row["state"] == NoticeState.PENDING and outcome.delivery is Delivery.ACCEPTED
    if row["state"] != NoticeState.LEASED and not late:
        return
    _end_attempt(tx, notice, row["attempts"], outcome, at)
    match outcome.delivery:
        case Delivery.ACCEPTED:
            _accept(tx, row, outcome, at)
        case Delivery.PERMANENT:
            _bury(tx, context, row, outcome, at)
        case Delivery.NOT_SENT | Delivery.UNCERTAIN:
            _postpone(tx, row, outcome, at, jitter)


def give_back(tx: Tx, notice: int, retry_in: timedelta, at: Moment) -> None:
    """Make a leased row pending again as if it had not been claimed."""
    row = tx.sql.execute(sa.select(t.outbox).where(t.outbox.c.id == notice)).mappings().first()
    if row is None or row["state"] != NoticeState.LEASED:
        return
    tx.sql.execute(t.attempt.delete().where(t.attempt.c.notice == notice, t.attempt.c.n == row["attempts"]))
    tx.sql.execute(
        t.outbox.update()
        .where(t.outbox.c.id == notice)
        .values(state=NoticeState.PENDING, attempts=row["attempts"] - 1, lease_until=None, not_before=at.now + retry_in)
    )


def seconds_to_next(tx: Tx, channel: str, at: Moment) -> float | None:
    """Return the seconds until a row of that channel may be claimed (0 when one may be now), leases that run out
    included; None when there is none."""
    mine = t.outbox.c.channel == channel
    pending = sa.select(sa.func.min(t.outbox.c.not_before)).where(mine, t.outbox.c.state == NoticeState.PENDING)
    leased = sa.select(sa.func.min(t.outbox.c.lease_until)).where(mine, t.outbox.c.state == NoticeState.LEASED)
    instants = [i for i in (tx.sql.execute(pending).scalar(), tx.sql.execute(leased).scalar()) if i is not None]
    return max(0.0, (min(instants) - at.now).total_seconds()) if instants else None


def _accept(tx: Tx, row: Any, outcome: Outcome, at: Moment) -> None:
    accepted = outcome.accepted_at or at.now
    tx.sql.execute(
        t.outbox.update()
        .where(t.outbox.c.id == row["id"])
        .values(
            state=NoticeState.SENT,
            accepted_at=accepted,
            message_ref=outcome.message_ref or row["message_ref"],
            lease_until=None,
            last_cause=outcome.cause,
        )
    )
    if Event(row["event"]) not in (Event.TAKEN_EDIT, Event.RESTORED_EDIT):
        tx.append([_fact(FactKind.NOTICE_ACCEPTED, row, outcome, accepted)], at)


def _postpone(tx: Tx, row: Any, outcome: Outcome, at: Moment, jitter: float) -> None:
    uncertain = outcome.delivery is Delivery.UNCERTAIN
    wait = outcome.retry_in or retry_delay(row["attempts"], jitter)
    incident = tx.incident(row["incident"]) if row["incident"] is not None else None
    if (incident is None or not incident.running) and at.now - row["created_at"] > GIVE_UP_AFTER:
        _mark_dead(tx, row, outcome, at)
        return
    tx.sql.execute(
        t.outbox.update()
        .where(t.outbox.c.id == row["id"])
        .values(
            state=NoticeState.PENDING,
            uncertain=row["uncertain"] + (1 if uncertain else 0),
            not_before=at.now + wait,
            lease_until=None,
            last_cause=outcome.cause,
        )
    )
    if outcome.address is not None and CHAT.fullmatch(outcome.address):
        tx.sql.execute(t.person.update().where(t.person.c.id == row["person"]).values(telegram=int(outcome.address)))
    if uncertain:
        tx.append([_fact(FactKind.NOTICE_UNCERTAIN, row, outcome)], at)
    elif row["last_cause"] != outcome.cause:
        # A failure that goes on as before is counted in delivery_attempt; the journal keeps edges.
        tx.append([_fact(FactKind.NOTICE_FAILED, row, outcome)], at)
    if row["attempts"] >= ADD_CHANNEL_FAILURES or at.now - row["created_at"] >= ADD_CHANNEL_AFTER:
        _add_channel(tx, row, at)


def _add_channel(tx: Tx, row: Any, at: Moment) -> bool:
    """Tell the same by the person's next channel as well; the first one is still tried."""
    if not row["fallback"]:
        return False
    added = tx.queue(_copy(row, channel=row["fallback"][0], fallback=tuple(row["fallback"][1:])), at.now)
    if added:
        refs = _refs(row) | {"added": row["fallback"][0]}
        tx.append([Fact(FactKind.CHANNEL_ADDED, row["incident"], None, refs=refs)], at)
    return added


def _bury(tx: Tx, context: Context, row: Any, outcome: Outcome, at: Moment) -> None:
    """A person who cannot be reached this way.

    The next channel, the first stand-in, and the administrators, at once.
    """
    _mark_dead(tx, row, outcome, at)
    event = Event(row["event"])
    if event in (Event.TAKEN_EDIT, Event.RESTORED_EDIT, Event.CHANNEL_BROKEN):
        return
    _add_channel(tx, row, at)
    people = tx.people()
    person = people.get(row["person"])
    if event in (Event.STEP, Event.APPROVAL) and person is not None:
        for name in person.stand_ins:
            stand_in = people.get(name)
            if stand_in is not None and (row["channel"] != "telegram" or stand_in.telegram is not None):
                tx.queue(_copy(row, person=name), at.now)
                break
    for administrator in context.settings.administrators:
        told = people.get(administrator)
        if told is None or administrator == row["person"]:
            continue
        channel = row["channel"] if told.telegram is not None or row["channel"] != "telegram" else "log"
        tx.queue(
            Notice(
                None,
                Event.CHANNEL_BROKEN,
                administrator,
                channel,
                Priority.FOLLOW_UP,
                subject=f"{row['person']}@{at.now.date()}",
            ),
            at.now,
        )


def _mark_dead(tx: Tx, row: Any, outcome: Outcome, at: Moment) -> None:
    dead = {"state": NoticeState.DEAD, "lease_until": None, "last_cause": outcome.cause}
    tx.sql.execute(t.outbox.update().where(t.outbox.c.id == row["id"]).values(dead))
    tx.append([_fact(FactKind.NOTICE_DEAD, row, outcome)], at)


def _copy(
    row: Any, *, person: str | None = None, channel: str | None = None, fallback: Sequence[str] | None = None
) -> Notice:
    return Notice(
        incident=row["incident"],
        event=Event(row["event"]),
        person=person or row["person"],
        channel=channel or row["channel"],
        priority=Priority(row["priority"]),
        step=row["step"],
        organisation=row["organisation"],
        skipped=tuple(row["skipped"]),
        late=None if row["late"] is None else timedelta(seconds=row["late"]),
        round=row["round"],
        fallback=tuple(row["fallback"] if fallback is None else fallback),
        subject=row["subject"],
    )


def _end_attempt(tx: Tx, notice: int, n: int, outcome: Outcome, at: Moment) -> None:
    ended = {"ended": at.now, "delivery": outcome.delivery, "cause": outcome.cause, "detail": outcome.detail}
    tx.sql.execute(t.attempt.update().where(t.attempt.c.notice == notice, t.attempt.c.n == n).values(ended))


def _refs(row: Any) -> dict[str, Any]:
    return {
        "notice": row["id"],
        "event": row["event"],
        "step": row["step"],
        "person": row["person"],
        "organisation": row["organisation"],
        "channel": row["channel"],
        "attempts": row["attempts"],
        "uncertain": row["uncertain"],
    }


def _fact(kind: FactKind, row: Any, outcome: Outcome, accepted: datetime | None = None) -> Fact:
    refs = _refs(row) | {"cause": outcome.cause}
    private = {"detail": outcome.detail} if outcome.detail else {}
    if outcome.delivery is Delivery.ACCEPTED:
        refs |= {"message": outcome.message_ref, "accepted": stamp(accepted) if accepted else None}
        private |= {"text": row["text"] or ""}
    return Fact(kind, row["incident"], None, refs=refs, private=private or None)
