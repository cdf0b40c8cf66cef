"""The handover book made: what is open, was said, was sent and is owed, as it stands in the writer's transaction."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitord.desk.changeover import Change, names_of, role_name, unit_name
from monitord.desk.context import Context
from monitord.desk.mentions import name_of
from monitord.domain.deadline import every
from monitord.domain.handover import Book, ChannelLine, Due, Ending, Instruction, Left, Report
from monitord.domain.incident import RUNNING, Incident, Phase
from monitord.domain.journal import FactKind
from monitord.domain.notice import Event, NoticeState
from monitord.domain.people import IMPERSONAL
from monitord.domain.safe import clean
from monitord.domain.storm import unit_of
from monitord.domain.window import Window
from monitord.store import tables as t
from monitord.store.deadlines import met
from monitord.store.journal_rows import first_row
from monitord.store.rows import Moment, incident_of
from monitord.store.tx import Tx

DUE_AHEAD = timedelta(hours=36)
"""How far ahead a deadline stands in a book, at least."""
LATE_FOR = timedelta(days=30)
"""How long what is late stands in books."""
LONGEST = 160
"""Characters of one text that somebody wrote, in a book."""
_i, _j, _b, _o = t.incident.c, t.journal.c, t.bulletin.c, t.outbox.c


def _bulletins_due(tx: Tx, context: Context, unit: str, since: datetime, until: datetime) -> Sequence[Due]:
    ahead = (one for one in context.settings.bulletins if one.unit == unit and since <= one.due < until)
    return [Due(one.name, one.due) for one in ahead]


def _deadlines_due(tx: Tx, context: Context, unit: str, since: datetime, until: datetime) -> Sequence[Due]:
    """Return what is owed and was not sent: what is late already is owed still."""
    done = met(tx.sql)
    mine = (one for one in every(context.settings.deadlines) if one.deadline.unit == unit and one.key not in done)
    ahead = (one for one in mine if since - LATE_FOR <= one.due.at < until)
    return [Due(f"{one.deadline.what} → {_to(context, one.deadline.to)}", one.due.at) for one in ahead]


def _to(context: Context, organisation: str) -> str:
    known = context.settings.organisations.get(organisation)
    return known.name if known else organisation


DUES: tuple[Callable[[Tx, Context, str, datetime, datetime], Sequence[Due]], ...] = (_bulletins_due, _deadlines_due)
"""What gives the deadlines of a unit between two instants; whatever keeps deadlines is named here."""


def book_of(tx: Tx, context: Context, change: Change, at: Moment) -> Book:
    """Return the book of a change as everything stands now; nothing is written."""
    people, unit = tx.people(), change.unit
    known = [one for one in _lasted(tx, change) if not (one.drill or one.suspected)]
    real = [one for one in known if unit_of(one.target) is None]
    runs = sorted((one for one in known if one.running), key=lambda o: (unit_of(o.target) is None, o.severity, o.id))
    counts = Counter(one.severity for one in real if one.opened_at >= change.since)
    dues = sorted(
        (due for source in DUES for due in source(tx, context, unit, at.now, max(change.until, at.now + DUE_AHEAD))),
        key=_when,
    )
    return Book(
        unit=unit_name(context, unit),
        duty=role_name(context, change.duty),
        at=change.at,
        since=change.since,
        until=change.until,
        made_at=at.now,
        giving=names_of(people, change.giving),
        taking=names_of(people, change.taking),
        others=tuple(_others(tx, context, change)),
        counts=tuple(sorted(counts.items())),
        restored=sum(not one.running for one in real),
        closed=sum(one.phase is Phase.CLOSED for one in real),
        running=sum(one.running for one in real),
        left=tuple(_left(context, one, people) for one in runs if one.storm is None),
        reports=tuple(sorted(_reports(tx, context, change), key=_when)),
        instructions=tuple(_instructions(tx, change)),
        endings=tuple(_ending(context, one) for one in _windows(tx, context, change, at)),
        dues=tuple(dues),
        channels=tuple(_channels(tx, context, change)),
    )


def _when(one: Due | Report) -> datetime:
    return one.at


def _lasted(tx: Tx, change: Change) -> list[Incident]:
    """Return the incidents of the unit that began in the shift, or ran in it."""
    lasted = sa.or_(_i.phase.in_(RUNNING), _i.opened_at >= change.since, _i.restored_at >= change.since)
    wanted = sa.select(t.incident).where(_i.unit == change.unit, lasted).order_by(_i.id)
    return [incident_of(row) for row in tx.sql.execute(wanted).mappings()]


def _left(context: Context, one: Incident, people: Any) -> Left:
    def name(who: str | None) -> str:
        return "" if who is None else people[who].name if who in people else who

    taken = one.phase is Phase.ACKNOWLEDGED
    asked = one.assigned_to if one.assigned_to != one.acknowledged_by else None
    what = clean(name_of(context, one), LONGEST)
    eta = one.eta if taken else None
    return Left(
        one.code, one.severity, what, one.occurred_at, name(one.acknowledged_by) if taken else "", eta, name(asked)
    )


def _others(tx: Tx, context: Context, change: Change) -> Iterator[tuple[str, str]]:
    s, kinds, people = t.shift.c, list(context.settings.duty_kinds), tx.people()
    there = sa.and_(s.unit == change.unit, s.duty != change.duty, s.starts <= change.at, s.ends > change.at)
    rows = tx.sql.execute(sa.select(s.duty, s.person).where(there).distinct()).all()
    for row in sorted(rows, key=lambda o: (kinds.index(o.duty) if o.duty in kinds else len(kinds), o.duty, o.person)):
        yield role_name(context, row.duty), names_of(people, [row.person])[0]


def _rows(tx: Tx, change: Change, *kinds: FactKind) -> list[Any]:
    """Return the rows of these kinds since the beginning of the shift, with what is private in them."""
    p = t.journal_private.c
    both = t.journal.join(t.journal_private, p.seq == _j.seq, isouter=True)
    since = sa.and_(_j.seq >= first_row(tx.sql, change.since), _j.kind.in_(kinds))
    wanted = sa.select(_j.ts, _j.kind, _j.incident, _j.actor, _j.refs, p.body).select_from(both)
    return list(tx.sql.execute(wanted.where(since).order_by(_j.seq)).all())


def _instructions(tx: Tx, change: Change) -> Iterator[Instruction]:
    people = tx.people()
    for row in _rows(tx, change, FactKind.INCIDENT_INSTRUCTED):
        incident = tx.incident(row.incident)
        if row.body is not None and incident is not None and incident.unit == change.unit:
            text = clean(str(json.loads(row.body).get("text", "")), LONGEST)
            yield Instruction(text, names_of(people, [row.actor])[0], row.ts, incident.code)


def _reports(tx: Tx, context: Context, change: Change) -> Iterator[Report]:
    """Yield what left the unit for another organisation in the shift: bulletins, and steps of ladders."""
    receipts = _rows(tx, change, FactKind.INCIDENT_RECEIPT, FactKind.BULLETIN_RECEIPT)
    refs = [(row, json.loads(row.refs)) for row in receipts]
    known = context.settings.organisations

    def named(organisation: str) -> str:
        return known[organisation].name if organisation in known else organisation

    sent = sa.select(t.bulletin).where(_b.unit == change.unit, _b.sent_at >= change.since).order_by(_b.sent_at)
    for one in tx.sql.execute(sent).mappings().all():
        yield Report(
            one["name"],
            named(one["organisation"]),
            one["sent_at"],
            any(r.get("bulletin") == one["key"] for _, r in refs),
        )
    first = sa.func.min(_o.accepted_at).label("at")
    steps = sa.select(_i.id, _i.code, _o.organisation, first).join_from(t.outbox, t.incident)
    left = sa.and_(_i.unit == change.unit, _o.event == Event.STEP, _o.state == NoticeState.SENT)
    there = steps.where(left, sa.not_(_i.drill), _o.organisation.is_not(None), _o.accepted_at >= change.since)
    for row in tx.sql.execute(there.group_by(_i.id, _i.code, _o.organisation)).all():
        got = any(r.incident == row.id and said.get("organisation") == row.organisation for r, said in refs)
        yield Report(row.code, named(row.organisation), row.at, got)


def _windows(tx: Tx, context: Context, change: Change, at: Moment) -> list[Window]:
    """Return the windows over anything of the unit that end in the next shift, the earliest end first."""
    near = (one for one in tx.windows(at.now, change.until) if change.at <= one.end < change.until)
    mine = [(device, target) for device, target in context.targets.values() if device.unit == change.unit]
    touched = (w for w in near if any(w.scope.covers(target.id, d.id, d.site, d.unit) for d, target in mine))
    return sorted(touched, key=lambda one: (one.end, one.id))


def _ending(context: Context, window: Window) -> Ending:
    settings, scope = context.settings, window.scope
    named = [*scope.targets, *scope.devices, *scope.sites, *scope.units]
    words = [
        known[one].name
        for one in named
        for known in (settings.devices, settings.sites, settings.units)
        if one in known
    ]  # fmt: skip
    return Ending(window.kind, clean(", ".join(words or named[:3]), LONGEST), window.end)


def _channels(tx: Tx, context: Context, change: Change) -> Iterator[ChannelLine]:
    fails = Counter(json.loads(row.refs).get("channel") for row in _rows(tx, change, FactKind.CHANNEL_FAILS))
    states = {row["channel"]: row for row in tx.sql.execute(sa.select(t.channel_state)).mappings()}
    back = {row.channel: row.back_at for row in tx.sql.execute(sa.select(t.canary.c.channel, t.canary.c.back_at))}
    for channel in context.settings.ways:
        state = states.get(channel)
        if channel not in IMPERSONAL and (state is not None or channel in back):
            works, told = (True, None) if state is None else (bool(state["works"]), state["told_at"])
            yield ChannelLine(channel, works, fails[channel], back.get(channel) or told)
