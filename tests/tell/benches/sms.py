"""The other side of the SMS channel: gammu-smsd with its dummy modem."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from monitord.clock import SystemClock
from monitord.tell.channels.sms import SmsChannel
from monitord.tell.sms_form import SmsForm
from tests.support.smsd import Smsd

NUMBER = "+84912345678"


class SmsBench:
    """The channel and the daemon that shares its folders."""

    def __init__(self, smsd: Smsd) -> None:
        self.smsd = smsd
        self.channel = SmsChannel(SmsForm(spool=str(smsd.spool)), SystemClock())
        self.channel.deadline = 6.0
        self.address = NUMBER
        self.no_addresses = ("nobody", "0912345678", "+84", "../../x", "+849123456780000000", "+84912345678\n")
        self.secrets = ("there is no secret here",)
        self._read = 0

    async def arrived(self, at_least: int = 0) -> list[str]:
        async with asyncio.timeout(40):
            while True:
                paths = sorted((self.smsd.spool / "sent").glob("OUT*"), key=lambda path: path.stat().st_mtime_ns)
                if len(paths) >= at_least:
                    return [path.read_text(encoding="ascii") for path in paths]
                await asyncio.sleep(0.1)  # the other program tells nobody

    async def go_away(self) -> None:
        await self.smsd.stop()
        self.smsd.spool.rename(self.smsd.folder / "unmounted")

    async def come_back(self) -> None:
        if (self.smsd.folder / "unmounted").exists():
            (self.smsd.folder / "unmounted").rename(self.smsd.spool)
        await self.smsd.start()

    async def fall_silent(self) -> None:
        await self.smsd.stop()

    async def refuse(self) -> None:
        raise AssertionError("an error folder says that a text was not sent, never that the number is wrong for ever")

    async def send(self, text: str, sender: str | None = None) -> None:
        self.smsd.receive(sender or NUMBER, text)


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[SmsBench]:
    bench = SmsBench(Smsd(folder))
    await bench.smsd.start()
    await bench.channel.start()
    try:
        yield bench
    finally:
        await bench.channel.stop()
        await bench.smsd.stop()
