"""Pages of a duty log: a leader asks the shift again at once, and has its number to call himself."""

from dataclasses import replace
from pathlib import Path

from monitord.domain.health import Health
from monitord.domain.incident import Phase
from monitord.domain.journal import FactKind
from monitord.store import tables as t
from tests.nights.test_handing_on import BEGIN, LOST, REFUSED, last, touches, trouble
from tests.support.night import Got, Night, example


async def woken(night: Night) -> Got:
    """Let an incident go up to the leader, and return what he got."""
    await trouble(night)
    await night.passes(minutes=15)
    return last(night, night.on("leader"))


async def test_the_shift_is_asked_again_at_once_and_the_leader_has_its_number(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got, shift = await woken(night), night.settings.people[night.on("shift")]
        assert got.actions() == ["noted", "take", "ring", "more"]
        told, timer = len(night.told()), night.query(t.timer.c.due, state="armed")
        answer = await night.presses(got.person, got.button("ring"))
        assert answer.text == f"Đã nhắc trực ca tiếp nhận SC-0512-001 lúc 03:23:00. Gọi: {shift.name} {shift.phone}"
        assert answer.accepted
        letter = last(night, shift.id)
        assert (letter.edits, letter.at) == (None, "03:23:00")
        assert letter.text.startswith("☎️ LÃNH ĐẠO YÊU CẦU TIẾP NHẬN NGAY")
        assert letter.actions() == ["take", "called", "escalate", "more"]
        assert {person for _, person in night.told()[told:]} == {shift.id}
        (row,) = night.rows(FactKind.INCIDENT_URGED)
        assert (row.actor, dict(row.refs)) == (
            got.person,
            {"duty": "leader", "round": 0, "people": [shift.id], "update": 501},
        )
        # The number stays where he finds it again, and the ladder goes on as it did.
        under = last(night, got.person)
        assert under.text == f"{got.text}\n☎️ Trực ca: {shift.name} {shift.phone}"
        assert under.actions() == got.actions()
        assert night.query(t.timer.c.due, state="armed") == timer
        await touches(night, shift.id, "take")
        assert [g.actions() for g in night.got if g.edits == letter.ref][-1] == ["called", "snooze", "escalate", "more"]


async def test_a_second_leader_within_two_minutes_hears_who_asked_and_nobody_is_rung_twice(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got, shift = await woken(night), night.on("shift")
        await night.presses(got.person, got.button("ring"))
        await night.passes(30)
        again = await night.presses(got.person, got.button("ring"))
        name = night.settings.people[got.person].name
        assert again.text.startswith(f"{name} vừa nhắc trực ca tiếp nhận SC-0512-001 lúc 03:23:00. Gọi: ")
        assert len([g for g in night.got if "LÃNH ĐẠO YÊU CẦU" in g.text and g.channel == "telegram"]) == 1
        assert len(night.rows(FactKind.INCIDENT_UNCHANGED)) == 1
        await night.passes(minutes=2)
        await night.presses(got.person, got.button("ring"))
        assert last(night, shift).at == "03:25:30"


async def test_an_update_that_comes_twice_rings_once(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got = await woken(night)
        for _ in range(2):
            await night.presses(got.person, got.button("ring"), update_id=900)
            await night.passes(minutes=3)
        assert len(night.rows(FactKind.INCIDENT_URGED)) == 1


async def test_who_does_not_lead_there_calls_nobody(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got = await woken(night)
        for somebody in (night.on("shift"), night.on("leader", "bd-song-mau"), "987654321"):
            answer = await night.presses(somebody, got.button("ring"))
            assert (answer.text, answer.refused) == (REFUSED, True)
        assert not night.rows(FactKind.INCIDENT_URGED)
        assert len(night.rows(FactKind.PRESS_REFUSED)) == 3


async def test_what_somebody_has_or_what_is_over_rings_nobody(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got, operations = await woken(night), night.on("operations")
        await touches(night, operations, "take")
        answer = await night.presses(got.person, got.button("ring"))
        assert answer.text.startswith(f"SC-0512-001 đã có {night.settings.people[operations].name} tiếp nhận")
        assert night.incidents()[0].phase is Phase.ACKNOWLEDGED
        await night.sees(LOST, Health.UP)
        answer = await night.presses(got.person, got.button("ring"))
        assert answer.text.startswith("SC-0512-001 đã khôi phục lúc")
        assert not night.rows(FactKind.INCIDENT_URGED)


async def test_where_no_message_reaches_the_shift_the_answer_says_so_with_the_number(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got, shift = await woken(night), night.settings.people[night.on("shift")]
        with night.engine.begin() as connection:  # as when he has lost his telephone
            connection.execute(t.person.update().where(t.person.c.id == shift.id).values(telegram=None, stand_ins=[]))
        answer = await night.presses(got.person, got.button("ring"))
        assert answer.text == (f"Chưa nhắc được trực ca về SC-0512-001 bằng tin. Gọi: {shift.name} {shift.phone}")
        assert not answer.accepted
        (row,) = night.rows(FactKind.INCIDENT_URGED)
        assert row.refs["people"] == []


async def test_a_leader_who_was_asked_to_approve_may_call_as_well(tmp_path: Path) -> None:
    units = {unit: replace(one, auto_send_order=None) for unit, one in example().units.items()}
    settings = replace(example(), units=units)
    async with Night(tmp_path, BEGIN, settings) as night:
        await trouble(night)
        await night.passes(minutes=30)
        request = last(night, night.on("leader"))
        assert request.actions() == ["take", "approve", "decline", "ring", "more"]
        assert (await night.presses(request.person, request.button("ring"))).accepted
