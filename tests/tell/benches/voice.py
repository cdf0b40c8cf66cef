"""The other side of the voice channel: sipp as the exchange, and a handset that presses a key.

What arrives is sound; a reader is shown the words that were handed to the speaker program for each call that was
answered with a key. The speaker is the real one, behind a script that keeps what it is given.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from monitord.clock import SystemClock
from monitord.domain.notice import Key, Message
from monitord.tell.channels.voice import VoiceChannel
from monitord.tell.voice.form import VoiceForm
from tests.support.sipp import Exchange, answered, login, refused

NUMBER = "+84912345678"
PASSWORD = "sipsecret@7"
_KEEPING = """#!/bin/sh
text=$(cat)
printf '%s' "$text" > "{folder}/$$.part" && mv "{folder}/$$.part" "{folder}/$(date +%s%N)-$$.said"
printf '%s\\n' "$text" | exec /usr/bin/espeak-ng "$@"
"""


B = TypeVar("B", bound="VoiceBench")


class VoiceBench:
    """The channel, and the exchange that it calls by."""

    def __init__(self, exchange: Exchange, folder: Path) -> None:
        self.exchange = exchange
        self.said = folder / "said"
        self.said.mkdir()
        speaker = folder / "speaker"
        speaker.write_text(_KEEPING.format(folder=self.said), encoding="utf-8")
        speaker.chmod(0o755)
        given = VoiceForm.model_validate(
            dict(host="127.0.0.1", port=exchange.port, user="desk", speaker=str(speaker), ring="10s")
        )
        self.channel = VoiceChannel(given, PASSWORD, SystemClock())
        self.channel.deadline = 6.0
        self.address = NUMBER
        self.no_addresses = ("nobody", "0912345678", "+84", "../../x", "+849123456780000000", "+84912345678\n")
        self.secrets = (PASSWORD,)

    def texts(self) -> list[str]:
        return [path.read_text(encoding="utf-8") for path in sorted(self.said.glob("*.said"))]

    async def arrived(self, at_least: int = 0) -> list[str]:
        """Return the words of the last calls, as many as keys were pressed."""
        if at_least:
            await asyncio.wait_for(self.exchange.handset.presses.wait(), 30)
        pressed = self.exchange.handset.pressed
        texts = [text for text in self.texts() if "Bấm phím 1" in text]
        return texts[-pressed:] if pressed else []

    async def go_away(self) -> None:
        await self.exchange.stop()

    async def come_back(self) -> None:
        self.exchange.handset.keys = "1"
        await self.exchange.play(login("desk", PASSWORD, answered(self.exchange.handset.port)))

    async def fall_silent(self) -> None:
        """Let somebody answer, say nothing and never hang up: what he heard nobody knows."""
        self.exchange.handset.keys = ""
        await self.exchange.play(login("desk", PASSWORD, answered(self.exchange.handset.port)))

    async def refuse(self) -> None:
        await self.exchange.play(refused("404 Not Found"))


class AnsweredBench(VoiceBench):
    """Somebody is called, and the key that he presses says a text."""

    async def send(self, text: str, sender: str | None = None) -> None:
        message = Message(1, sender or NUMBER, "Bấm phím 1.", keys=(Key("1", hears=text),))
        async with asyncio.timeout(self.channel.deadline):
            await self.channel.deliver(message)

    async def arrived(self, at_least: int = 0) -> list[str]:
        """Return what was spoken after a key."""
        async with asyncio.timeout(40):
            while True:
                texts = [text for text in self.texts() if "Bấm phím" not in text]
                if len(texts) >= at_least:
                    return texts
                await asyncio.sleep(0.05)  # the other program tells nobody


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[VoiceBench]:
    async with _made(VoiceBench, folder) as bench:
        yield bench


@asynccontextmanager
async def called(folder: Path) -> AsyncIterator[AnsweredBench]:
    async with _made(AnsweredBench, folder) as bench:
        yield bench


@asynccontextmanager
async def _made(kind: type[B], folder: Path) -> AsyncIterator[B]:
    exchange = Exchange(folder)
    await exchange.open()
    bench = kind(exchange, folder)
    await bench.come_back()
    await bench.channel.start()
    try:
        yield bench
    finally:
        await bench.channel.stop()
        await exchange.close()
