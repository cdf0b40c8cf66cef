"""Pages of a duty log: what a bulletin must not say, and who must not send it. The good night is in test_giao_thua."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitord.clock import Step
from monitord.desk.reporting import GIVE_UP_TRIES
from monitord.domain.health import Health
from monitord.domain.window import WindowKind
from monitord.settings.model import Settings
from monitord.store import tables as t
from tests.nights.test_giao_thua import DEPARTMENT, UNIT, bulletins, loaded, local, watched
from tests.nights.test_one_cause import SPUR_END, all_well, running
from tests.support.night import NOT_SENT, Night, silent


def by_order() -> Settings:
    """Return the settings of a unit that sends by itself, by an order."""
    settings = watched()
    unit = replace(settings.units[UNIT], auto_send_order="Chỉ thị 01/CT-UBND")
    return replace(settings, units={**settings.units, UNIT: unit})


def nobody_leads(night: Night) -> None:
    """Let nobody be on the leader's duty of the unit, whoever looks."""
    with night.engine.begin() as connection:
        connection.execute(t.shift.delete().where(t.shift.c.unit == UNIT, t.shift.c.duty == "leader"))


async def test_what_was_merged_is_counted_once_and_its_cause_goes_on(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-05 23:00", watched()) as night:
        await all_well(night)
        await night.sees(SPUR_END, Health.DOWN)
        await night.passes(minutes=2)
        await night.takes(night.edge(SPUR_END, Health.UNKNOWN), night.edge(silent("agg-rach-sen"), Health.DOWN))
        await night.passes(minutes=90)
        assert running(night) == [silent("agg-rach-sen")]
        assert "có 1 sự cố, đã khôi phục 0, còn 1 sự cố đang xử lý" in bulletins(night)[0].text


async def test_a_leader_whose_duty_is_over_approves_nothing(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-05 22:00", watched()) as night:
        await night.passes(minutes=151)
        (asked,) = bulletins(night)
        await night.passes(hours=22)
        assert night.on("leader") != asked.person
        assert not (await night.presses(asked.person, asked.buttons[0])).accepted
        assert night.rows("press.refused")[-1].refs["why"] == "not_the_leader"
        contacts = set(night.settings.organisations[DEPARTMENT].contacts)
        assert not [got for got in night.got if got.person in contacts]


async def test_what_is_in_a_maintenance_is_not_called_stable(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-05 22:00", watched()) as night:
        await night.window(WindowKind.MAINTENANCE, minutes=240, devices=("olt-go-may",))
        await night.sees(silent("olt-go-may"), Health.DOWN)
        await night.passes(minutes=160)
        text = bulletins(night)[0].text
        assert "không có sự cố phải báo; 1 thiết bị bảo dưỡng hoặc không quan sát được" in text
        assert "ổn định" not in text


async def test_a_unit_that_is_dark_behind_another_one_is_not_called_stable(tmp_path: Path) -> None:
    settings = watched(unit="bd-song-mau", loads=())
    device = replace(settings.devices["bd-trung-tam"], parent="cr-1")
    units = {**settings.units, "bd-song-mau": replace(settings.units["bd-song-mau"], auto_send_order=None)}
    settings = replace(settings, devices={**settings.devices, "bd-trung-tam": device}, units=units)
    async with Night(tmp_path, "2027-02-05 22:00", settings) as night:
        for name in ("cr-1", "bd-trung-tam", "bc-go-may", "bc-rach-sen"):
            await night.sees(silent(name), Health.DOWN)
        await night.passes(minutes=160)
        assert "3 thiết bị bảo dưỡng hoặc không quan sát được" in bulletins(night)[0].text


async def test_what_nobody_can_look_at_is_not_called_stable(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-05 22:00", watched()) as night:
        await night.sees(silent("olt-go-may"), Health.UNKNOWN)
        await night.passes(minutes=160)
        assert "1 thiết bị bảo dưỡng hoặc không quan sát được" in bulletins(night)[0].text


async def test_an_hour_that_came_by_a_leap_of_the_clock_makes_nothing(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-05 22:00", by_order()) as night:
        await night.passes(minutes=5)
        await night.wall_steps(3 * 3600)
        await night.passes(seconds=5)
        await night.wall_steps(-3 * 3600)
        await night.sees(silent("olt-go-may"), Health.DOWN)
        await night.passes(hours=3)
        sent = bulletins(night)
        assert sent[0].at == "00:30:00"
        assert "còn 1 sự cố đang xử lý" in sent[0].text


async def test_a_clock_that_was_put_right_is_believed_after_a_while(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-05 22:00", watched()) as night:
        await night.passes(minutes=5)
        await night.wall_steps(3 * 3600)
        await night.passes(minutes=20)
        assert len(bulletins(night)) >= 1


async def test_a_machine_that_slept_watched_nothing(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-05 22:00", watched()) as night:
        await loaded(night, 40.0)
        await night.passes(minutes=30)
        await night.clock.advance(3600)
        await night.desk.clock_stepped(Step(0.0, 3600.0))
        await night.passes(minutes=61)
        assert "hệ thống không theo dõi được từ 22:30 đến 23:30" in bulletins(night)[0].text


async def test_the_line_of_another_unit_that_was_full_is_called_full(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-05 22:00", watched(unit="bd-song-mau")) as night:
        await loaded(night, 98.0, full=True)
        await night.passes(minutes=160)
        assert "nghẽn 1 hướng" in bulletins(night)[0].text


async def test_a_line_that_was_full_in_a_maintenance_is_called_full(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-05 22:00", watched()) as night:
        await night.window(WindowKind.MAINTENANCE, minutes=240, devices=("cr-1",))
        await loaded(night, 98.0, full=True)
        await night.passes(minutes=160)
        assert "nghẽn 1 hướng" in bulletins(night)[0].text


async def test_what_came_back_after_the_hour_was_over_at_the_hour(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-05 22:00", watched()) as night:
        await night.sees(silent("olt-go-may"), Health.DOWN)
        await night.passes(minutes=148)
        await night.sees(silent("olt-go-may"), Health.UP)  # 00:28
        await night.desk.alive()
        night.die()
        await night.passes_away(180)  # 00:31
        await night.sees(silent("olt-go-may"), Health.DOWN, first=True)
        await night.passes(minutes=1)
        assert "có 1 sự cố, đã khôi phục 1;" in bulletins(night)[0].text


async def test_where_nobody_leads_the_owner_of_the_roster_hears_and_whoever_comes_is_asked(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-05 22:00", watched()) as night:
        nobody_leads(night)
        await night.passes(minutes=151)
        owner = night.settings.units[UNIT].roster_owner
        (told,) = [got for got in night.got if got.channel == "telegram" and "LỊCH TRỰC" not in got.text]
        assert told.person == owner
        assert "TRỐNG CA – TRỰC LÃNH ĐẠO · Giao thừa Đinh Mùi" in told.text
        await night.desk.keep_house()  # the roster is written out anew
        await night.passes(minutes=11)
        assert [got.person for got in bulletins(night)] == [night.on("leader")]
        assert night.kinds().count("coverage.gap") == 1


async def test_what_was_approved_goes_when_somebody_can_be_found_to_read_it(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-05 22:00", watched()) as night:
        await night.passes(minutes=151)
        (asked,) = bulletins(night)
        contacts = night.settings.organisations[DEPARTMENT].contacts
        addresses = {name: night.settings.people[name].telegram for name in contacts}
        with night.engine.begin() as connection:
            connection.execute(t.person.update().where(t.person.c.id.in_(contacts)).values(telegram=None))
        await night.presses(asked.person, asked.buttons[0])
        assert "bulletin.sent" not in night.kinds()
        with night.engine.begin() as connection:
            for name, address in addresses.items():
                connection.execute(t.person.update().where(t.person.c.id == name).values(telegram=address))
        await night.passes(minutes=11)
        assert {got.person for got in bulletins(night)} >= set(contacts)
        assert night.kinds().count("bulletin.sent") == 1


@pytest.mark.slow
async def test_an_approved_bulletin_is_tried_as_long_as_it_is_wanted(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-05 22:00", watched()) as night:
        await night.passes(minutes=151)
        (asked,) = bulletins(night)
        # Longer, and oftener, than anything else is tried that is over.
        seldom = replace(NOT_SENT, retry_in=timedelta(minutes=4))
        answers, night.answer = night.answer, lambda claimed: seldom
        await night.presses(asked.person, asked.buttons[0])
        await night.passes(hours=8)
        assert night.count(t.outbox, event="bulletin", state="dead") == 0
        assert min(tries for (tries,) in night.query(t.outbox.c.attempts, event="bulletin")) > GIVE_UP_TRIES
        night.answer = answers
        await night.passes(minutes=5)
        assert {got.person for got in bulletins(night)} >= set(night.settings.organisations[DEPARTMENT].contacts)


async def test_a_press_that_comes_too_late_says_so_in_the_log(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-05 22:00", watched()) as night:
        await night.passes(minutes=151)
        (asked,) = bulletins(night)
        await night.desk.reload(night.context_of(replace(watched(), bulletins=())))
        assert not (await night.presses(asked.person, asked.buttons[0])).accepted
        assert night.rows("press.refused")[-1].refs["why"] == "gone"
        await night.passes(hours=25)
        assert not (await night.presses(asked.person, asked.buttons[0])).accepted
        assert night.rows("press.refused")[-1].refs["why"] == "lapsed"


async def test_the_press_that_approved_is_in_the_log(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-05 22:00", watched()) as night:
        await night.passes(minutes=151)
        (asked,) = bulletins(night)
        await night.presses(asked.person, asked.buttons[0], update_id=777)
        (row,) = night.rows("bulletin.approved")
        assert (row.actor, row.refs["update"]) == (asked.person, 777)


async def test_an_hour_that_is_moved_after_it_was_made_makes_no_second_one(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-05 22:00", by_order()) as night:
        await night.passes(minutes=151)
        many = len(bulletins(night))
        await night.desk.reload(
            night.context_of(replace(by_order(), bulletins=watched(due=local("2027-02-06 00:45")).bulletins))
        )
        await night.passes(minutes=30)
        assert len(bulletins(night)) == many
        with night.engine.connect() as connection:
            assert connection.execute(sa.select(sa.func.count()).select_from(t.bulletin)).scalar() == 1
