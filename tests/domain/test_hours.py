"""Hours of the wall as instants, and slots on days of the week: the published vectors by their ids."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitord.domain.roster import DailySlot, Shift, expand, hours_of, instant, on_duty
from tests.cases.registry import case, cases

VIETNAM, CHICAGO, BERLIN = ZoneInfo("Asia/Ho_Chi_Minh"), ZoneInfo("America/Chicago"), ZoneInfo("Europe/Berlin")


def utc(text: str) -> datetime:
    """Return an instant written in UTC."""
    return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)


def slot(start: str, end: str, weekdays: str) -> DailySlot:
    """Return the slot of one person on some days of the week, by their numbers."""
    days = frozenset(int(day) for day in weekdays)
    return DailySlot(time.fromisoformat(start), time.fromisoformat(end), ("x",), date(2017, 1, 1), weekdays=days)


RULES = {
    "rule-day": slot("08:00", "20:00", "0"),
    "rule-overnight": slot("20:00", "08:00", "0"),
    "rule-weekdays-overnight": slot("20:00", "08:00", "01234"),
    "rule-same-start-end": slot("08:00", "08:00", "01234"),
}


@pytest.mark.parametrize(
    "name", cases("roster", "rule-day", "rule-overnight", "rule-weekdays-overnight", "rule-same-start-end")
)
def test_hours_on_days_of_the_week_belong_to_the_day_they_begin_on(name: str) -> None:
    shifts = expand("vt", "shift", RULES[name], date(2017, 7, 10), 30, ZoneInfo("UTC"), "")
    for text, said in case("roster", name)["expect"].items():
        at = text if isinstance(text, datetime) else utc(text)
        assert on_duty(shifts, "vt", "shift", at.replace(tzinfo=UTC)) == (("x",) if said == "yes" else ()), text


@pytest.mark.case("roster", "quiet-hours-3")
def test_office_hours_of_weekdays_are_those_of_their_zone() -> None:
    sydney = ZoneInfo("Australia/Sydney")
    shifts = expand("vt", "shift", slot("09:00", "17:00", "01234"), date(2021, 4, 1), 10, sydney, "")
    expected = case("roster", "quiet-hours-3")["expect"]
    assert all(on_duty(shifts, "vt", "shift", utc(str(at))) for at in expected["inside"])
    assert not any(on_duty(shifts, "vt", "shift", utc(str(at))) for at in expected["outside"])


def test_turns_on_days_of_the_week_are_counted_by_those_days() -> None:
    # From a Friday on, Mondays and Fridays.
    days = DailySlot(time(7), time(17), ("a", "b", "c"), date(2026, 12, 4), weekdays=frozenset({0, 4}))
    shifts = expand("vt", "shift", days, date(2026, 11, 28), 24, VIETNAM, "")
    assert [f"{s.start.astimezone(VIETNAM):%d}{s.person}" for s in shifts] == ["04a", "07b", "11c", "14a", "18b", "21c"]


@pytest.mark.case("roster", "clock-gap-0330")
@pytest.mark.case("roster", "clock-double-0100-last")
@pytest.mark.case("roster", "clock-double-0130-last")
def test_an_hour_of_the_wall_is_an_instant_also_when_the_clocks_turn() -> None:
    assert instant(date(2018, 3, 11), time(3, 30), CHICAGO) == utc("2018-03-11T08:30Z")
    for hour in ("01:00", "01:30"):
        last = instant(date(2018, 11, 4), time.fromisoformat(hour), CHICAGO, last=True)
        assert last == utc(f"2018-11-04T{hour.replace('01', '07')}Z")
    # What does not exist is the first instant after it, however far into the gap it lies.
    assert {instant(date(2018, 3, 11), time(2, minute), CHICAGO) for minute in range(60)} == {utc("2018-03-11T08:00Z")}
    apia = ZoneInfo("Pacific/Apia")
    assert instant(date(2011, 12, 30), time(9), apia) == instant(date(2011, 12, 31), time(0), apia)


@pytest.mark.case("roster", "clock-double-0100-last")
def test_hours_in_the_doubled_hour_start_at_its_first_pass_and_end_at_its_last() -> None:
    day = date(2018, 11, 4)
    assert hours_of(day, time(1, 30), time(9), CHICAGO)[0] == utc("2018-11-04T06:30Z")
    assert hours_of(date(2018, 11, 3), time(17), time(1, 30), CHICAGO)[1] == utc("2018-11-04T07:30Z")
    assert hours_of(date(2018, 11, 3), time(17), time(1, 30), CHICAGO, met=True)[1] == utc("2018-11-04T06:30Z")
    assert hours_of(date(2018, 11, 3), time(1, 30), time(1, 30), CHICAGO)[1] == utc("2018-11-04T06:30Z")


@pytest.mark.case("roster", "interval-night-dst-gap")
def test_the_night_of_the_short_day_is_an_hour_shorter() -> None:
    start, end = hours_of(date(2026, 3, 28), time(22), time(6), BERLIN)
    assert end - start == timedelta(hours=7)


@pytest.mark.case("roster", "quiet-hours-bad-3")
def test_hours_that_end_before_they_start_end_on_the_next_day() -> None:
    start, end = hours_of(date(2026, 12, 1), time(9, 30), time(7, 41), VIETNAM)
    assert end - start == timedelta(hours=22, minutes=11)


@pytest.mark.case("roster", "week-plan")
@pytest.mark.case("roster", "populate-12h")
def test_a_week_of_a_daily_slot_is_seven_shifts() -> None:
    daily = DailySlot(time(8), time(9), ("x",), date(2017, 1, 1))
    week = expand("vt", "shift", daily, date(2018, 1, 1), 7, ZoneInfo("UTC"), "")
    assert week == [
        Shift("vt", "shift", "x", utc(f"2018-01-0{day}T08:00Z"), utc(f"2018-01-0{day}T09:00Z")) for day in range(1, 8)
    ]
    half = DailySlot(time(12), time(0), ("x",), date(2016, 9, 7))
    eastern = ZoneInfo("US/Eastern")
    second = expand("vt", "shift", half, date(2016, 9, 14), 7, eastern, "")
    starts = [f"{s.start.astimezone(eastern):%Y-%m-%d %H:%M}" for s in second]
    assert starts == [str(at)[:16] for at in case("roster", "populate-12h")["expect"]]
    assert {s.end - s.start for s in second} == {timedelta(hours=12)}
