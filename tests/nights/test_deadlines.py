"""Pages of a duty log: what is owed to the department, reminded of in one message, noted as sent, late in red."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from monitord.calendar.deadlines import dues_of
from monitord.desk.rostering import RosterRefused
from monitord.domain.deadline import Deadline
from monitord.domain.journal import FactKind
from monitord.settings.model import Settings
from monitord.store import tables as t
from monitord.store.deadlines import met
from tests.support.night import ZONE, Got, Night, example

UNIT = "vt-song-mau"
TODAY = date(2027, 1, 10)
LIST = ("danh-sach", "danh sách lãnh đạo trực Tết", "trước ngày 20/01")
QUICK = ("bao-cao-nhanh", "báo cáo nhanh", "trước 14h00 mùng 2")
FULL = ("bao-cao", "báo cáo đầy đủ", "trước 14h00 mùng 2, mùng 4")


def owing(*owed: tuple[str, str, str], person: str | None = None) -> Settings:
    settings = example()
    found = tuple(
        Deadline(name, UNIT, what, "so-khcn", dues_of(text, TODAY, ZONE).dues, person) for name, what, text in owed
    )
    return replace(settings, deadlines=found)


def reminded(night: Night) -> list[Got]:
    return [got for got in night.got if got.channel == "telegram" and got.text.startswith("⏰")]


def owner() -> str:
    return example().units[UNIT].roster_owner


async def note(night: Night, **given: Any) -> Mapping[str, Any]:
    person = given.pop("person", owner())
    return await night.desk.roster("deadline_sent", person, {"deadline": "danh-sach", **given})


async def test_the_owner_is_reminded_seven_three_and_one_days_before_on_the_day_and_when_it_is_late(
    tmp_path: Path,
) -> None:
    async with Night(tmp_path, "2027-01-11 09:00", owing(LIST)) as night:
        days = []
        for _ in range(11):
            before = len(reminded(night))
            await night.passes(hours=24)
            days += [(f"{night.clock.now().astimezone(ZONE):%d/%m}", got.at) for got in reminded(night)[before:]]
        assert days == [
            *((day, "08:00:00") for day in ("12/01", "16/01", "18/01", "19/01")),
            ("20/01", "20:00:00"),
            ("20/01", "08:00:00"),
        ]
        assert {got.person for got in reminded(night)} == {owner()}
        first, last = reminded(night)[0], reminded(night)[-1]
        assert first.text.splitlines() == [
            "⏰ NHẮC HẠN GỬI · Viễn thông Sông Mẫu",
            "• danh sách lãnh đạo trực Tết gửi Sở Khoa học và Công nghệ tỉnh Sông Mẫu: "
            "trước ngày 20/01/2027 (13 tháng Chạp), "
            "muộn nhất 24:00 ngày 19/01/2027. Còn 7 ngày 16 giờ",
            "• Gửi rồi thì bấm Đã gửi; số văn bản ghi bằng lệnh: monitord deadline sent danh-sach",
        ]
        assert "🔴 QUÁ HẠN 8 giờ" in last.text


async def test_what_is_due_the_same_day_comes_in_one_message_without_a_button(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-06 07:50", owing(QUICK, FULL)) as night:
        await night.passes(minutes=20)
        (got,) = reminded(night)
        assert [line[:30] for line in got.text.splitlines()[1:3]] == [
            "• báo cáo đầy đủ gửi Sở Khoa h",
            "• báo cáo nhanh gửi Sở Khoa họ",
        ]
        assert "trước 14:00 ngày 07/02/2027 (mùng 2 Tết), muộn nhất 13:59:59" in got.text
        assert got.labels == ()


async def test_a_tap_says_that_it_was_sent_and_nobody_is_reminded_any_more(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-07 07:50", owing(QUICK)) as night:
        await night.passes(minutes=20)
        (got,) = reminded(night)
        assert got.labels == ("📤 Đã gửi",)
        other = next(person for person in night.settings.people if person != got.person)
        assert not (await night.presses(other, got.button("sent"))).accepted
        answer = await night.presses(got.person, got.button("sent"))
        assert (answer.accepted, answer.text) == (True, "Đã ghi nhận lúc 08:10:00: đã gửi báo cáo nhanh.")
        again = await night.presses(got.person, got.button("sent"))
        assert (again.accepted, again.text) == (False, "báo cáo nhanh: đã ghi nhận gửi từ trước lúc 08:10:00.")
        (row,) = night.rows(FactKind.DEADLINE_SENT)
        assert (row.actor, row.refs["deadline"], row.refs["organisation"]) == (owner(), "bao-cao-nhanh", "so-khcn")
        assert "late_seconds" not in row.refs
        await night.passes(hours=8)
        assert len(reminded(night)) == 1


async def test_what_was_sent_is_noted_with_its_number_and_a_correction_is_a_new_row(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-01-19 09:00", owing(LIST)) as night:
        await note(night, number="12/BC-VT", at=datetime(2027, 1, 19, 1, tzinfo=ZONE).isoformat())
        await note(night, number="13/BC-VT")
        first, second = night.rows(FactKind.DEADLINE_SENT)
        assert first.digest != second.digest, "the number is no part of what can be read for ever"
        assert "12/BC-VT" not in str(first.refs)
        with night.engine.connect() as connection:
            (known,) = met(connection).values()
        assert (known.number, known.times) == ("13/BC-VT", 2)
        await night.passes(hours=26)
        assert reminded(night) == []


async def test_what_is_sent_at_the_very_instant_of_truoc_is_late(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-02-07 15:00", owing(QUICK, FULL)) as night:
        on_time = datetime(2027, 2, 7, 13, 59, 59, tzinfo=ZONE).isoformat()
        late = datetime(2027, 2, 7, 14, 0, tzinfo=ZONE).isoformat()
        assert not (await note(night, deadline="bao-cao-nhanh", at=on_time))["late"]
        assert (await note(night, deadline="bao-cao", at=late))["late"]
        assert (await note(night, deadline="bao-cao"))["turn"] == 2, "the first is sent: the next is meant"
        with pytest.raises(RosterRefused, match="--turn 1"):
            await note(night, deadline="bao-cao")
        assert (await note(night, deadline="bao-cao", turn=1))["turn"] == 1
        assert [row.refs.get("late_seconds") for row in night.rows(FactKind.DEADLINE_SENT)][:2] == [None, 0]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"deadline": "khac"}, "there is no deadline"),
        ({"to": "khac"}, "there is no organisation"),
        ({"turn": 2}, "it has 1 dues"),
        ({"at": "2027-01-20T09:00:00+07:00"}, "ahead"),
        ({"person": "son.hoang"}, "neither keeps|nobody has"),
    ],
)
async def test_what_cannot_be_noted_says_what_to_do(tmp_path: Path, given: dict[str, Any], why: str) -> None:
    async with Night(tmp_path, "2027-01-19 09:00", owing(LIST)) as night:
        with pytest.raises(RosterRefused, match=why):
            await note(night, **given)
        assert night.rows(FactKind.DEADLINE_SENT) == []


async def test_a_named_person_is_reminded_and_may_note_it(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-01-19 07:50", owing(LIST, person="an.nguyen")) as night:
        await night.passes(minutes=20)
        assert [got.person for got in reminded(night)] == ["an.nguyen"]
        await note(night, person="an.nguyen")
        assert len(night.rows(FactKind.DEADLINE_SENT)) == 1


async def test_a_reminder_that_waits_when_it_is_noted_does_not_go_any_more(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-01-19 07:59", owing(LIST)) as night:
        night.lanes = ()
        await night.passes(minutes=5)
        assert night.query(t.outbox.c.state, event="deadline", channel="telegram") == [("pending",)]
        await note(night)
        night.lanes = None
        await night.passes(minutes=5)
        assert reminded(night) == []
        reasons = {row.refs["reason"] for row in night.rows(FactKind.NOTICE_SUPERSEDED)}
        assert reasons == {"deadline sent"}


async def test_after_a_downtime_it_is_told_late_once_and_after_half_a_day_not_at_all(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-01-19 07:50", owing(LIST)) as night:
        night.die()
        await night.passes_away(5 * 3600)
        await night.passes(minutes=5)
        assert len(reminded(night)) == 1
        night.die()
        await night.passes_away(60)
        await night.passes(minutes=5)
        assert len(reminded(night)) == 1
