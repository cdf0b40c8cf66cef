"""What must hold of the database at any instant, as queries: what does not is a finding."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitord.desk.doubtful import doubtful
from monitord.desk.leases import LEASE
from monitord.domain.decision import TimerKind
from monitord.domain.dutybook import DutyBook, resolve
from monitord.domain.finding import WARNINGS, FindingKind
from monitord.domain.incident import Phase
from monitord.domain.journal import stamp, verify
from monitord.domain.notice import Event, NoticeState
from monitord.domain.policy import PolicyStep, Whom
from monitord.domain.roster import Shift
from monitord.settings.model import Settings
from monitord.store import tables as t
from monitord.store.rows import journal_row, person_of, shift_of

OVERDUE = 10.0
"""Boot seconds by which a timer may be late."""
WAITS = timedelta(seconds=60)
"""How long a row may be leased, or wait untouched although it is due."""
AHEAD = timedelta(hours=24)
CHAIN_ROWS = 1_000
AT_MOST = 1_000
"""Findings of a kind are counted up to here."""
ROSTER_ROWS = 100_000
NAMED_AT_MOST = 50
"""People that one finding about contacts names."""
_RUNNING = (Phase.OPEN, Phase.ACKNOWLEDGED)


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of what does not hold; `detail` names the first few, `count` is exact up to AT_MOST.

    `names` are the first few without words: numbers of incidents or rows, `unit/duty`, `unit/duty@instant`.
    """

    kind: FindingKind
    detail: str
    count: int
    names: tuple[str, ...] = field(default=(), compare=False)


def passed(findings: Sequence[Finding]) -> bool:
    """Return True when nothing is wrong; warnings may stand."""
    return all(finding.kind in WARNINGS for finding in findings)


def audit(
    connection: sa.Connection,
    settings: Settings,
    now: datetime,
    boot: float,
    boot_id: str,
    unlooked: frozenset[str],
    chain_from: int,
) -> tuple[Finding, ...]:
    """Return what does not hold, at most one finding a kind, read in the one transaction of `connection`.

    Timers and notices about targets in `unlooked` rightly wait; journal rows before `chain_from` are left out. Every
    query goes by an index. The cost: one walk over the armed timers, the running incidents, and the leased and the
    pending rows, the shifts not yet over, everybody with his contacts, the rows given up lately, and CHAIN_ROWS journal
    rows; never what is over and done.
    """
    return (
        *_without_timer(connection, boot_id),
        *_overdue(connection, boot, boot_id, unlooked),
        *_leased_too_long(connection, now),
        *_waiting(connection, now, unlooked),
        *_roster_gaps(connection, settings, now),
        *_doubtful_contacts(connection, settings, now),
        *_chain_breaks(connection, chain_from),
    )


def _found(
    kind: FindingKind,
    told: Sequence[str],
    count: int | None = None,
    names: Sequence[str] | None = None,
    kept: int = 5,
) -> Iterator[Finding]:
    if told:
        more = f" and {len(told) - 5} more" if len(told) > 5 else ""
        detail, count = ", ".join(told[:5]) + more, min(AT_MOST, len(told) if count is None else count)
        yield Finding(kind, detail, count, tuple((told if names is None else names)[:kept]))


def _without_timer(connection: sa.Connection, boot_id: str) -> Iterator[Finding]:
    # A timer of another run of the machine counts seconds that mean nothing in this one: it is as good as none.
    watched = sa.select(t.timer.c.incident).where(
        t.timer.c.state == "armed", t.timer.c.boot_id == boot_id, t.timer.c.kind.in_(list(TimerKind))
    )
    i = t.incident.c
    storms = sa.select(t.storm.c.incident).where(t.storm.c.ended_at.is_(None))
    told_of = sa.and_(i.phase == Phase.OPEN, i.storm.is_not(None), i.storm.in_(storms))
    wanted = sa.select(i.code).where(i.phase.in_(_RUNNING), i.id.not_in(watched), ~told_of)
    yield from _found(FindingKind.INCIDENT_WITHOUT_TIMER, connection.execute(wanted.limit(AT_MOST)).scalars().all())


