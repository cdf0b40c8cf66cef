"""What is not worth asking at every look: it has its turn, waits for nothing else, and keeps nothing else waiting."""

from dataclasses import replace
from datetime import timedelta
from itertools import cycle, pairwise

import pytest

from monitord.domain.edge import Firmness
from monitord.domain.health import Health
from monitord.domain.looking import Reach, Sight, Syntax, Value
from monitord.domain.network import SnmpAccess
from monitord.look.transports.snmp_branches import BUDGET
from tests.look.test_looker import PORTS, House, always, house
from tests.support.clock import START, ManualClock
from tests.support.looking import device, silent, told

OLT = "olt-1"


def seen(here: House) -> list[tuple[str, Health]]:
    """Return what crossed of each target, in order."""
    return [(edge.target.partition("/")[2], edge.now) for edge in here.desk.edges]


def says(here: House, health: Health, takes: float = 0.0, slow: bool = True) -> None:
    """Let the device say so from now on."""

    def answer(clock: ManualClock) -> Sight:
        return told(health, clock.now())

    here.network.answers[f"{OLT}/slow" if slow else OLT] = always(answer, here.clock, takes)


def reads(here: House, number: int, takes: float = 16.0, **healths: Health) -> None:
    """Let the device's agent be so slow that a look holds so many of its ports only; those not named are UP."""

    async def answer(name: str) -> Sight:
        asked = here.network.branches[-1]
        await here.clock.sleep(takes)
        said = {port: healths.get(port.replace("-", "_"), Health.UP) for port in asked[:number]}
        rows = {("9", port): {"0": Value(Syntax.OCTETS, health.encode())} for port, health in said.items()}
        left = frozenset(("9", port) for port in asked[number:])
        return Sight(here.clock.now(), Reach.ANSWERED, branches=rows, left=left)

    here.network.answers[f"{OLT}/slow"] = answer


async def test_it_is_asked_after_what_is_asked_at_every_look_and_apart_from_it() -> None:
    async with house([device(checks=("slow", "told"))], urgent=[OLT]) as here:
        says(here, Health.UP, takes=40)
        await here.clock.advance(1)
        assert seen(here) == [("told", Health.UP)], "told while the slow one is under way"
        await here.clock.advance(40)
        assert seen(here) == [("told", Health.UP), ("slow", Health.UP)]


@pytest.mark.parametrize(("interval", "gap"), [(60, 300), (30, 300), (45, 315), (7, 301), (600, 600)])
async def test_it_has_its_turn_at_the_look_that_comes_when_its_time_has_passed(interval: float, gap: float) -> None:
    async with house([device(checks=("told", "slow"), interval=interval)]) as here:
        await here.clock.advance(4000)
        gaps = [b - a for a, b in pairwise(here.network.slow[OLT][1:])]
        assert all(g == pytest.approx(gap, abs=0.1) for g in gaps), gaps
        assert len(here.network.begun[OLT]) > 3900 // interval


async def test_a_look_that_takes_long_before_it_does_not_push_its_turn_to_the_next_slot() -> None:
    async with house([device(checks=("told", "slow"), interval=60)]) as here:
        says(here, Health.UP, takes=8, slow=False)
        await here.clock.advance(400)  # the first turns come after a slow answer, the later ones after a quick one
        says(here, Health.UP, takes=0.05, slow=False)
        await here.clock.advance(1000)
        gaps = [b - a for a, b in pairwise(here.network.slow[OLT][1:])]
        assert gaps == pytest.approx([292.05, 300, 300], abs=0.1)


async def test_a_change_it_saw_is_looked_at_again_sooner_until_it_is_hard() -> None:
    async with house([device(checks=("told", "slow"), interval=60, retry=5)]) as here:
        await here.clock.advance(10)
        says(here, Health.DOWN)
        await here.clock.advance(360)
        slow = here.network.slow[OLT]
        assert [b - a for a, b in pairwise(slow[1:])] == pytest.approx([5, 5], abs=0.2)
        assert here.judge.state(f"{OLT}/slow").settled is Health.DOWN
        await here.clock.advance(200)
        assert len(here.network.slow[OLT]) == len(slow), "once it is hard it rests again"


async def test_a_change_of_what_is_seen_at_every_look_does_not_make_it_due() -> None:
    async with house([device(checks=("told", "slow"), interval=60, retry=5)]) as here:
        await here.clock.advance(10)
        says(here, Health.DEGRADED, slow=False)
        await here.clock.advance(120)
        assert here.judge.state(f"{OLT}/told").settled is Health.DEGRADED
        assert len(here.network.slow[OLT]) == 1


