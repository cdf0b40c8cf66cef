"""The handover book kept: opened before a change, confirmed by both sides, frozen when they have, or one-sided."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from monitord.desk import changeover
from monitord.desk.changeover import AHEAD, ASKED_FOR, Change, change_at, names_of, role_name, subject_of
from monitord.desk.context import Context
from monitord.desk.handing import book_of
from monitord.domain.dutybook import usable
from monitord.domain.group import CHANNEL, MARK
from monitord.domain.handover import Book, digest, to_wire
from monitord.domain.journal import Fact, FactKind, canonical, stamp
from monitord.domain.notice import CALLS, Event, Notice, Priority
from monitord.domain.people import IMPERSONAL, Person
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx
from monitord.texts.story import Pressed, PressResult

_h = t.handover.c


def open_up(tx: Tx, context: Context, change: Change, at: Moment) -> Any:
    """Return the row of a change's book, and ask whoever gives the duty away to confirm it, once each."""
    row = changeover.opened(tx, change.unit, change.duty, change.at)
    for person in change.giving if row["frozen_at"] is None else ():
        known = tx.people().get(person)
        ways = [way for way in usable(known, context.settings.ways) if way not in CALLS] if known else []
        if any(way not in IMPERSONAL for way in ways):
            queue(tx, Event.HANDOVER, person, ways, subject_of(row), at)
    return row


def queue(
    tx: Tx, event: Event, person: str, ways: list[str], subject: str, at: Moment, first: Priority = Priority.FOLLOW_UP
) -> bool:
    """Owe somebody a word about a change; False where it is owed already."""
    notice = Notice(None, event, person, ways[0], first, fallback=tuple(ways[1:]), subject=subject)
    if tx.sql.execute(sa.select(t.outbox.c.id).where(t.outbox.c.key == notice.key)).first() is not None:
        return False
    return tx.queue(notice, at.now)


def keep(tx: Tx, context: Context, at: Moment) -> float | None:
    """Freeze the books that waited long enough; return the seconds until the next has, None where none waits."""
    waiting = sa.select(t.handover).where(_h.frozen_at.is_(None)).order_by(_h.at, _h.id)
    ahead = []
    for row in tx.sql.execute(waiting).mappings().all():
        left = (row["at"] + ASKED_FOR - at.now).total_seconds()
        if left > 0:
            ahead.append(left)
            continue
        change = change_at(tx, row["unit"], row["duty"], row["at"])
        if not change.taking and row["given_at"] is None and row["taken_at"] is None:
            tx.sql.execute(t.handover.delete().where(_h.id == row["id"]))  # the roster changed: nobody came
        else:
            _freeze(tx, context, row, at)
    return min(ahead, default=None)


def give(tx: Tx, context: Context, person: Person, row: Any, at: Moment, refs: Mapping[str, object]) -> Pressed:
    """Let whoever gives a duty away confirm it; the first time counts."""
    role, zone = role_name(context, row["duty"]), context.settings.zone
    change = change_at(tx, row["unit"], row["duty"], row["at"])
    if person.id not in change.giving or at.now >= change.until or at.now < row["at"] - AHEAD:
        return Pressed(PressResult.NO_SHIFT)
    if row["given_at"] is not None:
        by = names_of(tx.people(), [row["given_by"]])[0]
        return Pressed(PressResult.SHIFT_GIVEN_BEFORE, name=by, role=role, at=row["given_at"], zone=zone)
    said = {"unit": row["unit"], "duty": row["duty"], "starts": stamp(row["at"])}
    tx.append([Fact(FactKind.HANDOVER_GIVEN, None, target_of(row), person.id, {**said, **refs})], at)
    signed(tx, context, row, {"given_by": person.id, "given_at": at.now}, at)
    return Pressed(PressResult.SHIFT_GIVEN, role=role, at=at.now, zone=zone)


def press(tx: Tx, context: Context, person: Person, notice: Any, at: Moment, refs: Mapping[str, object]) -> Pressed:
    """Confirm the change that a message asked about."""
    row = changeover.row_of(tx, notice["subject"])
    return Pressed(PressResult.NO_SHIFT) if row is None else give(tx, context, person, row, at, refs)


def typed(tx: Tx, context: Context, person: Person, at: Moment, refs: Mapping[str, object]) -> Pressed:
    """Confirm the change at which somebody gives a duty away, the latest that he has not confirmed yet."""
    near = sa.select(t.handover).where(_h.at <= at.now + AHEAD, _h.at > at.now - changeover.UNKNOWN_BEFORE)
    rows = tx.sql.execute(near.order_by(_h.at.desc(), _h.id)).mappings().all()
    answers = (give(tx, context, person, row, at, refs) for row in rows)
    return next((one for one in answers if one.result is not PressResult.NO_SHIFT), Pressed(PressResult.NO_SHIFT))


def signed(tx: Tx, context: Context, row: Any, by: Mapping[str, object], at: Moment) -> None:
    """Write down who confirmed, and freeze the book when nobody is missing any more."""
    tx.sql.execute(t.handover.update().where(_h.id == row["id"]).values(**by))
    now = {**row, **by}
    change = change_at(tx, row["unit"], row["duty"], row["at"])
    if now["frozen_at"] is None and now["taken_at"] is not None and (now["given_at"] is not None or not change.giving):
        _freeze(tx, context, now, at)


def book(tx: Tx, context: Context, row: Any, at: Moment) -> Book:
    """Return the book of a change as it is now."""
    return book_of(tx, context, change_at(tx, row["unit"], row["duty"], row["at"]), at)


def target_of(row: Any) -> str:
    """Return how the journal calls a book."""
    return f"handover:{row['unit']}/{row['duty']}@{stamp(row['at'])}"


def _freeze(tx: Tx, context: Context, row: Any, at: Moment) -> None:
    """Keep the book as it is now; who has not confirmed it by now is named as missing, and blocks nobody."""
    change = change_at(tx, row["unit"], row["duty"], row["at"])
    made = book_of(tx, context, change, at)
    kept = {"frozen_at": at.now, "content": canonical(to_wire(made))}
    tx.sql.execute(t.handover.update().where(_h.id == row["id"]).values(**kept))
    unsigned = ["giving"] if row["given_at"] is None and change.giving else []
    unsigned += ["taking"] if row["taken_at"] is None else []
    refs = {"unit": row["unit"], "duty": row["duty"], "starts": stamp(row["at"]), "digest": digest(made)}
    by = {name: row[name] for name in ("given_by", "taken_by") if row[name] is not None}
    fact = Fact(FactKind.HANDOVER_FROZEN, None, target_of(row), None, {**refs, **by, "unsigned": unsigned})
    tx.append([fact], at)
    for group in context.settings.groups if not unsigned else ():
        if group.unit == row["unit"]:
            queue(tx, Event.HANDED_OVER, MARK + group.id, [CHANNEL], subject_of(row), at)
