"""Channels watched by what becomes of every attempt: a row and a word to the administrators when one stops working, or
works again; what is owed by one that does not goes by the next at once.
"""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitord.desk.context import Context
from monitord.domain.channel import ChannelState, Turn, after, found, lost
from monitord.domain.journal import Fact, FactKind, stamp
from monitord.domain.notice import DeliveryCause, Event, Notice, Outcome, Priority
from monitord.domain.people import IMPERSONAL
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx

WRITTEN = timedelta(seconds=15)
"""A channel that works on is written down this often at most."""
CONFLICT_TOLD = timedelta(hours=1)
"""How often it is told that somebody else uses our token."""
FAILS_TOLD = timedelta(minutes=30)
"""How often it is told that a channel fails: one that comes and goes is a line of the journal each time, and one that
stays dead is told then."""
_CONFLICT, _FAILS, _OPEN = "conflict_told", "fails_told:", "fails_since:"
"""Keys of `meta`: when it was told that somebody else uses our token, when that a channel fails, and the beginning of
the failure that was told last."""


def heed(
    tx: Tx, context: Context, channel: str, outcome: Outcome, at: Moment, *, to: str = "", probe: bool = False
) -> None:
    """Take note of what an attempt to tell the person `to` by a channel, or a probe of it, came to."""
    before = state_of(tx, channel)
    state, turn = after(before, outcome, at.now, to=to, probe=probe)
    fresh = before.heard_at is not None and timedelta(0) <= at.now - before.heard_at < WRITTEN
    if state == before or (turn is None and state.failures == before.failures == 0 and fresh):
        return
    _write(tx, state)
    if turn is not None or not state.works:
        _turned(tx, context, before, state, turn, at)


def lose(tx: Tx, context: Context, channel: str, since: datetime, at: Moment) -> None:
    """Take note that what a channel accepts does not arrive: its canaries do not come back."""
    before = state_of(tx, channel)
    state, turn = lost(before, since)
    if turn is not None:
        _write(tx, state)
        _turned(tx, context, before, state, turn, at)


def find_again(tx: Tx, context: Context, channel: str, at: Moment) -> None:
    """Take note that a canary came back, or that a person was heard by a channel."""
    before = state_of(tx, channel)
    state, turn = found(before, at.now)
    if turn is not None:
        _write(tx, state)
        _turned(tx, context, before, state, turn, at)


def _turned(tx: Tx, context: Context, before: ChannelState, state: ChannelState, turn: Turn | None, at: Moment) -> None:
    """Write down that a channel stopped working, or works again, and tell whom it concerns."""
    channel = state.channel
    begun = before.since if turn is Turn.WORKS else state.since
    cause = before.cause if turn is Turn.WORKS else state.cause
    if turn is not None:
        refs: dict[str, object] = {"channel": channel, "cause": cause}
        if begun is not None:
            refs["since"] = stamp(begun)
        kind = FactKind.CHANNEL_FAILS if turn is Turn.FAILS else FactKind.CHANNEL_WORKS
        tx.append([Fact(kind, refs=refs)], at)
    heard = tx.get(_OPEN + channel) == stamp(begun or at.now)
    subject = f"{turn or Turn.FAILS}@{channel}@{stamp(begun or at.now)}@{cause}"
    if turn is Turn.WORKS:
        if heard:
            tell_administrators(tx, context, subject, channel, at)  # whoever heard that it fails
    elif not heard and not _told_lately(tx, _FAILS + channel, FAILS_TOLD, at):
        # At its turn, or later: what failed again soon after its return may stay dead.
        tx.put(_FAILS + channel, stamp(at.now))
        tx.put(_OPEN + channel, stamp(begun or at.now))
        tell_administrators(tx, context, subject, channel, at)


def conflict(tx: Tx, context: Context, channel: str, seconds: float, at: Moment) -> None:
    """Note that somebody else reads what comes in by our token: it may be stolen, or run twice."""
    tx.append([Fact(FactKind.CHANNEL_CONFLICT, refs={"channel": channel, "seconds": round(seconds, 1)})], at)
    if _told_lately(tx, _CONFLICT, CONFLICT_TOLD, at):
        return
    tx.put(_CONFLICT, stamp(at.now))
    begun = at.now - timedelta(seconds=seconds)
    tell_administrators(tx, context, f"conflict@{channel}@{stamp(begun)}@{DeliveryCause.FINE}", channel, at)


def _told_lately(tx: Tx, key: str, within: timedelta, at: Moment) -> bool:
    last = tx.get(key)
    return last is not None and stamp(at.now - within) < last <= stamp(at.now)


def failing(tx: Tx) -> frozenset[str]:
    """Return the channels that do not work now."""
    c = t.channel_state.c
    return frozenset(tx.sql.execute(sa.select(c.channel).where(~c.works)).scalars())


def state_of(tx: Tx, channel: str) -> ChannelState:
    """Return what is known of a channel."""
    row = tx.sql.execute(sa.select(t.channel_state).where(t.channel_state.c.channel == channel)).mappings().first()
    return ChannelState(channel) if row is None else state_from(row)


def state_from(row: Any) -> ChannelState:
    """Return a row as a value."""
    return ChannelState(**{**row, "cause": DeliveryCause(row["cause"])})


def _write(tx: Tx, state: ChannelState) -> None:
    c = t.channel_state.c
    values = {
        "works": state.works,
        "since": state.since,
        "failures": state.failures,
        "failing_from": state.failing_from,
        "cause": state.cause,
        "to": state.to,
        "tried_at": state.tried_at,
        "told_at": state.told_at,
        "heard_at": state.heard_at,
        "lost": state.lost,
    }
    done = tx.sql.execute(t.channel_state.update().where(c.channel == state.channel).values(values))
    if done.rowcount == 0:
        tx.sql.execute(t.channel_state.insert().values(channel=state.channel, **values))


def tell_administrators(tx: Tx, context: Context, subject: str, channel: str, at: Moment) -> None:
    """Owe the administrators a word, by another channel than the one it is about where there is one."""
    people = tx.people()
    for name in context.settings.administrators:
        person = people.get(name)
        ways = () if person is None else person.ways(context.settings.ways)
        ways = tuple(sorted(ways, key=lambda way: (way in IMPERSONAL, way == channel)))
        if ways:
            notice = Notice(
                None, Event.CHANNEL_STATE, name, ways[0], Priority.ESCALATION, fallback=ways[1:], subject=subject
            )
            tx.queue(notice, at.now)
