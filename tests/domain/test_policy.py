"""Which step is due: counted from the opening, the last one for ever again."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from monitord.domain.policy import Policy, PolicyStep, Whom, due_at, from_wire, highest_due, step_of, to_wire

T0 = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
US = timedelta(microseconds=1)


def policy(*minutes: float, repeat: float = 60) -> Policy:
    """Return a policy with steps at those minutes."""
    steps = tuple(PolicyStep(timedelta(minutes=m), Whom.DUTY, f"d{n}", ("log",)) for n, m in enumerate(minutes))
    return Policy("p", steps, repeat=timedelta(minutes=repeat))


EXAMPLE = policy(0, 5, 15, 30)
policies = st.builds(
    lambda gaps, first, repeat: policy(*[first + sum(gaps[:n]) for n in range(len(gaps) + 1)], repeat=repeat),
    st.lists(st.integers(1, 120), max_size=6),
    st.integers(0, 30),
    st.integers(1, 600),
)


def test_a_step_is_due_at_its_minute_and_not_an_instant_before() -> None:
    for number, minute in enumerate((0, 5, 15, 30)):
        at = T0 + timedelta(minutes=minute)
        assert highest_due(EXAMPLE, T0, number - 1, at) == number
        assert highest_due(EXAMPLE, T0, number - 1, at - US) is None


def test_the_last_step_comes_again_each_hour() -> None:
    assert [(due_at(EXAMPLE, T0, n) - T0) / timedelta(minutes=1) for n in range(7)] == [0, 5, 15, 30, 90, 150, 210]
    assert step_of(EXAMPLE, 6) is EXAMPLE.steps[3]


@given(policies, st.integers(-1, 9), st.integers(0, 5000))
@settings(max_examples=200, deadline=None)
def test_the_highest_due_is_due_and_the_next_is_not(p: Policy, told: int, minutes: int) -> None:
    now = T0 + timedelta(minutes=minutes)
    found = highest_due(p, T0, told, now)
    if found is None:
        assert due_at(p, T0, told + 1) > now
    else:
        assert found > told
        assert due_at(p, T0, found) <= now < due_at(p, T0, found + 1)


@given(policies)
@settings(max_examples=100, deadline=None)
def test_steps_come_later_and_later(p: Policy) -> None:
    instants = [due_at(p, T0, n) for n in range(len(p.steps) + 5)]
    assert instants == sorted(set(instants))


@given(policies)
@settings(max_examples=100, deadline=None)
def test_a_frozen_policy_comes_back_as_it_was(p: Policy) -> None:
    assert from_wire(to_wire(p)) == p
