"""Pages of a duty log: what a fault probably comes from, said with its evidence, and changed when that changes."""

from dataclasses import replace
from pathlib import Path

from monitord.domain.health import Cause, Health
from monitord.domain.journal import FactKind
from monitord.domain.network import Target
from monitord.settings.model import Settings
from tests.support.night import Night, example, silent

ROUTER, UPLINK = "agg-rach-sen", "agg-bac-mau/interface_up/ge-0/0/2"
POWER = "dc-rach-sen/ups_battery"


def powered() -> Settings:
    """Return the example with a power supply at a spur, and the far end of its line looked at."""
    settings = example()
    devices = dict(settings.devices)
    devices["dc-rach-sen"] = replace(
        devices["dc-bac-mau"],
        id="dc-rach-sen",
        site="dt-rach-sen",
        targets=(Target(POWER, "dc-rach-sen", "ups_battery", None, None, 3),),
    )
    far = devices["agg-bac-mau"]
    end = Target(UPLINK, far.id, "interface_up", "ge-0/0/2", None, 2)
    devices[far.id] = replace(far, targets=(*far.targets, end))
    return replace(settings, devices=devices)


async def all_well(night: Night) -> None:
    """Let everything be seen well once."""
    for target in night.settings.targets():
        await night.sees(target.id, Health.UP)
    await night.passes(minutes=1)


def last(night: Night, person: str = "") -> str:
    """Return the last new message of somebody about the router."""
    who = person or night.on("shift")
    return [g.text for g in night.got if g.person == who and "SỰ CỐ MỚI" in g.text and g.edits is None][-1]


async def test_silence_after_the_mains_were_lost_is_an_exhausted_battery(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 01:21", powered()) as night:
        await all_well(night)
        edge = replace(night.edge(POWER, Health.DEGRADED), cause=Cause.ON_BATTERY)
        await night.takes(edge)
        await night.passes(hours=1, minutes=45)
        await night.takes(night.edge(silent(ROUTER), Health.DOWN), night.edge(POWER, Health.UNKNOWN))
        await night.passes(minutes=1)
        on_battery, row = night.rows(FactKind.INCIDENT_CAUSE)
        assert (on_battery.refs["suspect"], row.refs["suspect"]) == ("mains_lost", "battery_exhausted")
        assert row.refs["mains_lost"] == "2026-11-30T18:22:00.000000Z"
        assert "nghi do: HẾT ẮC QUY (mất điện lưới từ 01:22)" in last(night)


async def test_silence_with_good_power_behind_a_dead_line_is_the_fibre(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00", powered()) as night:
        await all_well(night)
        await night.sees(UPLINK, Health.DOWN)
        await night.takes(night.edge(silent(ROUTER), Health.DOWN), night.edge(POWER, Health.UNKNOWN))
        await night.passes(minutes=3)
        row = night.rows(FactKind.INCIDENT_CAUSE)[-1]
        assert (row.refs["suspect"], row.refs["links"]) == ("fibre", ["link:nhanh-rach-sen"])
        assert "nghi do: ĐỨT CÁP QUANG" in last(night)


async def test_without_evidence_nothing_is_suspected(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00", powered()) as night:
        await all_well(night)
        await night.takes(night.edge(silent(ROUTER), Health.DOWN), night.edge(POWER, Health.UNKNOWN))
        await night.passes(minutes=3)
        assert night.rows(FactKind.INCIDENT_CAUSE) == []
        assert "nguyên nhân: chưa rõ" in last(night)


async def test_evidence_that_comes_later_changes_what_is_suspected_with_a_row(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00", powered()) as night:
        await all_well(night)
        await night.takes(night.edge(silent(ROUTER), Health.DOWN), night.edge(POWER, Health.UNKNOWN))
        await night.passes(minutes=2)
        await night.sees(UPLINK, Health.DOWN)
        await night.passes(minutes=2)
        assert [row.refs["suspect"] for row in night.rows(FactKind.INCIDENT_CAUSE)] == ["fibre"]
        edge = replace(night.edge(POWER, Health.DEGRADED), cause=Cause.ON_BATTERY)
        await night.takes(edge)  # a generator's battery answers by another way: the mains are lost
        await night.passes(minutes=2)
        rows = [row for row in night.rows(FactKind.INCIDENT_CAUSE) if row.incident == 1]
        assert [(row.refs["was"], row.refs["suspect"]) for row in rows] == [
            (None, "fibre"),
            ("fibre", "unknown"),
        ]
        assert night.incidents()[0].suspect == "unknown"  # what still says that it lasts is not exhausted
