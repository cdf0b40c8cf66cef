"""Pages of a duty log: a shift is swapped when somebody takes it and a leader approves; until then nothing changes."""

from dataclasses import replace
from pathlib import Path

import pytest

from monitord.desk.rostering import RosterRefused
from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.settings.model import Settings
from monitord.store import tables as t
from tests.nights.test_rollcall import asked as called
from tests.nights.test_rollcall import calling
from tests.nights.test_second_channel import with_sms
from tests.support.night import Got, Night, silent

UNIT = "vt-song-mau"
SHIFT = {"unit": UNIT, "duty": "shift"}
HOURS = {"start": "2026-12-06T06:00+07:00", "end": "2026-12-06T14:00+07:00"}
"""Whose shift that is in the example is dung.pham; the leader of the day before is khanh.bui."""


async def ask(night: Night, **more: object) -> int:
    answer = await night.desk.roster("swap_ask", "dung.pham", {**SHIFT, **HOURS, **more})
    await night.deliver()
    return int(answer["swap"])


async def act(night: Night, what: str, by: str, number: int) -> None:
    await night.desk.roster(what, by, {"swap": number})
    await night.deliver()


def letters(night: Night, person: str, channel: str = "telegram") -> list[Got]:
    heads = ("🔁 ĐỔI CA", "DOI CA")
    return [g for g in night.got if g.person == person and g.channel == channel and g.text.startswith(heads)]


