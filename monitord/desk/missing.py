"""Who does not come on duty: whether somebody is there is seen by anything he does; where nothing is, the one who goes
and the leader are told, once, and hear it when he comes.
"""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from monitord.desk import changeover
from monitord.desk.changeover import AHEAD, ASKED_FOR, change_at, first_row_of, of_shift, subject_of, target_of
from monitord.desk.context import Context
from monitord.domain.journal import Fact, FactKind
from monitord.domain.notice import CALLS, Event, Notice, NoticeState, Priority
from monitord.domain.people import IMPERSONAL, Person
from monitord.domain.quiet import Quiet, quiet_until
from monitord.domain.roster import on_duty
from monitord.store import tables as t
from monitord.store.journal_rows import first_row
from monitord.store.roster import covering, instant_asked
from monitord.store.rows import Moment
from monitord.store.tx import Tx

AFTER = timedelta(minutes=5)
"""How long after the beginning of his shift, and after he was asked, somebody is missed."""
AGAIN = 60.0
"""Seconds after which it is looked anew whether somebody who is missed has come."""
NIGHT = Quiet(time(22), time(6))
"""When a leader is not rung for it while whoever goes is still there."""
SILENT = frozenset({"telegram", "mail", "log"})
"""The channels that can bring a word without ringing."""
HERE = (FactKind.SHIFT_TAKEN, FactKind.SHIFT_PRESENT)
_BY_ITSELF = (FactKind.INCIDENT_ACK_EXPIRED,)
"""Rows that name somebody who did nothing then."""
_s = t.shift.c


def keep(tx: Tx, context: Context, wanted: Any, at: Moment) -> float | None:
    """Look who of those who were asked has not come; return the seconds until somebody may be missed, None without."""
    waits: list[float] = []
    begun = sa.select(t.shift).where(covering(wanted)).order_by(_s.starts, _s.id)
    for shift in tx.sql.execute(begun, instant_asked(at.now + AHEAD, AHEAD)).mappings().all():
        asked = first_row_of(tx, shift, FactKind.SHIFT_ASKED)
        if asked is None or first_row_of(tx, shift, *HERE) is not None:
            continue
        due = max(shift["starts"], asked) + AFTER
        missed = first_row_of(tx, shift, FactKind.SHIFT_MISSED)
        if missed is not None and at.now >= due + ASKED_FOR:
            continue  # from now on he says so himself
        if due > at.now:
            waits.append((due - at.now).total_seconds())
        elif (seen := _seen(tx, shift)) is not None:
            here(tx, context, shift, {"seen": seen}, at)
        elif missed is None:
            _miss(tx, context, shift, at)
        if due <= at.now:
            waits.append(AGAIN)
    return min(waits, default=None)


def noticed(tx: Tx, context: Context, person: Person, at: Moment, refs: Mapping[str, object]) -> None:
    """Take note that somebody who was asked to come is there: he typed something."""
    wanted = changeover.called(context)
    if wanted is None:
        return
    mine = sa.and_(wanted, _s.person == person.id, _s.starts <= at.now + AHEAD, _s.ends > at.now)
    for shift in tx.sql.execute(sa.select(t.shift).where(mine)).mappings().all():
        asked = first_row_of(tx, shift, FactKind.SHIFT_ASKED) is not None
        if asked and first_row_of(tx, shift, *HERE) is None:
            here(tx, context, shift, refs, at)


def here(tx: Tx, context: Context, shift: Any, refs: Mapping[str, object], at: Moment) -> None:
    """Write down that somebody is there by what he did, and tell who was told that he is not."""
    tx.append([Fact(FactKind.SHIFT_PRESENT, None, target_of(shift), shift["person"], {**of_shift(shift), **refs})], at)
    came(tx, context, shift, at)


