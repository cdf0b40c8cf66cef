"""Numbers for metrics, read in one short transaction."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitord.domain.incident import RUNNING
from monitord.domain.notice import NoticeState
from monitord.store import tables as t


@dataclass(frozen=True, slots=True)
class CanaryCount:
    """The Unix time at which a channel's canary was back last (0: never), the seconds it took, the misses in a row."""

    back: float
    took: float
    missed: int


@dataclass(frozen=True, slots=True)
class Counts:
    """What waits: by channel (rows, age of the oldest in seconds), running incidents by severity, drills left out; and
    of each channel whether it works and the Unix time of its last success, 0 for none; what is known of
    its canaries, and what else is read of it, by what it is."""

    pending: dict[str, tuple[int, float]]
    running: dict[int, int]
    channels: dict[str, tuple[bool, float]]
    canaries: dict[str, CanaryCount]
    readings: dict[tuple[str, str], float]
    gaps: dict[tuple[str, str], tuple[int, float]]
    """By unit and duty: how many are missing now, and the seconds until the nearest gap begins, 0 while it lasts."""


def read_counts(connection: sa.Connection, now: datetime) -> Counts:
    """Return the counts at `now`."""
    waiting = t.outbox.c.state.in_([NoticeState.PENDING, NoticeState.LEASED])
    oldest = sa.func.min(t.outbox.c.created_at)
    by_channel = sa.select(t.outbox.c.channel, sa.func.count(), oldest).where(waiting).group_by(t.outbox.c.channel)
    by_severity = (
        sa.select(t.incident.c.severity, sa.func.count())
        .where(t.incident.c.phase.in_(RUNNING), ~t.incident.c.drill)
        .group_by(t.incident.c.severity)
    )
    pending = {c: (n, max(0.0, (now - since).total_seconds())) for c, n, since in connection.execute(by_channel)}
    running = {severity: n for severity, n in connection.execute(by_severity)}
    c = t.channel_state.c
    channels = {
        name: (works, 0.0 if told is None else told.timestamp())
        for name, works, told in connection.execute(sa.select(c.channel, c.works, c.told_at))
    }
    k, r = t.canary.c, t.channel_reading.c
    canaries = {
        name: CanaryCount(0.0 if back is None else back.timestamp(), took or 0.0, missed)
        for name, back, took, missed in connection.execute(sa.select(k.channel, k.back_at, k.took, k.missed))
    }
    read = sa.select(r.channel, r.kind, r.value).where(r.value.is_not(None))
    readings = {(name, kind): value for name, kind, value in connection.execute(read)}
    return Counts(pending, running, channels, canaries, readings, _gaps(connection, now))


def _gaps(connection: sa.Connection, now: datetime) -> dict[tuple[str, str], tuple[int, float]]:
    g = t.coverage_gap.c
    ahead = sa.and_(g.closed_at.is_(None), sa.or_(g.ends.is_(None), g.ends > now))
    found: dict[tuple[str, str], tuple[int, float]] = {}
    for row in connection.execute(sa.select(g.unit, g.duty, g.starts, g.have, g.need).where(ahead).order_by(g.starts)):
        missing = row.need - row.have if row.starts <= now else 0
        found.setdefault((row.unit, row.duty), (missing, max(0.0, (row.starts - now).total_seconds())))
    return found
