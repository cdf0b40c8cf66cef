"""Pages of a duty log: whose words they are, which are kept, and what a telephone's keys do for whom."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitord.desk.presses import NUMBERED_ANEW
from monitord.domain.incident import Phase
from monitord.domain.notice import Claimed, Key, Outcome
from monitord.settings.model import Settings
from monitord.store import tables as t
from tests.nights.test_buttons import REFUSED
from tests.nights.test_calls import of_the_line, with_calls
from tests.nights.test_second_channel import trouble, with_sms
from tests.support.night import ACCEPTED, Night, example


@pytest.mark.parametrize("text", ["TT", "TRUC", "HELP"])
async def test_lists_that_were_asked_for_by_sms_are_answered_and_not_kept(tmp_path: Path, text: str) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        shift = await trouble(night)
        assert (await night.writes(shift, text)).text
        assert night.count(t.heard) == 0
        await night.writes(shift, "NN 001 thử")
        assert night.count(t.heard) == 1


def two_of_one_account(settings: Settings, one: str, other: str) -> Settings:
    people = settings.people
    shared = replace(people[other], telegram=people[one].telegram)
    return replace(settings, people={**people, other: shared}, hash="two of one account")


async def test_an_account_of_two_is_nobodys(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", example()) as night:
        shift = await trouble(night)
        got = next(one for one in night.got if one.person == shift and one.channel == "telegram")
        other = next(name for name in night.settings.people if name not in night.everybody_on("shift"))
        await night.desk.reload(night.context_of(two_of_one_account(example(), shift, other)))
        assert (await night.types(shift, "XN 001")).text == ""
        answer = await night.presses(shift, got.button("take"))
        assert (answer.text, answer.refused) == (REFUSED, True)
        assert night.incidents()[0].phase is Phase.OPEN


async def test_the_offset_goes_back_only_when_updates_were_numbered_anew(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07") as night:
        shift = await trouble(night)
        begun = 900_000_000
        await night.types(shift, "NN 001 một", update_id=begun)
        assert await night.desk.offset() == begun + 1
        await night.types(shift, "NN 001 hai", update_id=begun - NUMBERED_ANEW + 1)  # late, of the same numbers
        assert await night.desk.offset() == begun + 1
        await night.types(shift, "NN 001 ba", update_id=begun - NUMBERED_ANEW)
        assert await night.desk.offset() == begun - NUMBERED_ANEW + 1


async def test_the_third_key_puts_through_to_another_and_not_to_whom_it_is(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_calls()) as night:
        keys = keys_of(night)
        shift = night.on("shift")
        also_leads(night, shift)
        await trouble(night)
        await night.passes(minutes=16)
        offered = keys[night.settings.people[shift].address("voice") or ""]
        assert offered[0] == Key("1", "DN 001")
        assert [key.digit for key in offered] == ["1", "2", "4"]


async def test_who_is_asked_to_take_it_is_not_put_through_to_the_shift(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_calls()) as night:
        keys = keys_of(night)
        await trouble(night)
        await night.passes(minutes=6)
        offered = keys[night.settings.people[night.on("operations")].address("voice") or ""]
        assert offered == (Key("1", "XN 001"), Key("2"))


def keys_of(night: Night) -> Mapping[str, tuple[Key, ...]]:
    """Return the keys of the last call to each number."""
    keys: dict[str, tuple[Key, ...]] = {}

    def answer(claimed: Claimed) -> Outcome:
        if of_the_line(claimed):
            keys[claimed.message.to] = claimed.message.keys
        return ACCEPTED

    night.answer = answer
    return keys


def also_leads(night: Night, person: str) -> None:
    """Let somebody be on the leader's duty as well."""
    now = night.clock.now()
    row = {"unit": "vt-song-mau", "duty": "leader", "person": person, "source": "test"}
    with night.engine.begin() as connection:
        connection.execute(t.shift.insert(), {**row, "starts": now, "ends": now + timedelta(hours=4)})
