"""The agent answers: what each reach means, and what is a restart."""

import pytest

from checks.agent_answers import CHECK, Params, judge, restarted
from monitord.sdk import Cause, Happening, Health, Reach, Syntax, Value
from tests.checks.sights import UPTIME, sight, system

DAY = 24 * 3600
WRAP = 2**32

REACHES = {
    "agent-silent": (Reach.SILENT, None, Health.DOWN, Cause.NO_ANSWER),
    "agent-refuses": (Reach.REFUSED, None, Health.DOWN, Cause.REFUSED),
    "agent-unreachable": (Reach.UNREACHABLE, None, Health.DOWN, Cause.UNREACHABLE),
    "agent-garbage": (Reach.GARBLED, Cause.BAD_ANSWER, Health.GARBLED, Cause.BAD_ANSWER),
    "hostile-other-oid": (Reach.GARBLED, Cause.WRONG_OBJECT, Health.GARBLED, Cause.WRONG_OBJECT),
    "v3-wrong-password": (Reach.AUTH, Cause.ACCESS_DENIED, Health.AUTH, Cause.ACCESS_DENIED),
    "not-looked": (Reach.NOT_LOOKED, None, Health.UNKNOWN, Cause.NOT_LOOKED),
    "name-not-resolved": (
        Reach.NOT_LOOKED,
        Cause.NAME_NOT_RESOLVED,
        Health.UNKNOWN,
        Cause.NAME_NOT_RESOLVED,
    ),
    "agent-genErr": (Reach.ANSWERED, Cause.AGENT_ERROR, Health.UP, Cause.FINE),
}


@pytest.mark.parametrize("case", REACHES)
def test_each_reach_has_its_health(case: str) -> None:
    reach, cause, health, told = REACHES[case]
    verdict = judge(Params(), sight(reach, cause=cause), None)
    assert (verdict.health, verdict.cause) == (health, told)


def test_a_device_that_answers_without_an_uptime_is_up() -> None:
    verdict = judge(Params(), system(None), system(None))
    assert verdict.health is Health.UP
    assert "uptime_seconds" not in verdict.readings


def test_a_wrong_type_of_uptime_is_not_believed_and_the_device_is_up() -> None:
    odd = sight(values={UPTIME: Value(Syntax.OCTETS, "bảy".encode())})
    assert judge(Params(), odd, system(100)).health is Health.UP


def test_readings_carry_uptime_and_response_time() -> None:
    verdict = judge(Params(), system(12345), None)
    assert verdict.readings == {"uptime_seconds": 123.45, "response_seconds": 0.01}


def test_slow_is_degraded_only_when_asked_for() -> None:
    slow = sight(took=4.9)
    assert judge(Params(), slow, None).health is Health.UP
    verdict = judge(Params(slow_after=3), slow, None)
    assert (verdict.health, verdict.cause) == (Health.DEGRADED, Cause.SLOW)


RESTARTS = {
    "device-reboots": (system(67405800), system(500, after=30), True),
    "runs on": (system(67405800), system(67408800, after=30), False),
    "boots rose": (system(None, 3), system(None, 4, after=30), True),
    "boots rose, uptime too": (system(100, 3), system(3100, 4, after=30), True),
    "boots fell after a reset to factory": (system(100, 9), system(3100, 1, after=30), False),
    "uptime-wraps explained by time": (system(WRAP - 1), system(100, after=1), False),
    "uptime-wraps after a long silence": (system(WRAP - 6000), system(360000 - 6000, after=3600), False),
    "uptime-wraps and engine time runs": (
        system(WRAP - 1, 3, 49 * DAY),
        system(100, 3, 49 * DAY + 30, after=30),
        False,
    ),
    "near the wrap but too early": (system(WRAP - 100 * DAY * 100), system(500, after=30), True),
    "near the wrap, engine time fell": (system(WRAP - 1, 3, 49 * DAY), system(100, 3, 5, after=30), True),
    "engine time negative is not believed": (system(67405800, 3, -5), system(500, 3, -3, after=30), True),
    "engine time standing still is not believed": (system(67405800, 3, 7), system(500, 3, 7, after=30), True),
    "nothing to compare": (system(None), system(500), False),
}


@pytest.mark.parametrize("case", RESTARTS)
def test_a_restart_is_told_from_a_wrap(case: str) -> None:
    before, now, expected = RESTARTS[case]
    assert restarted(before, now) is expected
    happenings = judge(Params(), now, before).happenings
    assert (Happening.RESTARTED in happenings) is expected


def test_a_restart_is_an_event_and_not_down() -> None:
    assert judge(Params(), system(500, after=30), system(67405800)).health is Health.UP


@pytest.mark.parametrize("value", [-1, 3601, float("nan")])
def test_bad_params_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="slow_after"):
        Params(slow_after=value)


def test_it_asks_for_three_scalars_and_is_found_by_its_name() -> None:
    assert CHECK.name == "agent_answers"
    assert CHECK.instance(Params()) is None
    assert UPTIME in CHECK.needs(Params()).scalars
