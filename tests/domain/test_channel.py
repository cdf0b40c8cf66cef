"""Whether a channel works: laws of what its attempts tell."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitord.domain.channel import FAILURES, LASTS, ChannelState, Turn, after
from monitord.domain.notice import Delivery, DeliveryCause, Outcome

BEGIN = datetime(2026, 12, 5, 3, 7, tzinfo=UTC)
FINE = Outcome(Delivery.ACCEPTED)
AWAY = Outcome(Delivery.NOT_SENT, DeliveryCause.CONNECT)
LATE = Outcome(Delivery.UNCERTAIN, DeliveryCause.TIMED_OUT)
BLOCKED = Outcome(Delivery.PERMANENT, DeliveryCause.BLOCKED)
BUSY = Outcome(Delivery.NOT_SENT, DeliveryCause.RATE_LIMITED)
OUTCOMES = st.sampled_from([FINE, AWAY, LATE, BLOCKED, BUSY])


def at(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)


def told(*attempts: tuple[Outcome, float]) -> tuple[ChannelState, list[Turn]]:
    state, turns = ChannelState("telegram"), []
    for outcome, seconds in attempts:
        state, turn = after(state, outcome, at(seconds))
        if turn is not None:
            turns.append(turn)
    return state, turns


def test_three_failures_over_a_minute_and_it_fails_since_the_first() -> None:
    state, turns = told((FINE, 0), (AWAY, 10), (LATE, 30), (AWAY, 69))
    assert (state.works, turns) == (True, [])
    state, turns = told((FINE, 0), (AWAY, 10), (LATE, 30), (AWAY, 70))
    assert (state.works, turns, state.since, state.cause) == (False, [Turn.FAILS], at(10), DeliveryCause.CONNECT)
    assert state.told_at == at(0)


def test_one_success_between_and_it_never_failed() -> None:
    _, turns = told((AWAY, 0), (AWAY, 30), (FINE, 50), (AWAY, 90), (AWAY, 100))
    assert turns == []


def test_somebody_who_blocked_us_shows_that_the_channel_works() -> None:
    state, turns = told((AWAY, 0), (AWAY, 30), (AWAY, 61), (BLOCKED, 90))
    assert turns == [Turn.FAILS, Turn.WORKS]
    assert (state.told_at, state.heard_at, state.since) == (None, at(90), at(90))


def test_a_busy_other_side_says_nothing() -> None:
    state, turns = told((AWAY, 0), (BUSY, 20), (BUSY, 40), (BUSY, 100))
    assert (turns, state.failures) == ([], 1)


def test_a_probe_is_an_answer_and_no_message() -> None:
    state, _ = after(ChannelState("sms"), FINE, at(5), probe=True)
    assert (state.heard_at, state.told_at) == (at(5), None)


def test_a_clock_that_was_set_back_keeps_no_dead_channel_alive() -> None:
    _, turns = told((AWAY, 0), (AWAY, 10), (AWAY, -3600))
    assert turns == [Turn.FAILS]


@given(st.lists(st.tuples(OUTCOMES, st.floats(0, 300)), max_size=40))
def test_turns_come_by_turns_and_never_without_cause(steps: list[tuple[Outcome, float]]) -> None:
    state, now = ChannelState("telegram"), 0.0
    last = Turn.WORKS
    for outcome, pause in steps:
        now += pause
        before = state
        state, turn = after(state, outcome, at(now))
        if turn is not None:
            assert turn is not last
            last = turn
        if turn is Turn.FAILS:
            assert state.failures >= FAILURES
            assert state.since is not None
            assert at(now) - state.since >= LASTS
        if outcome is FINE:
            assert state.works
            assert state.failures == 0
        if outcome is BUSY:
            assert state == before