async def test_a_device_that_does_not_answer_is_not_asked_for_it_and_it_is_judged_by_that() -> None:
    async with house([device(checks=("told", "slow"), interval=60, retry=5)]) as here:
        await here.clock.advance(10)
        here.network.answers[OLT] = always(lambda clock: silent(clock.now()), here.clock, takes=4)
        await here.clock.advance(400)
        assert len(here.network.slow[OLT]) == 1
        assert here.judge.state(f"{OLT}/slow").settled is Health.DOWN
        del here.network.answers[OLT]
        await here.clock.advance(60)
        assert len(here.network.slow[OLT]) == 2, "due at the first look that is answered"
        assert here.judge.state(f"{OLT}/slow").settled is Health.UP


async def test_one_that_was_not_answered_itself_is_asked_again_at_the_next_look() -> None:
    async with house([device(checks=("told", "slow"), interval=60, retry=5, confirm=1)]) as here:
        here.network.answers[f"{OLT}/slow"] = always(lambda clock: silent(clock.now()), here.clock, takes=4)
        await here.clock.advance(300)
        assert len(here.network.slow[OLT]) >= 5
        assert here.judge.state(f"{OLT}/told").settled is Health.UP


async def test_who_asks_for_a_look_gets_it_looked_at_too() -> None:
    async with house([device(checks=("told", "slow"), interval=60)]) as here:
        await here.clock.advance(100)
        assert len(here.network.slow[OLT]) == 1
        here.looker.relook(OLT)
        await here.clock.advance(1)
        assert len(here.network.slow[OLT]) == 2
        await here.clock.advance(200)
        assert len(here.network.slow[OLT]) == 2


async def test_who_asks_while_it_is_under_way_gets_one_more_after_it() -> None:
    async with house([device(checks=("told", "slow"), interval=60)], urgent=[OLT]) as here:
        says(here, Health.UP, takes=20)
        await here.clock.advance(5)
        here.looker.relook(OLT)
        await here.clock.advance(60)
        assert len(here.network.slow[OLT]) == 2


async def test_a_device_with_nothing_else_rests_between_its_turns_and_nothing_fails() -> None:
    async with house([device(checks=("slow",), interval=60)]) as here:
        await here.clock.advance(1000)
        assert OLT not in here.network.begun
        gaps = [b - a for a, b in pairwise(here.network.slow[OLT][1:])]
        assert gaps == pytest.approx([300] * len(gaps), abs=0.1)
        load = here.looker.load()
        assert (load.failures, sum(load.reaches.values())) == (0, len(here.network.slow[OLT]))
        assert load.looks > 10
        assert seen(here) == [("slow", Health.UP)]


async def test_one_that_was_broken_off_by_a_new_plan_is_made_up_for() -> None:
    async with house([device(checks=("told", "slow"), interval=60)], urgent=[OLT]) as here:
        says(here, Health.UP, takes=30)
        await here.clock.advance(5)
        here.reload([replace(device(checks=("told", "slow"), interval=60), snmp=SnmpAccess("10.0.0.9"))])
        await here.clock.advance(2)
        assert len(here.network.slow["10.0.0.9"]) == 1


async def test_a_device_that_left_and_came_back_and_one_with_a_new_plan_have_their_turn_at_once() -> None:
    async with house([device(checks=("told", "slow"), interval=60)]) as here:
        await here.clock.advance(70)
        here.reload([])
        here.reload([device(checks=("told", "slow"), interval=60)])
        await here.clock.advance(2)
        assert len(here.network.slow[OLT]) == 2
        here.reload([device(checks=("slow", "told"), interval=60)])
        await here.clock.advance(61)
        assert len(here.network.slow[OLT]) == 3
        here.reload([device(checks=("slow", "told"), interval=60)])
        await here.clock.advance(61)
        assert len(here.network.slow[OLT]) == 3, "the same plan again changes nothing"


async def test_one_that_fails_makes_its_target_unknown_and_leaves_the_others_alone() -> None:
    async def broken(name: str) -> Sight:
        raise ValueError("mistake of ours")

    async with house([device(checks=("told", "slow"), interval=60)]) as here:
        here.network.answers[f"{OLT}/slow"] = broken
        await here.clock.advance(200)
        assert here.judge.state(f"{OLT}/slow").health is Health.UNKNOWN
        assert here.judge.state(f"{OLT}/told").settled is Health.UP


async def test_what_there_was_no_time_for_is_asked_at_the_next_looks_until_all_is_seen_and_then_it_rests() -> None:
    async with house([device(checks=("told", *PORTS), interval=60)], urgent=[OLT]) as here:
        reads(here, 2)
        await here.clock.advance(1000)
        assert here.network.branches[:6] == [PORTS, PORTS[2:], PORTS[4:]] * 2
        begun = here.network.slow[OLT]
        assert [b - a for a, b in pairwise(begun[3:9])] == pytest.approx([60, 60, 180, 60, 60], abs=0.1), (
            "300 s a round"
        )


