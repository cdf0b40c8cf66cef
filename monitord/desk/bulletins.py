"""Bulletins in the writer's transaction: made at their hour, asked for, and let go when they are old."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
import structlog

from monitord.desk.bulletin_sending import fact, gap, queue, save, send
from monitord.desk.context import Context
from monitord.desk.nights import body
from monitord.domain.bulletin import AGAIN, OPEN_FOR, STEADY, Bulletin, asked_at
from monitord.domain.dutybook import Reached, next_leaders, resolve
from monitord.domain.journal import FactKind, stamp
from monitord.domain.notice import Event
from monitord.domain.policy import PolicyStep, Whom
from monitord.domain.steps import LATE
from monitord.store import tables as t
from monitord.store.roster import leaders_ahead
from monitord.store.rows import Moment
from monitord.store.tx import Tx

log = structlog.get_logger("desk")
_b = t.bulletin.c
_OPEN = sa.select(t.bulletin).where(_b.sent_at.is_(None), _b.lapsed_at.is_(None)).order_by(_b.due, _b.key)


def keep(tx: Tx, context: Context, at: Moment, steady: timedelta = STEADY) -> float | None:
    """Make what is due, ask the next leader where nobody answered, let go what is old; return the seconds until there
    is something to do again, None when nothing is ahead and nothing open.

    `steady` is for how long the wall clock has not leapt ahead: an hour that came by a leap is waited for, because what
    is made is frozen, and may leave by itself.
    """
    waits: list[float] = []
    for one in context.settings.bulletins:
        if one.due > at.now:
            waits.append((one.due - at.now).total_seconds())
        elif not one.old(at.now) and not _made(tx, one):
            if steady < STEADY:
                waits.append((STEADY - steady).total_seconds())
            else:
                _alone(tx, one.key, partial(_make, tx, context, one, at))
    known = {one.key: one for one in context.settings.bulletins}
    for row in tx.sql.execute(_OPEN).mappings().all():
        if at.now - row["due"] >= OPEN_FOR:
            save(tx, row["key"], lapsed_at=at.now)
            tx.append([fact(FactKind.BULLETIN_LAPSED, row)], at)
            continue
        waits.append((row["due"] + OPEN_FOR - at.now).total_seconds())
        if row["key"] in known:
            _alone(tx, row["key"], partial(_go_on, tx, context, known[row["key"]], row, at, waits))
    return min(waits, default=None)


def _alone(tx: Tx, key: str, work: partial[Any]) -> None:
    """Let one bulletin that cannot be made or asked for keep no other one from it."""
    if (error := tx.isolated(work)) is not None:
        log.error("bulletin.failed", bulletin=key, error=repr(error))


def _made(tx: Tx, one: Bulletin) -> bool:
    near = sa.select(_b.key, _b.due).where(_b.due > one.due - OPEN_FOR, _b.due < one.due + OPEN_FOR)
    return any(one.made_before(row.key, row.due) for row in tx.sql.execute(near))


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
    tx.append([replace(fact(FactKind.BULLETIN_MADE, values, refs), private={"text": text})], at)


def _go_on(tx: Tx, context: Context, one: Bulletin, row: Any, at: Moment, waits: list[float]) -> None:
    """Send what is approved or needs no approval, else ask for it; where nobody is found try anew after a while."""
    again = None if row["asked_at"] is None else row["asked_at"] + AGAIN
    nobody_yet = row["approved_by"] is not None or not row["asked"]
    if nobody_yet and again is not None and at.now < again:
        waits.append((again - at.now).total_seconds())
    elif row["approved_by"] is not None or context.settings.units[one.unit].auto_send_order is not None:
        send(tx, context, one, row, at)
        waits.append(AGAIN.total_seconds())
    else:
        _ask_more(tx, context, one, row, at, waits)


def _ask_more(tx: Tx, context: Context, one: Bulletin, row: Any, at: Moment, waits: list[float]) -> None:
    """Ask every leader who should have been asked by now."""
    number, passed, last = row["asked"], False, row["asked_at"] or row["made_at"]
    asked: list[str] = []
    late = at.now - one.due if number == 0 and at.now - one.due > LATE else None
    # Where nobody could be asked the next one is asked at once.
    while (when := asked_at(one, last, number)) is not None and (when <= at.now or passed):
        found = _leaders(tx, context, one, number, at)
        passed = not found
        for way in found:
            queue(tx, Event.BULLETIN_ASK, one.key, way, at, late)
        if number == 0 and passed:
            gap(tx, context, one, Whom.DUTY, context.settings.units[one.unit].leader_duty, row, at)
        asked += [way.person for way in found]
        last = at.now
        number += 1
    if asked:
        save(tx, one.key, asked=number, asked_at=at.now)
        tx.append([fact(FactKind.BULLETIN_ASKED, row, {"leaders": asked})], at)
    elif not row["asked"]:
        save(tx, one.key, asked_at=at.now)
        waits.append(AGAIN.total_seconds())
        return
    elif number != row["asked"]:
        save(tx, one.key, asked=number)
    if when is not None:
        waits.append(max(0.0, (when - at.now).total_seconds()))


def _leaders(tx: Tx, context: Context, one: Bulletin, number: int, at: Moment) -> tuple[Reached, ...]:
    """Return the leaders on duty, or the one to be asked in their place."""
    book = context.book(tx, at)
    duty = context.settings.units[one.unit].leader_duty
    if number == 0:
        return resolve(PolicyStep(timedelta(0), Whom.DUTY, duty, one.channels), one.unit, book)
    book = replace(book, leaders=leaders_ahead(tx.sql, one.unit, duty, at.now))
    return next_leaders(one.unit, one.channels, book)[number - 1 : number]