def _overdue(connection: sa.Connection, boot: float, boot_id: str, unlooked: frozenset[str]) -> Iterator[Finding]:
    wanted = (
        sa.select(t.incident.c.code, t.incident.c.target)
        .join_from(t.timer, t.incident, t.incident.c.id == t.timer.c.incident)
        .where(t.timer.c.state == "armed", t.timer.c.due_boot < boot - OVERDUE, t.timer.c.boot_id == boot_id)
        .order_by(t.timer.c.due_boot)
        .limit(AT_MOST + len(unlooked))
    )
    late = [row.code for row in connection.execute(wanted) if row.target not in unlooked]
    yield from _found(FindingKind.TIMER_OVERDUE, late)


def _leased_too_long(connection: sa.Connection, now: datetime) -> Iterator[Finding]:
    wanted = sa.select(t.outbox.c.id, t.outbox.c.channel).where(
        t.outbox.c.state == NoticeState.LEASED, t.outbox.c.lease_until < now - WAITS + LEASE
    )
    rows = connection.execute(wanted.limit(AT_MOST)).all()
    yield from _found(FindingKind.LEASE_OVERDUE, [f"notice {row.id} ({row.channel})" for row in rows], names=())


_BULLETINS = (
    sa.select(t.outbox.c.channel, t.outbox.c.subject, sa.func.count().label("rows"))
    .where(t.outbox.c.state == NoticeState.PENDING, t.outbox.c.event.in_([Event.BULLETIN, Event.BULLETIN_ASK]))
    .group_by(t.outbox.c.channel, t.outbox.c.subject)
)


def _waiting(connection: sa.Connection, now: datetime, unlooked: frozenset[str]) -> Iterator[Finding]:
    since = now - WAITS
    wanted = (
        sa.select(t.outbox.c.channel, t.incident.c.code, t.incident.c.target, sa.func.count().label("rows"))
        .join_from(t.outbox, t.incident, t.incident.c.id == t.outbox.c.incident)
        .where(
            t.outbox.c.state == NoticeState.PENDING,
            t.outbox.c.not_before <= since,
            t.incident.c.phase.in_(_RUNNING),
        )
        .group_by(t.outbox.c.channel, t.incident.c.id)
    )
    waiting: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for row in connection.execute(wanted):
        if row.target not in unlooked:
            waiting[row.channel].append((row.code, row.rows))
    for row in connection.execute(_BULLETINS.where(t.outbox.c.not_before <= since)):
        waiting[row.channel].append((row.subject.partition("@")[0], row.rows))
    # A channel that fails, or has more to send than it may, is at work: its rows wait their turn.
    idle = [channel for channel in sorted(waiting) if not _at_work(connection, channel, now)]
    rows = [(f"{code} ({channel})", count) for channel in idle for code, count in waiting[channel]]
    codes = list(dict.fromkeys(code for channel in idle for code, _ in waiting[channel]))
    yield from _found(FindingKind.NOTICE_WAITS, [name for name, _ in rows], sum(count for _, count in rows), codes)


def _at_work(connection: sa.Connection, channel: str, now: datetime) -> bool:
    """Return True when a row of the channel is being sent, or was put off after a failure or for a limit just now."""
    mine = sa.select(t.outbox.c.id).where(t.outbox.c.channel == channel).limit(1)
    leased = mine.where(t.outbox.c.state == NoticeState.LEASED, t.outbox.c.lease_until > now)
    put_off = mine.where(
        t.outbox.c.state == NoticeState.PENDING,
        t.outbox.c.not_before > now - WAITS,
        t.outbox.c.not_before > t.outbox.c.created_at,
    )
    return any(connection.execute(touched).first() is not None for touched in (leased, put_off))


