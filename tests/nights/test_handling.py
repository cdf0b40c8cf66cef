"""Pages of a duty log: what people do about an incident, from the first call to the closing."""

from datetime import timedelta
from pathlib import Path

import pytest

from monitord.account.proof import verify
from monitord.desk.act import ActRefused
from monitord.desk.by_hand import UnknownIncident
from monitord.desk.reports import Reported, ReportRefused
from monitord.domain.health import Health
from monitord.domain.incident import Phase
from monitord.domain.journal import FactKind
from monitord.store import tables as t
from monitord.store.engine import reading_engine
from tests.support.night import Night, silent

CORE = silent("cr-1")
LONE = silent("cr-2")


def private(night: Night) -> str:
    """Return everything people wrote, as it lies beside the chain."""
    return " ".join(body for (body,) in night.query(t.journal_private.c.body))


async def test_a_call_made_by_hand_is_a_row_with_who_called_whom_and_when(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(CORE, Health.DOWN)
        await night.does("call", whom="Đội Gò Mây", text="đã xuất phát", at=night.in_minutes(-2))
        (call,) = night.rows(FactKind.INCIDENT_CALL)
        assert call.actor == night.on("shift")
        assert (call.refs["answered"], call.refs["called"][:19]) == ("answered", "2026-11-30T19:58:00")
        assert "Gò Mây" not in str(dict(call.refs))
        assert "Đội Gò Mây" in private(night)
        assert night.count(t.timer, state="armed", kind="step") == 1, "a call stops nothing"


async def test_the_diary_keeps_what_the_team_reports(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(CORE, Health.DOWN)
        for minute, event in enumerate(("set_out", "arrived", "generator_on")):
            await night.passes(minutes=minute)
            await night.does("diary", event=event)
        assert [r.refs["event"] for r in night.rows(FactKind.INCIDENT_DIARY)] == ["set_out", "arrived", "generator_on"]
        with pytest.raises(ActRefused, match="one of set_out"):
            await night.does("diary", event="xuất phát")
        with pytest.raises(ActRefused, match="must say something"):
            await night.does("diary", event="other")


async def test_notes_tickets_and_corrections_are_lines_and_change_no_line(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(CORE, Health.DOWN)
        await night.does("note", text="khách hàng gọi hỏi", internal=True)
        await night.does("ticket", ticket="NOC-7781")
        note = night.rows(FactKind.INCIDENT_NOTE)[0]
        await night.does("correct", row=note.seq, text="khách hàng là UBND xã", reason="ghi thiếu")
        assert note.refs["internal"] == 1
        assert night.rows(FactKind.INCIDENT_CORRECTED)[0].refs["row"] == note.seq
        assert night.query(t.incident.c.ticket) == [("NOC-7781",)]
        with pytest.raises(ActRefused, match="no row"):
            await night.does("correct", row=1, text="x", reason="y")


async def test_who_is_not_on_duty_does_nothing(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(CORE, Health.DOWN)
        rows = len(night.rows())
        with pytest.raises(ActRefused, match="not on duty"):
            await night.does("note", by="yen.phan", text="x")
        with pytest.raises(UnknownIncident):
            await night.does("note", "077", text="x")
        with pytest.raises(UnknownIncident, match="nobody"):
            await night.does("note", by="nobody", text="x")
        assert len(night.rows()) == rows


@pytest.mark.case("escalation", "unack-on-escalate")
async def test_escalating_by_hand_tells_the_next_step_and_gives_back_what_was_taken(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(CORE, Health.DOWN)
        await night.presses(night.on("shift"), night.got[0].buttons[0])
        await night.does("escalate")
        assert night.told()[-1] == ("03:00:00", night.on("operations"))
        assert night.query(t.incident.c.phase) == [(Phase.OPEN,)]
        await night.passes(minutes=9.9)
        assert len(night.rows(FactKind.STEP_FIRED)) == 2
        await night.passes(minutes=0.2)
        assert night.told()[-1] == ("03:10:00", night.on("leader"))


async def test_after_escalating_whoever_takes_it_is_told_to_all_again(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(CORE, Health.DOWN)
        await night.presses(night.on("shift"), night.got[0].buttons[0])
        await night.does("escalate")
        told = len(night.told())
        button = [g for g in night.got if g.person == night.on("operations")][-1].buttons[0]
        assert (await night.presses(night.on("operations"), button)).accepted
        assert [person for _, person in night.told()[told:]] == [night.on("shift")]


async def test_handed_to_another_it_stays_with_the_first_until_the_other_takes_it(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        other = "minh.do"
        await night.sees(CORE, Health.DOWN)
        await night.presses(night.on("shift"), night.got[0].buttons[0])
        await night.does("hand", to=other)
        assert night.told()[-1] == ("03:00:00", other)
        assert night.query(t.incident.c.acknowledged_by) == [(night.on("shift"),)]
        assert (await night.presses(other, night.got[-1].buttons[0])).accepted
        assert night.query(t.incident.c.acknowledged_by) == [(other,)]
        assert night.told()[-1][1] == night.on("shift"), "who had it hears who has it now"


async def test_a_reminder_comes_to_who_asked_and_to_nobody_when_it_is_over(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 08:00") as night:
        await night.sees(CORE, Health.DOWN)
        await night.sees(LONE, Health.DOWN)
        for code in ("001", "002"):
            await night.presses(night.on("shift"), next(g for g in night.got if f"-{code}" in g.text).buttons[0])
            await night.does("remind", code, at=night.in_minutes(30))
        await night.sees(LONE, Health.UP)
        told = len(night.told())
        await night.wall_steps(3600)
        await night.passes(minutes=29)
        assert len(night.told()) == told, "a step of the clock does not bring it forward"
        await night.passes(minutes=2)
        assert [g.text.splitlines()[0][:6] for g in night.got[-1:]] == ["🔔 NHẮC"]
        assert len(night.told()) == told + 1


async def test_an_expected_restoration_that_passes_brings_it_back(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 08:00") as night:
        await night.sees(CORE, Health.DOWN)
        with pytest.raises(ActRefused, match="take it first"):
            await night.does("eta", at=night.in_minutes(45))
        await night.presses(night.on("shift"), night.got[0].buttons[0])
        await night.does("eta", at=night.in_minutes(45))
        await night.passes(minutes=44)
        assert night.kinds().count(FactKind.INCIDENT_ACK_EXPIRED) == 0
        await night.passes(minutes=2)
        assert night.kinds().count(FactKind.INCIDENT_ACK_EXPIRED) == 1
        await night.presses(night.on("shift"), night.got[-1].buttons[0])
        await night.does("eta", at=night.in_minutes(600))
        assert night.rows(FactKind.INCIDENT_ETA)[-1].refs["expires"][:19] == "2026-12-01T03:00:00", "two hours hold"


async def test_an_incident_reported_by_hand_is_told_and_ended_like_any_other(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        began = night.clock.now() - timedelta(minutes=12)
        incident = await night.reports("Đứt cáp treo trước chợ Gò Mây", since=began)
        assert incident.code == "SC-0112-001"
        assert "Đứt cáp treo trước chợ Gò Mây" in night.got[0].text
        assert "02:48" in night.got[0].text
        await night.passes(minutes=6)
        night.die()
        await night.passes_away(5)
        await night.passes(minutes=1)
        assert night.query(t.incident.c.phase) == [(Phase.OPEN,)], "no settings name it, and it is not dropped"
        await night.does("restore")
        assert {p for _, p in night.told()[-2:]} == {night.on("shift"), night.on("operations")}
        assert night.rows(FactKind.INCIDENT_RESTORED)[0].actor == night.on("shift")
        assert night.count(t.timer, state="armed") == 0
        with pytest.raises(ReportRefused, match="no unit"):
            await night.desk.open_by_hand(Reported("x", "y"), night.on("shift"))


async def test_what_the_checks_see_nobody_ends_by_hand(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(CORE, Health.DOWN)
        with pytest.raises(ReportRefused, match="checks see"):
            await night.does("restore")
        with pytest.raises(ActRefused, match="works again"):
            await night.does("close", cause="x", measures="y")


async def test_the_shift_proposes_the_closing_and_the_leader_closes_with_cause_and_measures(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(CORE, Health.DOWN)
        await night.sees(CORE, Health.UP)
        await night.does("fix")
        proposed = await night.does("close", cause="hỏng nguồn", measures="thay khối nguồn")
        assert proposed.phase is Phase.FIXED
        closed = await night.does("close", "SC-0112-001", by=night.on("leader"))
        assert closed.phase is Phase.CLOSED
        assert night.rows(FactKind.INCIDENT_CLOSED)[0].actor == night.on("leader")
        assert private(night).count("thay khối nguồn") == 2
        await night.sees(CORE, Health.DOWN)
        assert night.query(t.incident.c.recurrence) == [(0,), (1,)], "what was closed is not opened again"


@pytest.mark.case("escalation", "start-time-earliest")
async def test_what_people_reported_is_merged_into_what_was_seen_and_begins_with_the_earlier(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.reports("Mất sóng Gò Mây", since=night.clock.now() - timedelta(minutes=20))
        await night.passes(minutes=1)
        await night.sees(CORE, Health.DOWN)
        told = len(night.told())
        await night.does("merge", "001", into="002")
        assert "SC-0112-002" in night.got[-1].text
        assert len(night.told()) == told + 1
        assert night.query(t.incident.c.phase) == [(Phase.CLOSED,), (Phase.OPEN,)]
        assert night.count(t.timer, state="armed") == 1
        with reading_engine(night.database).connect() as connection:
            assert verify(connection).breaks == ()
        with pytest.raises(ActRefused, match="seen by the checks"):
            await night.does("merge", "002", into="002")


async def test_everything_people_did_is_held_against_the_tables_and_is_whole(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(CORE, Health.DOWN)
        await night.presses(night.on("shift"), night.got[0].buttons[0])
        await night.does("eta", at=night.in_minutes(45))
        await night.does("escalate")
        await night.presses(night.on("shift"), night.got[0].buttons[0])
        await night.sees(CORE, Health.UP)
        await night.sees(CORE, Health.DOWN)
        await night.sees(CORE, Health.UP)
        await night.does("fix")
        await night.does("close", by=night.on("leader"), cause="a", measures="b")
        with reading_engine(night.database).connect() as connection:
            proof = verify(connection)
        assert proof.breaks == ()
        assert proof.incidents == 1
