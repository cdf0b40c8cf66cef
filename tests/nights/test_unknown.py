"""Pages of a duty log: a target that nobody can look at for long is an incident of its own kind, and no outage."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from monitord.domain.edge import Firmness
from monitord.domain.health import Cause, Health
from monitord.domain.journal import FactKind
from monitord.domain.network import SIGHT
from monitord.domain.window import WindowKind
from monitord.store import tables as t
from tests.support.night import Night, example, silent

CORE = silent("cr-1")
PORT = "cr-1/interface_up/xe-1/0/0"


async def unseen(night: Night, target: str = PORT, cause: Cause = Cause.TABLE_INCOMPLETE) -> None:
    """Let the looks at a target come to nothing from now on."""
    await night.takes(replace(night.edge(target, Health.UNKNOWN, Firmness.HARD), cause=cause, first_bad=None))


async def test_a_target_nobody_can_look_at_for_half_an_hour_is_an_incident(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 08:00") as night:
        await unseen(night)
        await night.passes(minutes=29)
        assert night.count(t.incident) == 0
        await night.passes(minutes=2)
        (opened,) = night.rows(FactKind.INCIDENT_OPENED)
        assert (opened.refs["health"], opened.refs["severity"]) == ("unknown", 4)
        assert opened.refs["first_bad"].startswith("2026-12-01T01:00:00")
        assert night.told() == [("08:31:00", night.on("shift"))]
        assert "KHÔNG KIỂM TRA ĐƯỢC" in night.got[0].text


async def test_when_it_is_seen_again_the_message_speaks_of_no_outage(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 08:00") as night:
        await unseen(night)
        await night.passes(minutes=31)
        await night.sees(PORT, Health.UP)
        last = [g.text for g in night.got if g.edits is None][-1]
        assert last.startswith("🟢 ĐÃ KIỂM TRA LẠI ĐƯỢC")
        assert "Thời gian không kiểm tra được: khoảng 31 phút (08:00 – 08:31)" in last
        assert "gián đoạn" not in last


async def test_when_it_is_seen_down_the_outage_begins_there_by_its_own_severity(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 08:00") as night:
        await unseen(night)
        await night.passes(minutes=40)
        night._first_bad.pop(PORT, None)
        await night.sees(PORT, Health.DOWN)
        (row,) = night.query(t.incident.c.first_bad)
        assert row[0].strftime("%H:%M") == "01:40"
        assert night.count(t.incident, health="down") == 1
        assert night.query(t.incident.c.severity) != [(4,)]


async def test_behind_a_silent_agent_in_a_maintenance_or_while_we_are_blind_it_is_none(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 08:00") as night:
        await night.window(WindowKind.MAINTENANCE, minutes=120, devices=("cr-1",))
        await unseen(night)
        await unseen(night, silent("olt-go-may"), Cause.DEVICE_SILENT)
        await night.passes(minutes=119)
        assert night.count(t.incident) == 0
        await night.passes(minutes=2)
        assert [r.target for r in night.rows(FactKind.INCIDENT_OPENED)] == [PORT]
    blind = tmp_path / "blind"
    blind.mkdir()
    async with Night(blind, "2026-12-01 08:00") as night:
        await night.sees(SIGHT, Health.DOWN)
        await unseen(night)
        await night.passes(minutes=60)
        assert [r.target for r in night.rows(FactKind.INCIDENT_OPENED)] == [SIGHT]


async def test_what_was_down_and_is_not_seen_any_more_does_not_come_back_as_down(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 08:00", replace(example(), reopen_within=timedelta(hours=2))) as night:
        await night.sees(PORT, Health.DOWN)
        await night.sees(PORT, Health.UP)
        await unseen(night)
        await night.passes(minutes=31)
        assert night.rows(FactKind.INCIDENT_REOPENED) == []
        assert [r.refs["health"] for r in night.rows(FactKind.INCIDENT_OPENED)] == ["down", "unknown"]


async def test_zero_turns_it_off(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 08:00", replace(example(), unknown_after=timedelta(0))) as night:
        await unseen(night)
        await night.passes(hours=3)
        assert night.count(t.incident) == 0
