"""What goes together in one message, and what by itself."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitord.domain.digest import ALONE_FOR, ASKING, GATHERED, SINGLY, Waiting, gather
from monitord.domain.notice import DeliveryCause, Event

NOW = datetime(2026, 12, 5, 3, 7, tzinfo=UTC)


def waits(number: int, event: Event = Event.RESTORED, *, age: float = 0, ahead: float = 0) -> Waiting:
    return Waiting(number, number, event, NOW - timedelta(seconds=age), NOW + timedelta(seconds=ahead))


def crowd(count: int = SINGLY + 1) -> list[Waiting]:
    return [waits(number) for number in range(1, count + 1)]


def test_five_go_one_by_one_and_six_together() -> None:
    assert gather(crowd(SINGLY), NOW) == ()
    assert gather(crowd(SINGLY + 1), NOW) == (1, 2, 3, 4, 5, 6)


@pytest.mark.parametrize("event", sorted(ASKING))
def test_what_asks_for_the_first_time_goes_by_itself_for_a_minute(event: Event) -> None:
    fresh = waits(7, event, age=ALONE_FOR.total_seconds() - 1)
    assert 7 not in gather([*crowd(), fresh], NOW)
    assert 7 in gather([*crowd(), waits(7, event, age=ALONE_FOR.total_seconds())], NOW)
    assert 7 in gather([*crowd(), replace(fresh, attempts=1)], NOW)


@pytest.mark.parametrize("event", sorted(set(Event) - GATHERED))
def test_what_a_digest_cannot_say_stays_out(event: Event) -> None:
    assert 7 not in gather([*crowd(), waits(7, event, age=600)], NOW)
    assert gather([*crowd(SINGLY), waits(7, event, age=600)], NOW) == ()


def test_what_failed_goes_with_the_others_before_its_time_but_not_before_what_was_told_to_wait() -> None:
    failed = replace(waits(7, ahead=40), attempts=2, failed=DeliveryCause.CONNECT)
    assert 7 in gather([*crowd(), failed], NOW)
    assert 7 not in gather([*crowd(), replace(failed, failed=DeliveryCause.RATE_LIMITED)], NOW)
    assert 7 not in gather([*crowd(), waits(7, Event.REMINDER, ahead=40)], NOW)


def test_nothing_goes_before_one_of_them_is_due() -> None:
    waiting = [replace(one, due=NOW + timedelta(seconds=9), failed=DeliveryCause.CONNECT) for one in crowd()]
    assert gather(waiting, NOW) == ()
    assert gather([replace(waiting[0], due=NOW), *waiting[1:]], NOW) == (1, 2, 3, 4, 5, 6)


def test_of_too_many_incidents_the_oldest_go_first_with_all_that_is_told_of_them() -> None:
    waiting = [*crowd(8), replace(waits(9), incident=2), replace(waits(10), incident=8)]
    assert gather(waiting, NOW, most=3) == (1, 2, 3, 9)


@given(st.lists(st.tuples(st.sampled_from(sorted(Event)), st.integers(0, 900), st.integers(-9, 90), st.integers(0, 3))))
def test_a_digest_is_never_small_and_takes_nothing_that_was_not_given(given: list[tuple[Event, int, int, int]]) -> None:
    waiting = [
        replace(waits(number, event, age=age, ahead=ahead), attempts=attempts)
        for number, (event, age, ahead, attempts) in enumerate(given)
    ]
    chosen = gather(waiting, NOW)
    assert chosen == () or len(chosen) > SINGLY
    assert list(chosen) == sorted(set(chosen) & {one.notice for one in waiting})
