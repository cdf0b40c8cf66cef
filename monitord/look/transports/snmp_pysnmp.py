"""The SNMP engine on pysnmp: v1 and v2c by its codec on our own socket, v3 by its v3arch.

pysnmp's v1arch is not used: it takes an answer from any address, cannot tell a silent device from one that answers
nonsense, counts its time-outs on the wall clock and numbers requests in sequence. The codec alone is also the cheaper
half (462 against 527 microseconds a GET).
"""

import asyncio
import errno
import secrets
import socket
from collections import OrderedDict
from typing import TYPE_CHECKING, TypeVar

from monitord.clock import Clock
from monitord.domain.health import Cause
from monitord.domain.looking import Reach
from monitord.domain.network import SnmpVersion
from monitord.look.transports import snmp_codec
from monitord.look.transports.names import Names, NotResolved, literal
from monitord.look.transports.snmp import MAX_DATAGRAM, Ask, Counter, Reply, garbled, read
from monitord.look.transports.snmp_head import Head, Misshapen, read_head
from monitord.look.transports.udp import Peer, UdpDoor

if TYPE_CHECKING:
    from monitord.look.transports.snmp_v3 import V3Engine

WINDOW = 200
"""Asks whose answers may be on their way at once; 200 of 8 kB still fit the receive buffer."""

SETTLE = 0.25
"""Seconds after which an unanswered ask gives its place in the window back: silent devices must not hold up the
others.
"""

REMEMBERED = 16384
"""Request-ids and peers remembered after their ask, to know a late answer when it comes."""

Key = TypeVar("Key")


class _Waiting:
    """An ask under way."""

    __slots__ = ("also_from", "ask", "bad", "cause", "done", "peer", "request_id", "sent")

    def __init__(self, ask: Ask, peer: Peer, request_id: int, done: "asyncio.Future[Reply]", sent: float) -> None:
        self.ask, self.peer, self.request_id, self.done, self.sent = ask, peer, request_id, done, sent
        self.also_from = frozenset(filter(None, map(literal, ask.access.also_from)))
        self.bad = ""
        self.cause = Cause.BAD_ANSWER

    def takes(self, source: Peer) -> bool:
        return source == self.peer or source[0] in self.also_from


