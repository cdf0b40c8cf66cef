"""Pages of a duty log: a suspicion, and the two lanes of security incidents."""

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest

from monitord.account.proof import verify
from monitord.desk.act import ActRefused
from monitord.desk.reports import ReportRefused
from monitord.domain.incident import Phase
from monitord.domain.journal import FactKind
from monitord.domain.lane import Lane
from monitord.settings.model import Settings
from monitord.store import tables as t
from monitord.store.engine import reading_engine
from monitord.texts import pick
from tests.support.night import Night, example

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
CYBER = Lane("cyber", "Mất an ninh mạng", ("cong-an", "so-khcn"), "Tôi là trực ca ...", ("minh.do",))
SAFETY = Lane("safety", "Mất an toàn", ("so-khcn",), "Tôi báo vụ việc ...", (), nearest_police=True)
SECRET = "trang chủ bị thay nội dung"


def guarded() -> Settings:
    """Return the example province with both lanes."""
    return replace(example(), lanes=MappingProxyType({"cyber": CYBER, "safety": SAFETY}))


async def test_a_security_incident_says_as_little_as_possible_to_whoever_is_told(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 21:10", guarded()) as night:
        incident = await night.reports(SECRET, lane="cyber", severity=3)
        assert incident.severity == 1
        await night.passes(minutes=31)
        assert len(night.got) >= 4
        assert not any(SECRET in g.text for g in night.got)
        assert "liên hệ nội bộ" in night.got[0].text


async def test_it_is_not_done_before_every_authority_was_spoken_to(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 21:10", guarded()) as night:
        await night.reports(SECRET, lane="cyber")
        await night.does("restore")
        with pytest.raises(ActRefused, match=r"Công an .*0900 000 113.*Sở Khoa học"):
            await night.does("fix", "SC-0112-001")
        await night.does("call", "001", organisation="cong-an", unanswered=True)
        await night.does("call", "001", organisation="so-khcn")
        with pytest.raises(ActRefused, match=r"write it down.*: Công an phường"):
            await night.does("close", "001", by=night.on("leader"), cause="a", measures="b")
        await night.does("call", "001", organisation="cong-an", text="đã tiếp nhận tin báo")
        closed = await night.does("close", "001", by=night.on("leader"), cause="a", measures="b")
        assert closed.phase is Phase.CLOSED
        with reading_engine(night.database).connect() as connection:
            assert verify(connection).breaks == ()


async def test_the_script_shows_numbers_and_what_was_called_already(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 21:10", guarded()) as night:
        site = next(s.id for s in night.settings.sites.values() if s.nearest_police)
        police = night.settings.organisations[night.settings.sites[site].nearest_police or ""]
        await night.reports("Mất trộm ắc quy", lane="safety", site=site)
        await night.does("call", organisation="so-khcn")
        text = pick("vi").script(await night.desk.script("001"), ZONE)
        assert f"[ ] {police.name} – {police.phone} – CHƯA GỌI" in text
        assert "[x] Sở Khoa học" in text
        assert "đã gọi lúc 21:10" in text
        assert "Mất trộm ắc quy" in text


async def test_a_suspicion_goes_to_the_named_persons_only_until_somebody_confirms_it(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 21:10", guarded()) as night:
        await night.reports(SECRET, lane="cyber", suspected=True)
        await night.passes(minutes=50)
        assert {person for _, person in night.told()} == {"minh.do"}
        assert night.got[0].text.startswith("🟣 NGHI VẤN")
        confirmed = await night.does("confirm", by="minh.do")
        assert (confirmed.severity, confirmed.suspected) == (1, False)
        assert night.told()[-1] == ("22:00:00", night.on("shift"))
        await night.passes(minutes=6)
        assert night.told()[-1][1] == night.on("operations")
        assert night.rows(FactKind.INCIDENT_CONFIRMED)[0].actor == "minh.do"
        with reading_engine(night.database).connect() as connection:
            assert verify(connection).breaks == ()


async def test_a_suspicion_that_was_nothing_is_closed_with_its_reason(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 21:10", guarded()) as night:
        await night.reports(SECRET, lane="cyber", suspected=True)
        with pytest.raises(ActRefused, match="confirm or dismiss"):
            await night.does("restore", by="minh.do")
        with pytest.raises(ActRefused, match="must say something"):
            await night.does("dismiss", by="minh.do")
        await night.does("dismiss", by="minh.do", reason="đơn vị tự sửa trang")
        assert night.query(t.incident.c.phase) == [(Phase.CLOSED,)]
        heard = [(g.edits is None, g.text.splitlines()[0], g.person) for g in night.got[1:]]
        assert heard == [(new, "⚪ NGHI VẤN ĐÃ BÁC BỎ · SC-0112-001", "minh.do") for new in (True, False)]
        assert not any("KHÔI PHỤC" in g.text or SECRET in g.text for g in night.got)
        assert night.count(t.timer, state="armed") == 0
        with reading_engine(night.database).connect() as connection:
            assert verify(connection).breaks == ()
        with pytest.raises(ReportRefused, match="names nobody"):
            await night.reports("x", lane="safety", suspected=True)
        with pytest.raises(ReportRefused, match="no lane"):
            await night.reports("x", lane="fire")