async def test_whom_there_was_no_time_for_keeps_what_is_known_of_it() -> None:
    async with house([device(checks=("told", *PORTS), interval=60)], urgent=[OLT]) as here:
        reads(here, 2)
        await here.clock.advance(30)
        assert seen(here) == [("told", Health.UP), ("port-0", Health.UP), ("port-1", Health.UP)]
        assert not here.judge.state(f"{OLT}/port-2").looked
        await here.clock.advance(1000)
        assert len(seen(here)) == 7, "nothing changed at any port"
        assert here.judge.tally() == {Health.UP: 7}


async def test_who_asks_again_and_again_starves_nobody() -> None:
    async with house([device(checks=("told", *PORTS), interval=60)], urgent=[OLT]) as here:
        reads(here, 2)
        for _ in range(4):
            here.looker.relook(OLT)
            await here.clock.advance(17)
        read = [asked[:2] for asked in here.network.branches]
        assert read[:4] == [PORTS[:2], PORTS[2:4], PORTS[4:], PORTS[:2]]


async def test_a_round_that_the_device_s_silence_broke_off_begins_anew_with_what_was_left() -> None:
    async with house([device(checks=("told", *PORTS), interval=60, retry=5)], urgent=[OLT]) as here:
        reads(here, 2)
        await here.clock.advance(30)
        here.network.answers[OLT] = always(lambda clock: silent(clock.now()), here.clock, takes=4)
        await here.clock.advance(200)
        del here.network.answers[OLT]
        await here.clock.advance(200)
        assert here.network.branches[:3] == [PORTS, (*PORTS[2:], *PORTS[:2]), (*PORTS[4:], *PORTS[:2])]
        assert here.judge.tally() == {Health.UP: 7}


async def test_a_round_that_was_not_answered_itself_begins_anew_with_what_was_left() -> None:
    async with house([device(checks=("told", *PORTS), interval=60)], urgent=[OLT]) as here:
        reads(here, 2)
        await here.clock.advance(30)
        here.network.answers[f"{OLT}/slow"] = always(lambda clock: silent(clock.now()), here.clock, takes=4)
        await here.clock.advance(60)
        reads(here, 2)
        await here.clock.advance(60)
        assert here.network.branches[:3] == [PORTS, PORTS[2:], (*PORTS[2:], *PORTS[:2])]


async def alternates(here: House) -> None:
    """Let a slow target that is down be seen as something else at each look: nothing of it is ever confirmed."""
    says(here, Health.DOWN)
    await here.clock.advance(60)
    assert here.judge.state(f"{OLT}/slow").settled is Health.DOWN
    answers = cycle((Health.DEGRADED, Health.UNKNOWN))
    here.network.answers[f"{OLT}/slow"] = always(lambda clock: told(next(answers), clock.now()), here.clock)
    here.network.slow[OLT].clear()
    here.network.begun[OLT].clear()


