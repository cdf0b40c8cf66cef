"""Many shifts written into the roster at once: an imported spreadsheet or calendar, shifts by hand. All or nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitord.desk import laying
from monitord.desk.context import Context
from monitord.desk.rostering import Answer, RosterAct, RosterRefused, duty_of, keeper_of, somebody, span_of
from monitord.domain.journal import Fact, FactKind
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx

MOST = 20_000
"""Shifts of one batch."""
KINDS = ("import", "hand")


def put(tx: Tx, context: Context, person: str, given: Mapping[str, Any], at: Moment) -> Answer:
    """Write a batch: `shifts` as (unit, duty, person, start, end, backup, source), and the `periods` as (unit, duty,
    start, end) in which they are all there is; without periods they stand beside what is planned."""
    shifts, periods, kind = list(given["shifts"]), list(given.get("periods") or ()), str(given["kind"])
    if kind not in KINDS or not 0 < len(shifts) <= MOST:
        raise RosterRefused(f"a batch holds 1 to {MOST} shifts, not {len(shifts)}")
    concerned = {str(one[0]) for one in (*shifts, *periods)}
    for unit in concerned:
        keeper_of(tx, context, unit, person, at)
    digest = str(given.get("digest") or "")
    if digest and (there := _in_force(tx, digest)) is not None:
        raise RosterRefused(f"this file is in force already, as batch {there}; nothing was written")
    made = {"kind": kind, "author": person, "file": str(given.get("file") or ""), "made_at": at.now,
            "digest": digest}  # fmt: skip
    key = tx.sql.execute(t.roster_batch.insert().values(**made)).inserted_primary_key
    assert key is not None
    number = int(key[0])
    tx.sql.execute(t.planned_shift.insert(), [_shift(tx, context, number, kind, one) for one in shifts])
    rows = [{"batch": number, **_period(context, one)} for one in periods]
    if rows:
        tx.sql.execute(t.roster_period.insert(), rows)
    units = sorted({str(one[0]) for one in shifts})
    refs = {"batch": number, "kind": kind, "shifts": len(shifts), "units": units, "file": made["file"],
            "digest": made["digest"]}  # fmt: skip
    tx.append([Fact(FactKind.ROSTER_WRITTEN, actor=person, refs=refs)], at)
    laying.write_out(tx, context.settings, at, {"batch": number}, units=concerned)
    return {"batch": number, "text": f"batch:{number}"}


def _in_force(tx: Tx, digest: str) -> int | None:
    b = t.roster_batch.c
    wanted = sa.select(b.id).where(b.digest == digest, b.withdrawn_at.is_(None)).order_by(b.id)
    return tx.sql.execute(wanted).scalars().first()


def withdraw(tx: Tx, context: Context, person: str, given: Mapping[str, Any], at: Moment) -> Answer:
    """Take a batch back: from now on what was planned before it counts again."""
    number = int(given["batch"])
    b, p, s = t.roster_batch.c, t.roster_period.c, t.planned_shift.c
    there = sa.select(b.id).where(b.id == number, b.withdrawn_at.is_(None))
    if tx.sql.execute(there).first() is None:
        raise RosterRefused(f"no batch {number} is in force; `monitord roster batches` lists them")
    named = sa.union(sa.select(s.unit).where(s.batch == number), sa.select(p.unit).where(p.batch == number))
    concerned = set(tx.sql.execute(named).scalars())
    for unit in concerned:
        keeper_of(tx, context, unit, person, at)
    tx.sql.execute(t.roster_batch.update().where(b.id == number).values(withdrawn_at=at.now))
    tx.append([Fact(FactKind.ROSTER_WITHDRAWN, actor=person, refs={"batch": number})], at)
    laying.write_out(tx, context.settings, at, {"batch": number}, units=concerned)
    return {"text": f"batch:{number}"}


def _shift(tx: Tx, context: Context, batch: int, kind: str, one: Any) -> dict[str, Any]:
    unit, duty, person, start, end, backup, source = one
    begins, ends = _span(context, duty, start, end)
    return {"batch": batch, "unit": unit, "duty": duty, "person": somebody(tx, person), "starts": begins,
            "ends": ends, "backup": bool(backup), "source": f"{kind}:{batch} {source}".rstrip()}  # fmt: skip


def _period(context: Context, one: Any) -> dict[str, Any]:
    unit, duty, start, end = one
    begins, ends = _span(context, duty, start, end, longest=False)
    return {"unit": unit, "duty": duty, "starts": begins, "ends": ends}


def _span(context: Context, duty: str, start: Any, end: Any, *, longest: bool = True) -> tuple[datetime, datetime]:
    duty_of(context, {"duty": duty})
    begins, ends = span_of({"start": start, "end": end})
    if longest and ends - begins > laying.LONGEST:
        raise RosterRefused(f"a shift lasts {laying.LONGEST.days} days at most")
    return begins, ends


ACTS: Mapping[str, RosterAct] = {"put": put, "withdraw_batch": withdraw}
