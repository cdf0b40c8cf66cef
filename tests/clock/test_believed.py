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


class MovedClock(SystemClock):
    """A clock over a machine that the test moves."""

    def __init__(self) -> None:
        self.wall, self.ticks = CARRIED, 0.0
        super().__init__()

    def _wall(self) -> datetime:
        return self.wall

    def mono(self) -> float:
        return self.ticks

    def boot(self) -> float:
        return self.ticks

    def passes(self, seconds: float) -> None:
        self.wall, self.ticks = self.wall + timedelta(seconds=seconds), self.ticks + seconds


def test_a_leap_is_a_step_when_it_is_believed_and_not_before() -> None:
    clock = MovedClock()
    year = timedelta(days=365)
    clock.wall -= year
    clock.passes(1)
    assert clock.stepped() is None
    assert clock.now() == CARRIED + timedelta(seconds=1)
    clock.passes(PERSISTS)
    step = clock.stepped()
    assert step is not None
    assert round(step.by) == -year.total_seconds()
    assert clock.now() == CARRIED - year + timedelta(seconds=1 + PERSISTS)
    clock.passes(1)
    assert clock.stepped() is None


def test_a_step_of_an_hour_is_told_at_once() -> None:
    clock = MovedClock()
    clock.wall += timedelta(hours=1)
    clock.passes(1)
    step = clock.stepped()
    assert step is not None
    assert round(step.by) == 3600
