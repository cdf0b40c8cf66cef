"""Pages of a duty log: the telephone rings for what asks, until somebody presses a key."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.domain.notice import Claimed, Delivery, DeliveryCause, Key, Outcome
from monitord.settings.form import Form
from monitord.settings.model import ChannelSettings, Settings
from tests.nights.test_second_channel import LOST, got_by, trouble, with_sms
from tests.support.night import ACCEPTED, Night

NOBODY = Outcome(Delivery.NOT_SENT, DeliveryCause.NO_ANSWER, "busy", retry_in=timedelta(seconds=30))


def with_calls(order: tuple[str, ...] = ("voice", "sms", "log")) -> Settings:
    """Return the example with a modem and a telephone: everybody is called at his own number."""
    settings = with_sms(order=order)
    people = {
        name: replace(one, addresses={**one.addresses, "voice": one.addresses["sms"].replace("+8491", "+8492")})
        for name, one in settings.people.items()
    }
    calls = ChannelSettings(Form(), {}, None, True, True, 100.0)
    return replace(settings, people=people, channels={**settings.channels, "voice": calls})


def of_the_line(claimed: Claimed) -> bool:
    return claimed.message.to.startswith("+8492")


async def test_a_leader_hears_what_is_wrong_and_which_keys_there_are(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_calls()) as night:
        keys: dict[str, tuple[Key, ...]] = {}

        def answer(claimed: Claimed) -> Outcome:
            if of_the_line(claimed):
                keys[claimed.message.to] = claimed.message.keys
            return ACCEPTED

        night.answer = answer
        shift = await trouble(night)
        (text,) = got_by(night, "voice", shift)
        assert text.startswith(
            "Đây là hệ thống trực của Viễn thông Sông Mẫu. Sự cố mức 2, số 1: mất liên lạc, OLT Gò Mây."
        )
        assert text.endswith("Bấm phím 1: tiếp nhận. Bấm phím 2: nghe lại.")
        await night.passes(minutes=16)
        leader = night.on("leader")
        (text,) = got_by(night, "voice", leader)
        assert text.startswith("Kính báo cáo đồng chí. Đây là hệ thống trực của")
        assert text.endswith(
            "Bấm phím 1: đã nhận thông tin. Bấm phím 2: nghe lại. Bấm phím 3: nối máy trực ca. "
            "Bấm phím 4: không gọi nữa, trừ sự cố mức 1."
        )
        address = night.settings.people[leader].address("voice")
        phone = night.settings.people[shift].phone
        assert keys[address or ""] == (
            Key("1", "DN 001"),
            Key("2"),
            Key("3", connects=phone),
            Key("4", "KHONGGOI"),
        )
        answered = await night.writes(leader, "DN 001", channel="voice")
        assert answered.accepted
        (row,) = night.rows(FactKind.INCIDENT_NOTED)
        assert (row.actor, row.refs["heard"]) == (leader, "voice")


@pytest.mark.slow
async def test_nobody_answers_and_an_sms_comes_while_it_rings_again_and_more_seldom(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_calls()) as night:
        calls: list[str] = []

        def answer(claimed: Claimed) -> Outcome:
            if of_the_line(claimed) and claimed.message.to == night.settings.people[shift].address("voice"):
                calls.append(night.now())
            return NOBODY if of_the_line(claimed) else ACCEPTED

        shift = night.on("shift")
        night.answer = answer
        await trouble(night)
        await night.passes(minutes=40)
        assert calls[:6] == ["03:07:00", "03:07:30", "03:08:30", "03:10:30", "03:14:30", "03:22:30"]
        assert calls[6:] == ["03:32:30", "03:42:30"]
        sms = next(got.at for got in night.got if (got.channel, got.person) == ("sms", shift))
        assert sms <= "03:08:00"
        # A telephone that nobody picks up is no broken channel.
        assert night.rows(FactKind.CHANNEL_FAILS) == []


async def test_who_was_called_reads_that_it_is_over(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", with_calls()) as night:
        shift = await trouble(night)
        assert got_by(night, "sms", shift) == []
        await night.passes(minutes=6)
        await night.writes(shift, "XN 001", channel="voice")
        operations = night.on("operations")
        assert len(got_by(night, "voice", operations)) == 1
        assert got_by(night, "sms", operations)[0].startswith("SC-0512-001 DA TIEP NHAN: ")
        await night.sees(LOST, Health.UP)
        for person in (shift, operations):
            assert got_by(night, "sms", person)[-1].startswith("SC-0512-001 DA KHOI PHUC: ")
            assert len(got_by(night, "voice", person)) == 1
