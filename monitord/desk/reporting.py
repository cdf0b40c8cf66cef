"""What an attempt to deliver came to, in the writer's transaction: sent, tried again, or given up for another way."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from monitord.desk import canaries, channels, groups
from monitord.desk.binding import accounts
from monitord.desk.context import Context
from monitord.desk.drawing import follow
from monitord.desk.leases import end_attempt, notice_fact, notice_refs, sent_as_one
from monitord.desk.reasons import reason_gone
from monitord.domain.dutybook import GRAVEST
from monitord.domain.group import MARK, is_group
from monitord.domain.journal import Fact, FactKind
from monitord.domain.notice import (
    BUTTONED,
    CALLS,
    EDITS,
    SYSTEM,
    UNWRITTEN,
    Delivery,
    DeliveryCause,
    Event,
    Notice,
    NoticeState,
    Outcome,
    Priority,
    retry_delay,
)
from monitord.domain.people import IMPERSONAL
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx

CHAT = re.compile(r"-?[0-9]{1,18}", re.ASCII)
ADD_CHANNEL_AFTER = timedelta(seconds=60)
ADD_CHANNEL_FAILURES = 3
"""After so long, or so many failures, the same is told by the next channel as well."""
ASKS_HIM_ALONE = frozenset(
    {Event.APPROVAL, Event.CALL_OUT, Event.HANDED, Event.SENT_BACK, Event.URGED, Event.BULLETIN_ASK}
)
GIVE_UP_AFTER = timedelta(hours=6)
"""How long a notice of an incident that is over is tried; those of a running incident are tried without end."""
GIVE_UP_TRIES = 100
"""... and how often at least: a clock that was set forward, or a long downtime, makes no notice old."""

CALL_AGAIN = timedelta(minutes=10)
"""The longest pause between two calls that nobody answered; the first is what the channel says."""
TEST_FOR = timedelta(minutes=10)
"""How long a message that tries a channel is tried."""
LONGEST_REF = 64
"""Characters kept of what the other side calls a message; an edit needs all of it, and Telegram's is short."""
LIST_TRIES = 10
"""How often a list or a picture is tried."""
MADE = (Event.STORM_LIST, Event.PICTURE)
"""What is made for one person when it is sent, and can be asked for again."""

_LET_GO = (NoticeState.PENDING, NoticeState.SUPERSEDED)


def report(tx: Tx, context: Context, notice: int, outcome: Outcome, at: Moment, jitter: float) -> None:
    """Commit what an attempt came to, with its journal row; the same outcome twice does no harm."""
    rows = sent_as_one(tx, notice)
    for row in rows:
        _report(tx, context, row, outcome, at, jitter, heeded=row["id"] != rows[0]["id"])


def _report(tx: Tx, context: Context, row: Any, outcome: Outcome, at: Moment, jitter: float, *, heeded: bool) -> None:
    # A lease that ran out while the report waited let the row go: that the channel accepted it still counts.
    late = row["state"] in _LET_GO and outcome.delivery is Delivery.ACCEPTED
    if row["state"] != NoticeState.LEASED and not late:
        return
    if outcome.message_ref is not None:
        outcome = replace(outcome, message_ref=outcome.message_ref[:LONGEST_REF])
    end_attempt(tx, row["id"], row["attempts"], outcome, at)
    if not heeded and row["event"] not in MADE:  # what cannot be made says nothing about its channel
        # What goes to no person has an address of its own all the same.
        channels.heed(tx, context, row["channel"], outcome, at, to=row["person"] or row["event"])
    if row["event"] == Event.CANARY:
        canaries.reported(tx, row, outcome, at)
    match outcome.delivery:
        case Delivery.ACCEPTED:
            _accept(tx, row, outcome, at)
            _look_for_an_answer(tx, context, row, at)
            follow(tx, context, row, at)
        case Delivery.PERMANENT:
            bury(tx, context, row, outcome, at)
        case Delivery.NOT_SENT | Delivery.UNCERTAIN:
            _postpone(tx, context, row, outcome, at, jitter)


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
    if row["event"] not in UNWRITTEN:
        tx.append([notice_fact(FactKind.NOTICE_ACCEPTED, row, outcome, accepted)], at)