def _roster_gaps(connection: sa.Connection, settings: Settings, now: datetime) -> Iterator[Finding]:
    near = sa.select(t.shift).where(t.shift.c.ends > now, t.shift.c.starts <= now + AHEAD).limit(ROSTER_ROWS)
    shifts: dict[tuple[str, str], list[Shift]] = defaultdict(list)
    for shift in map(shift_of, connection.execute(near).mappings()):
        shifts[shift.unit, shift.duty].append(shift)
    people = {
        row["id"]: person_of(row) for row in connection.execute(sa.select(t.person).limit(ROSTER_ROWS)).mappings()
    }
    book = DutyBook(now, (), people, settings.units, settings.organisations, settings.duty_kinds)
    nobody: dict[str, None] = {}
    ahead: dict[str, str] = {}
    for unit in settings.units:
        for step in _duty_steps(settings, unit):
            own = replace(book, shifts=tuple(shifts[unit, step.ref]))
            # Who is there now is missed at the earliest when a shift ends.
            ends = sorted({shift.end for shift in own.shifts if shift.end <= now + AHEAD})
            gap = next((at for at in (now, *ends) if not resolve(step, unit, replace(own, at=at))), None)
            if gap == now:
                nobody[f"{unit}/{step.ref}"] = None
            elif gap is not None:
                shown = f"{unit}/{step.ref} from {gap.astimezone(settings.zone):%d/%m %H:%M}"
                ahead[shown] = f"{unit}/{step.ref}@{stamp(gap)}"
    yield from _found(FindingKind.NOBODY_ON_DUTY, list(nobody))
    yield from _found(FindingKind.GAP_AHEAD, list(ahead), names=list(ahead.values()))


def _doubtful_contacts(connection: sa.Connection, settings: Settings, now: datetime) -> Iterator[Finding]:
    found = doubtful(connection, settings, now, now + AHEAD, ROSTER_ROWS) if settings.check_contacts else []
    shown = [f"{one.person} ({one.why}) from {one.start.astimezone(settings.zone):%d/%m %H:%M}" for one in found]
    names = [f"{one.unit}/{one.duty}/{one.person}@{stamp(one.start)}" for one in found]
    yield from _found(FindingKind.CONTACT_DOUBTFUL, shown, names=names, kept=NAMED_AT_MOST)


def _duty_steps(settings: Settings, unit: str) -> Iterator[PolicyStep]:
    """Yield the steps by which the unit's policies ask for somebody on duty, each kind of duty and channels once."""
    policies = [rule.policy for rule in settings.policies if any(rule.holds(unit, s) for s in rule.severities)]
    steps = [step for policy in policies for step in policy.steps if step.whom is Whom.DUTY]
    yield from {(step.ref, step.channels): step for step in steps}.values()


def _chain_breaks(connection: sa.Connection, chain_from: int) -> Iterator[Finding]:
    newest = (
        sa.select(t.journal).where(t.journal.c.seq >= chain_from).order_by(t.journal.c.seq.desc()).limit(CHAIN_ROWS + 1)
    )
    try:
        rows = [journal_row(row) for row in connection.execute(newest).mappings()][::-1]
        if not rows:
            yield from _found(FindingKind.CHAIN_BROKEN, [f"no row from {chain_from} on"], names=())
            return
        from_first = chain_from <= 1 and len(rows) <= CHAIN_ROWS
        breaks = [*(verify(rows) if from_first else verify(rows[1:], rows[0]))]
    except (TypeError, ValueError) as unreadable:
        yield from _found(FindingKind.CHAIN_BROKEN, [f"a row cannot be read: {str(unreadable)[:100]}"], names=())
    else:
        numbers = list(dict.fromkeys(str(gap.seq) for gap in breaks))
        yield from _found(FindingKind.CHAIN_BROKEN, [f"row {gap.seq} {gap.why}" for gap in breaks], None, numbers)
