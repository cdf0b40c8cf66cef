"""Canaries: laws of what is known of a channel by their coming back."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitord.domain.balance import Account, pattern_of, read_amount
from monitord.domain.canary import (
    MISSES,
    Canary,
    CanaryRoute,
    Happened,
    after,
    asked,
    due_at,
    is_late,
    is_missing,
    late_at,
)

BEGIN = datetime(2026, 12, 5, 3, 7, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ROUTE = CanaryRoute("-100", 15 * MINUTE, 3 * MINUTE)
DAILY = CanaryRoute("+84912000000", timedelta(days=1), 15 * MINUTE)
HAPPENED = st.lists(st.tuples(st.sampled_from([*Happened, "ask"]), st.integers(0, 3600)), max_size=30)


def flown(steps: list[tuple[Happened | str, int]]) -> list[tuple[Canary, datetime]]:
    state, at, seen = Canary("telegram"), BEGIN, []
    for number, (what, seconds) in enumerate(steps):
        at += timedelta(seconds=seconds)
        state = after(state, what, at) if isinstance(what, Happened) else asked(state, f"T{number}", at)
        seen.append((state, at))
    return seen


def test_one_that_comes_back_is_known_with_its_time() -> None:
    state = after(asked(Canary("telegram"), "T", BEGIN), Happened.ACCEPTED, BEGIN + MINUTE)
    assert late_at(state, ROUTE) == BEGIN + 4 * MINUTE  # its time counts from when it was accepted
    state = after(state, Happened.BACK, BEGIN + 2 * MINUTE)
    assert (state.took, state.back_at, state.out, state.missed) == (MINUTE, BEGIN + 2 * MINUTE, False, 0)


def test_two_in_a_row_and_no_fewer() -> None:
    state = Canary("telegram")
    for missed in range(1, MISSES + 1):
        out = after(asked(state, "T", BEGIN), Happened.ACCEPTED, BEGIN)
        state = after(out, Happened.LATE, BEGIN + 3 * MINUTE)
        assert (state.missed, is_missing(state)) == (missed, missed >= MISSES)
    state = after(state, Happened.HEARD, BEGIN + 4 * MINUTE)
    assert (state.missed, is_missing(state)) == (MISSES - 1, False)


def test_one_that_no_attempt_got_through_is_no_miss() -> None:
    state = after(asked(Canary("telegram", missed=1), "T", BEGIN), Happened.LATE, BEGIN + 3 * MINUTE)
    assert (state.missed, state.out) == (1, False)


def test_late_means_the_whole_time_is_over() -> None:
    state = asked(Canary("telegram"), "T", BEGIN)
    assert not is_late(state, ROUTE, BEGIN + 3 * MINUTE - timedelta(microseconds=1))
    assert is_late(state, ROUTE, BEGIN + 3 * MINUTE)


def test_the_next_leaves_sooner_after_a_miss_and_no_more_than_once_an_hour_later() -> None:
    state = Canary("sms", asked_at=BEGIN)
    pauses = []
    for missed in (0, 1, 2, 9):
        one = Canary("sms", asked_at=BEGIN, missed=missed)
        pauses.append(due_at(one, DAILY, BEGIN) - BEGIN)
    assert pauses == [timedelta(days=1), 20 * MINUTE, 75 * MINUTE, 75 * MINUTE]
    assert due_at(state, ROUTE, BEGIN) == BEGIN + 15 * MINUTE


def test_a_clock_that_was_set_back_keeps_none_waiting() -> None:
    state = Canary("sms", asked_at=BEGIN + timedelta(days=400))
    assert due_at(state, DAILY, BEGIN) == BEGIN


@given(HAPPENED)
def test_only_one_that_is_out_can_be_missed_and_each_once(steps: list[tuple[Happened | str, int]]) -> None:
    sent = sum(what == "ask" for what, _ in steps)
    for state, _ in flown(steps):
        assert 0 <= state.missed <= sent
    for (before, _), (state, _), (what, _) in zip(flown(steps), flown(steps)[1:], steps[1:], strict=False):
        assert state.missed <= before.missed + (what is Happened.LATE and before.out)


@given(HAPPENED)
def test_what_came_back_was_not_missed_and_took_no_less_than_nothing(steps: list[tuple[Happened | str, int]]) -> None:
    before = Canary("telegram")
    for (state, at), (what, _) in zip(flown(steps), steps, strict=True):
        if state.back_at == at and state != before and what is Happened.BACK:
            assert (state.missed, state.out, state.token) == (0, False, "")
        assert state.took is None or state.took >= timedelta(0)
        before = state


@given(HAPPENED, st.sampled_from([ROUTE, DAILY]), st.integers(-86_400, 200_000))
def test_none_leaves_while_another_has_its_time(
    steps: list[tuple[Happened | str, int]], route: CanaryRoute, seconds: int
) -> None:
    for state, at in flown(steps):
        late = late_at(state, route)
        now = at + timedelta(seconds=seconds)
        assert late is None or due_at(state, route, now) >= late
        # And there is always a next one, no later than is asked for.
        assert due_at(state, route, now) <= max(now, at + route.every + route.within)


@given(HAPPENED)
def test_a_start_makes_nothing_late(steps: list[tuple[Happened | str, int]]) -> None:
    for state, at in flown(steps):
        resumed = after(state, Happened.RESUMED, at + timedelta(days=3))
        assert resumed.missed == state.missed
        assert not is_late(resumed, ROUTE, at + timedelta(days=3))


ACCOUNT = Account("900", "KT", timedelta(days=1), pattern_of(r"goc: ?([0-9.,]+) ?d"), "900")


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ("TK goc: 25.000d, HSD 31/12/2026", 25_000),
        ("TK GOC:25,000 d", 25_000),
        ("goc: 1.234.567d", 1_234_567),
        ("goc: 12.5d", 12.5),
        ("goc: 0d", 0),
        ("goc: ....d", None),
        ("goc: 9999999999999d", None),
        ("Khuyen mai 50%", None),
        ("", None),
        ("x" * 300 + "goc: 5d", None),
    ],
)
def test_what_an_operator_says_is_left(said: str, amount: float | None) -> None:
    assert read_amount(ACCOUNT, said) == amount


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("TK ([0-9]+", "no regular expression"),
        ("TK [0-9]+", "exactly one group"),
        ("(a)(b)", "exactly one group"),
        ("(?:a)([0-9]+)", "exactly one group"),
        ("((a+)+)b", "exactly one group"),
        ("(a+)+b", "must not repeat its group"),
        ("(a*){9}", "must not repeat its group"),
        (r"(a)\1", "refer back"),
        ("a*b*c*(d)", "too involved"),
        (r"\[a*b*c*(d)]", "too involved"),
        ("x" * 101, "longer than 100"),
    ],
)
def test_a_pattern_that_could_be_kept_busy_is_refused(written: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        pattern_of(written)


@given(st.text(max_size=5_000), st.sampled_from([r"goc: ?([0-9.,]+) ?d", r".*([0-9]).*x", r"a*([ab]*)z"]))
def test_hostile_text_is_read_in_no_time_whatever_it_is(said: str, written: str) -> None:
    account = Account("900", "KT", timedelta(days=1), pattern_of(written), "900")
    for text in (said, "a" * 5_000, "goc: " + "1" * 5_000):
        read_amount(account, text)
