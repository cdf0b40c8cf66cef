"""What the desk writes down and says must be true: of downtime, of severity, of who was on duty, of which incident."""

from dataclasses import replace
from pathlib import Path

import pytest

from monitord.desk.by_hand import UnknownIncident
from monitord.desk.context import Context
from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.domain.notice import Delivery, DeliveryCause, Outcome
from monitord.domain.roster import on_duty
from monitord.settings.model import DailyEntry, DatedEntry
from monitord.store import tables as t
from monitord.store.rows import shift_of
from monitord.texts import pick
from tests.support.night import ACCEPTED, NOT_SENT, Night, example, silent

OLT = silent("olt-go-may")
OTHER = silent("olt-bac-mau")


async def test_the_full_code_of_an_incident_that_is_over_never_takes_another_one(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 22:00") as night:
        await night.sees(OLT, Health.DOWN)
        await night.sees(OLT, Health.UP)
        await night.passes(hours=4)
        await night.sees(OTHER, Health.DOWN)
        assert [r.refs["code"] for r in night.rows(FactKind.INCIDENT_OPENED)] == ["SC-0112-001", "SC-0212-001"]
        with pytest.raises(UnknownIncident):
            await night.desk.acknowledge("SC-0112-001", night.on("shift"))
        assert night.count(t.incident, phase="open") == 1
        await night.desk.acknowledge("001", night.on("shift"))
        assert night.count(t.incident, phase="acknowledged") == 1


async def test_a_fault_that_grows_worse_is_escalated_as_what_it_has_become(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.GARBLED)
        await night.passes(minutes=2)
        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=40)
        reached = {person for _, person in night.told()}
        assert {night.on("shift"), night.on("operations"), night.on("leader"), "yen.phan"} <= reached
        assert night.count(t.incident) == 1


