"""What a file would change: against the roster in force, and what it leaves open by itself. Nothing is written here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from monitord.domain.laying import Period
from monitord.domain.roster import Shift
from monitord.sheets.entry import Entry, Read, instant
from monitord.sheets.known import Known

LONGEST = timedelta(hours=24)
"""How long one person may be on duty without a break."""
REST = timedelta(hours=12)
"""How long a person rests before the next shift (Bộ luật Lao động 2019, Điều 110)."""


class Mark(StrEnum):
    """What becomes of a shift."""

    ADDED = "+"
    SAME = "="
    GONE = "-"


class Kind(StrEnum):
    """What a file leaves open."""

    GAP = "gap"
    LONG = "long"
    REST = "rest"
    TWICE = "twice"


@dataclass(frozen=True, slots=True)
class Line:
    """A shift, and what becomes of it."""

    mark: Mark
    shift: Shift


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong with the roster of a file: `who` is empty for a gap."""

    kind: Kind
    unit: str
    duty: str
    start: datetime
    end: datetime
    who: str = ""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What an import would do: the periods it would say all of, each shift with its mark, and the findings."""

    read: Read
    periods: tuple[Period, ...]
    lines: tuple[Line, ...]
    findings: tuple[Finding, ...]

    def count(self, mark: Mark) -> int:
        """Return how many shifts have that mark."""
        return sum(line.mark is mark for line in self.lines)


def periods_of(entries: Iterable[Entry], known: Known) -> tuple[Period, ...]:
    """Return, for each unit and duty, the time that the file says all of: from its first shift to its last one, and up
    to the first and the last day of the whole file where others have shifts on days on which it has none."""
    all_of = list(entries)
    found = []
    for unit, duty in dict.fromkeys((entry.unit, entry.duty) for entry in all_of):
        mine = [entry for entry in all_of if (entry.unit, entry.duty) == (unit, duty)]
        days, mine_days = [e.day for e in all_of if e.unit == unit], [e.day for e in mine]
        at = known.units[unit].handover
        minutes = at.hour * 60 + at.minute
        start, end = min(e.start for e in mine), max(e.end for e in mine)
        if min(mine_days) > min(days):
            start = min(start, instant(min(days), minutes, known.zone))
        if max(mine_days) < max(days):
            end = max(end, instant(max(days) + timedelta(days=1), minutes, known.zone))
        found.append(Period(unit, duty, start, end))
    return tuple(found)


def rehearse(read: Read, known: Known, in_force: Sequence[Shift]) -> Rehearsal:
    """Return what an import would change of the roster that is in force."""
    periods = periods_of(read.entries, known)
    planned = {_key(e): Shift(e.unit, e.duty, e.person, e.start, e.end, e.place, e.backup) for e in read.entries}
    have = {_key(s): s for period in periods for s in _within(in_force, period)}
    lines = [Line(Mark.SAME if key in have else Mark.ADDED, shift) for key, shift in planned.items()]
    lines += [Line(Mark.GONE, shift) for key, shift in have.items() if key not in planned]
    lines.sort(
        key=lambda o: (o.shift.start, o.shift.unit, o.shift.duty, o.mark is Mark.GONE, o.shift.backup, o.shift.person)
    )
    return Rehearsal(read, periods, tuple(lines), tuple(_findings(read.entries, periods)))


def batch_of(told: Rehearsal, file: str, digest: str) -> dict[str, Any]:
    """Return what the desk is asked to write: the shifts and the periods, instants in ISO 8601."""
    shifts = [
        [e.unit, e.duty, e.person, e.start.isoformat(), e.end.isoformat(), e.backup, e.place] for e in told.read.entries
    ]
    periods = [[p.unit, p.duty, p.start.isoformat(), p.end.isoformat()] for p in told.periods]
    return {"kind": "import", "file": file, "digest": digest, "shifts": shifts, "periods": periods}


def _key(one: Entry | Shift) -> tuple[str, str, str, datetime, datetime, bool]:
    return one.unit, one.duty, one.person, one.start, one.end, one.backup


def _within(shifts: Iterable[Shift], period: Period) -> Iterable[Shift]:
    for s in shifts:
        start, end = max(s.start, period.start), min(s.end, period.end)
        if (s.unit, s.duty) == (period.unit, period.duty) and start < end:
            yield Shift(s.unit, s.duty, s.person, start, end, s.source, s.backup)


def _findings(entries: Sequence[Entry], periods: Iterable[Period]) -> Iterable[Finding]:
    for period in periods:
        at = period.start
        spans = sorted((e.start, e.end) for e in entries
                      if (e.unit, e.duty) == (period.unit, period.duty) and not e.backup)  # fmt: skip
        for start, end in [*spans, (period.end, period.end)]:
            if start > at:
                yield Finding(Kind.GAP, period.unit, period.duty, at, start)
            at = max(at, end)
    for mine in _by_person(entries).values():
        yield from _of_person(mine)


def _by_person(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.person, []).append(entry)
    return found


def _of_person(mine: list[Entry]) -> Iterable[Finding]:
    mine.sort(key=lambda e: (e.start, e.end))
    first = mine[0]
    start, end = first.start, first.end
    for entry in mine[1:]:
        if entry.start < end:
            yield Finding(Kind.TWICE, entry.unit, entry.duty, entry.start, min(end, entry.end), entry.person)
        elif timedelta(0) < entry.start - end < REST:
            yield Finding(Kind.REST, entry.unit, entry.duty, end, entry.start, entry.person)
        if entry.start > end:
            if end - start > LONGEST:
                yield Finding(Kind.LONG, entry.unit, entry.duty, start, end, entry.person)
            start = entry.start
        end = max(end, entry.end)
    if end - start > LONGEST:
        yield Finding(Kind.LONG, first.unit, first.duty, start, end, first.person)
