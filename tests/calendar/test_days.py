"""A day by the moon without its year is the nearest one, before or after; what does not exist is never guessed."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitord.calendar.days import LONGEST, day_near, is_moon, moment_near, parted
from monitord.calendar.spoken import NotALunarDate
from tests.calendar.table import tet

DECEMBER = date(2026, 12, 1)


@pytest.mark.parametrize(
    ("text", "day", "dated"),
    [
        ("29 Tết", date(2027, 2, 5), False),
        ("mùng 1", date(2027, 2, 6), False),
        ("mồng 1", date(2027, 2, 6), False),
        ("23 tháng Chạp", date(2027, 1, 30), False),
        ("mùng 1 Tết 2027", date(2027, 2, 6), True),
        ("mùng 1 Tết 2030", date(2030, 2, 2), True),
    ],
)
def test_a_lunar_day_is_read_beside_today(text: str, day: date, dated: bool) -> None:
    found = day_near(text, DECEMBER)
    assert (found.day, found.dated) == (day, dated)


def test_in_the_days_of_tet_and_after_them_it_is_still_this_tet() -> None:
    for today in (date(2027, 2, 5), date(2027, 2, 10), date(2027, 7, 1)):
        assert day_near("29 Tết", today).day == date(2027, 2, 5)
    assert day_near("29 Tết", date(2027, 12, 1)).day == date(2028, 1, 25)


def test_30_tet_is_offered_the_29th_and_not_taken_from_a_year_that_has_one() -> None:
    with pytest.raises(NotALunarDate) as refused:
        day_near("30 Tết", DECEMBER)
    assert 'did you mean "29 Tết" (05/02/2027)?' in str(refused.value)
    with pytest.raises(NotALunarDate) as refused:
        day_near("30 Tết", date(2032, 3, 1))
    assert refused.value.proposal == date(2032, 2, 10), "2033 has one, and is farther away"
    assert day_near("30 Tết", date(2032, 12, 1)).day == date(2033, 1, 30)


@given(st.dates(date(2021, 1, 1), date(2046, 1, 1)))
def test_no_other_mung_1_is_nearer(today: date) -> None:
    found = day_near("mùng 1 Tết", today).day
    assert found == tet(found.year)
    assert all(abs(found - today) <= abs(tet(year) - today) for year in range(today.year - 2, today.year + 3))


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("mùng 1 03:29", "2027-02-06 03:29"),
        ("14h00 mùng 2", "2027-02-07 14:00"),
        ("lúc 14 giờ 30 phút ngày mùng 2 Tết", "2027-02-07 14:30"),
        ("29 Tết 24:00", "2027-02-06 00:00"),
        ("8h mùng 5 Tết 2027", "2027-02-10 08:00"),
    ],
)
def test_a_time_of_day_stands_before_or_behind_its_day(text: str, at: str) -> None:
    assert f"{moment_near(text, DECEMBER)[0]:%Y-%m-%d %H:%M}" == at


@pytest.mark.parametrize("text", ["29 Tết 25:00", "29 Tết", "10 tháng 3 07:00", "x" * 10_000, "mùng 31 07:00"])
def test_what_is_no_moment_is_refused_in_short_words(text: str) -> None:
    with pytest.raises(NotALunarDate) as refused:
        moment_near(text, DECEMBER)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 300


@given(st.text(max_size=2 * LONGEST), st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_nothing_else_comes_of_any_text(text: str, today: date) -> None:
    try:
        at, _ = moment_near(text, today)
    except NotALunarDate:
        return
    assert parted(text) is not None
    assert abs(at.date() - today) < timedelta(days=100 * 366)


def test_figures_are_no_lunar_date() -> None:
    assert not any(is_moon(text) for text in ("2027-02-05", "2027-02-05 23:58", "2027-02-05T23:58:00Z", "23:58", "5/2"))
    assert all(is_moon(text) for text in ("29 Tết", "mùng 1 03:29", "tet", "x"))
