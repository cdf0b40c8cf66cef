"""The other side of the SMPP channel: the centre of smpp34, and one that does what a test says, down to the byte."""

import asyncio
import contextlib
import ssl
import struct
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import smpp34

from monitord.clock import Clock, SystemClock
from monitord.settings.model import Secret
from monitord.tell.channels.smpp import HearingSmppChannel, SmppChannel
from monitord.tell.smpp.form import SmppForm
from monitord.tell.smpp.opening import Access
from tests.support.ports import free_port

NUMBER = "+84912345678"
SOURCE = "VNPT-TVH"
PASSWORD = "pass-9k2"
NOT_ASCII = {0x00: "@", 0x02: "$", 0x11: "_"}
"""The letters of a squeezed text that the GSM alphabet has in another place than ASCII has."""
SUBMIT, DELIVER, UNBIND, ENQUIRE, BIND_TRANSMITTER, BIND_TRANSCEIVER = 4, 5, 6, 0x15, 2, 9
NO_SUCH_NUMBER = 0x0B
RESPONSE, NACK = 0x80000000, 0x80000000


def channel_to(
    port: int, clock: Clock | None = None, password: str = PASSWORD, **given: object
) -> SmppChannel | HearingSmppChannel:
    """Return a channel to a centre on this machine, as `_make` does with a section of the settings."""
    form = SmppForm.model_validate(
        {"host": "127.0.0.1", "port": port, "system_id": "desk", "password": {"secret": "smpp"}, "source": SOURCE}
        | {"receive": True}
        | given
    )
    access = Access(form.host, form.port, form.system_id, Secret(password), form.system_type, form.tls, form.ca_file)
    made = (HearingSmppChannel if form.receive else SmppChannel)(form, access, clock or SystemClock())
    made.deadline = 3.0
    return made


