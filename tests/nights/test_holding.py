"""Pages of a duty log: what is held, by what, and what is told when the hold ends."""

from pathlib import Path

import pytest

from monitord.domain.edge import Firmness
from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.domain.network import SIGHT
from monitord.domain.window import Scope, WindowKind
from monitord.store import tables as t
from tests.support.night import Night, silent

CORE = silent("cr-1")
OLT = silent("olt-go-may")
PARENT = silent("agg-go-may")
LONE = silent("cr-2")


def messages(night: Night) -> list[str]:
    """Return the first lines of all new messages, in order."""
    return [g.text.splitlines()[0].split(" · ")[0] for g in night.got if g.edits is None]


@pytest.mark.case("state", "parent-down")
@pytest.mark.case("escalation", "inhibit")
async def test_behind_a_parent_that_failed_nobody_is_told_of_the_child(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(PARENT, Health.DOWN)
        await night.passes(seconds=5)
        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=4)
        assert [row.target for row in night.rows(FactKind.INCIDENT_OPENED)] == [PARENT]
        (held,) = night.rows(FactKind.TARGET_HELD)
        assert (held.target, held.refs["holds"], held.refs["by"]) == (OLT, ["parent"], [PARENT])
        assert night.count(t.target, id=OLT, settled="down", held=["parent"]) == 1


async def test_a_look_at_the_parent_that_saw_nothing_lets_no_child_out(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(PARENT, Health.DOWN)
        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=2)
        await night.sees(PARENT, Health.UNKNOWN, Firmness.SOFT)
        await night.passes(minutes=2)
        assert [row.target for row in night.rows(FactKind.INCIDENT_OPENED)] == [PARENT]
        await night.sees(PARENT, Health.UNKNOWN)
        await night.passes(minutes=2)
        # Confirmed: nobody can see the parent any more, and it explains nothing.
        assert [row.target for row in night.rows(FactKind.INCIDENT_OPENED)] == [PARENT, OLT]


