"""What holds a target now, read in the writer's transaction; and the ends of holds that no edge tells."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitord.desk.context import Context, write
from monitord.desk.pictures import explainers, links_of_whole
from monitord.desk.power import failed_by, is_power
from monitord.domain import lifecycle
from monitord.domain.health import Health, Hold
from monitord.domain.holding import HUSHES, PATIENCE, Above, Standing, standing
from monitord.domain.incident import Incident
from monitord.domain.network import SIGHT, Device, Target, parents_of
from monitord.domain.window import HOLD_OF, Window, WindowKind, holds, until
from monitord.domain.wiring import parts
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx


def windows_over(tx: Tx, context: Context, device: Device, target: Target, at: Moment) -> tuple[Window, ...]:
    """Return the windows that cover a target at a moment.

    One covers a link when it covers an end of it, a ring or a cable when it covers every link by which that failed, a
    place or a power area when every target by which that failed is covered by one of its kind.
    """
    windows = tx.windows(at.now)
    if windows and is_power(target.id):
        return _over_power(tx, context, device, target, windows)
    if windows and parts(target.id) is not None:
        links = links_of_whole(tx, context, target.id)
        return tuple(
            w for w in windows
            if _covers(w, device, target) or (links and all(_covers_end(w, context, link) for link in links))
        )  # fmt: skip
    return tuple(w for w in windows if _covers(w, device, target))


def _over_power(
    tx: Tx, context: Context, device: Device, target: Target, windows: tuple[Window, ...]
) -> tuple[Window, ...]:
    failed = [context.targets[one] for one in failed_by(tx, context, target.id) if one in context.targets]
    kinds = {w.kind for w in windows if not failed or not _covers(w, device, target)}
    whole = {kind for kind in kinds if failed and all(
        any(w.kind is kind and _covers(w, *one) for w in windows) for one in failed
    )}  # fmt: skip
    return tuple(
        w for w in windows
        if _covers(w, device, target) or (w.kind in whole and any(_covers(w, *one) for one in failed))
    )  # fmt: skip


def _covers(window: Window, device: Device, target: Target) -> bool:
    return window.scope.covers(target.id, device.id, device.site, device.unit)


def _covers_end(window: Window, context: Context, link: str) -> bool:
    for end in context.wiring.ports.get(link, ()):
        device = context.settings.devices[end.device]
        if window.scope.covers(end.target or "", device.id, device.site, device.unit):
            return True
    return False


def own_holds(windows: tuple[Window, ...], row: Any) -> frozenset[Hold]:
    """Return the holds of a target itself: its windows, and that it flaps."""
    flaps = row is not None and row["flapping"]
    return holds(windows) | (frozenset({Hold.FLAPPING}) if flaps else frozenset())


def standing_of(tx: Tx, context: Context, device: Device, target: Target, row: Any, at: Moment) -> Standing:
    """Return what holds a target whose row is `row`, a fault of it as the row says."""
    fault_at = row["first_bad"] or row["edge_seen"] or at.now
    withheld = row["look_after"] or row["withheld_at"]
    # A clock that was set back ends the wait: told early is better than late.
    waited = timedelta(0) if withheld is None else at.now - withheld if at.now >= withheld else PATIENCE
    found = standing(
        fault_at,
        _above(tx, context, device, target, at.run),
        own_holds(windows_over(tx, context, device, target, at), row),
        waited,
        at.now,
    )
    if row["behind"] and not found.faulty and _unlooked(row, at):
        # What was above it is well again: it is told when a look after that says that it is not.
        again = (*found.ask, *context.wiring.looked_at(target.id))
        return Standing(found.holds | {Hold.PARENT}, found.by, tuple(dict.fromkeys(again)), False)
    return found


def _unlooked(row: Any, at: Moment) -> bool:
    after = row["look_after"]
    if after is None:
        return True
    return bool(row["edge_seen"] < after <= at.now < after + PATIENCE)


def _above(tx: Tx, context: Context, device: Device, target: Target, run: str) -> Iterator[Above]:
    """Yield what stands above a target: our own sight, its agent, the agents of the devices above."""
    if target.id == SIGHT:
        return
    yield _seen(tx, SIGHT, Hold.BLIND, run, fresh=False)
    agent = context.agents.get(device.id)
    if agent is not None and agent != target.id:
        # It was asked in the same request: what is known of it is as new as the fault.
        yield _seen(tx, agent, Hold.PARENT, run, fresh=False)
    for parent in parents_of(context.settings.devices, device):
        if (agent := context.agents.get(parent.id)) is not None:
            yield _seen(tx, agent, Hold.PARENT, run)
    yield from explainers(tx, context, device, target, run)


_SEEN = sa.select(t.target.c.seen, t.target.c.settled, t.target.c.edge_seen, t.target.c.edge_boot).where(
    t.target.c.id == sa.bindparam("the_id")
)


def _seen(tx: Tx, target: str, hold: Hold, run: str, fresh: bool = True) -> Above:
    row = tx.sql.execute(_SEEN, {"the_id": target}).first()
    if row is None:
        return Above(target, hold, None, None, fresh)
    # What was seen before the daemon started says nothing of the time in which nobody looked.
    looked_at = row.edge_seen if row.edge_boot == run else None
    # A look that saw nothing changes nothing: what was confirmed before it goes on holding.
    seen = row.settled if row.seen == Health.UNKNOWN else row.seen
    return Above(target, hold, None if seen is None else Health(seen), looked_at, fresh)


def withheld_below(tx: Tx, context: Context, device: Device, target: Target) -> list[Any]:
    """Return the rows of the faults that wait behind a target that says whether a device answers, or that we see."""
    wanted = sa.select(t.target).where(t.target.c.withheld_at.is_not(None)).order_by(t.target.c.id)
    if target.id != SIGHT:
        wanted = wanted.where(t.target.c.device.in_([device.id, *context.below.get(device.id, ())]))
    return [row for row in tx.sql.execute(wanted).mappings().all() if row["id"] != target.id]


def muted_until(tx: Tx, context: Context, target: str, at: Moment) -> datetime | None:
    """Return the end of the mute that covers a target now, or None."""
    found = context.targets.get(target)
    return None if found is None else until(windows_over(tx, context, *found, at), Hold.MUTE)


def tell_what_is_over(tx: Tx, context: Context, at: Moment) -> int:
    """Tell of the incidents that ended unsaid while a hold lasted that is over now; return how many."""
    told = 0
    for incident in tx.hushed_incidents():
        row = tx.sql.execute(sa.select(t.target).where(t.target.c.id == incident.target)).mappings().first()
        told += tell_if_over(tx, context, incident, row, at)
    return told


def tell_if_over(tx: Tx, context: Context, incident: Incident, row: Any, at: Moment) -> bool:
    """Tell of the end of an incident unless its target, whose row is `row`, is still held; return whether it is told
    now."""
    found = context.targets.get(incident.target)
    if found is not None and own_holds(windows_over(tx, context, *found, at), row) & HUSHES:
        return False
    write(tx, lifecycle.unhushed(incident, tx.told(incident.id), "hold_over"), at)
    return True


def next_end(tx: Tx, at: Moment) -> datetime | None:
    """Return the next instant at which what is withheld or unsaid may be free; None when nothing is."""
    w = t.target.c
    held = sa.select(w.id).where(w.withheld_at.is_not(None)).limit(1)
    if tx.sql.execute(held).first() is None and not tx.hushed_incidents():
        return None
    waits = (
        sa.select(sa.func.min(w.withheld_at)).where(w.withheld_at > at.now - PATIENCE),
        sa.select(sa.func.min(w.look_after)).where(w.look_after > at.now - PATIENCE),
    )
    begun = (tx.sql.execute(wanted).scalar() for wanted in waits)
    ends = [since + PATIENCE for since in begun if since is not None]
    return min(ends + [window.end for window in tx.windows(at.now) if window.kind in HOLD_OF], default=None)


def planned_cut(tx: Tx, context: Context, device: Device, target: Target, at: Moment) -> Window | None:
    """Return the planned power cut that covers a target now, or None."""
    return next((w for w in windows_over(tx, context, device, target, at) if w.kind is WindowKind.POWER_CUT), None)