class PysnmpEngine:
    """Asks v1, v2c and v3 agents; see `SnmpEngine` for what is promised.

    A datagram counts only from the address and port asked, or from an address in `also_from`. SILENT: nothing came.
    GARBLED: something came that cannot be this answer. A late or double answer to an earlier ask is neither. Must be
    made inside the running loop.
    """

    def __init__(self, clock: Clock) -> None:
        self.counter = Counter()
        self._clock = clock
        self._names = Names(clock)
        self._window = asyncio.Semaphore(WINDOW)
        self._doors: dict[socket.AddressFamily, UdpDoor] = {}
        self._by_id: dict[int, _Waiting] = {}
        self._by_peer: dict[Peer, set[_Waiting]] = {}
        self._by_alias: dict[str, set[_Waiting]] = {}
        self._gone: OrderedDict[int, None] = OrderedDict()
        self._known: OrderedDict[str, None] = OrderedDict()
        self._v3: V3Engine | None = None
        self._closed = False

    async def ask(self, ask: Ask) -> Reply:
        self.counter.asked += 1
        try:
            reply = await self._ask(ask)
        except NotResolved:
            reply = Reply(Reach.NOT_LOOKED, cause=Cause.NAME_NOT_RESOLVED, detail="address of the device not found")
        except Exception as error:  # whatever a library throws, the caller's loop goes on
            reply = Reply(Reach.NOT_LOOKED, cause=Cause.NOT_LOOKED, detail=f"cannot ask: {type(error).__name__}")
        match reply.reach:
            case Reach.ANSWERED:
                self.counter.answered += 1
            case Reach.SILENT:
                self.counter.silent += 1
            case Reach.GARBLED:
                self.counter.garbled += 1
        return reply

    def prepare_v3(self) -> None:
        """Make ready for v3 devices, which takes a moment; else the first ask of one pays for it with its deadline."""
        self._version3()

    def _version3(self) -> "V3Engine":
        if self._v3 is None:
            # Here, because its library takes a fifth of a second to import and most desks have no v3 device.
            from monitord.look.transports.snmp_v3 import V3Engine

            self._v3 = V3Engine(self._clock, self.counter)
        return self._v3

    async def close(self) -> None:
        self._closed = True
        for waiting in list(self._by_id.values()):
            self._settle(waiting, Reply(Reach.NOT_LOOKED, cause=Cause.NOT_LOOKED, detail="closing"))
        for door in self._doors.values():
            door.close()
        self._doors.clear()
        if self._v3 is not None:
            await self._v3.close()

    async def _ask(self, ask: Ask) -> Reply:
        if self._closed:
            return Reply(Reach.NOT_LOOKED, cause=Cause.NOT_LOOKED, detail="closed")
        address = await self._names.address(ask.access.address, ask.timeout)
        async with _Place(self._window) as place:
            if ask.access.version is SnmpVersion.V3:
                return await self._version3().ask(ask, address, place.settle)
            return await self._exchange(ask, (address, ask.access.port), place)

    async def _exchange(self, ask: Ask, peer: Peer, place: "_Place") -> Reply:
        request_id = self._fresh_id()
        access = ask.access
        message = snmp_codec.encode(
            access.version, access.community, ask.pdu, ask.oids, ask.max_repetitions, request_id
        )
        loop = asyncio.get_running_loop()
        waiting = _Waiting(ask, peer, request_id, loop.create_future(), self._clock.mono())
        self._enter(waiting)
        deadline = loop.call_later(ask.timeout, self._give_up, waiting)
        place.settle()
        try:
            self._door(peer[0]).send(message, peer)
            return await waiting.done
        except OSError as error:
            return _unsent(error)
        finally:
            deadline.cancel()
            self._leave(waiting)

    def _fresh_id(self) -> int:
        while True:
            request_id = secrets.randbelow(0x7F000000) + 0x01000000
            if request_id not in self._by_id and request_id not in self._gone:
                return request_id

    def _door(self, address: str) -> UdpDoor:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        door = self._doors.get(family)
        if door is None:
            door = self._doors[family] = UdpDoor(family, MAX_DATAGRAM, self._heard, self._failed)
        return door

    def _enter(self, waiting: _Waiting) -> None:
        self._by_id[waiting.request_id] = waiting
        self._by_peer.setdefault(waiting.peer, set()).add(waiting)
        for address in waiting.also_from:
            self._by_alias.setdefault(address, set()).add(waiting)

    def _leave(self, waiting: _Waiting) -> None:
        self._by_id.pop(waiting.request_id, None)
        _drop(self._by_peer, waiting.peer, waiting)
        _remember(self._known, waiting.peer[0])
        for address in waiting.also_from:
            _drop(self._by_alias, address, waiting)
            _remember(self._known, address)
        _remember(self._gone, waiting.request_id)

    def _settle(self, waiting: _Waiting, reply: Reply) -> None:
        if not waiting.done.done():
            waiting.done.set_result(reply)

    def _took(self, waiting: _Waiting) -> float:
        return max(0.0, self._clock.mono() - waiting.sent)

    def _give_up(self, waiting: _Waiting) -> None:
        took = self._took(waiting)
        if waiting.bad:
            self._settle(waiting, garbled(waiting.cause, waiting.bad, took))
        else:
            self._settle(waiting, Reply(Reach.SILENT, cause=Cause.NO_ANSWER, took=took))

    def _heard(self, datagram: bytes, source: Peer) -> None:
        near = self._by_peer.get(source, set()) | self._by_alias.get(source[0], set())
        if not near:
            # Somebody asked a moment ago is late; somebody never asked is a stranger. Neither is worth decoding.
            if source[0] in self._known:
                self.counter.late += 1
            else:
                self.counter.foreign += 1
            return
        if len(datagram) > MAX_DATAGRAM:
            self.counter.oversize += 1
            _suspect(near, Cause.TOO_LARGE, f"answer above {MAX_DATAGRAM} bytes")
            return
        try:
            head = read_head(datagram)
        except Misshapen as error:
            self.counter.decode_errors += 1
            _suspect(near, Cause.BAD_ANSWER, f"not an SNMP answer: {error}")
            return
        waiting = self._by_id.get(head.request_id)
        if waiting is not None and waiting.done.done():
            self.counter.late += 1
        elif waiting is not None and waiting.takes(source):
            self._answered(waiting, head, datagram)
        elif head.request_id in self._gone:
            self.counter.late += 1
        else:
            community = head.community.decode("utf-8", "replace")
            _suspect(
                {w for w in near if w.ask.access.community == community} or near,
                Cause.BAD_ANSWER,
                "answer to a request never made",
            )

    def _answered(self, waiting: _Waiting, head: Head, datagram: bytes) -> None:
        ask = waiting.ask
        if not snmp_codec.answers(head, ask.access.version, ask.access.community):
            _suspect({waiting}, Cause.BAD_ANSWER, "wrong version, community or kind of message")
            return
        if head.status == 0 and head.objects > max(1, len(ask.oids) * max(1, ask.max_repetitions)):
            self._settle(waiting, garbled(Cause.BAD_ANSWER, f"{head.objects} objects answered", self._took(waiting)))
            return
        try:
            varbinds = () if head.status else snmp_codec.decode(ask.access.version, datagram)
            reply = read(ask, head.status, head.index, varbinds, self._took(waiting))
        except Exception as error:  # pyasn1 raises whatever comes: ValueError of int(), RecursionError, its own
            self.counter.decode_errors += 1
            reply = garbled(Cause.BAD_ANSWER, f"undecodable: {type(error).__name__}", self._took(waiting))
        self._settle(waiting, reply)

    def _failed(self, peer: Peer, number: int) -> None:
        if number == errno.ECONNREFUSED:
            reach, cause, detail = Reach.REFUSED, Cause.REFUSED, "port closed"
        elif number in (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENOPROTOOPT, errno.EACCES, errno.EPERM):
            reach, cause, detail = Reach.UNREACHABLE, Cause.UNREACHABLE, "a router says: not reachable"
        else:
            return
        for waiting in list(self._by_peer.get(peer, ())):
            self._settle(waiting, Reply(reach, cause=cause, detail=detail, took=self._took(waiting)))


