"""Bulletins in the writer's transaction: made at their hour, asked for, approved by a leader, sent, or grown old."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from monitord.desk.context import GRACE, Context
from monitord.desk.nights import body
from monitord.domain.bulletin import OPEN_FOR, Bulletin, asked_at
from monitord.domain.dutybook import DutyBook, Reached, next_leaders, resolve
from monitord.domain.journal import Fact, FactKind, stamp
from monitord.domain.notice import Event, Notice, Priority
from monitord.domain.policy import PolicyStep, Whom
from monitord.domain.steps import LATE
from monitord.store import tables as t
from monitord.store.roster import leaders_ahead
from monitord.store.rows import Moment
from monitord.store.tx import Tx

_b = t.bulletin.c
_OPEN = sa.select(t.bulletin).where(_b.sent_at.is_(None), _b.lapsed_at.is_(None)).order_by(_b.due, _b.key)


class BulletinRefused(ValueError):
    """The bulletin cannot be approved; the text says why and what to do."""


def keep(tx: Tx, context: Context, at: Moment) -> float | None:
    """Make what is due, ask the next leader where nobody answered, let go what is old; return the seconds until there
    is something to do again, None when nothing is ahead."""
    waits = [(one.due - at.now).total_seconds() for one in context.settings.bulletins if one.due > at.now]
    for one in context.settings.bulletins:
        if one.due <= at.now and not one.old(at.now) and row_of(tx, one.key) is None:
            _make(tx, context, one, at)
    known = {one.key: one for one in context.settings.bulletins}
    for row in tx.sql.execute(_OPEN).mappings().all():
        if at.now - row["due"] >= OPEN_FOR:
            _save(tx, row["key"], lapsed_at=at.now)
            tx.append([_fact(FactKind.BULLETIN_LAPSED, row)], at)
            continue
        waits.append((row["due"] + OPEN_FOR - at.now).total_seconds())
        if row["key"] in known:
            waits += _ask_more(tx, context, known[row["key"]], row, at)
    return min(waits, default=None)


def row_of(tx: Tx, key: str) -> Any:
    """Return the row of a bulletin that was made, None of one that was not."""
    return tx.sql.execute(sa.select(t.bulletin).where(_b.key == key)).mappings().first()


def _make(tx: Tx, context: Context, one: Bulletin, at: Moment) -> None:
    """Freeze what is known of its time, and send it where the unit's order says so."""
    text = body(tx.sql, one, context.settings, context.words, at.now)
    values = {
        "key": one.key,
        "unit": one.unit,
        "organisation": one.organisation,
        "name": one.name,
        "due": one.due,
        "made_at": at.now,
        "text": text,
        "asked": 0,
    }
    tx.sql.execute(t.bulletin.insert(), values)
    refs = {"unit": one.unit, "due": stamp(one.due)}
    tx.append([replace(_fact(FactKind.BULLETIN_MADE, values, refs), private={"text": text})], at)
    if context.settings.units[one.unit].auto_send_order is not None:
        _send(tx, context, one.channels, row_of(tx, one.key), at)


def _ask_more(tx: Tx, context: Context, one: Bulletin, row: Any, at: Moment) -> Iterable[float]:
    """Ask every leader who should have been asked by now; yield the seconds until the next one is."""
    number, passed = row["asked"], False
    asked: list[str] = []
    late = at.now - one.due if number == 0 and at.now - one.due > LATE else None
    # Where nobody could be asked the next one is asked at once.
    while (when := asked_at(one, row["made_at"], number)) is not None and (when <= at.now or passed):
        found = _leaders(tx, context, one, number, at)
        passed = not found
        for way in found:
            notice = Notice(
                None,
                Event.BULLETIN_ASK,
                way.person,
                way.channels[0],
                Priority.ESCALATION,
                late=late,
                fallback=way.channels[1:],
                subject=one.key,
            )
            tx.queue(notice, at.now)
        if number == 0 and passed:
            refs = {"whom": Whom.DUTY, "ref": context.settings.units[one.unit].leader_duty, "unit": one.unit}
            tx.append([Fact(FactKind.COVERAGE_GAP, refs=refs)], at)
        asked += [way.person for way in found]
        number += 1
    if number != row["asked"]:
        _save(tx, one.key, asked=number)
        tx.append([_fact(FactKind.BULLETIN_ASKED, row, {"leaders": asked})], at)
    return [] if when is None else [max(0.0, (when - at.now).total_seconds())]