async def test_what_is_never_confirmed_is_asked_again_as_often_as_a_fault_needs_and_then_rests() -> None:
    async with house([device(checks=("told", "slow"), interval=60, retry=5)], urgent=[OLT]) as here:
        await alternates(here)
        await here.clock.advance(3600)
        asked = here.network.slow[OLT]
        gaps = [round(b - a) for a, b in pairwise(asked)]
        assert len(asked) <= 12 * 4
        assert gaps.count(5) == 3 * (len(asked) // 4), "three times in a row, sooner than its time"
        assert len(here.network.begun[OLT]) <= 60 + len(asked), "nor does it hasten what is asked at every look"


async def test_what_is_not_answered_in_between_is_not_asked_oftener_either() -> None:
    async with house([device(checks=("told", "slow"), interval=60, retry=5)], urgent=[OLT]) as here:
        await alternates(here)
        answers = cycle((True, False))

        def now_and_then(clock: ManualClock) -> Sight:
            return told(Health.DEGRADED, clock.now()) if next(answers) else Sight(clock.now(), Reach.NOT_LOOKED)

        here.network.answers[f"{OLT}/slow"] = always(now_and_then, here.clock)
        await here.clock.advance(3600)
        assert len(here.network.slow[OLT]) <= 12 * 6


async def test_what_is_confirmed_in_between_may_be_asked_again_as_often_anew() -> None:
    async with house([device(checks=("told", "slow"), interval=60, retry=5)], urgent=[OLT]) as here:
        await alternates(here)
        await here.clock.advance(320)
        says(here, Health.UP)
        await here.clock.advance(300)
        here.network.slow[OLT].clear()
        says(here, Health.DOWN)
        await here.clock.advance(300)
        assert here.judge.state(f"{OLT}/slow").settled is Health.DOWN
        assert [round(b - a) for a, b in pairwise(here.network.slow[OLT][-3:])] == [5, 5]


async def test_a_change_in_one_part_of_a_round_is_confirmed_by_that_part_without_waiting_for_the_grid() -> None:
    async with house([device(checks=("told", *PORTS), interval=60, retry=5)], urgent=[OLT]) as here:
        reads(here, 2, takes=4)
        await here.clock.advance(290)
        here.network.branches.clear()
        reads(here, 2, takes=4, port_1=Health.DOWN)
        await here.clock.advance(120)
        assert here.network.branches == [PORTS, PORTS[2:], PORTS[4:], PORTS[:2], PORTS[:2]]
        (hard,) = [edge for edge in here.desk.edges if edge.now is Health.DOWN and edge.firmness is Firmness.HARD]
        assert hard.first_bad is not None
        assert hard.seen_at - hard.first_bad <= timedelta(seconds=4 * 5 + 1)


async def test_who_asks_for_what_is_seen_at_every_look_does_not_make_it_due() -> None:
    async with house([device(checks=("told", "slow"), interval=60)]) as here:
        await here.clock.advance(100)
        looks = len(here.network.begun[OLT])
        assert here.looker.relook(OLT, ["olt-1/told", "olt-2/slow"])
        await here.clock.advance(1)
        assert (len(here.network.begun[OLT]), len(here.network.slow[OLT])) == (looks + 1, 1)
        assert here.looker.relook(OLT, ["olt-1/slow"])
        await here.clock.advance(1)
        assert len(here.network.slow[OLT]) == 2


@pytest.mark.parametrize("interval", [10, 30, 60])
@pytest.mark.parametrize("begins", [0.2, 7, 19, 21, 33])
async def test_a_fault_is_confirmed_within_interval_budget_and_retries_while_slow_tables_never_end(
    interval: float, begins: float
) -> None:
    async with house([device(checks=("told", *PORTS), interval=interval, retry=5)], urgent=[OLT]) as here:
        reads(here, 1, takes=BUDGET)
        await here.clock.advance(100 + begins)
        says(here, Health.DOWN, takes=0.1, slow=False)
        await here.clock.advance(interval + BUDGET + 2 * (5 + 0.1) + 0.5)
        assert here.judge.state(f"{OLT}/told").settled is Health.DOWN


async def test_what_is_seen_at_every_look_and_never_confirmed_does_not_keep_slow_tables_waiting_for_ever() -> None:
    async with house([device(checks=("told", *PORTS), interval=60, retry=5)], urgent=[OLT]) as here:
        reads(here, 2)
        says(here, Health.DOWN, slow=False)
        await here.clock.advance(40)
        assert here.judge.state(f"{OLT}/told").settled is Health.DOWN
        answers = cycle((Health.DEGRADED, Health.UNKNOWN))
        here.network.answers[OLT] = always(lambda clock: told(next(answers), clock.now()), here.clock)
        await here.clock.advance(200)
        assert all(here.judge.state(f"{OLT}/{name}").settled is Health.UP for name in PORTS)


async def test_what_began_before_somebody_asked_is_no_answer_although_it_ended_afterwards() -> None:
    async with house([device(checks=("told", "slow"), interval=60)], urgent=[OLT]) as here:
        await here.clock.advance(100)
        says(here, Health.UP, takes=20)
        here.looker.relook(OLT)
        await here.clock.advance(5)
        here.desk.edges.clear()
        here.judge.ask([f"{OLT}/slow"], here.clock.now())
        here.looker.relook(OLT, [f"{OLT}/slow"])
        await here.clock.advance(16)
        assert seen(here) == []
        await here.clock.advance(20)
        assert seen(here) == [("slow", Health.UP)]


@pytest.mark.parametrize(("step", "counts"), [(0, 0), (0.3, 0), (-3600, -3600), (7, 7)])
async def test_slow_tables_are_dated_by_the_beginning_of_their_look_as_the_clock_has_it_now(
    step: float, counts: float
) -> None:
    async with house([device(checks=("told", "slow"), interval=60)], urgent=[OLT]) as here:
        says(here, Health.UP, takes=20)
        await here.clock.advance(10)
        here.clock.jump(step)
        await here.clock.advance(15)
        (edge,) = [edge for edge in here.desk.edges if edge.target == f"{OLT}/slow"]
        began = START + timedelta(seconds=here.network.slow[OLT][0] - 1000 + counts)
        assert abs(edge.seen_at - began) < timedelta(seconds=0.1)
