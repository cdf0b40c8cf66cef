"""The roster written out: what the settings and the database plan, with what lies over it, as the shifts that count.

What is past stays as evidence: a shift that is over is never touched, one that runs and is no longer planned ends now,
and one that is new and should have begun earlier begins now (at the first import it keeps its hours).
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from monitord.domain.journal import Fact, FactKind, stamp
from monitord.domain.laying import lay
from monitord.domain.roster import Shift, instant
from monitord.settings.model import Settings
from monitord.settings.shifts import YAML, layers_between, layers_of
from monitord.store import tables as t
from monitord.store.reach import reach_of
from monitord.store.roster import overlays, roster_over, written_layers
from monitord.store.rows import Moment, shift_of
from monitord.store.tx import Tx

HORIZON_DAYS = 45
"""Days ahead for which the roster is written out as shifts."""
_Same = tuple[str, str, str, datetime, datetime | None]
LONGEST = timedelta(days=31)
"""How long a shift may last."""


def write_out(
    tx: Tx,
    settings: Settings,
    at: Moment,
    because: Mapping[str, object] | None = None,
    *,
    units: Collection[str] | None = None,
) -> int:
    """Write the shifts that are not over yet, and return how many came new; a row says so when anything changed.

    `because` is what that row says of who changed it, the settings when None. With `units` only theirs are looked at:
    of a province it takes a second, of a unit some hundredths of it.
    """
    first, until = _ahead(settings, at)
    layers = [
        *layers_of(settings, first, HORIZON_DAYS, settings.zone, units),
        *written_layers(tx.sql, at.now, until + LONGEST, units),
    ]
    # What lies behind the edge cuts what runs over it.
    laid = lay(layers, overlays(tx.sql, at.now, until + LONGEST, units))
    counts = [shift for shift in laid if shift.end > at.now and (shift.start < until or shift.source.startswith(YAML))]
    added, removed = _make_so(tx, counts, at.now, units)
    if units is None:
        note_horizon(tx, settings, at)
    tx.roster_changed()
    if added or removed:
        why = {"settings": settings.hash} if because is None else because
        tx.append([Fact(FactKind.ROSTER_IMPORTED, refs={"added": added, "removed": removed, **why})], at)
    return added


def between(connection: sa.Connection, settings: Settings, since: datetime, until: datetime) -> list[Shift]:
    """Return the shifts that lie between two instants, in whole or in part, by the roster as it is now: also beyond
    what is written out."""
    return roster_over(connection, layers_between(settings, since, until), since, until)


def note_horizon(tx: Tx, settings: Settings, at: Moment) -> None:
    """Remember up to when the roster is written out, after it was for every unit."""
    tx.put(t.WRITTEN_TO, stamp(_ahead(settings, at)[1]))


def _ahead(settings: Settings, at: Moment) -> tuple[date, datetime]:
    first = at.now.astimezone(settings.zone).date() - timedelta(days=1)
    return first, instant(first + timedelta(days=HORIZON_DAYS), time(0), settings.zone)


def _make_so(tx: Tx, laid: Iterable[Shift], now: datetime, units: Collection[str] | None) -> tuple[int, int]:
    """Let the table hold those shifts from now on, and return how many came and how many went."""
    s = t.shift.c
    ahead = sa.select(t.shift).where(s.ends > now, *(() if units is None else (s.unit.in_(units),)))
    rows = tx.sql.execute(ahead.order_by(s.id)).mappings().all()
    empty = not rows and tx.sql.execute(sa.select(s.id).limit(1)).first() is None
    have: dict[_Same, list[Any]] = {}
    for row in rows:
        have.setdefault(_identity(shift_of(row), now), []).append(row)
    wanted = {_identity(shift, now): shift for shift in laid}
    # Two that run and end together are one for whoever asks: only one of them stays.
    gone = [row for identity, alike in have.items() for row in alike[identity in wanted :]]
    new = [shift for identity, shift in wanted.items() if identity not in have]
    went = len(gone)
    new, gone = _cut_short(tx, new, gone, now)
    ended: set[tuple[object, ...]] = set()
    for row in gone:
        mine, begun = s.id == row["id"], tuple(row[name] for name in ("unit", "duty", "person", "starts"))
        # Of two that began together one is the evidence; both would end as the same row.
        ends_now = row["starts"] < now and begun not in ended
        ended.add(begun)
        tx.sql.execute(t.shift.update().where(mine).values(ends=now) if ends_now else t.shift.delete().where(mine))
    for identity, (row, *_) in have.items():
        shift = wanted.get(identity)
        if shift is not None and (row["source"], row["backup"]) != (shift.source, shift.backup):
            values = {"source": shift.source, "backup": shift.backup}
            tx.sql.execute(t.shift.update().where(s.id == row["id"]).values(values))
    if new:
        tx.sql.execute(t.shift.insert(), [_row(shift, None if empty else now) for shift in new])
    return len(new), went


def _cut_short(tx: Tx, new: list[Shift], gone: list[Any], now: datetime) -> tuple[list[Shift], list[Any]]:
    """Let shifts that run and only end at another time go on as they are, with that end; return what is left."""
    running = {(row["unit"], row["duty"], row["person"]): row for row in gone if row["starts"] < now}
    left = []
    for shift in new:
        row = running.pop((shift.unit, shift.duty, shift.person), None) if shift.start <= now else None
        if row is None:
            left.append(shift)
            continue
        reach = reach_of(row["starts"], shift.end)
        values = {"ends": shift.end, "source": shift.source, "backup": shift.backup, "reach": reach}
        tx.sql.execute(t.shift.update().where(t.shift.c.id == row["id"]).values(values))
        gone = [one for one in gone if one is not row]
    return left, gone


def _row(shift: Shift, earliest: datetime | None) -> dict[str, object]:
    return {
        "unit": shift.unit,
        "duty": shift.duty,
        "person": shift.person,
        "starts": shift.start if earliest is None else max(shift.start, earliest),
        "ends": shift.end,
        "source": shift.source,
        "backup": shift.backup,
    }


def _identity(shift: Shift, now: datetime) -> _Same:
    """What makes two shifts the same: not where they are written, and not when one began that runs already."""
    return shift.unit, shift.duty, shift.person, shift.end, shift.start if shift.start > now else None
