"""Pages of a duty log: the cause of an incident, chosen from a short list or typed, while it lasts and afterwards."""

from pathlib import Path

from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.store import tables as t
from monitord.texts import pick
from tests.nights.test_handing_on import BEGIN, LOST, REFUSED, last, touches, trouble
from tests.support.night import Got, Night


def over(night: Night, person: str) -> Got:
    """Return the message that told somebody that it is over."""
    return next(g for g in reversed(night.got) if g.person == person and g.edits is None and "KHÔI PHỤC" in g.text)


def noted(night: Night) -> list[str]:
    """Return the causes that people noted, as they lie beside the chain."""
    return [body for (body,) in night.query(t.journal_private.c.body) if body.startswith('{"text":"Nguyên nhân')]


async def test_a_usual_cause_is_two_touches_and_is_noted_as_a_typed_one_is(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got = await trouble(night)
        menu = await touches(night, got.person, "more", "cause")
        assert menu.text == (
            f"{got.text}\n📝 Nguyên nhân của SC-0512-001? Chọn bên dưới, hoặc gõ: NN 001 và nguyên nhân"
        )
        known = pick("vi").lists
        assert menu.labels == ("✅ Tiếp nhận", *(name for name in next(iter(known.values())).values()), "⬅️ Quay lại")
        answer = await night.presses(got.person, menu.labelled("đứt cáp"))
        assert (answer.text, answer.accepted) == ("Đã ghi nguyên nhân của SC-0512-001: đứt cáp.", True)
        (row,) = night.rows(FactKind.INCIDENT_NOTE)
        assert (row.actor, dict(row.refs)) == (got.person, {"about": "cause", "usual": "cable", "update": 503})
        await night.types(got.person, "NN 001 xe cẩu kéo đứt cáp")
        assert noted(night) == [
            '{"text":"Nguyên nhân: đứt cáp"}',
            '{"text":"Nguyên nhân: xe cẩu kéo đứt cáp"}',
        ]
        assert dict(night.rows(FactKind.INCIDENT_NOTE)[-1].refs) == {"about": "cause", "update": 504}
        closed = last(night, got.person)
        assert (closed.text, closed.actions()) == (got.text, got.actions())


async def test_of_two_who_name_it_the_first_counts_and_who_chose_wrongly_may_choose_again(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got = await trouble(night)
        await night.passes(minutes=5)
        other = night.on("operations")
        mine, theirs = [await touches(night, who, "more", "cause") for who in (got.person, other)]
        for label in ("đứt cáp", "đứt cáp", "mất điện"):
            await night.presses(got.person, mine.labelled(label))
        answer = await night.presses(other, theirs.labelled("chưa rõ"))
        name = night.settings.people[got.person].name
        assert answer.text == f"{name} vừa ghi nguyên nhân của SC-0512-001 lúc 03:13:00: mất điện."
        assert [row.refs["usual"] for row in night.rows(FactKind.INCIDENT_NOTE)] == ["cable", "power"]
        assert [row.actor for row in night.rows(FactKind.INCIDENT_UNCHANGED)] == [got.person, other]


async def test_what_came_back_asks_for_its_cause_under_the_message_that_says_so(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got = await trouble(night)
        await night.passes(minutes=31)
        await touches(night, got.person, "take")
        await night.sees(LOST, Health.UP)
        end = over(night, got.person)
        assert end.actions() == ["cause", "close"]
        await night.presses(got.person, end.button("cause"))
        menu = last(night, got.person)
        assert menu.edits == end.ref
        assert "take" not in menu.actions()
        assert (await night.presses(got.person, menu.labelled("mất điện"))).accepted
        assert last(night, got.person).actions() == ["cause", "close"]
        # In one's own words as well, by the number that it had; a contact of another organisation has neither.
        assert (await night.types(got.person, "NN 001 chập nguồn")).accepted
        assert len(night.rows(FactKind.INCIDENT_NOTE)) == 2
        contact = night.settings.organisations["so-khcn"].contacts[0]
        assert over(night, contact).actions() == []
        await night.passes(hours=25)
        assert not (await night.types(night.on("shift"), "NN 001 chập nguồn")).accepted, (
            "that number is another's by now"
        )


async def test_who_is_on_no_duty_there_names_no_cause(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got = await trouble(night)
        menu = await touches(night, got.person, "more", "cause")
        for somebody in (night.on("operations"), night.on("shift", "bd-song-mau"), "987654321"):
            for action in ("cause_is", "back"):
                answer = await night.presses(somebody, menu.button(action))
                assert (answer.text, answer.refused) == (REFUSED, True)
        assert noted(night) == []
        assert len(night.rows(FactKind.PRESS_REFUSED)) == 6


async def test_an_old_list_of_causes_is_shown_anew_and_a_closed_incident_has_none(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got = await trouble(night)
        name = night.settings.people[night.on("leader")].name
        menu = await touches(night, got.person, "more", "cause")
        await night.passes(minutes=31)
        answer = await night.presses(got.person, menu.labelled("đứt cáp"))
        assert answer.text.startswith("Bảng chọn đã cũ")
        fresh = last(night, got.person)
        await touches(night, got.person, "take")
        await night.sees(LOST, Health.UP)
        leader = night.on("leader")
        await night.does("close", by=leader, cause="đứt cáp", measures="hàn nối")
        for callback in (fresh.labelled("đứt cáp"), over(night, got.person).button("cause")):
            answer = await night.presses(got.person, callback)
            assert answer.text == f"SC-0512-001 đã được {name} đóng lúc 03:39:00, không cần thao tác nữa."
        assert noted(night) == []
