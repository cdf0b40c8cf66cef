"""The device's SNMP agent answers; a restart is noticed.

A restart shows as a risen snmpEngineBoots (RFC 3411) or as a fallen sysUpTime (RFC 3418). sysUpTime counts hundredths
of a second in 32 bits and begins anew after 497.1 days; that is no restart. snmpEngineTime, when the agent has it and
it runs, decides; otherwise the time passed must explain the wrap.
"""

from dataclasses import dataclass

from monitord.sdk import Cause, Check, Happening, Health, Needs, Reach, Sight, Syntax, Verdict

UPTIME = "1.3.6.1.2.1.1.3.0"
ENGINE_BOOTS = "1.3.6.1.6.3.10.2.1.2.0"
ENGINE_TIME = "1.3.6.1.6.3.10.2.1.3.0"

WRAP = 2**32
TICKS = 100
"""Ticks of sysUpTime in a second."""


@dataclass(frozen=True, slots=True)
class Params:
    """`slow_after`: seconds above which an answer is a degraded one; 0 never."""

    slow_after: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.slow_after <= 3600:
            raise ValueError("slow_after: seconds from 0 (never) to 3600")


def needs(params: Params) -> Needs:
    """Ask for the uptime, and for the engine's own count of starts, which not every agent has."""
    return Needs(scalars=(UPTIME, ENGINE_BOOTS, ENGINE_TIME))


def judge(params: Params, sight: Sight, previous: Sight | None) -> Verdict:
    """Return up for whatever answers, even without an uptime; `previous` is the last sight that was answered."""
    match sight.reach:
        case Reach.SILENT:
            return Verdict.down(Cause.NO_ANSWER, sight.detail)
        case Reach.REFUSED:
            return Verdict.down(Cause.REFUSED, sight.detail)
        case Reach.UNREACHABLE:
            return Verdict.down(Cause.UNREACHABLE, sight.detail)
        case Reach.GARBLED:
            return Verdict(Health.GARBLED, sight.cause or Cause.BAD_ANSWER, sight.detail)
        case Reach.AUTH:
            return Verdict(Health.AUTH, Cause.ACCESS_DENIED, sight.detail)
        case Reach.NOT_LOOKED:
            return Verdict.unknown(sight.cause or Cause.NOT_LOOKED, sight.detail)
    took = sight.took.total_seconds()
    readings = {"response_seconds": took}
    uptime = _ticks(sight)
    if uptime is not None:
        readings["uptime_seconds"] = uptime / TICKS
    happenings = (Happening.RESTARTED,) if previous is not None and restarted(previous, sight) else ()
    if params.slow_after and took > params.slow_after:
        return Verdict(Health.DEGRADED, Cause.SLOW, f"{took:.1f} s", readings, happenings)
    return Verdict.up(sight.detail, readings, *happenings)


def restarted(before: Sight, now: Sight) -> bool:
    """Return whether the device or its agent started anew between two sights, as far as their values tell."""
    boots_before, boots_now = _number(before, ENGINE_BOOTS), _number(now, ENGINE_BOOTS)
    if boots_before is not None and boots_now is not None and boots_now > boots_before >= 0:
        return True
    up_before, up_now = _ticks(before), _ticks(now)
    if up_before is None or up_now is None or up_now >= up_before:
        return False
    running = _engine_kept_running(before, now)
    return not _wrapped(before, now, up_before, up_now) if running is None else not running


def _engine_kept_running(before: Sight, now: Sight) -> bool | None:
    """Return what snmpEngineTime says; None when the agent lacks it or it stands still or is nonsense."""
    then, here = _number(before, ENGINE_TIME), _number(now, ENGINE_TIME)
    if then is None or here is None or then < 0 or here < 0 or then == here:
        return None
    return here > then


def _wrapped(before: Sight, now: Sight, up_before: int, up_now: int) -> bool:
    """Return whether the time passed carries the old uptime over 2^32 to about the new one."""
    passed = max(0.0, (now.at - before.at).total_seconds())
    expected = up_before + int(passed * TICKS)
    slack = TICKS * (60 + int(passed * 0.01))
    return expected + slack >= WRAP and abs(expected - (WRAP + up_now)) <= slack


def _number(sight: Sight, oid: str) -> int | None:
    value = sight.values.get(oid)
    return value.raw if value is not None and value.syntax is Syntax.INTEGER and isinstance(value.raw, int) else None


def _ticks(sight: Sight) -> int | None:
    value = sight.values.get(UPTIME)
    return value.raw if value is not None and value.syntax is Syntax.TIMETICKS and isinstance(value.raw, int) else None


CHECK = Check(
    name="agent_answers",
    params=Params,
    needs=needs,
    judge=judge,
    summary="the SNMP agent answers; restarts are noticed",
)
