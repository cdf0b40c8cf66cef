"""Pages of a duty log: what waits on purpose is not what a lane keeps waiting."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.domain.storm import StormRules
from tests.nights.test_second_channel import got_by, trouble, with_sms
from tests.support.night import Night, silent

FIRST = ("olt-cu-lao", "olt-bac-mau")


@pytest.mark.parametrize("gather", [60, 150])
async def test_what_waits_for_a_storm_that_does_not_come_is_told_once_then(tmp_path: Path, gather: int) -> None:
    settings = replace(with_sms(), storm=StormRules(opened=6, alone=2, gather=timedelta(seconds=gather)))
    async with Night(tmp_path, "2026-12-05 03:07", settings) as night:
        for device in FIRST:
            await night.sees(silent(device), Health.DOWN)
        await night.passes(minutes=1)
        shift = await trouble(night)
        for _ in range(gather // 5 + 2):
            await night.passes(5)
        (told,) = [got for got in night.got if got.person == shift and "Gò Mây" in got.text and "MỚI" in got.text]
        assert told.channel == "telegram"
        assert got_by(night, "sms", shift) == []
        assert night.rows(FactKind.CHANNEL_ADDED) == []


async def test_what_waits_for_a_storm_and_then_for_its_lane_goes_by_the_next_way(tmp_path: Path) -> None:
    settings = replace(with_sms(), storm=StormRules(opened=6, alone=2, gather=timedelta(seconds=60)))
    async with Night(tmp_path, "2026-12-05 03:07", settings) as night:
        for device in FIRST:
            await night.sees(silent(device), Health.DOWN)
        await night.passes(minutes=1)
        night.lanes = ("sms", "mail", "log")
        shift = await trouble(night)
        for _ in range(28):
            await night.passes(5)
        assert [text for text in got_by(night, "sms", shift) if "Go May" in text]
