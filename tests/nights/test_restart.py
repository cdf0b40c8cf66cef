"""The daemon dies at every step of an incident and comes back: nothing owed is lost, no repeat goes unlabelled."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitord.domain.edge import Firmness
from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.store import tables as t
from tests.support.night import ACCEPTED, NOT_SENT, Night, silent

OLT = silent("olt-go-may")


async def back(night: Night, after: float, health: Health = Health.DOWN) -> None:
    """Let the dead daemon stay away for some seconds, then start it and let it look again."""
    await night.clock.advance(after)
    await night.start()
    await night.deliver()
    await night.sees(OLT, health, first=True)


async def test_before_the_state_was_written_the_next_looks_find_it_again(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.UP)
        await night.sees(OLT, Health.DOWN, Firmness.SOFT)
        night.die()
        await back(night, 5, Health.UP)
        await night.sees(OLT, Health.DOWN)
        assert night.count(t.incident) == 1
        assert len(night.told()) == 1


async def test_after_the_decision_and_before_sending_it_is_sent_by_the_next_start(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        night.answer = lambda claimed: NOT_SENT
        await night.sees(OLT, Health.DOWN)
        night.die()
        night.answer = lambda claimed: ACCEPTED
        await back(night, 5)
        assert len(night.told()) == 1
        assert "có thể trùng" not in night.got[0].text


async def test_a_row_under_lease_is_sent_again_and_says_that_it_may_be_a_repeat(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.DOWN, Firmness.SOFT)
        edge = await night.sees(OLT, Health.DOWN, Firmness.SOFT)
        await night.desk.take_edges([replace(edge, seq=edge.seq + 1, firmness=Firmness.HARD)])
        await night.looks_where_asked()
        (claimed,) = await night.desk.claim("telegram", 10)
        assert not claimed.uncertain
        night.die()
        await back(night, 5)
        assert len(night.told()) == 1
        assert "có thể trùng" in night.got[0].text
        assert [r.refs["cause"] for r in night.rows(FactKind.NOTICE_UNCERTAIN)] == ["restart"]


@pytest.mark.parametrize("meanwhile", [Health.DOWN, Health.UP], ids=["still down", "up again"])
async def test_what_was_accepted_counts_although_its_lease_had_run_out(tmp_path: Path, meanwhile: Health) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        night.answer = lambda claimed: NOT_SENT
        await night.sees(OLT, Health.DOWN)
        await night.clock.advance(60)
        (claimed,) = await night.desk.claim("telegram", 10)
        await night.clock.advance(31)
        await night.desk.take_edges([night.edge(OLT, meanwhile)])
        again = {c.message.notice for c in await night.desk.claim("telegram", 10)}
        assert (claimed.message.notice in again) == (meanwhile is Health.DOWN)
        await night.desk.report(claimed.message.notice, replace(ACCEPTED, message_ref="7"))
        (accepted,) = night.rows(FactKind.NOTICE_ACCEPTED)
        assert accepted.refs["notice"] == claimed.message.notice
        assert night.count(t.outbox, id=claimed.message.notice, state="sent") == 1


async def test_what_was_sent_is_not_sent_again(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.DOWN)
        night.die()
        await back(night, 5)
        await night.passes(minutes=2)
        assert len(night.told()) == 1


async def test_a_step_that_fell_due_while_down_is_told_late_and_says_so(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.DOWN)
        night.die()
        await back(night, 420)
        await night.passes(seconds=5)
        at, person = night.told()[-1]
        assert (at, person) == ("03:07:00", night.on("operations"))
        assert "trễ" in night.got[-1].text.lower()
        (fired,) = night.rows(FactKind.STEP_FIRED)[1:]
        assert fired.refs["late_seconds"] == pytest.approx(120, abs=1)
        assert {"down_from", "down_to"} <= set(fired.refs)


async def test_steps_that_fell_due_while_down_are_told_once_by_the_highest_which_names_the_others(
    tmp_path: Path,
) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.DOWN)
        night.die()
        await back(night, 20 * 60)
        await night.passes(seconds=5)
        assert night.told()[1:] == [("03:20:00", night.on("leader"))]
        assert "điều hành" in night.got[-1].text
        assert [r.refs["step"] for r in night.rows(FactKind.STEP_SKIPPED)] == [1]
        await night.passes(minutes=11)
        assert "03:30:00" in {at for at, _ in night.told()}


async def test_a_fault_that_ended_while_down_is_not_escalated_and_the_gap_is_named(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 02:10") as night:
        await night.sees(OLT, Health.DOWN)
        operator = night.on("shift")
        night.die()
        await back(night, 4.5 * 3600, Health.UP)
        await night.passes(minutes=5)
        assert [person for _, person in night.told()] == [operator, operator]
        (restored,) = night.rows(FactKind.INCIDENT_RESTORED)
        assert restored.refs["unknown_to"] > restored.refs["unknown_from"]
        (down,) = night.rows(FactKind.DAEMON_WAS_DOWN)
        assert down.refs["clean"] is False


async def test_no_step_is_told_before_the_target_was_looked_at_again(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.DOWN)
        night.die()
        await night.clock.advance(3600)
        await night.start()
        await night.passes(seconds=20)
        assert len(night.told()) == 1
        await night.passes(seconds=90)
        assert len(night.told()) > 1, (
            "patience has an end: a target that cannot be looked at does not silence the ladder"
        )


async def test_an_acknowledgement_survives_and_nobody_is_called_again(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.DOWN)
        await night.presses(night.on("shift"), night.got[0].buttons[0])
        night.die()
        await back(night, 30 * 60)
        await night.passes(minutes=30)
        assert len(night.told()) == 1


async def test_an_update_that_was_committed_but_not_confirmed_comes_again_and_changes_nothing(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.DOWN)
        operator, button = night.on("shift"), night.got[0].buttons[0]
        first = await night.presses(operator, button, update_id=900)
        night.die()
        await back(night, 5)
        again = await night.presses(operator, button, update_id=900)
        assert again.text == first.text
        assert night.kinds().count(FactKind.INCIDENT_ACKNOWLEDGED) == 1


async def test_a_button_made_before_the_restart_still_works_after_it(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.DOWN)
        button = night.got[0].buttons[0]
        night.die()
        await back(night, 5)
        assert (await night.presses(night.on("shift"), button)).accepted


async def test_no_incident_is_closed_with_an_armed_timer_or_open_without_one(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        for round_ in range(3):
            await night.sees(OLT, Health.DOWN)
            assert night.count(t.timer, state="armed") == 1, round_
            night.die()
            await back(night, 10, Health.UP)
            assert night.count(t.timer, state="armed") == 0
            assert night.count(t.incident, phase="restored", reopened=round_) == 1


async def test_a_machine_that_booted_again_keeps_its_steps_by_the_wall_clock(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.DOWN)
        night.die()
        night.clock.boot_id = "another run of the machine"
        await back(night, 60)
        await night.passes(minutes=4)
        assert night.told()[1:] == [("03:05:00", night.on("operations"))]


async def test_an_orderly_stop_says_so(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.desk.stop()
        night.die()
        await back(night, 60)
        (down,) = night.rows(FactKind.DAEMON_WAS_DOWN)
        assert down.refs["clean"] is True
        assert FactKind.DAEMON_STOPPED in night.kinds()


async def test_an_incident_that_lost_its_timer_gets_one_at_the_next_start(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.DOWN)
        with night.engine.begin() as connection:
            connection.execute(t.timer.delete())
        night.die()
        await back(night, 60)
        assert night.count(t.timer, state="armed") == 1
        await night.passes(minutes=5)
        assert night.told()[-1][1] == night.on("operations")


async def test_a_device_taken_out_of_the_settings_ends_its_incident_with_a_row(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.DOWN)
        night.die()
        devices = {k: d for k, d in night.settings.devices.items() if k != "olt-go-may"}
        night.settings = replace(night.settings, devices=devices)
        await night.clock.advance(60)
        await night.start()
        assert night.count(t.incident, phase="restored") == 1
        assert FactKind.TARGET_REMOVED in night.kinds()
        assert night.count(t.timer, state="armed") == 0


async def test_history_of_the_roster_stays_when_the_roster_changes(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.passes(hours=24)
        night.die()
        night.settings = replace(night.settings, roster=())
        await night.start()
        with night.engine.connect() as connection:
            ends = [row.ends for row in connection.execute(t.shift.select())]
        assert ends
        assert max(ends) <= night.clock.now() + timedelta(0)


async def test_an_outage_does_not_begin_with_the_one_before_it(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        down = await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=5)
        # The looker's edge of the return still carries the beginning of what is over.
        await night.takes(replace(night.edge(OLT, Health.UP), first_bad=down.seen_at))
        night.die()
        await night.clock.advance(60)
        await night.start()
        (known,) = [k for k in night.started.known if k.target == OLT]
        assert known.first_bad is None
