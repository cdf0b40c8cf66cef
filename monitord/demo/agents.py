"""Real SNMP v1/v2c agents on real UDP sockets, many in one process, whose faults can be switched while they run."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Iterable, Sequence
from contextlib import suppress
from types import TracebackType

from monitord.clock import Clock
from monitord.demo.answers import answer
from monitord.demo.ber import Oid, Reply, read_request, write_reply
from monitord.demo.device import Device
from monitord.demo.faults import MANGLE, RESHAPE, STRAY, Fault, Wrong
from monitord.demo.mib import Interface, Mib, Source, device_mib
from monitord.demo.wire import loopback, udp_socket

__all__ = ["Agent", "Fault", "Interface", "Mib", "Wrong", "device_mib", "run_agents"]

DATAGRAMS_A_WAKE = 64
STRANGE_ADDRESS = "127.255.255.254"

log = logging.getLogger(__name__)


class Agent:
    """One device's SNMP agent: answers GET, GETNEXT and GETBULK of v1/v2c out of a MIB, read-only.

    A wrong community and whatever is not a well-formed request meet silence; nothing that arrives raises. Port 0 takes
    a free port, kept over `refuse` and `mend`. `uptime` is how many seconds the device has been up at the start. An
    address outside 127.0.0.0/8 is a ValueError.
    """

    __slots__ = (
        "_community",
        "_device",
        "_faults",
        "_late",
        "_socket",
        "_strange",
        "address",
        "asked",
        "port",
    )

    def __init__(
        self, clock: Clock, mib: Mib, address: str, port: int = 161, *, community: str = "public", uptime: float = 0.0
    ) -> None:
        self._device = Device(clock, mib, uptime)
        self.address = loopback(address)
        self.port = port
        self._community = community.encode()
        self._faults: tuple[Fault, ...] = ()
        self._socket: socket.socket | None = None
        self._strange: socket.socket | None = None
        self._late: set[asyncio.TimerHandle] = set()
        self.asked = 0

    async def start(self) -> None:
        """Open the socket. OSError if address and port are taken."""
        self._open()

    async def stop(self) -> None:
        """Close the socket and forget late answers. May be called twice."""
        self._close()
        for handle in self._late:
            handle.cancel()
        self._late.clear()

    async def __aenter__(self) -> Agent:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Return what is wrong now."""
        return self._faults

    @property
    def boots(self) -> int:
        """Return how often the device has booted, as in snmpEngineBoots."""
        return self._device.boots

    def uptime(self) -> float:
        """Return the seconds since the device booted."""
        return self._device.uptime()

    def break_with(self, *faults: Fault | str) -> None:
        """Add faults, in words or as values; a fault of the same kind (and interface) is replaced.

        ValueError for an unknown word, LookupError for an interface that does not exist.
        """
        for fault in (Fault.parse(fault) if isinstance(fault, str) else fault for fault in faults):
            match fault.what:
                case Wrong.REBOOT:
                    self._device.reboot()
                    continue
                case Wrong.INTERFACE_DOWN:
                    self._device.take_down(fault.name)
                case Wrong.REFUSE:
                    self._close()
            kept = (old for old in self._faults if (old.what, old.name) != (fault.what, fault.name))
            self._faults = (*kept, fault)

    def mend(self, *faults: Fault | str) -> None:
        """Take away these faults, or all of them if none is named. A fault is named by its kind (and interface)."""
        named = {(f.what, f.name) for f in (Fault.parse(f) if isinstance(f, str) else f for f in faults)}
        gone = [old for old in self._faults if not named or (old.what, old.name) in named]
        self._faults = tuple(old for old in self._faults if old not in gone)
        for fault in gone:
            match fault.what:
                case Wrong.INTERFACE_DOWN:
                    self._device.bring_up(fault.name)
                case Wrong.REFUSE:
                    self._open()

    def say(self, oid: Oid, source: Source | None) -> None:
        """Make the device say something else under an `oid` of its MIB; None takes it back."""
        self._device.say(oid, source)

    def _open(self) -> None:
        if self._socket is not None:
            return
        self._socket = udp_socket(self.address, self.port)
        self.port = self._socket.getsockname()[1]
        asyncio.get_running_loop().add_reader(self._socket.fileno(), self._drain)

    def _close(self) -> None:
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket.fileno())
            self._socket.close()
            self._socket = None
        if self._strange is not None:
            self._strange.close()
            self._strange = None

    def _drain(self) -> None:
        for _ in range(DATAGRAMS_A_WAKE):
            if self._socket is None:
                return
            try:
                datagram, asker = self._socket.recvfrom(65_535)
            except OSError:  # nothing more there, or an ICMP error of an earlier answer
                return
            try:
                self._hear(datagram, asker)
            except Exception:  # a source of the caller's may be wrong; the other agents of this loop go on
                log.exception("agent.answer_failed", extra={"agent": self.address})

    def _hear(self, datagram: bytes, asker: tuple[str, int]) -> None:
        wrong = {fault.what: fault for fault in self._faults}
        request = read_request(datagram)
        if request is None or request.version not in (0, 1) or request.community != self._community:
            return
        self.asked += 1
        skipped = Wrong.EVERY in wrong and self.asked % max(1, wrong[Wrong.EVERY].number(3)) != 0
        if Wrong.SILENT in wrong or skipped:
            return
        stray = next((STRAY[fault.what] for fault in self._faults if fault.what in STRAY), None)
        reply = answer(request, self._device.view(stray))
        if reply is None:
            return
        datagram = datagram if Wrong.ECHO in wrong else write_reply(self._reshaped(reply))
        for fault in self._faults:
            if fault.what in MANGLE:
                datagram = MANGLE[fault.what](datagram, fault)
        copies = wrong[Wrong.DUPLICATE].number(3) if Wrong.DUPLICATE in wrong else 1
        if Wrong.DELAY in wrong:
            self._send_late(wrong[Wrong.DELAY].amount or 1.0, datagram, asker, copies)
        else:
            self._send(datagram, asker, copies)

    def _reshaped(self, reply: Reply) -> Reply:
        for fault in self._faults:
            if fault.what in RESHAPE:
                reply = RESHAPE[fault.what](reply, fault)
        return reply

    def _send_late(self, seconds: float, datagram: bytes, asker: tuple[str, int], copies: int) -> None:
        def send() -> None:
            self._late.discard(handle)
            self._send(datagram, asker, copies)

        handle = asyncio.get_running_loop().call_later(seconds, send)
        self._late.add(handle)

    def _send(self, datagram: bytes, asker: tuple[str, int], copies: int) -> None:
        speaker = self._speaker()
        if speaker is None:
            return
        for _ in range(copies):
            with suppress(OSError):  # a full buffer or an asker that is gone loses the datagram, as on a network
                speaker.sendto(datagram, asker)

    def _speaker(self) -> socket.socket | None:
        kinds = {fault.what for fault in self._faults} & {Wrong.OTHER_PORT, Wrong.OTHER_ADDRESS}
        if not kinds or self._socket is None:
            return self._socket
        address = STRANGE_ADDRESS if Wrong.OTHER_ADDRESS in kinds else self.address
        if self._strange is None or self._strange.getsockname()[0] != address:
            if self._strange is not None:
                self._strange.close()
            self._strange = udp_socket(address, 0)
        return self._strange


async def run_agents(agents: Iterable[Agent]) -> Sequence[Agent]:
    """Start agents, all or none: where one cannot open its socket the others are closed again. OSError then."""
    running: list[Agent] = []
    try:
        for agent in agents:
            await agent.start()
            running.append(agent)
    except OSError:
        for agent in running:
            await agent.stop()
        raise
    return running
