"""What the roster lacks in the days ahead, told to who keeps it before anybody needs whoever is missing.

It stays in the unit: its owner hears of every gap when it is first seen and 7, 3 and 1 days before it begins, the
leaders on duty of what begins within a day; one message a unit, roles alone.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from monitord.desk.context import Context
from monitord.domain.coverage import Hole, lacking
from monitord.domain.dutybook import DutyBook, resolve
from monitord.domain.journal import Fact, FactKind, stamp
from monitord.domain.notice import CALLS, Event, Notice, Priority
from monitord.domain.people import Unit
from monitord.domain.policy import PolicyStep, Whom
from monitord.domain.quiet import Quiet, quiet_until
from monitord.settings.coverage import contract_of
from monitord.store import tables as t
from monitord.store.roster import leaves, written_shifts
from monitord.store.rows import Moment
from monitord.store.tx import Tx
from monitord.texts import coverage as words

AHEAD = timedelta(days=30)
"""How far ahead is looked; the roster is written out farther."""
EVERY = timedelta(hours=1)
"""How often is looked while the roster stays as it is."""
STAGES = (timedelta(days=7), timedelta(days=3), timedelta(days=1))
"""How long before it begins a gap is told again."""
SOON = timedelta(days=1)
"""What begins within that time the leaders on duty hear of as well."""
NIGHT = Quiet(time(22), time(6, 30))
URGENT = timedelta(hours=12)
"""By night only what begins within that time is told; the rest waits for the morning."""
NEVER_TOLD = -1
_g = t.coverage_gap.c


def keep(tx: Tx, context: Context, at: Moment) -> float:
    """Look at the days ahead, tell what is due to be told, and return the seconds until the next look."""
    settings = context.settings
    until = _horizon(tx, at.now + AHEAD)
    contract = contract_of(settings, {})
    found = lacking(
        contract, written_shifts(tx.sql, at.now, until), leaves(tx.sql, at.now, until), at.now, max(until, at.now)
    )
    _note(tx, found, until, at)
    book: DutyBook | None = None
    rows = open_gaps(tx.sql)
    for unit in settings.units.values():
        mine = [row for row in rows if row["unit"] == unit.id]
        due = [row for row in mine if _stage(row, at.now) > row["told"]]
        if due and not _waits_for_morning(context, due, at.now):
            book = book or context.book(tx, at)
            _tell(tx, context, unit, book, due, at)
            for row in mine:
                tx.sql.execute(t.coverage_gap.update().where(_g.id == row["id"]).values(told=_stage(row, at.now)))
    return EVERY.total_seconds()


def text(tx: Tx, context: Context, row: Any) -> str:
    """Return what somebody reads: what the unit's roster lacks now, of that what begins soon for a leader."""
    ident, _, duty = row["subject"].split("@")
    settings, page = context.settings, context.words.page
    unit, role = settings.units.get(ident), settings.duty_kinds.get(duty)
    gaps = [_gap(context, one) for one in _meant(tx, row)]
    if unit is None or not gaps:
        return page["gaps_filled"]
    to = (role.name if role else duty) if duty else ""
    told = words.GapsAhead(unit.id, unit.name, unit.handover, tuple(gaps), settings.zone, unit.address_form, to)
    return words.letter(told, page)


def reason_gone(tx: Tx, row: Any) -> str | None:
    """Return why nobody need be told any more, None while something is missing."""
    return None if _meant(tx, row) else "gap filled"


def open_gaps(connection: sa.Connection, unit: str | None = None) -> Sequence[Any]:
    """Return the gaps that are not closed, of a unit or of all, the nearest first."""
    wanted = sa.select(t.coverage_gap).where(_g.closed_at.is_(None)).order_by(_g.starts, _g.unit, _g.duty, _g.id)
    return connection.execute(wanted if unit is None else wanted.where(_g.unit == unit)).mappings().all()


def _meant(tx: Tx, row: Any) -> list[Any]:
    """Return the gaps a message is about: all of the unit for its owner, what begins soon for a leader on duty."""
    unit, _, duty = row["subject"].split("@")
    until = row["created_at"] + SOON
    return [one for one in open_gaps(tx.sql, unit) if not duty or one["starts"] <= until]


