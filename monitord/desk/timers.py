"""Timers that fall due, inside the writer's transaction."""

from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa
import structlog

from monitord.desk.approvals import approvals, declined
from monitord.desk.calls import answered
from monitord.desk.context import Context, write
from monitord.desk.holding import muted_until
from monitord.desk.storms import nothing_left, over
from monitord.domain import escalation, storm
from monitord.domain.decision import Decision, Timer, TimerKind
from monitord.domain.incident import Incident, Phase
from monitord.domain.journal import Fact, FactKind, stamp
from monitord.store import tables as t
from monitord.store.rows import ArmedTimer, Moment
from monitord.store.tx import Tx

LATER = timedelta(minutes=1)
log = structlog.get_logger("desk")
_NEXT = sa.select(sa.func.min(t.timer.c.due_boot)).where(t.timer.c.state == "armed")


def fire_due(
    tx: Tx, context: Context, at: Moment, waiting: AbstractSet[str], down_between: tuple[datetime, datetime] | None
) -> int:
    """Fire every timer that is due and whose target is not waiting to be looked at again; return how many."""
    fired = 0
    for timer in tx.armed(before_boot=at.boot):
        incident = tx.incident(timer.incident)
        if incident is None or incident.target in waiting or not tx.fired(timer.id):
            continue
        fired += 1
        error = tx.isolated(partial(_fire, tx, context, timer, incident, at, down_between))
        if error is not None:
            log.error("timer.failed", incident=incident.code, error=repr(error))
            # Once more in a minute: a timer that is merely dropped would leave its incident silent.
            tx.arm(incident.id, Timer(timer.kind, timer.step, at.now + timedelta(minutes=1)), at, at.now)
    return fired


def _fire(
    tx: Tx,
    context: Context,
    timer: ArmedTimer,
    incident: Incident,
    at: Moment,
    down_between: tuple[datetime, datetime] | None,
) -> None:
    # The ladder's own time: the instant the timer meant, moved on by boot seconds, whatever the wall clock did since.
    ladder_now = timer.due + timedelta(seconds=at.boot - timer.due_boot)
    book = context.ladder_book(tx, at, incident)
    match timer.kind:
        case _ if (end := muted_until(tx, context, incident.target, at)) is not None:
            # The mute ends by itself, and what fell due in it is told then, by the highest step.
            later = Timer(timer.kind, timer.step, ladder_now + (end - at.now))
            step = timer.step if timer.kind is TimerKind.STEP else None
            refs = {"timer": timer.kind, "step": step, "until": stamp(end)}
            fact = Fact(FactKind.STEP_MUTED, incident.id, incident.target, refs=refs)
            write(tx, Decision(incident, (fact,), (), later), at, ladder_now)
        case TimerKind.STEP if nothing_left(tx, incident):
            # Nobody is called for a storm of which nothing is left; it is over soon, or goes on.
            write(tx, Decision(incident, (), (), Timer(timer.kind, timer.step, ladder_now + LATER)), at, ladder_now)
        case TimerKind.STEP:
            approved = frozenset(approvals(tx, incident.id, incident.round))
            spoken = answered(tx, incident, incident.ladder_from).keys()
            no = declined(tx, incident.id, incident.round).keys()
            decision = escalation.step_due(incident, book, ladder_now, down_between, approved, spoken, no)
            write(tx, decision, at, ladder_now)
        case TimerKind.ACK_EXPIRY if (
            incident.phase is Phase.ACKNOWLEDGED
            and (found := over(tx, context, replace(incident, phase=Phase.OPEN))) is not None
        ):
            write(tx, storm.given_back(incident, found), at)
        case TimerKind.ACK_EXPIRY:
            # A new round counts by the wall again, whatever the wall clock did before.
            write(tx, escalation.ack_expired(incident, book, at.now), at)


def seconds_to_next(tx: Tx, boot: float, waiting: AbstractSet[str]) -> float | None:
    """Return the seconds until the next timer of a target that is not waiting; None when there is none."""
    if not waiting:
        next_boot = tx.sql.execute(_NEXT).scalar()
        return None if next_boot is None else max(0.0, next_boot - boot)
    for timer in tx.armed():
        incident = tx.incident(timer.incident)
        if incident is not None and incident.target not in waiting:
            return max(0.0, timer.due_boot - boot)
    return None