def came(tx: Tx, context: Context, shift: Any, at: Moment) -> None:
    """Tell who was told that somebody is missed that he has come."""
    row, o = changeover.row_at(tx, shift["unit"], shift["duty"], shift["starts"]), t.outbox.c
    if row is None:
        return
    subjects = [subject_of(row, shift["person"], silent=silent) for silent in (False, True)]
    reached = sa.or_(o.state.in_([NoticeState.SENT, NoticeState.LEASED]), o.uncertain > 0)
    told = sa.select(t.outbox).where(o.event == Event.SHIFT_MISSED, o.subject.in_(subjects), reached)
    for one in tx.sql.execute(told.order_by(o.id)).mappings().all():
        after = Notice(
            None, Event.SHIFT_CAME, one["person"], one["channel"], Priority.FOLLOW_UP, subject=one["subject"]
        )
        tx.queue(after, at.now)


def no_longer(tx: Tx, row: Any) -> str | None:
    """Return why it need not be told any more that somebody is missed, None while it must."""
    handover = changeover.row_of(tx, row["subject"])
    shift = None if handover is None else changeover.shift_in(tx, handover, changeover.about(row["subject"]))
    if shift is None:
        return "shift changed"
    return "shift taken" if first_row_of(tx, shift, *HERE) is not None else None


def _seen(tx: Tx, shift: Any) -> str | None:
    """Return what somebody did last since he could be there, as the kind of its row; None where he did nothing."""
    j = t.journal.c
    since = first_row(tx.sql, shift["starts"] - AHEAD)
    his = sa.select(j.kind).where(j.seq >= since, j.actor == shift["person"], j.kind.not_in(_BY_ITSELF))
    found: str | None = tx.sql.execute(his.order_by(j.seq.desc()).limit(1)).scalar()
    return found


def _miss(tx: Tx, context: Context, shift: Any, at: Moment) -> None:
    """Write down that nobody saw him come, and tell whoever goes and the leader, unless another has come with him."""
    change = change_at(tx, shift["unit"], shift["duty"], shift["starts"])
    row = changeover.opened(tx, shift["unit"], shift["duty"], shift["starts"])
    others = (changeover.shift_in(tx, row, one) for one in change.taking if one != shift["person"])
    alone = all(one is None or first_row_of(tx, one, *HERE) is None for one in others)
    told = _tell(tx, context, shift, row, change.giving, at) if alone else []
    fact = Fact(FactKind.SHIFT_MISSED, None, target_of(shift), None, {**of_shift(shift), "people": told})
    tx.append([fact], at)


def _tell(tx: Tx, context: Context, shift: Any, row: Any, giving: tuple[str, ...], at: Moment) -> list[str]:
    book, unit = context.book(tx, at), context.settings.units[shift["unit"]]
    leaders = on_duty(book.shifts, unit.id, unit.leader_duty, at.now)
    night = quiet_until(NIGHT, at.now, context.settings.zone) if giving else None
    told = []
    for person in dict.fromkeys((*giving, *leaders)):
        ways = [way for way in book.ways(person, context.settings.ways) if way not in CALLS]
        if person == shift["person"] or all(way in IMPERSONAL for way in ways):
            continue
        spared, later = night is not None and person not in giving, None
        if spared:
            quietly = [way for way in ways if way in SILENT]
            # Who can only be rung hears it in the morning, if it still holds then.
            ways, later = (quietly, None) if any(way not in IMPERSONAL for way in quietly) else (ways, night)
        subject = subject_of(row, shift["person"], silent=spared)
        notice = Notice(
            None,
            Event.SHIFT_MISSED,
            person,
            ways[0],
            Priority.FOLLOW_UP if spared else Priority.ESCALATION,
            fallback=tuple(ways[1:]),
            subject=subject,
        )
        tx.queue(notice, at.now, later)
        told.append(person)
    return told


def since(tx: Tx, shift: Any) -> datetime | None:
    """Return when somebody was seen on his duty first, None while he was not."""
    return first_row_of(tx, shift, *HERE)
