"""Pages of a duty log: the same touch again, by the same or by another, and at another time."""

from pathlib import Path

from monitord.domain.journal import FactKind
from tests.nights.test_buttons import last, trouble
from tests.support.night import Night


async def test_a_touch_is_a_new_one_after_two_minutes_and_not_before(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07") as night:
        got = await trouble(night)
        await night.presses(got.person, got.button("called"))
        await night.passes(119)
        await night.presses(got.person, got.button("called"))
        assert len(night.rows(FactKind.INCIDENT_CALL)) == 1
        await night.passes(1)
        await night.presses(got.person, got.button("called"))
        assert len(night.rows(FactKind.INCIDENT_CALL)) == 2


async def test_who_calls_one_after_the_other_says_whom_and_has_called_both(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07") as night:
        got = await trouble(night)
        for whom in ("anh Sơn", "đội cáp"):
            assert (await night.types(got.person, f"GOI 001 {whom}")).accepted
        assert len(night.rows(FactKind.INCIDENT_CALL)) == 2


async def test_two_who_call_at_once_have_both_called(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07") as night:
        got = await trouble(night)
        operations = night.on("operations")
        assert (await night.types(got.person, "GOI 001")).accepted
        assert (await night.types(operations, "GOI 001")).accepted
        assert [row.actor for row in night.rows(FactKind.INCIDENT_CALL)] == [got.person, operations]


async def test_what_was_touched_before_the_clock_was_set_back_does_not_lie_ahead(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07") as night:
        got = await trouble(night)
        await night.types(got.person, "GOI 001")
        await night.wall_steps(-3600)
        await night.types(got.person, "GOI 001")
        assert len(night.rows(FactKind.INCIDENT_CALL)) == 2


async def test_a_reminder_may_be_asked_for_sooner(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07") as night:
        got = await trouble(night)
        await night.types(got.person, "XN 001")
        await night.types(got.person, "HOAN 001 60")
        answer = await night.types(got.person, "HOAN 001 20")
        assert "03:28:00" in answer.text
        await night.passes(minutes=21)
        assert (last(night, got.person).at, "NHẮC THEO HẸN" in last(night, got.person).text) == ("03:28:00", True)


async def test_who_says_anew_when_to_be_reminded_is_reminded_then_and_not_twice(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07") as night:
        got = await trouble(night)
        await night.types(got.person, "XN 001")
        for minutes in (20, 60):
            await night.types(got.person, f"HOAN 001 {minutes}")
            await night.passes(minutes=3)
        await night.passes(minutes=80)
        reminded = [g.at for g in night.got if g.channel == "telegram" and "NHẮC THEO HẸN" in g.text]
        assert reminded == ["04:11:00"]
        (row,) = [
            r
            for r in night.rows(FactKind.NOTICE_SUPERSEDED)
            if r.refs["event"] == "reminder" and r.refs["channel"] == "telegram"
        ]
        assert row.refs["reason"] == "newer step"


async def test_two_who_want_to_be_reminded_are_both_reminded(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07") as night:
        got = await trouble(night)
        operations = night.on("operations")
        await night.types(got.person, "XN 001")
        for person in (got.person, operations):
            assert (await night.types(person, "HOAN 001 20")).accepted
        await night.passes(minutes=21)
        reminded = {one.person for one in night.got if "NHẮC THEO HẸN" in one.text}
        assert reminded == {got.person, operations}


async def test_who_gave_it_back_and_is_on_duty_no_more_touches_nothing(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 05:40") as night:
        got = await trouble(night)
        await night.types(got.person, "XN 001")
        held = last(night, got.person)
        await night.passes(minutes=40)
        assert got.person not in night.everybody_on("shift")
        await night.presses(got.person, held.button("escalate"))
        before = len(night.rows(FactKind.PRESS_REFUSED))
        await night.passes(minutes=3)
        answer = await night.presses(got.person, held.button("called"))
        assert answer.refused
        assert len(night.rows(FactKind.PRESS_REFUSED)) == before + 1
        assert night.rows(FactKind.INCIDENT_CALL) == []
