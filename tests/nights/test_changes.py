"""Pages of a duty log: a fault that changes while it lasts, and who hears of it when."""

from dataclasses import replace
from pathlib import Path

import pytest

from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.domain.window import WindowKind
from monitord.store import tables as t
from tests.support.night import Night, silent

CORE = silent("cr-1")


def changes(night: Night) -> list[tuple[str, str]]:
    """Return (clock, person) of every message that a fault has changed."""
    return [(g.at, g.person) for g in night.got if "DIỄN BIẾN MỚI" in g.text]


@pytest.mark.case("state", "level-changes-while-hard")
async def test_every_change_of_level_is_told_once_to_everyone_who_was_told(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(CORE, Health.DOWN)
        await night.passes(minutes=6)
        both = [night.on("shift"), night.on("operations")]
        assert [person for _, person in night.told()] == both
        await night.sees(CORE, Health.AUTH)
        await night.passes(minutes=1)
        await night.sees(CORE, Health.DOWN)
        await night.passes(minutes=1)
        assert changes(night) == [(at, person) for at in ("03:06:00", "03:07:00") for person in both]
        assert "Diễn biến: trước báo mất liên lạc, nay sai xác thực" in night.got[2].text
        assert [(r.refs["was"], r.refs["health"]) for r in night.rows(FactKind.INCIDENT_CHANGE_TOLD)] == [
            ("down", "auth"),
            ("auth", "down"),
        ]


async def test_who_hears_it_as_a_new_step_does_not_hear_it_twice(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(CORE, Health.GARBLED)
        await night.passes(minutes=2)
        await night.sees(CORE, Health.DOWN)
        assert changes(night) == []
        assert night.told() == [("03:00:00", night.on("shift")), ("03:02:00", night.on("shift"))]
        assert night.count(t.incident, severity=1, told_health="down") == 1


async def test_who_has_taken_it_hears_that_it_has_grown_worse(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 08:00") as night:
        await night.sees(CORE, Health.GARBLED)
        await night.presses(night.on("shift"), night.got[0].buttons[0])
        await night.sees(CORE, Health.DOWN)
        assert changes(night) == [("08:00:00", night.on("shift"))]
        assert night.count(t.timer, state="armed", kind="ack_expiry") == 1


async def test_what_changes_in_a_mute_is_told_at_its_end_if_it_is_still_so(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 08:00") as night:
        await night.sees(CORE, Health.DOWN)
        await night.window(WindowKind.MUTE, minutes=30, devices=("cr-1",))
        await night.sees(CORE, Health.AUTH)
        await night.passes(minutes=29)
        assert changes(night) == []
        await night.passes(minutes=2)
        assert changes(night) == [("08:30:00", night.on("shift"))]


async def test_what_changes_in_a_mute_and_back_is_not_told(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 08:00") as night:
        await night.sees(CORE, Health.DOWN)
        await night.window(WindowKind.MUTE, minutes=30, devices=("cr-1",))
        await night.sees(CORE, Health.AUTH)
        await night.passes(minutes=10)
        await night.sees(CORE, Health.DOWN)
        await night.passes(minutes=30)
        assert changes(night) == []
        assert night.rows(FactKind.INCIDENT_CHANGE_TOLD) == []


async def test_what_grows_worse_in_a_mute_begins_its_ladder_at_the_end_of_the_mute(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 08:00") as night:
        await night.sees(CORE, Health.GARBLED)
        await night.window(WindowKind.MUTE, minutes=30, devices=("cr-1",))
        await night.sees(CORE, Health.DOWN)
        await night.passes(minutes=29)
        assert len(night.told()) == 1
        await night.passes(minutes=2)
        # By then the whole ladder is due: its highest step tells, as after a downtime, and the shift hears the change.
        heard = {person for at, person in night.told() if at == "08:30:00"}
        assert heard == {"yen.phan", "tuan.cao", night.on("shift")}
        assert night.count(t.timer, state="armed") == 1


async def test_a_fault_that_flaps_between_levels_is_told_when_it_rests(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 08:00") as night:
        await night.sees(CORE, Health.DOWN)
        await night.takes(replace(night.edge(CORE, Health.AUTH), flapping=True, history="01010101"))
        await night.passes(minutes=1)
        assert changes(night) == []
        await night.takes(replace(night.edge(CORE, Health.AUTH), flapping=False, history=""))
        await night.passes(seconds=5)
        assert changes(night) == [("08:01:00", night.on("shift"))]


async def test_a_change_that_could_not_be_sent_before_the_next_one_is_let_go(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 08:00") as night:
        await night.sees(CORE, Health.DOWN)
        await night.desk.take_edges([night.edge(CORE, Health.AUTH)])
        await night.desk.take_edges([night.edge(CORE, Health.DEGRADED)])
        await night.passes(seconds=5)
        assert len(changes(night)) == 1
        assert [r.refs["reason"] for r in night.rows(FactKind.NOTICE_SUPERSEDED)] == ["changed again"]
