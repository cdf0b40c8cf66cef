"""Pages of a duty log: which way a word takes, and what makes it take another."""

from dataclasses import replace
from pathlib import Path

from monitord.desk.desk import LOOK_AGAIN_LIMIT
from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.domain.notice import Claimed, Outcome
from tests.nights.test_channels_watched import AWAY, probes
from tests.nights.test_second_channel import LOST, got_by, trouble, with_sms, without
from tests.support.night import ACCEPTED, NOT_SENT, Night


async def test_what_nobody_looked_at_after_a_start_goes_by_no_second_way_either(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        night.lanes = ()
        await night.sees(LOST, Health.DOWN)
        night.die()
        await night.passes_away(300)
        night.lanes, night.answers_asks = None, False
        for _ in range(int(LOOK_AGAIN_LIMIT) // 5 - 1):
            if not night.desk.unlooked():
                break
            assert night.rows(FactKind.CHANNEL_ADDED) == []
            assert night.got == []
            await night.passes(5)
        else:
            await night.sees(LOST, Health.DOWN, first=True)
        await night.passes(20)
        assert night.got


async def test_what_is_over_goes_by_no_second_way(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        night.lanes = ("sms", "mail", "log")
        await trouble(night)
        await night.passes(20)
        await night.sees(LOST, Health.UP)
        for _ in range(30):
            await night.passes(5)
        assert night.rows(FactKind.CHANNEL_ADDED) == []


async def test_a_reminder_is_not_late_when_its_first_attempt_fails(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        shift = await trouble(night)
        await night.types(shift, "XN 001")
        await night.types(shift, "HOAN 001 20")
        failures = iter([True])

        def answer(claimed: Claimed) -> Outcome:
            return NOT_SENT if "NHẮC THEO HẸN" in claimed.message.text and next(failures, False) else ACCEPTED

        night.answer = answer
        await night.passes(minutes=21)
        (told,) = [got for got in night.got if got.person == shift and "NHẮC THEO HẸN" in got.text]
        assert (told.at, told.channel) == ("03:27:01", "telegram")
        assert got_by(night, "sms", shift) == []


async def test_a_reminder_that_fails_again_and_again_goes_by_the_next_way(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        shift = await trouble(night)
        await night.types(shift, "XN 001")
        await night.types(shift, "HOAN 001 20")
        night.answer = without("telegram")
        await night.passes(minutes=21)
        assert [text for text in got_by(night, "sms", shift) if "NHAC" in text]


async def test_whom_nothing_else_reaches_hears_of_a_dead_channel_by_itself_before_by_the_log(tmp_path: Path) -> None:
    settings = with_sms()
    administrator = settings.administrators[0]
    alone = replace(settings.people[administrator], addresses={})
    settings = replace(settings, people={**settings.people, administrator: alone})
    async with Night(tmp_path, "2026-12-05 03:07", settings) as night:
        tried: list[str] = []

        def answer(claimed: Claimed) -> Outcome:
            tried.append(claimed.message.to)
            return without("telegram")(claimed)

        night.answer = answer
        await probes(night, AWAY, AWAY, AWAY)
        assert tried[0] == str(alone.telegram)
        await night.passes(minutes=2)
        assert [text for text in got_by(night, "log", administrator) if "KHÔNG GỬI ĐƯỢC" in text]


async def test_a_clock_that_was_set_back_keeps_no_alarm_untold(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        administrator = night.settings.administrators[0]
        await night.desk.conflict(15.2)
        await night.deliver()
        await night.wall_steps(-7200)
        await night.desk.conflict(75.0)
        await night.deliver()
        assert len(got_by(night, "sms", administrator)) == 2
