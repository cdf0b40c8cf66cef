"""Pages of a duty log: what people type to the bot in place of a button."""

from dataclasses import replace
from pathlib import Path

import pytest

from monitord.domain.health import Health
from monitord.domain.incident import Phase
from monitord.domain.journal import FactKind
from monitord.store import tables as t
from tests.support.night import Night, example, silent

LOST = silent("olt-go-may")
NONE = "Không có sự cố nào đang chạy mang số đó. Gõ TT để xem tình trạng."


async def trouble(night: Night) -> str:
    """Let a device be lost, and return who is on the shift."""
    await night.sees(LOST, Health.DOWN)
    await night.passes(minutes=1)
    return night.on("shift")


async def test_a_typed_number_takes_the_incident(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", None) as night:
        shift = await trouble(night)
        answer = await night.types(shift, "xn 1")
        assert answer.accepted
        assert answer.text == "Đã ghi nhận: tiếp nhận SC-0512-001 lúc 03:08:00. Dừng báo lên cấp trên."
        assert night.incidents()[0].phase is Phase.ACKNOWLEDGED
        (row,) = night.rows(FactKind.INCIDENT_ACKNOWLEDGED)
        assert (row.actor, row.refs["update"]) == (shift, 501)
        await night.passes(minutes=30)
        assert not [got for got in night.got if got.person == night.on("operations") and "CHUYỂN CẤP" in got.text]


async def test_the_same_update_twice_changes_nothing_and_is_answered_as_it_was(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", None) as night:
        shift = await trouble(night)
        first = await night.types(shift, "NN 001 xe cẩu kéo đứt cáp", update_id=900)
        again = await night.types(shift, "NN 001 xe cẩu kéo đứt cáp", update_id=900)
        assert first.text == again.text == "Đã ghi nguyên nhân của SC-0512-001."
        assert len(night.rows(FactKind.INCIDENT_NOTE)) == 1


async def test_a_call_a_cause_a_reminder_and_the_next_level(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", None) as night:
        shift = await trouble(night)
        assert (await night.types(shift, "GỌI 001 anh Sơn")).text == "Đã ghi: SC-0512-001 đã gọi ứng cứu lúc 03:08:00."
        assert len(night.rows(FactKind.INCIDENT_CALL)) == 1
        await night.types(shift, "xn 001")
        answer = await night.types(shift, "HOÃN 001 20")
        assert answer.text == "Sẽ nhắc lại SC-0512-001 lúc 03:28:00. Chưa có người tiếp nhận thì vẫn báo lên cấp trên."
        await night.passes(minutes=21)
        assert next(got.at for got in night.got if got.person == shift and got.at >= "03:20") == "03:28:00"
        answer = await night.types(shift, "CC 001")
        assert answer.text == "Đã chuyển cấp SC-0512-001 lúc 03:29:00: cấp tiếp theo được báo ngay."
        (row,) = night.rows(FactKind.INCIDENT_ESCALATED)
        assert row.actor == shift
        assert [got.at for got in night.got if got.person == night.on("operations")][-1] == night.now()


async def test_what_runs_and_who_is_on_duty(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", None) as night:
        shift = night.on("shift")
        assert (await night.types(shift, "TT")).text == "🟢 TÌNH TRẠNG lúc 03:07: không có sự cố đang chạy"
        await trouble(night)
        name = night.settings.devices["olt-go-may"].name
        text = (await night.types(shift, "tt")).text
        assert text.splitlines() == [
            "📋 TÌNH TRẠNG lúc 03:08: 1 sự cố đang chạy",
            f"• SC-0512-001 (mức {night.incidents()[0].severity}) {name} – từ 03:07, chưa tiếp nhận",
        ]
        text = (await night.types(shift, "trực")).text
        person = night.settings.people[shift]
        assert f"• trực ca: {person.name} {person.phone}".rstrip() in text
        assert text.splitlines()[1] == "Viễn thông Sông Mẫu"


@pytest.mark.parametrize("text", ["xn 001", "cc 001", "goi 001", "hoan 001", "nn 001 thử", "tt", "truc", "help"])
async def test_a_stranger_and_a_group_are_answered_nothing(tmp_path: Path, text: str) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", None) as night:
        shift = await trouble(night)
        assert (await night.types("987654321", text)).text == ""
        assert (await night.types(shift, text, chat=-100123)).text == ""
        assert night.incidents()[0].phase is Phase.OPEN
        assert night.count(t.tg_update) == 0


async def test_the_departments_contact_hears_nothing_of_what_runs(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", None) as night:
        await trouble(night)
        contact = night.settings.organisations["so-khcn"].contacts[0]
        for text in ("TT", "TRUC", "CC 001", "GOI 001"):
            answer = await night.types(contact, text)
            assert "SC-" not in answer.text, answer.text
            assert "Gò Mây" not in answer.text, answer.text
        assert (await night.types(contact, "XN 001")).text == NONE
        assert night.incidents()[0].phase is Phase.OPEN


async def test_what_cannot_be_done_says_why(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", None) as night:
        shift = await trouble(night)
        assert (await night.types(shift, "XN 999")).text == NONE
        assert (await night.types(shift, "HOAN 001 9999")).text.startswith("Chưa hiểu lệnh. Gõ theo mẫu: HOAN 014 30")
        assert (await night.types(shift, "XN")).text.startswith("Chưa hiểu lệnh. Gõ theo mẫu: XN 014")
        assert (await night.types(shift, "help")).text.splitlines()[1] == "XN 014 – tiếp nhận"


async def test_two_that_bear_one_number_are_asked_back(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", None) as night:
        shift = await trouble(night)
        await night.sees(silent("olt-cu-lao"), Health.DOWN)
        await night.passes(minutes=1)
        with night.engine.begin() as connection:  # as after a year in which one never ended
            connection.execute(t.incident.update().where(t.incident.c.id == 2).values(code="SC-0412-001"))
        night.whole = False
        answer = await night.types(shift, "XN 001")
        assert answer.text == "Số đó có ở 2 sự cố: SC-0512-001, SC-0412-001. Gõ lại với mã đầy đủ."
        assert (await night.types(shift, "XN SC-0412-001")).accepted
        assert [i.phase for i in night.incidents()] == [Phase.OPEN, Phase.ACKNOWLEDGED]


async def test_who_is_on_no_duty_there_writes_nothing_down(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", None) as night:
        await trouble(night)
        other = night.on("shift", "bd-song-mau")
        assert (await night.types(other, "GOI 001")).text == NONE  # nor does he learn that there is one
        assert night.rows(FactKind.INCIDENT_CALL) == []


async def test_a_hostile_name_is_shown_as_it_is(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", None) as night:
        device = night.settings.devices["olt-go-may"]
        night.settings = replace(
            night.settings, devices={**night.settings.devices, device.id: replace(device, name="OLT <b>*1*</b>")}
        )
        night.die()
        await night.passes_away(1)
        shift = await trouble(night)
        assert "OLT <b>*1*</b>" in (await night.types(shift, "TT")).text


async def test_a_suspicion_has_a_number_for_those_who_were_told_of_it_alone(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", None) as night:
        lane = next(one for one in night.settings.lanes.values() if one.named)
        incident = await night.reports("trang lạ", lane=lane.id, suspected=True)
        shift = next(name for name in night.everybody_on("shift") if name not in lane.named)
        for text in ("XN 001", "CC 001", "GOI 001", "NN 001 thử"):
            assert (await night.types(shift, text)).text == NONE
        assert incident.code not in (await night.types(shift, "TT")).text
        answer = await night.types(lane.named[0], "NN 001 đang kiểm tra")
        assert answer.text == f"Đã ghi nguyên nhân của {incident.code}."
        assert night.incidents()[0].phase is Phase.OPEN


async def test_who_was_asked_in_place_of_another_types_as_he_would_press(tmp_path: Path) -> None:
    settings = example()
    async with Night(tmp_path, "2026-12-05 03:07", settings) as night:
        person = night.on("shift")
        stand_in = settings.people[person].stand_ins[0]
        people = {**settings.people, person: replace(settings.people[person], telegram=None)}
        await night.desk.reload(night.context_of(replace(settings, people=people, hash="other")))
        await trouble(night)
        assert next(got.person for got in night.got if got.channel == "telegram") == stand_in
        assert (await night.types(stand_in, "xn 001")).accepted


async def test_lists_of_people_are_not_kept_and_what_is_old_is_forgotten(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", None) as night:
        shift = await trouble(night)
        for text in ("TRUC", "TT", "HELP"):
            assert (await night.types(shift, text)).text
        assert night.count(t.tg_update) == 0
        await night.types(shift, "NN 001 thử")
        assert night.count(t.tg_update) == 1
        await night.clock.advance(4 * 86400)
        await night.desk.keep_house()
        assert night.count(t.tg_update) == 0
