"""An inbox out of which nothing can be moved: whoever is allowed what in its folders, everybody is heard."""

import asyncio
from pathlib import Path

import pytest

from monitord.clock import SystemClock
from monitord.tell.channels.sms import SmsChannel
from monitord.tell.sms_form import SmsForm
from tests.tell.bench import Desk


class Rounds(SystemClock):
    """A clock whose pauses are short, and which says when there were so many."""

    def __init__(self, rounds: int) -> None:
        super().__init__()
        self.left = rounds
        self.over = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        self.left -= 1
        if self.left <= 0:
            self.over.set()
        await super().sleep(0.01)


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    for name in ("inbox", "outbox", "sent", "error"):
        (tmp_path / name).mkdir()
    (tmp_path / "heard").touch()  # as a folder that is not ours
    return tmp_path


async def test_a_text_that_cannot_be_put_aside_hides_no_other_and_is_not_answered_again_and_again(spool: Path) -> None:
    for number in (4, 5):
        name = f"IN20261201_03050{number}_00_+8491234567{number}_00.txt"
        (spool / "inbox" / name).write_text(f"XN 00{number}", encoding="utf-16")
    clock, desk = Rounds(8), Desk()
    listening = asyncio.create_task(SmsChannel(SmsForm(spool=str(spool)), clock).listen(desk))
    await desk.until("XN 004", 5)
    await desk.until("XN 005", 5)
    await asyncio.wait_for(clock.over.wait(), 5)
    (spool / "heard").unlink()
    await asyncio.wait_for(moved(spool), 5)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    assert desk.texts == ["XN 004", "XN 005"]
    assert len(list((spool / "outbox").iterdir())) == 2


async def moved(spool: Path) -> None:
    while len(list((spool / "outbox").glob("OUT*"))) < 2:  # noqa: ASYNC110 - files tell nobody
        await asyncio.sleep(0.01)
