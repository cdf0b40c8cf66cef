"""How full an interface is, by its 64-bit counters."""

import pytest

from checks.interface_load import HIGH_SPEED, IN_OCTETS, OUT_OCTETS, Params, judge, needs
from monitord.sdk import Cause, Health, Reach, Sight, Syntax, Value
from tests.checks.sights import sight

NAME = "xe-0/0/0"
PER_SECOND = 1_000_000_000 // 8
"""Octets a second that fill one Gbit/s."""


def seen(
    into: int | None, out: int | None, *, after: float, speed: int | None = 1000, mono: float | None = None
) -> Sight:
    """Return a look at the counters of an interface of so many Mbit/s."""
    cells = {IN_OCTETS: into, OUT_OCTETS: out, HIGH_SPEED: speed}
    rows = {(column, NAME): Value(Syntax.COUNTER64, n) for column, n in cells.items() if n is not None}
    return sight(after=after, rows=rows, mono=mono)


@pytest.mark.parametrize(
    ("into", "out", "params", "health", "detail"),
    [
        (0.50, 0.10, Params(NAME), Health.UP, "50 %"),
        (0.10, 0.89, Params(NAME), Health.UP, "89 %"),
        (0.91, 0.10, Params(NAME), Health.DEGRADED, "91 %"),
        (0.10, 0.90, Params(NAME), Health.DEGRADED, "90 %"),
        (0.81, 0.10, Params(NAME, percent=80), Health.DEGRADED, "81 %"),
        (0.10, 0.10, Params(NAME, mbps=100), Health.DEGRADED, "100 %"),
    ],
)
def test_the_fuller_direction_counts(into: float, out: float, params: Params, health: Health, detail: str) -> None:
    before = seen(7_000, 9_000, after=0)
    now = seen(7_000 + int(into * 30 * PER_SECOND), 9_000 + int(out * 30 * PER_SECOND), after=30)
    verdict = judge(params, now, before)
    assert (verdict.health, verdict.detail) == (health, detail)
    assert verdict.cause is (Cause.CONGESTED if health is Health.DEGRADED else Cause.FINE)
    assert set(verdict.readings) == {"interface_load_in_percent", "interface_load_out_percent"}


@pytest.mark.parametrize("after", [5, 55, -30, 3600], ids=["set back 25 s", "set forward", "behind", "an hour on"])
def test_a_wall_clock_that_is_set_between_two_looks_leaves_the_load_right(after: float) -> None:
    before = seen(0, 0, after=0, mono=1000)
    verdict = judge(Params(NAME), seen(15 * PER_SECOND, 0, after=after, mono=1030), before)
    assert (verdict.health, verdict.detail) == (Health.UP, "50 %")


def test_where_one_look_has_no_monotonic_instant_the_wall_clock_measures() -> None:
    verdict = judge(Params(NAME), seen(15 * PER_SECOND, 0, after=30, mono=1030), seen(0, 0, after=0))
    assert verdict.detail == "50 %"


def test_looks_far_apart_say_nothing_however_near_the_wall_clock_puts_them() -> None:
    verdict = judge(Params(NAME), seen(15 * PER_SECOND, 0, after=30, mono=9000), seen(0, 0, after=0, mono=1000))
    assert verdict.health is Health.UNKNOWN


@pytest.mark.parametrize(
    "before",
    [None, seen(5_000, 5_000, after=0), seen(0, 0, after=-2000), seen(None, None, after=0), seen(0, 0, after=30)],
    ids=["first look", "counters began anew", "long ago", "not counted then", "the clock stood still"],
)
def test_where_no_load_can_be_known_nothing_is_concluded(before: Sight | None) -> None:
    verdict = judge(Params(NAME), seen(100, 100, after=30), before)
    assert (verdict.health, dict(verdict.readings)) == (Health.UNKNOWN, {})


@pytest.mark.parametrize(
    ("now", "cause"),
    [
        (seen(None, 5, after=30), Cause.NOT_SUPPORTED),
        (seen(5, 5, after=30, speed=None), Cause.NOT_SUPPORTED),
        (seen(5, 5, after=30, speed=0), Cause.NOT_SUPPORTED),
        (sight(after=30, absent=frozenset({NAME})), Cause.NO_SUCH_INTERFACE),
        (sight(Reach.SILENT, after=30), Cause.DEVICE_SILENT),
    ],
)
def test_what_cannot_be_read_is_unknown_with_its_reason(now: Sight, cause: Cause) -> None:
    verdict = judge(Params(NAME), now, seen(0, 0, after=0))
    assert (verdict.health, verdict.cause) == (Health.UNKNOWN, cause)


def test_a_speed_of_its_own_needs_no_word_of_the_device() -> None:
    verdict = judge(Params(NAME, mbps=10), seen(10, 10, after=30, speed=None), seen(0, 0, after=0))
    assert verdict.health is Health.UP


@pytest.mark.parametrize("wrong", [{"name": " "}, {"percent": 0}, {"percent": 101}, {"mbps": -1}, {"by": "index"}])
def test_what_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(wrong))}: "):
        Params(**{"name": NAME, **wrong})  # type: ignore[arg-type]


def test_it_asks_for_one_row() -> None:
    assert [(row.key, len(row.columns)) for row in needs(Params(NAME)).rows] == [(NAME, 3)]