def _look_for_an_answer(tx: Tx, context: Context, row: Any, at: Moment) -> None:
    """Who got it where he cannot answer is told by his next channel as well: at the last step, where nobody is left to
    be told next, and wherever he alone is asked."""
    incident = tx.incident(row["incident"]) if row["incident"] is not None else None
    if not row["fallback"] or _can_answer(context, row):
        return
    steps = 0 if incident is None or row["event"] != Event.STEP else len(incident.policy.steps)
    last = steps > 0 and (row["step"] or 0) >= steps - 1
    if (last or row["event"] in ASKS_HIM_ALONE) and reason_gone(tx, row, incident) is None:
        add_channel(tx, row, at)


def _can_answer(context: Context, row: Any) -> bool:
    """Return whether who got it can answer it there, or could nowhere else: a bulletin has no number that could be
    typed, it is approved at a touch."""
    if row["event"] != Event.BULLETIN_ASK:
        return context.settings.answers(row["channel"])
    touched = BUTTONED - IMPERSONAL
    return row["channel"] in touched or not touched.intersection(row["fallback"])


def _postpone(tx: Tx, context: Context, row: Any, outcome: Outcome, at: Moment, jitter: float) -> None:
    uncertain = outcome.delivery is Delivery.UNCERTAIN
    wait = outcome.retry_in or retry_delay(row["attempts"], jitter)
    if outcome.cause is DeliveryCause.NO_ANSWER:  # a telephone that rings all night helps nobody
        wait = min(CALL_AGAIN, wait * 2 ** min(10, row["attempts"] - 1))
    incident = tx.incident(row["incident"]) if row["incident"] is not None else None
    # A bulletin is tried as long as it is wanted: whoever approved it was told that it goes.
    over = (incident is None or not incident.running) and row["event"] not in (Event.BULLETIN, Event.BULLETIN_ASK)
    if row["event"] in MADE and row["attempts"] >= LIST_TRIES:
        _mark_dead(tx, row, outcome, at)  # it is old by now, and can be asked for again
        return
    if row["event"] == Event.TEST and at.now - row["created_at"] > TEST_FOR:
        _mark_dead(tx, row, outcome, at)  # whoever waits for it has gone by now
        return
    if over and row["attempts"] >= GIVE_UP_TRIES and at.now - row["created_at"] > GIVE_UP_AFTER:
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
    bound = row["event"] in (Event.BOUND, Event.UNBOUND) or row["person"] in accounts(tx)
    if outcome.address is not None and CHAT.fullmatch(outcome.address) and not bound:
        tx.sql.execute(t.person.update().where(t.person.c.id == row["person"]).values(telegram=int(outcome.address)))
        tx.roster_changed()
        groups.moved(tx, context, row["person"], int(outcome.address))
    if row["event"] in SYSTEM:
        return
    if uncertain:
        tx.append([notice_fact(FactKind.NOTICE_UNCERTAIN, row, outcome)], at)
    elif row["last_cause"] != outcome.cause:
        # A failure that goes on as before is counted in delivery_attempt; the journal keeps edges.
        tx.append([notice_fact(FactKind.NOTICE_FAILED, row, outcome)], at)
    # A wait that another side orders counts as well: who is told in an hour is not told within sixty seconds.
    late = at.now + wait - row["created_at"] >= ADD_CHANNEL_AFTER
    lasts = row["attempts"] >= ADD_CHANNEL_FAILURES or (late and row["event"] != Event.REMINDER)
    if lasts and reason_gone(tx, row, incident) is None:
        add_channel(tx, row, at)


def add_channel(tx: Tx, row: Any, at: Moment) -> bool:
    """Tell the same by the person's next channel as well; the first one is still tried."""
    ways = _still(tx, row, at)
    if not ways:
        return False
    added = tx.queue(_copy(row, channel=ways[0], fallback=tuple(ways[1:])), at.now)
    # What is added carries the rest of the ways on.
    tx.sql.execute(t.outbox.update().where(t.outbox.c.id == row["id"]).values(fallback=[]))
    if added:
        refs = notice_refs(row) | {"added": ways[0]}
        tx.append([Fact(FactKind.CHANNEL_ADDED, row["incident"], None, refs=refs)], at)
    return added


