"""Claiming outbox rows inside the writer's transaction: under a lease, with a second look at the reason."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from hashlib import sha256
from itertools import islice
from typing import Any

import sqlalchemy as sa
import structlog

from monitord.desk import canaries, channels, digests, drawing
from monitord.desk.binding import account_of
from monitord.desk.changeover import AHEAD, ASKED_FOR, is_silent
from monitord.desk.context import Context
from monitord.desk.deadlines import TOLD_FOR
from monitord.desk.editing import edited_message
from monitord.desk.leases import LEASE, notice_fact, notice_refs, void_expired_leases
from monitord.desk.letters import letter
from monitord.desk.listing import attachment
from monitord.desk.reasons import reason_gone
from monitord.desk.reporting import ADD_CHANNEL_AFTER, TEST_FOR, add_channel, bury
from monitord.domain.binding import HOLDS
from monitord.domain.incident import Incident
from monitord.domain.journal import Fact, FactKind, stamp
from monitord.domain.notice import (
    EDITABLE,
    UNWRITTEN,
    Claimed,
    Delivery,
    DeliveryCause,
    Event,
    Message,
    NoticeState,
    Outcome,
    Priority,
)
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx
from monitord.texts.story import Pressed, PressResult

log = structlog.get_logger("desk")
FRESH = timedelta(seconds=60)
"""Rows younger than this leave at once after a start; older ones wait for a fresh look at their target."""
WORTH_A_DAY = timedelta(days=1)
WORTH: dict[str, timedelta] = {
    Event.TEST: TEST_FOR,
    Event.CONTACT_CODE: HOLDS,
    Event.SHIFT_ASK: AHEAD + ASKED_FOR,
    Event.HANDOVER: AHEAD + ASKED_FOR,
    Event.DEADLINE: TOLD_FOR,
    Event.GAPS_AHEAD: WORTH_A_DAY,
}
"""How long what nobody waits for later is told."""
LOOKED_AT = 20_000
"""Rows among which those are sought that wait for no look."""
EDIT_AGAIN = timedelta(seconds=2)
"""After how long an edit is tried again whose message is still under way."""


def claim(
    tx: Tx, context: Context, key: bytes, channel: str, limit: int, at: Moment, waiting: frozenset[str]
) -> list[Claimed]:
    """Lease at most `limit` due rows of a channel, most urgent first, and return them rendered.

    A row whose reason is gone (the incident is taken or over) is superseded with a journal row instead. Old rows about
    targets in `waiting` stay
    where they are until the target has been looked at again.
    """
    void_expired_leases(tx, channel, at)
    claimed: list[Claimed] = []
    fails = channel in channels.failing(tx)
    together = digests.gathered(tx, context, channel, at, waiting, FRESH)
    gone: set[int] = set()
    for row in _due(tx, channel, limit * 4, at, waiting):
        if len(claimed) >= limit:
            break
        if row["id"] in gone:
            continue
        incident = tx.incident(row["incident"]) if row["incident"] is not None else None
        if incident is not None and incident.target in waiting and at.now - row["created_at"] > FRESH:
            continue
        if _message_under_way(tx, row):
            later = {"not_before": at.now + EDIT_AGAIN}
            tx.sql.execute(t.outbox.update().where(t.outbox.c.id == row["id"]).values(later))
            continue
        stale = at.now - row["created_at"] > WORTH.get(row["event"], timedelta.max)
        reason = "too late" if stale else reason_gone(tx, row, incident)
        if reason is not None:
            _supersede(tx, row, reason, at)
            continue
        address = _address(tx, context, row)
        if address is None:
            bury(tx, context, row, Outcome(Delivery.PERMANENT, DeliveryCause.NO_ADDRESS), at)
            continue
        many = together.get(row["id"])
        for one in (row,) if many is None else many.rows:
            # Nobody waits for a failure that is known already, nor for a daemon that dies before it looks around.
            if one["fallback"] and (fails or _tried_for_long(one, at)):
                add_channel(tx, one, at)
        if many is not None:
            with_it = {one["id"] for one in many.rows}
            error = tx.isolated(partial(_lease_digest, tx, context, key, many, address, at, claimed))
            if error is None:
                gone |= with_it
                continue
            log.error("digest.failed", notice=row["id"], error=repr(error))
            together = {number: one for number, one in together.items() if number not in with_it}
        error = tx.isolated(partial(_lease, tx, context, key, row, incident, address, at, claimed))
        if error is not None:
            _set_aside(tx, row, error, at)
    return claimed


def _due(tx: Tx, channel: str, most: int, at: Moment, waiting: frozenset[str]) -> Iterator[Any]:
    """Yield the due rows of a channel, the most urgent first; where those that wait for a look may hide others, those
    behind them as well."""
    o = t.outbox.c
    is_due = sa.and_(o.state == NoticeState.PENDING, o.channel == channel, o.not_before <= at.now)
    due = sa.select(t.outbox).where(is_due).order_by(o.priority, o.id).limit(most)
    first = tx.sql.execute(due).mappings().all()
    yield from first
    if waiting and len(first) == most:
        seen, old = {row["id"] for row in first}, at.now - FRESH
        known = sa.select(o.id, t.incident.c.target, o.created_at).join_from(t.outbox, t.incident, isouter=True)
        every = tx.sql.execute(known.where(is_due).order_by(o.priority, o.id).limit(LOOKED_AT)).all()
        free = (row.id for row in every if row.target not in waiting or row.created_at >= old)
        ids = list(islice((number for number in free if number not in seen), most))
        yield from tx.sql.execute(due.where(o.id.in_(ids))).mappings().all()


def _tried_for_long(row: Any, at: Moment) -> bool:
    return bool(row["attempts"]) and at.now - row["created_at"] >= ADD_CHANNEL_AFTER and row["event"] != Event.REMINDER


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
        tx.append([notice_fact(FactKind.NOTICE_FAILED, row, outcome)], at)


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


def _supersede(tx: Tx, row: Any, reason: str, at: Moment) -> None:
    tx.sql.execute(t.outbox.update().where(t.outbox.c.id == row["id"]).values(state=NoticeState.SUPERSEDED))
    if row["event"] not in UNWRITTEN:
        refs = notice_refs(row) | {"reason": reason}
        tx.append([Fact(FactKind.NOTICE_SUPERSEDED, row["incident"], None, refs=refs)], at)


def _address(tx: Tx, context: Context, row: Any) -> str | None:
    if row["event"] == Event.CANARY:
        route = context.settings.canaries.get(row["channel"])
        return None if route is None else route.to
    if row["event"] == Event.BALANCE:
        account = context.settings.accounts.get(row["channel"])
        return None if account is None else account.to
    if row["event"] in (Event.BOUND, Event.UNBOUND):
        return account_of(row)
    person = tx.people().get(row["person"])
    return None if person is None else person.address(row["channel"])


def _instead(context: Context, row: Any, incident: Incident | None) -> str:
    """Return what is said where a picture that somebody asked for cannot be drawn."""
    if incident is None or row["event"] != Event.PICTURE or drawing.is_by_itself(row):
        return ""
    return context.words.press(Pressed(PressResult.NOT_DRAWN, incident.code))


def _once(row: Any) -> str:
    """Return a name for a row that no other row has, of this database or of one that was begun anew."""
    return sha256(f"{row['id']}|{row['key']}|{stamp(row['created_at'])}".encode()).hexdigest()[:24]


def _first_message(tx: Tx, row: Any) -> str:
    """Return what the channel calls its reader's first message about the same incident; empty where there is none."""
    if row["incident"] is None or row["channel"] not in EDITABLE:
        return ""
    o = t.outbox.c
    of_it = sa.and_(o.incident == row["incident"], o.person == row["person"], o.channel == row["channel"])
    first = sa.and_(of_it, o.id != row["id"], o.edits.is_(None), o.event != Event.PICTURE)
    sent = sa.and_(first, o.state == NoticeState.SENT, o.message_ref.is_not(None))
    return tx.sql.execute(sa.select(o.message_ref).where(sent).order_by(o.id).limit(1)).scalar() or ""