def _leaders(tx: Tx, context: Context, one: Bulletin, number: int, at: Moment) -> tuple[Reached, ...]:
    """Return the leaders on duty, or the one to be asked in their place."""
    book = context.book(tx, at)
    duty = context.settings.units[one.unit].leader_duty
    if number == 0:
        return resolve(PolicyStep(timedelta(0), Whom.DUTY, duty, one.channels), one.unit, book)
    book = replace(book, leaders=leaders_ahead(tx.sql, one.unit, duty, at.now))
    return next_leaders(one.unit, one.channels, book)[number - 1 : number]


def approve(tx: Tx, context: Context, key: str, person: str, at: Moment) -> Any:
    """Let a leader of the unit approve a bulletin, which sends it; return its row as it was before.

    BulletinRefused for one that is not there, grew old, or a person who neither leads nor was asked. One that was
    approved before stays as it is.
    """
    row = row_of(tx, key)
    if row is None:
        raise BulletinRefused(f"there is no bulletin {key!r}; `monitord bulletin` lists them")
    if row["sent_at"] is not None:
        return row
    if row["lapsed_at"] is not None:
        raise BulletinRefused(f"{key} is older than a day: it is not sent any more")
    if not may_approve(tx, context, row, person, context.book(tx, at, GRACE)):
        raise BulletinRefused(
            f"{person} does not lead {row['unit']} now, and was not asked: the leader on duty approves"
        )
    channels = next((one.channels for one in context.settings.bulletins if one.key == key), None)
    if channels is None:
        raise BulletinRefused(f"{key} is no longer in the settings: nobody knows how it would be sent")
    tx.append([replace(_fact(FactKind.BULLETIN_APPROVED, row), actor=person)], at)
    _save(tx, key, approved_by=person)
    _send(tx, context, channels, row, at)
    return row


def may_approve(tx: Tx, context: Context, row: Any, person: str, book: DutyBook) -> bool:
    """Return whether a person leads the unit of a bulletin, or was asked in place of who does."""
    unit = context.settings.units.get(row["unit"])
    leading = {s.person for s in book.shifts if unit and s.unit == unit.id and s.duty == unit.leader_duty}
    o = t.outbox.c
    was_asked = sa.select(o.id).where(o.event == Event.BULLETIN_ASK, o.subject == row["key"], o.person == person)
    return person in leading or tx.sql.execute(was_asked.limit(1)).first() is not None


def _send(tx: Tx, context: Context, channels: tuple[str, ...], row: Any, at: Moment) -> None:
    _save(tx, row["key"], sent_at=at.now)
    step = PolicyStep(timedelta(0), Whom.ORGANISATION, row["organisation"], channels)
    reached = resolve(step, row["unit"], context.book(tx, at))
    tx.append([_fact(FactKind.BULLETIN_SENT, row, {"people": [way.person for way in reached]})], at)
    if not reached:
        refs = {"whom": Whom.ORGANISATION, "ref": row["organisation"], "unit": row["unit"]}
        tx.append([Fact(FactKind.COVERAGE_GAP, refs=refs)], at)
    for way in reached:
        notice = Notice(
            None,
            Event.BULLETIN,
            way.person,
            way.channels[0],
            Priority.FOLLOW_UP,
            organisation=way.organisation,
            fallback=way.channels[1:],
            subject=row["key"],
        )
        tx.queue(notice, at.now)


def receipt(tx: Tx, row: Any, person: str, organisation: str, at: Moment) -> None:
    """Write down that another organisation has the bulletin."""
    fact = _fact(FactKind.BULLETIN_RECEIPT, row, {"organisation": organisation})
    tx.append([replace(fact, actor=person)], at)


def no_longer_asked(tx: Tx, key: str) -> str | None:
    """Return why nobody needs to be asked about a bulletin any more, as the code of the journal's `reason`."""
    row = row_of(tx, key)
    if row is None or row["lapsed_at"] is not None:
        return "lapsed"
    return "approved" if row["sent_at"] is not None else None


def _save(tx: Tx, key: str, **values: Any) -> None:
    tx.sql.execute(t.bulletin.update().where(_b.key == key).values(**values))


def _fact(kind: FactKind, row: Any, refs: dict[str, Any] | None = None) -> Fact:
    return Fact(kind, refs={"bulletin": row["key"], "organisation": row["organisation"], **(refs or {})})
