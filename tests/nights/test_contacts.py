"""Pages of a duty log: by which ways people have answered."""

from dataclasses import replace
from pathlib import Path

from monitord.account.contacts import Contact, contacts
from monitord.domain.health import Health
from monitord.domain.masking import masked
from monitord.store import tables as t
from tests.nights.test_second_channel import with_sms
from tests.support.night import BLOCKED, Night, silent


def known(night: Night, person: str) -> dict[str, Contact]:
    with night.engine.connect() as connection:
        return {one.channel: one for one in contacts(connection, night.settings) if one.person == person}


async def test_a_test_asks_for_an_answer_and_a_way_is_confirmed_when_it_came(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        shift, by = night.on("shift"), night.settings.administrators[0]
        for channel in ("telegram", "sms"):
            await night.desk.test(shift, channel, by)
        await night.deliver()
        (test,) = [got for got in night.got if got.channel == "telegram"]
        assert test.text.endswith("Bấm nút để thử chiều ngược lại.")
        assert test.labels == ("✅ Tôi nhận được",)
        assert [one.answered for one in known(night, shift).values()] == [None] * len(known(night, shift))
        answer = await night.presses(shift, test.button("heard"))
        assert (answer.accepted, "Kênh này hoạt động hai chiều lúc 03:07:00" in answer.text) == (True, True)
        pressed_at = night.clock.now()
        await night.passes(minutes=5)
        await night.writes(shift, "TT")
        ways = known(night, shift)
        assert (ways["telegram"].answered, ways["sms"].answered) == (pressed_at, night.clock.now())
        assert ways["sms"].told is not None
        assert ways["sms"].address == masked(night.settings.people[shift].address("sms") or "")


async def test_another_cannot_answer_a_test_and_who_presses_has_answered_himself(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        shift, by = night.on("shift"), night.settings.administrators[0]
        await night.desk.test(shift, "telegram", by)
        await night.deliver()
        answer = await night.presses(by, night.got[-1].button("heard"))
        assert not answer.accepted
        assert known(night, shift)["telegram"].answered is None
        assert known(night, by)["telegram"].answered == night.clock.now()
        assert not (await night.presses("777000", night.got[-1].button("heard"))).accepted


async def test_another_address_is_another_way(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        shift = night.on("shift")
        await night.writes(shift, "TT")
        assert known(night, shift)["sms"].answered is not None
        person = night.settings.people[shift]
        moved = replace(person, addresses={**person.addresses, "sms": "+84987000111"})
        night.die()
        night.settings = replace(night.settings, people={**night.settings.people, shift: moved})
        await night.passes_away(30)
        assert (known(night, shift)["sms"].answered, known(night, shift)["sms"].changed) == (None, True)
        await night.writes(shift, "TT")
        assert known(night, shift)["sms"].answered == night.clock.now()


async def test_who_left_leaves_no_address_behind(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        leaver = night.on("shift")
        await night.writes(leaver, "TT")
        night.die()
        people = {name: one for name, one in night.settings.people.items() if name != leaver}
        night.settings = replace(night.settings, people=people, roster=())
        await night.passes_away(30)
        assert night.count(t.contact) == 0


async def test_a_way_that_was_given_up_says_when(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        night.answer = lambda claimed: BLOCKED
        await night.sees(silent("olt-go-may"), Health.DOWN)
        await night.passes(5)
        assert known(night, night.on("shift"))["telegram"].failed is not None


def test_an_address_in_a_list_is_masked() -> None:
    assert masked("+84912345678") == masked("0912 345 678") == "0912 *** 678"
    assert masked("+85512345678") == "+855*****678"
    assert masked("an.nguyen@example.vn") == "a*****@example.vn"
    assert masked("1001") == "10*****1"
