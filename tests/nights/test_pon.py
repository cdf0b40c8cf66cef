"""Pages of a duty log: what the ONTs of a PON port say. Dying gasps are the customers' power, lost light is a fibre."""

from dataclasses import replace
from pathlib import Path

import pytest

from monitord.domain.edge import Edge
from monitord.domain.health import Cause, Health
from monitord.domain.incident import Phase
from monitord.domain.journal import FactKind
from monitord.domain.network import Target
from monitord.domain.pon import Onts
from monitord.domain.window import WindowKind
from monitord.settings.model import Settings
from tests.nights.test_power import all_well, got, on_battery, running
from tests.nights.test_probable_cause import POWER, powered
from tests.support.night import Night, silent

OLTS = {"olt-rach-sen": ("GPON 0/1/0", "GPON 0/1/1"), "olt-bac-mau": ("GPON 0/1/0",)}
FIRST, SECOND, THIRD = (f"{olt}/pon_port/{port}" for olt, ports in OLTS.items() for port in ports)
OTHER = "dc-bac-mau/ups_battery"
HOME = "customers:lo-bac-mau@vt-song-mau/state"
AREA = "area:lo-bac-mau@vt-song-mau/state"


def served() -> Settings:
    """Return the example with the ONTs of three PON ports counted, at two OLTs with batteries in one power area."""
    settings = powered()
    devices = dict(settings.devices)
    for olt, ports in OLTS.items():
        more = tuple(Target(f"{olt}/pon_port/{port}", olt, "pon_port", port, None, 3) for port in ports)
        devices[olt] = replace(devices[olt], targets=(*devices[olt].targets, *more))
    other = Target(OTHER, "dc-bac-mau", "ups_battery", None, None, 3)
    devices["dc-bac-mau"] = replace(devices["dc-bac-mau"], targets=(*devices["dc-bac-mau"].targets, other))
    return replace(settings, devices=devices)


def counted(night: Night, port: str, onts: Onts) -> Edge:
    """Return the edge of a port whose ONTs say so."""
    kinds = {"light": (Health.DOWN, Cause.PON_LIGHT), "power": (Health.DEGRADED, Cause.PON_POWER)}
    health, cause = kinds.get(onts.mostly, (Health.DOWN, Cause.PON_LOST))
    night.says[port] = cause, str(onts)
    return night.edge(port, health)


