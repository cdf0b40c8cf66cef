"""Cases of other systems at the real desk, each test named by the case it bears."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.domain.notice import Event
from monitord.store import tables as t
from tests.support.night import ACCEPTED, NOT_SENT, Night, silent

OLT = silent("olt-go-may")
POST = silent("bc-go-may")


def by_telegram(night: Night, person: str) -> list[str]:
    """Return the texts that somebody got by Telegram, edits in place left out."""
    return [g.text for g in night.got if (g.channel, g.person, g.edits) == ("telegram", person, None)]


@pytest.mark.case("state", "provider-fails")
@pytest.mark.case("escalation", "sending-fails")
async def test_what_could_not_be_sent_stays_to_be_sent_and_is_sent_once(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        operator = night.on("shift")
        night.answer = lambda claimed: NOT_SENT
        await night.sees(OLT, Health.DOWN)
        await night.passes(seconds=30)
        assert by_telegram(night, operator) == []
        night.answer = lambda claimed: ACCEPTED
        await night.passes(minutes=4)
        assert len(by_telegram(night, operator)) == 1
        (sent,) = (row for row in night.rows(FactKind.NOTICE_ACCEPTED) if row.refs["channel"] == "telegram")
        assert sent.refs["attempts"] == night.count(t.attempt, notice=sent.refs["notice"]) > 1
        assert FactKind.NOTICE_FAILED in night.kinds()


@pytest.mark.case("state", "provider-fails-on-resolve")
async def test_a_recovery_that_could_not_be_sent_is_sent_once_later(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        operator = night.on("shift")
        await night.sees(OLT, Health.DOWN)
        night.answer = lambda claimed: NOT_SENT
        await night.sees(OLT, Health.UP)
        await night.passes(seconds=30)
        assert len(by_telegram(night, operator)) == 1
        night.answer = lambda claimed: ACCEPTED
        await night.passes(minutes=10)
        assert len(by_telegram(night, operator)) == 2
        assert night.count(t.outbox, event=Event.RESTORED, state="sent") >= 1


@pytest.mark.case("state", "clock-jumps")
async def test_a_jump_of_the_clock_is_no_alarm_and_looking_goes_on(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(OLT, Health.UP, first=True)
        for seconds in (3600, -3600):
            await night.wall_steps(seconds)
            await night.passes(minutes=5)
            assert night.got == []
        await night.sees(OLT, Health.DOWN)
        assert [person for _, person in night.told()] == [night.on("shift")]


@pytest.mark.case("escalation", "same-channel-only-once")
async def test_who_is_on_duty_twice_is_told_once(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        operator = night.on("shift")
        s = t.shift.c
        with night.engine.begin() as connection:
            shift = connection.execute(sa.select(t.shift).where(s.person == operator, s.duty == "shift")).mappings()
            now = night.clock.now()
            twice = next(dict(row) for row in shift if row["starts"] <= now < row["ends"])
            del twice["id"]
            connection.execute(t.shift.insert(), twice | {"starts": twice["starts"] - timedelta(hours=1)})
        await night.sees(OLT, Health.DOWN)
        assert night.told() == [("03:00:00", operator)]


@pytest.mark.case("escalation", "nobody-on-duty")
async def test_a_step_that_finds_nobody_goes_one_up_at_once_and_says_so(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        with night.engine.begin() as connection:
            connection.execute(t.shift.delete().where(t.shift.c.duty == "shift"))
        await night.sees(OLT, Health.DOWN)
        assert ("03:00:00", night.on("operations")) in night.told()
        assert FactKind.COVERAGE_GAP in night.kinds()


@pytest.mark.case("escalation", "steps-numbered-with-gap")
async def test_a_gap_among_the_steps_keeps_their_order_and_tells_the_first(tmp_path: Path) -> None:
    """Steps bear no numbers of their own; a gap is a step that finds nobody."""
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        with night.engine.begin() as connection:
            connection.execute(t.shift.delete().where(t.shift.c.duty == "operations"))
        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=29)
        steps = [row for row in night.rows(FactKind.NOTICE_ACCEPTED) if row.refs["event"] == Event.STEP]
        assert [row.refs["person"] for row in steps] == [night.on("shift"), night.on("leader")]
        asked = [g.at for g in night.got if g.person == night.on("leader") and "LỊCH TRỰC" not in g.text]
        assert asked[0] == "03:05:00"


@pytest.mark.slow
@pytest.mark.case("escalation", "new-before-old")
async def test_a_new_fault_leaves_before_what_is_told_again(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        other = silent("olt-bac-mau")
        edge = await night.sees(OLT, Health.DOWN)
        night.answer = lambda claimed: NOT_SENT
        await night.passes(minutes=35)
        await night.desk.take_edges([replace(edge, seq=edge.seq + 1, target=other)])
        await night.looks_where_asked()
        await night.clock.advance(3600)
        rows = await night.desk.claim("telegram", 50)
        with night.engine.connect() as connection:
            named = connection.execute(sa.select(t.outbox.c.id, t.incident.c.target).join(t.incident))
            whose = {row.id: row.target for row in named}
        order = [whose[n] for n in (claimed.message.notice for claimed in rows) if n in whose]
        assert order[0] == other
        assert len(order) > 3
