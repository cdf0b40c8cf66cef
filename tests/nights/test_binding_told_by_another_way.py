"""Pages of a duty log: who administers hears of a new account also where Telegram does not bring it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from monitord.domain.notice import Claimed, Outcome
from monitord.texts.squeeze import plain
from tests.nights.test_second_channel import got_by, with_sms
from tests.support.night import ACCEPTED, BLOCKED, NOT_SENT, Night

NEW = 777_001
OTHER = "binh.tran"


@pytest.mark.parametrize("outcome", [BLOCKED, NOT_SENT], ids=["blocked", "away"])
async def test_the_other_administrator_hears_of_a_new_account_by_his_next_channel(
    tmp_path: Path, outcome: Outcome
) -> None:
    settings = with_sms()
    by = settings.administrators[0]
    settings = replace(settings, administrators=(by, OTHER))
    async with Night(tmp_path, "2026-12-05 03:07", settings) as night:
        person = next(name for name in night.everybody_on("shift") if name not in (by, OTHER))
        night.answer = failing_to(str(settings.people[OTHER].telegram), outcome)
        await night.types(str(NEW), f"/start {await night.desk.begin_binding(person, by)}")
        await night.desk.confirm_binding(person, NEW, by)
        await night.passes(minutes=2)
        name = settings.people[person].name
        assert [text for text in got_by(night, "sms", OTHER) if "KENH" not in text and plain(name) in text]


def failing_to(address: str, outcome: Outcome) -> Callable[[Claimed], Outcome]:
    return lambda claimed: outcome if claimed.message.to == address else ACCEPTED