class _Place:
    """A place in the window, given back at the end or `SETTLE` seconds after sending, whichever comes first."""

    def __init__(self, window: asyncio.Semaphore) -> None:
        self._window = window
        self._held = False
        self._timer: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> "_Place":
        await self._window.acquire()
        self._held = True
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._give_back()

    def settle(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(SETTLE, self._give_back)

    def _give_back(self) -> None:
        if self._held:
            self._held = False
            self._window.release()


def _unsent(error: OSError) -> Reply:
    """Return the reply for a datagram that never left: no route or a local filter is our side's fault, not the
    device's.
    """
    return Reply(
        Reach.NOT_LOOKED,
        cause=Cause.NOT_LOOKED,
        detail=f"cannot send: {errno.errorcode.get(error.errno or 0, 'error')}",
    )


def _suspect(waiting: "set[_Waiting]", cause: Cause, why: str) -> None:
    for one in waiting:
        one.bad, one.cause = why, cause


def _drop(index: "dict[Key, set[_Waiting]]", key: Key, waiting: _Waiting) -> None:
    mates = index.get(key)
    if mates is not None:
        mates.discard(waiting)
        if not mates:
            del index[key]


def _remember(memory: "OrderedDict[Key, None]", key: Key) -> None:
    memory[key] = None
    memory.move_to_end(key)
    if len(memory) > REMEMBERED:
        memory.popitem(last=False)
