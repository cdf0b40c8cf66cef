"""What one person has of the duty: shown to that person and to the leaders of the own unit alone, and written down."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from monitord.calendar.lunar import solar_to_lunar
from monitord.desk.context import Context
from monitord.desk.rostering import Answer, RosterAct, RosterRefused, somebody, span_of
from monitord.domain.fairness import share_of
from monitord.domain.journal import Fact, FactKind, stamp
from monitord.settings.model import Settings
from monitord.store import tables as t
from monitord.store.roster import leaders_ahead, written_shifts
from monitord.store.rows import Moment
from monitord.store.tx import Tx

LONGEST = timedelta(days=400)
"""The longest range that is counted."""
_TET = {(12, 29), (12, 30), *((1, day) for day in range(1, 6))}
"""The lunar days that are days of Tết, where they are off: the last of Chạp, mùng 1 to mùng 5."""


def hours(tx: Tx, context: Context, person: str, given: Mapping[str, Any], at: Moment) -> Answer:
    """Say what somebody has of the duty of a range; RosterRefused to anybody but that person and who leads the unit."""
    whom, (start, end) = somebody(tx, given["whom"]), span_of(given)
    if not _may_see(tx, context, somebody(tx, person), whom, at):
        raise RosterRefused(f"the hours of {whom!r} are shown to that person and to the leaders of the own unit alone")
    written = tx.get(t.WRITTEN_TO)
    if end - start > LONGEST or (written is not None and end > datetime.fromisoformat(written)):
        raise RosterRefused(
            f"a range has {LONGEST.days} days at most and ends where the roster is written out: {written}"
        )
    settings, words = context.settings, context.words
    holidays, tet = _special(settings, *(at.astimezone(settings.zone).date() for at in (start, end)))
    share = share_of(written_shifts(tx.sql, start, end), whom, start, end, settings.zone, holidays, tet)
    refs = {"whom": whom, "from": stamp(start), "to": stamp(end)}
    tx.append([Fact(FactKind.HOURS_VIEWED, actor=person, refs=refs)], at)
    text = words.table["share"].format(
        name=tx.people()[whom].name,
        start=words.instant(start, settings.zone),
        end=words.instant(end, settings.zone),
        **{name: words.number(value, 0 if float(value).is_integer() else 1) for name, value in asdict(share).items()},
    )
    return {"text": text, "share": asdict(share)}


def _may_see(tx: Tx, context: Context, person: str, whom: str, at: Moment) -> bool:
    if person == whom:
        return True
    unit = context.settings.units.get(tx.people()[whom].home)
    return unit is not None and person in leaders_ahead(tx.sql, unit.id, unit.leader_duty, at.now)


def _special(settings: Settings, first: date, last: date) -> tuple[frozenset[date], frozenset[date]]:
    """Return the days off by law and decision of the years of a range, and those of them that are days of Tết."""
    try:
        off = frozenset(day for year in range(first.year, last.year + 1) for day in settings.days_off.of(year).holidays)
    except ValueError as why:
        raise RosterRefused(str(why)) from None
    lunar = {day: solar_to_lunar(day) for day in off}
    return off, frozenset(day for day, moon in lunar.items() if moon and (moon.month, moon.day) in _TET)


ACTS: Mapping[str, RosterAct] = {"hours": hours}
