"""Pages of a duty log: mutes over what is taken, change freezes over what lies inside, windows that were struck out."""

from datetime import timedelta
from pathlib import Path

import pytest

from monitord.desk.windows import WindowRefused
from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.domain.window import Scope, WindowKind
from monitord.store import tables as t
from tests.support.night import Night, silent

CORE = silent("cr-1")


async def test_an_acknowledgement_that_ends_in_a_mute_calls_nobody_before_its_end(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 08:00") as night:
        await night.sees(CORE, Health.DOWN)
        await night.presses(night.on("shift"), night.got[0].buttons[0])
        told = len(night.told())
        (expires,) = [row.refs["expires"] for row in night.rows(FactKind.INCIDENT_ACKNOWLEDGED)]
        assert expires == "2026-12-01T03:00:00.000000Z"
        await night.window(WindowKind.MUTE, minutes=180, devices=("cr-1",))
        await night.passes(minutes=179)
        assert len(night.told()) == told
        await night.passes(minutes=1)
        assert night.told()[told:] == [("11:00:00", night.on("shift"))]
        assert [(r.refs["timer"], r.refs["until"][11:16]) for r in night.rows(FactKind.STEP_MUTED)] == [
            ("ack_expiry", "04:00")
        ]


async def test_a_mute_taken_away_lets_an_acknowledgement_end_that_ended_in_it(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 08:00") as night:
        await night.sees(CORE, Health.DOWN)
        await night.presses(night.on("shift"), night.got[0].buttons[0])
        mute = await night.window(WindowKind.MUTE, minutes=300, devices=("cr-1",))
        await night.passes(minutes=150)
        told = len(night.told())
        await night.desk.end_window(mute, night.on("shift"), "xong việc")
        await night.passes(seconds=1)
        assert night.told()[told:] == [("10:30:00", night.on("shift"))]


@pytest.mark.parametrize(
    "frozen",
    [
        Scope(units=("vt-song-mau",)),
        Scope(sites=("tt-song-mau",)),
        Scope(devices=("cr-1",)),
        Scope(targets=(CORE,)),
        Scope(),
    ],
)
async def test_a_freeze_of_what_a_device_lies_in_stops_a_maintenance_of_the_device(
    tmp_path: Path, frozen: Scope
) -> None:
    async with Night(tmp_path, "2026-12-01 08:00") as night:
        now = night.clock.now()
        span = [(now, now + timedelta(hours=10))]
        await night.desk.set_windows(WindowKind.FREEZE, frozen, span, night.on("shift"))
        with pytest.raises(WindowRefused, match="name the leader"):
            await night.window(WindowKind.MAINTENANCE, minutes=60, devices=("cr-1",))
        await night.window(WindowKind.MAINTENANCE, minutes=60, devices=("cr-1",), leader=night.on("leader"))


async def test_a_freeze_of_another_device_stops_nothing(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 08:00") as night:
        await night.window(WindowKind.FREEZE, minutes=600, devices=("agg-bac-mau",))
        await night.window(WindowKind.MAINTENANCE, minutes=60, devices=("cr-1",))
        assert night.count(t.window) == 2


async def test_a_freeze_struck_out_before_it_began_stops_nothing(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 08:00") as night:
        begin = night.clock.now() + timedelta(hours=1)
        span = [(begin, begin + timedelta(hours=10))]
        (freeze,) = await night.desk.set_windows(WindowKind.FREEZE, Scope(), span, night.on("shift"))
        await night.desk.end_window(freeze, night.on("shift"))
        await night.window(WindowKind.MAINTENANCE, minutes=120, devices=("cr-1",))
        assert night.count(t.window, kind="maintenance") == 1
