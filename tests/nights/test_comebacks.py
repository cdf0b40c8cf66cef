"""Pages of a duty log: a fault that comes back, one that flaps, and the timers of restoration."""

from dataclasses import replace
from pathlib import Path

import pytest

from monitord.domain.flapping import STATES
from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.store import tables as t
from tests.support.night import Night, silent

CORE = silent("cr-1")


async def test_a_fault_that_comes_back_soon_is_the_same_incident_and_its_ladder_goes_on(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(CORE, Health.DOWN)
        await night.passes(minutes=4)
        await night.sees(CORE, Health.UP)
        await night.passes(minutes=10)
        await night.sees(CORE, Health.DOWN)
        await night.passes(seconds=61)
        operator = night.on("shift")
        assert night.told() == [
            ("03:00:00", operator),
            ("03:04:00", operator),
            ("03:14:00", operator),
            ("03:15:00", night.on("operations")),
        ]
        assert "TÁI DIỄN" in night.got[-2].text
        assert night.count(t.incident) == 1
        (back,) = night.rows(FactKind.INCIDENT_REOPENED)
        assert back.refs["times"] == 1


async def test_the_button_under_the_message_of_its_return_takes_it_and_everyone_hears(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(CORE, Health.DOWN)
        await night.passes(minutes=6)
        await night.sees(CORE, Health.UP)
        await night.passes(minutes=1)
        await night.sees(CORE, Health.DOWN)
        back = [g for g in night.got if "TÁI DIỄN" in g.text]
        assert {g.person for g in back} == {night.on("shift"), night.on("operations")}
        assert (await night.presses(night.on("shift"), back[0].buttons[0])).accepted
        assert night.count(t.incident, phase="acknowledged") == 1
        taken = "🟡 ĐÃ TIẾP NHẬN · Mức 1 – Nghiêm trọng · SC-0112-001"
        news = [(g.person, g.edits is None, g.text.splitlines()[0]) for g in night.got[8:]]
        heard = "🟡 ĐÃ TIẾP NHẬN · SC-0112-001 · Bộ định tuyến lõi 1 – Sông Mẫu"
        assert news[0] == (night.on("operations"), True, heard)
        assert news[1:] == [(night.on(duty), False, taken) for duty in ("shift", "operations") * 2]
        await night.sees(CORE, Health.UP)
        last = [g for g in night.got if g.edits is None][-2:]
        assert {g.person for g in last} == {night.on("shift"), night.on("operations")}
        assert all("cộng dồn" in g.text for g in last)


async def test_who_had_it_still_has_it_when_it_comes_back(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 08:00") as night:
        await night.sees(CORE, Health.DOWN)
        await night.presses(night.on("shift"), night.got[0].buttons[0])
        await night.passes(minutes=10)
        await night.sees(CORE, Health.UP)
        await night.passes(minutes=10)
        await night.sees(CORE, Health.DOWN)
        assert night.count(t.incident, phase="acknowledged") == 1
        assert night.count(t.timer, state="armed", kind="ack_expiry") == 1
        assert "vẫn đang tiếp nhận" in night.got[-1].text
        await night.passes(minutes=111)
        assert night.rows(FactKind.INCIDENT_ACK_EXPIRED)[0].ts.strftime("%H:%M") == "03:10"


async def test_what_comes_back_worse_is_told_as_what_it_is_now(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(CORE, Health.GARBLED)
        await night.passes(minutes=4)
        await night.sees(CORE, Health.UP)
        await night.passes(minutes=1)
        await night.sees(CORE, Health.DOWN)
        (changed,) = night.rows(FactKind.INCIDENT_CHANGED)
        assert (changed.refs["was"], changed.refs["health"]) == ("garbled", "down")
        assert (changed.refs["severity_was"], changed.refs["severity"]) == (4, 1)
        await night.passes(minutes=16)
        assert night.on("leader") in {person for _, person in night.told()}
        assert night.count(t.incident, severity=1) == 1


async def test_what_comes_back_worse_and_is_taken_keeps_its_taker(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 08:00") as night:
        await night.sees(CORE, Health.GARBLED)
        await night.presses(night.on("shift"), night.got[0].buttons[0])
        await night.sees(CORE, Health.UP)
        await night.passes(minutes=1)
        await night.sees(CORE, Health.DOWN)
        assert night.count(t.incident, severity=1, phase="acknowledged") == 1
        assert night.count(t.timer, state="armed", kind="ack_expiry") == 1


async def test_a_fault_that_comes_back_late_is_a_new_incident_linked_to_the_last(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        for _ in range(3):
            await night.sees(CORE, Health.DOWN)
            await night.sees(CORE, Health.UP)
            await night.passes(minutes=31)
        assert night.query(t.incident.c.recurrence) == [(0,), (1,), (2,)]
        assert night.query(t.incident.c.recurrence_of) == [(None,), (1,), (2,)]


async def test_a_number_that_may_run_again_is_given_to_nobody_else(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 23:50") as night:
        await night.sees(CORE, Health.DOWN)
        await night.sees(CORE, Health.UP)
        await night.passes(minutes=15)
        await night.sees(silent("cr-2"), Health.DOWN)
        await night.sees(CORE, Health.DOWN)
        numbers = [number for (number,) in night.query(t.incident.c.number)]
        assert len(set(numbers)) == 2


async def test_a_fault_that_flaps_is_one_incident_told_once_and_again_when_it_is_steady(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(CORE, Health.DOWN)
        flaps = replace(night.edge(CORE, Health.UP), flapping=True, history="u" * (STATES - 3) + "dud")
        await night.takes(flaps)
        told = len(night.told())
        assert "CHẬP CHỜN" in night.got[-1].text
        for health in (Health.DOWN, Health.UP) * 5:
            await night.passes(seconds=20)
            await night.takes(replace(night.edge(CORE, health), flapping=True, history=flaps.history))
        assert len(night.told()) == told
        assert night.count(t.incident) == 1
        await night.passes(seconds=30)
        await night.takes(replace(night.edge(CORE, Health.UP), flapping=False, history=""))
        await night.passes(seconds=5)
        assert len(night.told()) == told + 1
        assert "KHÔI PHỤC" in night.got[-1].text
        assert [r.kind for r in night.rows() if r.kind in (FactKind.TARGET_FLAPPING, FactKind.TARGET_CALM)] == [
            FactKind.TARGET_FLAPPING,
            FactKind.TARGET_CALM,
        ]


@pytest.mark.slow
async def test_flapping_never_resets_the_ladder(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(CORE, Health.DOWN)
        for _ in range(10):
            await night.passes(minutes=1)
            await night.sees(CORE, Health.UP)
            await night.passes(minutes=1)
            await night.sees(CORE, Health.DOWN)
        fired = [(r.refs["step"], r.ts.strftime("%H:%M")) for r in night.rows(FactKind.STEP_FIRED)]
        assert fired[:2] == [(0, "20:00"), (1, "20:09")]


async def test_restoration_is_due_two_hours_after_detection_whenever_it_was_taken(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 08:00") as night:
        await night.sees(CORE, Health.DOWN)
        await night.passes(minutes=40)
        await night.presses(night.on("shift"), night.got[0].buttons[0])
        (taken,) = night.rows(FactKind.INCIDENT_ACKNOWLEDGED)
        assert taken.refs["expires"].startswith("2026-12-01T03:00:00")
        await night.passes(minutes=81)
        assert night.kinds().count(FactKind.INCIDENT_ACK_EXPIRED) == 1
        await night.presses(night.on("shift"), [g for g in night.got if g.person == night.on("shift")][-1].buttons[0])
        assert night.rows(FactKind.INCIDENT_ACKNOWLEDGED)[-1].refs["expires"].startswith("2026-12-01T05:00:00")


async def test_the_time_in_which_nobody_looked_does_not_carry_a_ladder_up(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(CORE, Health.DOWN)
        night.die()
        await night.passes_away(4 * 3600)
        await night.sees(CORE, Health.UP, first=True)
        await night.passes(minutes=2)
        await night.sees(CORE, Health.DOWN)
        await night.passes(seconds=1)
        fired = [(r.refs["step"], r.refs["late_seconds"]) for r in night.rows(FactKind.STEP_FIRED)]
        assert fired == [(0, None), (1, None)]
        assert night.rows(FactKind.STEP_SKIPPED) == []
