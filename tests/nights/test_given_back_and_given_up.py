"""Pages of a duty log: rows that a lane gives back, leases, what is given up and when, and what is not done twice."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitord.desk.leases import LEASE
from monitord.desk.reporting import GIVE_UP_TRIES, LIST_TRIES
from monitord.desk.trying import TrialRefused
from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.domain.notice import Claimed, Delivery, DeliveryCause, Event, NoticeState, Outcome
from monitord.domain.storm import StormRules
from monitord.store import tables as t
from monitord.texts.squeeze import plain
from tests.nights.test_second_channel import LOST, got_by, trouble, with_sms
from tests.nights.test_storm import POWER, fall
from tests.nights.test_storm_list import first
from tests.support.night import ACCEPTED, BLOCKED, NOT_SENT, Night, silent
from tests.support.typhoon import province


async def held_up(night: Night) -> Claimed:
    """Let a device be lost while Telegram's lane sends nothing, and return what that lane has claimed."""
    night.lanes = ("sms", "mail", "log")
    await trouble(night)
    (claimed,) = await night.desk.claim("telegram", 10)
    return claimed


async def test_what_a_lane_gives_back_for_an_hour_goes_by_the_next_way(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        claimed = await held_up(night)
        await night.desk.give_back(claimed.message.notice, timedelta(hours=1))
        for _ in range(15):
            await night.passes(5)
        assert len(got_by(night, "sms", night.on("shift"))) == 1


async def test_what_was_given_back_was_not_tried(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        claimed = await held_up(night)
        notice = claimed.message.notice
        await night.desk.give_back(notice, timedelta(seconds=3))
        assert night.query(t.outbox.c.attempts, id=notice) == [(0,)]
        assert night.count(t.attempt, notice=notice) == 0
        assert await night.desk.claim("telegram", 10) == []
        await night.clock.advance(3)
        (again,) = await night.desk.claim("telegram", 10)
        assert (again.attempts, again.uncertain) == (0, False)


async def test_a_lease_that_runs_out_is_known_before_it_does(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        await held_up(night)
        await night.clock.advance(10)
        assert await night.desk.next_due("telegram") == LEASE.total_seconds() - 10
        await night.clock.advance(20)
        assert await night.desk.next_due("telegram") == 0
        (again,) = await night.desk.claim("telegram", 10)
        assert (again.attempts, again.uncertain) == (1, True)


async def test_a_start_hastens_nothing_that_waits_for_a_storm(tmp_path: Path) -> None:
    settings = replace(with_sms(), storm=StormRules(opened=6, alone=2, gather=timedelta(seconds=150)))
    async with Night(tmp_path, "2026-12-05 03:07", settings) as night:
        for device in ("olt-cu-lao", "olt-bac-mau"):
            await night.sees(silent(device), Health.DOWN)
        await night.passes(minutes=1)
        await trouble(night)
        night.die()
        await night.passes_away(5)
        await night.sees(LOST, Health.DOWN, first=True)
        await night.passes(30)
        assert not [got for got in night.got if "Gò Mây" in got.text]
        await night.passes(120)
        assert [got for got in night.got if "Gò Mây" in got.text]


async def over_and_untold(night: Night, answer: Outcome) -> list[NoticeState]:
    """Let an incident end, and the word of its end fail from now on."""
    shift = await trouble(night)
    await night.types(shift, "XN 001")
    night.answer = lambda claimed: answer
    await night.sees(LOST, Health.UP)
    return states(night)


def states(night: Night) -> list[NoticeState]:
    return [NoticeState(state) for (state,) in night.query(t.outbox.c.state, event=Event.RESTORED, channel="telegram")]


def later(minutes: float) -> Outcome:
    return replace(NOT_SENT, retry_in=timedelta(minutes=minutes))


async def test_what_is_over_is_tried_for_six_hours_however_often(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07") as night:
        assert await over_and_untold(night, later(0.5)) == [NoticeState.PENDING]
        await night.passes(minutes=GIVE_UP_TRIES * 0.5 + 10)
        assert states(night) == [NoticeState.PENDING]
        night.answer = lambda claimed: later(60)
        await night.passes(hours=6)
        assert states(night) == [NoticeState.DEAD]


async def test_what_is_over_is_tried_a_hundred_times_however_long(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07") as night:
        assert await over_and_untold(night, later(30)) == [NoticeState.PENDING]
        await night.passes(hours=30)
        assert states(night) == [NoticeState.PENDING]
        night.answer = lambda claimed: ACCEPTED
        await night.passes(hours=1)
        assert states(night) == [NoticeState.SENT]


async def test_a_list_that_cannot_be_made_is_given_up_and_says_nothing_about_its_channel(tmp_path: Path) -> None:
    async with Night(tmp_path, "2027-09-11 02:30", province()) as night:
        await fall(night, POWER[:8])
        shift, tried = night.on("shift"), []

        def answer(claimed: Claimed) -> Outcome:
            if claimed.message.attach is None:
                return ACCEPTED
            tried.append(claimed.attempts)
            return NOT_SENT

        night.answer = answer
        await night.presses(shift, first(night, shift).button("list"))
        await night.passes(minutes=10)
        assert tried == list(range(LIST_TRIES))
        assert night.query(t.outbox.c.state, event=Event.STORM_LIST) == [(NoticeState.DEAD,)]
        assert night.rows(FactKind.CHANNEL_FAILS) == []


async def test_who_administers_hears_nothing_of_his_own_dead_account(tmp_path: Path) -> None:
    settings = with_sms()
    async with Night(tmp_path, "2026-12-05 03:07", settings) as night:
        shift = night.on("shift")
        await night.desk.reload(night.context_of(replace(settings, administrators=(shift,), hash="other")))
        night.answer = lambda claimed: BLOCKED if claimed.message.to.isdigit() else ACCEPTED
        await trouble(night)
        await night.passes(10)
        name = plain(settings.people[shift].name)
        assert got_by(night, "sms", shift)
        assert not [text for text in got_by(night, "sms", shift) if f"KHONG BAO DUOC CHO {name}" in text]


@pytest.mark.parametrize("outcome", [ACCEPTED, BLOCKED], ids=["accepted", "dead"])
async def test_what_is_over_meanwhile_goes_by_no_second_way(tmp_path: Path, outcome: Outcome) -> None:
    settings = with_sms(order=("mail", "sms", "telegram"))
    async with Night(tmp_path, "2026-12-05 03:07", settings) as night:
        await trouble(night)
        night.lanes = ("telegram", "sms", "log")
        await night.passes(minutes=30)
        contact = settings.organisations["so-khcn"].contacts[0]
        mine = settings.people[contact].address("mail")
        (claimed,) = [one for one in await night.desk.claim("mail", 50) if one.message.to == mine]
        await night.sees(LOST, Health.UP)
        before = len(night.rows(FactKind.CHANNEL_ADDED))
        await night.desk.report(claimed.message.notice, outcome)
        assert len(night.rows(FactKind.CHANNEL_ADDED)) == before


async def test_a_group_that_became_another_is_written_to_there_and_a_bound_account_is_not_moved(
    tmp_path: Path,
) -> None:
    moved = Outcome(Delivery.NOT_SENT, DeliveryCause.MIGRATED, address="-1001234567890")
    async with Night(tmp_path, "2026-12-05 03:07") as night:
        shift, admin = night.on("shift"), night.settings.administrators[0]
        night.answer = lambda claimed: ACCEPTED if claimed.message.to.startswith("-100") else moved
        await trouble(night)
        await night.passes(5)
        assert night.query(t.person.c.telegram, id=shift) == [(-1001234567890,)]
        night.answer = lambda claimed: ACCEPTED
        await night.types("777001", f"/start {await night.desk.begin_binding(shift, admin)}")
        await night.desk.confirm_binding(shift, 777_001, admin)
        night.answer = lambda claimed: moved
        await night.sees(silent("olt-cu-lao"), Health.DOWN)
        await night.passes(5)
        assert night.query(t.person.c.telegram, id=shift) == [(777_001,)]


async def test_only_a_test_is_looked_up_as_one(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07") as night:
        await trouble(night)
        ((notice,), *_) = night.query(t.outbox.c.id, event=Event.STEP)
        with pytest.raises(TrialRefused, match="there is no test"):
            await night.desk.tested(notice)


async def test_what_was_to_wait_for_an_hour_is_tried_at_once_after_a_start(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07") as night:
        night.lanes = ("telegram",)
        night.answer = lambda claimed: later(60)
        shift = await trouble(night)
        night.die()
        night.answer = lambda claimed: ACCEPTED
        await night.passes_away(5)
        await night.sees(LOST, Health.DOWN, first=True)
        assert [(got.at, got.person) for got in night.got] == [("03:07:05", shift)]
