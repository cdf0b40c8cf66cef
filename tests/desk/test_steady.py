"""Whether the wall clock can be believed: what leaps ahead, and what only runs or is set back."""

from datetime import datetime, timedelta

from monitord.desk.steady import LONG, Steady
from monitord.store.rows import Moment
from tests.support.clock import START


def at(wall: float, boot: float, boot_id: str = "a") -> Moment:
    now: datetime = START + timedelta(seconds=wall)
    return Moment(now, boot, boot_id, "run")


def test_a_clock_that_runs_is_believed() -> None:
    steady = Steady()
    assert [steady.seen(at(n, 1000 + n)) for n in (0, 60, 7200)] == [LONG] * 3


def test_a_leap_is_remembered_by_the_seconds_that_really_go_by() -> None:
    steady = Steady()
    steady.seen(at(0, 1000))
    assert steady.seen(at(3700, 1100)) == timedelta(0)
    assert steady.seen(at(3800, 1200)) == timedelta(seconds=100)
    assert steady.seen(at(-99, 1300)) == timedelta(seconds=200)


def test_a_step_back_and_another_run_of_the_machine_are_no_leap() -> None:
    steady = Steady()
    steady.seen(at(0, 1000))
    assert steady.seen(at(-7200, 1010)) == LONG
    assert steady.seen(at(9999, 5, "b")) == LONG
