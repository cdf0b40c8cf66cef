"""When somebody is reminded of what he owes: days before, on the day, hours before by day, and once when it is late."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitord.domain.deadline import DAYS_BEFORE, Deadline, Due, every, reminders, seconds_left

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def due(text: str) -> Due:
    at = datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)
    return Due(at, at.astimezone(ZONE).date(), strict=True, clock=True)


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (
            "2027-02-07 14:00",
            ["31/01 08:00", "04/02 08:00", "06/02 08:00", "07/02 08:00", "07/02 12:00", "07/02 14:00"],
        ),
        (
            "2027-02-10 08:00",
            ["03/02 08:00", "07/02 08:00", "09/02 08:00", "09/02 20:00", "10/02 06:00", "10/02 08:00"],
        ),
        (
            "2027-01-20 00:00",
            ["12/01 08:00", "16/01 08:00", "18/01 08:00", "19/01 08:00", "19/01 20:00", "20/01 08:00"],
        ),
    ],
)
def test_reminders_come_by_day_and_the_last_one_says_that_it_is_late(at: str, told: list[str]) -> None:
    assert [f"{when.astimezone(ZONE):%d/%m %H:%M}" for when in reminders(due(at), ZONE)] == told


@given(st.datetimes(datetime(2026, 1, 1), datetime(2033, 1, 1)))  # noqa: DTZ001
def test_nobody_is_reminded_at_night_and_the_last_word_alone_comes_late(local: datetime) -> None:
    one = Due(local.replace(microsecond=0, tzinfo=ZONE).astimezone(UTC), date(2026, 1, 1), strict=True, clock=True)
    times = reminders(one, ZONE)
    assert all(time(6) <= when.astimezone(ZONE).time() < time(22) for when in times)
    assert list(times) == sorted(set(times))
    assert all(when < one.at for when in times[:-1])
    assert one.at <= times[-1] < one.at + timedelta(hours=12)
    assert len(times) >= len(DAYS_BEFORE)
    assert one.at - times[-2] <= timedelta(hours=12), "half a day before at the latest it is told"


def test_the_dues_of_all_deadlines_come_in_order() -> None:
    early, late = due("2027-02-07 09:00"), due("2027-02-09 09:00")
    found = every([Deadline("b", "vt", "b", "so", (early, late)), Deadline("a", "vt", "a", "so", (early,))])
    assert [(one.deadline.id, one.turn) for one in found] == [("a", 1), ("b", 1), ("b", 2)]
    assert found[2].key == ("b", late.at)


def test_what_is_late_counts_down_below_nothing_and_what_is_met_is_gone() -> None:
    early, late = due("2027-02-07 09:00"), due("2027-02-09 09:00")
    owed = [Deadline("b", "vt", "b", "so", (early, late)), Deadline("a", "vt", "a", "so", (early,))]
    now = early.at + timedelta(seconds=30)
    assert seconds_left(owed, (), now) == {"a": -30.0, "b": -30.0}
    assert seconds_left(owed, {("b", early.at), ("a", early.at)}, now) == {"b": 2 * 86_400 - 30.0}
