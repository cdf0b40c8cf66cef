"""Suspicions that checks raise: a changed page, a strange device. Named persons look into them, and nobody else hears.

Each is an incident of its own beside the target, whose health says nothing of it: it ends when a person confirms or
dismisses it. The same sight raises it once, however often it is looked at, and not again after a dismissal.
"""

import hashlib

from monitord.desk.context import Context
from monitord.desk.holding import windows_over
from monitord.desk.reports import suspicion
from monitord.domain.edge import Edge
from monitord.domain.health import SUSPICIOUS, Happening
from monitord.domain.lane import Lane
from monitord.domain.network import BY_HAND, Device, Target, TargetId
from monitord.domain.window import HOLD_OF
from monitord.store.rows import Moment
from monitord.store.tx import Tx


def suspect(tx: Tx, context: Context, device: Device, target: Target, edge: Edge, at: Moment) -> None:
    """Raise a suspicion for what an edge says happened, once; in a maintenance or mute nothing is raised, and the
    target is looked at again at its end."""
    for happening in sorted(SUSPICIOUS.intersection(edge.happenings)):
        lane = _lane(context, happening)
        if lane is None or any(window.kind in HOLD_OF for window in windows_over(tx, context, device, target, at)):
            continue
        name = _name(target.id, happening, edge.detail)
        if tx.last_incident(name) is not None:
            continue
        title = f"{context.words.happening(happening)}: {device.name} – {edge.detail}"
        suspicion(tx, context, lane, device, name, title, {"target": target.id, "happening": happening}, at)


def may_suspect(context: Context, device: Device) -> list[TargetId]:
    """Return the targets of a device whose check can raise a suspicion."""
    return [target.id for target in device.targets if target.check in RAISING]


RAISING = frozenset({"page_unchanged", "same_device"})
"""The checks whose happenings may be suspicious; they are looked at again when a window ends."""


def _lane(context: Context, happening: Happening) -> Lane | None:
    return next((lane for lane in context.settings.lanes.values() if happening in lane.suspects), None)


def _name(target: TargetId, happening: Happening, detail: str) -> str:
    digest = hashlib.sha256(f"{target}\n{happening}\n{detail}".encode()).hexdigest()[:24]
    return f"{BY_HAND}nghi-van-{digest}"
