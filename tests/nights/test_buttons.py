"""Pages of a duty log: what a touch does beside taking it: the team was called, a reminder, the next level now."""

from pathlib import Path

import pytest

from monitord.domain import policy as policies
from monitord.domain.health import Health
from monitord.domain.incident import Phase
from monitord.domain.journal import FactKind
from monitord.store import tables as t
from tests.support.night import Got, Night, silent

LOST = silent("olt-go-may")
REFUSED = "Nút này không dùng được với tài khoản này."


async def trouble(night: Night) -> Got:
    """Let a device be lost, and return what the shift got."""
    await night.sees(LOST, Health.DOWN)
    await night.passes(minutes=1)
    return last(night, night.on("shift"))


def last(night: Night, person: str) -> Got:
    return next(got for got in reversed(night.got) if got.person == person and got.channel == "telegram")


async def test_what_stands_under_which_letter(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07") as night:
        first = await trouble(night)
        assert first.actions() == ["take", "called", "escalate", "more"]
        await night.passes(minutes=5)
        assert last(night, night.on("operations")).actions() == ["take", "called", "escalate", "more"]
        await night.passes(minutes=10)
        assert last(night, night.on("leader")).actions() == ["noted", "take", "ring", "more"]
        shift = night.on("shift")
        await night.presses(shift, first.button("take"))
        edits = {got.person: got.actions() for got in night.got if got.edits is not None}
        assert edits[shift] == ["called", "snooze", "escalate", "more"]
        # Who was told and has not taken it has nothing to touch.
        assert [actions for person, actions in edits.items() if person != shift] == [[], []]


async def test_having_called_is_written_down_and_nothing_else_changes(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07") as night:
        got = await trouble(night)
        answer = await night.presses(got.person, got.button("called"))
        assert answer.accepted
        assert answer.text == "Đã ghi: SC-0512-001 đã gọi ứng cứu lúc 03:08:00."
        (row,) = night.rows(FactKind.INCIDENT_CALL)
        assert (row.actor, row.refs["update"]) == (got.person, 501)
        # A touch says that they were called, not that anybody answered; the log claims no more.
        assert row.refs.get("answered") is None
        assert night.incidents()[0].phase is Phase.OPEN
        await night.passes(minutes=5)
        assert "CHUYỂN CẤP" in last(night, night.on("operations")).text


async def test_a_second_touch_of_the_same_thought_changes_nothing_and_is_a_row(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07") as night:
        got = await trouble(night)
        await night.presses(got.person, got.button("called"))
        await night.passes(30)
        again = await night.presses(got.person, got.button("called"))
        assert again.text == "Đã ghi: SC-0512-001 đã gọi ứng cứu lúc 03:08:00."
        assert len(night.rows(FactKind.INCIDENT_CALL)) == 1
        (row,) = night.rows(FactKind.INCIDENT_UNCHANGED)
        assert (row.actor, row.refs["what"], row.refs["phase"]) == (got.person, "called", "open")
        await night.passes(minutes=2)
        await night.presses(got.person, got.button("called"))
        assert len(night.rows(FactKind.INCIDENT_CALL)) == 2


async def test_the_next_level_is_told_at_a_touch(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07") as night:
        got = await trouble(night)
        answer = await night.presses(got.person, got.button("escalate"))
        assert answer.text == "Đã chuyển cấp SC-0512-001 lúc 03:08:00: cấp tiếp theo được báo ngay."
        assert (last(night, night.on("operations")).at, night.now()) == ("03:08:00", "03:08:00")
        # A thumb that trembles does not wake the leader.
        again = await night.presses(got.person, got.button("escalate"))
        assert again.text == "SC-0512-001 vừa được chuyển cấp lúc 03:08:00; cấp tiếp theo đang được báo."
        assert len(night.rows(FactKind.INCIDENT_ESCALATED)) == 1
        leader = night.on("leader")
        assert not [one for one in night.got if one.person == leader]
        await night.passes(minutes=3)
        await night.presses(got.person, got.button("escalate"))
        assert last(night, leader).at == "03:11:00"


async def test_who_has_it_may_be_reminded_and_call_the_next_level(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07") as night:
        got = await trouble(night)
        await night.presses(got.person, got.button("take"))
        held = last(night, got.person)
        assert held.edits is not None
        answer = await night.presses(got.person, held.button("snooze"))
        assert answer.text == "Sẽ nhắc lại SC-0512-001 lúc 03:38:00. Chưa có người tiếp nhận thì vẫn báo lên cấp trên."
        assert (await night.presses(got.person, held.button("snooze"))).accepted
        assert len(night.rows(FactKind.INCIDENT_REMINDER)) == 1
        await night.passes(minutes=30)
        reminder = last(night, got.person)
        assert reminder.at == "03:38:00"
        assert "NHẮC THEO HẸN" in reminder.text
        assert reminder.actions() == ["called", "snooze", "escalate", "more"]
        await night.presses(got.person, reminder.button("escalate"))
        assert night.incidents()[0].phase is Phase.OPEN
        assert last(night, night.on("operations")).at == "03:38:00"


@pytest.mark.parametrize("action", ["called", "escalate"])
async def test_who_is_on_no_duty_there_touches_nothing(tmp_path: Path, action: str) -> None:
    async with Night(tmp_path, "2026-12-05 03:07") as night:
        got = await trouble(night)
        for somebody in (night.on("shift", "bd-song-mau"), "987654321"):
            answer = await night.presses(somebody, got.button(action))
            assert (answer.text, answer.refused) == (REFUSED, True)
        assert len(night.rows(FactKind.PRESS_REFUSED)) == 2
        assert not [r for r in night.rows() if r.kind in (FactKind.INCIDENT_CALL, FactKind.INCIDENT_ESCALATED)]


async def test_what_is_over_is_not_touched(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07") as night:
        got = await trouble(night)
        await night.sees(LOST, Health.UP)
        for action in ("called", "escalate"):
            answer = await night.presses(got.person, got.button(action))
            assert answer.text == "SC-0512-001 đã khôi phục lúc 03:08:00, không cần thao tác nữa."
            assert not answer.accepted
        assert len(night.rows(FactKind.INCIDENT_UNCHANGED)) == 2
        assert night.incidents()[0].phase is Phase.RESTORED


async def test_a_security_incident_is_spoken_of_and_not_touched(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07") as night:
        lane = next(iter(night.settings.lanes))
        await night.reports("trang bị sửa", lane=lane)
        actions = [got.actions() for got in night.got if got.channel == "telegram"]
        assert actions
        assert not [one for one in actions if {"called", "snooze", "escalate"} & set(one)]


async def test_another_organisation_and_a_leader_have_their_own_buttons(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07") as night:
        await trouble(night)
        await night.passes(minutes=31)
        contact = night.settings.organisations["so-khcn"].contacts[0]
        assert last(night, contact).actions() == ["receipt"]


async def test_a_shift_that_is_over_may_still_work_on_what_it_took(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:40") as night:
        got = await trouble(night)
        await night.presses(got.person, got.button("take"))
        held = last(night, got.person)
        await night.passes(minutes=40)
        assert got.person not in night.everybody_on("shift")
        assert (await night.presses(got.person, held.button("called"))).accepted
        assert night.rows(FactKind.INCIDENT_CALL)[0].actor == got.person
        # To the end, and then he hears that it is over, not that he may not.
        await night.sees(LOST, Health.UP)
        answer = await night.presses(got.person, held.button("escalate"))
        assert answer.text.startswith("SC-0512-001 đã khôi phục lúc")


async def test_nobody_can_be_reminded_whom_nothing_reaches(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07") as night:
        got = await trouble(night)
        await night.presses(got.person, got.button("take"))
        held = last(night, got.person)
        policy = policies.to_wire(night.incidents()[0].policy)
        policy["steps"] = [{**step, "channels": ["sms"]} for step in policy["steps"]]
        with night.engine.begin() as connection:  # as when its ladder knew a channel that he has no address for
            connection.execute(t.incident.update().values(policy=policy))
        night.whole = False
        answer = await night.presses(got.person, held.button("snooze"))
        assert answer.text.startswith("Chưa hẹn được: ")
        assert not answer.accepted
        assert night.rows(FactKind.INCIDENT_REMINDER) == []
        assert len(night.rows(FactKind.INCIDENT_UNCHANGED)) == 1
