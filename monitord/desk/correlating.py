"""What an edge means beyond its own target: links, rings and cables are judged anew, and one cause is one incident."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitord.desk.context import Context
from monitord.desk.pictures import Pictures, pictures
from monitord.desk.power import is_power
from monitord.desk.settling import reconsider, settle, take_in, turned
from monitord.domain.correlation import Picture
from monitord.domain.edge import Firmness
from monitord.domain.health import FAULTS, Health
from monitord.domain.journal import Fact, FactKind, stamp
from monitord.domain.known import Judged as Whole
from monitord.domain.network import Device, Target, TargetId
from monitord.domain.wiring import AREA, CUSTOMERS, LINK, RING, ROUTE, SITE, parts
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx

_ROWS = sa.select(t.target).where(t.target.c.id.in_(sa.bindparam("the_ids", expanding=True)))
_SAVE = t.target.update().where(t.target.c.id == sa.bindparam("the_id"))
AT_ONCE = 200
"""Wholes that are judged with one reading where all of them are."""
_WITHHELD = _ROWS.where(t.target.c.withheld_at.is_not(None)).order_by(t.target.c.id)


@dataclass(frozen=True, slots=True)
class Judged:
    """The wholes that a target is a part of, cables before rings before links; those of them that are otherwise than
    before, those whose confirmed health is another, and those that began to flap or came to rest."""

    wholes: tuple[TargetId, ...] = ()
    changed: tuple[TargetId, ...] = ()
    turned: tuple[TargetId, ...] = ()
    restless: tuple[TargetId, ...] = ()


def correlate(tx: Tx, context: Context, device: Device, target: Target, seen_at: datetime, at: Moment) -> Judged:
    """Judge anew what a target is a part of, and write what it is now."""
    wholes = dict.fromkeys(context.wiring.affected(target.id, device.id))
    by_death = context.wiring.by_death(target.id, device.id)
    if by_death:
        now = pictures(tx, context, (target.id, *wholes))  # read at once with what is judged below
        for one, around in by_death.items():
            # A look at one line of a silent device says whether it is the device that failed, with all its lines.
            if now.firm.silent(one) or now.soft.silent(one):
                wholes |= dict.fromkeys(around)
    known = tuple(sorted((one for one in wholes if one in context.targets), key=by_order))
    return judge(tx, context, known, seen_at, at) if known else Judged()


def judge(tx: Tx, context: Context, wholes: tuple[TargetId, ...], seen_at: datetime, at: Moment) -> Judged:
    """Judge wholes anew, in their order, and write what they are now."""
    now = pictures(tx, context, wholes)
    rows = {row["id"]: row for row in tx.sql.execute(_ROWS, {"the_ids": list(wholes)}).mappings()}
    changed = tuple(one for one in wholes if _write(tx, context, one, rows.get(one), now, seen_at, at))
    was = {name: row["settled"] or Health.UP for name, row in rows.items()}
    otherwise = tuple(one for one in changed if now.firm.judge(one).health != was.get(one, Health.UP) or is_power(one))
    flapped = {name for name, row in rows.items() if row["flapping"]}
    restless = tuple(one for one in changed if (now.restless(one) is not None) is not (one in flapped))
    return Judged(wholes, changed, otherwise, restless)


def correlate_all(tx: Tx, context: Context, at: Moment) -> None:
    """Judge every whole anew: other settings are in force, and no edge says what they make of what is known."""
    every = sorted((name for name in context.targets if parts(name) is not None), key=by_order)
    for start in range(0, len(every), AT_ONCE):
        wholes = tuple(every[start : start + AT_ONCE])
        judge(tx, context, wholes, at.now, at)
        settle_around(tx, context, (), Judged(wholes, wholes, wholes), at)


def by_order(name: TargetId) -> tuple[int, str]:
    """Return the order in which wholes are judged: what may explain the others first."""
    return (AREA, ROUTE, RING, SITE, CUSTOMERS, LINK).index((parts(name) or (LINK, ""))[0]), name


def _write(tx: Tx, context: Context, whole: TargetId, row: Any, now: Pictures, seen_at: datetime, at: Moment) -> bool:
    """Write how a whole is; return whether that is otherwise than before."""
    firm, soft = now.firm.judge(whole), now.soft.judge(whole)
    if row is None and firm.health is Health.UP and soft.health is Health.UP:
        return False  # what is well and new leaves no trace
    made_of = " ".join((*firm.links, *firm.isolated, *firm.sites, *firm.ports, *([f"<{firm.by}"] if firm.by else [])))
    history = now.restless(whole)
    same = (firm.health, soft.health, made_of, firm.cause, history is not None)
    before = None if row is None else tuple(row[name] for name in ("settled", "seen", "made_of", "cause", "flapping"))
    was_so = before == same
    if was_so and (row["look_after"] is None or firm.health is Health.UP):
        return False
    was = Health.UP if row is None or row["settled"] is None else Health(row["settled"])
    values: dict[str, Any] = {
        "device": context.targets[whole][0].id,
        "seen": soft.health,
        "firmness": Firmness.HARD if soft.health is firm.health else Firmness.SOFT,
        "attempt": 1,
        "confirm": 1,
        "cause": firm.cause,
        "detail": "",
        "made_of": made_of,
        "settled": firm.health,
        "known": firm.health,
        "first_bad": _began(firm, row),
        "flapping": history is not None,
        "history": history or "",
        "edge_boot": at.run,
        "edge_seen": _seen_at(now, (*firm.links, *soft.links), row, seen_at),
    }
    if row is None or row["seen"] != soft.health:
        values["since"] = seen_at
    if firm.health is Health.UP:
        values["last_good"] = seen_at
    other = row is not None and (row["made_of"], row["cause"]) != (made_of, firm.cause)
    news = was is not firm.health or (firm.health in FAULTS and other)
    if news:
        tx.append([_fact(whole, was, firm, values["first_bad"], row, seen_at, at)], at)
    if row is None:
        tx.sql.execute(t.target.insert(), {"id": whole, "held": [], **values})
    else:
        tx.sql.execute(_SAVE, {"the_id": whole, **values})
    return not was_so


def _seen_at(now: Pictures, links: tuple[str, ...], row: Any, seen_at: datetime) -> datetime:
    """Return when a whole was looked at last: when all was by which it failed, and not before that."""
    looked = now.looked_at(links) if links else seen_at
    return looked or (seen_at if row is None else row["edge_seen"]) or seen_at


def _began(judged: Whole, row: Any) -> datetime | None:
    """A fault that goes on began when it did, whichever link is left of it."""
    if judged.health is Health.UP:
        return None
    before = None if row is None else row["first_bad"]
    found = [at for at in (before, judged.since) if at is not None]
    return min(found, default=None)


def _fact(
    whole: TargetId, was: Health, judged: Whole, first_bad: datetime | None, row: Any, seen_at: datetime, at: Moment
) -> Fact:
    last_good = None if row is None else row["last_good"]
    if judged.health is Health.UP:
        last_good = seen_at
    refs = {
        "was": None if was is judged.health else was,
        "now": judged.health,
        "cause": judged.cause,
        "seen": stamp(seen_at),
        "first_bad": None if first_bad is None else stamp(first_bad),
        "last_good": None if last_good is None else stamp(last_good),
        "links": [f"{LINK}:{link}" for link in judged.links],
        "isolated": list(judged.isolated) or None,
        "by": judged.by,
        "segments": list(judged.segments) or None,
        "places": [place.partition("@")[0] for place in judged.sites] or None,
    }
    return Fact(FactKind.TARGET_HARD, target=whole, refs=refs)


def settle_around(tx: Tx, context: Context, targets: Sequence[TargetId], judged: Judged, at: Moment) -> None:
    """Let it have its effect what the wholes are now: their own incidents, what waits behind them, and what was told
    before its cause was known and is gathered into that now."""
    if not judged.wholes:
        return
    for whole in judged.turned:
        row = tx.sql.execute(_ROWS, {"the_ids": [whole]}).mappings().first()
        if row is not None:
            settle(tx, context, *context.targets[whole], row, at)
    for whole in judged.restless:
        row = tx.sql.execute(_ROWS, {"the_ids": [whole]}).mappings().first()
        if row is not None:
            turned(tx, context, whole, row, at)
    near = sorted(context.wiring.near(judged.wholes) | {*judged.wholes, *targets})
    now = pictures(tx, context, judged.wholes).soft
    for row in tx.sql.execute(_WITHHELD, {"the_ids": near}).mappings().all():
        if not _stays(now, context, row):
            reconsider(tx, context, row, at)
    if judged.changed:
        take_in(tx, context, near, at)


def _stays(now: Picture, context: Context, row: Any) -> bool:
    """Return whether what waits goes on waiting for certain: it is known to be explained, and it is so still."""
    if not row["behind"] or row["look_after"] is not None or row["id"] not in context.targets:
        return False
    return now.explained(row["id"], context.targets[row["id"]][0].id) is not None
