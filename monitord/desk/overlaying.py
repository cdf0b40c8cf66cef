"""What lies over the plan of the roster, written by hand: overrides, and who is away."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from monitord.desk import laying
from monitord.desk.context import Context
from monitord.desk.rostering import Answer, RosterAct, RosterRefused, duty_of, keeper_of, somebody, span_of
from monitord.domain.journal import Fact, FactKind, stamp
from monitord.domain.laying import OverlayKind
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx

LONGEST_LEAVE = timedelta(days=400)


def override(tx: Tx, context: Context, person: str, given: Mapping[str, Any], at: Moment) -> Answer:
    """Let others be on duty than planned: `outgoing` (everybody when None) go, `incoming` come."""
    unit = keeper_of(tx, context, str(given["unit"]), person, at)
    duty, (start, end) = duty_of(context, given), span_of(given)
    if end <= at.now:
        raise RosterRefused("that is over: who was on duty stays as it was; write a note instead")
    if end - start > laying.LONGEST:
        raise RosterRefused(f"an override lasts {laying.LONGEST.days} days at most")
    outgoing = None if given.get("outgoing") is None else [somebody(tx, one) for one in given["outgoing"]]
    incoming = [somebody(tx, one) for one in given.get("incoming") or ()]
    if not incoming and outgoing == []:
        raise RosterRefused("nobody comes and nobody goes: name somebody")
    values = {
        "unit": unit.id,
        "duty": duty,
        "starts": start,
        "ends": end,
        "outgoing": outgoing,
        "incoming": incoming,
        "kind": OverlayKind.OVERRIDE,
        "author": person,
        "reason": str(given.get("reason") or ""),
        "made_at": at.now,
    }
    number = add(tx, context, values, at)
    return {"override": number, "text": f"override:{number}"}


def add(tx: Tx, context: Context, values: Mapping[str, Any], at: Moment) -> int:
    """Write an overlay and what is on duty by it; return its number."""
    key = tx.sql.execute(t.overlay.insert().values(**values)).inserted_primary_key
    assert key is not None
    number, said = int(key[0]), {name: values[name] for name in ("unit", "duty", "outgoing", "incoming")}
    spans = {"from": stamp(values["starts"]), "to": stamp(values["ends"])}
    private = {"text": values["reason"]} if values["reason"] else None
    refs = {**said, **spans, "overlay": number, "kind": values["kind"]}
    tx.append([Fact(FactKind.ROSTER_OVERLAID, actor=values["author"], refs=refs, private=private)], at)
    laying.write_out(tx, context.settings, at, {"overlay": number}, units=(values["unit"],))
    return number


def withdraw(tx: Tx, context: Context, person: str, given: Mapping[str, Any], at: Moment) -> Answer:
    """Take back an override or a swap: from now on what was planned counts again."""
    number = int(given["override"])
    o = t.overlay.c
    row = tx.sql.execute(sa.select(t.overlay).where(o.id == number, o.withdrawn_at.is_(None))).mappings().first()
    if row is None or row["ends"] <= at.now:
        raise RosterRefused(f"no override {number} is in force or ahead; `monitord roster overrides` lists them")
    keeper_of(tx, context, row["unit"], person, at)
    tx.sql.execute(t.overlay.update().where(o.id == number).values(withdrawn_at=at.now))
    refs = {"overlay": number, "unit": row["unit"], "duty": row["duty"]}
    tx.append([Fact(FactKind.ROSTER_WITHDRAWN, actor=person, refs=refs)], at)
    laying.write_out(tx, context.settings, at, {"overlay": number}, units=(row["unit"],))
    return {"text": f"override:{number}"}


def away(tx: Tx, context: Context, person: str, given: Mapping[str, Any], at: Moment) -> Answer:
    """Note that somebody is on leave: his stand-ins are told instead, and every duty of his in that time is a gap."""
    whom, (start, end) = somebody(tx, given["whom"]), span_of(given)
    home = tx.people()[whom].home
    if whom != person:
        keeper_of(tx, context, home, person, at)
    if end <= at.now or end - start > LONGEST_LEAVE:
        raise RosterRefused(f"a leave ends ahead, {LONGEST_LEAVE.days} days after its beginning at most")
    reason = str(given.get("reason") or "")
    values = {"person": whom, "starts": start, "ends": end, "reason": reason, "author": person, "made_at": at.now}
    key = tx.sql.execute(t.leave.insert().values(**values)).inserted_primary_key
    assert key is not None
    refs = {"whom": whom, "from": stamp(start), "to": stamp(end), "leave": int(key[0])}
    private = {"text": reason} if reason else None
    tx.append([Fact(FactKind.LEAVE_NOTED, actor=person, refs=refs, private=private)], at)
    return {"leave": int(key[0]), "text": f"leave:{key[0]}"}


def back(tx: Tx, context: Context, person: str, given: Mapping[str, Any], at: Moment) -> Answer:
    """Strike out a leave, or end it now."""
    number = int(given["leave"])
    away_now = sa.select(t.leave).where(t.leave.c.id == number, t.leave.c.withdrawn_at.is_(None))
    row = tx.sql.execute(away_now).mappings().first()
    if row is None or row["ends"] <= at.now:
        raise RosterRefused(f"no leave {number} runs or is ahead; `monitord roster leaves` lists them")
    if row["person"] != person:
        keeper_of(tx, context, tx.people()[row["person"]].home, person, at)
    tx.sql.execute(t.leave.update().where(t.leave.c.id == number).values(withdrawn_at=at.now))
    refs = {"whom": row["person"], "leave": number}
    tx.append([Fact(FactKind.LEAVE_ENDED, actor=person, refs=refs)], at)
    return {"text": f"leave:{number}"}


ACTS: Mapping[str, RosterAct] = {"override": override, "withdraw": withdraw, "away": away, "back": back}
