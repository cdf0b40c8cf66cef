"""Incident numbers: short enough to be said over the telephone, never two running ones alike."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitord.domain.incident import code, next_number, number_of


def test_the_code_names_day_and_number() -> None:
    assert code(date(2026, 2, 6), 14) == "SC-0602-014"
    assert code(date(2026, 12, 31), 1234) == "SC-3112-1234"


@pytest.mark.parametrize(("typed", "number"), [("014", 14), (" 14 ", 14), ("SC-0602-014", 14), ("sc-0602-014\n", 14)])
def test_what_people_type_is_understood(typed: str, number: int) -> None:
    assert number_of(typed) == number


@pytest.mark.parametrize("typed", ["", "-", "SC-0602-", "x", "1.5", "SC 0602 014", "9" * 5000, "0x14", "1e3"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        number_of(typed)


@given(st.sets(st.integers(1, 40)), st.sets(st.integers(1, 60)))
def test_a_new_number_is_above_the_days_and_not_a_running_one(used: set[int], running: set[int]) -> None:
    number = next_number(used, running)
    assert number > max(used, default=0)
    assert number not in running
    assert set(range(max(used, default=0) + 1, number)) <= running
