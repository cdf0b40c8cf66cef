"""From lunar dates to days, against a table of Vietnamese months, and what is proposed where the calendar has none."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitord.calendar.lunar import LunarDay, lunar_to_solar, nearest, say, solar_to_lunar, words
from tests.calendar.table import months


def test_every_day_of_the_table_is_found_and_the_30th_of_a_short_month_is_none() -> None:
    for m in months():
        for day in (1, 15, 29):
            assert lunar_to_solar(day, m.month, m.year, m.leap) == m.start + timedelta(days=day - 1)
        last = m.start + timedelta(days=29) if m.days == 30 else None
        assert lunar_to_solar(30, m.month, m.year, m.leap) == last


def test_a_leap_month_is_there_exactly_where_the_table_has_one() -> None:
    known = {(m.year, m.month): m for m in months() if m.leap}
    whole = {m.year for m in months()} - {months()[0].year, months()[-1].year}
    assert len(known) > 8
    for year in whole:
        for month in range(1, 13):
            found = lunar_to_solar(1, month, year, True)
            assert found == (known[year, month].start if (year, month) in known else None)


def test_what_is_proposed_is_always_a_day_of_the_same_month() -> None:
    for m in months():
        near = nearest(30, m.month, m.year, m.leap)
        assert near == LunarDay(m.year, m.month, m.days, m.leap)


def test_the_30th_of_the_last_month_of_2026_is_none_and_the_29th_is_proposed() -> None:
    assert lunar_to_solar(30, 12, 2026) is None
    assert nearest(30, 12, 2026) == LunarDay(2026, 12, 29)
    assert lunar_to_solar(29, 12, 2026) == date(2027, 2, 5)


def test_from_2025_to_2032_no_last_month_has_a_30th() -> None:
    without = {year for year in range(2018, 2041) if lunar_to_solar(30, 12, year - 1) is None}
    assert without >= set(range(2025, 2033))
    assert not without & {2018, 2019, 2020, 2021, 2023, 2024, 2033}


def test_where_the_vietnamese_year_begins_before_the_chinese_one_it_is_the_vietnamese_one() -> None:
    assert lunar_to_solar(1, 1, 2030) == date(2030, 2, 2)
    assert lunar_to_solar(1, 1, 2007) == date(2007, 2, 17)


@pytest.mark.parametrize(
    ("given_", "near"),
    [
        ((31, 3, 2027, False), LunarDay(2027, 3, 29)),
        ((99, 1, 2027, False), LunarDay(2027, 1, 30)),
        ((5, 6, 2027, True), LunarDay(2027, 6, 5)),
        ((30, 6, 2025, True), LunarDay(2025, 6, 29, True)),
        ((5, 1, 2027, False), LunarDay(2027, 1, 5)),
        ((0, 1, 2027, False), None),
        ((1, 13, 2027, False), None),
        ((1, 0, 2027, False), None),
        ((1, 1, 9999, False), None),
    ],
)
def test_a_proposal_is_near_or_none(given_: tuple[int, int, int, bool], near: LunarDay | None) -> None:
    assert nearest(*given_) == near


@given(st.dates(date(1900, 2, 1), date(2100, 12, 1)))
def test_there_and_back_is_the_same_day(day: date) -> None:
    found = solar_to_lunar(day)
    assert found is not None
    assert lunar_to_solar(found.day, found.month, found.year, found.leap) == day
    assert words(day) == say(found)


@given(st.integers(-5, 40), st.integers(-5, 20), st.integers(-3000, 30_000), st.booleans())
def test_whatever_is_asked_there_is_an_answer_that_comes_back_or_none(
    day: int, month: int, year: int, leap: bool
) -> None:
    found = lunar_to_solar(day, month, year, leap)
    assert found is None or solar_to_lunar(found) == LunarDay(year, month, day, leap)
    near = nearest(day, month, year, leap)
    assert near is None or lunar_to_solar(near.day, near.month, near.year, near.leap) is not None
    if found is not None:
        assert near == LunarDay(year, month, day, leap)


def test_the_table_has_no_gap() -> None:
    for before, after in pairwise(months()):
        assert before.start + timedelta(days=before.days) == after.start
