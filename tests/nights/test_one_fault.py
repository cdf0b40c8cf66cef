"""Pages of a duty log: one fault, from the first failed look to the last person who hears that it is over."""

from datetime import timedelta
from pathlib import Path

import pytest

from monitord.domain.edge import Firmness
from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.store import tables as t
from tests.support.night import ACCEPTED, BLOCKED, NOT_SENT, UNCERTAIN, Night, silent

OLT = silent("olt-go-may")
POST = silent("bc-go-may")
DEPARTMENT = "yen.phan"


@pytest.mark.case("escalation", "escalate-after-delay")
async def test_nobody_takes_it_so_each_step_is_told_at_its_own_minute(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.UP)
        await night.sees(OLT, Health.DOWN, Firmness.SOFT)
        assert night.told() == []
        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=40)
        assert night.told() == [
            ("03:00:00", night.on("shift")),
            ("03:05:00", night.on("operations")),
            ("03:15:00", night.on("leader")),
            ("03:30:00", DEPARTMENT),
            ("03:30:00", "tuan.cao"),
        ]


@pytest.mark.case("escalation", "repeat")
async def test_the_last_step_repeats_every_hour_until_somebody_takes_it(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 08:00") as night:
        await night.sees(OLT, Health.DOWN)
        await night.passes(hours=3)
        department = [at for at, person in night.told() if person == DEPARTMENT]
        assert department == ["08:30:00", "09:30:00", "10:30:00"]
        texts = [g.text for g in night.got if g.person == DEPARTMENT]
        assert "nhắc lại" not in texts[0].lower()
        assert "nhắc lại" in texts[1].lower()


@pytest.mark.case("escalation", "no-escalation-after-ack")
async def test_taking_it_stops_the_ladder_in_the_same_transaction_and_everyone_told_hears_it(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=6)
        operator, operations = night.on("shift"), night.on("operations")
        answer = await night.presses(operator, night.got[0].buttons[0])
        assert answer.accepted
        assert night.count(t.timer, state="armed", kind="step") == 0
        assert night.count(t.timer, state="armed", kind="ack_expiry") == 1
        await night.passes(minutes=60)
        assert night.told() == [
            ("03:00:00", operator),
            ("03:05:00", operations),
            ("03:06:00", operations),
        ]
        edited = {g.person for g in night.got if g.edits}
        assert edited == {operator, operations}


@pytest.mark.case("escalation", "status-update")
async def test_the_end_is_told_to_everyone_who_was_told_and_to_nobody_else(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=16)
        reached = {person for _, person in night.told()}
        before = len(night.told())
        await night.sees(OLT, Health.UP)
        await night.passes(hours=4)
        assert {person for _, person in night.told()[before:]} == reached
        assert len(night.told()) == before + len(reached)
        assert night.count(t.timer, state="armed") == 0


@pytest.mark.case("escalation", "ack-times-out")
async def test_an_acknowledgement_ends_and_the_ladder_begins_again(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 08:00") as night:
        await night.sees(OLT, Health.DOWN)
        operator = night.on("shift")
        await night.presses(operator, night.got[0].buttons[0])
        await night.passes(hours=2, minutes=6)
        assert [(at, who) for at, who in night.told() if at > "08:00:00"] == [
            ("10:00:00", operator),
            ("10:05:00", night.on("operations")),
        ]
        assert night.kinds().count(FactKind.INCIDENT_ACK_EXPIRED) == 1


async def test_a_unit_without_an_order_asks_its_leader_before_the_department_hears(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 09:00") as night:
        target = next(i for i in night.desk._context.targets if i.startswith("bc-"))
        await night.sees(target, Health.DOWN)
        await night.passes(minutes=31)
        assert DEPARTMENT not in {person for _, person in night.told()}
        leader = night.on("leader", "bd-song-mau")
        request = night.got[-1]
        assert request.person == leader
        approve = request.button("approve")
        assert (await night.presses(leader, approve)).accepted
        assert {g.person for g in night.got[-2:]} == {DEPARTMENT, "tuan.cao"}
        assert night.settings.people[leader].name in night.got[-1].text
        second = await night.presses(leader, approve)
        assert not second.accepted
        assert [p for _, p in night.told()].count(DEPARTMENT) == 1


async def test_the_departments_receipt_is_evidence_and_stops_nothing(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=31)
        assert (await night.presses(DEPARTMENT, night.got[-2].buttons[0])).accepted
        assert night.count(t.timer, state="armed", kind="step") == 1
        assert night.kinds().count(FactKind.INCIDENT_RECEIPT) == 1


@pytest.mark.case("escalation", "ack-race")
@pytest.mark.case("escalation", "second-ack-recorded")
async def test_two_press_and_the_first_has_it(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=5)
        operator, operations = night.on("shift"), night.on("operations")
        first = await night.presses(operations, night.got[1].buttons[0])
        second = await night.presses(operator, night.got[0].buttons[0])
        assert first.accepted
        assert not second.accepted
        assert night.settings.people[operations].name in second.text
        assert night.kinds().count(FactKind.INCIDENT_ACKNOWLEDGED) == 1
        assert night.kinds().count(FactKind.INCIDENT_PRESSED_AGAIN) == 1


@pytest.mark.parametrize("who", ["9999999", DEPARTMENT])
@pytest.mark.case("escalation", "ack-by-stranger")
async def test_a_button_pressed_by_somebody_who_is_not_on_duty_changes_nothing(tmp_path: Path, who: str) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.DOWN)
        answer = await night.presses(who, night.got[0].buttons[0])
        assert not answer.accepted
        assert "SC-" not in answer.text
        assert night.count(t.incident, phase="open") == 1
        assert night.kinds().count(FactKind.PRESS_REFUSED) == 1


async def test_a_forged_button_is_refused_and_written_down(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.DOWN)
        good = night.got[0].buttons[0]
        for forged in (
            good[:-1] + ("A" if good[-1] != "A" else "B"),
            good.replace("take", "approve"),
            "v1|x",
            "",
            "💥" * 30,
        ):
            assert not (await night.presses(night.on("shift"), forged)).accepted
        assert night.count(t.incident, phase="open") == 1
        assert night.kinds().count(FactKind.PRESS_REFUSED) == 5


@pytest.mark.case("escalation", "ack-after-resolve")
async def test_an_old_button_says_that_it_is_over(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.DOWN)
        await night.sees(OLT, Health.UP)
        answer = await night.presses(night.on("shift"), night.got[0].buttons[0])
        assert not answer.accepted
        assert night.count(t.incident, phase="restored") == 1


async def test_an_update_delivered_twice_takes_effect_once(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.DOWN)
        button = night.got[0].buttons[0]
        first = await night.presses(night.on("shift"), button, update_id=700)
        rows = len(night.rows())
        second = await night.presses(night.on("shift"), button, update_id=700)
        assert second.text == first.text
        assert len([r for r in night.rows()[rows:] if r.kind.startswith("incident.")]) == 0
        assert await night.desk.offset() == 701


async def test_updates_numbered_anew_after_a_quiet_week_are_taken_and_a_late_one_does_not_turn_the_offset_back(
    tmp_path: Path,
) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.DOWN)
        await night.presses("999", "junk", update_id=900_000)
        await night.presses("999", "junk", update_id=899_990)
        assert await night.desk.offset() == 900_001
        assert (await night.presses(night.on("shift"), night.got[0].buttons[0], update_id=70)).accepted
        assert await night.desk.offset() == 71


async def test_the_shift_that_ended_a_minute_ago_may_still_take_it(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 05:59") as night:
        outgoing = night.on("shift")
        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=2)
        assert night.on("shift") != outgoing
        assert (await night.presses(outgoing, night.got[0].buttons[0])).accepted


async def test_the_incoming_shift_is_asked_of_the_roster_at_its_own_step(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 06:50") as night:
        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=16)
        assert night.told()[2] == ("07:05:00", night.on("leader"))


async def test_a_failed_message_is_tried_again_and_the_next_channel_is_added(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        night.answer = lambda claimed: NOT_SENT if claimed.message.to.isdigit() else ACCEPTED
        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=2)
        assert ("log", night.on("shift")) in {(g.channel, g.person) for g in night.got}
        assert [row.incident for row in night.rows(FactKind.CHANNEL_ADDED)].count(1) == 1
        night.answer = lambda claimed: ACCEPTED
        await night.passes(minutes=2)
        assert ("telegram", night.on("shift")) in {(g.channel, g.person) for g in night.got}


async def test_an_uncertain_message_is_repeated_and_the_repeat_says_so(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        answers = iter([UNCERTAIN])
        night.answer = lambda claimed: next(answers, ACCEPTED)
        await night.sees(OLT, Health.DOWN)
        await night.passes(seconds=30)
        (first,) = night.got
        assert "có thể trùng" in first.text
        assert night.kinds().count(FactKind.NOTICE_UNCERTAIN) == 1


async def test_who_blocked_the_bot_is_replaced_by_the_stand_in_and_the_administrator_hears_it(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        operator = night.on("shift")
        chat = str(night.settings.people[operator].telegram)
        night.answer = lambda claimed: BLOCKED if claimed.message.to == chat else ACCEPTED
        await night.sees(OLT, Health.DOWN)
        await night.passes(seconds=5)
        stand_in = night.settings.people[operator].stand_ins[0]
        told = {(g.channel, g.person) for g in night.got}
        assert {("telegram", stand_in), ("log", operator), ("telegram", "minh.do")} <= told


async def test_a_message_that_is_no_longer_true_is_not_sent(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        night.answer = lambda claimed: NOT_SENT
        await night.sees(OLT, Health.DOWN)
        await night.sees(OLT, Health.UP)
        night.answer = lambda claimed: ACCEPTED
        await night.passes(minutes=5)
        assert night.told() == []
        assert night.kinds().count(FactKind.NOTICE_SUPERSEDED) >= 1


@pytest.mark.case("escalation", "same-incident-twice")
async def test_one_target_has_one_running_incident_whatever_comes_twice(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        edge = await night.sees(OLT, Health.DOWN)
        await night.takes(edge)
        await night.sees(OLT, Health.DOWN)
        assert night.count(t.incident) == 1
        assert len(night.told()) == 1


async def test_a_port_behind_a_silent_agent_is_unknown_and_held_and_nobody_is_told_of_it(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        port = "olt-go-may/interface_up/xge-0/1/0"
        await night.sees(OLT, Health.UP)
        await night.sees(port, Health.UP)
        await night.sees(OLT, Health.DOWN)
        await night.sees(port, Health.UNKNOWN)
        assert night.count(t.incident) == 1
        assert night.count(t.target, held=["parent"]) == 1
        await night.sees(OLT, Health.UP)
        assert night.count(t.target, held=["parent"]) == 0


async def test_a_garbled_answer_is_an_incident_of_low_severity_and_wakes_no_leader(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.GARBLED)
        await night.passes(minutes=40)
        assert {person for _, person in night.told()} == {night.on("shift")}


async def test_numbers_run_on_through_the_day_and_name_one_open_incident(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 23:50") as night:
        await night.sees(silent("olt-bac-mau"), Health.DOWN)
        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=20)
        await night.sees(silent("olt-cu-lao"), Health.DOWN)
        codes = [row.refs["code"] for row in night.rows(FactKind.INCIDENT_OPENED)]
        assert codes == ["SC-0112-001", "SC-0112-002", "SC-0212-003"]


async def test_the_wall_clock_steps_and_no_step_is_early_or_lost(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.DOWN)
        await night.wall_steps(3600)
        await night.passes(minutes=4)
        assert len(night.told()) == 1
        await night.passes(minutes=1)
        assert len(night.told()) == 2
        await night.wall_steps(-7200)
        await night.passes(minutes=10)
        assert len(night.told()) == 3
        assert night.kinds().count(FactKind.CLOCK_STEPPED) == 2
        instants = [row.ts for row in night.rows()]
        assert instants == sorted(instants)


async def test_the_log_names_the_estimate_the_detection_and_the_length(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=4)
        await night.sees(OLT, Health.UP)
        (row,) = night.rows(FactKind.INCIDENT_RESTORED)
        assert row.refs["outage_seconds"] == timedelta(minutes=4).total_seconds()


async def test_a_leader_who_knows_pauses_the_steps_above_him_and_the_shift_is_asked_again(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=20)
        leader, operator = night.on("leader"), night.on("shift")
        noted = night.got[2].buttons[0]
        assert (await night.presses(leader, noted)).accepted
        assert night.got[-1].person == operator
        assert night.settings.people[leader].name in night.got[-1].text
        await night.passes(minutes=14)
        assert DEPARTMENT not in {person for _, person in night.told()}
        await night.passes(minutes=2)
        assert ("03:35:00", DEPARTMENT) in night.told()
        assert night.count(t.incident, phase="open") == 1, "knowing is not taking"


async def test_a_leader_who_knows_hears_when_somebody_takes_it(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=16)
        leader, operator = night.on("leader"), night.on("shift")
        await night.presses(leader, night.got[2].buttons[0])
        sent_back = night.got[-1]
        assert (await night.presses(operator, sent_back.buttons[0])).accepted
        assert (night.now(), leader) in night.told()
        await night.passes(minutes=60)
        assert DEPARTMENT not in {person for _, person in night.told()}


async def test_knowing_twice_does_not_hold_the_department_off_for_ever(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=20)
        leader, button = night.on("leader"), night.got[2].buttons[0]
        for _ in range(4):
            assert (await night.presses(leader, button)).accepted
            await night.passes(minutes=5)
        assert ("03:35:00", DEPARTMENT) in night.told()
        assert night.kinds().count(FactKind.INCIDENT_NOTED) == 1


async def test_a_pause_after_the_wall_clock_was_moved_is_as_long_as_any(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=20)
        await night.wall_steps(7200)
        await night.presses(night.on("leader"), night.got[2].buttons[0])
        await night.passes(minutes=14)
        assert DEPARTMENT not in {person for _, person in night.told()}
        await night.passes(minutes=2)
        assert DEPARTMENT in {person for _, person in night.told()}


async def test_after_the_wall_clock_was_moved_the_roster_is_asked_by_the_wall_and_somebody_is_found(
    tmp_path: Path,
) -> None:
    async with Night(tmp_path, "2026-12-01 06:55") as night:
        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=2)
        await night.wall_steps(-3600)
        await night.passes(minutes=14)
        assert night.told()[-1] == ("06:10:00", night.on("leader"))
        assert night.kinds().count(FactKind.COVERAGE_GAP) == 0


async def test_a_request_for_approval_is_not_sent_once_somebody_has_taken_it(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 09:00") as night:
        await night.sees(POST, Health.DOWN)
        leader, shift = night.on("leader", "bd-song-mau"), night.got[0]
        await night.passes(minutes=29)
        night.answer = lambda claimed: NOT_SENT
        await night.passes(minutes=1, seconds=1)
        await night.presses(shift.person, shift.buttons[0])
        night.answer = lambda claimed: ACCEPTED
        before = len(night.told())
        await night.passes(minutes=5)
        texts = [g.text for g in night.got[before:] if g.person == leader and g.edits is None]
        assert len(texts) == 1, "he hears that it was taken, and is not asked any more"