def _hold(tx: Tx, context: Context, row: Any, text: str, bundle: str | None, at: Moment) -> timedelta:
    """Lease a row, with what its reader is to get, and return for how long."""
    own = context.settings.channels.get(row["channel"])
    lease = LEASE if own is None else timedelta(seconds=own.lease)
    held = {
        "state": NoticeState.LEASED,
        "lease_until": at.now + lease,
        "attempts": row["attempts"] + 1,
        "text": text,
        "bundle": bundle,
    }
    tx.sql.execute(t.outbox.update().where(t.outbox.c.id == row["id"]).values(held))
    tx.sql.execute(t.attempt.insert().values(notice=row["id"], n=row["attempts"] + 1, started=at.now))
    return lease


def _lease_digest(
    tx: Tx, context: Context, key: bytes, many: digests.Together, address: str, at: Moment, claimed: list[Claimed]
) -> None:
    """Lease rows that go as one message, under the first of them; it leaves after what asks by itself."""
    text, buttons = digests.written(tx, context, key, many, at)
    first = many.rows[0]
    bundle = f"{first['id']}.{first['attempts'] + 1}"
    (lease,) = {_hold(tx, context, row, text, bundle, at) for row in many.rows}
    also = tuple(row["id"] for row in many.rows[1:])
    message = Message(first["id"], address, text, buttons, once=_once(first), also=also)
    uncertain = any(row["uncertain"] for row in many.rows)
    claimed.append(Claimed(message, Priority.FOLLOW_UP, first["attempts"], uncertain, lease.total_seconds()))


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
    made = letter(tx, context, key, row, incident, at)
    lease = _hold(tx, context, row, made.text, None, at)
    replaces = None
    if row["edits"] is not None:
        replaces = edited_message(tx, row)
    code = "" if incident is None else incident.code
    message = Message(
        row["id"],
        address,
        made.text,
        made.buttons,
        replaces,
        attachment(row, incident, at) or drawing.attachment(row, incident, at),
        code=code,
        once=_once(row),
        keys=made.keys,
        follows=_first_message(tx, row) if replaces is None else "",
        instead=_instead(context, row, incident),
        quiet=row["event"] in (Event.PICTURE, Event.CANARY) or is_silent(row["subject"]),
        canary=row["subject"] if row["event"] == Event.CANARY else "",
        clears=canaries.cleared(tx, row) if row["event"] == Event.CANARY else (),
    )
    claimed.append(
        Claimed(message, Priority(row["priority"]), row["attempts"], row["uncertain"] > 0, lease.total_seconds())
    )
