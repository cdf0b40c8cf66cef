"""Pages of a duty log: people on two duties at once, and people who may take an incident without any."""

from datetime import timedelta
from pathlib import Path

import pytest

from monitord.desk.act import ActRefused
from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.store import tables as t
from tests.support.night import Night, silent

CORE = silent("cr-1")


async def test_who_is_on_operations_and_on_the_leaders_duty_closes_as_a_leader(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 08:00") as night:
        both = night.on("operations")
        now = night.clock.now()
        row = {"unit": "vt-song-mau", "duty": "leader", "person": both, "source": "test"}
        with night.engine.begin() as connection:
            connection.execute(t.shift.insert(), {**row, "starts": now, "ends": now + timedelta(hours=4)})
        await night.sees(CORE, Health.DOWN)
        await night.sees(CORE, Health.UP)
        closed = await night.does("close", by=both, cause="mất điện", measures="chạy máy nổ")
        assert closed.phase == "closed"
        assert [r.refs["duty"] for r in night.rows(FactKind.INCIDENT_CLOSED)] == ["leader"]


async def test_who_is_on_operations_alone_only_proposes_to_close(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 08:00") as night:
        await night.sees(CORE, Health.DOWN)
        await night.sees(CORE, Health.UP)
        asked = await night.does("close", by=night.on("operations"), cause="mất điện", measures="chạy máy nổ")
        assert asked.phase == "restored"
        with pytest.raises(ActRefused, match="must say something"):
            await night.does("close", by=night.on("operations"))


async def test_who_was_handed_an_incident_off_duty_takes_it_and_no_code_is_read_as_a_duty(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 08:00") as night:
        on = {person for (person,) in night.query(t.shift.c.person)}
        other = next(p.id for p in night.settings.people.values() if p.telegram and p.id not in on)
        await night.sees(CORE, Health.DOWN)
        await night.does("hand", to=other)
        answer = await night.presses(other, night.got[-1].buttons[0])
        assert answer.accepted
        assert answer.text == "Đã ghi nhận: tiếp nhận SC-0112-001 lúc 08:00:00. Dừng báo lên cấp trên."
        assert [r.refs["duty"] for r in night.rows(FactKind.INCIDENT_ACKNOWLEDGED)] == ["handed"]
        assert not [g.text for g in night.got if "handed" in g.text or "assigned" in g.text]
