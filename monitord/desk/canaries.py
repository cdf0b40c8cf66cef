"""Canaries: messages that go the whole way of a real one and come back by what the same channel hears.

They are rows of the outbox like any other, the last to leave. Of those gone before no row is kept, and none of the
journal; that a channel does not work, or works again, is one.
"""

import base64
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from monitord.desk import channels
from monitord.desk.context import Context
from monitord.domain import canary
from monitord.domain.canary import MARK, Canary, Happened
from monitord.domain.notice import Delivery, Event, Notice, NoticeState, Outcome, Priority
from monitord.domain.update import Heard
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx

TOKEN = 8


class CanaryRefused(ValueError):
    """No canary can be sent; the text says what to do instead."""


def keep(tx: Tx, context: Context, at: Moment, polled: datetime | None) -> float | None:
    """Send the canaries that are due and count those that did not come back; return the seconds until the next is to
    be looked at, None where there are none. `polled` is when Telegram's updates were heard last."""
    waits = []
    for channel, route in context.settings.canaries.items():
        state = state_of(tx, channel)
        heard = not route.pressed and state.accepted_at is not None and polled is not None
        if state.out and heard and state.accepted_at < polled <= at.now:  # type: ignore[operator]
            state = _back(tx, context, state, at)
        if canary.is_late(state, route, at.now):
            state = canary.after(state, Happened.LATE, at.now)
            _write(tx, state)
            if canary.is_missing(state):
                channels.lose(tx, context, channel, state.asked_at or at.now, at)
        if not state.out and canary.due_at(state, route, at.now) <= at.now:
            state = ask(tx, state, at)
        ends = canary.late_at(state, route) or canary.due_at(state, route, at.now)
        waits.append(max(0.0, (ends - at.now).total_seconds()))
    return min(waits, default=None)


def ask(tx: Tx, state: Canary, at: Moment) -> Canary:
    """Owe a channel a canary, in the place of any that is still out, and return its state."""
    token = base64.b32encode(sha256(tx.token(TOKEN).encode()).digest())[:TOKEN].decode()
    state = canary.asked(state, token, at.now)
    # Before the old rows go: the number of a row that is gone must not be given again.
    tx.queue(Notice(None, Event.CANARY, "", state.channel, Priority.CANARY, subject=token), at.now)
    kept = (NoticeState.SENT, NoticeState.LEASED)
    forget(tx, Event.CANARY, state.channel, t.outbox.c.subject != token, t.outbox.c.state.not_in(kept))
    _write(tx, state)
    return state


def now(tx: Tx, context: Context, channel: str, at: Moment) -> str:
    """Owe a channel a canary that somebody asks for, and return its token."""
    if channel not in context.settings.canaries:
        named = ", ".join(context.settings.canaries) or "no channel at all"
        raise CanaryRefused(f"channel {channel!r} has no `canary` in the settings: {named} has")
    return ask(tx, state_of(tx, channel), at).token


def resume(tx: Tx, context: Context, at: Moment) -> None:
    """After a start, or a step of the clock, let what is out have its whole time again: a downtime is no miss. What the
    settings have no canary for any more is not watched by one."""
    c = t.canary.c
    for row in tx.sql.execute(sa.select(t.canary).order_by(c.channel)).mappings().all():
        state = _from(row)
        if state.channel in context.settings.canaries:
            _write(tx, canary.after(state, Happened.RESUMED, at.now))
        else:
            tx.sql.execute(t.canary.delete().where(c.channel == state.channel))
            channels.find_again(tx, context, state.channel, at)


def reported(tx: Tx, row: Any, outcome: Outcome, at: Moment) -> None:
    """Take note of what an attempt to send one came to."""
    if outcome.delivery is Delivery.ACCEPTED:  # also of one that was pressed before its attempt was over
        gone = (t.outbox.c.id < row["id"], t.outbox.c.state != NoticeState.LEASED)
        forget(tx, Event.CANARY, row["channel"], *gone)
    state = state_of(tx, row["channel"])
    if row["subject"] != state.token:
        return
    if outcome.delivery is Delivery.ACCEPTED:
        _write(tx, canary.after(state, Happened.ACCEPTED, at.now))
        tx.armed_count += 1  # what is waited for has changed
    elif outcome.delivery is Delivery.PERMANENT:
        _write(tx, canary.after(state, Happened.REFUSED, at.now))


