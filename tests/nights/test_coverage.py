"""Pages of a duty log: what the roster lacks in the days ahead is told to who keeps it, and to nobody else."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitord.desk.rostering import RosterRefused
from monitord.desk.windows import WindowRefused
from monitord.domain.campaign import Campaign
from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.domain.window import Scope, WindowKind
from monitord.settings.model import Settings
from monitord.store import tables as t
from monitord.store.counts import read_counts
from tests.support.night import ZONE, Got, Night, example, silent

UNIT = "vt-song-mau"
OWNER = "giang.vo"


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def told(night: Night) -> list[Got]:
    """Return the messages about what the roster lacks, each person's once."""
    return [got for got in night.got if got.channel == "telegram" and got.text.startswith("📅")]


async def emptied(night: Night, start: str, end: str, duty: str = "shift", by: str = OWNER) -> int:
    """Let the keeper of the roster take everybody off a duty, and return the number of the override."""
    spans = {"start": local(start).isoformat(), "end": local(end).isoformat()}
    given: dict[str, object] = {"unit": UNIT, "duty": duty, "outgoing": None, "incoming": [], "reason": ""}
    answer = await night.desk.roster("override", by, {**given, **spans})
    return int(answer["override"])


async def test_a_gap_is_told_to_the_owner_when_it_is_seen_and_again_as_it_comes_nearer(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 09:00") as night:
        await night.passes(minutes=1)
        assert told(night) == []
        await emptied(night, "2026-12-11 22:00", "2026-12-12 06:00")
        await night.passes(minutes=1)
        (got,) = told(night)
        assert got.person == OWNER
        assert got.text.splitlines() == [
            "📅 LỊCH TRỰC CÒN THIẾU NGƯỜI · Viễn thông Sông Mẫu",
            "Gửi đồng chí phụ trách lịch trực:",
            "• trực ca: trống ca từ 22:00 11/12 đến 06:00 12/12 (cần 1 người)",
            "Giờ đổi trực của đơn vị: 07:00",
            "Đề nghị bổ sung lịch trực trước các giờ trên.",
        ]
        days = []
        for _ in range(12):
            before = len(told(night))
            leader = night.on("leader")
            await night.passes(hours=24)
            days.append(
                sorted({"owner" if g.person == OWNER else g.person == leader for g in told(night)[before:]}, key=str)
            )
        # 7 and 3 days before it begins in the evening it is night: told in the morning. The day before it is urgent.
        assert [n for n, heard in enumerate(days) if heard] == [3, 7, 9]
        rows = night.rows(FactKind.COVERAGE_SEEN)
        assert [(r.refs["unit"], r.refs["duty"], r.refs["have"]) for r in rows] == [(UNIT, "shift", 0)]
        (closed,) = night.rows(FactKind.COVERAGE_CLOSED)
        assert closed.refs["reason"] == "gap past"


async def test_what_begins_within_a_day_the_leader_on_duty_hears_as_well(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 09:00") as night:
        leader = night.on("leader")
        await emptied(night, "2026-12-01 22:00", "2026-12-02 06:00")
        await emptied(night, "2026-12-20 22:00", "2026-12-21 06:00")
        await night.passes(minutes=1)
        texts = {got.person: got.text for got in told(night)}
        assert texts.keys() == {OWNER, leader}
        assert "21/12" in texts[OWNER]
        assert "21/12" not in texts[leader]
        assert "Gửi đồng chí trực lãnh đạo:" in texts[leader]


async def test_many_gaps_are_one_message_of_twelve_lines(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 09:00") as night:
        for day in range(5, 25):
            await emptied(night, f"2026-12-{day:02d} 22:00", f"2026-12-{day + 1:02d} 06:00")
        await night.passes(minutes=1)
        (got,) = told(night)
        assert len(got.text.splitlines()) == 12
        assert "• và 13 khoảng nữa: monitord roster gaps --unit vt-song-mau" in got.text


async def test_by_night_what_is_days_ahead_waits_for_the_morning_and_what_is_near_does_not(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 23:00") as night:
        await emptied(night, "2026-12-20 22:00", "2026-12-21 06:00")
        await night.passes(hours=7)
        assert told(night) == []
        await night.passes(hours=2)
        assert [got.person for got in told(night)] == [OWNER]
    folder = tmp_path / "near"
    folder.mkdir()
    async with Night(folder, "2026-12-01 23:00") as night:
        await emptied(night, "2026-12-02 02:00", "2026-12-02 04:00")
        await night.passes(minutes=1)
        assert OWNER in {got.person for got in told(night)}


async def test_a_gap_that_is_filled_is_closed_and_told_no_more(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 09:00") as night:
        override = await emptied(night, "2026-12-11 22:00", "2026-12-12 06:00")
        await night.passes(minutes=1)
        await night.desk.roster("withdraw", OWNER, {"override": override})
        await night.passes(minutes=1)
        (closed,) = night.rows(FactKind.COVERAGE_CLOSED)
        assert closed.refs["reason"] == "gap filled"
        await night.passes(hours=24 * 4)
        assert len(told(night)) == 1


async def test_what_was_filled_before_it_could_be_sent_is_not_sent(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 09:00") as night:
        night.lanes = ("log",)
        override = await emptied(night, "2026-12-11 22:00", "2026-12-12 06:00")
        await night.passes(minutes=1)
        await night.desk.roster("withdraw", OWNER, {"override": override})
        night.lanes = None
        await night.passes(minutes=1)
        assert told(night) == []


async def test_a_leader_hears_nothing_when_what_was_near_is_filled_and_only_what_is_far_is_left(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 09:00") as night:
        night.lanes = ("log",)
        override = await emptied(night, "2026-12-01 22:00", "2026-12-02 06:00")
        await emptied(night, "2026-12-20 22:00", "2026-12-21 06:00")
        await night.passes(minutes=1)
        await night.desk.roster("withdraw", OWNER, {"override": override})
        night.lanes = None
        await night.passes(minutes=1)
        assert [got.person for got in told(night)] == [OWNER]


async def test_it_is_told_once_also_after_a_restart(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 09:00") as night:
        await emptied(night, "2026-12-20 22:00", "2026-12-21 06:00")
        await night.passes(minutes=1)
        night.die()
        await night.passes_away(3600)
        await night.passes(hours=30)
        assert len(told(night)) == 1


async def test_a_roster_that_ends_is_told_as_such(tmp_path: Path) -> None:
    settings = example()
    kept = tuple(entry for entry in settings.roster if (entry.unit, entry.duty) != (UNIT, "operations"))
    async with Night(tmp_path, "2026-12-01 09:00", replace(settings, roster=kept)) as night:
        await night.passes(minutes=1)
        (text,) = {got.text for got in told(night) if got.person == OWNER}
        assert "• trực điều hành: hết lịch trực từ 09:00 01/12" in text


async def test_leave_makes_a_gap_and_the_department_hears_of_none(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 09:00") as night:
        who = night.on("leader")
        spans = {"start": local("2026-12-03 12:00").isoformat(), "end": local("2026-12-03 14:00").isoformat()}
        await night.desk.roster("away", OWNER, {"whom": who, "reason": "", **spans})
        await night.passes(minutes=1)
        heard = {got.person for got in told(night)}
        assert heard == {OWNER}
        assert "từ 12:00 03/12 đến 14:00" in told(night)[0].text
        assert night.settings.people[who].name not in told(night)[0].text


async def test_the_numbers_say_who_is_missing_now_and_how_far_the_nearest_gap_is(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 09:00") as night:
        await emptied(night, "2026-12-01 11:00", "2026-12-01 12:00")
        await night.passes(minutes=1)

        def counted() -> tuple[int, float] | None:
            with night.engine.connect() as connection:
                return read_counts(connection, night.clock.now()).gaps.get((UNIT, "shift"))

        assert counted() == (0, 7140.0)
        await night.passes(hours=2)
        assert counted() == (1, 0.0)
        await night.passes(hours=1)
        assert counted() is None


async def test_where_every_step_finds_nobody_and_the_owner_cannot_be_told_an_administrator_is(tmp_path: Path) -> None:
    settings = example()
    other = "binh.tran"
    owner = replace(settings.people[OWNER], telegram=None, stand_ins=())
    settings = replace(settings, people={**settings.people, OWNER: owner}, administrators=(other,), roster=())
    async with Night(tmp_path, "2026-12-01 09:00", settings) as night:
        await night.sees(silent("olt-go-may"), Health.DOWN)
        gaps = [got for got in night.got if got.channel == "telegram" and "TRỐNG CA" in got.text]
        assert {got.person for got in gaps} == {other}


# --- campaigns ----------------------------------------------------------------------------------------------------


def heightened(**given: object) -> Settings:
    """Return the province in which a campaign holds from 20:00 to midnight of the first of December."""
    campaign = Campaign("bao-so-3", "Bão số 3", local("2026-12-01 20:00"), local("2026-12-02 00:00"), level="bao")
    settings = example()
    raised = tuple(replace(d, levels={"bao": 2}) if d.duty == "leader" else d for d in settings.demands)
    return replace(settings, campaigns=(replace(campaign, **given),), demands=raised)  # type: ignore[arg-type]


async def test_a_campaign_needs_more_people_while_it_lasts(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 09:00", heightened(units=frozenset({UNIT}))) as night:
        await night.passes(minutes=1)
        text = next(got.text for got in told(night) if got.person == OWNER)
        assert "• trực lãnh đạo: từ 20:00 01/12 đến 00:00 02/12 thiếu 1 người (có 1, cần 2)" in text


async def clocks(night: Night) -> list[str]:
    """Let a device fall silent, and return when people heard of it in the twenty minutes after."""
    await night.sees(silent("olt-go-may"), Health.DOWN)
    await night.passes(minutes=20)
    return sorted({got.at for got in night.got if not got.text.startswith("📅") and got.edits is None})


async def test_the_ladder_of_what_opens_in_a_campaign_goes_faster_and_after_it_as_ever(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 21:00", heightened(faster=0.5)) as night:
        assert (await clocks(night))[:3] == ["21:00:00", "21:02:30", "21:07:30"]
    folder = tmp_path / "after"
    folder.mkdir()
    async with Night(folder, "2026-12-02 00:00", heightened(faster=0.5)) as night:
        assert (await clocks(night))[:3] == ["00:00:00", "00:05:00", "00:15:00"]


async def test_the_freeze_of_a_campaign_holds_like_one_that_was_written(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 19:00", heightened(freeze=True)) as night:
        shift, leader = night.on("shift"), night.on("leader")

        async def refused(start: str, end: str, by: str | None = None, devices: Iterable[str] = ("olt-go-may",)) -> str:
            try:
                spans = [(local(start), local(end))]
                await night.desk.set_windows(
                    WindowKind.MAINTENANCE, Scope(devices=tuple(devices)), spans, shift, "", by
                )
            except WindowRefused as why:
                return str(why)
            return ""

        assert "bao-so-3" in await refused("2026-12-01 23:00", "2026-12-02 01:00")
        assert await refused("2026-12-02 00:00", "2026-12-02 01:00") == ""
        assert await refused("2026-12-01 23:00", "2026-12-02 01:00", by=leader) == ""
        assert night.count(t.window, kind="freeze") == 0


# --- how duty is shared out -----------------------------------------------------------------------------------------


async def test_hours_are_shown_to_oneself_and_to_a_leader_and_it_is_written_down_who_looked(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-01-10 09:00") as night:
        whom, leader = "an.nguyen", night.on("leader")
        spans = {"start": local("2027-02-05 00:00").isoformat(), "end": local("2027-02-08 00:00").isoformat()}
        for by in (whom, leader):
            answer = await night.desk.roster("hours", by, {"whom": whom, **spans})
            assert answer["text"].startswith("Nguyễn Văn An, từ 00:00 05/02/2027 đến 00:00 08/02/2027: ")
            share = answer["share"]
            assert 0 < share["nights"] <= share["hours"] == share["holidays"] == share["tet"]
        seen = [(r.actor, r.refs["whom"]) for r in night.rows(FactKind.HOURS_VIEWED)]
        assert seen == [(whom, whom), (leader, whom)]
        for other in (OWNER, "binh.tran", "vinh.chu"):
            with pytest.raises(RosterRefused, match="leaders of the own unit alone"):
                await night.desk.roster("hours", other, {"whom": whom, **spans})
        assert len(night.rows(FactKind.HOURS_VIEWED)) == 2
