"""Menus: who may be chosen, in which order, and that "Tiếp nhận" never gets lost behind them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitord.domain.dutybook import DutyBook
from monitord.domain.incident import Incident, Phase
from monitord.domain.menus import (
    AS_PROPOSED,
    MOST,
    Asked,
    Menu,
    asked,
    may_be_closed,
    may_hand_on,
    offered,
    rows,
    takers,
)
from monitord.domain.network import BY_HAND
from monitord.domain.notice import Button
from monitord.domain.people import DutyKind, Person
from monitord.domain.roster import Shift
from tests.domain.test_escalation_cases import UNIT, incident, step

CAUSES = {"cable": "đứt cáp", "unknown": "chưa rõ", "long": "một nguyên nhân rất dài, cần cả một dòng"}
LISTS = dict.fromkeys((Button.CAUSE_IS, Button.CLOSE_CAUSE, Button.CLOSE_AS, Button.DECLINE_AS), CAUSES)
NOW = datetime(2027, 2, 5, 20, 0, tzinfo=UTC)
KINDS = {kind: DutyKind(kind, name) for kind, name in (("shift", "trực ca"), ("leader", "trực lãnh đạo"))}


def book(*shifts: tuple[str, str], unit: str = "vt") -> DutyBook:
    """Return a duty book in which these are on duty, each with an address."""
    spans = tuple(Shift(unit, duty, who, NOW - timedelta(hours=1), NOW + timedelta(hours=1)) for who, duty in shifts)
    people = {who: Person(who, who.upper(), unit, telegram=n) for n, (who, _) in enumerate(shifts, 1)}
    return DutyBook(NOW, spans, people, {}, {}, KINDS)


def at_phase(phase: Phase, by: str | None = None) -> Incident:
    """Return an incident of the unit `vt` that stands there, whoever took it."""
    return replace(incident(step(0, "shift")), phase=phase, acknowledged_by=by)


def test_in_the_order_of_the_duties_each_once_and_not_the_reader() -> None:
    here = book(("b", "leader"), ("a", "shift"), ("a", "leader"), ("me", "shift"))
    assert [(one.value, one.name) for one in takers(at_phase(Phase.OPEN), "me", here)] == [
        ("a", "A – trực ca"),
        ("b", "B – trực lãnh đạo"),
    ]


def test_who_has_it_whom_nothing_reaches_and_another_unit_are_left_out() -> None:
    here = book(("a", "shift"), ("b", "shift"), ("c", "shift"))
    silent = replace(here, people={**here.people, "b": replace(here.people["b"], telegram=None)})
    assert [one.value for one in takers(at_phase(Phase.ACKNOWLEDGED, "a"), "me", silent)] == ["c"]
    assert takers(at_phase(Phase.OPEN), "me", book(("a", "shift"), unit="bd")) == ()


def test_a_menu_fits_a_screen() -> None:
    assert len(takers(at_phase(Phase.OPEN), "me", book(*((f"p{n}", "shift") for n in range(20))))) == MOST


@pytest.mark.parametrize("menu", [menu for menu in Menu if menu not in (Menu.MAIN, Menu.PHONES)])
def test_taking_stands_first_while_nobody_has_it_and_the_way_back_last(menu: Menu) -> None:
    here = book(("a", "shift"))
    shown = [one.button for one in offered(menu, at_phase(Phase.OPEN), "me", here, LISTS)]
    assert (shown[0], shown[-1]) == (Button.TAKE, Button.BACK)
    taken = at_phase(Phase.ACKNOWLEDGED, "me")
    assert Button.TAKE not in [one.button for one in offered(menu, taken, "me", here, LISTS)]


def test_short_words_stand_two_by_two_and_whatever_else_alone() -> None:
    shown = rows(offered(Menu.CAUSE, at_phase(Phase.OPEN), "me", book(), LISTS))
    assert [[one.name or one.button for one in line] for line in shown] == [
        [Button.TAKE],
        ["đứt cáp", "chưa rõ"],
        ["một nguyên nhân rất dài, cần cả một dòng"],
        [Button.BACK],
    ]
    people = rows(offered(Menu.HAND, at_phase(Phase.OPEN), "me", book(("a", "shift"), ("b", "shift")), LISTS))
    assert [len(line) for line in people] == [1, 1, 1, 1]


def test_what_somebody_took_only_he_and_a_leader_hand_on() -> None:
    taken = at_phase(Phase.ACKNOWLEDGED, "a")
    assert may_hand_on(taken, "a", leads=False)
    assert may_hand_on(taken, "b", leads=True)
    assert not may_hand_on(taken, "b", leads=False)
    assert may_hand_on(at_phase(Phase.OPEN), "b", leads=False)


def test_what_the_checks_see_down_nobody_closes_and_what_people_reported_they_do() -> None:
    seen, told = at_phase(Phase.OPEN), replace(at_phase(Phase.OPEN), target=f"{BY_HAND}sc-0602-001")
    assert [may_be_closed(one) for one in (seen, told, at_phase(Phase.RESTORED))] == [False, True, True]
    assert not may_be_closed(at_phase(Phase.ACKNOWLEDGED, "me"))


def test_a_leader_alone_is_shown_what_was_proposed() -> None:
    here = replace(book(("a", "shift"), ("b", "leader")), units={"vt": UNIT})
    over = at_phase(Phase.RESTORED)
    for reader, shown in (("a", []), ("b", [AS_PROPOSED])):
        values = [one.value for one in offered(Menu.MEASURES, over, reader, here, LISTS, "đứt cáp; hàn nối")]
        assert [value for value in values if value == AS_PROPOSED] == shown


def test_what_was_asked_for_is_read_as_it_was_kept() -> None:
    for one in (Asked(Menu.HAND, 7, "42"), Asked(Menu.MAIN, 100_000_001)):
        assert asked(one.subject) == one
