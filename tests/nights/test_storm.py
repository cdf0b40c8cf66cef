"""Pages of a duty log: so much fails at once that it is told as one, and nothing of it is lost."""

from collections.abc import Iterable
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest

from monitord.account.storm_list import in_words, outages_of, storms, write_csv
from monitord.domain.health import FAULTS, Health
from monitord.domain.incident import Incident, Phase
from monitord.domain.journal import FactKind
from monitord.domain.loss import LossRule
from monitord.domain.notice import Event
from monitord.domain.storm import StormRules, target_of
from monitord.store import tables as t
from monitord.texts import pick
from tests.support import typhoon
from tests.support.night import Got, Night
from tests.support.typhoon import UNIT, agent, ends, in_area, links_of, members, province, stations_behind

STORM = target_of(UNIT)
POWER = [agent(name) for name in in_area()]
LONE = [agent(name) for name in typhoon.alone()]


async def fall(night: Night, targets: Iterable[str], health: Health = Health.DOWN, apart: float = 4.5) -> None:
    """See targets otherwise, one after the other; time goes by as it does, and messages leave."""
    for target in targets:
        await night.sees(target, health)
        await night.passes(seconds=apart)


async def come_back(night: Night, targets: Iterable[str]) -> None:
    """See targets well again, a second apart."""
    await fall(night, targets, Health.UP, apart=1)


def messages(night: Night, person: str) -> list[Got]:
    """Return the new messages that one person got by Telegram."""
    return [g for g in night.got if (g.person, g.channel, g.edits) == (person, "telegram", None)]


def heads(night: Night, person: str) -> list[str]:
    """Return the clock and the first words of everything one person got by Telegram."""
    return [f"{g.at[:5]} {g.text.splitlines()[0].split(' · ')[0]}" for g in messages(night, person)]


def storm_of(night: Night) -> Incident:
    """Return the newest storm."""
    return [i for i in night.incidents() if i.target == STORM][-1]


def members_of(night: Night) -> list[Incident]:
    """Return the incidents that are no storm."""
    return [i for i in night.incidents() if i.target != STORM]


def alarms() -> list[str]:
    """Return faults in the order they come: the mains, one ring cut twice, another once, stations by themselves."""
    first, last = ends(links_of("ring-3")[0], "ring-3"), ends(links_of("ring-3")[4], "ring-3")
    lost = [agent(name) for name in members("ring-3")]
    behind = [agent(station) for name in members("ring-3") for station in stations_behind(name)]
    other = ends(links_of("ring-5")[2], "ring-5")
    return [*POWER[:20], *first, *other, *last, *lost, *behind, *POWER[20:], *LONE]