def heard(tx: Tx, context: Context, said: Heard, at: Moment) -> bool:
    """Return whether a text that came in is a canary, and take note of it when it is the last one."""
    route = context.settings.canaries.get(said.channel)
    if route is None or said.sender != route.to or MARK not in said.text:
        return False
    state = state_of(tx, said.channel)
    if state.token and state.token in said.text:
        _back(tx, context, state, at)
    return True


def pressed(tx: Tx, context: Context, notice: Any, user: int, at: Moment) -> bool:
    """Return whether an account may press the button of a canary, and take note of it when it is the last one's."""
    route = context.settings.canaries.get(notice["channel"])
    if route is None or user not in route.accounts:
        return False
    state = state_of(tx, notice["channel"])
    if state.token == notice["subject"]:
        _back(tx, context, state, at)
    return True


def person_heard(tx: Tx, context: Context, channel: str, at: Moment) -> None:
    """Take note that a person of ours was heard by a channel: what people answer to has arrived, perhaps. The next
    canary leaves at once."""
    if channel not in context.settings.canaries:
        return
    state = state_of(tx, channel)
    if state.missed:
        _write(tx, canary.after(state, Happened.HEARD, at.now))
        channels.find_again(tx, context, channel, at)


def reason_gone(tx: Tx, row: Any) -> str | None:
    """Return why a canary need not be sent any more: another has left since, or its time is over."""
    state = state_of(tx, row["channel"])
    return None if state.out and state.token == row["subject"] else "over"


def cleared(tx: Tx, row: Any) -> tuple[str, ...]:
    """Return the messages of earlier canaries that one takes the place of."""
    o = t.outbox.c
    gone = sa.select(o.message_ref).where(
        o.event == Event.CANARY, o.channel == row["channel"], o.id < row["id"], o.message_ref.is_not(None)
    )
    return tuple(tx.sql.execute(gone.order_by(o.id.desc()).limit(3)).scalars())


def state_of(tx: Tx, channel: str) -> Canary:
    """Return what is known of a channel's canaries."""
    row = tx.sql.execute(sa.select(t.canary).where(t.canary.c.channel == channel)).mappings().first()
    return Canary(channel) if row is None else _from(row)


def _from(row: Any) -> Canary:
    return Canary(**{**row, "took": None if row["took"] is None else timedelta(seconds=row["took"])})


def _back(tx: Tx, context: Context, state: Canary, at: Moment) -> Canary:
    back = canary.after(state, Happened.BACK, at.now)
    if back != state:
        _write(tx, back)
        channels.find_again(tx, context, state.channel, at)
        tx.armed_count += 1
    return back


def forget(tx: Tx, event: Event, channel: str, *which: sa.ColumnElement[bool]) -> None:
    """Delete rows of the outbox that go to no person, and what hangs on them."""
    o = t.outbox.c
    gone = list(tx.sql.execute(sa.select(o.id).where(o.event == event, o.channel == channel, *which)).scalars())
    for table in (t.button, t.attempt):
        tx.sql.execute(table.delete().where(table.c.notice.in_(gone)))
    tx.sql.execute(t.outbox.delete().where(o.id.in_(gone)))


def _write(tx: Tx, state: Canary) -> None:
    values = {
        "token": state.token,
        "asked_at": state.asked_at,
        "waits_from": state.waits_from,
        "accepted_at": state.accepted_at,
        "back_at": state.back_at,
        "took": None if state.took is None else state.took.total_seconds(),
        "missed": state.missed,
    }
    done = tx.sql.execute(t.canary.update().where(t.canary.c.channel == state.channel).values(values))
    if done.rowcount == 0:
        tx.sql.execute(t.canary.insert().values(channel=state.channel, **values))