class Gate:
    """A port of its own before a centre: closed, nobody comes in and whoever was in is cut off."""

    def __init__(self, behind: int) -> None:
        self._behind = behind
        self._server: asyncio.Server | None = None
        self._inside: set[asyncio.Task[None]] = set()
        self.port = 0

    async def open(self) -> None:
        if self._server is not None:
            return
        self._server = await asyncio.start_server(self._let_in, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in self._inside:
            task.cancel()
        await asyncio.gather(*self._inside, return_exceptions=True)

    async def _let_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._inside.add(task)
        inner: asyncio.StreamWriter | None = None
        try:
            answers, inner = await asyncio.open_connection("127.0.0.1", self._behind)
            ways = {asyncio.create_task(_carry(reader, inner)), asyncio.create_task(_carry(answers, writer))}
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._inside.discard(task)
            for end in (writer, inner):
                if end is not None:
                    end.transport.abort()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()


class SmppBench:
    """The channel, and smpp34's centre behind a gate. It keeps what it is to bring until that was confirmed."""

    def __init__(self) -> None:
        self._centre_port = free_port()
        self._centre = smpp34.Server("127.0.0.1", self._centre_port)
        self.gate = Gate(self._centre_port)
        self.channel: SmppChannel
        self.address = NUMBER
        self.no_addresses = (
            "nobody",
            "0912345678",
            "84912345678",
            "+84",
            "+8491234567800000",
            "+84912345678\n",
            "+٨٤٩",
        )
        self.secrets = (PASSWORD,)
        self.submitted: list[smpp34.SubmitSmEvent] = []
        self._silent = self._refusing = False
        self._held: list[smpp34.SubmitSmEvent] = []
        self._bound: dict[str, smpp34.Esme] = {}
        self._changed = asyncio.Condition()
        self._to_bring: list[tuple[str, str]] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        await self._centre.start()
        await self.gate.open()
        self.channel = channel_to(self.gate.port)
        self._tasks = [asyncio.create_task(self._serve()), asyncio.create_task(self._bring())]

    async def end(self) -> None:
        await self.gate.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._centre.stop()

    async def arrived(self, at_least: int = 0) -> list[str]:
        async with asyncio.timeout(20), self._changed:
            await self._changed.wait_for(lambda: len(self.submitted) >= at_least)
        return [said(event.short_message) for event in self.submitted]

    async def go_away(self) -> None:
        await self.gate.close()

    async def come_back(self) -> None:
        self._silent = self._refusing = False
        await self.gate.open()

    async def fall_silent(self) -> None:
        self._silent = True

    async def refuse(self) -> None:
        self._refusing = True

    async def send(self, text: str, sender: str | None = None) -> None:
        async with self._changed:
            self._to_bring.append((text, (sender or NUMBER).removeprefix("+")))
            self._changed.notify_all()

    async def _serve(self) -> None:
        number = 0
        while True:
            event = await self._centre.next()
            async with self._changed:
                if isinstance(event, smpp34.Esme):
                    self._bound[event.session_id] = event
                elif isinstance(event, smpp34.Unbound):
                    self._bound.pop(event.session_id, None)
                elif self._silent:
                    self._held.append(event)
                elif self._refusing:
                    event.reject(NO_SUCH_NUMBER)
                else:
                    number += 1
                    self.submitted.append(event)
                    event.accept(f"id-{number}")
                self._changed.notify_all()

    async def _bring(self) -> None:
        while True:
            async with self._changed:
                await self._changed.wait_for(lambda: bool(self._to_bring and self._bound))
                esme = list(self._bound.values())[-1]
                text, sender = self._to_bring[0]
            try:
                brought = await esme.deliver_sm(
                    "8079", text.encode("utf-16-be"), source_addr=sender, source_addr_ton=1, data_coding=8
                )
            except smpp34.SmppError:
                continue
            if brought.is_success:
                del self._to_bring[0]


def said(raw: bytes) -> str:
    """Return a text as a telephone shows it."""
    return "".join(NOT_ASCII.get(byte, chr(byte)) for byte in raw)


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[SmppBench]:
    bench = SmppBench()
    await bench.open()
    await bench.channel.start()
    try:
        yield bench
    finally:
        await bench.channel.stop()
        await bench.end()


@asynccontextmanager
async def started(port: int, **given: Any) -> AsyncIterator[SmppChannel]:
    """Yield a channel that was started, and stop it."""
    made = channel_to(port, **given)
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


def pdu(command: int, status: int = 0, sequence: int = 1, body: bytes = b"", length: int | None = None) -> bytes:
    """Return the bytes of a PDU; its length can be a lie."""
    return struct.pack(">LLLL", 16 + len(body) if length is None else length, command, status, sequence) + body


class ScriptedCentre:
    """A centre that binds everybody and answers as it is told. `answers` gives the bytes for a PDU, by its command."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []
        self._changed = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        self.came: list[Any] = []
        self.binds = 0
        self.left = 0
        self.answers: dict[int, Callable[[int], bytes]] = {}
        for bind in (BIND_TRANSMITTER, BIND_TRANSCEIVER):
            self.answer(bind, 0, b"SMSC\0")
        self.answer(SUBMIT, 0, b"id-1\0")
        for plain in (UNBIND, ENQUIRE):
            self.answer(plain, 0)

    async def __aenter__(self) -> "ScriptedCentre":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen, on the port it had."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Be gone, as a centre whose power fails."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.cut()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        """Cut off whoever is connected."""
        for writer in self._writers:
            writer.transport.abort()

    def answer(self, command: int, status: int, body: bytes = b"", nack: bool = False) -> None:
        """Answer that command so from now on."""
        code = NACK if nack else command | RESPONSE
        self.answers[command] = lambda sequence: pdu(code, status, sequence, body)

    async def say(self, raw: bytes) -> None:
        """Send bytes to the one that was bound last, when somebody is."""
        await self.until(lambda: self.binds > 0 and bool(self._writers))
        self._writers[-1].write(raw)

    async def heard(self, command: int, at_least: int = 1) -> list[Any]:
        """Return what came of that command, when so many did."""
        await self.until(lambda: len(self.of(command)) >= at_least)
        return self.of(command)

    def of(self, command: int) -> list[Any]:
        """Return what came of that command so far."""
        return [came for came in self.came if came.command_id == command]

    async def confirmed(self, at_least: int) -> list[int]:
        """Return the statuses with which texts were confirmed, when so many were."""
        return [came.command_status for came in await self.heard(DELIVER | RESPONSE, at_least)]

    async def until(self, holds: Callable[[], bool]) -> None:
        """Return when something holds that changes with what comes and who leaves."""
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(holds)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.append(writer)
        try:
            while True:
                head = await reader.readexactly(16)
                came = smpp34.decode(head + await reader.readexactly(int.from_bytes(head[:4], "big") - 16))
                async with self._changed:
                    self.came.append(came)
                    if came.command_id in self.answers:
                        writer.write(self.answers[came.command_id](came.sequence_number))
                    self.binds += came.command_id in (BIND_TRANSMITTER, BIND_TRANSCEIVER)
                    self._changed.notify_all()
        except (OSError, EOFError):
            pass
        finally:
            self._tasks.discard(task)
            self._writers.remove(writer)
            writer.close()
            self.left += 1
            async with self._changed:
                self._changed.notify_all()


def brings(
    text: bytes,
    sequence: int = 1,
    source: str = NUMBER[1:],
    ton: int = 1,
    coding: int = 0,
    esm_class: int = 0,
    tlvs: Mapping[int, bytes] | None = None,
) -> bytes:
    """Return a deliver_sm, as smpp34 writes it."""
    return smpp34.DeliverSm(
        source,
        "8079",
        text,
        source_addr_ton=ton,
        data_coding=coding,
        esm_class=esm_class,
        sequence_number=sequence,
        tlvs=[smpp34.Tlv(tag, value) for tag, value in (tlvs or {}).items()],
    ).encode()
