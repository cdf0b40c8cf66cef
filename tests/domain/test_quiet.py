"""Quiet hours: half-open, over midnight, in local time."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitord.domain.quiet import Quiet, quiet_until

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NIGHT = Quiet(time(22), time(6))


def local(text: str, zone: ZoneInfo = ZONE) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-12-01 21:59:59.999999", None),
        ("2026-12-01 22:00", "2026-12-02 06:00"),
        ("2026-12-02 00:00", "2026-12-02 06:00"),
        ("2026-12-02 05:59:59.999999", "2026-12-02 06:00"),
        ("2026-12-02 06:00", None),
    ],
)
def test_the_night_lasts_from_ten_up_to_six(at: str, until: str | None) -> None:
    assert quiet_until(NIGHT, local(at), ZONE) == (None if until is None else local(until))


def test_a_night_of_another_length_ends_at_its_local_hour() -> None:
    riga = ZoneInfo("Europe/Riga")
    assert quiet_until(NIGHT, local("2026-10-25 01:00", riga), riga) == local("2026-10-25 06:00", riga)
    assert quiet_until(Quiet(time(12), time(14)), local("2026-12-01 13:00"), ZONE) == local("2026-12-01 14:00")


@given(
    st.integers(0, 10_000_000).map(lambda m: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=m)),
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
)
def test_its_end_is_ahead_within_a_day_and_quiet_no_more(at: datetime, start: time, end: time) -> None:
    found = quiet_until(Quiet(start, end), at, ZONE)
    if start == end:
        assert found is not None
    elif found is not None:
        assert at < found <= at + timedelta(days=1)
        assert found.astimezone(ZONE).time() == end
        assert quiet_until(Quiet(start, end), found, ZONE) is None
