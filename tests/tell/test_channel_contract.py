"""What every channel promises, whoever is on the other side: one suite for all of them."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from monitord.domain.notice import ButtonFace, Delivery, DeliveryCause, Message, Outcome
from monitord.tell.ports import Listening
from monitord.texts.squeeze import plain
from tests.tell.bench import Bench, Desk, SpokenTo
from tests.tell.benches import brandname, mail, smpp, sms, telegram, voice, webhook

Open = Callable[[Path], AbstractAsyncContextManager[Bench]]
BENCHES: dict[str, Open] = {
    "brandname-esms": brandname.opened,
    "brandname-template": brandname.opened_template,
    "mail": mail.opened,
    "smpp": smpp.opened,
    "sms": sms.opened,
    "telegram": telegram.opened,
    "voice": voice.opened,
    "webhook": webhook.opened,
}
Spoken = Callable[[Path], AbstractAsyncContextManager[SpokenTo]]
TWO_WAY: dict[str, Spoken] = {"mail": mail.answered, "smpp": smpp.opened, "sms": sms.opened, "voice": voice.called}

NEVER_REFUSE = frozenset({"sms"})
"""Channels whose other side never says that an address is refused for ever."""

PATIENT = 20.0
"""Seconds of an attempt that ends by itself, however busy the machine is: nothing waits for them."""

PROGRAMS = frozenset({"sms", "voice"})
"""Channels whose other side is a program that takes its time: seconds a test."""

TEXT = "🔴 SỰ CỐ MỚI · Mức 2 – Cao · SC-0602-004\nMẤT LIÊN LẠC: OLT Tiểu Cần 01"
HOSTILE = "OLT <b>x</b> & *y* _z_ ${7*7} {{a}} %s\r\nSubject: z SC-0602-004 \\ ' \" ; DROP"
FACES = ((ButtonFace("✅ Tiếp nhận", "v1|a|take|b"),),)


def each(names: Iterable[str]) -> list[pytest.ParameterSet]:
    """Return the channels of these names, for a fixture."""
    return [pytest.param(name, marks=[pytest.mark.slow] if name in PROGRAMS else []) for name in sorted(names)]


@pytest.fixture(params=each(BENCHES))
async def hasty(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    """A bench whose attempts are given up soon."""
    async with BENCHES[request.param](tmp_path) as made:
        yield made


@pytest.fixture
async def bench(hasty: Bench) -> Bench:
    hasty.channel.deadline = PATIENT
    return hasty


@pytest.fixture(params=each(BENCHES.keys() - NEVER_REFUSE))
async def refusing(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    async with BENCHES[request.param](tmp_path) as made:
        made.channel.deadline = PATIENT
        yield made


@pytest.fixture(params=each(TWO_WAY))
async def spoken(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SpokenTo]:
    async with TWO_WAY[request.param](tmp_path) as made:
        yield made


async def attempt(bench: Bench, text: str = TEXT, notice: int = 1, to: str | None = None) -> Outcome:
    """One attempt as the dispatcher makes it: what does not end in time, or raises, is uncertain."""
    try:
        async with asyncio.timeout(bench.channel.deadline):
            return await bench.channel.deliver(Message(notice, bench.address if to is None else to, text, FACES))
    except Exception as error:
        return Outcome(Delivery.UNCERTAIN, DeliveryCause.TIMED_OUT, type(error).__name__)


@asynccontextmanager
async def listening(bench: Bench, desk: Desk) -> AsyncIterator[None]:
    assert isinstance(bench.channel, Listening)
    task = asyncio.create_task(bench.channel.listen(desk))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


# --- telling --------------------------------------------------------------------------------------------------------


async def test_a_message_arrives_and_the_moment_is_known(bench: Bench) -> None:
    outcome = await attempt(bench)
    assert (outcome.delivery, outcome.cause) == (Delivery.ACCEPTED, DeliveryCause.FINE)
    assert outcome.accepted_at is not None
    (arrived,) = await bench.arrived(at_least=1)
    assert "SC-0602-004" in arrived
    assert "OLT TIEU CAN 01" in plain(arrived).upper()


async def test_what_a_device_calls_itself_stays_text(bench: Bench) -> None:
    outcome = await attempt(bench, HOSTILE)
    assert outcome.delivery is Delivery.ACCEPTED
    (arrived,) = await bench.arrived(at_least=1)
    assert "SC-0602-004" in arrived
    assert "<b>x</b>" in arrived
    assert "49" not in arrived


async def test_what_is_no_address_is_never_tried_again(bench: Bench) -> None:
    for wrong in ("", *bench.no_addresses):
        outcome = await attempt(bench, to=wrong)
        assert (outcome.delivery, outcome.cause) == (Delivery.PERMANENT, DeliveryCause.NO_ADDRESS), repr(wrong)
    assert await bench.arrived() == []


async def test_what_could_not_be_handed_over_was_surely_not_sent_and_is_when_it_can(bench: Bench) -> None:
    await bench.go_away()
    outcome = await attempt(bench)
    assert outcome.delivery is Delivery.NOT_SENT
    assert outcome.cause is not DeliveryCause.FINE
    await bench.come_back()
    assert (await attempt(bench)).delivery is Delivery.ACCEPTED
    assert len(await bench.arrived(at_least=1)) == 1


async def test_what_nobody_confirms_is_uncertain(hasty: Bench) -> None:
    await hasty.fall_silent()
    assert (await attempt(hasty)).delivery is Delivery.UNCERTAIN
    await hasty.come_back()
    hasty.channel.deadline = PATIENT
    assert (await attempt(hasty)).delivery is Delivery.ACCEPTED


async def test_an_address_that_is_refused_for_ever_is_permanent(refusing: Bench) -> None:
    await refusing.refuse()
    outcome = await attempt(refusing)
    assert outcome.delivery is Delivery.PERMANENT
    assert await refusing.arrived() == []


async def test_a_cancelled_attempt_spoils_nothing(bench: Bench) -> None:
    await bench.fall_silent()
    task = asyncio.create_task(bench.channel.deliver(Message(1, bench.address, TEXT)))
    await asyncio.sleep(0.1)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await bench.come_back()
    assert (await attempt(bench, notice=2)).delivery is Delivery.ACCEPTED


async def test_after_the_end_nothing_is_sent_and_it_can_begin_again(bench: Bench) -> None:
    await bench.channel.stop()
    await bench.channel.stop()
    outcome = await attempt(bench)
    assert (outcome.delivery, outcome.cause) == (Delivery.NOT_SENT, DeliveryCause.NOT_CONFIGURED)
    await bench.channel.start()
    await bench.channel.start()
    assert (await attempt(bench)).delivery is Delivery.ACCEPTED


async def test_no_secret_shows_whatever_happens(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    outcomes = [await attempt(bench)]
    await bench.go_away()
    outcomes.append(await attempt(bench))
    await bench.come_back()
    if bench.channel.name not in NEVER_REFUSE:
        await bench.refuse()
        outcomes.append(await attempt(bench))
    said = caplog.text + "".join(repr(outcome) for outcome in outcomes) + repr(bench.channel)
    assert bench.secrets
    assert [secret for secret in bench.secrets if secret in said] == []


# --- being told -----------------------------------------------------------------------------------------------------


async def test_what_somebody_answers_is_brought_once_with_the_sender_and_answered(spoken: SpokenTo) -> None:
    desk = Desk()
    async with listening(spoken, desk):
        await spoken.send("XN 004")
        await desk.until("XN 004")
        (answer,) = await spoken.arrived(at_least=1)
    (heard,) = desk.heard
    assert (heard.channel, heard.sender, heard.text) == (spoken.channel.name, spoken.address, "XN 004")
    assert 0 < len(heard.key) <= 128
    assert "SC-0602-004" in answer


async def test_what_was_heard_is_not_brought_again_by_the_next_listener(spoken: SpokenTo) -> None:
    first, second = Desk(), Desk()
    async with listening(spoken, first):
        for text in ("XN 004", "TT", "HELP"):
            # One by one: whoever has the next is done with the one before.
            await spoken.send(text)
            await first.until(text)
    await spoken.send("TRUC")
    async with listening(spoken, second):
        await second.until("TRUC")
    # The last may have been under way when the first listener was stopped.
    assert [text for text in second.texts if text != "HELP"] == ["TRUC"]


async def test_what_the_desk_could_not_write_is_brought_again(spoken: SpokenTo) -> None:
    desk = Desk(refusals=2)
    async with listening(spoken, desk):
        await spoken.send("XN 004")
        await desk.until("XN 004")


async def test_what_came_while_nobody_listened_is_brought_later(spoken: SpokenTo) -> None:
    await spoken.send("XN 004")
    desk = Desk()
    async with listening(spoken, desk):
        await desk.until("XN 004")


async def test_a_hostile_text_is_brought_clean_and_bounded(spoken: SpokenTo) -> None:
    desk = Desk()
    async with listening(spoken, desk):
        await spoken.send("NN 004 \x1b[31mđứt cáp\x07 " + "x" * 100)
        await spoken.send("TT")
        await desk.until("TT")
    assert len(desk.texts) == 2
    assert desk.texts[0].startswith("NN 004 ")
    assert all(len(text) <= 500 and text.replace("\n", " ").isprintable() for text in desk.texts)
