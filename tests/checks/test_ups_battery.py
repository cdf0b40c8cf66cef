"""A power supply's battery, by RFC 1628."""

import pytest

from checks.ups_battery import CHARGE, MINUTES, SECONDS, STATUS, Params, judge, needs
from monitord.sdk import Cause, Health, Reach, Sight, Syntax, Value
from tests.checks.sights import sight


def ups(status: int | None, seconds: int | None = 0, minutes: int | None = None, charge: int | None = None) -> Sight:
    said = {STATUS: status, SECONDS: seconds, MINUTES: minutes, CHARGE: charge}
    return sight(values={oid: Value(Syntax.INTEGER, n) for oid, n in said.items() if n is not None})


@pytest.mark.parametrize(
    ("seen", "health", "cause", "detail"),
    [
        (ups(2, 0, 240, 100), Health.UP, Cause.FINE, ""),
        (ups(2, 65, 90, 80), Health.DEGRADED, Cause.ON_BATTERY, "90 min, 80 %"),
        (ups(2, 65, 30, 40), Health.DOWN, Cause.BATTERY_LOW, "30 min, 40 %"),
        (ups(3, 65, 90), Health.DOWN, Cause.BATTERY_LOW, "90 min"),
        (ups(4, 65, 0, 0), Health.DOWN, Cause.BATTERY_LOW, "0 min, 0 %"),
        (ups(3, 0), Health.DOWN, Cause.BATTERY_LOW, ""),
        (ups(2, 65, 65535, 255), Health.DEGRADED, Cause.ON_BATTERY, ""),
        (ups(2, 0, 0, 100), Health.UP, Cause.FINE, ""),
        (ups(1, 65), Health.DEGRADED, Cause.ON_BATTERY, ""),
        (ups(None, 65, 10), Health.DOWN, Cause.BATTERY_LOW, "10 min"),
        (ups(2, None), Health.UP, Cause.FINE, ""),
        (ups(1, None), Health.UNKNOWN, Cause.NOT_SUPPORTED, "neither upsBatteryStatus nor upsSecondsOnBattery"),
        (ups(99, None), Health.UNKNOWN, Cause.NOT_SUPPORTED, "neither upsBatteryStatus nor upsSecondsOnBattery"),
        (sight(Reach.SILENT), Health.UNKNOWN, Cause.DEVICE_SILENT, ""),
        (sight(Reach.NOT_LOOKED), Health.UNKNOWN, Cause.NOT_LOOKED, ""),
    ],
)
def test_what_a_battery_says_is_called_by_its_word(seen: Sight, health: Health, cause: Cause, detail: str) -> None:
    verdict = judge(Params(), seen, None)
    assert (verdict.health, verdict.cause, verdict.detail) == (health, cause, detail)


def test_what_is_left_goes_to_the_metrics_and_what_is_not_known_does_not() -> None:
    assert dict(judge(Params(), ups(2, 65, 65535, 80), None).readings) == {
        "battery_charge_percent": 80.0,
        "battery_seconds": 65.0,
    }


def test_the_status_alone_decides_where_no_minutes_are_agreed_on() -> None:
    assert judge(Params(low_minutes=0), ups(2, 65, 1), None).health is Health.DEGRADED


def test_a_value_of_another_type_is_nothing_said() -> None:
    strange = sight(values={STATUS: Value(Syntax.OCTETS, b"2"), SECONDS: Value(Syntax.INTEGER, 5)})
    assert judge(Params(), strange, None).cause is Cause.ON_BATTERY


def test_it_asks_for_four_values_and_refuses_minutes_that_cannot_be() -> None:
    assert len(needs(Params()).scalars) == 4
    with pytest.raises(ValueError, match="low_minutes"):
        Params(low_minutes=-1)
