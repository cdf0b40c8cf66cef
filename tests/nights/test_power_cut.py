"""Pages of a duty log: a planned power cut explains that a site runs on its battery, and no low battery."""

from dataclasses import replace
from pathlib import Path

from monitord.domain.edge import Firmness
from monitord.domain.health import Cause, Health
from monitord.domain.journal import FactKind
from monitord.domain.network import Target
from monitord.domain.window import WindowKind
from monitord.settings.model import Settings
from tests.support.night import Night, example

BATTERY = "cr-1/ups_battery"


def powered() -> Settings:
    """Return the example with a battery behind the first core router."""
    settings = example()
    device = settings.devices["cr-1"]
    target = Target(BATTERY, "cr-1", "ups_battery", None, None, severity=1, title="")
    devices = {**settings.devices, "cr-1": replace(device, targets=(*device.targets, target))}
    return replace(settings, devices=devices, severity_of={Health.GARBLED: 4, Health.AUTH: 4})


async def battery(night: Night, health: Health, cause: Cause) -> None:
    await night.takes(replace(night.edge(BATTERY, health, Firmness.HARD), cause=cause))


async def test_on_battery_in_a_planned_cut_is_less_grave_and_a_low_battery_is_as_grave_as_ever(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 09:00", powered()) as night:
        await night.window(WindowKind.POWER_CUT, minutes=240, devices=("cr-1",))
        await battery(night, Health.DEGRADED, Cause.ON_BATTERY)
        (opened,) = night.rows(FactKind.INCIDENT_OPENED)
        assert (opened.refs["severity"], opened.refs["planned_cut"]) == (4, 1)
        await night.passes(minutes=3)
        await battery(night, Health.DOWN, Cause.BATTERY_LOW)
        (changed,) = night.rows(FactKind.INCIDENT_CHANGED)
        assert (changed.refs["severity_was"], changed.refs["severity"]) == (4, 2)
        assert "ẮC QUY SẮP CẠN" in night.got[-1].text
        await night.passes(minutes=16)
        assert night.on("leader") in {person for _, person in night.told()}


async def test_on_battery_is_a_line_on_the_board_until_the_team_has_to_leave(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 09:00", powered()) as night:
        await battery(night, Health.DEGRADED, Cause.ON_BATTERY)
        assert [row.refs["severity"] for row in night.rows(FactKind.INCIDENT_OPENED)] == [4]
