"""Taking in edges: the target's row, the journal, and what follows for incidents and for what stands behind."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from monitord.desk.context import Context, write
from monitord.desk.correlating import Judged, by_order, correlate, judge, settle_around
from monitord.desk.holding import withheld_below
from monitord.desk.ladders import ladder_time, time_left
from monitord.desk.settling import reconsider, settle, turned
from monitord.desk.suspicions import suspect
from monitord.domain import lifecycle
from monitord.domain.edge import Edge, Firmness
from monitord.domain.health import FAULTS, Health, Hold
from monitord.domain.journal import Fact, FactKind, stamp
from monitord.domain.network import BY_HAND, SIGHT, Device, Target, parents_of
from monitord.domain.wiring import AGENT
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx

_ROW = sa.select(t.target).where(t.target.c.id == sa.bindparam("the_id"))
_SAVE = t.target.update().where(t.target.c.id == sa.bindparam("the_id"))
# Made once: building it for each edge cost more than running it.
_HOLD_BEHIND = (
    t.target.update()
    .where(t.target.c.device.in_(sa.bindparam("the_devices", expanding=True)), t.target.c.id != sa.bindparam("the_id"))
    .values(held=sa.bindparam("the_held"))
)


def agents_first(context: Context, edges: Sequence[Edge]) -> Iterator[Edge]:
    """Yield edges in their order, but those of one look with that of the device's agent in front: whether it answers
    says what the rest of the look means."""
    for _, look in groupby(edges, key=lambda edge: (edge.target.partition("/")[0], edge.seen_at)):
        yield from sorted(look, key=lambda edge: context.agents.get(edge.target.partition("/")[0]) != edge.target)


def take_edge(tx: Tx, context: Context, edge: Edge, at: Moment, down_between: tuple[datetime, datetime] | None) -> bool:
    """Take an edge in; False when it was known already or its target is not in the settings. Repeating it does no harm.

    `down_between` is the time the daemon was down, for the first edges after a start.
    """
    found = context.targets.get(edge.target)
    if found is None:
        return False
    device, target = found
    row = tx.sql.execute(_ROW, {"the_id": edge.target}).mappings().first()
    if row is not None and _seen_before(row, edge):
        return False
    if _is_news(row, edge):
        tx.append([_edge_fact(edge)], at)
    if edge.happenings:
        refs: dict[str, Any] = {"happenings": list(edge.happenings), "seen": stamp(edge.seen_at)}
        if edge.peak is not None:
            refs["percent"] = edge.peak
        private = {"detail": edge.detail} if edge.detail else None
        tx.append([Fact(FactKind.TARGET_HAPPENING, target=edge.target, refs=refs, private=private)], at)
        suspect(tx, context, device, target, edge, at)
    values = _write_target(tx, row, edge, device)
    same = row is not None and (row["seen"], row["settled"]) == (values["seen"], values.get("settled", row["settled"]))
    if same:
        tx.looked_again(target.id)
        wholes = Judged()
    else:
        tx.seen_otherwise(target.id)
        wholes = correlate(tx, context, device, target, edge.seen_at, at)
    restless = edge.flapping is not bool(row is not None and row["flapping"])
    if edge.firmness is Firmness.HARD:
        settle(tx, context, device, target, values, at, down_between if edge.first else None)
    if restless:
        turned(tx, context, target.id, values, at)
    if target.check == AGENT or target.id == SIGHT:
        _mark_held(tx, context, device, target, edge, row)
        _wake_below(tx, context, device, target, edge, row, at)
    settle_around(tx, context, [target.id], wholes, at)
    return True


def settle_looked_again(tx: Tx, context: Context, at: Moment) -> None:
    """Let the looks of this transaction that saw nothing new have their effect, once for all of them: what waited for
    them is decided."""
    looked, tx.looked = list(tx.looked), {}
    affected = (
        context.wiring.affected(name, context.targets[name][0].id) for name in looked if name in context.targets
    )
    wholes = sorted({whole for found in affected for whole in found}, key=by_order)
    if wholes:
        settle_around(tx, context, looked, judge(tx, context, tuple(wholes), at.now, at), at)


def _wake_below(tx: Tx, context: Context, device: Device, target: Target, edge: Edge, row: Any, at: Moment) -> None:
    """What waited for this look is decided; what stood behind a fault is looked at before it is told."""
    if edge.now in FAULTS:
        return
    confirmed = None if row is None or row["settled"] is None else Health(row["settled"])
    if edge.now is Health.UNKNOWN and edge.firmness is Firmness.SOFT and confirmed in FAULTS:
        return  # a look that saw nothing changes nothing
    was_faulty = row is not None and row["seen"] is not None and Health(row["seen"]) in FAULTS
    for waiting in withheld_below(tx, context, device, target):
        if was_faulty and waiting["behind"]:
            after = {"look_after": edge.seen_at}
            tx.sql.execute(t.target.update().where(t.target.c.id == waiting["id"]).values(after))
            tx.asked[waiting["id"]] = None
            tx.armed_count += 1  # where no look comes the wait ends by the clock
        else:
            reconsider(tx, context, waiting, at)


def _mark_held(tx: Tx, context: Context, device: Device, target: Target, edge: Edge, row: Any) -> None:
    """Show at the targets behind this one that they cannot be seen, or that they can again."""
    was = row is not None and row["settled"] is not None and Health(row["settled"]) in FAULTS
    if edge.firmness is not Firmness.HARD or (edge.now in FAULTS) is was:
        return
    if target.id == SIGHT:
        held = [Hold.BLIND] if edge.now in FAULTS else []
        tx.sql.execute(t.target.update().where(t.target.c.id != SIGHT).values(held=held))
        return
    below = context.below.get(device.id, ())
    if not below and len(device.targets) == 1:
        return
    behind = [device.id, *below]
    if edge.now not in FAULTS:
        over = {name: _agents_over(context, name) for name in behind}
        named = {agent for agents in over.values() for agent in agents}
        failed = sa.select(t.target.c.id).where(t.target.c.id.in_(sorted(named)), t.target.c.settled.in_(FAULTS))
        still = set(tx.sql.execute(failed).scalars())
        behind = [name for name in behind if not still.intersection(over[name])]
    held = [Hold.PARENT] if edge.now in FAULTS else []
    tx.sql.execute(_HOLD_BEHIND, {"the_devices": behind, "the_id": target.id, "the_held": held})


def _agents_over(context: Context, name: str) -> list[str]:
    devices = context.settings.devices
    if name not in devices:
        return []
    over = [name, *(parent.id for parent in parents_of(devices, devices[name]))]
    return [context.agents[one] for one in over if one in context.agents]


def _seen_before(row: Any, edge: Edge) -> bool:
    """Return True for an edge taken in already, or one of an earlier run of the looker that comes late."""
    if row["edge_boot"] == edge.boot:
        return bool((row["edge_seq"] or 0) >= edge.seq)
    return not edge.first and row["edge_seen"] is not None and edge.seen_at <= row["edge_seen"]


def _is_news(row: Any, edge: Edge) -> bool:
    """Return whether an edge is worth a row: not what the desk knows already, nor that a new target is up."""
    if row is None:
        return edge.now is not Health.UP
    if edge.firmness is Firmness.HARD:
        return bool(row["settled"] != edge.now or row["seen"] != edge.now)
    return bool(row["seen"] != edge.now or row["firmness"] != edge.firmness)


def _edge_fact(edge: Edge) -> Fact:
    kind = FactKind.TARGET_HARD if edge.firmness is Firmness.HARD else FactKind.TARGET_SOFT
    refs = {
        "was": edge.was,
        "now": edge.now,
        "cause": edge.cause,
        "attempt": edge.attempt,
        "confirm": edge.confirm,
        "seen": stamp(edge.seen_at),
        "first": edge.first,
        "first_bad": None if edge.first_bad is None else stamp(edge.first_bad),
        "last_good": None if edge.last_good is None else stamp(edge.last_good),
        "edge": f"{edge.source}:{edge.seq}",
    }
    if edge.first_bad_by:
        refs["first_bad_by"] = edge.first_bad_by
    return Fact(kind, target=edge.target, refs=refs, private={"detail": edge.detail} if edge.detail else None)


def _write_target(tx: Tx, row: Any, edge: Edge, device: Device) -> dict[str, Any]:
    """Write the target's row, and return it as it is now."""
    hard = edge.firmness is Firmness.HARD
    values: dict[str, Any] = {
        "device": device.id,
        "seen": edge.now,
        "firmness": edge.firmness,
        "attempt": edge.attempt,
        "confirm": edge.confirm,
        "cause": edge.cause,
        "detail": edge.detail,
        # The next fault begins anew: the beginning of the one that is over must not become its.
        "first_bad": None if edge.now is Health.UP else edge.first_bad,
        "last_good": edge.last_good or (row["last_good"] if row is not None else None),
        "edge_boot": edge.boot,
        "edge_seq": edge.seq,
        "edge_seen": edge.seen_at,
        "flapping": edge.flapping,
        "history": edge.history,
        # What nobody sees any more lasts as long as it said last.
        "lasts_until": edge.lasts_until
        or (row["lasts_until"] if row is not None and edge.now is not Health.UP else None),
    }
    if row is None or row["seen"] != edge.now:
        values["since"] = edge.seen_at
    if hard:
        values["settled"] = edge.now
        if edge.now is not Health.UNKNOWN:
            values["known"] = edge.now
    if row is None:
        values |= {"id": edge.target, "held": [], "withheld_at": None, "behind": False, "look_after": None}
        tx.sql.execute(t.target.insert(), values)
        return values
    tx.sql.execute(_SAVE, {"the_id": edge.target, **values})
    return {**row, **values}


def drop_removed(tx: Tx, context: Context, at: Moment) -> int:
    """End the incidents of targets that are no longer in the settings, with a row that says so.

    Return how many there were.
    """
    dropped = 0
    for running in tx.running_incidents():
        if running.target in context.targets or running.target.startswith(BY_HAND):
            continue
        ended = lifecycle.restored(
            running,
            at.now,
            tx.told(running.id),
            ladder_now=ladder_time(tx, running.id, at),
            left=time_left(tx, running.id, at),
        )
        removed = Fact(FactKind.TARGET_REMOVED, running.id, running.target)
        write(tx, replace(ended, facts=(removed, *ended.facts)), at)
        dropped += 1
    known = set(tx.sql.execute(sa.select(t.target.c.id)).scalars())
    for gone in known - set(context.targets):
        tx.seen_otherwise(gone)
        tx.sql.execute(t.target.delete().where(t.target.c.id == gone))
    return dropped
