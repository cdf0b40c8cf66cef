"""Pages of a duty log: whoever is on duty in a storm has its list on the telephone, as a file that Excel opens."""

import csv
from io import StringIO
from pathlib import Path

import pytest

from monitord.account.export import ENCODING
from monitord.domain.health import Health
from monitord.domain.incident import Phase
from monitord.domain.journal import FactKind
from monitord.domain.notice import Claimed, Event, Outcome
from monitord.store import tables as t
from tests.nights.test_storm import POWER, come_back, fall, messages, storm_of
from tests.support.night import NOT_SENT, UNCERTAIN, Got, Night
from tests.support.typhoon import province, shown

LISTING = "Danh sách {code} đang được gửi."
REFUSED = "Nút này không dùng được với tài khoản này."


def first(night: Night, person: str) -> Got:
    """Return the first message of the storm that a person got."""
    return next(g for g in messages(night, person) if "SỰ CỐ DIỆN RỘNG" in g.text)


def lists(night: Night, person: str | None = None) -> list[Got]:
    """Return the lists that people, or one of them, got."""
    return [g for g in night.got if "📋 DANH SÁCH" in g.text and person in (None, g.person)]


def rows_of(got: Got) -> list[dict[str, str]]:
    """Return the lines of a list as Excel shows them."""
    assert got.document is not None
    return list(csv.DictReader(StringIO(got.document.content.decode(ENCODING), newline="")))


