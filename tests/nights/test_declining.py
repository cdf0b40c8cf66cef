"""Pages of a duty log: a leader decides that the department is not told yet, and why; and when he is asked again."""

from datetime import timedelta
from pathlib import Path

import pytest

from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.store import tables as t
from tests.nights.test_approvals import DEPARTMENT, POST, UNIT, only_leaders, others_than, requests
from tests.nights.test_handing_on import REFUSED, last, touches
from tests.support.night import Got, Night

BEGIN = "2026-12-01 09:00"


async def asked(night: Night) -> Got:
    """Let a report wait for the leader on duty, and return what he got."""
    await night.sees(POST, Health.DOWN)
    await night.passes(minutes=30)
    return last(night, night.on("leader", UNIT))


async def test_a_leader_says_why_not_and_nobody_else_is_asked_in_his_place(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        on = night.on("leader", UNIT)
        only_leaders(night, others_than(night, on)[0])
        got = await asked(night)
        assert got.actions() == ["take", "approve", "decline", "ring", "more"]
        menu = await touches(night, on, "decline")
        assert menu.text.splitlines()[-1] == (
            "✋ Chưa báo cáo SC-0112-001: vì sao? Chọn bên dưới, hoặc gõ: CBC 001 và lý do"
        )
        assert menu.actions()[0] == "take"
        answer = await night.presses(on, menu.labelled("đang xác minh"))
        to = night.settings.organisations["so-khcn"].name
        assert answer.text == (
            f"Đã ghi: chưa báo cáo SC-0112-001 cho {to} lúc 09:30:00; lý do: đang xác minh. Đổi ý thì bấm Duyệt."
        )
        (row,) = night.rows(FactKind.STEP_DECLINED)
        assert (row.actor, row.refs["organisation"], row.refs["usual"]) == (on, "so-khcn", "verifying")
        assert (row.refs["round"], row.refs["update"]) == (0, 502)
        assert '{"reason":"đang xác minh"}' in [body for (body,) in night.query(t.journal_private.c.body, seq=row.seq)]
        assert last(night, on).actions() == got.actions()
        await night.passes(minutes=29)
        assert requests(night) == [("09:30:00", on)]
        assert [r.refs["reason"] for r in night.rows(FactKind.STEP_UNNEEDED)] == ["declined", "declined"]
        assert DEPARTMENT not in {person for _, person in night.told()}
        # It goes on, and the ladder comes to that organisation again: he is asked again, and then the next one is.
        await night.passes(minutes=31)
        assert requests(night)[1:] == [("10:30:00", on)]


async def test_in_his_own_words_and_changing_his_mind(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got = await asked(night)
        answer = await night.types(got.person, "CBC 001 chờ đội báo từ trạm")
        assert answer.accepted
        assert "lý do: chờ đội báo từ trạm." in answer.text
        assert dict(night.rows(FactKind.STEP_DECLINED)[0].refs).get("usual") is None
        await night.passes(minutes=3)
        assert (await night.presses(got.person, got.button("approve"))).accepted
        assert DEPARTMENT in {person for _, person in night.told()}
        # Approved is approved.
        menu = await touches(night, got.person, "decline")
        answer = await night.presses(got.person, menu.labelled("ảnh hưởng nhỏ"))
        name = night.settings.people[got.person].name
        assert answer.text == f"Báo cáo SC-0112-001 đã được {name} duyệt lúc 09:33:00."
        assert len(night.rows(FactKind.STEP_DECLINED)) == 1
        assert not (await night.types(got.person, "CBC 001")).accepted
        assert (await night.types(got.person, "CBC 001")).text.startswith("Chưa hiểu lệnh. Gõ theo mẫu: CBC 014")


async def test_of_two_leaders_the_first_counts_and_the_second_hears_who_it_was(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        on = night.on("leader", UNIT)
        other = others_than(night, on)[0]
        only_leaders(night, other)
        await asked(night)
        await night.passes(minutes=10)
        theirs = last(night, other)
        menus = {who: await touches(night, who, "decline") for who in (on, other)}
        await night.presses(on, menus[on].labelled("sắp khôi phục"))
        await night.passes(30)
        name = night.settings.people[on].name
        for callback in (menus[other].labelled("ảnh hưởng nhỏ"), theirs.button("approve")):
            answer = await night.presses(other, callback)
            assert answer.text == f"{name} đã quyết định chưa báo cáo SC-0112-001 lúc 09:40:00."
            assert not answer.accepted
        assert [row.actor for row in night.rows(FactKind.STEP_DECLINED)] == [on]
        assert DEPARTMENT not in {person for _, person in night.told()}
        # Later it is no race any more, but a decision of its own.
        await night.passes(minutes=5)
        assert (await night.presses(other, theirs.button("approve"))).accepted
        assert night.rows(FactKind.STEP_APPROVED)[0].actor == other


async def test_who_chose_wrongly_chooses_again_and_an_update_that_comes_twice_counts_once(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got = await asked(night)
        menu = await touches(night, got.person, "decline")
        for label in ("ảnh hưởng nhỏ", "ảnh hưởng nhỏ", "đang xác minh"):
            await night.presses(got.person, menu.labelled(label))
        for _ in range(2):
            await night.presses(got.person, menu.labelled("sắp khôi phục"), update_id=900)
        assert [row.refs["usual"] for row in night.rows(FactKind.STEP_DECLINED)] == ["small", "verifying", "soon_back"]
        assert len(night.rows(FactKind.INCIDENT_UNCHANGED)) == 1


async def test_who_does_not_lead_there_decides_nothing(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got = await asked(night)
        menu = await touches(night, got.person, "decline")
        for somebody in (night.on("shift", UNIT), night.on("leader"), DEPARTMENT, "987654321"):
            for callback in (got.button("decline"), menu.button("decline_as")):
                answer = await night.presses(somebody, callback)
                assert (answer.text, answer.refused) == (REFUSED, True)
        assert not (await night.types(night.on("shift", UNIT), "CBC 001 không cần")).accepted
        assert not night.rows(FactKind.STEP_DECLINED)


async def test_a_new_round_asks_anew_whatever_was_decided(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got = await asked(night)
        await night.types(got.person, "CBC 001 đang xác minh")
        old = await touches(night, got.person, "decline")
        await touches(night, got.person, "take")
        await night.passes(hours=2)
        assert night.incidents()[0].round == 1
        answer = await night.presses(got.person, old.labelled("đang xác minh"))
        assert (answer.text, answer.refused) == (REFUSED, True)
        assert night.rows(FactKind.PRESS_REFUSED)[0].refs["why"] == "asked_anew"
        await night.passes(minutes=31)
        assert requests(night)[:2] == [("09:30:00", got.person), ("11:30:00", got.person)]


async def test_who_escalates_by_hand_reaches_the_next_leader_whatever_was_decided(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        on = night.on("leader", UNIT)
        other = others_than(night, on)[0]
        only_leaders(night, other)
        await asked(night)
        await night.types(on, "CBC 001 đang xác minh")
        await night.does("escalate", by=night.on("shift", UNIT))
        assert requests(night) == [("09:30:00", on), ("09:30:00", other)]


@pytest.mark.parametrize("late", [timedelta(0), timedelta(minutes=31)])
async def test_an_old_list_of_reasons_is_shown_anew(tmp_path: Path, late: timedelta) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got = await asked(night)
        menu = await touches(night, got.person, "decline")
        await night.passes(late.total_seconds())
        answer = await night.presses(got.person, menu.labelled("đang xác minh"))
        assert answer.text.startswith("Bảng chọn đã cũ" if late else "Đã ghi: chưa báo cáo")
        assert len(night.rows(FactKind.STEP_DECLINED)) == (0 if late else 1)


async def test_what_is_over_is_not_decided_about(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got = await asked(night)
        await night.sees(POST, Health.UP)
        answer = await night.presses(got.person, got.button("decline"))
        assert answer.text == "SC-0112-001 đã khôi phục lúc 09:30:00, không cần thao tác nữa."
        assert not night.rows(FactKind.STEP_DECLINED)