async def test_light_lost_by_most_of_a_port_is_a_fibre_with_its_evidence(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 02:10", served()) as night:
        await all_well(night)
        await night.takes(counted(night, FIRST, Onts(30, 0, 2, 32)))
        await night.passes(minutes=2)
        assert running(night) == [FIRST]
        [row] = night.rows(FactKind.INCIDENT_CAUSE)
        assert (row.refs["suspect"], row.refs["onts"]) == ("fibre", "LOS 30, dying-gasp 0, offline 2 / 32 ONT")
        for line in (
            "MẤT TÍN HIỆU QUANG: OLT Rạch Sen – GPON 0/1/0",
            "• Ảnh hưởng: 32 thuê bao",
            "(LOS 30, dying-gasp 0, offline 2 / 32 ONT); nghi do: ĐỨT CÁP QUANG",
            "• Ứng cứu: Đội Bắc Mẫu 0900 000 201",
            "gọi đội cáp đo kiểm từ OLT đến bộ chia",
        ):
            assert line in got(night)[-1].text, got(night)[-1].text


async def test_dying_gasps_in_an_area_are_one_incident_of_its_customers_and_no_fault_of_ours(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 02:10", served()) as night:
        await all_well(night)
        await night.takes(
            counted(night, FIRST, Onts(1, 28, 0, 32)),
            counted(night, SECOND, Onts(0, 60, 2, 64)),
        )
        await night.passes(minutes=2)
        assert running(night) == [HOME]
        [incident] = night.incidents()
        assert (incident.severity, incident.health, incident.suspect) == (4, Health.DEGRADED, "customers_power")
        (told,) = got(night)
        for line in (
            "KHÁCH HÀNG TRONG KHU VỰC MẤT ĐIỆN: Lộ 471 Bắc Mẫu",
            "(LOS 1, dying-gasp 88, offline 2 / 96 ONT); nghi do: MẤT ĐIỆN PHÍA KHÁCH HÀNG",
            "chưa cần cử đội; hỏi Điện lực khi nào có điện lại",
        ):
            assert line in told.text, told.text
        assert "thuê bao;" not in told.text
        await night.takes(counted(night, THIRD, Onts(0, 20, 0, 32)))
        await night.passes(minutes=2)
        assert running(night) == [HOME]
        for port in (FIRST, SECOND, THIRD):
            await night.sees(port, Health.UP)
        await night.passes(minutes=2)
        assert running(night) == []
        assert [i.target for i in night.incidents()] == [HOME]


async def test_one_port_without_power_is_told_by_itself_and_joins_when_it_is_more(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 02:10", served()) as night:
        await all_well(night)
        await night.takes(counted(night, FIRST, Onts(0, 30, 0, 32)))
        await night.passes(minutes=5)
        assert running(night) == [FIRST]
        assert "KHÁCH HÀNG MẤT ĐIỆN: OLT Rạch Sen – GPON 0/1/0" in got(night)[-1].text
        assert night.incidents()[0].severity == 4
        await night.takes(counted(night, THIRD, Onts(0, 30, 0, 32)))
        await night.passes(minutes=2)
        assert running(night) == [HOME]
        assert [row.target for row in night.rows(FactKind.INCIDENT_MERGED)] == [FIRST, HOME]


@pytest.mark.slow
async def test_the_mains_lost_at_the_olt_itself_explain_its_customers(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 02:10", served()) as night:
        await all_well(night)
        await night.takes(counted(night, FIRST, Onts(0, 30, 0, 32)), counted(night, SECOND, Onts(0, 60, 2, 64)))
        await night.passes(minutes=2)
        assert running(night) == [HOME]
        await on_battery(night, POWER, minutes=200)
        await night.passes(minutes=2)
        assert running(night) == ["site:dt-rach-sen@vt-song-mau/state"]
        await on_battery(night, OTHER, minutes=300)
        await night.passes(minutes=2)
        assert running(night) == [AREA]
        assert [i.phase for i in night.incidents() if i.target == HOME] == [Phase.CLOSED]


async def test_light_that_turns_out_to_be_power_changes_the_suspicion_with_a_row(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 02:10", served()) as night:
        await all_well(night)
        await night.takes(counted(night, THIRD, Onts(20, 0, 0, 32)))
        await night.passes(minutes=2)
        await night.takes(counted(night, THIRD, Onts(2, 28, 0, 32)))
        await night.passes(minutes=2)
        assert [row.refs["suspect"] for row in night.rows(FactKind.INCIDENT_CAUSE)] == ["fibre", "customers_power"]
        assert [i.target for i in night.incidents()] == [THIRD]
        assert night.incidents()[0].health is Health.DEGRADED


@pytest.mark.slow
async def test_a_silent_olt_speaks_for_its_ports_and_what_they_said_last_counts(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 02:10", served()) as night:
        await all_well(night)
        await night.takes(counted(night, FIRST, Onts(0, 30, 0, 32)), counted(night, SECOND, Onts(0, 60, 2, 64)))
        await night.passes(minutes=2)
        await night.takes(
            night.edge(silent("olt-rach-sen"), Health.DOWN),
            night.edge(FIRST, Health.UNKNOWN),
            night.edge(SECOND, Health.UNKNOWN),
        )
        await night.passes(minutes=3)
        assert sorted(running(night)) == sorted([HOME, silent("olt-rach-sen")])
        assert [row.refs["suspect"] for row in night.rows(FactKind.INCIDENT_CAUSE)] == ["customers_power"]


async def test_a_planned_cut_explains_the_gasps_of_its_customers(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 02:10", served()) as night:
        await all_well(night)
        await night.window(WindowKind.MAINTENANCE, minutes=60, devices=("olt-rach-sen",))
        await night.takes(counted(night, FIRST, Onts(0, 30, 0, 32)), counted(night, SECOND, Onts(0, 60, 2, 64)))
        await night.passes(minutes=30)
        assert night.incidents() == []
        assert got(night) == []
        await night.passes(minutes=31)
        assert running(night) == [HOME]
