"""Pages of a duty log: an incident is as grave as what is lost with it, and rises while more is lost."""

from dataclasses import replace
from pathlib import Path

from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.domain.loss import LossRule
from monitord.settings.model import Settings
from tests.support.night import Night, example, silent

STATIONS = tuple(f"bts-bac-mau-{n}" for n in (1, 2, 3))
"""All devices of the only site with base stations in its commune."""
ROUTER = "agg-bac-mau"


def graver(*rules: LossRule) -> Settings:
    """Return the example with these rules of what is lost."""
    return replace(example(), loss_rules=rules)


async def all_well(night: Night) -> None:
    """Let everything be seen well once."""
    for target in night.settings.targets():
        await night.sees(target.id, Health.UP)


async def test_a_commune_without_any_signal_makes_it_grave_once_its_last_station_is_silent(tmp_path: Path) -> None:
    rule = LossRule("xa", 1, dark_communes=1)
    async with Night(tmp_path, "2026-12-01 03:00", graver(rule)) as night:
        await all_well(night)
        await night.sees(silent(STATIONS[0]), Health.DOWN)
        await night.sees(silent(STATIONS[1]), Health.DOWN)
        assert [i.severity for i in night.incidents()] == [3, 3]
        await night.sees(silent(STATIONS[2]), Health.DOWN)
        assert night.incidents()[2].severity == 1
        opened = night.rows(FactKind.INCIDENT_OPENED)[2]
        assert opened.refs["loss_rule"] == "xa"
        text = next(g.text for g in night.got if night.incidents()[2].code in g.text)
        assert "• Ảnh hưởng: 3 trạm BTS; phường Bắc Mẫu; mất sóng hoàn toàn: phường Bắc Mẫu" in text


async def test_what_falls_silent_behind_a_failed_router_makes_its_incident_rise(tmp_path: Path) -> None:
    rule = LossRule("ba-tram", 1, stations=3)
    async with Night(tmp_path, "2026-12-01 03:00", graver(rule)) as night:
        await all_well(night)
        await night.sees(silent(ROUTER), Health.DOWN)
        await night.passes(seconds=30)
        [incident] = night.incidents()
        assert (incident.severity, incident.round) == (2, 0)
        for device in STATIONS:
            await night.sees(silent(device), Health.DOWN)
        await night.passes(minutes=2)
        [incident] = night.incidents()
        assert (incident.severity, incident.round) == (1, 1)
        changed = night.rows(FactKind.INCIDENT_CHANGED)[-1]
        assert (changed.refs["severity_was"], changed.refs["severity"]) == (2, 1)
        assert changed.refs["loss_rule"] == "ba-tram"
        told = [g.text for g in night.got if g.person == night.on("shift") and g.channel == "telegram"]
        assert [("Mức 1" in text, "Mức 2" in text) for text in told] == [(False, True), (True, False)]


async def test_the_share_is_that_of_the_operator_and_a_priority_line_counts(tmp_path: Path) -> None:
    rules = LossRule("phan", 2, operator_share=25), LossRule("uu-tien", 1, priority=1)
    async with Night(tmp_path, "2026-12-01 03:00", graver(*rules)) as night:
        await all_well(night)
        for device in STATIONS:
            await night.sees(silent(device), Health.DOWN)
        # Three of the operator's twelve stations are a quarter.
        assert [i.severity for i in night.incidents()] == [3, 3, 2]
        await night.sees(silent("tsl-ubnd"), Health.DOWN)
        assert night.incidents()[3].severity == 1
        assert "Khách hàng ưu tiên: mất 01 (Đường truyền Ủy ban nhân dân tỉnh)" in night.got[-1].text


async def test_what_comes_back_behind_it_lets_its_severity_fall_with_a_row_and_silences_nothing(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00", graver(LossRule("ba-tram", 1, stations=3))) as night:
        await all_well(night)
        await night.sees(silent("bts-bac-mau-1"), Health.DOWN)
        await night.sees(silent("bts-bac-mau-2"), Health.DOWN)
        await night.sees(silent("bts-bac-mau-3"), Health.DOWN)
        await night.passes(minutes=2)
        grave = next(i for i in night.incidents() if i.severity == 1)
        # The others answer again, and the site is no longer lost.
        other = next(n for n in ("bts-bac-mau-1", "bts-bac-mau-2", "bts-bac-mau-3") if silent(n) != grave.target)
        await night.sees(silent(other), Health.UP)
        await night.passes(minutes=5)
        assert next(i for i in night.incidents() if i.id == grave.id).severity == 1
        await night.passes(minutes=8)
        fallen = next(i for i in night.incidents() if i.id == grave.id)
        assert fallen.severity == 3
        [row] = [r for r in night.rows(FactKind.INCIDENT_CHANGED) if r.refs.get("fell") and r.incident == grave.id]
        assert (row.refs["severity_was"], row.refs["severity"]) == (1, 3)
        before = len(night.told())
        await night.passes(minutes=30)
        assert len(night.told()) > before
