"""What ends or begins by the clock alone: holds whose windows are over or whose wait was long enough, and what nobody
could look at for long."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
import structlog

from monitord.desk.causes import note_causes
from monitord.desk.changing import tell_changes, tell_what_grew
from monitord.desk.context import Context
from monitord.desk.holding import next_end, tell_what_is_over
from monitord.desk.settling import reconsider, unknown_for_long
from monitord.desk.storm_keeping import keep
from monitord.desk.suspicions import may_suspect
from monitord.domain.health import Cause, Health
from monitord.domain.holding import PATIENCE
from monitord.domain.incident import RUNNING
from monitord.domain.window import HOLD_OF
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx

log = structlog.get_logger("desk")
ROUND = timedelta(minutes=1)
"""How often the next AT_ONCE of what is held are decided anew, whatever happened: nothing stays held when nothing holds
it."""
AT_ONCE = 500
"""Targets of one round, so that thousands behind one failed link do not keep the writer for seconds."""
_WITHHELD = sa.select(t.target).where(t.target.c.withheld_at.is_not(None))


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a review left: its instant, that of the last round and the target where it ended, and the seconds until
    something may be free; None when nothing waits."""

    at: datetime
    round_at: datetime
    up_to: str
    wait: float | None


def review(
    tx: Tx, context: Context, last: Reviewed | None, at: Moment, waiting: AbstractSet[str] = frozenset()
) -> Reviewed:
    """Tell what is no longer held.

    Everything is decided anew after a start, other settings, a window's end and a clock that was set back; otherwise
    what waited long enough since `last`, and round by round the rest. What ends a hold besides is an edge, and is
    decided with it. `waiting` are the targets that are looked at first, after a start.
    """
    whole = last is None or at.now < last.at or _window_ended(tx, last.at, at.now)
    due, up_to, round_at = [], "", at.now
    if last is None or whole:
        due = _read(tx, _WITHHELD.order_by(t.target.c.withheld_at))
    else:
        due = _read(tx, _WITHHELD.where(_waited_enough(last.at, at.now)).order_by(t.target.c.withheld_at))
        up_to, round_at = last.up_to, last.round_at
        if at.now >= last.round_at + ROUND:
            rest = _read(tx, _WITHHELD.where(t.target.c.id > up_to).order_by(t.target.c.id).limit(AT_ONCE))
            up_to, round_at = rest[-1]["id"] if len(rest) == AT_ONCE else "", at.now
            due += rest
    for row in {row["id"]: row for row in due}.values():
        error = tx.isolated(partial(reconsider, tx, context, row, at))
        if error is not None:
            log.error("hold.failed", target=row["id"], error=repr(error))
    if whole:
        _look_for_suspicions(tx, context, last, at)
    if whole or round_at == at.now:
        tell_what_is_over(tx, context, at)
        tell_changes(tx, context, at)
        tell_what_grew(tx, context, at)
        note_causes(tx, context, at)
        _open_what_is_unknown(tx, context, at)
    storm = keep(tx, context, at, waiting, a_round=whole or round_at == at.now)
    end = next_end(tx, at)
    waits = [storm, None if end is None else (end - at.now).total_seconds()]
    wait = min((max(0.05, wait) for wait in waits if wait is not None), default=None)
    return Reviewed(at.now, round_at, up_to, wait)


def _look_for_suspicions(tx: Tx, context: Context, last: Reviewed | None, at: Moment) -> None:
    """Ask for a look at what may be suspicious and was covered by a window that is over."""
    if last is None:
        return
    ended = tx.windows(last.at, at.now)
    over = [window for window in ended if window.end <= at.now and window.kind in HOLD_OF]
    for device in context.settings.devices.values() if over else ():
        for target in may_suspect(context, device):
            if any(w.scope.covers(target, device.id, device.site, device.unit) for w in over):
                tx.asked[target] = None


def _open_what_is_unknown(tx: Tx, context: Context, at: Moment) -> None:
    after = context.settings.unknown_after
    if not after:
        return
    w, i = t.target.c, t.incident.c
    running = sa.select(i.id).where(i.target == w.id, i.phase.in_(RUNNING)).exists()
    unseen = sa.and_(w.settled == Health.UNKNOWN, w.seen == Health.UNKNOWN, w.since <= at.now - after)
    wanted = sa.select(t.target).where(unseen, w.cause != Cause.DEVICE_SILENT, ~running).order_by(w.id).limit(AT_ONCE)
    for row in _read(tx, wanted):
        error = tx.isolated(partial(unknown_for_long, tx, context, row, at))
        if error is not None:
            log.error("unknown.failed", target=row["id"], error=repr(error))


def _read(tx: Tx, wanted: sa.Select[Any]) -> list[Any]:
    return list(tx.sql.execute(wanted).mappings())


def _waited_enough(since: datetime, now: datetime) -> sa.ColumnElement[bool]:
    w = t.target.c
    return sa.or_(
        sa.and_(~w.behind, w.withheld_at > since - PATIENCE, w.withheld_at <= now - PATIENCE),
        sa.and_(w.look_after > since - PATIENCE, w.look_after <= now - PATIENCE),
    )


def _window_ended(tx: Tx, since: datetime, now: datetime) -> bool:
    ended = sa.select(t.window.c.id).where(t.window.c.ends > since, t.window.c.ends <= now).limit(1)
    return tx.sql.execute(ended).first() is not None