def _still(tx: Tx, row: Any, at: Moment) -> list[str]:
    """Return the ways behind a row, without calls to who asked not to be called but for what is gravest."""
    ways = list(row["fallback"])
    if CALLS.isdisjoint(ways) or row["person"] not in tx.uncalled_at(at.now):
        return ways
    incident = tx.incident(row["incident"]) if row["incident"] is not None else None
    graver = incident is not None and incident.severity == GRAVEST
    return ways if graver else [way for way in ways if way not in CALLS]


def bury(tx: Tx, context: Context, row: Any, outcome: Outcome, at: Moment) -> None:
    """A person who cannot be reached this way.

    The next channel, the first stand-in, and the administrators, at once.
    """
    _mark_dead(tx, row, outcome, at)
    event = Event(row["event"])
    if event in SYSTEM and outcome.cause in (DeliveryCause.NO_ADDRESS, DeliveryCause.NOT_CONFIGURED):
        return  # the settings ask for it no longer
    if event in (*EDITS, Event.BOUND, Event.UNBOUND, Event.TEST, Event.PICTURE, Event.CONTACT_CODE):
        return
    named = (MARK + one.id for one in context.settings.groups)
    if is_group(row["person"]) and row["person"] not in named:
        return  # it was taken out of the settings
    if event is Event.CHANNEL_BROKEN:
        add_channel(tx, row, at)  # another way to the same person, and no word about the word
        return
    incident = tx.incident(row["incident"]) if row["incident"] is not None else None
    still = reason_gone(tx, row, incident) is None
    if still:
        add_channel(tx, row, at)
    people = tx.people()
    person = people.get(row["person"])
    # Of a suspicion who is named hears, and nobody in his place; and an endpoint that is gone makes nobody unreachable.
    replaced = (incident is None or not incident.suspected) and row["channel"] not in IMPERSONAL
    if still and replaced and event in (Event.STEP, Event.APPROVAL, Event.BULLETIN_ASK) and person is not None:
        for name in person.stand_ins:
            ways = context.book(tx, at).ways(name, _ways(context, row))
            if ways and _was_told(tx, row, name):
                break  # when an earlier way to the same person died, or by a duty of his own
            if ways:
                tx.queue(_copy(row, person=name, channel=ways[0], fallback=ways[1:]), at.now)
                break
    for administrator in context.settings.administrators:
        told = people.get(administrator)
        if told is None or administrator == row["person"]:
            continue
        ways = told.ways(context.settings.ways)
        if not ways:
            continue
        subject = f"{row['person']}@{at.now.date()}@{row['channel']}"
        broken = Notice(
            None, Event.CHANNEL_BROKEN, administrator, ways[0], Priority.FOLLOW_UP, fallback=ways[1:], subject=subject
        )
        tx.queue(broken, at.now)


def _was_told(tx: Tx, row: Any, person: str) -> bool:
    """Return whether the same is told to that person already, by whatever channel."""
    o = t.outbox.c
    same = sa.and_(*(o[name] == row[name] for name in ("incident", "event", "step", "round", "subject")))
    return tx.sql.execute(sa.select(o.id).where(o.person == person, same).limit(1)).first() is not None


def _ways(context: Context, row: Any) -> tuple[str, ...]:
    """Return the channels of a row's step in their order, of which some may be behind it; else all there are."""
    incident_ways = dict.fromkeys((row["channel"], *row["fallback"]))
    return tuple(dict.fromkeys((*incident_ways, *(w for w in context.settings.ways if w not in IMPERSONAL))))


def _mark_dead(tx: Tx, row: Any, outcome: Outcome, at: Moment) -> None:
    dead = {"state": NoticeState.DEAD, "lease_until": None, "last_cause": outcome.cause}
    tx.sql.execute(t.outbox.update().where(t.outbox.c.id == row["id"]).values(dead))
    if row["event"] not in SYSTEM:
        tx.append([notice_fact(FactKind.NOTICE_DEAD, row, outcome)], at)


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
