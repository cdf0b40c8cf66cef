"""Pages of a duty log: whoever comes on duty takes over by one tap, where the unit asks for it."""

from dataclasses import replace
from pathlib import Path

from monitord.domain.health import Health
from monitord.domain.incident import Phase
from monitord.domain.journal import FactKind
from monitord.settings.model import Settings
from monitord.store import tables as t
from tests.nights.test_second_channel import with_sms
from tests.support.night import Got, Night, example, silent

UNIT = "vt-song-mau"


def calling(settings: Settings | None = None, *duties: str) -> Settings:
    settings = settings or example()
    unit = replace(settings.units[UNIT], roll_call=duties or ("shift",))
    return replace(settings, units={**settings.units, UNIT: unit})


def asked(night: Night, channel: str = "telegram") -> list[Got]:
    return [got for got in night.got if got.channel == channel and got.text.startswith(("🔄", "NHAN CA"))]


async def test_who_comes_on_duty_is_asked_a_quarter_of_an_hour_before_and_takes_over(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:00", calling()) as night:
        before = night.on("shift")
        await night.sees(silent("olt-go-may"), Health.DOWN)
        assert (await night.presses(before, night.got[0].button("take"))).accepted
        await night.passes(minutes=44)
        assert asked(night) == []
        await night.passes(minutes=1)
        (got,) = asked(night)
        assert (got.at, got.labels) == ("05:45:00", ("✍️ Xác nhận nhận ca",))
        assert got.text.splitlines()[0] == "🔄 NHẬN CA · trực ca · Viễn thông Sông Mẫu"
        assert (
            " 1. SC-0512-001 (mức 2) OLT Gò Mây: từ 05:00; Phạm Tiến Dũng tiếp nhận; hỏi giờ dự kiến khôi phục"
            in got.text
        )
        await night.passes(minutes=5)
        answer = await night.presses(got.person, got.button("shift"))
        assert (answer.accepted, answer.text) == (True, "Đã ghi nhận lúc 05:50:00: nhận ca (trực ca).")
        again = await night.presses(got.person, got.button("shift"))
        assert (again.accepted, again.text) == (False, "Ca này (trực ca) đã được nhận từ trước lúc 05:50:00.")
        (row,) = night.rows(FactKind.SHIFT_TAKEN)
        assert (row.actor, row.refs["unit"], row.refs["duty"]) == (got.person, UNIT, "shift")
        await night.passes(minutes=20)
        assert night.on("shift") == got.person != before
        assert len(asked(night)) == 1


async def test_a_unit_that_does_not_ask_for_it_hears_nothing(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:00") as night:
        await night.passes(hours=26)
        assert asked(night) == []
        assert night.rows(FactKind.SHIFT_TAKEN) == []


async def test_each_shift_is_asked_about_once_also_after_a_restart(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:46", calling()) as night:
        await night.passes(5)
        assert len(asked(night)) == 1
        night.die()
        await night.passes_away(120)
        await night.passes(minutes=40)
        assert len(asked(night)) == 1
        await night.passes(hours=24)
        assert len(asked(night)) == len(set(got.at for got in asked(night))) > 1


async def test_after_a_downtime_over_the_change_it_is_asked_late_and_after_half_an_hour_not_at_all(
    tmp_path: Path,
) -> None:
    async with Night(tmp_path, "2026-12-05 05:40", calling()) as night:
        await night.passes(5)
        night.die()
        await night.passes_away(30 * 60)
        await night.passes(5)
        (got,) = asked(night)
        assert got.person == night.on("shift")
        assert (await night.presses(got.person, got.button("shift"))).accepted
    folder = tmp_path / "later"
    folder.mkdir()
    async with Night(folder, "2026-12-05 05:40", calling()) as night:
        night.die()
        await night.passes_away(55 * 60)
        await night.passes(5)
        assert asked(night) == []


async def test_another_takes_over_nobodys_shift_but_his_own(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:45", calling()) as night:
        await night.passes(5)
        (got,) = asked(night)
        for other in (night.on("shift"), "777000"):
            assert not (await night.presses(other, got.button("shift"))).accepted
        assert night.rows(FactKind.SHIFT_TAKEN) == []


async def test_who_has_no_buttons_answers_in_writing(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:44", calling(with_sms())) as night:
        night.lanes = ("sms", "log")
        await night.passes(minutes=4)
        (got,) = asked(night, "sms")
        assert got.text.isascii()
        assert "Tra loi NC khi co mat" in got.text
        assert len(got.text) <= 160
        answer = await night.writes(got.person, "nc")
        assert (answer.accepted, answer.text) == (True, "Đã ghi nhận lúc 05:48:00: nhận ca (trực ca).")
        assert not (await night.writes(got.person, "NC")).accepted
        (row,) = night.rows(FactKind.SHIFT_TAKEN)
        assert row.refs["heard"] == "sms"


async def test_who_types_it_without_a_shift_hears_so_and_talk_is_talk(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:00", calling()) as night:
        on = night.on("shift")
        off = next(p for p in night.settings.people if p not in night.everybody_on("shift"))
        assert (await night.types(off, "NC")).text == "Không có ca nào đang chờ nhận."
        assert (await night.types(on, "nc nhé anh")).text == ""
        assert (await night.types(on, "NC")).accepted  # he has it now, and said so late


async def test_a_shift_that_was_taken_or_changed_is_not_asked_about_any_more(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:45", calling()) as night:
        night.lanes = ("log",)
        await night.passes(5)
        (row,) = night.query(t.outbox.c.person, event="shift_ask", channel="telegram")
        assert (await night.types(row[0], "NC")).accepted
        night.lanes = None
        await night.passes(5)
        assert asked(night) == []
        reasons = [r.refs["reason"] for r in night.rows(FactKind.NOTICE_SUPERSEDED) if r.refs["event"] == "shift_ask"]
        assert "shift taken" in reasons


async def test_nobody_is_on_duty_by_it_and_nobody_off_without_it(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:45", calling()) as night:
        await night.passes(minutes=20)
        assert night.rows(FactKind.SHIFT_TAKEN) == []
        await night.sees(silent("olt-go-may"), Health.DOWN)
        told = [got for got in night.got if got.channel == "telegram" and "SỰ CỐ MỚI" in got.text]
        assert [got.person for got in told] == [night.on("shift")]
        assert (await night.presses(told[0].person, told[0].button("take"))).accepted
        assert [i.phase for i in night.incidents()] == [Phase.ACKNOWLEDGED]


async def test_a_shift_that_was_given_to_another_asks_him(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:45", calling()) as night:
        night.lanes = ("log",)
        await night.passes(5)
        (row,) = night.query(t.outbox.c.person, event="shift_ask", channel="telegram")
        other = next(p for p in ("an.nguyen", "binh.tran", "dung.pham") if p not in (row[0], night.on("shift")))
        with night.engine.begin() as connection:
            connection.execute(t.shift.update().where(t.shift.c.person == row[0]).values(person=other))
        night.lanes = None
        await night.passes(5)
        assert [got.person for got in asked(night)] == [other]
        assert (await night.presses(other, asked(night)[0].button("shift"))).accepted


async def test_who_was_asked_and_has_the_shift_no_more_does_not_take_it(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:45", calling()) as night:
        await night.passes(5)
        (got,) = asked(night)
        other = next(p for p in ("an.nguyen", "binh.tran", "dung.pham") if p not in (got.person, night.on("shift")))
        with night.engine.begin() as connection:
            connection.execute(t.shift.update().where(t.shift.c.person == got.person).values(person=other))
        answer = await night.presses(got.person, got.button("shift"))
        assert (answer.accepted, answer.text) == (False, "Không có ca nào đang chờ nhận.")
        assert night.rows(FactKind.SHIFT_TAKEN) == []


async def test_who_goes_on_takes_over_from_nobody_and_is_not_asked(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:30", calling()) as night:
        mine, on = (t.shift.c.unit == UNIT) & (t.shift.c.duty == "shift"), night.on("shift")
        with night.engine.begin() as connection:
            connection.execute(t.shift.update().where(mine).values(person=on))
        await night.passes(minutes=40)
        assert asked(night) == []