@pytest.mark.slow
async def test_a_press_brings_the_list_as_a_file_and_a_later_press_a_newer_one(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-09-11 02:30", province()) as night:
        await fall(night, POWER[:8])
        shift, code = night.on("shift"), storm_of(night).code
        begun = first(night, shift)
        assert begun.actions() == ["take", "list"]
        answer = await night.presses(shift, begun.button("list"))
        assert (answer.text, answer.accepted) == (LISTING.format(code=code), True)
        [got] = lists(night)
        assert (got.person, got.channel, got.buttons) == (shift, "telegram", ())
        assert got.text.splitlines() == [
            f"📋 DANH SÁCH · {code} · tính đến 02:30 11/09/2027",
            "8 sự cố, gộp từ 8 cảnh báo. Mở bằng Excel: mỗi dòng một lỗi, có giờ bắt đầu và giờ khôi phục.",
        ]
        assert got.document is not None
        assert got.document.name == f"{code}-0230.csv"
        assert got.document.content.startswith(b"\xef\xbb\xbf")
        assert [row["Đối tượng"] for row in rows_of(got)] == [shown(target) for target in POWER[:8]]
        await come_back(night, POWER[:3])
        await night.passes(minutes=5)
        await night.presses(shift, begun.button("list"))
        _, newer = lists(night)
        assert newer.document is not None
        assert newer.document.name > got.document.name
        assert [bool(row["Khôi phục"]) for row in rows_of(newer)] == [True] * 3 + [False] * 5
        asked = night.rows(FactKind.STORM_LIST_ASKED)
        assert [(row.actor, row.incident, row.refs["duty"]) for row in asked] == [
            (shift, storm_of(night).id, "shift")
        ] * 2
        assert storm_of(night).phase is Phase.OPEN, "to ask for the list is not to take it"


@pytest.mark.slow
async def test_while_a_list_is_under_way_another_press_brings_no_second_one(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-09-11 02:30", province()) as night:
        await fall(night, POWER[:8])
        shift = night.on("shift")
        accepts, night.answer = night.answer, lambda claimed: NOT_SENT
        for _ in range(3):
            answer = await night.presses(shift, first(night, shift).button("list"))
            assert answer.text == LISTING.format(code=storm_of(night).code)
        night.answer = accepts
        await night.passes(minutes=5)
        assert len(night.rows(FactKind.STORM_LIST_ASKED)) == 3
        assert night.count(t.outbox, event=Event.STORM_LIST) == 1
        await night.presses(shift, first(night, shift).button("list"))
        assert night.count(t.outbox, event=Event.STORM_LIST) == 2


async def test_the_same_update_brings_one_list(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-09-11 02:30", province()) as night:
        await fall(night, POWER[:8])
        shift = night.on("shift")
        for _ in range(2):
            answer = await night.presses(shift, first(night, shift).button("list"), update_id=900)
            assert answer.text == LISTING.format(code=storm_of(night).code)
        night.die()
        await night.passes_away(1)
        await night.presses(shift, first(night, shift).button("list"), update_id=900)
        assert len(lists(night)) == 1
        assert [row.refs["update"] for row in night.rows(FactKind.STORM_LIST_ASKED)] == [900]


@pytest.mark.slow
async def test_a_summary_can_be_taken_while_nobody_has_the_storm_and_always_gives_the_list(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-09-11 02:30", province()) as night:
        await fall(night, POWER[:8])
        await fall(night, [POWER[8]], apart=60 * 16)
        shift, operations = night.on("shift"), night.on("operations")
        summary = next(g for g in messages(night, shift) if "bản cập nhật" in g.text)
        assert summary.actions() == ["take", "list"]
        assert first(night, night.on("leader")).actions() == ["noted", "take", "list"]
        await night.presses(shift, summary.button("list"))
        assert len(rows_of(lists(night)[-1])) == 9
        answer = await night.presses(
            operations, next(g for g in messages(night, operations) if "bản cập nhật" in g.text).button("take")
        )
        assert answer.accepted
        assert (storm_of(night).phase, storm_of(night).acknowledged_by) == (Phase.ACKNOWLEDGED, operations)
        await fall(night, [POWER[9]], apart=60 * 16)
        later = [g for g in messages(night, shift) if "bản cập nhật" in g.text][-1]
        assert later.actions() == ["list"]
        assert (await night.presses(shift, summary.button("take"))).text.startswith(f"{storm_of(night).code} đã có")


@pytest.mark.slow
async def test_the_list_can_be_had_when_the_storm_is_taken_and_when_it_is_over(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-09-11 02:30", province()) as night:
        await fall(night, POWER[:8])
        shift, begun = night.on("shift"), first(night, night.on("shift"))
        await night.presses(shift, begun.button("take"))
        [taken] = [g for g in night.got if g.edits and "DR-" in g.text and g.person == shift]
        assert taken.actions() == ["list"]
        await night.presses(shift, taken.button("list"))
        await come_back(night, POWER[:8])
        await night.passes(minutes=40)
        assert storm_of(night).phase is Phase.RESTORED
        for message in (begun, taken, [g for g in night.got if g.edits and "DR-" in g.text and g.person == shift][-1]):
            assert (await night.presses(shift, message.button("list"))).accepted
        last = lists(night)[-1]
        assert "Kết thúc lúc 0" in last.text
        assert all(row["Khôi phục"] for row in rows_of(last))
        assert len(lists(night)) == 4


@pytest.mark.slow
async def test_strangers_other_units_and_the_department_get_no_list(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-09-11 02:30", province()) as night:
        await fall(night, POWER[:8])
        await night.passes(minutes=31)
        contacts = night.settings.organisations["so-khcn"].contacts
        [report] = [g for g in night.got if g.person == contacts[0] and g.channel == "telegram" and g.edits is None]
        assert report.actions() == ["receipt"]
        await night.presses(night.on("shift"), first(night, night.on("shift")).button("take"))
        [edited] = [g for g in night.got if g.person == contacts[0] and g.edits is not None]
        assert edited.actions() == []
        callback = first(night, night.on("shift")).button("list")
        other = next(
            p for p in night.settings.people.values() if p.telegram and p.home not in ("vt-song-mau", "so-khcn")
        )
        for person in ("666", contacts[0], other.id):
            answer = await night.presses(person, callback)
            assert (answer.text, answer.accepted, answer.refused) == (REFUSED, False, True)
        assert [row.refs["why"] for row in night.rows(FactKind.PRESS_REFUSED)] == ["stranger", *["not_on_duty"] * 2]
        assert lists(night) == []
        assert night.count(t.outbox, event=Event.STORM_LIST) == 0


@pytest.mark.slow
async def test_whom_the_storm_was_told_may_have_its_list_after_the_duty_is_over(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-09-11 02:30", province()) as night:
        await fall(night, POWER[:8])
        shift, begun = night.on("shift"), first(night, night.on("shift"))
        await night.passes(hours=5)
        assert night.on("shift") != shift
        assert (await night.presses(shift, begun.button("list"))).accepted
        [asked] = night.rows(FactKind.STORM_LIST_ASKED)
        assert (asked.actor, asked.refs["duty"]) == (shift, None)
        # Who took over the duty may press the same button; who has neither may not.
        assert (await night.presses(night.on("shift"), begun.button("list"))).accepted
        assert [got.person for got in lists(night)] == [shift, night.on("shift")]


@pytest.mark.slow
async def test_a_list_is_sent_until_it_arrives_and_says_when_it_may_be_a_repeat(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-09-11 02:30", province()) as night:
        await fall(night, POWER[:8])
        shift, outcomes = night.on("shift"), [NOT_SENT, UNCERTAIN]
        accepted = night.answer

        def answer(claimed: Claimed) -> Outcome:
            return outcomes.pop(0) if claimed.message.attach is not None and outcomes else accepted(claimed)

        night.answer = answer
        await night.presses(shift, first(night, shift).button("list"))
        await come_back(night, POWER[:8])
        await night.passes(minutes=40)
        [got] = lists(night)
        assert got.text.splitlines()[0].startswith(f"📋 DANH SÁCH · {storm_of(night).code} (có thể trùng tin trước) · ")
        assert night.count(t.outbox, event=Event.STORM_LIST, state="sent") == 1


async def test_no_other_incident_has_a_list(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-09-11 02:30", province()) as night:
        await night.sees(POWER[0], Health.DOWN)
        await night.passes(minutes=1)
        assert [g.actions() for g in messages(night, night.on("shift"))] == [["take", "called", "escalate", "more"]]
