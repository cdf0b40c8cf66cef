"""Pages of a duty log: an incident closed at a touch by a leader, or proposed to one; and what nobody closes."""

from pathlib import Path

from monitord.domain.health import Health
from monitord.domain.incident import Phase
from monitord.domain.journal import FactKind
from monitord.store import tables as t
from tests.nights.test_cause_noted import over
from tests.nights.test_handing_on import BEGIN, LOST, REFUSED, last, touches, trouble
from tests.support.night import Got, Night


async def chooses(night: Night, person: str, got: Got, *labels: str) -> str:
    """Let somebody press one button after the other, by its label, and return what the last was answered with."""
    text = ""
    for label in labels:
        text = (await night.presses(person, got.labelled(label))).text
        got = last(night, person)
    return text


def written(night: Night, kind: FactKind) -> list[str]:
    """Return what stands beside the rows of a kind."""
    return [body for row in night.rows(kind) for (body,) in night.query(t.journal_private.c.body, seq=row.seq)]


async def test_what_is_still_down_is_not_closed_and_the_answer_says_what_to_wait_for(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got = await trouble(night)
        menu = await touches(night, got.person, "more")
        answer = await night.presses(got.person, menu.button("close"))
        assert answer.text == (
            "Chưa đóng được SC-0512-001: hệ thống chưa thấy hoạt động lại từ 03:07:00. "
            "Khi thấy, hệ thống tự báo khôi phục; đóng bằng nút dưới tin đó."
        )
        assert not answer.accepted
        assert night.incidents()[0].phase is Phase.OPEN
        (row,) = night.rows(FactKind.INCIDENT_UNCHANGED)
        assert (row.actor, row.refs["what"], row.refs["phase"]) == (got.person, "close", "open")
        assert last(night, got.person).actions() == got.actions()
        assert night.count(t.timer, state="armed") == 1


async def test_the_shift_proposes_and_the_leader_closes_as_it_was_proposed(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got = await trouble(night)
        await night.passes(minutes=16)
        await night.sees(LOST, Health.UP)
        said = await chooses(night, got.person, over(night, got.person), "🔒 Đóng sự cố", "đứt cáp", "hàn nối cáp")
        assert said == ("Đã ghi đề nghị đóng SC-0512-001 lúc 03:24:00; trực lãnh đạo bấm Đóng sự cố để duyệt.")
        assert night.incidents()[0].phase is Phase.RESTORED
        assert written(night, FactKind.INCIDENT_CLOSE_PROPOSED) == ['{"cause_text":"đứt cáp","measures":"hàn nối cáp"}']
        assert written(night, FactKind.INCIDENT_NOTE) == ['{"text":"Nguyên nhân: đứt cáp"}']
        leader = night.on("leader")
        await night.presses(leader, over(night, leader).button("close"))
        menu = last(night, leader)
        assert menu.text.splitlines()[-1] == "🔒 Đóng SC-0512-001, nguyên nhân: đứt cáp. Đã xử lý thế nào?"
        assert menu.labels[0] == "Theo đề nghị: đứt cáp; hàn nối cáp"
        assert await chooses(night, leader, menu, menu.labels[0]) == "Đã đóng SC-0512-001 lúc 03:24:00."
        assert night.incidents()[0].phase is Phase.CLOSED
        assert written(night, FactKind.INCIDENT_CLOSED) == ['{"cause_text":"đứt cáp","measures":"hàn nối cáp"}']
        (row,) = night.rows(FactKind.INCIDENT_CLOSED)
        assert (row.actor, row.refs["duty"], row.refs["update"]) == (leader, "leader", 505)
        assert last(night, leader).actions() == []


async def test_the_shift_is_not_shown_what_somebody_proposed_and_the_first_of_two_counts(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got = await trouble(night)
        await night.passes(minutes=6)
        other = night.on("operations")
        await night.sees(LOST, Health.UP)
        await chooses(night, got.person, over(night, got.person), "🔒 Đóng sự cố", "mất điện")
        await night.presses(other, over(night, other).button("close"))
        theirs = last(night, other)
        assert theirs.labels[0] == "tự hoạt động lại", "the cause is known by now"
        await chooses(night, got.person, last(night, got.person), "có điện lại")
        name = night.settings.people[got.person].name
        said = await chooses(night, other, theirs, "chạy máy nổ")
        assert said == f"{name} vừa đề nghị đóng SC-0512-001 lúc 03:14:00; chờ trực lãnh đạo duyệt."
        assert len(night.rows(FactKind.INCIDENT_CLOSE_PROPOSED)) == 1
        assert [row.actor for row in night.rows(FactKind.INCIDENT_UNCHANGED)] == [other]


async def test_a_leader_closes_in_three_touches_and_once(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        await trouble(night)
        await night.passes(minutes=16)
        leader = night.on("leader")
        await night.sees(LOST, Health.UP)
        end = over(night, leader)
        assert await chooses(night, leader, end, "🔒 Đóng sự cố", "chưa rõ") == "Chọn bên dưới tin này."
        menu = last(night, leader)
        choice = menu.labelled("tự hoạt động lại")
        for _ in range(2):
            await night.presses(leader, choice, update_id=900)
        assert len(night.rows(FactKind.INCIDENT_CLOSED)) == 1
        again = await night.presses(leader, choice)
        assert again.text == (
            f"SC-0512-001 đã được {night.settings.people[leader].name} đóng lúc 03:24:00, không cần thao tác nữa."
        )
        # A fault after that is a new incident: a closed one hides nothing.
        await night.passes(minutes=5)
        await night.sees(LOST, Health.DOWN)
        assert [one.phase for one in night.incidents()] == [Phase.CLOSED, Phase.OPEN]


async def test_what_people_reported_is_over_when_who_closes_it_says_so(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        await night.reports("cáp treo đứt trước trụ sở xã")
        shift = night.on("shift")
        got = last(night, shift)
        await night.passes(minutes=6)
        menu = await touches(night, shift, "more", "close")
        assert "Đóng nghĩa là đã hoạt động lại." in menu.text.splitlines()[-1]
        said = await chooses(night, shift, menu, "do thi công", "hàn nối cáp")
        assert said.startswith("Đã ghi đề nghị đóng SC-0512-001 lúc 03:13:00")
        incident = night.incidents()[0]
        assert (incident.phase, night.rows(FactKind.INCIDENT_RESTORED)[0].actor) == (Phase.RESTORED, shift)
        assert night.count(t.timer, state="armed") == 0
        # Who was told hears that it is over, under what he was told by as well.
        assert "KHÔI PHỤC" in over(night, night.on("operations")).text
        assert [g.actions() for g in night.got if g.edits == got.ref][-1] == []


async def test_who_is_on_no_duty_there_closes_nothing(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got = await trouble(night)
        await night.sees(LOST, Health.UP)
        end = over(night, got.person)
        await night.presses(got.person, end.button("close"))
        causes = last(night, got.person)
        await night.presses(got.person, causes.labelled("đứt cáp"))
        measures = last(night, got.person)
        callbacks = (end.button("close"), causes.button("close_cause"), measures.button("close_as"))
        rows = len(night.rows())
        for somebody in (night.on("operations"), night.on("shift", "bd-song-mau"), "987654321"):
            for callback in callbacks:
                assert (await night.presses(somebody, callback)).text == REFUSED
        assert {row.kind for row in night.rows()[rows:]} == {FactKind.PRESS_REFUSED}
        assert night.incidents()[0].phase is Phase.RESTORED


async def test_a_fault_that_came_back_while_it_was_being_closed_is_not_closed(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got = await trouble(night)
        await night.sees(LOST, Health.UP)
        await chooses(night, got.person, over(night, got.person), "🔒 Đóng sự cố", "đứt cáp")
        menu = last(night, got.person)
        await night.passes(minutes=1)
        await night.sees(LOST, Health.DOWN)
        assert night.incidents()[0].phase is Phase.OPEN
        answer = await night.presses(got.person, menu.labelled("hàn nối cáp"))
        assert answer.text.startswith("Chưa đóng được SC-0512-001: hệ thống chưa thấy hoạt động lại")
        assert not night.rows(FactKind.INCIDENT_CLOSE_PROPOSED)


async def test_an_old_menu_of_closing_is_shown_anew(tmp_path: Path) -> None:
    async with Night(tmp_path, BEGIN) as night:
        got = await trouble(night)
        await night.sees(LOST, Health.UP)
        await chooses(night, got.person, over(night, got.person), "🔒 Đóng sự cố", "đứt cáp")
        menu = last(night, got.person)
        await night.passes(minutes=31)
        assert (await chooses(night, got.person, menu, "hàn nối cáp")).startswith("Bảng chọn đã cũ")
        assert not night.rows(FactKind.INCIDENT_CLOSE_PROPOSED)
        said = await chooses(night, got.person, last(night, got.person), "hàn nối cáp")
        assert said.startswith("Đã ghi đề nghị đóng")
