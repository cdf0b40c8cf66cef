"""Canaries over each channel as it is: a Bot API, a relay and a mailbox, gammu-smsd and its modem."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path

import pytest

from monitord.clock import SystemClock
from monitord.demo.botapi import BotApi, BotFault, Trouble
from monitord.domain.canary import MARK
from monitord.domain.notice import ButtonFace, Delivery, DeliveryCause, Message, Outcome, Reading
from monitord.settings.model import Secret, TelegramSettings
from monitord.tell.channels.mail import AnsweredMailChannel, MailChannel
from monitord.tell.channels.sms import SmsChannel
from monitord.tell.channels.telegram import TelegramChannel
from monitord.tell.modem import looked_at, signal_of
from monitord.tell.ports import Listening
from monitord.tell.sms_form import SmsForm
from tests.support.smsd import Smsd
from tests.tell.bench import Desk
from tests.tell.benches.mail import DESK, MailBench, answered, made, reply_to, text_of

CHAT = -100500
FACES = ((ButtonFace("✅ Đã tới", "v1|a|canary|b"),),)
OWN = "+84912345678"


def canary(to: str, clears: tuple[str, ...] = (), token: str = "ABCD2345") -> Message:
    return Message(7, to, f"{MARK} {token}\n03:07", FACES, once="x7", canary=token, clears=clears, quiet=True)


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi(SystemClock()) as it:
        yield it


@pytest.fixture
async def telegram(api: BotApi) -> AsyncIterator[TelegramChannel]:
    channel = TelegramChannel(TelegramSettings(Secret(api.token), api.base_url), SystemClock())
    await channel.start()
    yield channel
    await channel.stop()


async def test_one_by_telegram_rings_nowhere_and_takes_the_place_of_the_one_before(
    api: BotApi, telegram: TelegramChannel
) -> None:
    first = await telegram.deliver(canary(str(CHAT)))
    second = await telegram.deliver(canary(str(CHAT), (first.message_ref or "",), "EFGH2345"))
    (bubble,) = api.bubbles(CHAT)
    assert second.message_ref == f"{CHAT}/{bubble.message_id}"
    assert bubble.quiet
    assert [button.label for button in bubble.buttons] == ["✅ Đã tới"]
    assert (await telegram.deliver(Message(8, str(CHAT), "SC-0602-004"))).delivery is Delivery.ACCEPTED
    assert not api.bubbles(CHAT)[-1].quiet


@pytest.mark.parametrize("trouble", [Trouble.HANG, Trouble.DROPPED, Trouble.SERVER_ERROR])
async def test_an_old_one_that_cannot_be_taken_away_is_no_failure(
    api: BotApi, telegram: TelegramChannel, trouble: Trouble
) -> None:
    await api.break_with(BotFault(trouble, "deleteMessage"))
    outcome = await telegram.deliver(canary(str(CHAT), ("1", "x")))
    assert outcome.delivery is Delivery.ACCEPTED
    assert outcome.message_ref == f"{CHAT}/{api.bubbles(CHAT)[-1].message_id}"


async def test_one_that_is_blocked_says_so(api: BotApi, telegram: TelegramChannel) -> None:
    await api.break_with(BotFault(Trouble.BLOCKED, "sendMessage", CHAT))
    assert (await telegram.deliver(canary(str(CHAT)))).delivery is Delivery.PERMANENT


# --- mail ------------------------------------------------------------------------------------------------------------


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[MailBench]:
    async with answered(tmp_path) as it:
        yield it


def watched(bench: MailBench, folder: Path) -> AnsweredMailChannel:
    channel = made(bench.office.port, bench.box, str(folder / "ca.pem"), canary={})
    assert isinstance(channel, AnsweredMailChannel)
    return channel


@asynccontextmanager
async def listening(channel: MailChannel | SmsChannel, desk: Desk) -> AsyncIterator[None]:
    assert isinstance(channel, Listening)
    await channel.start()
    task = asyncio.create_task(channel.listen(desk))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def raw(letter: EmailMessage) -> bytes:
    del letter["X-Envelope"]
    return letter.as_bytes()


async def test_a_letter_to_our_own_mailbox_is_found_and_deleted(bench: MailBench, tmp_path: Path) -> None:
    channel, desk, box = watched(bench, tmp_path), Desk(refusals=1), bench.box
    assert box is not None
    async with listening(channel, desk):
        assert (await channel.deliver(canary(DESK))).delivery is Delivery.ACCEPTED
        letter = bench.office.letters[-1]
        assert text_of(letter).startswith(f"{MARK} ABCD2345")
        box.put(raw(letter))  # as the relay does
        await desk.until(f"{MARK} ABCD2345")
        (heard,) = desk.heard
        assert (heard.channel, heard.sender) == ("mail", DESK)
        box.put(reply_to(await bench.letter(), "XN 004"))
        await desk.until("XN 004")
        assert box.letters() == 1  # the canary is gone, the reply stays
        assert len(bench.office.letters) == 1  # nobody answers a canary


async def test_who_forges_a_canary_is_not_heard(bench: MailBench, tmp_path: Path) -> None:
    channel, desk, box = watched(bench, tmp_path), Desk(), bench.box
    assert box is not None
    async with listening(channel, desk):
        await channel.deliver(canary(DESK))
        forged = bench.office.letters[-1]
        forged.replace_header("Message-ID", "<n7-abcdefabcdef.0123456789abcdef@vnpt.vn>")
        box.put(raw(forged))
        box.put(reply_to(await bench.letter(), "XN 004"))
        await desk.until("XN 004")
        assert desk.texts == ["XN 004"]


# --- SMS -------------------------------------------------------------------------------------------------------------


@pytest.fixture
async def smsd(tmp_path: Path) -> AsyncIterator[Smsd]:
    it = Smsd(tmp_path)
    await it.start(signal=True)
    yield it
    await it.stop()


def modem(smsd: Smsd, lowest: int = 10) -> SmsForm:
    return SmsForm.model_validate(
        {
            "spool": str(smsd.spool),
            "monitor": str(smsd.folder / "smsdrc"),
            "lowest_signal": lowest,
            "balance": {"to": "900", "text": "KT", "pattern": "goc: ([0-9.]+)"},
        }
    )


@pytest.mark.slow
async def test_a_text_goes_out_by_the_modem_and_comes_back_by_it(smsd: Smsd) -> None:
    channel, desk = SmsChannel(modem(smsd), SystemClock()), Desk()
    async with listening(channel, desk):
        assert (await channel.deliver(canary(OWN))).delivery is Delivery.ACCEPTED
        (sent,) = (smsd.spool / "sent").glob("OUT*")
        smsd.receive(OWN, sent.read_text(encoding="ascii"))
        async with asyncio.timeout(40):
            while not desk.heard:  # noqa: ASYNC110 - another program's work
                await asyncio.sleep(0.1)
        assert desk.heard[0].sender == OWN
        assert desk.texts[0].startswith(f"{MARK} ABCD2345")


@pytest.mark.slow
async def test_the_operator_is_asked_by_its_short_number_and_heard_by_it(smsd: Smsd) -> None:
    channel, desk = SmsChannel(modem(smsd), SystemClock()), Desk()
    async with listening(channel, desk):
        assert (await channel.deliver(Message(1, "900", "KT", once="q"))).delivery is Delivery.ACCEPTED
        assert (await channel.deliver(Message(2, "901", "KT", once="r"))).delivery is Delivery.PERMANENT
        for sender, text in (("901", "x"), ("900", "TK goc: 25.000d")):
            smsd.receive(sender, text)
        await desk.until("TK goc: 25.000d", 40)
        assert [(heard.sender, heard.text) for heard in desk.heard] == [("900", "TK goc: 25.000d")]


async def signal_known(config: str) -> int:
    async with asyncio.timeout(40):
        while not isinstance(signal := await signal_of(config), int) or signal <= 0:  # noqa: ASYNC110
            await asyncio.sleep(0.2)  # the daemon looks at its modem when it pleases
        return signal


@pytest.mark.slow
async def test_the_signal_is_what_the_running_daemon_says(smsd: Smsd) -> None:
    config = str(smsd.folder / "smsdrc")
    signal = await signal_known(config)
    assert 0 < signal <= 100
    outcome = await SmsChannel(modem(smsd), SystemClock()).probe()
    assert outcome.delivery is Delivery.NOT_SENT  # not started
    channel = SmsChannel(modem(smsd), SystemClock())
    await channel.start()
    outcome = await channel.probe()
    assert (outcome.delivery, outcome.readings) == (Delivery.ACCEPTED, ((Reading.SIGNAL, float(signal)),))
    weak = SmsChannel(modem(smsd, 100), SystemClock())
    await weak.start()
    looks = [await weak.probe() for _ in range(4)]
    causes = [look.cause for look in looks]  # at first it says nothing, neither that it fails nor that it works
    assert causes == [DeliveryCause.POOL] * 2 + [DeliveryCause.NO_SIGNAL] * 2
    assert {look.delivery for look in looks} == {Delivery.NOT_SENT}
    assert [look.cause for look in looks][2:] == [DeliveryCause.NO_SIGNAL] * 2
    assert looks[0].readings == looks[3].readings == ((Reading.SIGNAL, float(signal)),)
    await smsd.stop()
    gone = await channel.probe()
    assert (gone.delivery, gone.cause) == (Delivery.NOT_SENT, DeliveryCause.CONNECT)
    assert not gone.readings


async def test_a_program_that_is_not_there_is_said_to_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    outcome = await looked_at("/etc/gammu-smsdrc", 10)
    assert isinstance(outcome, Outcome)
    assert (outcome.delivery, outcome.cause) == (Delivery.NOT_SENT, DeliveryCause.NOT_CONFIGURED)
