"""Pages of a duty log that the simulation wrote first."""

from pathlib import Path

import pytest

from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.domain.notice import Delivery, DeliveryCause, Outcome
from tests.support.night import ACCEPTED, NOT_SENT, Night, silent

CORE = silent("cr-1")
PARENT = silent("agg-go-may")
CHILD = silent("olt-go-may")
POST = silent("bc-go-may")


@pytest.mark.parametrize("delivery", [Delivery.UNCERTAIN, Delivery.NOT_SENT, Delivery.PERMANENT])
async def test_a_step_that_fails_after_the_fault_is_over_takes_no_other_way(tmp_path: Path, delivery: Delivery) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.desk.take_edges([night.edge(CORE, Health.DOWN)])
        (claimed,) = await night.desk.claim("telegram", 10)
        await night.clock.advance(70)
        await night.desk.take_edges([night.edge(CORE, Health.UP)])
        await night.desk.report(claimed.message.notice, Outcome(delivery, DeliveryCause.TIMED_OUT))
        assert night.rows(FactKind.CHANNEL_ADDED) == []
        await night.passes(minutes=1)
        assert {g.channel for g in night.got if "SỰ CỐ MỚI" in g.text} == set()


async def test_after_the_clock_was_set_back_a_look_of_the_future_is_no_look_since_the_fault(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 06:00") as night:
        await night.sees(PARENT, Health.UP)
        await night.wall_steps(-7200)
        night.answers_asks = False
        await night.clock.advance(60)
        await night.desk.take_edges([night.edge(CHILD, Health.DOWN)])
        assert night.rows(FactKind.INCIDENT_OPENED) == []
        assert [row.refs["by"] for row in night.rows(FactKind.TARGET_HELD)] == [[PARENT]]
        await night.passes(seconds=91)
        assert [row.target for row in night.rows(FactKind.INCIDENT_OPENED)] == [CHILD]


async def held_when_the_daemon_died(night: Night) -> None:
    """Let a child wait behind its parent, the parent come back, and the daemon die before it looked at the child."""
    await night.sees(PARENT, Health.DOWN)
    await night.sees(CHILD, Health.DOWN)
    night.answers_asks = False
    await night.desk.take_edges([night.edge(PARENT, Health.UP)])
    night.die()
    await night.passes_away(126)


async def test_a_child_that_waited_over_a_death_is_not_told_before_somebody_looked_at_it(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 06:00") as night:
        await held_when_the_daemon_died(night)
        assert CHILD in night.started.unlooked
        await night.passes(seconds=20)
        await night.sees(CHILD, Health.UP, first=True)
        await night.passes(minutes=5)
        assert {row.target for row in night.rows(FactKind.INCIDENT_OPENED)} == {PARENT}


async def test_a_parent_that_failed_again_while_the_daemon_was_down_still_holds_its_child(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 06:00") as night:
        await held_when_the_daemon_died(night)
        await night.sees(CHILD, Health.DOWN, first=True)
        await night.passes(seconds=5)
        await night.sees(PARENT, Health.DOWN, first=True)
        await night.passes(minutes=5)
        assert {row.target for row in night.rows(FactKind.INCIDENT_OPENED)} == {PARENT}


async def test_a_child_that_waited_over_a_death_is_told_when_nobody_can_look(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 06:00") as night:
        await held_when_the_daemon_died(night)
        await night.passes(seconds=91)
        assert {row.target for row in night.rows(FactKind.INCIDENT_OPENED)} == {PARENT, CHILD}


async def test_what_was_taken_and_is_escalated_asks_the_leader_anew_before_it_leaves_the_unit(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 09:00") as night:
        leader, shift = night.on("leader", "bd-song-mau"), night.on("shift", "bd-song-mau")
        await night.sees(POST, Health.DOWN)
        await night.passes(minutes=31)
        assert (await night.presses(leader, night.got[-1].button("approve"))).accepted
        left = [g.at for g in night.got if g.person == "yen.phan"]
        assert (await night.presses(shift, night.got[0].buttons[0])).accepted
        await night.passes(minutes=1)
        heard = len([g for g in night.got if g.person == "yen.phan"])
        await night.does("escalate", by=shift)
        asked = [g.at for g in night.got if g.person == leader and "XIN Ý KIẾN" in g.text]
        assert (left, asked[-1]) == (["09:31:00"], "09:32:00")
        assert len([g for g in night.got if g.person == "yen.phan"]) == heard


async def test_a_clock_set_forward_makes_the_end_of_a_fault_no_old_news(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 06:00") as night:
        await night.sees(CORE, Health.DOWN)
        night.answer = lambda claimed: NOT_SENT
        await night.sees(CORE, Health.UP)
        await night.wall_steps(2 * 86_400)
        await night.passes(minutes=3)
        night.answer = lambda claimed: ACCEPTED
        await night.passes(minutes=2)
        assert [g.text.split(" ·")[0] for g in night.got if g.person == night.got[0].person][-1] == "🟢 ĐÃ KHÔI PHỤC"
        assert night.rows(FactKind.NOTICE_DEAD) == []


async def test_a_ladder_begun_by_hand_after_the_clock_was_moved_keeps_its_steps_over_a_boot(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 06:00") as night:
        await night.sees(CORE, Health.DOWN)
        await night.presses(night.on("shift"), night.got[0].buttons[0])
        await night.wall_steps(7200)
        await night.does("escalate")
        told = [row.refs["step"] for row in night.rows(FactKind.STEP_FIRED)]
        night.die()
        night.clock.boot_id = "another"
        await night.passes_away(60)
        await night.sees(CORE, Health.DOWN, first=True)
        await night.passes(minutes=1)
        assert [row.refs["step"] for row in night.rows(FactKind.STEP_FIRED)] == told