async def test_a_swap_that_nobody_took_changes_nothing_and_expires_when_its_hours_begin(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 10:00") as night:
        number = await ask(night)
        asked = {got.person for got in night.got if got.text.startswith("🔁")}
        assert asked == {"an.nguyen", "binh.tran", "chi.le"}
        assert letters(night, "chi.le")[0].labels == ("🙋 Nhận trực thay",)
        await night.passes(hours=21)  # 07:00
        assert night.on("shift") == "dung.pham"
        assert night.query(t.swap.c.state, id=number) == [("expired",)]
        (row,) = night.rows(FactKind.SWAP_EXPIRED)
        assert (row.refs["whom"], row.actor) == ("dung.pham", None)
        (told,) = letters(night, "dung.pham")
        assert (told.at, told.text.splitlines()[-1]) == (
            "06:00:00",
            "⌛ Hết hạn, chưa có người nhận: Phạm Tiến Dũng vẫn trực",
        )
        (first, over) = letters(night, "binh.tran")
        assert (over.edits, over.labels) == (first.ref, ())
        assert not (await night.presses("binh.tran", first.button("swap_take"))).accepted
        assert night.on("shift") == "dung.pham"


async def test_who_took_it_is_on_duty_in_those_hours_only_once_a_leader_approved(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 10:00", calling()) as night:
        await ask(night, reason="con ốm")
        (asked,) = letters(night, "chi.le")
        assert asked.text.splitlines() == [
            "🔁 ĐỔI CA số 1 · trực ca",
            "Ca từ 06:00 06/12/2026 đến 14:00",
            "• Phạm Tiến Dũng đề nghị đồng chí trực thay",
            "• Lý do: con ốm",
            "• Bấm Nhận trực thay nếu nhận được; lãnh đạo duyệt xong mới đổi lịch",
        ]
        answer = await night.presses("chi.le", asked.button("swap_take"))
        assert answer.text == (
            "Đã ghi nhận lúc 10:00:00: nhận trực thay Phạm Tiến Dũng. Lãnh đạo duyệt xong mới đổi lịch."
        )
        (leader,) = letters(night, "khanh.bui")
        assert leader.labels == ("✅ Duyệt", "✖️ Không đồng ý")
        assert "⚠️ Chỉ nghỉ 0 giờ giữa hai ca (dưới 12 giờ)" in leader.text
        assert night.rows(FactKind.ROSTER_OVERLAID) == []
        assert (await night.presses("khanh.bui", leader.button("swap_approve"))).text == (
            "Đã ghi nhận lúc 10:00:00: duyệt đổi ca, Lê Thị Chi trực thay Phạm Tiến Dũng."
        )
        assert [(row.actor, row.refs["taker"]) for row in night.rows(FactKind.SWAP_APPROVED)] == [
            ("khanh.bui", "chi.le")
        ]
        await night.passes(hours=19.9)  # 05:54
        assert night.on("shift") == "an.nguyen"
        assert [got.person for got in called(night) if got.at == "05:45:00"] == ["chi.le"]
        await night.passes(hours=0.2)  # 06:06
        assert night.on("shift") == "chi.le"
        await night.sees(silent("olt-go-may"), Health.DOWN)
        assert [g.person for g in night.got if g.channel == "telegram" and "SỰ CỐ MỚI" in g.text] == ["chi.le"]
        await night.passes(hours=24)  # the day after
        assert night.on("shift") == "an.nguyen"


async def test_whoever_else_is_on_duty_then_stays(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 10:00") as night:
        beside = [UNIT, "shift", "hai.dang", *HOURS.values(), False, ""]
        await night.desk.roster("put", "giang.vo", {"kind": "hand", "shifts": [beside]})
        number = await ask(night)
        await act(night, "swap_take", "chi.le", number)
        await act(night, "swap_approve", "khanh.bui", number)
        await night.passes(hours=21)
        assert night.everybody_on("shift") == ["chi.le", "hai.dang"]


async def test_each_reads_one_message_that_goes_on(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 10:00") as night:
        number = await ask(night)
        await act(night, "swap_take", "binh.tran", number)
        await act(night, "swap_approve", "khanh.bui", number)
        everybody = ("an.nguyen", "binh.tran", "chi.le", "dung.pham", "khanh.bui")
        for person in everybody:
            mine = letters(night, person)
            assert [got.edits for got in mine].count(None) == 1, person
            assert mine[-1].text.endswith("✅ Bùi Quốc Khánh đã duyệt: Trần Thị Bình trực thay Phạm Tiến Dũng")
            assert mine[-1].labels == ()
        assert letters(night, "lan.hoang") == []


async def test_a_declined_and_a_withdrawn_swap_change_nothing(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 10:00") as night:
        first = await ask(night, **{"with": "binh.tran"})
        (asked,) = letters(night, "binh.tran")
        assert asked.labels == ("🙋 Nhận trực thay", "✖️ Không đồng ý")
        assert {got.person for got in night.got if got.text.startswith("🔁")} == {"binh.tran"}
        assert (await night.presses("binh.tran", asked.button("swap_decline"))).accepted
        assert letters(night, "dung.pham")[-1].text.endswith("✖️ Trần Thị Bình không đồng ý: Phạm Tiến Dũng vẫn trực")
        second = await ask(night, **{"with": "chi.le"})
        await act(night, "swap_take", "chi.le", second)
        await act(night, "swap_decline", "khanh.bui", second)
        assert letters(night, "chi.le")[-1].text.endswith("Bùi Quốc Khánh không đồng ý: Phạm Tiến Dũng vẫn trực")
        third = await ask(night)
        await act(night, "swap_take", "chi.le", third)
        await act(night, "swap_withdraw", "dung.pham", third)
        assert night.query(t.swap.c.state) == [("declined",), ("declined",), ("withdrawn",)]
        for what, by in (("swap_take", "an.nguyen"), ("swap_approve", "khanh.bui"), ("swap_decline", "khanh.bui")):
            for number in (first, second, third):
                with pytest.raises(RosterRefused):
                    await night.desk.roster(what, by, {"swap": number})
        await night.passes(hours=21)
        assert night.on("shift") == "dung.pham"
        assert night.rows(FactKind.ROSTER_OVERLAID) == []


REFUSED = {
    "hours that are past": {"start": "2026-12-05T06:00+07:00", "end": "2026-12-05T09:00+07:00"},
    "hours that run": {"start": "2026-12-05T09:00+07:00", "end": "2026-12-05T14:00+07:00"},
    "hours in which he is not on duty": {"end": "2026-12-06T15:00+07:00"},
    "an end before the beginning": {"end": "2026-12-06T05:00+07:00"},
    "himself": {"with": "dung.pham"},
    "who is nobody": {"with": "ma"},
    "a duty that is none": {"duty": "nothing"},
    "a unit that is none": {"unit": "nowhere"},
    "an expiry after the beginning": {"expires": "2026-12-06T07:00+07:00"},
    "an expiry that is past": {"expires": "2026-12-05T09:00+07:00"},
}


@pytest.mark.parametrize("given", REFUSED.values(), ids=REFUSED)
async def test_what_cannot_be_swapped_is_refused(tmp_path: Path, given: dict[str, object]) -> None:
    async with Night(tmp_path, "2026-12-05 10:00") as night:
        with pytest.raises(RosterRefused):
            await ask(night, **given)
        assert night.rows(FactKind.SWAP_ASKED) == []
        assert night.count(t.outbox, event="swap") == 0


async def test_the_same_hours_are_asked_about_once(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 10:00") as night:
        await ask(night)
        with pytest.raises(RosterRefused, match="swap 1 already asks"):
            await ask(night, start="2026-12-06T13:00+07:00")


async def test_only_who_is_asked_takes_it_and_only_a_leader_who_is_neither_approves_it(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 10:00") as night:
        number = await ask(night)
        for stranger in ("dung.pham", "hai.dang", "son.ta"):
            with pytest.raises(RosterRefused):
                await night.desk.roster("swap_take", stranger, {"swap": number})
        await act(night, "swap_take", "an.nguyen", number)
        for other in ("an.nguyen", "dung.pham", "chi.le", "minh.do", "vinh.chu"):
            with pytest.raises(RosterRefused):
                await night.desk.roster("swap_approve", other, {"swap": number})
        with pytest.raises(RosterRefused):
            await night.desk.roster("swap_take", "binh.tran", {"swap": number})


async def test_two_leaders_swap_and_the_owner_of_the_roster_approves(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 10:00") as night:
        hours = {"duty": "leader", "start": "2026-12-06T07:00+07:00", "end": "2026-12-07T07:00+07:00"}
        answer = await night.desk.roster("swap_ask", "lan.hoang", {**SHIFT, **hours})
        await act(night, "swap_take", "khanh.bui", answer["swap"])
        (owner,) = letters(night, "giang.vo")
        assert (await night.presses("giang.vo", owner.button("swap_approve"))).accepted
        await night.passes(hours=26)
        assert night.on("leader") == "khanh.bui"


async def test_a_roster_that_changed_since_is_not_swapped(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 10:00") as night:
        number = await ask(night)
        await act(night, "swap_take", "chi.le", number)
        given = {**SHIFT, **HOURS, "outgoing": ["dung.pham"], "incoming": ["hai.dang"]}
        await night.desk.roster("override", "giang.vo", given)
        with pytest.raises(RosterRefused, match="the roster changed"):
            await night.desk.roster("swap_approve", "khanh.bui", {"swap": number})
        (leader,) = letters(night, "khanh.bui")
        assert not (await night.presses("khanh.bui", leader.button("swap_approve"))).accepted
        await night.passes(hours=21)
        assert night.on("shift") == "hai.dang"


async def test_a_leader_is_not_woken_about_the_day_after(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 23:00") as night:
        number = await ask(night, start="2026-12-07T14:00+07:00", end="2026-12-07T22:00+07:00")
        await act(night, "swap_take", "chi.le", number)
        await night.passes(hours=6.9)
        assert letters(night, "khanh.bui") == []
        await night.passes(hours=0.2)
        (leader,) = letters(night, "khanh.bui")
        assert leader.at == "06:00:00"


async def test_it_goes_on_after_a_restart(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 10:00") as night:
        await ask(night)
        (asked,) = letters(night, "chi.le")
        night.die()
        await night.passes_away(3600)
        assert (await night.presses("chi.le", asked.button("swap_take"))).accepted
        night.die()
        await night.passes_away(20 * 3600)  # 07:00: the hours began while nobody ran
        await night.passes(5)
        assert night.query(t.swap.c.state) == [("expired",)]
        assert letters(night, "dung.pham")[-1].text.endswith("⌛ Hết hạn, chưa được duyệt: Phạm Tiến Dũng vẫn trực")
        assert night.on("shift") == "dung.pham"


def by_sms() -> Settings:
    settings = with_sms()
    people = {name: replace(one, telegram=None) for name, one in settings.people.items()}
    return replace(settings, people=people)


async def test_who_has_no_buttons_answers_in_writing(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 10:00", by_sms()) as night:
        await ask(night)
        (asked,) = letters(night, "chi.le", "sms")
        assert asked.text.isascii()
        assert "DOICA 1" in asked.text
        assert len(asked.text) <= 160
        assert (await night.writes("chi.le", "Đổi ca nhé")).text == ""
        assert (await night.writes("chi.le", "đổi ca 1")).accepted
        assert len(letters(night, "binh.tran", "sms")) == 1  # no second SMS for who need not know
        (leader,) = letters(night, "khanh.bui", "sms")
        assert leader.text == (
            "DOI CA so 1, truc ca. Ca tu 06:00 06/12/2026 den 14:00. Duyet: DOICA 1; khong: KDOICA 1. "
            "Le Thi Chi nhan truc thay Pham Tien Dung. Chi nghi 0 gio giua hai..."
        )
        assert (await night.writes("khanh.bui", "DOICA 1")).accepted
        assert [g.text.splitlines()[-1][:2] for g in letters(night, "dung.pham", "sms")] != []
        await night.passes(hours=21)
        assert night.on("shift") == "chi.le"
        assert not (await night.writes("khanh.bui", "KDOICA 1")).accepted
        assert not (await night.writes("khanh.bui", "KDOICA 77")).accepted


async def test_an_approved_swap_is_taken_back_like_an_override(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 10:00") as night:
        number = await ask(night)
        await act(night, "swap_take", "chi.le", number)
        await act(night, "swap_approve", "khanh.bui", number)
        ((overlay,),) = night.query(t.swap.c.overlay)
        await night.desk.roster("withdraw", "giang.vo", {"override": overlay})
        await night.passes(hours=21)
        assert night.on("shift") == "dung.pham"
