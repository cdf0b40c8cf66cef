"""Flapping: the published vectors by their ids, and the laws that hold for every row of states."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitord.domain.edge import TargetState, observe
from monitord.domain.flapping import ENDS, STARTS, STATES, Flapping, observed, record
from monitord.domain.health import Cause, Health
from monitord.domain.looking import Verdict
from tests.cases.registry import case, cases
from tests.support.clock import START

STATE_OF = {"OK": Health.UP, "WARNING": Health.DEGRADED, "CRITICAL": Health.DOWN}
healths = st.lists(st.sampled_from(sorted(Health)), max_size=60)


def at(look: int) -> Any:
    return START + timedelta(seconds=30 * look)


def course(row: Iterable[Health], begin: Flapping | None = None) -> list[Flapping]:
    """Return the value after each state of a row."""
    value, values = begin or Flapping(), []
    for look, health in enumerate(row, start=1):
        value = record(value, health, at(look))
        values.append(value)
    return values


@pytest.mark.parametrize(
    "name",
    cases(
        "flapping",
        "steady-ok-nagios",
        "every-result-changes-nagios",
        "change-every-2-nagios",
        "change-every-4-nagios",
        "change-every-10-nagios",
        "burst-then-calm-nagios",
        "burst-then-stays-bad-nagios",
        "docs-example-nagios",
    ),
)
def test_vector(name: str) -> None:
    vector = case("flapping", name)
    values = course(STATE_OF[word] for word in vector["sequence"].split())
    assert [round(value.percent, 2) for value in values] == pytest.approx(vector["percent_after_each"], abs=0.006)
    turns = [look for look, value in enumerate(values, start=1) if value.since == at(look)]
    said = (vector["flapping_starts_at_result"], vector["flapping_stops_at_result"])
    assert turns == [look for look in said if look is not None]
    assert values[-1].is_flapping is (len(turns) == 1)


@pytest.mark.case("flapping", "burst-then-stays-bad-nagios")
def test_when_the_flapping_ends_the_state_that_stays_is_known() -> None:
    vector = case("flapping", "burst-then-stays-bad-nagios")
    values = course(STATE_OF[word] for word in vector["sequence"].split())
    assert values[vector["flapping_stops_at_result"] - 1].stays is Health.DOWN


@given(st.sampled_from(sorted(Health)), st.integers(1, 60))
def test_what_is_steady_does_not_flap(health: Health, looks: int) -> None:
    assert not any(value.is_flapping for value in course([health] * looks))


@given(st.sampled_from(sorted(Health)), st.sampled_from(sorted(Health)), st.integers(0, 40), st.integers(1, 40))
def test_one_change_does_not_flap(before: Health, after: Health, first: int, then: int) -> None:
    begin = Flapping((before,) * STATES)
    assert not any(value.is_flapping for value in course([before] * first + [after] * then, begin))


@given(healths, st.sampled_from([Health.DOWN, Health.DEGRADED, Health.AUTH]))
def test_what_changes_at_every_result_flaps_within_twenty(before: list[Health], fault: Health) -> None:
    values = course([*before, *[Health.UP, fault] * 10])
    assert any(value.is_flapping for value in values[len(before) :])
    assert values[-1].is_flapping


@given(healths, st.sampled_from(sorted(Health)))
def test_it_ends_in_the_calm(before: list[Health], health: Health) -> None:
    end = course([*before, *[health] * STATES])[-1]
    assert (end.is_flapping, end.percent, end.stays) == (False, 0.0, health)


@given(healths)
def test_it_turns_only_at_its_limits_and_says_when(row: list[Health]) -> None:
    before = Flapping()
    for look, value in enumerate(course(row), start=1):
        assert 0 <= value.percent <= 100
        assert len(value.history) == STATES
        if value.percent >= STARTS:
            assert value.is_flapping
        elif value.percent <= ENDS:
            assert not value.is_flapping
        else:
            assert value.is_flapping is before.is_flapping
        assert (value.since == at(look)) is (value.is_flapping is not before.is_flapping)
        before = value


@given(healths)
def test_the_newer_of_two_single_changes_weighs_more(row: list[Health]) -> None:
    once = course([Health.DOWN, *[Health.DOWN] * min(len(row), STATES - 2)])
    assert [value.percent for value in once] == sorted((value.percent for value in once), reverse=True)


def test_a_history_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="21 states"):
        Flapping((Health.UP,))


def looks(*row: Health, confirm: int = 3) -> Flapping:
    """Return the value after looks through the state machine, as a looker feeds it."""
    state, value = TargetState(), Flapping()
    for look, health in enumerate(row):
        state, _ = observe(state, Verdict(health, Cause.FINE), at(look), confirm)
        value = observed(value, state, at(look))
    return value


def test_soft_faults_are_not_recorded_and_their_ends_are() -> None:
    blips = looks(*[Health.UP, Health.DOWN] * 30)
    assert (blips.is_flapping, blips.percent) == (False, 0.0)


def test_hard_faults_that_come_and_go_flap() -> None:
    assert looks(*[Health.UP, Health.DOWN, Health.DOWN] * 10, confirm=2).is_flapping


def test_going_blind_and_seeing_again_makes_nothing_flap() -> None:
    blinks = looks(*[Health.UP, Health.UNKNOWN, Health.UNKNOWN, Health.UNKNOWN] * 20)
    assert (blinks.is_flapping, blinks.percent) == (False, 0.0)


def test_a_fault_behind_which_nobody_could_look_is_one_fault() -> None:
    row = [Health.UP, Health.DOWN, Health.DOWN, *[Health.UNKNOWN, Health.UNKNOWN, Health.DOWN, Health.DOWN] * 8]
    assert not looks(*row, confirm=2).is_flapping
