"""Devices, checks and sights as the tests of looking and judging need them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitord.domain.health import Cause, Health
from monitord.domain.looking import Check, Needs, Reach, Sight, Syntax, Value, Verdict
from monitord.domain.network import Device, SnmpAccess, Target, Timing

SEEN = "1.3.6.1.4.1.99999.1.0"
"""A scalar that holds the name of the health which the check `told` gives."""


ASKS = Needs(scalars=(SEEN,))


@dataclass(frozen=True, slots=True)
class NoParams:
    """Nothing to say."""


def judge_told(params: object, sight: Sight, previous: Sight | None) -> Verdict:
    """Return the verdict that the sight names; DOWN when the device was silent."""
    if sight.reach is Reach.SILENT:
        return Verdict.down(Cause.NO_ANSWER)
    health = Health(sight.text(SEEN))
    return Verdict(health, Cause.FINE if health is Health.UP else Cause.BAD_ANSWER)


def check(
    name: str = "told",
    judge: Callable[[object, Sight, Sight | None], Verdict] = judge_told,
    needs: Needs = ASKS,
) -> Check:
    """Return a check kind without params."""
    return Check(name, NoParams, lambda params: needs, judge)


def device(
    name: str = "olt-1",
    checks: Sequence[str] = ("told",),
    *,
    confirm: int = 3,
    interval: float = 30,
    retry: float = 5,
    timeout: float = 2,
    attempts: int = 2,
    snmp: bool = True,
) -> Device:
    """Return a device with one target for each named check."""
    return Device(
        id=name,
        name=name,
        unit="vt-bacninh",
        site="tram-1",
        targets=tuple(Target(f"{name}/{kind}", name, kind, None, NoParams(), 3) for kind in checks),
        snmp=SnmpAccess(name) if snmp else None,
        timing=Timing(
            timedelta(seconds=interval), timedelta(seconds=retry), confirm, timedelta(seconds=timeout), attempts
        ),
    )


def told(health: Health, at: datetime) -> Sight:
    """Return a sight in which the device names its own health."""
    return Sight(at, Reach.ANSWERED, values={SEEN: Value(Syntax.OCTETS, health.encode())})


def silent(at: datetime) -> Sight:
    """Return a sight of a device that does not answer."""
    return Sight(at, Reach.SILENT, cause=Cause.NO_ANSWER)