def _horizon(tx: Tx, wanted: datetime) -> datetime:
    written = tx.get(t.WRITTEN_TO)
    return wanted if written is None else min(wanted, datetime.fromisoformat(written))


def _note(tx: Tx, found: Iterable[Hole], until: datetime, at: Moment) -> None:
    """Let the table hold what was found; a gap that moved stays the one it was, so that it is not news again."""
    facts, before = [], list(open_gaps(tx.sql))
    for hole in found:
        ends = None if hole.end >= until else hole.end
        values: dict[str, Any] = {"ends": ends, "have": hole.have, "need": hole.need}
        known = next((row for row in before if _same(row, hole)), None)
        if known is None:
            values |= {"unit": hole.unit, "duty": hole.duty, "starts": hole.start, "seen_at": at.now}
            tx.sql.execute(t.coverage_gap.insert().values(told=NEVER_TOLD, **values))
            facts.append(_fact(FactKind.COVERAGE_SEEN, values, have=hole.have, need=hole.need))
            continue
        before.remove(known)
        starts = known["starts"] if hole.start <= at.now and known["starts"] < hole.start else hole.start
        # What was filled up to a later day is told again as that day comes near.
        told = min(known["told"], _stage({"starts": starts}, at.now)) if starts > known["starts"] else known["told"]
        moved = {"starts": starts, "told": told, **values}
        tx.sql.execute(t.coverage_gap.update().where(_g.id == known["id"]).values(moved))
    for row in before:
        past = row["ends"] is not None and row["ends"] <= at.now
        tx.sql.execute(t.coverage_gap.update().where(_g.id == row["id"]).values(closed_at=at.now))
        facts.append(_fact(FactKind.COVERAGE_CLOSED, row, reason="gap past" if past else "gap filled"))
    tx.append(facts, at)


def _same(row: Any, hole: Hole) -> bool:
    alike = (row["unit"], row["duty"]) == (hole.unit, hole.duty)
    return alike and row["starts"] < hole.end and (row["ends"] is None or row["ends"] > hole.start)


def _stage(row: Any, now: datetime) -> int:
    return sum(row["starts"] - now <= before for before in STAGES)


def _waits_for_morning(context: Context, due: Iterable[Any], now: datetime) -> bool:
    by_night = quiet_until(NIGHT, now, context.settings.zone) is not None
    return by_night and all(row["starts"] - now > URGENT for row in due)


def _tell(tx: Tx, context: Context, unit: Unit, book: DutyBook, due: Sequence[Any], at: Moment) -> None:
    ways = tuple(way for way in context.settings.ways if way not in CALLS)
    steps = {"": PolicyStep(timedelta(0), Whom.PERSON, unit.roster_owner, ways)}
    if any(row["starts"] - at.now <= SOON for row in due):
        steps[unit.leader_duty] = PolicyStep(timedelta(0), Whom.DUTY, unit.leader_duty, ways)
    found = {duty: resolve(step, unit.id, book) for duty, step in steps.items()}
    if not found[""]:
        # Nobody who keeps that roster can be told: an administrator can, who looks why.
        asked = (PolicyStep(timedelta(0), Whom.PERSON, one, ways) for one in book.administrators)
        found[""] = next((reached for step in asked if (reached := resolve(step, unit.id, book))), ())
    told: set[str] = set()
    for duty, reached in found.items():
        for way in reached:
            if way.person in told:
                continue
            told.add(way.person)
            subject = f"{unit.id}@{stamp(at.now)}@{duty}"
            notice = Notice(
                None,
                Event.GAPS_AHEAD,
                way.person,
                way.channels[0],
                Priority.FOLLOW_UP,
                fallback=way.channels[1:],
                subject=subject,
            )
            tx.queue(notice, at.now)


def _gap(context: Context, row: Any) -> words.Gap:
    kind = context.settings.duty_kinds.get(row["duty"])
    return words.Gap(kind.name if kind else row["duty"], row["starts"], row["ends"], row["have"], row["need"])


def _fact(kind: FactKind, row: Any, **more: object) -> Fact:
    to = None if row["ends"] is None else stamp(row["ends"])
    return Fact(kind, refs={"unit": row["unit"], "duty": row["duty"], "from": stamp(row["starts"]), "to": to, **more})
