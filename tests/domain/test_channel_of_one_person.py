"""Whether a channel works: failures that may speak of one person's address, and what a probe adds to them."""

from datetime import UTC, datetime, timedelta

from monitord.domain.channel import QUIET, ChannelState, Turn, after
from monitord.domain.notice import Delivery, DeliveryCause, Outcome

BEGIN = datetime(2026, 12, 5, 3, 7, tzinfo=UTC)
FINE = Outcome(Delivery.ACCEPTED)
AWAY = Outcome(Delivery.NOT_SENT, DeliveryCause.CONNECT)
FAILED = Outcome(Delivery.NOT_SENT, DeliveryCause.SERVER_ERROR)


def told(*attempts: tuple[Outcome, float, str]) -> list[Turn]:
    """Return what these attempts changed: each an outcome, after how many seconds, and to whom; `?` is a probe."""
    state, turns = ChannelState("sms"), []
    for outcome, seconds, to in attempts:
        now = BEGIN + timedelta(seconds=seconds)
        state, turn = after(state, outcome, now, to=to.strip("?"), probe=to.endswith("?"))
        if turn is not None:
            turns.append(turn)
    return turns


def test_what_the_other_side_refuses_to_one_person_alone_is_no_dead_channel() -> None:
    assert told(*((FAILED, seconds, "b") for seconds in range(0, 600, 20))) == []


def test_what_it_refuses_to_two_persons_is_one() -> None:
    assert told((FAILED, 0, "b"), (FAILED, 30, "c"), (FAILED, 70, "c")) == [Turn.FAILS]
    assert told((FAILED, 0, "b"), (FAILED, 30, "c"), (FAILED, 70, "b")) == [Turn.FAILS]


def test_one_failure_that_speaks_of_the_channel_is_enough_among_those_of_one_person() -> None:
    assert told((FAILED, 0, "b"), (AWAY, 30, "b"), (FAILED, 70, "b")) == [Turn.FAILS]
    assert told((AWAY, 0, "b"), (FAILED, 30, "b"), (FAILED, 70, "b")) == [Turn.FAILS]


def test_what_a_probe_came_to_speaks_of_the_channel_whoever_is_named() -> None:
    assert told((FAILED, 0, "b?"), (FAILED, 30, "b?"), (FAILED, 70, "b?")) == [Turn.FAILS]


def test_a_channel_that_failed_in_probes_alone_works_at_the_first_that_is_answered() -> None:
    assert told((AWAY, 0, "?"), (AWAY, 30, "?"), (AWAY, 70, "?"), (FINE, 100, "?")) == [Turn.FAILS, Turn.WORKS]


def test_after_a_message_that_failed_an_answered_probe_counts_when_none_was_tried_for_a_while() -> None:
    dead = ((AWAY, 0, "b"), (AWAY, 30, "b"), (AWAY, 70, "b"))
    quiet = 70 + QUIET.total_seconds()
    assert told(*dead, (FINE, quiet - 1, "?")) == [Turn.FAILS]
    assert told(*dead, (FINE, quiet, "?")) == [Turn.FAILS, Turn.WORKS]
    # A clock that was set back makes no message lie ahead.
    assert told(*dead, (FINE, -60, "?")) == [Turn.FAILS, Turn.WORKS]
