"""What is believed of a wall clock that moves by itself."""

from datetime import UTC, datetime, timedelta

import pytest

from monitord.clock import SystemClock
from monitord.clock.clock import PERSISTS, believed

CARRIED = datetime(2027, 2, 6, 3, 0, tzinfo=UTC)
IN_1970 = datetime(1970, 1, 1, 0, 1, tzinfo=UTC)


@pytest.mark.parametrize("hours", [-24, -7, -1, 0, 0.5, 1, 24])
def test_a_step_of_a_day_or_less_is_believed_in_both_directions(hours: float) -> None:
    assert believed(CARRIED + timedelta(hours=hours), CARRIED, 0.0)


@pytest.mark.parametrize("days", [-365, -2, 2, 365, 3650])
def test_a_leap_of_days_is_believed_only_when_it_lasts(days: int) -> None:
    wall = CARRIED + timedelta(days=days)
    assert not believed(wall, CARRIED, 0.0)
    assert believed(wall, CARRIED, PERSISTS) == (wall.year >= 2026)


def test_a_clock_that_starts_in_1970_is_put_right_at_once_and_never_the_other_way() -> None:
    assert believed(CARRIED, IN_1970, 0.0)
    assert not believed(IN_1970, CARRIED, PERSISTS)


def test_a_clock_nobody_touches_does_not_step() -> None:
    clock = SystemClock()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=1)
    assert clock.stepped() is None
