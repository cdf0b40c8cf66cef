"""Cases of other systems, by their ids, as far as they concern soft and hard."""

from datetime import timedelta
from typing import Any

import pytest
from ruamel.yaml import YAML

from monitord.domain.edge import Firmness, Known
from monitord.domain.health import Health
from monitord.judge.runner import Judge
from tests.support.clock import START
from tests.support.looking import check, device, told
from tests.support.shared import shared_path

SEEN = {"ok": Health.UP, "fail": Health.DOWN, "critical": Health.DOWN, "unknown": Health.UNKNOWN}

# What each line of a case's `expect` means for us: the edge that crosses, by firmness and health; None for no edge.
SOFT, HARD = Firmness.SOFT, Firmness.HARD
MEANT: dict[str, tuple[int, list[tuple[Firmness, Health] | None]]] = {
    "one-attempt": (1, [(HARD, Health.DOWN), (HARD, Health.UP)]),
    "two-attempts": (
        2,
        [(SOFT, Health.DOWN), (HARD, Health.DOWN), (HARD, Health.UP), (SOFT, Health.DOWN), (SOFT, Health.UP)],
    ),
    "three-attempts": (
        3,
        [
            (SOFT, Health.UNKNOWN),
            (SOFT, Health.DOWN),
            (HARD, Health.DOWN),
            (HARD, Health.UP),
            (SOFT, Health.DOWN),
            (SOFT, Health.UP),
        ],
    ),
}


def cases() -> dict[str, dict[str, Any]]:
    loaded = YAML(typ="safe").load(shared_path("cases/state.yaml").read_text(encoding="utf-8"))
    return {case["id"]: case for case in loaded["cases"]}


@pytest.mark.parametrize("case", MEANT)
@pytest.mark.case("state", "one-attempt")
@pytest.mark.case("state", "two-attempts")
@pytest.mark.case("state", "three-attempts")
def test_case(case: str) -> None:
    inputs = cases()[case]["inputs"]
    confirm, meant = MEANT[case]
    runner = Judge({"told": check()}, "desk-1", "boot-1")
    runner.judge(device(confirm=confirm), told(Health.UP, START))
    crossed = []
    for look, word in enumerate(inputs, start=1):
        edges = runner.judge(device(confirm=confirm), told(SEEN[word], START + timedelta(seconds=look))).edges
        crossed.append((edges[0].firmness, edges[0].now) if edges else None)
    assert crossed == meant


@pytest.mark.case("state", "thresholds")
def test_case_thresholds_of_failures() -> None:
    """Two failures in a row alert, and once only. A threshold of successes is not ours: up counts at once."""
    inputs = [word for word in cases()["thresholds"]["inputs"] if word == "fail"]
    runner = Judge({"told": check()}, "desk-1", "boot-1")
    runner.judge(device(confirm=2), told(Health.UP, START))
    hard = [
        look
        for look, word in enumerate(inputs, start=1)
        for edge in runner.judge(device(confirm=2), told(SEEN[word], START + timedelta(seconds=look))).edges
        if edge.firmness is Firmness.HARD
    ]
    assert hard == [2]


@pytest.mark.case("state", "restart-keeps-state")
def test_case_restart_keeps_state() -> None:
    """After a restart in a hard fault the first verdict crosses as what is known already, and the recovery once."""
    assert cases()["restart-keeps-state"]["inputs"] == ["fail", "ok"]
    runner = Judge({"told": check()}, "desk-1", "boot-2")
    runner.seed([Known("olt-1/told", Health.DOWN, None, START)])
    (again,) = runner.judge(device(), told(Health.DOWN, START)).edges
    (back,) = runner.judge(device(), told(Health.UP, START + timedelta(seconds=5))).edges
    assert (again.was, again.now, again.firmness, again.first) == (Health.DOWN, Health.DOWN, Firmness.HARD, True)
    assert (back.was, back.now, back.firmness) == (Health.DOWN, Health.UP, Firmness.HARD)
