"""Whom a step reaches: who is second on a duty, who is on leave, and in which order they are told instead."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitord.domain.dutybook import DutyBook, next_leaders, resolve
from monitord.domain.people import DutyKind, Person, Unit
from monitord.domain.policy import PolicyStep, Whom
from monitord.domain.roster import Shift

NOW = datetime(2027, 2, 5, 20, tzinfo=UTC)
STEP = PolicyStep(timedelta(0), Whom.DUTY, "shift", ("telegram",))


def person(name: str, *stand_ins: str, reachable: bool = True) -> Person:
    """Return somebody of the unit."""
    return Person(name, name, "vt", telegram=sum(map(ord, name)) if reachable else None, stand_ins=stand_ins)


def shift(name: str, *, backup: bool = False, duty: str = "shift") -> Shift:
    """Return a shift that runs."""
    return Shift("vt", duty, name, NOW - timedelta(hours=1), NOW + timedelta(hours=1), "r:1", backup)


def book(people: list[Person], shifts: list[Shift], *away: str) -> DutyBook:
    """Return the duty book of the unit."""
    kinds = {name: DutyKind(name, name) for name in ("shift", "leader")}
    return DutyBook(
        NOW, tuple(shifts), {p.id: p for p in people}, {"vt": Unit("vt", "VT", "an")}, {}, kinds, away=frozenset(away)
    )


def told(page: DutyBook) -> list[tuple[str, str | None]]:
    """Return whom the step reaches, and for whom."""
    return [(way.person, way.stands_in_for) for way in resolve(STEP, "vt", page)]


PEOPLE = [person("an", "chi"), person("binh", "dung"), person("chi"), person("dung")]


@pytest.mark.parametrize(
    ("away", "expected"),
    [
        ((), [("an", None)]),
        (("an",), [("binh", None)]),
        (("an", "binh"), [("chi", "an"), ("dung", "binh")]),
        (("an", "binh", "chi", "dung"), []),
    ],
    ids=["the first alone", "then who is second", "then the stand-ins of both", "then nobody, which is a gap"],
)
def test_who_is_second_on_a_duty_is_told_when_the_first_cannot_be(
    away: tuple[str, ...], expected: list[tuple[str, str | None]]
) -> None:
    assert told(book(PEOPLE, [shift("binh", backup=True), shift("an")], *away)) == expected


def test_who_is_alone_on_a_duty_is_told_though_he_is_written_as_second() -> None:
    assert told(book(PEOPLE, [shift("binh", backup=True)])) == [("binh", None)]


def test_who_is_both_is_first() -> None:
    assert told(book(PEOPLE, [shift("an", backup=True), shift("an")])) == [("an", None)]


def test_without_any_address_is_as_good_as_on_leave() -> None:
    silent = [replace(one, telegram=None) if one.id == "an" else one for one in PEOPLE]
    assert told(book(silent, [shift("an"), shift("binh", backup=True)])) == [("binh", None)]


def test_a_leader_on_leave_is_not_asked_in_anothers_place() -> None:
    page = replace(book(PEOPLE, [shift("an", duty="leader")], "binh"), leaders=("binh", "dung"))
    assert [way.person for way in next_leaders("vt", ("telegram",), page)] == ["chi", "dung"]
