"""Days off: by law, by decree, and by what settings say."""

from datetime import date, timedelta

import pytest

from monitord.calendar.holidays import DaysOff, days_off, runs, weekend_workdays
from monitord.calendar.lunar import lunar_to_solar
from tests.calendar.table import tet

MAY_DAY = date(2027, 5, 1)


@pytest.mark.parametrize("year", range(2019, 2050))
def test_tet_by_the_vietnamese_calendar_is_off_every_year(year: int) -> None:
    first, found = tet(year), days_off(year).holidays
    assert {first + timedelta(days=n) for n in range(-1, 3)} <= found
    assert lunar_to_solar(10, 3, year) in found
    around = [run for run in runs(found) if run[0] <= first <= run[1]]
    assert len(around) == 1
    assert (around[0][1] - around[0][0]).days < 10


@pytest.mark.parametrize("year", [2020, 2027, 2049])
def test_the_fixed_days_are_off(year: int) -> None:
    found = days_off(year)
    for month, day in ((1, 1), (4, 30), (5, 1), (9, 2)):
        assert found.off(date(year, month, day))
    assert all(day.year == year for day in found.holidays | found.worked)


def test_tet_of_2027_goes_from_the_fourth_to_the_tenth_of_february() -> None:
    assert (date(2027, 2, 4), date(2027, 2, 10)) in runs(days_off(2027).holidays)


def test_a_weekend_that_is_worked_instead_of_a_day_off_is_no_day_off() -> None:
    found = days_off(2026)
    assert weekend_workdays(2026) == {date(2026, 8, 22)} == found.worked
    assert found.off(date(2026, 8, 31))
    assert not found.off(date(2026, 8, 22))
    assert found.off(date(2026, 8, 23))
    assert not found.off(date(2026, 8, 24))


def test_a_swap_over_the_end_of_a_year_is_known_in_both() -> None:
    assert date(2018, 12, 31) in days_off(2018).holidays
    assert weekend_workdays(2019) >= {date(2019, 1, 5)}


def test_what_settings_add_is_off_and_what_they_remove_is_worked() -> None:
    decree = days_off(2027, added=[date(2027, 2, 3), date(2028, 1, 3)], removed=[MAY_DAY, date(2027, 2, 10)])
    assert decree.off(date(2027, 2, 3))
    assert not decree.off(MAY_DAY), "a Saturday that is worked"
    assert not decree.off(date(2027, 2, 10))
    assert date(2028, 1, 3) not in decree.holidays
    assert decree.worked == {MAY_DAY}
    assert days_off(2027).off(MAY_DAY), "the next question is not answered by the last one's settings"


def test_a_worked_weekend_can_be_given_back_and_a_day_in_both_lists_is_worked() -> None:
    assert days_off(2026, added=[date(2026, 8, 22)]).off(date(2026, 8, 22))
    both = days_off(2027, added=[MAY_DAY], removed=[MAY_DAY])
    assert not both.off(MAY_DAY)


@pytest.mark.parametrize("year", [0, 1900, 2100, 9999])
def test_a_year_that_is_not_reckoned_is_refused(year: int) -> None:
    with pytest.raises(ValueError, match="1901 to 2099"):
        days_off(year)


def test_runs_are_whole_and_in_order() -> None:
    assert runs([]) == []
    days = [date(2027, 1, 2), date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 2), date(2027, 3, 1)]
    assert runs(days) == [(date(2026, 12, 31), date(2027, 1, 2)), (date(2027, 3, 1), date(2027, 3, 1))]


def test_an_empty_year_has_its_weekends() -> None:
    plain = DaysOff(frozenset(), frozenset())
    assert [plain.off(date(2026, 11, 16) + timedelta(days=n)) for n in range(7)] == [False] * 5 + [True] * 2
