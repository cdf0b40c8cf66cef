"""Whom a step reaches: the roster, the people and the organisations as they stand at one instant."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

from monitord.domain.group import Group
from monitord.domain.notice import CALLS
from monitord.domain.people import IMPERSONAL, DutyKind, Organisation, Person, Unit
from monitord.domain.policy import PolicyStep, Whom
from monitord.domain.roster import Shift, backups, duties_of, on_duty

GRAVEST = 1
"""The severity of which everybody is called, whatever he asked for."""


@dataclass(frozen=True, slots=True)
class DutyBook:
    """What must be known to say whom a step reaches at `at`, an instant of the wall: the roster is kept by it.

    `shifts` need only be those around that instant. A ladder may count by another time, when the wall clock was moved.
    """

    at: datetime
    shifts: tuple[Shift, ...]
    people: Mapping[str, Person]
    units: Mapping[str, Unit]
    organisations: Mapping[str, Organisation]
    duty_kinds: Mapping[str, DutyKind]
    zone: tzinfo = UTC
    leaders: tuple[str, ...] = ()
    """Who leads the incident's unit in the days ahead, the nearest first; read where somebody may have to be asked."""
    groups: tuple[Group, ...] = ()
    away: frozenset[str] = frozenset()
    """Who is on leave at that instant: a stand-in is told instead."""
    uncalled: frozenset[str] = frozenset()
    """Who asked not to be called by telephone at that instant: messages still reach him."""
    administrators: tuple[str, ...] = ()
    """Who hears of a gap where the owner of the roster cannot be told either."""

    def ways(self, person: str, channels: Iterable[str]) -> tuple[str, ...]:
        """Return by which channels somebody can be told at that instant; none for who is not there, or on leave, or
        could only be called and asked not to be."""
        known = self.people.get(person)
        if known is None or person in self.away:
            return ()
        return without_calls(usable(known, channels)) if person in self.uncalled else usable(known, channels)

    def for_severity(self, severity: int) -> "DutyBook":
        """Return the book for an incident of that severity: of the gravest everybody is called."""
        return replace(self, uncalled=frozenset()) if severity == GRAVEST and self.uncalled else self


@dataclass(frozen=True, slots=True)
class Reached:
    """One person a step reaches.

    By which channels in order, and as whose contact; `stands_in_for` names whom they replace.
    """

    person: str
    channels: tuple[str, ...]
    organisation: str | None = None
    stands_in_for: str | None = None


def usable(person: Person, channels: Iterable[str]) -> tuple[str, ...]:
    """Return those of `channels` by which that person can be told, in order.

    An impersonal channel (the log) is added to one that reaches the person and does not reach him by itself, unless it
    is all that the step names.
    """
    named = tuple(channels)
    ways = person.ways(named)
    reached = any(c not in IMPERSONAL for c in ways) or all(c in IMPERSONAL for c in named)
    return ways if reached else ()


def without_calls(ways: Iterable[str]) -> tuple[str, ...]:
    """Return the ways that ring no telephone; none where nothing would reach the person himself any more."""
    quiet = tuple(way for way in ways if way not in CALLS)
    return quiet if any(way not in IMPERSONAL for way in quiet) else ()


def resolve(step: PolicyStep, unit: str, book: DutyBook) -> tuple[Reached, ...]:
    """Return whom `step` reaches at the instant of the book; empty when nobody is found, which is a gap.

    A person on leave, or without any usable channel, is replaced by the first stand-in who has one. Backups of a duty
    are reached when none of the others can be told himself, before the stand-ins.
    """
    organisation = step.ref if step.whom is Whom.ORGANISATION else None
    match step.whom:
        case Whom.DUTY:
            names = _on_that_duty(step, unit, book)
        case Whom.PERSON:
            names = (step.ref,)
        case Whom.ORGANISATION:
            known = book.organisations.get(step.ref)
            names = known.contacts if known else ()
        case Whom.NEXT_LEADER:
            names = ()
    reached: dict[str, Reached] = {}
    for name in names:
        found = _with_channel(name, step.channels, book)
        if found is not None:
            person, channels = found
            stands_in = name if person != name else None
            reached.setdefault(person, Reached(person, channels, organisation, stands_in))
    return tuple(reached.values())


def _on_that_duty(step: PolicyStep, unit: str, book: DutyBook) -> tuple[str, ...]:
    on = on_duty(book.shifts, unit, step.ref, book.at)
    second = backups(book.shifts, unit, step.ref, book.at)
    if not second:
        return on

    def told(names: tuple[str, ...]) -> bool:
        return any(book.ways(name, step.channels) for name in names)

    first = tuple(name for name in on if name not in second)
    return first if told(first) else second if told(second) else on


def next_leaders(unit: str, channels: tuple[str, ...], book: DutyBook) -> tuple[Reached, ...]:
    """Return who may be asked in place of the leaders on duty, in order: their stand-ins, then whoever leads next.

    Who is asked as a leader on duty already, or has no usable channel, is left out.
    """
    where = book.units.get(unit)
    duty = where.leader_duty if where else "leader"
    on = on_duty(book.shifts, unit, duty, book.at)
    stand_ins = (name for leader in on if leader in book.people for name in book.people[leader].stand_ins)
    asked = {way.person for way in resolve(PolicyStep(timedelta(0), Whom.DUTY, duty, channels), unit, book)}
    found: dict[str, Reached] = {}
    for name in (*stand_ins, *book.leaders):
        if name not in asked and name not in on and (ways := book.ways(name, channels)):
            found.setdefault(name, Reached(name, ways))
    return tuple(found.values())


def _with_channel(name: str, channels: tuple[str, ...], book: DutyBook) -> tuple[str, tuple[str, ...]] | None:
    person = book.people.get(name)
    if person is None:
        return None
    for candidate in (person, *(book.people[s] for s in person.stand_ins if s in book.people)):
        if ways := book.ways(candidate.id, channels):
            return candidate.id, ways
    return None


def duty_in(unit: str, person: str, book: DutyBook, at: datetime) -> str | None:
    """Return the duty kind that person holds in that unit at that instant, or None when not on duty there."""
    return next((duty for where, duty in duties_of(book.shifts, person, at) if where == unit), None)


def leads(unit: str, person: str, book: DutyBook) -> bool:
    """Return whether somebody is on the leader's duty of a unit, whatever else he is on, by the shifts of the book."""
    known = book.units.get(unit)
    return known is not None and any(
        shift.unit == unit and shift.duty == known.leader_duty and shift.person == person for shift in book.shifts
    )


def step_name(step: PolicyStep, book: DutyBook, *, unnamed: str = "") -> str:
    """Return what people call the addressee of a step: the duty kind, the organisation, or the person's title; for a
    person without one the name, or `unnamed` where no name may stand."""
    match step.whom:
        case Whom.DUTY:
            return book.duty_kinds[step.ref].name if step.ref in book.duty_kinds else step.ref
        case Whom.ORGANISATION | Whom.NEXT_LEADER:
            return book.organisations[step.ref].name if step.ref in book.organisations else step.ref
        case Whom.PERSON:
            person = book.people.get(step.ref)
            return (person.title or unnamed or person.name) if person else unnamed or step.ref
