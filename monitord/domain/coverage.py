"""The contract of the roster: how many a unit needs on each duty, and where what is planned does not keep it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from monitord.domain.campaign import NORMAL, Campaign
from monitord.domain.roster import Shift

LONGEST = timedelta(hours=24)
"""How long somebody may be on duty without a break."""
REST = timedelta(hours=12)
"""How long somebody is off between two shifts, at least."""
MARGIN = LONGEST + REST
"""How far around a range the roster must be known to say how long people are on duty and how they rest in it."""

V = TypeVar("V")
Span = tuple[datetime, datetime, V]
"""What holds for `[start, end)`."""


class Fault(StrEnum):
    """What is wrong with a roster."""

    MISSING = "missing"
    DOUBLED = "doubled"
    TWICE = "twice"
    TOO_LONG = "too_long"
    SHORT_REST = "short_rest"
    ON_LEAVE = "on_leave"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Demand:
    """What a unit asks of one duty: at least `need` persons, no more than `most` (None: as many as there are).

    `levels` are the needs at other levels of readiness; one that is not named needs what is needed always.
    """

    unit: str
    duty: str
    need: int = 1
    most: int | None = None
    levels: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def asked(self, levels: AbstractSet[str]) -> tuple[int, int | None]:
        """Return how many are needed while those levels hold, the highest counts, and how many are allowed."""
        need = max((self.levels.get(level, self.need) for level in levels), default=self.levels.get(NORMAL, self.need))
        return need, None if self.most is None else max(self.most, need)


@dataclass(frozen=True, slots=True)
class Leave:
    """A time `[start, end)` in which somebody is away."""

    person: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Contract:
    """What is asked of a roster, and of whom: `owners` are the persons who keep the roster, by unit; `silent` those
    whom no message reaches."""

    demands: tuple[Demand, ...]
    owners: Mapping[str, str]
    campaigns: tuple[Campaign, ...] = ()
    silent: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Hole:
    """Where a roster does not keep the contract, for all of `[start, end)`: `have` persons where `need` are asked, or
    allowed when it is doubled. `also` are the other duties of a person who is on two at once. `owner` has to mend it.
    """

    fault: Fault
    unit: str
    duty: str
    start: datetime
    end: datetime
    owner: str
    persons: tuple[str, ...] = ()
    have: int = 0
    need: int = 0
    also: tuple[tuple[str, str], ...] = ()


def holes(
    contract: Contract, shifts: Sequence[Shift], leaves: Iterable[Leave], start: datetime, end: datetime
) -> list[Hole]:
    """Return every hole of a roster within `[start, end)`, in order of beginning, each as long as it stays the same.

    `shifts` are those of the range and of MARGIN around it. Backups are neither needed nor doubled, and what they do
    is no duty to rest from; who is on leave is not there.
    """
    away: dict[str, list[Leave]] = {}
    for leave in leaves:
        away.setdefault(leave.person, []).append(leave)
    by_duty: dict[tuple[str, str], list[Shift]] = {}
    by_person: dict[str, list[Shift]] = {}
    for shift in shifts:
        by_duty.setdefault((shift.unit, shift.duty), []).append(shift)
        if not shift.backup:
            by_person.setdefault(shift.person, []).append(shift)
    found: list[Hole] = []
    for demand in contract.demands:
        found += _counted(contract, demand, by_duty.get((demand.unit, demand.duty), ()), away, start, end)
    for key, held in by_duty.items():
        found += _not_there(contract, key, held, away, start, end)
    for person, held in by_person.items():
        found += _two_at_once(contract, person, held, start, end)
        found += _without_rest(contract, person, held, start, end)
    return sorted(found, key=lambda h: (h.start, h.unit, h.duty, h.fault, h.persons, h.end))


def lacking(
    contract: Contract, shifts: Sequence[Shift], leaves: Iterable[Leave], start: datetime, end: datetime
) -> list[Hole]:
    """Return what `missing` says of `holes`, without looking for anything else."""
    away: dict[str, list[Leave]] = {}
    for leave in leaves:
        away.setdefault(leave.person, []).append(leave)
    by_duty: dict[tuple[str, str], list[Shift]] = {}
    for shift in shifts:
        by_duty.setdefault((shift.unit, shift.duty), []).append(shift)
    found: list[Hole] = []
    for demand in contract.demands:
        found += _counted(contract, demand, by_duty.get((demand.unit, demand.duty), ()), away, start, end)
    return missing(found)


def missing(found: Iterable[Hole]) -> list[Hole]:
    """Return the holes where somebody is missing, those of one duty that touch as one: the fewest there are counts."""
    joined: dict[tuple[str, str], list[Hole]] = {}
    for hole in found:
        if hole.fault is not Fault.MISSING:
            continue
        mine = joined.setdefault((hole.unit, hole.duty), [])
        if mine and mine[-1].end == hole.start:
            last = mine.pop()
            worse = max(last, hole, key=lambda h: h.need - h.have)
            hole = Hole(
                Fault.MISSING, hole.unit, hole.duty, last.start, hole.end, hole.owner, (), worse.have, worse.need
            )
        mine.append(hole)
    return sorted((h for of_duty in joined.values() for h in of_duty), key=lambda h: (h.start, h.unit, h.duty))


def _counted(
    contract: Contract,
    demand: Demand,
    held: Iterable[Shift],
    away: Mapping[str, Sequence[Leave]],
    start: datetime,
    end: datetime,
) -> Iterator[Hole]:
    on = [(s.start, s.end, ("on", s.person)) for s in held if not s.backup]
    gone = [(le.start, le.end, ("away", who)) for who in {p for _, _, (_, p) in on} for le in away.get(who, ())]
    raised = [(c.start, c.end, ("level", c.level)) for c in contract.campaigns if c.meant_for(demand.unit)]

    def faults(holding: Iterable[tuple[str, str]]) -> tuple[Fault, tuple[str, ...], int, int] | None:
        there = {name for what, name in holding if what == "on"} - {name for what, name in holding if what == "away"}
        need, most = demand.asked({name for what, name in holding if what == "level"})
        if len(there) < need:
            return Fault.MISSING, (), len(there), need
        return None if most is None or len(there) <= most else (Fault.DOUBLED, tuple(sorted(there)), len(there), most)

    owner = contract.owners.get(demand.unit, "")
    for begins, ends, fault in _runs(
        (a, b, faults(held)) for a, b, held in stretches([*on, *gone, *raised], start, end)
    ):
        if fault is not None:
            kind, persons, have, need = fault
            yield Hole(kind, demand.unit, demand.duty, begins, ends, owner, persons, have, need)


def _not_there(
    contract: Contract,
    key: tuple[str, str],
    held: Iterable[Shift],
    away: Mapping[str, Sequence[Leave]],
    start: datetime,
    end: datetime,
) -> Iterator[Hole]:
    """Yield who is planned and on leave, and who is planned and cannot be told."""
    spans: dict[tuple[Fault, str], list[Span[bool]]] = {}
    for shift in held:
        for leave in away.get(shift.person, ()):
            begins, ends = max(shift.start, leave.start), min(shift.end, leave.end)
            if begins < ends:
                spans.setdefault((Fault.ON_LEAVE, shift.person), []).append((begins, ends, True))
        if shift.person in contract.silent:
            spans.setdefault((Fault.UNREACHABLE, shift.person), []).append((shift.start, shift.end, True))
    owner = contract.owners.get(key[0], "")
    for (fault, person), of_person in spans.items():
        for begins, ends, there in _runs((a, b, bool(h)) for a, b, h in stretches(of_person, start, end)):
            if there:
                yield Hole(fault, *key, begins, ends, owner, (person,))


def _two_at_once(
    contract: Contract, person: str, held: Iterable[Shift], start: datetime, end: datetime
) -> Iterator[Hole]:
    spans = [(s.start, s.end, (s.unit, s.duty)) for s in held]
    if len({duty for _, _, duty in spans}) < 2:
        return
    for begins, ends, duties in _runs((a, b, tuple(sorted(h))) for a, b, h in stretches(spans, start, end)):
        if len(duties) > 1:
            for unit in dict.fromkeys(unit for unit, _ in duties):
                first = next(one for one in duties if one[0] == unit)
                also = tuple(one for one in duties if one != first)
                owner = contract.owners.get(unit, "")
                yield Hole(Fault.TWICE, *first, begins, ends, owner, (person,), len(duties), 1, also)


def _without_rest(
    contract: Contract, person: str, held: Iterable[Shift], start: datetime, end: datetime
) -> Iterator[Hole]:
    """Yield when somebody is on duty for more than LONGEST, from there on, and each rest that is shorter than REST."""
    before: datetime | None = None
    for begins, ends, first, last in _joined(held):
        if before is not None and begins - before < REST and before < end and begins > start:
            owner = contract.owners.get(first.unit, "")
            rest = max(before, start), min(begins, end)
            yield Hole(Fault.SHORT_REST, first.unit, first.duty, *rest, owner, (person,))
        tired = max(begins + LONGEST, start), min(ends, end)
        if tired[0] < tired[1]:
            yield Hole(Fault.TOO_LONG, last.unit, last.duty, *tired, contract.owners.get(last.unit, ""), (person,))
        before = ends


def _joined(held: Iterable[Shift]) -> Iterator[tuple[datetime, datetime, Shift, Shift]]:
    """Yield the times somebody is on duty without a break, with the shift that begins each and the one that ends it."""
    ordered = sorted(held, key=lambda s: (s.start, s.unit, s.duty))
    first = last = ordered[0]
    for shift in ordered[1:]:
        if shift.start > last.end:
            yield first.start, last.end, first, last
            first = last = shift
        elif shift.end > last.end:
            last = shift
    yield first.start, last.end, first, last


def stretches(spans: Iterable[Span[V]], start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime, list[V]]]:
    """Yield `[start, end)` in pieces, in order, each with what holds over all of it, once, in order of beginning."""
    edges: list[tuple[datetime, int, V]] = []
    for begins, ends, what in spans:
        if begins < end and ends > start and begins < ends:
            edges += ((max(begins, start), 1, what), (min(ends, end), -1, what))
    edges.sort(key=lambda edge: edge[0])
    holding: dict[V, int] = {}
    at = start
    for when, by, what in edges:
        if when > at:
            yield at, when, [one for one, times in holding.items() if times]
            at = when
        holding[what] = holding.get(what, 0) + by
        if not holding[what]:
            del holding[what]
    if at < end:
        yield at, end, [one for one, times in holding.items() if times]


def _runs(pieces: Iterable[tuple[datetime, datetime, V]]) -> Iterator[tuple[datetime, datetime, V]]:
    """Yield the pieces, those that touch and hold the same as one."""
    last: tuple[datetime, datetime, V] | None = None
    for begins, ends, value in pieces:
        if last is not None and last[1] == begins and last[2] == value:
            last = last[0], ends, value
            continue
        if last is not None:
            yield last
        last = begins, ends, value
    if last is not None:
        yield last