async def test_a_fault_that_grows_worse_while_somebody_has_it_is_escalated_when_he_lets_it_lie(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 08:00") as night:
        await night.sees(OLT, Health.GARBLED)
        await night.presses(night.on("shift"), night.got[0].buttons[0])
        await night.sees(OLT, Health.DOWN)
        assert night.count(t.timer, state="armed", kind="ack_expiry") == 1
        await night.passes(hours=2, minutes=40)
        assert {night.on("operations"), night.on("leader"), "yen.phan"} <= {person for _, person in night.told()}


async def test_a_fault_that_grows_milder_keeps_its_ladder(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=2)
        await night.sees(OLT, Health.GARBLED)
        await night.passes(minutes=4)
        shift = night.on("shift")
        assert night.told() == [("03:00:00", shift), ("03:02:00", shift), ("03:05:00", night.on("operations"))]
        assert night.got[1].text.startswith("🔶 DIỄN BIẾN MỚI")


async def test_a_downtime_before_an_incident_is_no_part_of_it(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 02:00") as night:
        await night.sees(OLT, Health.UP)
        night.die()
        await night.clock.advance(4 * 3600)
        await night.start()
        await night.sees(OLT, Health.UP, first=True)
        await night.passes(hours=6)
        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=3)
        # After new settings were read the first verdict of every target crosses again, as after a start.
        await night.desk.reload(Context.of(night.settings, pick("vi")))
        await night.sees(OLT, Health.UP, first=True)
        (restored,) = night.rows(FactKind.INCIDENT_RESTORED)
        assert "unknown_from" not in restored.refs


async def test_a_step_that_is_late_for_another_reason_does_not_claim_that_the_daemon_was_down(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 02:00") as night:
        night.die()
        await night.clock.advance(3600)
        await night.start()
        await night.passes(hours=5)
        await night.sees(OLT, Health.DOWN)
        # Nobody fires timers for seven minutes, as in a machine that sleeps.
        await night.clock.advance(7 * 60)
        await night.passes(seconds=1)
        fired = night.rows(FactKind.STEP_FIRED)[-1]
        assert fired.refs["late_seconds"] == pytest.approx(120, abs=2)
        assert "down_from" not in fired.refs


async def test_who_was_on_duty_this_morning_stays_written_when_the_roster_changes_at_noon(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 08:00") as night:
        eight, before = night.clock.now(), night.on("shift")
        await night.passes(hours=3)
        slots = [e for e in night.settings.roster if isinstance(e, DailyEntry)]
        turned = tuple(replace(e, slot=replace(e.slot, people=(*e.slot.people[1:], e.slot.people[0]))) for e in slots)
        await night.desk.reload(Context.of(replace(night.settings, roster=turned, hash="other"), pick("vi")))
        after = night.on("shift")
        assert after != before
        with night.engine.connect() as connection:
            shifts = [shift_of(row) for row in connection.execute(t.shift.select()).mappings()]
        assert on_duty(shifts, "vt-song-mau", "shift", eight) == (before,)


async def test_a_comment_in_the_roster_file_is_no_change_of_the_roster(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 08:00") as night:
        place = "config/roster.yaml:999"
        moved = tuple(
            replace(e, shift=replace(e.shift, source=place)) if isinstance(e, DatedEntry) else replace(e, source=place)
            for e in night.settings.roster
        )
        before = night.kinds().count(FactKind.ROSTER_IMPORTED)
        await night.desk.reload(Context.of(replace(night.settings, roster=moved), pick("vi")))
        assert night.kinds().count(FactKind.ROSTER_IMPORTED) == before


async def test_a_repeat_that_fell_due_while_down_does_not_name_its_own_addressee_as_passed_over(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=31)
        night.die()
        await night.clock.advance(3 * 3600)
        await night.start()
        await night.sees(OLT, Health.DOWN, first=True)
        await night.passes(seconds=5)
        fired = night.rows(FactKind.STEP_FIRED)[-1]
        assert fired.refs["step"] > 3
        assert fired.refs["skipped"] == []


async def test_an_edge_of_an_earlier_run_that_comes_again_opens_nothing(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        old = await night.sees(OLT, Health.DOWN)
        await night.sees(OLT, Health.UP)
        night.die()
        await night.clock.advance(60)
        await night.start()
        await night.sees(OLT, Health.UP, first=True)
        await night.takes(old)
        assert night.count(t.incident) == 1


async def test_an_edge_of_a_removed_target_that_was_waiting_behind_the_new_settings_opens_nothing(
    tmp_path: Path,
) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        devices = {k: d for k, d in night.settings.devices.items() if k != "olt-go-may"}
        edge = await night.sees(OLT, Health.UP)
        taken: list[bool] = []

        class Behind:
            """A writer that finds an edge in the queue right behind the new settings, as a group of decisions does."""

            def __init__(self, inner: object) -> None:
                self.inner = inner

            async def run(self, work):  # type: ignore[no-untyped-def]
                result = await self.inner.run(work)  # type: ignore[attr-defined]
                if not taken:
                    taken.append(True)
                    await night.desk.take_edges([replace(edge, seq=edge.seq + 1, now=Health.DOWN)])
                return result

        night.desk._writer = Behind(night.desk._writer)  # type: ignore[assignment]
        await night.desk.reload(Context.of(replace(night.settings, devices=devices), pick("vi")))
        assert night.count(t.incident, phase="open") == 0


async def test_an_accepted_message_is_accepted_even_when_its_lease_ran_out_meanwhile(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        night.answer = lambda claimed: NOT_SENT
        await night.sees(OLT, Health.DOWN)
        await night.clock.advance(2)
        (claimed,) = await night.desk.claim("telegram", 10)
        await night.clock.advance(31)
        # Nothing may be claimed (limit 0), but the lease is found to be over.
        assert await night.desk.claim("telegram", 0) == []
        await night.desk.report(claimed.message.notice, replace(ACCEPTED, message_ref="77"))
        assert night.count(t.outbox, state="sent", message_ref="77") == 1
        assert night.kinds().count(FactKind.NOTICE_ACCEPTED) == 1


async def test_the_message_that_was_in_the_air_when_somebody_took_it_is_edited_too(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.DOWN)
        await night.clock.advance(300)
        await night.desk.fire_due()
        (claimed,) = await night.desk.claim("telegram", 10)
        await night.presses(night.on("shift"), night.got[0].buttons[0])
        await night.desk.report(claimed.message.notice, replace(ACCEPTED, message_ref="88"))
        await night.passes(seconds=30)
        assert "88" in {g.edits for g in night.got}


@pytest.mark.parametrize("address", ["²", "9" * 40, "--5", "-", "12 3", "１２"])
async def test_a_new_address_that_is_no_chat_id_is_not_taken_over_and_stops_nothing(
    tmp_path: Path, address: str
) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        moved = Outcome(Delivery.NOT_SENT, DeliveryCause.MIGRATED, address=address)
        answers = iter([moved])
        night.answer = lambda claimed: next(answers, ACCEPTED)
        await night.sees(OLT, Health.DOWN)
        await night.passes(seconds=10)
        assert len(night.told()) == 1


async def test_somebody_without_an_address_is_not_told_by_a_line_in_a_file_alone(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        operator = night.on("shift")
        night.die()
        base = example()
        gone = replace(base.people[operator], telegram=None)
        night.settings = replace(base, people={**base.people, operator: gone})
        await night.start()
        await night.sees(OLT, Health.DOWN)
        stand_in = base.people[operator].stand_ins[0]
        assert ("telegram", stand_in) in {(g.channel, g.person) for g in night.got}


async def test_the_wall_clock_set_back_does_not_hold_a_message_that_waits_for_its_next_attempt(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        answers = iter([NOT_SENT])
        night.answer = lambda claimed: next(answers, ACCEPTED)
        await night.sees(OLT, Health.DOWN)
        await night.wall_steps(-3600)
        await night.passes(seconds=90)
        assert len(night.told()) == 1


async def test_a_chain_of_people_who_blocked_the_bot_ends_at_the_first_who_did_not(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        operator = night.on("shift")
        people = night.settings.people
        first = people[operator].stand_ins[0]
        second = people[first].stand_ins[0]
        chats = {str(people[p].telegram) for p in (operator, first)}
        gone = Outcome(Delivery.PERMANENT, DeliveryCause.BLOCKED)
        night.answer = lambda claimed: gone if claimed.message.to in chats else ACCEPTED
        await night.sees(OLT, Health.DOWN)
        await night.passes(seconds=1)
        assert ("telegram", second) in {(g.channel, g.person) for g in night.got}


async def test_one_row_that_cannot_be_worded_does_not_silence_the_others_of_its_channel(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        night.answer = lambda claimed: NOT_SENT
        await night.sees(OLT, Health.DOWN)
        with night.engine.begin() as connection:
            connection.execute(t.outbox.update().values(skipped=["not a number"]))
        night.answer = lambda claimed: ACCEPTED
        await night.sees(OTHER, Health.DOWN)
        await night.passes(seconds=5)
        assert ("03:00:00", night.on("shift")) in night.told()


async def test_numbers_stay_unique_among_running_ones_through_a_night_of_many(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 23:59") as night:
        devices = [d for d in night.settings.devices if f"{d}/agent_answers" in night.desk._context.targets][:8]
        for n, device in enumerate(devices):
            await night.sees(silent(device), Health.DOWN)
            if n % 2:
                await night.sees(silent(device), Health.UP)
            await night.passes(seconds=20)
        running = night.count(t.incident, phase="open")
        with night.engine.connect() as connection:
            codes = [r.code for r in connection.execute(t.incident.select()) if r.phase == "open"]
        assert len({c.rsplit("-", 1)[1] for c in codes}) == running == len(codes)


@pytest.mark.parametrize("kept", ["site", "device"])
async def test_what_is_not_to_leave_the_unit_is_named_to_nobody_outside(tmp_path: Path, kept: str) -> None:
    province = example()
    device = province.devices["cr-1"]
    site = province.sites[device.site]
    if kept == "site":
        province = replace(province, sites={**province.sites, site.id: replace(site, keep_inside=True)})
    else:
        province = replace(province, devices={**province.devices, device.id: replace(device, keep_inside=True)})
    async with Night(tmp_path, "2026-12-01 03:00", province) as night:
        await night.sees(silent("cr-1"), Health.DOWN)
        await night.passes(minutes=31)
        outside = [g.text for g in night.got if g.person in ("yen.phan", "tuan.cao")]
        assert outside
        assert not any(device.name in text or site.name in text for text in outside)
        assert any(device.name in g.text for g in night.got if g.person == night.on("shift"))