async def test_a_child_that_failed_first_waits_for_a_newer_look_at_its_parent(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        night.answers_asks = False
        await night.sees(PARENT, Health.UP)
        await night.passes(seconds=10)
        await night.sees(OLT, Health.DOWN)
        assert night.told() == []
        assert night._asked == [PARENT, CORE] or PARENT in night._asked
        await night.passes(seconds=2)
        await night.sees(PARENT, Health.DOWN, Firmness.SOFT)
        await night.passes(seconds=10)
        await night.sees(PARENT, Health.DOWN)
        await night.passes(minutes=3)
        assert [row.target for row in night.rows(FactKind.INCIDENT_OPENED)] == [PARENT]


@pytest.mark.case("state", "parent-back-child-still-down")
async def test_the_child_is_looked_at_before_it_is_told_and_has_its_own_beginning(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(PARENT, Health.DOWN)
        await night.passes(minutes=1)
        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=9)
        night.answers_asks = False
        await night.sees(PARENT, Health.UP)
        await night.passes(seconds=4)
        assert [row.target for row in night.rows(FactKind.INCIDENT_OPENED)] == [PARENT]
        night.answers_asks = True
        await night.passes(seconds=1)
        (_, child) = night.rows(FactKind.INCIDENT_OPENED)
        assert child.target == OLT
        assert child.refs["first_bad"].startswith("2026-11-30T20:01:00")
        assert child.refs["detected"].startswith("2026-11-30T20:10:0")


async def test_the_child_that_came_back_with_its_parent_is_never_told(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(PARENT, Health.DOWN)
        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=2)
        night.answers_asks = False
        await night.sees(PARENT, Health.UP)
        await night.sees(OLT, Health.UP)
        await night.passes(minutes=5)
        assert {row.target for row in night.rows(FactKind.INCIDENT_OPENED)} == {PARENT}
        assert night.count(t.target, withheld_at=None) == night.count(t.target)
        (released,) = night.rows(FactKind.TARGET_RELEASED)
        assert released.refs["reason"] == "up_again"


async def test_a_look_that_never_comes_holds_nothing_for_longer_than_ninety_seconds(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        night.answers_asks = False
        await night.sees(OLT, Health.DOWN)
        await night.passes(seconds=89)
        assert night.told() == []
        await night.passes(seconds=2)
        assert night.told() == [("03:01:30", night.on("shift"))]


async def test_a_clock_set_back_does_not_hold_a_fault_for_an_hour(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        night.answers_asks = False
        await night.sees(OLT, Health.DOWN)
        await night.wall_steps(-3600)
        await night.passes(seconds=120)
        assert [person for _, person in night.told()] == [night.on("shift")]


async def test_a_restart_in_the_middle_of_a_hold_forgets_nothing(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(PARENT, Health.DOWN)
        await night.sees(OLT, Health.DOWN)
        night.die()
        await night.passes_away(60)
        await night.sees(PARENT, Health.UP, first=True)
        await night.sees(OLT, Health.DOWN, first=True)
        await night.passes(minutes=1)
        assert [row.target for row in night.rows(FactKind.INCIDENT_OPENED)] == [PARENT, OLT]


async def test_when_we_are_blind_one_incident_says_so_and_no_device_is_told(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(SIGHT, Health.DOWN)
        for device in ("cr-1", "cr-2", "agg-go-may", "olt-go-may", "bc-go-may"):
            await night.sees(silent(device), Health.DOWN)
        await night.passes(minutes=4)
        assert [row.target for row in night.rows(FactKind.INCIDENT_OPENED)] == [SIGHT]
        assert night.told() == [("03:00:00", night.on("shift"))]
        assert "monitord" in night.got[0].text
        for device in ("cr-1", "agg-go-may", "olt-go-may", "bc-go-may"):
            night._health[silent(device)] = Health.UP
            night._first_bad.pop(silent(device), None)
        await night.sees(SIGHT, Health.UP)
        await night.passes(seconds=3)
        assert [row.target for row in night.rows(FactKind.INCIDENT_OPENED)] == [SIGHT, LONE]


@pytest.mark.case("state", "downtime-ok-critical-critical-ok")
async def test_a_fault_that_begins_and_ends_inside_a_maintenance_is_never_told(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.window(WindowKind.MAINTENANCE, minutes=60, devices=("cr-1",))
        await night.sees(CORE, Health.DOWN)
        await night.passes(minutes=20)
        await night.sees(CORE, Health.UP)
        await night.passes(hours=2)
        assert night.got == []
        assert night.rows(FactKind.TARGET_HELD)[0].refs["holds"] == ["maintenance"]


@pytest.mark.case("state", "downtime-critical-ok-ok-ok")
async def test_what_came_back_inside_a_maintenance_is_told_once_at_its_end(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(CORE, Health.DOWN)
        await night.passes(minutes=1)
        await night.window(WindowKind.MAINTENANCE, minutes=60, devices=("cr-1",))
        await night.sees(CORE, Health.UP)
        await night.passes(minutes=58)
        assert len(night.told()) == 1
        await night.passes(minutes=3)
        assert [at for at, _ in night.told()] == ["03:00:00", "04:01:00"]
        assert "KHÔI PHỤC" in night.got[-1].text
        assert "03:01" in night.got[-1].text


@pytest.mark.case("state", "downtime-warning-ok-critical-warning")
async def test_what_is_as_it_was_told_is_not_told_again_at_the_end(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(CORE, Health.DOWN)
        await night.window(WindowKind.MAINTENANCE, minutes=30, devices=("cr-1",))
        await night.passes(minutes=1)
        await night.sees(CORE, Health.UP)
        await night.passes(minutes=1)
        await night.sees(CORE, Health.DOWN)
        await night.passes(minutes=1)
        assert len(night.told()) == 1
        assert night.count(t.incident) == 1
        await night.passes(minutes=2.5)
        assert [at for at, _ in night.told()] == ["03:00:00", "03:05:00"] or len(night.told()) == 1


@pytest.mark.case("state", "downtime-ends-in-soft")
async def test_a_maintenance_that_ends_in_a_soft_state_is_followed_by_the_problem(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.window(WindowKind.MAINTENANCE, minutes=10, devices=("cr-1",))
        await night.sees(CORE, Health.UP)
        await night.passes(minutes=9.9)
        await night.sees(CORE, Health.DOWN, Firmness.SOFT)
        await night.passes(minutes=0.2)
        assert night.told() == []
        await night.sees(CORE, Health.DOWN)
        assert [person for _, person in night.told()] == [night.on("shift")]


@pytest.mark.case("escalation", "maintenance-before")
@pytest.mark.case("escalation", "maintenance-ends-by-itself")
async def test_what_is_still_down_at_the_end_of_a_maintenance_is_told_then(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.window(WindowKind.MAINTENANCE, minutes=60, devices=("cr-1",))
        await night.passes(minutes=30)
        await night.sees(CORE, Health.DOWN)
        await night.passes(minutes=29)
        assert night.told() == []
        await night.passes(minutes=2)
        assert night.told() == [("04:00:00", night.on("shift"))]
        (opened,) = night.rows(FactKind.INCIDENT_OPENED)
        assert opened.refs["first_bad"].startswith("2026-11-30T20:30:00")


@pytest.mark.case("escalation", "maintenance-after")
async def test_an_incident_that_runs_when_a_maintenance_begins_goes_on(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(CORE, Health.DOWN)
        await night.window(WindowKind.MAINTENANCE, minutes=60, devices=("cr-1",))
        await night.passes(minutes=6)
        assert [at for at, _ in night.told()] == ["03:00:00", "03:05:00"]


@pytest.mark.case("escalation", "silence")
async def test_a_mute_holds_the_steps_of_one_and_not_of_the_other_and_ends_by_itself(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(CORE, Health.DOWN)
        await night.sees(LONE, Health.DOWN)
        await night.window(WindowKind.MUTE, minutes=20, devices=("cr-1",))
        await night.passes(minutes=19)
        muted = {i for (i,) in night.query(t.incident.c.id, target=CORE)}
        steps = [(row.incident in muted, row.refs["step"]) for row in night.rows(FactKind.STEP_FIRED)]
        assert steps == [(True, 0), (False, 0), (False, 1), (False, 2)]
        assert [row.refs["step"] for row in night.rows(FactKind.STEP_MUTED)] == [1]
        await night.passes(minutes=2)
        after = [row.refs["step"] for row in night.rows(FactKind.STEP_FIRED) if row.incident in muted]
        assert after == [0, 2]
        assert night.count(t.timer, state="armed") == 2


@pytest.mark.case("escalation", "silence-removed")
async def test_a_mute_that_is_taken_away_lets_out_at_once_what_fell_due(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(CORE, Health.DOWN)
        mute = await night.window(WindowKind.MUTE, minutes=600, devices=("cr-1",))
        await night.passes(minutes=10)
        assert len(night.told()) == 1
        await night.desk.end_window(mute, night.on("shift"), "xong việc")
        await night.passes(seconds=1)
        assert [at for at, _ in night.told()] == ["03:00:00", "03:10:00"]
        assert night.told()[1][1] == night.on("operations")


async def test_a_window_ends_only_what_it_covers_and_a_second_one_still_holds(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.window(WindowKind.MAINTENANCE, minutes=10, devices=("cr-1",))
        await night.window(WindowKind.MAINTENANCE, minutes=20, devices=("cr-1",))
        await night.sees(CORE, Health.DOWN)
        await night.passes(minutes=15)
        assert night.told() == []
        await night.passes(minutes=6)
        assert [at for at, _ in night.told()] == ["03:20:00"]


async def test_a_planned_power_cut_lowers_what_falls_silent_in_it_and_hides_nothing(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.window(WindowKind.POWER_CUT, minutes=60, devices=("cr-1",))
        await night.sees(CORE, Health.DOWN)
        await night.sees(LONE, Health.DOWN)
        planned, other = (row.refs["severity"] for row in night.rows(FactKind.INCIDENT_OPENED))
        assert (planned, other < planned) == (3, True)
        assert len(night.told()) == 2


async def test_a_window_is_written_down_with_its_author_and_reason_apart(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.window(WindowKind.MAINTENANCE, minutes=60, devices=("cr-1",), reason="thay nguồn")
        (row,) = night.rows(FactKind.WINDOW_SET)
        assert (row.refs["kind"], row.refs["scope"]) == ("maintenance", ["cr-1"])
        assert row.actor == night.on("shift")
        assert "thay nguồn" not in str(dict(row.refs))


async def test_a_window_inside_a_freeze_needs_a_leaders_name(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.window(WindowKind.FREEZE, minutes=600)
        with pytest.raises(ValueError, match="leader"):
            await night.window(WindowKind.MAINTENANCE, minutes=60, devices=("cr-1",))
        with pytest.raises(ValueError, match="leader"):
            await night.window(WindowKind.MAINTENANCE, minutes=60, devices=("cr-1",), leader=night.on("shift"))
        await night.window(WindowKind.MAINTENANCE, minutes=60, devices=("cr-1",), leader=night.on("leader"))
        assert night.rows(FactKind.WINDOW_SET)[-1].refs["leader"] == night.on("leader")


def test_a_scope_without_a_name_covers_everything_and_others_what_they_name() -> None:
    assert Scope().covers("a/b", "a", "s", "u")
    assert Scope(sites=("s",)).covers("a/b", "a", "s", "u")
    assert not Scope(sites=("s2",), units=("u2",)).covers("a/b", "a", "s", "u")
    assert Scope(units=("u",)).touches(Scope(units=("u", "v")))
    assert not Scope(units=("u",)).touches(Scope(devices=("a",)))
    assert Scope().touches(Scope(devices=("a",)))
