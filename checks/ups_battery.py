"""A power supply's battery (UPS-MIB, RFC 1628): on battery is degraded, low is down: soon nothing behind it works.

A planned power cut explains that a site is on battery, and nothing explains a low one: batteries are watched in a cut,
too. Minutes that are left come from upsEstimatedMinutesRemaining where the agent knows them; 0 while on mains, and
numbers that no battery has, are "not known".
"""

from dataclasses import dataclass
from datetime import timedelta

from monitord.sdk import Cause, Check, Health, Needs, Sight, Syntax, Verdict, unanswered

STATUS = "1.3.6.1.2.1.33.1.2.1.0"
SECONDS = "1.3.6.1.2.1.33.1.2.2.0"
MINUTES = "1.3.6.1.2.1.33.1.2.3.0"
CHARGE = "1.3.6.1.2.1.33.1.2.4.0"

UNKNOWN, NORMAL, LOW, DEPLETED = 1, 2, 3, 4
"""upsBatteryStatus."""
LONGEST = 30 * 24 * 60
"""Minutes above which what an agent says is not a battery's: 65535 stands for "not known"."""


@dataclass(frozen=True, slots=True)
class Params:
    """`low_minutes`: minutes left at which the battery counts as low, whatever its status says; 0: the status alone."""

    low_minutes: int = 30

    def __post_init__(self) -> None:
        if not 0 <= self.low_minutes <= 24 * 60:
            raise ValueError("low_minutes: 0 (the status alone) to 1440")


def needs(params: Params) -> Needs:
    """Ask for status, seconds on battery, minutes and charge left."""
    return Needs(scalars=(STATUS, SECONDS, MINUTES, CHARGE))


def judge(params: Params, sight: Sight, previous: Sight | None) -> Verdict:
    """Return down for a battery that is low or empty, degraded on battery, up on mains; else unknown."""
    if (silent := unanswered(sight)) is not None:
        return silent
    status, seconds, minutes, charge = (_number(sight, oid) for oid in (STATUS, SECONDS, MINUTES, CHARGE))
    if status not in (NORMAL, LOW, DEPLETED) and seconds is None:
        return Verdict.unknown(Cause.NOT_SUPPORTED, "neither upsBatteryStatus nor upsSecondsOnBattery")
    on_battery = seconds is not None and seconds > 0
    left = minutes if minutes is not None and 0 <= minutes <= LONGEST and (on_battery or minutes > 0) else None
    charged = charge if charge is not None and 0 <= charge <= 100 else None
    readings = {
        name: float(number)
        for name, number in (
            ("battery_minutes_left", left),
            ("battery_charge_percent", charged),
            ("battery_seconds", seconds),
        )
        if number is not None
    }
    known = ((left, f"{left} min"), (charged, f"{charged} %"))
    shown = ", ".join(text for number, text in known if number is not None)
    running_out = on_battery and left is not None and left <= params.low_minutes
    lasts = timedelta(minutes=left) if on_battery and left is not None else None
    if status in (LOW, DEPLETED) or running_out:
        return Verdict(Health.DOWN, Cause.BATTERY_LOW, shown, readings, lasts=lasts)
    if on_battery:
        return Verdict(Health.DEGRADED, Cause.ON_BATTERY, shown, readings, lasts=lasts)
    return Verdict.up("", readings)


def _number(sight: Sight, oid: str) -> int | None:
    value = sight.values.get(oid)
    known = value is not None and value.syntax in (Syntax.INTEGER, Syntax.GAUGE32) and isinstance(value.raw, int)
    return value.raw if known and value is not None and isinstance(value.raw, int) else None


CHECK = Check(
    name="ups_battery",
    params=Params,
    needs=needs,
    judge=judge,
    summary="the battery of a power supply is not in use and not low",
)
