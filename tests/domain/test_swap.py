"""A swap goes from state to state and nowhere else; who can stand in is who is free."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitord.domain.roster import Shift
from monitord.domain.swap import (
    PENDING,
    REST,
    Swap,
    SwapOver,
    SwapState,
    elsewhere,
    holds_all,
    may_be_asked,
    moved,
    on_it_already,
    rest_left,
)

DAY = datetime(2027, 2, 5, tzinfo=UTC)


def hour(number: float) -> datetime:
    return DAY + timedelta(hours=number)


def shift(person: str, start: float, end: float, duty: str = "shift") -> Shift:
    return Shift("vt", duty, person, hour(start), hour(end))


SWAP = Swap(1, "vt", "shift", "an", hour(8), hour(16), hour(8))


@given(st.lists(st.sampled_from(SwapState), max_size=8))
def test_from_whatever_is_tried_only_a_taken_one_is_approved_and_what_is_over_stays(steps: list[SwapState]) -> None:
    swap = SWAP
    for state in steps:
        before = swap
        try:
            swap = moved(swap, state, "binh")
        except SwapOver:
            assert swap == before
        else:
            assert before.pending
            assert state is not SwapState.APPROVED or before.state is SwapState.TAKEN
            assert (swap.taker == "binh") is (SwapState.TAKEN in (before.state, state))
    assert swap.pending is (swap.state in PENDING)


def test_the_asker_must_be_on_duty_in_every_minute_in_one_piece_or_several() -> None:
    assert holds_all([shift("an", 8, 16)], SWAP)
    assert holds_all([shift("an", 6, 10), shift("an", 10, 18)], SWAP)
    assert not holds_all([shift("an", 8, 11.99), shift("an", 12, 16)], SWAP)
    assert not holds_all([shift("an", 8, 15.99)], SWAP)
    assert not holds_all([shift("binh", 8, 16), shift("an", 8, 16, "leader")], SWAP)


def test_who_holds_the_duty_and_is_free_is_asked_the_nearest_first() -> None:
    shifts = [
        shift("an", 8, 16),
        shift("binh", 30, 38),
        shift("chi", 16, 24),
        shift("dung", 40, 48),
        shift("dung", 9, 10, "leader"),
        shift("em", 8, 16),
        shift("giang", 32, 40, "leader"),
    ]
    assert may_be_asked(shifts, SWAP) == ("chi", "binh")


def test_another_duty_then_and_too_little_rest_are_known() -> None:
    shifts = [shift("binh", 10, 12, "leader"), shift("chi", 0, 6), shift("chi", 40, 48), shift("dung", 28, 36)]
    found = elsewhere(shifts, SWAP, "binh")
    assert found is not None
    assert found.duty == "leader"
    assert elsewhere(shifts, SWAP, "chi") is None
    assert rest_left(shifts, SWAP, "chi") == timedelta(hours=2)
    assert rest_left(shifts, SWAP, "dung") is None  # twelve hours to the minute
    assert timedelta(hours=12) == REST
    assert on_it_already([shift("binh", 15, 20)], SWAP, "binh")
    assert not on_it_already([shift("binh", 16, 20)], SWAP, "binh")
