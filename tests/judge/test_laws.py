"""Laws of observing and judging, whatever is seen in whatever order."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitord.domain.edge import Change, Firmness, TargetState, known, observe, soft
from monitord.domain.health import FAULTS, Cause, Health
from monitord.domain.looking import Verdict
from tests.support.clock import START

healths = st.lists(st.sampled_from(Health), min_size=1, max_size=30)
confirms = st.integers(1, 4)
memories = st.one_of(st.none(), st.sampled_from(Health))


def seen(row: list[Health], confirm: int, remembered: Health | None = None) -> list[tuple[TargetState, Change | None]]:
    """Return the state and the change after each look of `row`."""
    state = known(remembered, None)
    steps = []
    for look, health in enumerate(row):
        state, change = observe(state, Verdict(health, Cause.FINE), START + timedelta(seconds=look), confirm)
        steps.append((state, change))
    return steps


@given(healths, confirms, memories)
def test_the_first_verdict_always_crosses(row: list[Health], confirm: int, remembered: Health | None) -> None:
    assert seen(row, confirm, remembered)[0][1] is not None


@given(healths, confirms, memories)
def test_the_desk_can_follow_the_settled_health_by_hard_edges_alone(
    row: list[Health], confirm: int, remembered: Health | None
) -> None:
    followed = remembered
    for state, change in seen(row, confirm, remembered):
        if change is not None and change.firmness is Firmness.HARD:
            followed = change.now
        assert followed is state.settled


@given(healths, confirms, memories)
def test_the_desk_can_follow_what_is_seen_by_all_edges(
    row: list[Health], confirm: int, remembered: Health | None
) -> None:
    followed: Health | None = None
    for (state, change), health in zip(seen(row, confirm, remembered), row, strict=True):
        followed = change.now if change is not None else followed
        assert followed is health is state.health


@given(healths, confirms, memories)
def test_an_edge_begins_where_the_last_one_ended(row: list[Health], confirm: int, remembered: Health | None) -> None:
    seen_last = hard_last = remembered
    for _, change in seen(row, confirm, remembered):
        if change is not None and change.firmness is Firmness.HARD:
            assert change.was is hard_last
            seen_last = hard_last = change.now
        elif change is not None:
            assert change.was is seen_last
            seen_last = change.now


@given(healths, confirms, memories)
def test_up_counts_at_once(row: list[Health], confirm: int, remembered: Health | None) -> None:
    for (state, _), health in zip(seen(row, confirm, remembered), row, strict=True):
        if health is Health.UP:
            assert (state.settled, state.attempt, state.first_bad) == (Health.UP, 0, None)


@given(healths, confirms, memories)
def test_nothing_becomes_a_hard_fault_before_as_many_looks_in_a_row_were_not_up(
    row: list[Health], confirm: int, remembered: Health | None
) -> None:
    bad, settled = 0, remembered
    for (state, _), health in zip(seen(row, confirm, remembered), row, strict=True):
        bad = 0 if health is Health.UP else bad + 1
        if state.settled in FAULTS and state.settled is not settled:
            assert bad >= confirm
        settled = state.settled


@given(st.integers(1, 50), confirms, memories)
def test_not_seeing_never_turns_into_a_fault_by_repetition(looks: int, confirm: int, remembered: Health | None) -> None:
    for state, _ in seen([Health.UNKNOWN] * looks, confirm, remembered):
        assert state.settled not in FAULTS or state.settled is remembered


@given(healths, confirms, memories)
def test_the_count_of_looks_stays_near_the_confirmation_and_says_when_to_hurry(
    row: list[Health], confirm: int, remembered: Health | None
) -> None:
    for state, change in seen(row, confirm, remembered):
        assert 0 <= state.attempt < 2 * confirm
        assert soft(state) == (state.attempt > 0)
        if change is not None and change.firmness is Firmness.HARD:
            assert not soft(state)


@given(healths, confirms, memories)
def test_a_fault_begins_after_the_last_good_look(row: list[Health], confirm: int, remembered: Health | None) -> None:
    for state, _ in seen(row, confirm, remembered):
        if state.first_bad is not None and state.last_good is not None:
            assert state.last_good < state.first_bad


@given(st.sampled_from(Health), confirms, memories, st.integers(0, 10))
def test_what_stays_as_it_is_becomes_settled_and_is_told_at_most_twice(
    health: Health, confirm: int, remembered: Health | None, more: int
) -> None:
    steps = seen([health] * (confirm + more), confirm, remembered)
    assert steps[-1][0].settled is health
    assert sum(change is not None for _, change in steps) <= 2
