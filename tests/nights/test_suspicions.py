"""Pages of a duty log: a page that is not the one agreed on, a device that is another; named persons hear of it."""

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from monitord.domain.edge import Firmness
from monitord.domain.health import Cause, Happening, Health
from monitord.domain.incident import Phase
from monitord.domain.journal import FactKind
from monitord.domain.network import Target
from monitord.domain.window import WindowKind
from monitord.settings.model import Settings
from monitord.store import tables as t
from tests.support.night import Night, example

NAMED = "minh.do"
PAGE = "cong-tttt/page_unchanged"
TITLE = "0123456789abcdef: “HACKED” evil.example"


def watched() -> Settings:
    """Return the example with a lane that suspects, and a page whose fingerprint was agreed on."""
    settings = example()
    device = settings.devices["cong-tttt"]
    target = Target(PAGE, "cong-tttt", "page_unchanged", None, None, severity=2, title="")
    kept = tuple(one for one in device.targets if one.id != PAGE)
    lanes = {
        name: replace(lane, suspects=frozenset(Happening) if name == "mat-an-ninh" else frozenset())
        for name, lane in settings.lanes.items()
    }
    devices = {**settings.devices, "cong-tttt": replace(device, targets=(*kept, target))}
    return replace(settings, devices=devices, lanes=MappingProxyType(lanes))


async def changed(night: Night, detail: str = TITLE, happening: Happening = Happening.PAGE_CHANGED) -> None:
    """Let the looker tell that the page was seen changed."""
    edge = night.edge(PAGE, Health.UP, Firmness.HARD)
    await night.takes(replace(edge, happenings=(happening,), detail=detail, cause=Cause.FINE))


async def test_a_changed_page_goes_to_the_named_persons_alone_and_is_no_outage(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 21:10", watched()) as night:
        await changed(night)
        await night.passes(minutes=50)
        assert {person for _, person in night.told()} == {NAMED}
        assert night.got[0].text.startswith("🟣 NGHI VẤN")
        assert not any("HACKED" in g.text or "evil" in g.text for g in night.got)
        (opened,) = night.rows(FactKind.INCIDENT_OPENED)
        assert (opened.refs["target"], opened.refs["happening"]) == (PAGE, "page_changed")
        assert night.count(t.target, id=PAGE, settled="up") == 1
        script = await night.desk.script("001")
        assert "trang khác với bản đã thống nhất" in script.detail
        assert "HACKED" in script.detail


async def test_the_same_sight_raises_it_once_over_a_start_and_after_a_dismissal(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 21:10", watched()) as night:
        for _ in range(3):
            await changed(night)
        night.die()
        await night.passes_away(30)
        await changed(night)
        assert night.count(t.incident) == 1
        await night.does("dismiss", by=NAMED, reason="đơn vị tự sửa trang")
        await changed(night)
        assert night.query(t.incident.c.phase) == [(Phase.CLOSED,)]
        await changed(night, "fedcba9876543210: “HACKED AGAIN” evil.example")
        assert night.count(t.incident, suspected=True, phase="open") == 1


async def test_that_the_page_is_back_does_not_end_the_suspicion(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 21:10", watched()) as night:
        await changed(night)
        await night.sees(PAGE, Health.UP)
        await night.passes(hours=2)
        assert night.count(t.incident, phase="open", suspected=True) == 1


async def test_confirmed_it_is_a_security_incident_with_its_ladder(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 21:10", watched()) as night:
        await changed(night)
        await night.passes(minutes=15)
        confirmed = await night.does("confirm", by=NAMED)
        assert (confirmed.severity, confirmed.suspected, confirmed.lane) == (1, False, "mat-an-ninh")
        assert night.told()[-1] == ("21:25:00", night.on("shift"))


async def test_in_a_maintenance_nothing_is_raised_and_at_its_end_the_page_is_looked_at_again(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 21:10", watched()) as night:
        await night.sees(PAGE, Health.UP)
        await night.window(WindowKind.MAINTENANCE, minutes=30, devices=("cong-tttt",))
        await changed(night)
        await night.passes(minutes=29)
        assert night.count(t.incident) == 0
        night.answers_asks = False
        await night.passes(minutes=2)
        assert PAGE in night._asked
        await changed(night)
        assert night.count(t.incident, suspected=True) == 1


async def test_a_fingerprint_raises_nothing_and_neither_does_a_lane_that_suspects_nothing(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 21:10", watched()) as night:
        await changed(night, happening=Happening.FINGERPRINT)
        assert night.count(t.incident) == 0
        assert [row.refs["happenings"] for row in night.rows(FactKind.TARGET_HAPPENING)] == [["fingerprint"]]
    nobody = tmp_path / "nobody"
    nobody.mkdir()
    lanes = {name: replace(lane, suspects=frozenset()) for name, lane in watched().lanes.items()}
    async with Night(nobody, "2026-12-01 21:10", replace(watched(), lanes=MappingProxyType(lanes))) as night:
        await changed(night)
        assert night.count(t.incident) == 0
        assert night.kinds()[-1] == FactKind.TARGET_HAPPENING
