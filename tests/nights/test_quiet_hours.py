"""Pages of a duty log: whom a night rule lets sleep, and what he hears in the morning."""

from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.domain.policy import PolicyStep, Whom
from monitord.domain.quiet import Quiet
from monitord.settings.model import PolicyRule, Settings
from tests.support.night import Night, example, silent

CORE = silent("cr-1")
NIGHT = Quiet(time(22), time(6))


def sleeping_leader() -> Settings:
    """Return the example province with a leader who is not woken by night, and the department told from 06:30 on."""
    policy = replace(
        example().policy_for("vt-song-mau", 1),
        steps=(
            PolicyStep(timedelta(0), Whom.DUTY, "shift", ("telegram",)),
            PolicyStep(timedelta(minutes=15), Whom.DUTY, "operations", ("telegram",)),
            PolicyStep(timedelta(minutes=45), Whom.DUTY, "leader", ("telegram",), NIGHT),
        ),
    )
    return replace(example(), policies=(PolicyRule(policy, frozenset({1, 2, 3, 4})),))


async def test_by_night_it_stops_at_operations_and_the_leader_hears_at_six(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00", sleeping_leader()) as night:
        await night.sees(CORE, Health.DOWN)
        await night.passes(minutes=179)
        assert [at for at, _ in night.told()] == ["03:00:00", "03:15:00"]
        assert "06:00" in night.got[1].text, "what comes next is said as it will come"
        assert [row.refs["step"] for row in night.rows(FactKind.STEP_QUIET)] == [2]
        await night.passes(minutes=2)
        assert night.told()[-1] == ("06:00:00", night.on("leader"))
        assert "trễ" not in night.got[-1].text, "quiet hours make nothing late"
        (fired,) = [r for r in night.rows(FactKind.STEP_FIRED) if r.refs["step"] == 2]
        assert fired.refs["late_seconds"] is None


async def test_by_day_the_leader_hears_at_his_minute(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 08:00", sleeping_leader()) as night:
        await night.sees(CORE, Health.DOWN)
        await night.passes(minutes=46)
        assert [at for at, _ in night.told()] == ["08:00:00", "08:15:00", "08:45:00"]


async def test_a_night_in_which_it_is_taken_never_reaches_him(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 04:30", sleeping_leader()) as night:
        await night.sees(CORE, Health.DOWN)
        await night.passes(minutes=60)
        await night.presses(night.on("shift"), night.got[0].buttons[0])
        await night.passes(minutes=45)
        assert night.on("leader") not in {person for _, person in night.told()}


async def test_after_a_downtime_by_night_the_highest_that_is_awake_is_told(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00", sleeping_leader()) as night:
        await night.sees(CORE, Health.DOWN)
        night.die()
        await night.passes_away(3600)
        await night.sees(CORE, Health.DOWN, first=True)
        await night.passes(minutes=1)
        assert night.told()[-1] == ("04:00:00", night.on("operations"))
        await night.passes(hours=2)
        assert night.told()[-1] == ("06:00:00", night.on("leader"))


async def test_when_nobody_is_on_operations_the_leader_is_woken(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00", sleeping_leader()) as night:
        with night.engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM shift WHERE duty = 'operations'")
        await night.sees(CORE, Health.DOWN)
        await night.passes(minutes=16)
        assert ("03:15:00", night.on("leader")) in night.told()
