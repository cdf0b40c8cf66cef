"""Pages of a duty log: a channel that stops working is known before anybody needs it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitord.desk.trying import TrialRefused
from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.domain.notice import Delivery, DeliveryCause, NoticeState, Outcome
from monitord.store import tables as t
from tests.nights.test_second_channel import LOST, got_by, with_sms, without
from tests.support.night import ACCEPTED, BLOCKED, NOT_SENT, Night, silent

AWAY = Outcome(Delivery.NOT_SENT, DeliveryCause.CONNECT)


async def probes(night: Night, *outcomes: Outcome, every: float = 30) -> None:
    for outcome in outcomes:
        await night.desk.probed("telegram", outcome)
        await night.deliver()
        await night.passes(every)


async def test_telegram_stops_answering_and_the_administrator_hears_it_by_sms(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        night.answer = without("telegram")
        administrator = night.settings.administrators[0]
        await probes(night, ACCEPTED, AWAY, AWAY, AWAY)
        (text,) = got_by(night, "sms", administrator)
        assert text.startswith("KENH Telegram KHONG GUI DUOC TIN.")
        assert text.isascii()
        (row,) = night.rows(FactKind.CHANNEL_FAILS)
        assert (row.refs["channel"], row.refs["cause"]) == ("telegram", DeliveryCause.CONNECT)
        await probes(night, AWAY, AWAY)
        assert len(got_by(night, "sms", administrator)) == 1
        night.answer = lambda claimed: ACCEPTED
        await probes(night, ACCEPTED)
        assert [r.kind for r in night.rows() if "channel." in r.kind] == [
            FactKind.CHANNEL_FAILS,
            FactKind.CHANNEL_WORKS,
        ]
        again = got_by(night, "sms", administrator)[-1]
        assert again.startswith("KENH Telegram HOAT DONG LAI.")


async def test_what_is_told_while_telegram_fails_goes_by_sms_at_once(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        night.answer = without("telegram")
        await probes(night, AWAY, AWAY, AWAY)
        shift = night.on("shift")
        await night.sees(LOST, Health.DOWN)
        assert [got.at for got in night.got if (got.channel, got.person) == ("sms", shift)] == [night.now()]
        # Telegram is still tried, and brings it when it is back.
        night.answer = lambda claimed: ACCEPTED
        await night.passes(minutes=2)
        assert len(got_by(night, "telegram", shift)) == 1


async def test_a_channel_that_fails_under_an_incident_is_noticed_without_a_probe(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        night.answer = without("telegram")
        await night.sees(LOST, Health.DOWN)
        await night.passes(minutes=2)
        assert len(night.rows(FactKind.CHANNEL_FAILS)) == 1
        await night.sees(silent("olt-cu-lao"), Health.DOWN)
        shift = night.on("shift")
        assert [got.at for got in night.got if (got.channel, got.person) == ("sms", shift)][-1] == night.now()


async def test_one_person_who_blocked_us_is_no_broken_channel(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        night.answer = without("telegram", BLOCKED)
        await night.sees(LOST, Health.DOWN)
        await night.passes(minutes=5)
        assert night.rows(FactKind.CHANNEL_FAILS) == []


async def test_an_alarm_that_could_not_be_told_in_time_is_not_told_when_it_is_over(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        night.answer = lambda claimed: NOT_SENT
        await probes(night, AWAY, AWAY, AWAY)
        night.lanes = ()  # nobody is even tried for a while
        await night.passes(minutes=11)
        await night.desk.probed("telegram", ACCEPTED)
        night.lanes, night.answer = None, lambda claimed: ACCEPTED
        await night.passes(minutes=3)
        administrator = night.settings.administrators[0]
        texts = [got.text for got in night.got if got.person == administrator]
        assert not [text for text in texts if "KHONG GUI DUOC" in text or "KHÔNG GỬI ĐƯỢC" in text]
        assert [text for text in texts if "HOẠT ĐỘNG LẠI" in text or "HOAT DONG LAI" in text]


async def test_a_channel_that_failed_is_known_after_a_restart(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        night.answer = without("telegram")
        await probes(night, AWAY, AWAY, AWAY)
        night.die()
        await night.passes_away(5)
        shift = night.on("shift")
        await night.sees(LOST, Health.DOWN)
        assert [got.at for got in night.got if (got.channel, got.person) == ("sms", shift)] == [night.now()]
        assert len(night.rows(FactKind.CHANNEL_FAILS)) == 1


async def test_a_token_used_elsewhere_is_an_alarm_once_an_hour(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        administrator = night.settings.administrators[0]
        for seconds in (15.2, 75.0, 135.0):
            await night.desk.conflict(seconds)
            await night.passes(60)
        (text,) = got_by(night, "sms", administrator)
        assert text.startswith("NOI KHAC DANG DUNG MA BOT Telegram.")
        assert len(night.rows(FactKind.CHANNEL_CONFLICT)) == 3
        await night.passes(minutes=60)
        await night.desk.conflict(4000.0)
        await night.deliver()
        assert len(got_by(night, "sms", administrator)) == 2


async def test_a_test_message_goes_by_the_channel_it_tries_and_by_no_other(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        shift, by = night.on("shift"), night.settings.administrators[0]
        notice = await night.desk.test(shift, "sms", by)
        await night.deliver()
        (text,) = got_by(night, "sms", shift)
        assert text.startswith("TIN THU - ")
        assert text.endswith("Tra loi TT de thu chieu nguoc lai.")
        tried = await night.desk.tested(notice)
        assert (tried.state, tried.attempts) == (NoticeState.SENT, 1)
        night.answer = without("telegram")
        notice = await night.desk.test(shift, "telegram", by)
        await night.passes(minutes=3)
        tried = await night.desk.tested(notice)
        assert (tried.state, tried.cause) == (NoticeState.PENDING, DeliveryCause.CONNECT)
        assert [row.event for row in rows_to(night, shift)] == ["test", "test"]


async def test_a_test_that_nobody_waits_for_any_more_is_not_told_after_a_downtime(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        night.answer = without("sms")
        shift, by = night.on("shift"), night.settings.administrators[0]
        notice = await night.desk.test(shift, "sms", by)
        await night.passes(5)
        night.die()
        night.answer = lambda claimed: ACCEPTED
        await night.passes_away(3600)
        await night.passes(5)
        assert got_by(night, "sms", shift) == []
        assert (await night.desk.tested(notice)).state is NoticeState.SUPERSEDED


async def test_a_test_that_cannot_be_made_says_what_to_do(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        shift, by = night.on("shift"), night.settings.administrators[0]
        for whom, channel, who, told in (
            ("nobody", "sms", by, "nobody has the id 'nobody'"),
            (shift, "pigeon", by, "channel 'pigeon' is not set up: there are telegram, sms, mail, log"),
            (shift, "sms", "x", "say who you are with --as"),
        ):
            with pytest.raises(TrialRefused, match=told):
                await night.desk.test(whom, channel, who)


def rows_to(night: Night, person: str) -> list[Any]:
    with night.engine.connect() as connection:
        return list(connection.execute(t.outbox.select().where(t.outbox.c.person == person)))


async def test_states_are_kept_to_the_second_and_not_written_at_every_message(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_sms()) as night:
        await probes(night, ACCEPTED, ACCEPTED, every=5)
        heard = night.query(t.channel_state.c.heard_at, channel="telegram")[0][0]
        await probes(night, ACCEPTED, every=20)
        assert night.query(t.channel_state.c.heard_at, channel="telegram")[0][0] == heard
        await probes(night, ACCEPTED)
        later = night.query(t.channel_state.c.heard_at, channel="telegram")[0][0]
        assert later - heard == timedelta(seconds=30)
