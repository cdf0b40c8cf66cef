"""Taking over a shift: whoever comes on duty is asked a quarter of an hour before, and says so by one tap.

Where a unit asks for it (`roll_call`). That it was taken is a row of the journal; nobody is on duty by it, and nobody
off without it: the roster says who is.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitord.desk.context import Context
from monitord.domain.dutybook import usable
from monitord.domain.incident import RUNNING, Phase
from monitord.domain.journal import Fact, FactKind, stamp
from monitord.domain.notice import BUTTONED, CALLS, Event, Notice, Priority
from monitord.domain.people import IMPERSONAL, Person
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx
from monitord.texts import forms
from monitord.texts.story import Pressed, PressResult

AHEAD = timedelta(minutes=15)
"""How long before a shift its holder is asked."""
ASKED_FOR = timedelta(minutes=30)
"""How long after its beginning that is still worth asking, and a shift may be taken."""
_s = t.shift.c


def keep(tx: Tx, context: Context, at: Moment) -> float | None:
    """Ask those whose shift begins soon, once each; return the seconds until somebody is to be asked, None when nobody
    is in sight."""
    wanted = _called(context)
    if wanted is None:
        return None
    soon = sa.select(t.shift).where(wanted, _s.starts > at.now - ASKED_FOR, _s.starts <= at.now + AHEAD)
    for shift in tx.sql.execute(soon.order_by(_s.starts, _s.id)).mappings().all():
        if not _goes_on(tx, shift) and taken(tx, shift) is None:
            _ask(tx, context, shift, at)
    later = tx.sql.execute(sa.select(sa.func.min(_s.starts)).where(wanted, _s.starts > at.now + AHEAD)).scalar()
    return None if later is None else max(1.0, (later - AHEAD - at.now).total_seconds())


def text(tx: Tx, context: Context, row: Any, at: Moment) -> str:
    """Return what somebody is asked who comes on duty: which shift, and what it finds."""
    shift = _shift(tx, row["subject"])
    settings, page = context.settings, context.words.page
    if shift is None:
        return page["shift_changed"]
    unit, duty = settings.units.get(shift["unit"]), settings.duty_kinds.get(shift["duty"])
    i = t.incident.c
    real = sa.and_(i.unit == shift["unit"], i.phase.in_(RUNNING), sa.not_(i.drill), sa.not_(i.suspected))
    phases = list(tx.sql.execute(sa.select(i.phase).where(real)).scalars())
    known = settings.channels.get(row["channel"])
    how = "shift_press" if row["channel"] in BUTTONED else "shift_write" if known is not None and known.hears else ""
    said = {
        "duty": duty.name if duty else shift["duty"],
        "unit": unit.name if unit else shift["unit"],
        "start": context.words.instant(shift["starts"], settings.zone),
        "end": forms.near(shift["ends"], shift["starts"], settings.zone),
        "running": len(phases),
        "open": phases.count(Phase.OPEN),
    }
    # How to answer stands before what may be cut off.
    first, rest = page["shift_ask"].format(**said), page["shift_finds"].format(**said)
    return forms.lines(first, page[how] if how else None, rest)


def press(tx: Tx, context: Context, person: Person, notice: Any, at: Moment, refs: Mapping[str, object]) -> Pressed:
    """Take over the shift that a message asked about; the first time counts."""
    shift = _shift(tx, notice["subject"])
    if shift is None or shift["person"] != person.id or at.now >= shift["ends"]:
        return Pressed(PressResult.NO_SHIFT)
    return _take(tx, context, shift, at, refs)


def typed(tx: Tx, context: Context, person: Person, at: Moment, refs: Mapping[str, object]) -> Pressed:
    """Take over the shift that somebody has now or soon, the earliest that nobody took over yet."""
    wanted = _called(context)
    if wanted is None:
        return Pressed(PressResult.NO_SHIFT)
    mine = sa.and_(wanted, _s.person == person.id, _s.ends > at.now, _s.starts <= at.now + AHEAD)
    shifts = tx.sql.execute(sa.select(t.shift).where(mine).order_by(_s.starts, _s.id)).mappings().all()
    ready = [shift for shift in shifts if taken(tx, shift) is None]
    shift = next(iter(ready or shifts), None)
    return Pressed(PressResult.NO_SHIFT) if shift is None else _take(tx, context, shift, at, refs)


def taken(tx: Tx, shift: Any) -> datetime | None:
    """Return when a shift was taken over, None while it was not."""
    j = t.journal.c
    row = sa.select(j.ts).where(j.target == _target(shift), j.kind == FactKind.SHIFT_TAKEN)
    found: datetime | None = tx.sql.execute(row.order_by(j.seq).limit(1)).scalar()
    return found


def no_longer(tx: Tx, row: Any) -> str | None:
    """Return why somebody need not be asked any more, None while he must."""
    shift = _shift(tx, row["subject"])
    if shift is None or shift["person"] != row["person"]:
        return "shift changed"
    return "shift taken" if taken(tx, shift) is not None else None


def _called(context: Context) -> Any:
    pairs = [(unit.id, duty) for unit in context.settings.units.values() for duty in unit.roll_call]
    return sa.or_(*(sa.and_(_s.unit == unit, _s.duty == duty) for unit, duty in pairs)) if pairs else None


def _goes_on(tx: Tx, shift: Any) -> bool:
    """Return whether its holder has the same duty up to its beginning: he takes over from himself."""
    same = sa.and_(*(_s[name] == shift[name] for name in ("unit", "duty", "person")), _s.ends == shift["starts"])
    return tx.sql.execute(sa.select(_s.id).where(same).limit(1)).first() is not None


def _ask(tx: Tx, context: Context, shift: Any, at: Moment) -> None:
    person = tx.people().get(shift["person"])
    ways = [way for way in usable(person, context.settings.ways) if way not in CALLS] if person is not None else []
    if not any(way not in IMPERSONAL for way in ways):
        return
    subject = f"{shift['id']}@{stamp(shift['starts'])}"
    notice = Notice(
        None, Event.SHIFT_ASK, shift["person"], ways[0], Priority.FOLLOW_UP, fallback=tuple(ways[1:]), subject=subject
    )
    if tx.sql.execute(sa.select(t.outbox.c.id).where(t.outbox.c.key == notice.key)).first() is None:
        tx.queue(notice, at.now)


def _shift(tx: Tx, subject: str) -> Any:
    number, _, starts = subject.partition("@")
    row = tx.sql.execute(sa.select(t.shift).where(_s.id == int(number))).mappings().first()
    return row if row is not None and stamp(row["starts"]) == starts else None


def _take(tx: Tx, context: Context, shift: Any, at: Moment, refs: Mapping[str, object]) -> Pressed:
    duty, zone = context.settings.duty_kinds.get(shift["duty"]), context.settings.zone
    role = duty.name if duty else shift["duty"]
    before = taken(tx, shift)
    if before is not None:
        return Pressed(PressResult.SHIFT_TAKEN_BEFORE, role=role, at=before, zone=zone)
    of = {"unit": shift["unit"], "duty": shift["duty"], "starts": stamp(shift["starts"]), "ends": stamp(shift["ends"])}
    fact = Fact(FactKind.SHIFT_TAKEN, None, _target(shift), shift["person"], {**of, **refs})
    tx.append([fact], at)
    return Pressed(PressResult.SHIFT_TAKEN, role=role, at=at.now, zone=zone)


def _target(shift: Any) -> str:
    """Return how the journal calls a shift; the number of one that is gone may be given again."""
    return f"shift:{shift['id']}@{stamp(shift['starts'])}"
