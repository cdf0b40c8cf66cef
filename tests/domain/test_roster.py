"""Who is on duty: half-open shifts, midnight, and the two nights a year on which a day is not 24 hours."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitord.domain.roster import DailySlot, Shift, duties_of, expand, on_duty

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
US = timedelta(microseconds=1)
# (zone, the night of 23 hours, the night of 25 hours), by the zone's own dates in 2026
TURNING = [
    ("Europe/Berlin", date(2026, 3, 28), date(2026, 10, 24)),
    ("America/New_York", date(2026, 3, 7), date(2026, 10, 31)),
    ("Australia/Lord_Howe", date(2026, 10, 3), date(2026, 4, 4)),
]


def three_shifts(zone: ZoneInfo, first: date, days: int) -> list[Shift]:
    """Return a unit's shifts 06-14-22 by the clock on the wall."""
    shifts: list[Shift] = []
    for start, end, people in (
        (time(6), time(14), ("an", "binh")),
        (time(14), time(22), ("chi", "dung")),
        (time(22), time(6), ("giang", "hai")),
    ):
        shifts += expand("vt", "shift", DailySlot(start, end, people, first), first, days, zone, "r:1")
    return shifts


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return an instant of December by Vietnamese time."""
    return datetime(2026, 12, day, hour, minute, tzinfo=VIETNAM).astimezone(UTC)


def test_the_handover_belongs_to_the_incoming_shift() -> None:
    shifts = three_shifts(VIETNAM, date(2026, 12, 1), 3)
    handover = at(2, 6)
    assert on_duty(shifts, "vt", "shift", handover - US) == ("giang",)
    assert on_duty(shifts, "vt", "shift", handover) == ("binh",)


def test_a_night_shift_is_the_one_of_the_evening_it_began_on() -> None:
    shifts = three_shifts(VIETNAM, date(2026, 12, 1), 3)
    assert on_duty(shifts, "vt", "shift", at(1, 23, 59)) == ("giang",)
    assert on_duty(shifts, "vt", "shift", at(2, 0)) == ("giang",)
    assert on_duty(shifts, "vt", "shift", at(2, 22)) == ("hai",)


@pytest.mark.parametrize(("name", "short", "long"), TURNING, ids=[z for z, *_ in TURNING])
def test_the_night_the_clocks_turn_is_covered_once_and_wholly(name: str, short: date, long: date) -> None:
    zone = ZoneInfo(name)
    for evening in (short, long):
        shifts = three_shifts(zone, evening - timedelta(days=2), 5)
        instant = datetime.combine(evening, time(12), tzinfo=zone).astimezone(UTC)
        for _ in range(4 * 36):
            assert len(on_duty(shifts, "vt", "shift", instant)) == 1, instant.astimezone(zone)
            instant += timedelta(minutes=15)


@pytest.mark.parametrize(("name", "short", "long"), TURNING[:2], ids=[z for z, *_ in TURNING[:2]])
def test_the_nights_last_seven_and_nine_hours(name: str, short: date, long: date) -> None:
    zone = ZoneInfo(name)
    slot = DailySlot(time(22), time(6), ("an",), short - timedelta(days=400))
    for evening, hours in ((short, 7), (long, 9), (short - timedelta(days=1), 8)):
        (night,) = expand("vt", "shift", slot, evening, 1, zone, "")
        assert night.end - night.start == timedelta(hours=hours)


def test_an_hour_that_does_not_exist_leaves_no_gap_and_no_shift_that_ends_before_it_begins() -> None:
    zone, day = ZoneInfo("Europe/Berlin"), date(2026, 3, 29)
    early = expand("vt", "shift", DailySlot(time(22), time(2, 30), ("an",), day - timedelta(days=3)), day, 1, zone, "")
    early += expand("vt", "shift", DailySlot(time(22), time(2, 30), ("an",), day), day - timedelta(days=1), 1, zone, "")
    late = expand("vt", "shift", DailySlot(time(2, 30), time(8), ("binh",), day), day, 1, zone, "")
    assert all(s.start < s.end for s in (*early, *late))


def test_people_take_turns_by_the_day_counted_from_the_beginning() -> None:
    slot = DailySlot(time(7), time(7), ("an", "binh", "chi"), date(2026, 12, 1))
    shifts = expand("vt", "leader", slot, date(2026, 12, 1), 7, VIETNAM, "")
    assert [s.person for s in shifts] == ["an", "binh", "chi", "an", "binh", "chi", "an"]
    assert all(s.end - s.start == timedelta(days=1) for s in shifts)


def test_nothing_is_written_out_before_a_slot_begins() -> None:
    slot = DailySlot(time(6), time(14), ("an",), date(2026, 12, 3))
    assert len(expand("vt", "shift", slot, date(2026, 12, 1), 4, VIETNAM, "")) == 2


def test_where_two_are_on_duty_both_are_named_the_longest_first_and_each_once() -> None:
    early = Shift("vt", "shift", "an", at(1, 6), at(1, 14))
    twice = Shift("vt", "shift", "an", at(1, 8), at(1, 14))
    late = Shift("vt", "shift", "binh", at(1, 7), at(1, 15))
    assert on_duty([late, twice, early], "vt", "shift", at(1, 9)) == ("an", "binh")
    assert on_duty([late, twice, early], "bd", "shift", at(1, 9)) == ()
    assert duties_of([late, twice, early], "an", at(1, 9)) == (("vt", "shift"),)


@given(st.integers(0, 4 * 24 * 60 * 60), st.integers(1, 23), st.integers(0, 23))
@settings(max_examples=80, deadline=None)
def test_two_slots_that_meet_cover_every_instant_once(second: int, first: int, second_hour: int) -> None:
    if first == second_hour:
        return
    begin = date(2026, 12, 1)
    shifts = expand("vt", "x", DailySlot(time(first), time(second_hour), ("an",), begin), begin, 6, VIETNAM, "")
    shifts += expand("vt", "x", DailySlot(time(second_hour), time(first), ("binh",), begin), begin, 6, VIETNAM, "")
    assert len(on_duty(shifts, "vt", "x", at(2, 0) + timedelta(seconds=second % (3 * 86400)))) == 1
