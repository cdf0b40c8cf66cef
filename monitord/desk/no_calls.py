"""No more calls but for severity 1: somebody says so for some hours, and is told by messages alone.

Calls that would be his only way go to his stand-in, as where he has no telephone; of the gravest he is called all the
same. A call that is owed already and has no other way behind it still rings.
"""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from monitord.desk.acting import Press
from monitord.desk.context import Context
from monitord.desk.leases import notice_refs
from monitord.desk.reporting import add_channel
from monitord.desk.rostering import Answer, RosterAct, RosterRefused, somebody
from monitord.domain.dutybook import GRAVEST
from monitord.domain.journal import Fact, FactKind, stamp
from monitord.domain.notice import CALLS, NoticeState
from monitord.domain.people import IMPERSONAL
from monitord.domain.roster import instant
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx
from monitord.texts.story import Pressed, PressResult

LONGEST = timedelta(hours=12)
"""For how long somebody may be left alone at most."""


def until_of(tx: Tx, context: Context, person: str, clock: str, at: Moment) -> datetime | None:
    """Return until when somebody is not to be called: the next time that a clock shows that hour (`06:00`), without one
    the end of his shift, and LONGEST at most. None for an hour that is farther away."""
    if not clock:
        s = t.shift.c
        mine = sa.and_(s.person == person, s.starts <= at.now, s.ends > at.now)
        ends: datetime | None = tx.sql.execute(sa.select(sa.func.max(s.ends)).where(mine)).scalar()
        return min(ends or at.now + LONGEST, at.now + LONGEST)
    zone = context.settings.zone
    today, hour = at.now.astimezone(zone).date(), time.fromisoformat(clock)
    next_one = next(when for day in (0, 1, 2) if (when := instant(today + timedelta(days=day), hour, zone)) > at.now)
    return next_one if next_one - at.now <= LONGEST else None


def quiet(tx: Tx, context: Context, person: str, until: datetime, at: Moment, refs: Mapping[str, object]) -> Pressed:
    """Call somebody no more until then, but for severity 1; return the answer to him."""
    n = t.do_not_call.c
    tx.sql.execute(t.do_not_call.delete().where(sa.or_(n.person == person, n.until <= at.now)))
    tx.sql.execute(t.do_not_call.insert().values(person=person, until=until, said_at=at.now))
    tx.append([Fact(FactKind.PERSON_QUIET, actor=person, refs={"until": stamp(until), **refs})], at)
    tx.roster_changed()
    _softer(tx, person, at)
    return Pressed(PressResult.NOT_CALLED, at=until, zone=context.settings.zone)


def again(tx: Tx, person: str, at: Moment, refs: Mapping[str, object]) -> Pressed:
    """Call somebody again; return the answer to him."""
    n = t.do_not_call.c
    gone = tx.sql.execute(t.do_not_call.delete().where(n.person == person, n.until > at.now)).rowcount
    if gone:
        tx.append([Fact(FactKind.PERSON_CALLED, actor=person, refs=dict(refs))], at)
    tx.roster_changed()
    return Pressed(PressResult.CALLED_AGAIN)


def press(press: Press) -> Pressed:
    """A leader says so by the button under a message."""
    until = until_of(press.tx, press.context, press.person.id, "", press.at)
    assert until is not None
    return quiet(press.tx, press.context, press.person.id, until, press.at, press.refs())


def _softer(tx: Tx, person: str, at: Moment) -> None:
    """Let messages take the place of the calls that are owed to somebody, where there are any behind them or beside."""
    o, i = t.outbox.c, t.incident.c
    owed = sa.and_(o.state == NoticeState.PENDING, o.channel.in_(CALLS), o.person == person, i.severity != GRAVEST)
    rows = sa.select(t.outbox).join_from(t.outbox, t.incident, i.id == o.incident).where(owed).order_by(o.id)
    for row in tx.sql.execute(rows).mappings().all():
        if not (add_channel(tx, row, at) or _by_another_way(tx, row)):
            continue
        tx.sql.execute(t.outbox.update().where(o.id == row["id"]).values(state=NoticeState.SUPERSEDED))
        refs = notice_refs(row) | {"reason": "do not call"}
        tx.append([Fact(FactKind.NOTICE_SUPERSEDED, row["incident"], refs=refs)], at)


def _by_another_way(tx: Tx, row: Any) -> bool:
    """Return whether the same is told, or owed, to the same person by a message."""
    o = t.outbox.c
    same = sa.and_(*(o[name] == row[name] for name in ("incident", "event", "round", "person")))
    alive = o.state.in_([NoticeState.PENDING, NoticeState.LEASED, NoticeState.SENT])
    other = sa.select(o.id).where(same, alive, o.channel.not_in(CALLS | IMPERSONAL)).limit(1)
    return tx.sql.execute(other).first() is not None


def _quiet(tx: Tx, context: Context, person: str, given: Mapping[str, Any], at: Moment) -> Answer:
    until = until_of(tx, context, somebody(tx, person), str(given.get("until") or ""), at)
    if until is None:
        raise RosterRefused(f"at most {LONGEST.total_seconds() / 3600:g} hours ahead: say an hour that comes sooner")
    return {"text": context.words.press(quiet(tx, context, person, until, at, {}))}


def _again(tx: Tx, context: Context, person: str, given: Mapping[str, Any], at: Moment) -> Answer:
    return {"text": context.words.press(again(tx, somebody(tx, person), at, {}))}


ACTS: Mapping[str, RosterAct] = {"no_calls": _quiet, "calls_again": _again}
