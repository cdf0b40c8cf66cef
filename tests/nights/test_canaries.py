"""Pages of a duty log: a message goes the whole way of a real one now and then, and is missed."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitord.desk.canaries import CanaryRefused
from monitord.domain.balance import Account, pattern_of
from monitord.domain.canary import CanaryRoute
from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.domain.notice import Claimed, Delivery, DeliveryCause, Outcome, Reading
from monitord.domain.update import Update, UpdateKind
from monitord.settings.model import Secret, Settings, TelegramSettings
from monitord.store import tables as t
from tests.nights.test_second_channel import LOST, got_by, with_sms
from tests.support.night import ACCEPTED, BLOCKED, NOT_SENT, Got, Night

ROBOT = 909
CHAT = "-100500"
OWN = "+84912999999"
MINUTE = timedelta(minutes=1)
BY_TELEGRAM = CanaryRoute(CHAT, 15 * MINUTE, 3 * MINUTE, accounts=frozenset({ROBOT}))
BY_SMS = CanaryRoute(OWN, timedelta(days=1), 15 * MINUTE)
ACCOUNT = Account("900", "KT", timedelta(days=1), pattern_of(r"TK goc:? ?([0-9.,]+)d"), "900", 20_000)
AWAY = Outcome(Delivery.NOT_SENT, DeliveryCause.CONNECT)


def watched(
    telegram: CanaryRoute | None = BY_TELEGRAM, sms: CanaryRoute | None = None, account: Account | None = None
) -> Settings:
    settings = with_sms()
    own = replace(settings.channels["sms"], canary=sms, account=account)
    channels = {**settings.channels, "sms": own}
    return replace(settings, telegram=TelegramSettings(Secret("1:t"), canary=telegram), channels=channels)


def flown(night: Night, to: str = CHAT) -> list[Got]:
    return [got for got in night.got if got.person == to]


def state(night: Night, channel: str = "telegram") -> Any:
    with night.engine.connect() as connection:
        return connection.execute(t.canary.select().where(t.canary.c.channel == channel)).one()


def turns(night: Night) -> list[tuple[str, str]]:
    kinds = (FactKind.CHANNEL_FAILS, FactKind.CHANNEL_WORKS)
    return [(r.refs["channel"], r.kind) for r in night.rows() if r.kind in kinds]


def works(night: Night, channel: str = "telegram") -> bool:
    return bool(night.query(t.channel_state.c.works, channel=channel)[0][0])


async def flies(night: Night, *, back: bool, minutes: float = 15) -> None:
    """Let the time to the next canary go by, and somebody press its button or nobody."""
    before = len(flown(night))
    await night.passes(1)
    if len(flown(night)) == before:
        await night.passes(minutes=minutes)
    if back:
        await night.presses(str(ROBOT), flown(night)[-1].buttons[0])


async def test_a_canary_leaves_each_quarter_of_an_hour_and_is_pressed(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", watched()) as night:
        await night.passes(1)
        (first,) = flown(night)
        assert first.text.startswith("MONITORD-CANARY ")
        assert (first.channel, first.labels) == ("telegram", ("✅ Đã tới",))
        await night.passes(2)
        answer = await night.presses(str(ROBOT), first.buttons[0])
        assert (answer.accepted, answer.text) == (True, "Đã ghi nhận: kênh hoạt động hai chiều.")
        assert (state(night).missed, state(night).took, state(night).waits_from) == (0, 3.0, None)
        for _ in range(4):
            await flies(night, back=True)
        assert len(flown(night)) == 5
        assert turns(night) == []
        assert not [row for row in night.rows() if "notice." in row.kind]  # four times an hour, for years


async def test_two_that_do_not_return_and_the_administrator_hears_it_by_sms(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", watched()) as night:
        administrator = night.settings.administrators[0]
        await flies(night, back=True)
        await night.passes(minutes=15)
        await night.passes(minutes=3)
        assert (state(night).missed, works(night)) == (1, True)
        await night.passes(minutes=8)  # sooner than else: whether it was one of a kind is to be known
        assert (state(night).missed, works(night)) == (2, False)
        (text,) = got_by(night, "sms", administrator)
        assert text.startswith("KENH Telegram KHONG GUI DUOC TIN.")
        assert "tin kiem tra kenh khong quay ve" in text
        (row,) = night.rows(FactKind.CHANNEL_FAILS)
        assert row.refs["cause"] == DeliveryCause.CANARY_LOST
        await night.passes(hours=2)
        assert len(got_by(night, "sms", administrator)) == 1


async def lost(night: Night) -> None:
    await flies(night, back=True)
    await night.passes(minutes=30)
    assert not works(night)


async def test_what_is_told_then_goes_by_sms_at_once(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", watched()) as night:
        await lost(night)
        shift = night.on("shift")
        await night.sees(LOST, Health.DOWN)
        assert [got.at for got in night.got if (got.channel, got.person) == ("sms", shift)] == [night.now()]
        # Telegram has accepted it as well, and that proves nothing.
        assert not works(night)
        await night.desk.probed("telegram", ACCEPTED)
        assert not works(night)


async def test_one_that_returns_ends_it(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", watched()) as night:
        await lost(night)
        await night.presses(str(ROBOT), flown(night)[-1].buttons[0])
        assert works(night)
        assert turns(night) == [("telegram", FactKind.CHANNEL_FAILS), ("telegram", FactKind.CHANNEL_WORKS)]
        assert got_by(night, "sms", night.settings.administrators[0])[-1].startswith("KENH Telegram HOAT DONG LAI.")


async def test_a_person_who_is_heard_ends_it_and_a_stranger_does_not(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", watched()) as night:
        await lost(night)
        await night.types("4242", "TT")
        assert not works(night)
        await night.types(night.on("shift"), "TT")
        assert works(night)
        await night.passes(minutes=2)
        assert works(night)
        await night.passes(minutes=2)
        assert not works(night)  # who writes on his own proves one direction: the next canary was lost as well


async def test_only_the_accounts_of_the_settings_press_it(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", watched()) as night:
        await night.passes(1)
        button = flown(night)[0].buttons[0]
        for other in ("4242", night.on("shift")):
            answer = await night.presses(other, button)
            assert (answer.accepted, answer.refused) == (False, True)
        assert state(night).waits_from is not None
        forged = button[:-1] + ("A" if button[-1] != "A" else "B")
        assert not (await night.presses(str(ROBOT), forged)).accepted
        assert state(night).waits_from is not None


async def test_an_old_canary_pressed_again_proves_nothing(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", watched()) as night:
        await flies(night, back=True)
        old = flown(night)[0].buttons[0]
        night.lanes = ()  # the next one is on its way, and what stands in the chat is the old one
        await night.passes(minutes=15)
        for _ in range(2):
            answer = await night.presses(str(ROBOT), old)
            assert answer.accepted
            assert state(night).waits_from is not None
        night.lanes = None
        await night.passes(1)
        assert len(flown(night)) == 2
        await night.presses(str(ROBOT), old)
        assert state(night).waits_from is not None


async def test_a_restart_is_no_miss_and_neither_is_a_downtime(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", watched()) as night:
        await flies(night, back=True)
        await night.passes(minutes=15)
        for _ in range(3):
            night.die()
            await night.passes_away(3600)
            await night.passes(60)
            assert state(night).missed == 0
        await night.presses(str(ROBOT), flown(night)[-1].buttons[0])
        assert (state(night).missed, state(night).waits_from) == (0, None)
        assert turns(night) == []


async def test_a_clock_that_is_moved_is_no_miss(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", watched()) as night:
        await night.passes(1)
        for seconds in (7200, -14400):
            await night.wall_steps(seconds)
            await night.passes(60)
            assert state(night).missed == 0
        await night.presses(str(ROBOT), flown(night)[-1].buttons[0])
        await flies(night, back=True)
        assert turns(night) == []


async def test_a_channel_that_is_known_to_fail_is_no_second_alarm(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", watched()) as night:
        await flies(night, back=True)
        night.answer = lambda claimed: AWAY if claimed.message.to == CHAT or claimed.message.to.isdigit() else ACCEPTED
        for _ in range(4):
            await night.desk.probed("telegram", AWAY)
            await night.passes(30)
        await night.passes(hours=1)
        assert state(night).missed == 0  # none was accepted: what fails is known by the attempts
        assert turns(night) == [("telegram", FactKind.CHANNEL_FAILS)]
        night.answer = lambda claimed: ACCEPTED
        before = len(flown(night))
        while len(flown(night)) == before:
            await night.passes(30)
        assert works(night)  # it is accepted again, and is given its time to come back
        await night.presses(str(ROBOT), flown(night)[-1].buttons[0])
        await night.passes(minutes=10)
        assert turns(night) == [("telegram", FactKind.CHANNEL_FAILS), ("telegram", FactKind.CHANNEL_WORKS)]


async def test_one_that_nobody_presses_waits_for_what_is_heard(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", watched(replace(BY_TELEGRAM, pressed=False))) as night:
        await night.passes(1)
        assert flown(night)[0].buttons == ()
        await night.passes(10)
        night.desk.polled()
        await night.passes(1)
        assert (state(night).waits_from, state(night).missed, state(night).took) == (None, 0, 11.0)
        await night.passes(minutes=30)  # Telegram takes them all, and its updates are not heard
        assert not works(night)


async def test_an_address_that_will_never_do_is_told_and_is_no_miss(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", watched()) as night:
        night.answer = lambda claimed: BLOCKED if claimed.message.to == CHAT else ACCEPTED
        await night.passes(hours=3)
        administrator = night.settings.administrators[0]
        (told,) = [got.text for got in night.got if got.person == administrator]
        assert "Tin tự kiểm tra kênh" in told
        assert turns(night) == []
        assert state(night).missed == 0


async def test_a_canary_that_waits_is_superseded_by_the_next_and_no_row_stays(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", watched()) as night:
        night.answer = lambda claimed: NOT_SENT if claimed.message.to == CHAT else ACCEPTED
        await night.passes(hours=3)
        assert len(night.query(t.outbox.c.id, event="canary")) == 1
        night.answer = lambda claimed: ACCEPTED
        for _ in range(5):
            await flies(night, back=True)
        assert len(night.query(t.outbox.c.id, event="canary")) <= 2
        assert len(night.query(t.button.c.ref, action="canary")) <= 2


async def test_the_message_before_is_taken_away(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", watched()) as night:
        claims: list[Claimed] = []

        def answer(claimed: Claimed) -> Outcome:
            claims.append(claimed)
            return ACCEPTED

        night.answer = answer
        await flies(night, back=True)
        await flies(night, back=True)
        canaries = [claimed.message for claimed in claims if claimed.message.canary]
        assert [message.clears for message in canaries] == [(), (flown(night)[0].ref,)]
        assert all(message.canary in message.text for message in canaries)


async def test_real_messages_go_first_and_no_digest_holds_one(tmp_path: Path) -> None:
    async with Night(
        tmp_path,
        "2026-12-05 03:07",
        watched(),
    ) as night:
        night.lanes = ()
        await night.passes(1)
        await night.sees(LOST, Health.DOWN)
        night.lanes = None
        claimed = await night.desk.claim("telegram", 50)
        assert [one.message.canary != "" for one in claimed] == [False] * (len(claimed) - 1) + [True]


async def test_an_sms_comes_back_into_the_modem_that_sent_it(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", watched(None, BY_SMS)) as night:
        await night.passes(1)
        (sent,) = flown(night, OWN)
        assert re.fullmatch(r"MONITORD-CANARY [A-Z2-7]{8}\b[ -~]*", sent.text)
        assert len(sent.text) <= 160
        assert (await night.writes("+84912000111", sent.text)).text == ""
        assert state(night, "sms").waits_from is not None  # anybody may have written that
        await night.passes(5)
        assert (await night.writes(OWN, sent.text)).text == ""
        assert (state(night, "sms").waits_from, state(night, "sms").took) == (None, 6.0)
        await night.passes(hours=23)
        assert len(flown(night, OWN)) == 1
        await night.passes(hours=1)
        assert len(flown(night, OWN)) == 2


async def test_an_sms_that_comes_back_late_has_come_back(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", watched(None, BY_SMS)) as night:
        await night.passes(minutes=16)
        assert state(night, "sms").missed == 1
        await night.writes(OWN, flown(night, OWN)[0].text)
        assert (state(night, "sms").missed, state(night, "sms").took) == (0, 960.0)
        await night.passes(hours=2)
        assert len(flown(night, OWN)) == 1


async def test_who_asks_for_a_canary_gets_one_at_once(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", watched()) as night:
        await flies(night, back=True)
        await night.passes(minutes=1)
        token = await night.desk.canary("telegram")
        await night.deliver()
        assert token in flown(night)[-1].text
        with pytest.raises(CanaryRefused, match="channel 'sms' has no `canary` in the settings: telegram has"):
            await night.desk.canary("sms")


async def test_settings_without_a_canary_are_not_watched_by_one(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", watched()) as night:
        await lost(night)
        night.die()
        night.settings = watched(None)
        await night.passes_away(60)
        assert works(night)
        assert night.query(t.canary.c.channel) == []


async def test_what_is_left_is_asked_once_a_day_and_told_once_when_it_is_low(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", watched(None, None, ACCOUNT)) as night:
        administrator = night.settings.administrators[0]
        await night.passes(1)
        (asked,) = flown(night, "900")
        assert (asked.channel, asked.text) == ("sms", "KT")
        for said in ("TK goc: 25.000d, HSD 31/12/2026", "Khuyen mai 50% hom nay"):
            assert (await night.writes("900", said)).text == ""
        assert read_now(night) == 25_000
        assert (await night.writes("+84912000111", "TK goc: 1d")).text == ""
        assert read_now(night) == 25_000
        for said in ("TK goc: 9.500d", "TK goc: 9.000d"):
            await night.writes("900", said)
            await night.passes(minutes=1)
        told = [got.text for got in night.got if got.person == administrator]
        assert [text.splitlines()[0] for text in told] == ["⚠️ SẮP HẾT TIỀN CỦA SMS: CÒN 9.500"]
        await night.writes("900", "TK goc: 109.000d")
        await night.passes(minutes=20)
        await night.writes("900", "TK goc: 500d")
        await night.passes(hours=2)
        await night.writes("900", "KM 50%: nap the 100.000d hom nay")  # nobody asked
        assert read_now(night) == 500
        assert len([got for got in night.got if got.person == administrator]) == 2
        await night.passes(hours=25)
        assert len(flown(night, "900")) == 2
        assert len(night.query(t.outbox.c.id, event="balance")) == 1


def read_now(night: Night) -> float:
    return float(night.query(t.channel_reading.c.value, channel="sms", kind=Reading.BALANCE)[0][0])


async def test_a_signal_that_a_probe_read_is_kept(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", watched(None)) as night:
        weak = Outcome(Delivery.NOT_SENT, DeliveryCause.NO_SIGNAL, readings=((Reading.SIGNAL, 3.0),))
        for _ in range(3):
            await night.desk.probed("sms", weak)
            await night.passes(30)
        assert night.query(t.channel_reading.c.value, channel="sms", kind=Reading.SIGNAL) == [(3.0,)]
        (row,) = night.rows(FactKind.CHANNEL_FAILS)
        assert row.refs["cause"] == DeliveryCause.NO_SIGNAL


async def test_one_that_waits_for_its_turn_or_its_pause_says_nothing_of_its_channel(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", watched()) as night:
        await flies(night, back=True)
        slow = Outcome(Delivery.NOT_SENT, DeliveryCause.RATE_LIMITED, retry_in=timedelta(hours=1))
        night.answer = lambda claimed: slow if claimed.message.to == CHAT else ACCEPTED
        await night.passes(hours=2)
        assert turns(night) == []


async def test_one_bad_address_of_a_canary_fails_nobodys_channel(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", watched()) as night:
        await flies(night, back=True)
        bad = Outcome(Delivery.NOT_SENT, DeliveryCause.SERVER_ERROR)
        night.answer = lambda claimed: bad if claimed.message.to == CHAT else ACCEPTED
        await night.passes(hours=1)
        assert turns(night) == []


async def test_one_that_is_pressed_before_its_attempt_is_over_leaves_no_row_behind(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 03:07", watched()) as night:
        for _ in range(4):
            night.lanes = ("log",)
            await night.passes(minutes=15)
            (claimed,) = await night.desk.claim("telegram", 5)
            (face,) = claimed.message.buttons[0]
            await night.desk.press(Update(900 + claimed.message.notice, UpdateKind.PRESS, ROBOT, ROBOT, face.callback))
            await night.desk.report(claimed.message.notice, replace(ACCEPTED, message_ref=str(claimed.message.notice)))
            assert state(night).missed == 0
        assert len(night.query(t.outbox.c.id, event="canary")) == 1
