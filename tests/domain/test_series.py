"""A series of windows: the right days, the right local hours, however long a day is."""

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from monitord.domain.series import WEEKDAYS, days_of, spans_of

HANOI, RIGA = ZoneInfo("Asia/Ho_Chi_Minh"), ZoneInfo("Europe/Riga")
DAY = date(2026, 12, 1)
clocks = st.times().map(lambda t: t.replace(second=0, microsecond=0))


def test_sundays_and_wednesdays_of_a_month() -> None:
    days = days_of(DAY, date(2026, 12, 31), [WEEKDAYS["CN"], WEEKDAYS["T4"]])
    assert [day.day for day in days] == [2, 6, 9, 13, 16, 20, 23, 27, 30]


def test_a_night_that_is_an_hour_longer_still_ends_at_its_local_hour() -> None:
    ((start, end),) = spans_of([date(2026, 10, 24)], time(22), time(6), RIGA)
    assert end - start == timedelta(hours=9)
    assert end.astimezone(RIGA).time() == time(6)


@given(st.integers(0, 8000), st.integers(0, 60), st.sets(st.integers(0, 6)), clocks, clocks)
def test_each_begins_on_its_day_at_its_hour_and_lasts_a_day_at_most(
    offset: int, length: int, weekdays: set[int], start: time, end: time
) -> None:
    first = DAY + timedelta(days=offset)
    days = days_of(first, first + timedelta(days=length), weekdays)
    assert len(days) == sum((first + timedelta(days=n)).weekday() in weekdays for n in range(length + 1))
    for day, (begins, ends) in zip(days, spans_of(days, start, end, HANOI), strict=True):
        assert (begins.astimezone(HANOI).date(), begins.astimezone(HANOI).time()) == (day, start)
        assert timedelta(0) < ends - begins <= timedelta(days=1)
        assert ends.astimezone(HANOI).time() == end
