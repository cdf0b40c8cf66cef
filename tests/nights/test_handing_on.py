"""Pages of a duty log: an incident handed on at a touch, by a menu under the message that is edited in place."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from monitord.domain.health import Health
from monitord.domain.incident import Phase
from monitord.domain.journal import FactKind
from monitord.store import tables as t
from tests.support.night import ACCEPTED, NOT_SENT, Got, Night, silent

LOST = silent("olt-go-may")
REFUSED = "Nút này không dùng được với tài khoản này."
BEGIN = "2026-12-05 03:07"


async def trouble(night: Night) -> Got:
    """Let a device be lost, and return what the shift got."""
    await night.sees(LOST, Health.DOWN)
    await night.passes(minutes=1)
    return last(night, night.on("shift"))


def last(night: Night, person: str) -> Got:
    return next(got for got in reversed(night.got) if got.person == person and got.channel == "telegram")


async def touches(night: Night, person: str, *actions: str) -> Got:
    """Let somebody press one button after the other under his last message, and return it as it is then."""
    for action in actions:
        answer = await night.presses(person, last(night, person).button(action))
        assert answer.accepted, answer.text
    return last(night, person)


def called(night: Night, person: str, duty: str) -> str:
    """Return how a person stands in the menu."""
    return f"👤 {night.settings.people[person].name} – {night.settings.duty_kinds[duty].name}"


async def test_what_is_done_seldom_opens_under_the_same_message_and_rings_nowhere(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got = await trouble(night)
        told, rows = night.told(), len(night.rows())
        menu = await touches(night, got.person, "more")
        assert (menu.edits, menu.text) == (got.ref, got.text)
        assert menu.actions() == ["take", "hand", "cause", "close", "picture", "back"]
        assert night.told() == told
        assert len(night.rows()) == rows, "to look at a menu decides nothing"
        assert (await touches(night, got.person, "hand")).text == (
            f"{got.text}\n👤 Giao SC-0512-001 cho ai? Người được chọn được báo ngay."
        )
        closed = await touches(night, got.person, "back")
        assert (closed.text, closed.actions()) == (got.text, got.actions())


async def test_the_menu_names_who_is_on_duty_there_and_not_the_reader(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got = await trouble(night)
        menu = await touches(night, got.person, "more", "hand")
        duties = ("operations", "leader", "rescue", "network")
        assert menu.labels[0] == "✅ Tiếp nhận"
        assert menu.labels[-1] == "⬅️ Quay lại"
        assert set(menu.labels[1:-1]) == {called(night, night.on(duty), duty) for duty in duties}
        assert max(len(callback.encode()) for callback in menu.buttons) <= 64


async def test_who_is_chosen_is_told_by_a_new_message_and_it_is_his_once_he_takes_it(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got, other = await trouble(night), night.on("rescue")
        await touches(night, got.person, "take")
        menu = await touches(night, got.person, "more", "hand")
        assert "take" not in menu.actions(), "he has it"
        answer = await night.presses(got.person, menu.labelled(called(night, other, "rescue")))
        name = night.settings.people[other].name
        assert answer.text == (
            f"Đã giao SC-0512-001 cho {name} lúc 03:08:00. Chỉ chuyển khi người đó bấm Tiếp nhận; trước đó giữ nguyên."
        )
        (row,) = night.rows(FactKind.INCIDENT_HANDED)
        assert (row.actor, dict(row.refs)) == (got.person, {"to": other, "update": 504})
        assert last(night, got.person).actions() == ["called", "snooze", "escalate", "more"]
        letter = last(night, other)
        assert (letter.edits, letter.actions()) == (None, ["take", "more"])
        assert night.incidents()[0].acknowledged_by == got.person
        await touches(night, other, "take")
        assert night.incidents()[0].acknowledged_by == other
        # His message shows what he can do with it now; who had it hears who has it.
        assert last(night, other).actions() == ["called", "snooze", "escalate", "more"]
        assert night.told()[-1][1] == got.person


async def test_of_two_who_hand_it_on_the_first_counts_and_the_second_hears_who_it_was(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        first = await trouble(night)
        await night.passes(minutes=5)
        second = last(night, night.on("operations"))
        menus = [await touches(night, got.person, "more", "hand") for got in (first, second)]
        rescue, network = night.on("rescue"), night.on("network")
        await night.presses(first.person, menus[0].labelled(called(night, rescue, "rescue")))
        await night.passes(20)
        answer = await night.presses(second.person, menus[1].labelled(called(night, network, "network")))
        people = night.settings.people
        assert answer.text == (
            f"SC-0512-001 vừa được {people[first.person].name} giao cho {people[rescue].name} lúc 03:13:00."
        )
        assert not answer.accepted
        assert [row.refs["to"] for row in night.rows(FactKind.INCIDENT_HANDED)] == [rescue]
        (row,) = night.rows(FactKind.INCIDENT_UNCHANGED)
        assert (row.actor, row.refs["what"]) == (second.person, "hand")
        assert last(night, second.person).actions() == second.actions()
        # The one who was chosen does not answer: after two minutes another may be.
        await night.passes(minutes=2)
        menu = await touches(night, second.person, "more", "hand")
        assert (await night.presses(second.person, menu.labelled(called(night, network, "network")))).accepted


async def test_who_chose_wrongly_chooses_again_and_a_trembling_thumb_hands_it_on_once(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got = await trouble(night)
        menu = await touches(night, got.person, "more", "hand")
        rescue, network = night.on("rescue"), night.on("network")
        wrong, right = (menu.labelled(called(night, *one)) for one in ((rescue, "rescue"), (network, "network")))
        for callback in (wrong, wrong, right, right):
            await night.presses(got.person, callback)
        assert [row.refs["to"] for row in night.rows(FactKind.INCIDENT_HANDED)] == [rescue, network]
        assert len(night.rows(FactKind.INCIDENT_UNCHANGED)) == 2
        assert night.query(t.incident.c.assigned_to) == [(network,)]


async def test_an_update_that_comes_twice_hands_it_on_once(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got = await trouble(night)
        menu = await touches(night, got.person, "more", "hand")
        choice = menu.labelled(called(night, night.on("rescue"), "rescue"))
        first = await night.presses(got.person, choice, update_id=900)
        await night.passes(minutes=5)
        again = await night.presses(got.person, choice, update_id=900)
        assert (again.text, again.accepted) == (first.text, False)
        assert len(night.rows(FactKind.INCIDENT_HANDED)) == 1
        shown = night.count(t.outbox, event="menu_edit")
        await night.presses(got.person, got.button("more"), update_id=901)
        await night.presses(got.person, got.button("more"), update_id=901)
        assert night.count(t.outbox, event="menu_edit") == shown + 1


@pytest.mark.parametrize("action", ["more", "hand", "hand_to", "back"])
async def test_nobody_touches_a_menu_that_is_not_his(tmp_path: Path, action: str) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got = await trouble(night)
        menu = await touches(night, got.person, "more")
        callbacks = {"more": got.button("more"), "hand": menu.button("hand")}
        menu = await touches(night, got.person, "hand")
        callbacks |= {"back": menu.button("back"), "hand_to": menu.button("hand_to")}
        edits = night.count(t.outbox, event="menu_edit")
        for somebody in (night.on("operations"), night.on("shift", "bd-song-mau"), "987654321"):
            answer = await night.presses(somebody, callbacks[action])
            assert (answer.text, answer.refused) == (REFUSED, True)
        forged = callbacks[action][:-1] + ("A" if callbacks[action][-1] != "A" else "B")
        assert (await night.presses(got.person, forged)).text == REFUSED
        assert len(night.rows(FactKind.PRESS_REFUSED)) == 4
        assert not night.rows(FactKind.INCIDENT_HANDED)
        assert night.count(t.outbox, event="menu_edit") == edits


async def test_a_menu_outlives_the_daemon(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got, other = await trouble(night), night.on("rescue")
        menu = await touches(night, got.person, "more", "hand")
        night.die()
        await night.passes_away(40)
        answer = await night.presses(got.person, menu.labelled(called(night, other, "rescue")))
        assert answer.accepted
        assert [g.person for g in night.got if "GIAO" in g.text and g.edits is None] == [other]


async def test_a_menu_that_was_asked_for_is_shown_by_the_next_life(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got = await trouble(night)
        night.lanes = ()
        await night.presses(got.person, got.button("more"))
        night.die()
        night.lanes = None
        await night.passes_away(5)
        await night.passes(1)
        assert last(night, got.person).actions() == ["take", "hand", "cause", "close", "picture", "back"]


async def test_a_menu_that_could_not_be_shown_is_tried_again_and_an_older_one_is_not(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got = await trouble(night)
        night.answer = lambda claimed: NOT_SENT
        await night.presses(got.person, got.button("more"))
        await night.presses(got.person, got.button("more"))
        night.answer = lambda claimed: ACCEPTED
        await night.passes(10)
        assert [g.actions() for g in night.got if g.edits is not None] == [
            ["take", "hand", "cause", "close", "picture", "back"]
        ]
        states = night.query(t.outbox.c.state, event="menu_edit")
        assert states == [("superseded",), ("sent",)]


async def test_an_old_menu_is_shown_anew_instead_of_handing_it_on(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got = await trouble(night)
        menu = await touches(night, got.person, "more", "hand")
        await night.passes(minutes=31)
        answer = await night.presses(got.person, menu.labelled(called(night, night.on("rescue"), "rescue")))
        assert answer.text == "Bảng chọn đã cũ; đã hiện bảng mới bên dưới tin, mời chọn lại."
        assert not night.rows(FactKind.INCIDENT_HANDED)
        fresh = last(night, got.person)
        assert (fresh.edits, fresh.labels) == (got.ref, menu.labels)
        assert (await night.presses(got.person, fresh.button("hand_to"))).accepted


async def test_whose_duty_is_over_is_chosen_no_more(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 06:40") as night:
        got, leader = await trouble(night), night.on("leader")
        menu = await touches(night, got.person, "more", "hand")
        await night.passes(minutes=20)
        assert night.on("leader") != leader
        answer = await night.presses(got.person, menu.labelled(called(night, leader, "leader")))
        assert answer.text.startswith("Bảng chọn đã cũ")
        assert called(night, night.on("leader"), "leader") in last(night, got.person).labels


async def test_what_somebody_took_meanwhile_is_handed_on_by_him_or_a_leader(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got = await trouble(night)
        await night.passes(minutes=15)
        leader, operations = night.on("leader"), night.on("operations")
        menus = {person: await touches(night, person, "more", "hand") for person in (got.person, leader)}
        await touches(night, operations, "take")
        assert last(night, got.person).actions() == [], "the menu went with the edit that says who took it"
        choice = menus[got.person].labelled(called(night, night.on("rescue"), "rescue"))
        answer = await night.presses(got.person, choice)
        assert answer.text.startswith(f"SC-0512-001 đã có {night.settings.people[operations].name}")
        assert not night.rows(FactKind.INCIDENT_HANDED)
        assert [row.refs["what"] for row in night.rows(FactKind.INCIDENT_UNCHANGED)] == ["hand"]
        answer = await night.presses(leader, menus[leader].labelled(called(night, night.on("rescue"), "rescue")))
        assert answer.accepted
        assert night.rows(FactKind.INCIDENT_HANDED)[0].actor == leader


async def test_what_is_over_has_no_menu(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got = await trouble(night)
        menu = await touches(night, got.person, "more", "hand")
        await night.sees(LOST, Health.UP)
        for callback in (got.button("more"), menu.button("hand_to")):
            answer = await night.presses(got.person, callback)
            assert answer.text == "SC-0512-001 đã khôi phục lúc 03:08:00, không cần thao tác nữa."
        assert not night.rows(FactKind.INCIDENT_HANDED)
        assert [g.actions() for g in night.got if g.edits == got.ref][-1] == []


async def test_where_nobody_else_is_on_duty_the_buttons_stay_and_the_answer_says_so(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got = await trouble(night)
        menu = await touches(night, got.person, "more")
        with night.engine.begin() as connection:  # as with a roster of one
            connection.execute(t.shift.delete().where(t.shift.c.person != got.person))
        answer = await night.presses(got.person, menu.button("hand"))
        assert answer.text.startswith("Chưa giao được SC-0512-001: lúc này không có ai khác đang trực")
        assert last(night, got.person) == menu
        assert night.incidents()[0].phase is Phase.OPEN


async def test_the_message_that_is_edited_is_the_one_under_which_it_was_pressed(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got = await trouble(night)
        with night.engine.begin() as connection:  # as when it arrived twice, and the second was marked as sent
            mine = sa.and_(t.outbox.c.person == got.person, t.outbox.c.channel == "telegram")
            connection.execute(t.outbox.update().where(mine).values(message_ref="99"))
        night.whole = False
        assert (await touches(night, got.person, "more")).edits == got.ref
