"""Reading the roster beyond one instant: what is planned in the database, what lies over it, who leads in the days
ahead."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitord.domain.coverage import Leave
from monitord.domain.laying import Layer, Overlay, OverlayKind, Period, lay
from monitord.domain.roster import Shift
from monitord.domain.swap import Swap, SwapState
from monitord.store import tables as t
from monitord.store.reach import ANY, REACHES

AHEAD = timedelta(days=14)
"""How far ahead somebody counts as a leader of the unit."""


def covering(*also: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Return the condition that a shift covers an instant, which `instant_asked` binds, and all of `also`.

    It is short ranges of one index, however many years of shifts there are. What else is asked for goes in here, and
    not beside it: an index on a unit and a duty alone holds all their years.
    """
    s = t.shift.c
    begun = s.starts <= _bound("the_now")
    asked = (begun, s.ends > _bound("the_end"), *also)
    classes = [sa.and_(s.reach == days, s.starts > _bound(f"since_{days}"), *asked) for days in REACHES]
    return sa.or_(*classes, sa.and_(s.reach == ANY, *asked))


def instant_asked(at: datetime, back: timedelta = timedelta(0)) -> dict[str, datetime]:
    """Return what a statement with `covering` is executed with: the instant, or some instant of the time `back` before
    it."""
    end = at - back
    return {"the_now": at, "the_end": end} | {f"since_{days}": end - timedelta(days=days) for days in REACHES}


def shifts_covering(connection: sa.Connection, at: datetime, back: timedelta = timedelta(0)) -> tuple[Shift, ...]:
    """Return the shifts that cover an instant, or some instant of the time `back` before it, as they were written."""
    return tuple(Shift(*row) for row in connection.execute(_SHIFTS, instant_asked(at, back)))


def _bound(name: str) -> sa.BindParameter[datetime]:
    return sa.bindparam(name, type_=t.shift.c.starts.type)


def _columns() -> tuple[sa.Column[Any], ...]:
    s = t.shift.c
    return s.unit, s.duty, s.person, s.starts, s.ends, s.source, s.backup


# Made once: building it costs more than asking it.
_SHIFTS = sa.select(*_columns()).where(covering()).order_by(t.shift.c.id)


def leaders_ahead(connection: sa.Connection, unit: str, duty: str, at: datetime) -> tuple[str, ...]:
    """Return who holds a duty of a unit at some time within AHEAD of `at`, whose turn comes first in front."""
    s = t.shift.c
    mine = sa.and_(s.unit == unit, s.duty == duty, s.ends > at, s.starts < at + AHEAD)
    first = sa.func.min(s.starts)
    return tuple(
        connection.execute(sa.select(s.person).where(mine).group_by(s.person).order_by(first, s.person)).scalars()
    )


def written_layers(
    connection: sa.Connection, since: datetime, until: datetime, units: Collection[str] | None = None
) -> list[Layer]:
    """Return what batches plan between two instants, the oldest first: each is a layer over the settings and over those
    before it, for the periods it says all of. With `units` only what is theirs."""
    b, p, s = t.roster_batch.c, t.roster_period.c, t.planned_shift.c
    in_force = sa.select(b.id).where(b.withdrawn_at.is_(None)).order_by(b.id)
    shifts: dict[int, list[Shift]] = {number: [] for number in connection.execute(in_force).scalars()}
    periods: dict[int, list[Period]] = {number: [] for number in shifts}
    inside = sa.select(t.roster_period).where(p.ends > since, p.starts < until, *_of(p.unit, units))
    inside = inside.order_by(p.starts, p.unit, p.duty)
    for row in connection.execute(inside):
        if row.batch in periods:
            periods[row.batch].append(Period(row.unit, row.duty, row.starts, row.ends))
    wanted = sa.select(t.planned_shift).where(s.ends > since, s.starts < until, *_of(s.unit, units)).order_by(s.id)
    for row in connection.execute(wanted):
        if row.batch in shifts:
            one = Shift(row.unit, row.duty, row.person, row.starts, row.ends, row.source, row.backup)
            shifts[row.batch].append(one)
    return [Layer(tuple(shifts[number]), tuple(periods[number])) for number in shifts]


def overlays(
    connection: sa.Connection, since: datetime, until: datetime, units: Collection[str] | None = None
) -> list[Overlay]:
    """Return the overrides and swaps in force between two instants, the earliest made first; with `units` theirs."""
    o = t.overlay.c
    in_force = o.withdrawn_at.is_(None), o.ends > since, o.starts < until, *_of(o.unit, units)
    wanted = sa.select(t.overlay).where(*in_force).order_by(o.id)
    return [overlay_of(row) for row in connection.execute(wanted).mappings()]


def roster_over(connection: sa.Connection, planned: Sequence[Layer], since: datetime, until: datetime) -> list[Shift]:
    """Return who is on duty at some time between two instants: what is `planned` elsewhere, what batches plan over it,
    and what lies over both."""
    laid = lay([*planned, *written_layers(connection, since, until)], overlays(connection, since, until))
    return [shift for shift in laid if shift.end > since and shift.start < until]


def written_shifts(connection: sa.Connection, since: datetime, until: datetime) -> list[Shift]:
    """Return the shifts written out between two instants, as they count."""
    s = t.shift.c
    wanted = sa.select(s.unit, s.duty, s.person, s.starts, s.ends, s.source, s.backup)
    rows = connection.execute(wanted.where(s.ends > since, s.starts < until).order_by(s.id))
    return [Shift(*row) for row in rows]


def leaves(connection: sa.Connection, since: datetime, until: datetime) -> list[Leave]:
    """Return who is on leave at some time between two instants."""
    le = t.leave.c
    wanted = sa.select(le.person, le.starts, le.ends).where(
        le.withdrawn_at.is_(None), le.ends > since, le.starts < until
    )
    return [Leave(*row) for row in connection.execute(wanted.order_by(le.starts, le.id))]


def swap_of(row: Any) -> Swap:
    """Return a row of the swaps as a value."""
    return Swap(
        row["id"],
        row["unit"],
        row["duty"],
        row["asker"],
        row["starts"],
        row["ends"],
        row["expires"],
        row["named"],
        SwapState(row["state"]),
        row["taker"],
        row["decider"],
        row["reason"],
    )


def _of(column: sa.Column[Any], units: Collection[str] | None) -> tuple[sa.ColumnElement[bool], ...]:
    return () if units is None else (column.in_(units),)


def overlay_of(row: Any) -> Overlay:
    """Return a row of the table as a value."""
    outgoing = None if row["outgoing"] is None else tuple(row["outgoing"])
    return Overlay(
        row["id"],
        row["unit"],
        row["duty"],
        row["starts"],
        row["ends"],
        outgoing,
        tuple(row["incoming"]),
        OverlayKind(row["kind"]),
    )
