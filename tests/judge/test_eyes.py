"""Whether we are blind: nearly everything silent at once is our own line, a part of it is not."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitord.domain.edge import Known
from monitord.domain.health import Health
from monitord.domain.looking import Reach, Sight
from monitord.domain.network import SIGHT
from monitord.judge.eyes import Eyes
from monitord.judge.runner import Judge
from tests.support.clock import START
from tests.support.looking import check, device, silent, told


def sight(second: float, reach: Reach) -> Sight:
    return Sight(START + timedelta(seconds=second), reach)


def eyes(devices: int) -> Eyes:
    watching = Eyes()
    watching.keep({f"d{n}" for n in range(devices)})
    return watching


def round_of(watching: Eyes, devices: int, silent_ones: int, second: float = 0) -> list[bool]:
    """Look at every device once, the silent ones first, and return the verdicts that were told."""
    told = [
        watching.look(f"d{n}", sight(second + n / 100, Reach.SILENT if n < silent_ones else Reach.ANSWERED))
        for n in range(devices)
    ]
    return [verdict for verdict in told if verdict is not None]


def test_everything_silent_is_blindness_and_is_noticed_before_a_fault_is_confirmed() -> None:
    watching = eyes(1000)
    verdicts = [watching.look(f"d{n}", sight(n * 0.03, Reach.SILENT)) for n in range(1000)]
    first = verdicts.index(True)
    assert first == 199
    assert first * 0.03 < 10, "within the time in which the first fault is confirmed"
    assert [v for v in verdicts if v is not None] == [True]


def test_few_devices_or_a_part_of_them_are_no_blindness() -> None:
    assert round_of(eyes(4), 4, 4) == []
    assert round_of(eyes(1000), 1000, 100) == []


def test_when_half_of_them_answer_we_see_again_and_it_is_told_once() -> None:
    watching = eyes(20)
    assert round_of(watching, 20, 20) == [True]
    assert round_of(watching, 20, 0, 60) == [False]
    assert round_of(watching, 20, 0, 90) == []


def test_devices_that_are_down_for_long_do_not_make_us_blind() -> None:
    watching = eyes(20)
    down = {f"d{n}" for n in range(20) if n % 5 < 3}
    for second in range(0, 300, 30):
        for n in range(20):
            name = f"d{n}"
            reach = Reach.SILENT if name in down else Reach.ANSWERED
            assert watching.look(name, sight(second + n, reach)) is None
    watching.look("d3", sight(400, Reach.SILENT))
    assert watching.counts == (1, 1)


def test_what_we_could_not_look_at_says_nothing() -> None:
    watching = eyes(20)
    assert [watching.look(f"d{n}", sight(n, Reach.NOT_LOOKED)) for n in range(20)] == [None] * 20
    assert watching.counts == (0, 0)


@pytest.mark.parametrize("was_blind", [True, False])
def test_after_a_restart_the_verdict_is_told_only_when_it_is_another(was_blind: bool) -> None:
    watching = eyes(20)
    watching.remember(was_blind, set())
    assert round_of(watching, 20, 20) == ([] if was_blind else [True])
    again = eyes(20)
    again.remember(was_blind, set())
    assert round_of(again, 20, 0) == ([False] if was_blind else [])


@given(st.lists(st.tuples(st.integers(0, 29), st.booleans()), max_size=400))
def test_whatever_is_seen_the_verdicts_alternate_and_the_counts_agree(looks: list[tuple[int, bool]]) -> None:
    watching, said = eyes(30), False
    for number, (which, quiet) in enumerate(looks):
        verdict = watching.look(f"d{which}", sight(number, Reach.SILENT if quiet else Reach.ANSWERED))
        assert verdict is not said, "only a change is told"
        said = verdict if verdict is not None else said
        silent_ones, looked = watching.counts
        assert 0 <= silent_ones <= looked <= 30 or not said


def test_the_edge_of_our_blindness_goes_before_those_of_the_devices() -> None:
    devices = [device(f"d{n}", confirm=1) for n in range(12)]
    runner = Judge({"told": check()}, "desk-1", "boot-1")
    runner.reload({"told": check()}, devices)
    for one in devices:
        runner.judge(one, told(Health.UP, START))
    edges = [edge for one in devices for edge in runner.judge(one, silent(START + timedelta(seconds=5))).edges]
    assert [edge.target for edge in edges].index(SIGHT) == 9
    blind = edges[9]
    assert (blind.now, blind.detail, [edge.seq for edge in edges]) == (
        Health.DOWN,
        "10/10",
        list(range(13, 26)),
    )


def test_a_judge_that_begins_blind_says_when_it_sees() -> None:
    devices = [device(f"d{n}") for n in range(12)]
    runner = Judge({"told": check()}, "desk-1", "boot-2")
    runner.reload({"told": check()}, devices)
    runner.seed([Known(SIGHT, Health.DOWN), *(Known(f"d{n}/told", Health.DOWN) for n in range(12))])
    edges = [edge for one in devices for edge in runner.judge(one, told(Health.UP, START)).edges]
    assert [edge.now for edge in edges if edge.target == SIGHT] == [Health.UP]
