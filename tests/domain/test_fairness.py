"""What a person has of the duty, against counting quarter by quarter."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from monitord.domain.fairness import Share, share_of
from monitord.domain.roster import Shift

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
QUARTER = timedelta(minutes=15)
DAY = datetime(2027, 2, 4, 17, tzinfo=UTC)
HOLIDAYS = frozenset({date(2027, 2, 5), date(2027, 2, 6), date(2027, 2, 8)})
TET = frozenset({date(2027, 2, 5), date(2027, 2, 6)})

shifts_ = st.lists(
    st.builds(
        lambda who, start, length, backup: Shift(
            "vt", "shift", who, DAY + QUARTER * start, DAY + QUARTER * (start + length), "", backup
        ),
        st.sampled_from(["an", "binh"]),
        st.integers(-60, 500),
        st.integers(1, 150),
        st.booleans(),
    ),
    max_size=6,
)


@given(shifts_)
def test_hours_are_what_counting_the_quarters_gives(shifts: list[Shift]) -> None:
    start, end = DAY, DAY + timedelta(days=5)
    counted = [0, 0, 0, 0]
    at = start
    while at < end:
        if any(s.covers(at) and s.person == "an" and not s.backup for s in shifts):
            local = at.astimezone(ZONE)
            marks = (True, local.hour >= 22 or local.hour < 6, local.date() in HOLIDAYS, local.date() in TET)
            counted = [n + mark for n, mark in zip(counted, marks, strict=True)]
        at += QUARTER
    assert share_of(shifts, "an", start, end, ZONE, HOLIDAYS, TET) == Share(*(n / 4 for n in counted))


def test_the_night_of_giao_thua_is_night_holiday_and_tet() -> None:
    shift = Shift("vt", "shift", "an", datetime(2027, 2, 5, 15, tzinfo=UTC), datetime(2027, 2, 5, 23, tzinfo=UTC))
    share = share_of([shift, shift], "an", DAY, DAY + timedelta(days=9), ZONE, HOLIDAYS, TET)
    assert share == Share(8, 8, 8, 8)
