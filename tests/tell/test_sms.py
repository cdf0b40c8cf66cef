"""The modem in the house: what a crash leaves behind, what it cannot send, and what comes in that is no answer."""

import asyncio
import contextlib
import os
from pathlib import Path

import pytest

from monitord.clock import SystemClock
from monitord.domain.notice import Delivery, DeliveryCause, Message, Outcome
from monitord.tell.channels.sms import SmsChannel
from monitord.tell.sms_form import SmsForm
from monitord.tell.spool import KEPT, Spool, Stand
from tests.tell.bench import Desk
from tests.tell.benches.sms import NUMBER

TEXT = "🔴 SỰ CỐ MỚI · SC-0602-004"


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    for name in ("inbox", "outbox", "sent", "error"):
        (tmp_path / name).mkdir()
    return tmp_path


def channel(spool: Path, deadline: float = 4.0) -> SmsChannel:
    made = SmsChannel(SmsForm(spool=str(spool)), SystemClock())
    made.deadline = deadline
    return made


def files(spool: Path, folder: str) -> list[str]:
    return sorted(path.name for path in (spool / folder).iterdir())


async def deliver(made: SmsChannel, once: str = "abc") -> Outcome:
    await made.start()
    return await made.deliver(Message(1, NUMBER, TEXT, once=once))


async def moved(spool: Path, to: str) -> None:
    """Do with the first text of the outbox what gammu-smsd does."""
    async with asyncio.timeout(20):
        while not (found := list((spool / "outbox").glob("OUT*"))):  # noqa: ASYNC110 - files tell nobody
            await asyncio.sleep(0.01)
    found[0].rename(spool / to / found[0].name)


async def test_what_was_sent_before_a_crash_is_not_sent_again(spool: Path) -> None:
    task = asyncio.create_task(deliver(channel(spool)))
    await moved(spool, "sent")
    task.cancel()  # the daemon dies before it has heard of it
    with contextlib.suppress(asyncio.CancelledError):
        await task
    outcome = await deliver(channel(spool))
    assert outcome.delivery is Delivery.ACCEPTED
    assert files(spool, "outbox") == []
    assert len(files(spool, "sent")) == 1


async def test_another_notice_to_the_same_number_is_another_text(spool: Path) -> None:
    for once in ("abc", "abd"):
        task = asyncio.create_task(deliver(channel(spool), once))
        await moved(spool, "sent")
        assert (await task).delivery is Delivery.ACCEPTED
    assert len(files(spool, "sent")) == 2


async def test_what_waits_still_is_not_left_behind(spool: Path) -> None:
    outcome = await deliver(channel(spool, deadline=3.0))
    assert (outcome.delivery, outcome.cause) == (Delivery.UNCERTAIN, DeliveryCause.TIMED_OUT)
    # Hours later it would speak of something that is long over.
    assert files(spool, "outbox") == []


async def test_what_the_modem_could_not_send_was_not_sent_and_is_tried_anew(spool: Path) -> None:
    made = channel(spool)
    for _ in range(2):
        task = asyncio.create_task(deliver(made))
        await moved(spool, "error")
        outcome = await task
        assert (outcome.delivery, outcome.cause) == (Delivery.NOT_SENT, DeliveryCause.SERVER_ERROR)
    task = asyncio.create_task(deliver(made))
    await moved(spool, "sent")
    assert (await task).delivery is Delivery.ACCEPTED


async def test_the_modem_sends_one_at_a_time_and_the_others_are_not_uncertain(spool: Path) -> None:
    made = channel(spool, deadline=3.0)
    outcomes = await asyncio.gather(*(deliver(made, f"n{n}") for n in range(3)))
    assert sorted(outcome.delivery for outcome in outcomes) == [
        Delivery.NOT_SENT,
        Delivery.NOT_SENT,
        Delivery.UNCERTAIN,
    ]


async def test_what_no_person_sent_is_put_aside_unread(spool: Path) -> None:
    inbox = spool / "inbox"
    for name, text in (
        ("IN20261201_030500_00_VIETTEL_00.txt", "XN 004"),
        ("IN20261201_030501_00_191_00.txt", "XN 004"),
        ("IN20261201_030502_00_+84912345678_01.txt", "XN 004"),  # the second part of a long text
        ("IN20261201_030503_00_+84912345678_00.bin", "XN 004"),
        ("IN odd", "XN 004"),
        ("IN20261201_030504_00_0912345678_00.txt", "XN 004"),
    ):
        (inbox / name).write_text(text, encoding="utf-16")
    desk = Desk()
    listening = asyncio.create_task(channel(spool).listen(desk))
    await desk.until("XN 004")
    async with asyncio.timeout(20):
        while files(spool, "inbox"):  # noqa: ASYNC110 - files tell nobody
            await asyncio.sleep(0.05)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    assert [(heard.sender, heard.text) for heard in desk.heard] == [("+84912345678", "XN 004")]
    assert len(files(spool, "heard")) == 6


def test_only_the_newest_files_are_kept(spool: Path) -> None:
    kept = Spool(spool)
    for number in range(KEPT + 20):
        (spool / "sent" / f"OUTA20261201_{number:06}_00_+84912345678_t{number}.txt").touch()
    assert kept.put("new", "OUTA20261201_999999_00_+84912345678_new.txt", "x") is Stand.WAITING
    assert len(files(spool, "sent")) == KEPT
    assert kept.stand("t0") is Stand.NOWHERE
    assert kept.stand("t519") is Stand.SENT


def test_a_text_is_there_whole_or_not_at_all(spool: Path) -> None:
    Spool(spool).write("OUTA1.txt", "x" * 160)
    assert files(spool, "outbox") == ["OUTA1.txt"]


async def test_a_probe_sees_folders_that_are_gone_and_a_modem_that_is_stuck(spool: Path) -> None:
    made = channel(spool)
    assert (await made.probe()).cause is DeliveryCause.NOT_CONFIGURED
    await made.start()
    assert (await made.probe()).delivery is Delivery.ACCEPTED
    stuck = spool / "outbox" / "OUTA1.txt"
    stuck.write_text("x")
    assert (await made.probe()).delivery is Delivery.ACCEPTED
    os.utime(stuck, (0, 0))
    outcome = await made.probe()
    assert (outcome.delivery, outcome.cause) == (Delivery.NOT_SENT, DeliveryCause.TIMED_OUT)
    stuck.unlink()
    (spool / "outbox").rmdir()
    outcome = await made.probe()
    assert (outcome.delivery, outcome.cause) == (Delivery.NOT_SENT, DeliveryCause.CONNECT)
