"""Bulletins: their keys, who is asked when, and the spans that nobody watched."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from monitord.domain.bulletin import Bulletin, Peak, asked_at, highest, load_of, unseen

DUE = datetime(2027, 2, 5, 17, 30, tzinfo=UTC)
ONE = Bulletin("giao-thua", "Giao thừa", "vt", "so", DUE - timedelta(hours=3), DUE, ("telegram",), ("a/b/c",))
MINUTE = timedelta(minutes=1)


def test_the_same_id_of_another_year_is_another_bulletin() -> None:
    assert ONE.key == "giao-thua@20270205T1730Z"
    assert replace(ONE, due=DUE + timedelta(days=355)).key != ONE.key


def test_the_leader_is_asked_at_once_then_two_others_and_nobody_else() -> None:
    assert [asked_at(ONE, DUE, n) for n in range(4)] == [DUE, DUE + 10 * MINUTE, DUE + 10 * MINUTE, None]
    alone = replace(ONE, approval_waits=timedelta(0))
    assert [asked_at(alone, DUE, n) for n in range(2)] == [DUE, None]


def test_the_highest_counts_and_of_equal_ones_the_first() -> None:
    peaks = [Peak("a", 70.0, DUE), Peak("b", 71.0, DUE), Peak("b", 71.0, DUE - MINUTE)]
    assert highest(peaks) == peaks[2]
    assert highest([]) is None


def test_the_fuller_direction_is_the_load() -> None:
    assert load_of({"interface_load_in_percent": 3.0, "interface_load_out_percent": 8.0, "x": 99.0}) == 8.0
    assert load_of({"battery_minutes_left": 7.0}) is None


SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8)


@given(SPANS)
def test_what_nobody_watched_is_each_minute_of_the_spans_once_and_within_the_night(
    spans: list[tuple[int, int]],
) -> None:
    since, until = DUE + 10 * MINUTE, DUE + 50 * MINUTE
    found = unseen([(DUE + a * MINUTE, DUE + b * MINUTE) for a, b in spans], since, until)
    minutes = [m for m in range(10, 50) if any(a <= m < b for a, b in spans)]
    assert [m for m in range(60) if any(start <= DUE + m * MINUTE < end for start, end in found)] == minutes
    assert all(since <= start < end <= until for start, end in found)
    assert all(one[1] < other[0] for one, other in pairwise(found))
