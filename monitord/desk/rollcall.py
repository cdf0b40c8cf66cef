"""Taking over a shift: whoever comes on duty is asked a quarter of an hour before, with the handover book in the same
message, and says so by one tap.

Where a unit asks for it (`roll_call`). That it was taken is a row of the journal; nobody is on duty by it, and nobody
off without it: the roster says who is.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitord.desk import changeover, handover, missing, unread
from monitord.desk.changeover import AHEAD, ASKED_FOR, change_at, first_row_of, of_shift, subject_of, target_of
from monitord.desk.context import Context
from monitord.domain.dutybook import usable
from monitord.domain.incident import Incident
from monitord.domain.journal import Fact, FactKind, stamp
from monitord.domain.notice import CALLS, Event
from monitord.domain.people import IMPERSONAL, Person
from monitord.store import tables as t
from monitord.store.roster import covering, instant_asked
from monitord.store.rows import Moment
from monitord.store.tx import Tx
from monitord.texts.story import Pressed, PressResult

IN_SIGHT = timedelta(minutes=5)
"""How far ahead it is looked for whom to ask next, and after how long again."""
_s = t.shift.c


def keep(tx: Tx, context: Context, at: Moment) -> float | None:
    """Ask those whose shift begins soon, once each, look who has not come, and freeze the books that waited long
    enough; return the seconds until there is something to do again, None when nobody is in sight."""
    wanted = changeover.called(context)
    waits = [handover.keep(tx, context, at)]
    if wanted is not None:
        for shift in _beginning(tx, wanted, at.now - ASKED_FOR, at.now + AHEAD):
            change = change_at(tx, shift["unit"], shift["duty"], shift["starts"])
            if shift["person"] in change.taking:
                _ask(tx, context, shift, handover.open_up(tx, context, change, at), at)
        waits.append(missing.keep(tx, context, wanted, at))
        later = _beginning(tx, wanted, at.now + AHEAD, at.now + AHEAD + IN_SIGHT)
        waits += [max(1.0, (shift["starts"] - AHEAD - at.now).total_seconds()) for shift in later[:1]]
        waits.append(IN_SIGHT.total_seconds())
    return min((wait for wait in waits if wait is not None), default=None)


def _beginning(tx: Tx, wanted: Any, since: datetime, until: datetime) -> Sequence[Any]:
    """Return the shifts that begin after `since` and not after `until`, in order, by short ranges of an index."""
    found = sa.select(t.shift).where(covering(wanted, _s.starts > since)).order_by(_s.starts, _s.id)
    return tx.sql.execute(found, instant_asked(until, until - since)).mappings().all()


def press(
    tx: Tx,
    context: Context,
    person: Person,
    notice: Any,
    at: Moment,
    refs: Mapping[str, object],
    *,
    known: bool = False,
) -> Pressed:
    """Take over the shift that a message asked about; the first time counts. `known` says that the button named what
    nobody has taken."""
    row = changeover.row_of(tx, notice["subject"])
    shift = None if row is None else changeover.shift_in(tx, row, person.id)
    if shift is None or at.now >= shift["ends"]:
        return Pressed(PressResult.NO_SHIFT)
    up_to = int(changeover.about(notice["subject"])) if known else 0
    return _take(tx, context, shift, at, refs, unread.of_unit(tx, shift["unit"]), up_to, notice["channel"])


def typed(tx: Tx, context: Context, person: Person, number: str, at: Moment, refs: Mapping[str, object]) -> Pressed:
    """Take over the shift that somebody has now or soon, the earliest that nobody took over yet; `number` is that of an
    incident of which he says that he knows it, empty without."""
    wanted = changeover.called(context)
    if wanted is None:
        return Pressed(PressResult.NO_SHIFT)
    mine = sa.and_(wanted, _s.person == person.id, _s.ends > at.now, _s.starts <= at.now + AHEAD)
    shifts = tx.sql.execute(sa.select(t.shift).where(mine).order_by(_s.starts, _s.id)).mappings().all()
    ready = [shift for shift in shifts if first_row_of(tx, shift, FactKind.SHIFT_TAKEN) is None]
    shift = next(iter(ready or shifts), None)
    if shift is None:
        return Pressed(PressResult.NO_SHIFT)
    found = unread.of_unit(tx, shift["unit"])
    # Whoever types the number of one of them has read the answer that named them all.
    up_to = max((one.id for one in found), default=0) if unread.named(found, number) else 0
    return _take(tx, context, shift, at, refs, found, up_to)


def no_longer(tx: Tx, row: Any) -> str | None:
    """Return why somebody need not be asked any more, None while he must."""
    asked = changeover.row_of(tx, row["subject"])
    shift = None if asked is None else changeover.shift_in(tx, asked, row["person"])
    if shift is None:
        return "shift changed"
    return "shift taken" if first_row_of(tx, shift, FactKind.SHIFT_TAKEN) is not None else None


def _ask(tx: Tx, context: Context, shift: Any, row: Any, at: Moment) -> None:
    """Ask somebody whether he takes his shift, once; where no message reaches him it is written down all the same."""
    if first_row_of(tx, shift, FactKind.SHIFT_TAKEN, FactKind.SHIFT_ASKED) is not None:
        return
    known = tx.people().get(shift["person"])
    ways = [way for way in usable(known, context.settings.ways) if way not in CALLS] if known is not None else []
    reached = any(way not in IMPERSONAL for way in ways)
    if reached:
        handover.queue(tx, Event.SHIFT_ASK, shift["person"], ways, subject_of(row), at)
    refs = {**of_shift(shift), "channel": ways[0] if reached else None}
    tx.append([Fact(FactKind.SHIFT_ASKED, None, target_of(shift), None, refs)], at)


def _take(
    tx: Tx,
    context: Context,
    shift: Any,
    at: Moment,
    refs: Mapping[str, object],
    found: list[Incident],
    up_to: int,
    channel: str = "",
) -> Pressed:
    """Take a shift; not while there is anything grave that nobody has taken and he has not said that he knows of."""
    role, zone = changeover.role_name(context, shift["duty"]), context.settings.zone
    before = first_row_of(tx, shift, FactKind.SHIFT_TAKEN)
    if before is not None:
        return Pressed(PressResult.SHIFT_TAKEN_BEFORE, role=role, at=before, zone=zone)
    row = changeover.opened(tx, shift["unit"], shift["duty"], shift["starts"])
    if any(one.id > up_to for one in found):
        if first_row_of(tx, shift, *missing.HERE) is None:
            missing.here(tx, context, shift, refs, at)
        if channel:
            unread.ask(tx, row, shift["person"], channel, found, at)
        to = "" if channel else found[0].code
        return Pressed(PressResult.SHIFT_UNREAD, code=unread.codes(found), role=role, to=to)
    known = {"known": [one.code for one in found]} if found else {}
    missed = first_row_of(tx, shift, FactKind.SHIFT_MISSED) is not None
    tx.append(
        [Fact(FactKind.SHIFT_TAKEN, None, target_of(shift), shift["person"], {**_said(shift), **known, **refs})], at
    )
    if missed:
        missing.came(tx, context, shift, at)
    if row["taken_at"] is None:
        handover.signed(tx, context, row, {"taken_by": shift["person"], "taken_at": at.now}, at)
    return Pressed(PressResult.SHIFT_TAKEN, role=role, at=at.now, zone=zone)


def _said(shift: Any) -> dict[str, object]:
    spans = {"starts": stamp(shift["starts"]), "ends": stamp(shift["ends"])}
    return {"unit": shift["unit"], "duty": shift["duty"], **spans}