@pytest.mark.slow
async def test_a_typhoon_is_told_as_one_and_every_outage_is_in_the_log(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-09-11 02:30", province()) as night:
        began = night.clock.now()
        await fall(night, alarms(), apart=8)
        await night.passes(minutes=40)
        people = {got.person for got in night.got}
        for person in people:
            for channel in ("telegram", "log"):
                early = [g for g in night.got if (g.person, g.channel, g.edits) == (person, channel, None)]
                assert len([g for g in early if g.at < "02:35:00"]) <= 3, [g.text for g in early]
        shift = night.on("shift")
        assert heads(night, shift)[:3] == ["02:30 🟠 SỰ CỐ MỚI", "02:30 🟠 SỰ CỐ MỚI", "02:30 ⛈️ SỰ CỐ DIỆN RỘNG"]
        summaries = [g for g in messages(night, shift) if "bản cập nhật" in g.text]
        assert [g.at[:5] for g in summaries] == ["02:45"]  # nothing changed after that
        text = summaries[0].text
        for line in (
            ": 60/88 trạm mất liên lạc (68,2%), tăng 54 so với 02:30; 7 sự cố, gộp từ 70 cảnh báo",
            "Đường truyền đứt: 3",
            "1️⃣ Khu vực điện Cầu Ngang: 40 trạm mất liên lạc",
            "2️⃣ Ring 3 Càng Long – Tiểu Cần: ĐỨT 2 HƯỚNG",
            "→ cô lập 4 thiết bị, 16 trạm",
            "3️⃣ Ring 5 Trà Cú – Duyên Hải: HỞ RING",
            "➕ Trạm lẻ: 4",
            "Ưu tiên: mất 01 (Đường truyền Ban Chỉ huy Phòng thủ dân sự)",
            "Từ bản trước: mới 7.",
        ):
            assert line in text
        assert len(text.splitlines()) <= 12
        hard = [row for row in night.rows(FactKind.TARGET_HARD) if row.refs["now"] in FAULTS]
        assert {row.target for row in hard} >= set(alarms())
        assert all(row.refs["first_bad"] and row.ts >= began for row in hard)
        # Each cause has an incident of its own, the area one as well once it is known for one, and none has a ladder.
        assert len([i for i in members_of(night) if i.running]) == 1 + 4 + 2
        assert [i.target for i in members_of(night) if i.running and i.target.startswith("area:")] != []
        armed = {ident for (ident,) in night.query(t.timer.c.incident, state="armed")}
        assert armed == {storm_of(night).id}


@pytest.mark.slow
async def test_escalation_goes_by_the_storm_and_its_end_lists_what_is_left(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-09-11 02:30", province()) as night:
        await fall(night, [*POWER[:8], *LONE[:2]])
        await night.passes(minutes=16)
        assert heads(night, night.on("operations"))[0] == "02:35 ⬆️ CHUYỂN CẤP – TRỰC ĐIỀU HÀNH"
        assert heads(night, night.on("leader"))[0] == "02:45 ⬆️ CHUYỂN CẤP – TRỰC LÃNH ĐẠO"
        storm = storm_of(night)
        await night.desk.acknowledge(storm.code, night.on("shift"))
        await come_back(night, [*POWER[:8]])
        await night.passes(minutes=12)
        assert storm_of(night).phase is Phase.ACKNOWLEDGED, "half an hour without anything new has not gone by"
        before = len(messages(night, night.on("shift")))
        await night.passes(minutes=3)
        assert storm_of(night).phase is Phase.RESTORED
        summary, ended, *rest = messages(night, night.on("shift"))[before:]
        assert "bản cập nhật số 3" in summary.text
        assert "khôi phục 8" in summary.text
        assert "HẾT SỰ CỐ DIỆN RỘNG" in ended.text
        left = [i for i in members_of(night) if i.running]
        assert [i.target for i in left] == LONE[:2]
        assert all(f"{i.code} {typhoon.shown(i.target)}" in ended.text for i in left)
        # They are told by themselves now, and their ladders begin.
        assert [got.text.splitlines()[0].split(" · ")[-1] for got in rest] == [i.code for i in left]
        await night.passes(minutes=6)
        assert {i.step for i in members_of(night) if i.running} == {1}
        # Who was told of them before the storm heard of their ends by its summaries, and by no message of their own.
        assert not [g for g in night.got if g.edits is None and "ĐÃ KHÔI PHỤC" in g.text]
        assert night.count(t.outbox, event=Event.RESTORED_EDIT, state="sent") >= 2


@pytest.mark.slow
async def test_a_second_storm_inside_is_told_whoever_has_the_first(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-09-11 02:30", province()) as night:
        await fall(night, POWER[:10])
        await night.desk.acknowledge(storm_of(night).code, night.on("shift"))
        await night.passes(minutes=20)
        told = len(messages(night, night.on("shift")))
        await fall(night, POWER[10:20])
        storm = storm_of(night)
        assert (storm.phase, storm.round) == (Phase.OPEN, 1)
        [wave] = night.rows(FactKind.STORM_WAVE)
        assert (wave.refs["wave"], wave.refs["count"]) == (2, 6)
        assert "ĐỢT THỨ 2" in messages(night, night.on("shift"))[told].text
        await night.passes(minutes=16)
        assert heads(night, night.on("leader"))[-1].endswith("CHUYỂN CẤP – TRỰC LÃNH ĐẠO")


@pytest.mark.slow
async def test_a_storm_rises_with_what_is_lost_and_tells_nobody_twice_in_five_minutes(tmp_path: Path) -> None:
    settings = replace(province(), loss_rules=(LossRule("muoi-tram", 1, stations=10),))
    async with Night(tmp_path, "2027-09-11 02:30", settings) as night:
        await fall(night, POWER[:14], apart=3)
        await night.passes(minutes=2)
        assert storm_of(night).severity == 1
        assert len(messages(night, night.on("shift"))) == 3
        [begun, *_] = [g.at for g in messages(night, night.on("shift")) if "DIỆN RỘNG" in g.text]
        await night.passes(minutes=4)
        [risen] = [g for g in messages(night, night.on("shift")) if "NÂNG MỨC (trước: mức 2)" in g.text]
        assert risen.at == f"02:35:{begun[-2:]}"


async def test_few_outages_are_told_one_by_one_the_third_a_minute_later(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-09-11 02:30", province()) as night:
        await fall(night, POWER[:5], apart=1)
        await night.passes(minutes=3)
        assert [g.at for g in messages(night, night.on("shift"))] == [
            "02:30:00",
            "02:30:01",
            "02:31:02",
            "02:31:03",
            "02:31:04",
        ]
        assert night.count(t.storm) == 0


@pytest.mark.slow
async def test_what_people_hold_stays_theirs_until_their_time_is_over(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-09-11 02:30", province()) as night:
        await fall(night, POWER[:2])
        own = night.incidents()[0]
        await night.desk.acknowledge(own.code, night.on("shift"))
        await fall(night, POWER[2:10])
        [kept] = [i for i in members_of(night) if i.storm is None]
        assert kept.code == own.code
        await night.passes(hours=2, minutes=1)
        back = next(i for i in night.incidents() if i.code == own.code)
        assert (back.phase, back.storm) == (Phase.OPEN, storm_of(night).id)
        told = [g for g in night.got if own.code in g.text.splitlines()[0] and g.at > "04:00"]
        assert told == []


async def test_one_of_a_storm_can_be_taken_and_escalated_by_itself(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-09-11 02:30", province()) as night:
        await fall(night, POWER[:10])
        one, other = (i.code for i in members_of(night)[6:8])
        await night.desk.acknowledge(one, night.on("shift"))
        await night.does("escalate", other)
        await night.passes(minutes=1)
        assert [i.code for i in members_of(night) if i.storm is None] == [one, other]
        assert [g.person for g in night.got if other in g.text.splitlines()[0]] != []
        armed = {ident for (ident,) in night.query(t.timer.c.incident, state="armed")}
        assert {i.id for i in night.incidents() if i.code in (one, other)} < armed


async def test_what_comes_back_and_fails_again_in_a_storm_is_told_by_nobody(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-09-11 02:30", province()) as night:
        await fall(night, POWER[:10])
        before = len(night.told())
        await come_back(night, POWER[:3])
        await fall(night, POWER[:3], apart=1)
        assert len(night.told()) == before
        assert all(i.storm == storm_of(night).id and i.phase is Phase.OPEN for i in members_of(night))
        await come_back(night, POWER[:10])
        assert len(night.told()) == before


async def test_a_storm_does_not_hide_what_people_report_nor_a_security_incident(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-09-11 02:30", province()) as night:
        await fall(night, POWER[:10])
        before = len(night.told())
        reported = await night.reports("Cháy nhà trạm Gò Mây", severity=1)
        assert reported.storm is None
        assert len(night.told()) > before


@pytest.mark.slow
async def test_a_kill_in_a_storm_changes_nothing(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-09-11 02:30", province()) as night:
        await fall(night, POWER[:10])
        before, was = len(night.told()), night.incidents()
        night.die()
        await night.passes_away(20)
        await night.desk.keep_house()
        await night.passes(minutes=1)
        assert (len(night.told()), night.incidents()) == (before, was)
        await night.passes(minutes=16)
        assert heads(night, night.on("leader"))[-1] == "02:45 ⬆️ CHUYỂN CẤP – TRỰC LÃNH ĐẠO"


@pytest.mark.slow
async def test_a_slow_storm_begins_by_its_number(tmp_path: Path) -> None:
    rules = StormRules(running=12)
    async with Night(tmp_path, "2027-09-11 02:30", province(rules)) as night:
        await fall(night, POWER[:12], apart=120)
        await night.passes(minutes=1)
        assert night.count(t.storm) == 1
        assert sum(i.storm is not None for i in members_of(night)) == 12


async def test_settings_without_storms_end_one_and_nothing_stays_silent(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-09-11 02:30", province()) as night:
        await fall(night, POWER[:8])
        await night.desk.reload(night.context_of(province(StormRules(opened=0))))
        await night.passes(minutes=2)
        assert storm_of(night).phase is Phase.RESTORED
        assert all(i.storm is None and i.step >= 0 for i in members_of(night))


@pytest.mark.slow
async def test_nothing_new_is_said_once_an_hour_and_a_leader_hears_as_seldom(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-09-11 02:30", province()) as night:
        await fall(night, POWER[:10])
        await night.passes(minutes=17)  # the leader is on the ladder now
        for n in range(8):
            await fall(night, [POWER[10 + n]], apart=60 * 15)
        told = [g for g in messages(night, night.on("leader")) if g.text.startswith("⛈️ SỰ CỐ DIỆN RỘNG")]
        assert 1 <= len(told) <= 3
        before = len(messages(night, night.on("shift")))
        await night.passes(minutes=61)
        summaries = [g for g in messages(night, night.on("shift"))[before:] if "bản cập nhật" in g.text]
        assert [("không thay đổi" in g.text) for g in summaries[-1:]] == [True]
        assert len(summaries) <= 2


@pytest.mark.slow
async def test_the_list_of_a_storm_has_every_fault_with_its_own_instants(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-09-11 02:30", province()) as night:
        await fall(night, alarms(), apart=2)
        await come_back(night, LONE[:1])
        with night.engine.connect() as connection:
            [storm] = storms(connection)
            outages = outages_of(connection, storm, night.settings)
            rows = list(in_words(outages, night.settings, pick("vi"), night.clock.now()))
            written = StringIO()
            assert write_csv(written, iter(rows), pick("vi")) == len(rows)
        assert {one.target for one in outages} == set(alarms())
        by_target = {one.target: row for one, row in zip(outages, rows, strict=True)}
        back = by_target[LONE[0]]
        assert (back["restored"], back["duration"]) != ("", "")
        assert (back["code"], back["commune"]) == (members_of_target(night, LONE[0]).code, "xã số 1")
        inside = by_target[agent(stations_behind(members("ring-3")[0])[0])]
        assert (inside["with"], inside["code"], inside["restored"]) == ("Ring-3 Agg-1".replace("-", " "), "", "")
        assert by_target[POWER[25]]["with"] == "Cầu Ngang"
        assert written.getvalue().splitlines()[0] == (
            'Đối tượng,Điểm,"Xã, phường",Trạng thái,Từ lúc,Khôi phục,Gián đoạn,Mã,Báo chung với'
        )


def members_of_target(night: Night, target: str) -> Incident:
    """Return the newest incident of a target."""
    return [i for i in night.incidents() if i.target == target][-1]
