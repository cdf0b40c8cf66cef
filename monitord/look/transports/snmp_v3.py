"""SNMPv3 by pysnmp's v3arch, on our own sockets.

pysnmp does discovery, time windows, authentication and ciphering. Around it stand our source filter, our size cap and
our deadline: its dispatcher ticks on monotonic time, so that a step of the wall clock holds no time-out up. Each
device is registered once, because registering costs more the more devices there are.
"""

import asyncio
import errno
import logging
import socket
from collections.abc import Callable
from typing import Any, TypeVar

from pysnmp.carrier.asyncio.base import AbstractAsyncioTransport
from pysnmp.carrier.asyncio.dgram import udp, udp6
from pysnmp.carrier.asyncio.dispatch import AsyncioDispatcher
from pysnmp.entity import config
from pysnmp.entity.engine import SnmpEngine as Engine
from pysnmp.entity.rfc3413 import cmdgen
from pysnmp.hlapi.v3arch.asyncio import Udp6TransportTarget, UdpTransportTarget, UsmUserData
from pysnmp.hlapi.v3arch.asyncio.lcd import CommandGeneratorLcdConfigurator
from pysnmp.proto.api import v2c

from monitord.clock import Clock
from monitord.domain.health import Cause
from monitord.domain.looking import Reach
from monitord.domain.network import SnmpAccess
from monitord.look.transports.names import literal
from monitord.look.transports.snmp import MAX_DATAGRAM, Ask, Counter, Pdu, Reply, garbled, read
from monitord.look.transports.snmp_codec import to_value
from monitord.look.transports.snmp_head import Misshapen, v3_flags
from monitord.look.transports.udp import Peer, UdpDoor

TICK = 0.5
LIBRARY_TIMEOUT = 30
"""Seconds after which pysnmp forgets a request; our own deadline comes first."""

AUTH = {
    "MD5": config.USM_AUTH_HMAC96_MD5,
    "SHA": config.USM_AUTH_HMAC96_SHA,
    "SHA224": config.USM_AUTH_HMAC128_SHA224,
    "SHA256": config.USM_AUTH_HMAC192_SHA256,
    "SHA384": config.USM_AUTH_HMAC256_SHA384,
    "SHA512": config.USM_AUTH_HMAC384_SHA512,
}
PRIV = {
    "DES": config.USM_PRIV_CBC56_DES,
    "3DES": config.USM_PRIV_CBC168_3DES,
    "AES": config.USM_PRIV_CFB128_AES,
    "AES128": config.USM_PRIV_CFB128_AES,
    "AES192": config.USM_PRIV_CFB192_AES,
    "AES256": config.USM_PRIV_CFB256_AES,
    "AES192B": config.USM_PRIV_CFB192_AES_BLUMENTHAL,
    "AES256B": config.USM_PRIV_CFB256_AES_BLUMENTHAL,
}
"""Protocols by the names settings use (case and dashes aside); B: the key extension of Blumenthal's draft, plain
AES192 and AES256: Reeder's.
"""

_REFUSALS = {
    "unknownUserName": "unknown user",
    "unknownSecurityName": "unknown user",
    "wrongDigest": "wrong authentication password or protocol",
    "authenticationFailure": "wrong authentication password or protocol",
    "authenticationError": "wrong authentication password or protocol",
    "noAuthentication": "wrong authentication password or protocol",
    "decryptionError": "wrong privacy password or protocol",
    "unsupportedSecurityLevel": "security level not allowed",
    "unsupportedAuthProtocol": "authentication protocol not supported",
    "unsupportedPrivProtocol": "privacy protocol not supported",
    "notInTimeWindow": "clocks of engine and daemon do not agree",
    "unknownEngineID": "engine discovery does not come to an end",
    "noSuchContext": "unknown context",
}
_OURS = frozenset({"encryptionError", "noEncryption", "serializationError"})

AUTHENTICATED = 0x01
"""The bit of msgFlags that reports to strangers and in discovery do not have."""

Key = TypeVar("Key")


class _Asking:
    """An ask under way, and what its device sent meanwhile."""

    __slots__ = ("also_from", "ask", "bad", "done", "peer", "reports", "sent")

    def __init__(self, ask: Ask, peer: Peer, done: "asyncio.Future[Reply]", sent: float) -> None:
        self.ask, self.peer, self.done, self.sent = ask, peer, done, sent
        self.also_from = frozenset(filter(None, map(literal, ask.access.also_from)))
        self.bad = ""
        self.reports = 0


class _Dispatcher(AsyncioDispatcher):  # type: ignore[misc]
    """pysnmp's dispatcher on monotonic time."""

    def __init__(self, clock: Clock) -> None:
        self._monotonic = clock
        super().__init__(loop=asyncio.get_running_loop())
        self.set_timer_resolution(TICK)

    async def handle_timeout(self) -> None:
        while True:
            await self._monotonic.sleep(TICK)
            try:
                self.handle_timer_tick(self._monotonic.mono())
            except Exception as error:  # the tick must go on for every other device
                logging.getLogger(__name__).warning("snmp.v3.tick", extra={"error": type(error).__name__})


class _Carrier(AbstractAsyncioTransport):  # type: ignore[misc]
    """A transport of pysnmp that sends by our door; what comes in is handed over by `hand_over`, filtered."""

    def __init__(self, address_type: type, family: socket.AddressFamily, owner: "V3Engine") -> None:
        self.ADDRESS_TYPE = address_type
        self._door = UdpDoor(family, MAX_DATAGRAM, self._heard, owner.failed)
        self._owner = owner
        self._asked: dict[Peer, Any] = {}

    def send_message(self, outgoingMessage: bytes, transportAddress: Any) -> None:
        peer = (str(transportAddress[0]), int(transportAddress[1]))
        self._asked[peer] = transportAddress
        self._door.send(bytes(outgoingMessage), peer)

    def close_transport(self) -> None:
        self._door.close()
        super().close_transport()

    def _heard(self, datagram: bytes, source: Peer) -> None:
        peer = self._owner.expected(datagram, source)
        address = self._asked.get(peer) if peer is not None else None
        if address is None or self._callback_function is None:
            return
        try:
            self._callback_function(self, address, datagram)
        except Exception as error:  # pysnmp and pyasn1 raise whatever comes
            assert peer is not None
            self._owner.undecodable(peer, error)


class V3Engine:
    """Asks v3 agents. One pysnmp engine serves all devices, unless two devices know one user name with different
    keys.

    A refusal that the agent reports is AUTH. Many agents drop what they cannot decipher without a word: after a
    silence the engine is discovered anew, and a device that answers discovery and nothing else is AUTH too. A device
    with a new engine id is discovered again at once.
    """

    def __init__(self, clock: Clock, counter: Counter) -> None:
        self._clock = clock
        self._counter = counter
        self._worlds: list[_World] = []
        self._asking: dict[Peer, set[_Asking]] = {}
        self._by_alias: dict[str, set[_Asking]] = {}
        self._known: dict[str, None] = {}
        self._proved: set[SnmpAccess] = set()

    async def ask(self, ask: Ask, address: str, sent: Callable[[], None]) -> Reply:
        """Return how one attempt ended; `sent` is called when the first datagram leaves."""
        peer = (address, ask.access.port)
        loop = asyncio.get_running_loop()
        asking = _Asking(ask, peer, loop.create_future(), self._clock.mono())
        world = self._world(ask.access)
        self._enter(asking)
        deadline = loop.call_later(ask.timeout, self._give_up, asking)
        sent()
        try:
            world.send(asking, self._answered)
            return await asking.done
        except OSError as error:
            detail = f"cannot send: {errno.errorcode.get(error.errno or 0, 'error')}"
            return Reply(Reach.NOT_LOOKED, cause=Cause.NOT_LOOKED, detail=detail)
        except Exception as error:  # StatusInformation and kin: pysnmp could not even form the message
            return self._indicated(asking, getattr(error, "errorIndication", None) or error)
        finally:
            deadline.cancel()
            self._leave(asking)

    async def close(self) -> None:
        """Close every engine; asks under way end as NOT_LOOKED."""
        for group in list(self._asking.values()):
            for asking in list(group):
                _settle(asking, Reply(Reach.NOT_LOOKED, cause=Cause.NOT_LOOKED, detail="closing"))
        for world in self._worlds:
            world.close()
        self._worlds.clear()

    def expected(self, datagram: bytes, source: Peer) -> Peer | None:
        """Return which asked device a datagram is from, None when it is to be dropped."""
        near = self._asking.get(source) or self._by_alias.get(source[0])
        if not near:
            if source[0] in self._known:
                self._counter.late += 1
            else:
                self._counter.foreign += 1
            return None
        if len(datagram) > MAX_DATAGRAM:
            self._counter.oversize += 1
            _suspect(near, f"answer above {MAX_DATAGRAM} bytes")
            return None
        try:
            flags = v3_flags(datagram)
        except Misshapen as error:
            self._counter.decode_errors += 1
            _suspect(near, f"not an SNMPv3 answer: {error}")
            return None
        for asking in [] if flags & AUTHENTICATED else near:
            asking.reports += 1
            if asking.ask.access in self._proved:
                # A report to a stranger, from an engine that knew us: it was made anew. Discover it again, once.
                self._proved.discard(asking.ask.access)
                asyncio.get_running_loop().call_soon(self._once_more, asking)
        return next(iter(near)).peer

    def undecodable(self, peer: Peer, error: Exception) -> None:
        """Note that what came from `peer` made the library stumble."""
        self._counter.decode_errors += 1
        _suspect(self._asking.get(peer, set()), f"undecodable: {type(error).__name__}")

    def failed(self, peer: Peer, number: int) -> None:
        """Note an ICMP error about `peer`."""
        match number:
            case errno.ECONNREFUSED:
                reply = Reply(Reach.REFUSED, cause=Cause.REFUSED, detail="port closed")
            case errno.EHOSTUNREACH | errno.ENETUNREACH:
                reply = Reply(Reach.UNREACHABLE, cause=Cause.UNREACHABLE, detail="a router says: not reachable")
            case _:
                return
        for asking in list(self._asking.get(peer, ())):
            _settle(asking, reply)

    def _world(self, access: SnmpAccess) -> "_World":
        for world in self._worlds:
            if world.takes(access):
                return world
        world = _World(self._clock, self)
        self._worlds.append(world)
        return world

    def _enter(self, asking: _Asking) -> None:
        self._asking.setdefault(asking.peer, set()).add(asking)
        self._known[asking.peer[0]] = None
        for address in asking.also_from:
            self._by_alias.setdefault(address, set()).add(asking)

    def _leave(self, asking: _Asking) -> None:
        _drop(self._asking, asking.peer, asking)
        for address in asking.also_from:
            _drop(self._by_alias, address, asking)

    def _once_more(self, asking: _Asking) -> None:
        if asking.done.done():
            return
        try:
            world = self._world(asking.ask.access)
            world.forget(asking.peer)
            world.send(asking, self._answered)
        except Exception as error:
            _settle(asking, self._indicated(asking, getattr(error, "errorIndication", None) or error))

    def _give_up(self, asking: _Asking) -> None:
        took = self._took(asking)
        self._proved.discard(asking.ask.access)
        self._world(asking.ask.access).forget(asking.peer)
        if asking.bad:
            _settle(asking, garbled(Cause.BAD_ANSWER, asking.bad, took))
        elif asking.reports and asking.ask.access.auth_key:
            _settle(asking, _refused("answers discovery, but no request of this user", took))
        else:
            _settle(asking, Reply(Reach.SILENT, cause=Cause.NO_ANSWER, took=took))

    def _answered(self, asking: _Asking, indication: Any, status: int, index: int, varbinds: Any) -> None:
        if asking.done.done():
            return
        if indication:
            _settle(asking, self._indicated(asking, indication))
            return
        self._proved.add(asking.ask.access)
        try:
            pairs = tuple((".".join(map(str, tuple(oid))), to_value(value)) for oid, value in varbinds)
            reply = read(asking.ask, status, index, pairs, self._took(asking))
        except Exception as error:
            self._counter.decode_errors += 1
            reply = garbled(Cause.BAD_ANSWER, f"undecodable: {type(error).__name__}", self._took(asking))
        _settle(asking, reply)

    def _indicated(self, asking: _Asking, indication: Any) -> Reply:
        """Return the reply for what pysnmp calls an error indication; its word is its class's name."""
        name = indication if isinstance(indication, str) else type(indication).__name__
        word = name[:1].lower() + name[1:]
        took = self._took(asking)
        if word == "requestTimedOut":
            return Reply(Reach.SILENT, cause=Cause.NO_ANSWER, took=took)
        if word in _REFUSALS:
            return _refused(_REFUSALS[word], took)
        if word in _OURS or (not isinstance(indication, str) and asking.reports == 0 and not asking.bad):
            return Reply(Reach.NOT_LOOKED, cause=Cause.NOT_LOOKED, detail=f"cannot ask: {word[:60]}", took=took)
        return garbled(Cause.BAD_ANSWER, f"answer refused by the library: {word[:60]}", took)

    def _took(self, asking: _Asking) -> float:
        return max(0.0, self._clock.mono() - asking.sent)


class _World:
    """One pysnmp engine with the users it knows and the devices registered with it."""

    def __init__(self, clock: Clock, owner: V3Engine) -> None:
        self._engine = Engine()
        self._owner = owner
        self._engine.register_transport_dispatcher(_Dispatcher(clock))
        self._configurator = CommandGeneratorLcdConfigurator()
        self._users: dict[str, tuple[str | None, ...]] = {}
        self._devices: dict[tuple[SnmpAccess, str], tuple[UsmUserData, Any]] = {}
        self._open_for: set[socket.AddressFamily] = set()

    def takes(self, access: SnmpAccess) -> bool:
        """Return whether the user is unknown here or known with the same keys."""
        return self._users.get(access.user, _keys(access)) == _keys(access)

    def send(self, asking: _Asking, answered: Callable[[_Asking, Any, int, int, Any], None]) -> None:
        """Send the question; `answered` is called with what pysnmp makes of the answer."""
        ask = asking.ask
        user, target = self._device(ask.access, asking.peer)
        context = ask.access.context.encode()
        name, _ = self._configurator.configure(self._engine, user, target, context)
        varbinds = [(v2c.ObjectIdentifier(tuple(int(arc) for arc in oid.split("."))), v2c.null) for oid in ask.oids]

        def done(engine: Any, handle: Any, indication: Any, status: Any, index: Any, found: Any, carried: Any) -> None:
            answered(asking, indication, int(status or 0), int(index or 0), found)

        where = (self._engine, name, None, context)
        match ask.pdu:
            case Pdu.GET:
                cmdgen.GetCommandGenerator().send_varbinds(*where, varbinds, done)
            case Pdu.NEXT:
                cmdgen.NextCommandGeneratorSingleRun().send_varbinds(*where, varbinds, done)
            case Pdu.BULK:
                cmdgen.BulkCommandGeneratorSingleRun().send_varbinds(*where, 0, ask.max_repetitions, varbinds, done)

    def forget(self, peer: Peer) -> None:
        """Forget the engine discovered at `peer`, so that the next request discovers it anew.

        pysnmp has no door for this and keeps to an engine id for minutes after the device has taken another one. Its
        expiry list must forget too: a key it does not find there would stop its clockwork.
        """
        model = self._engine.message_processing_subsystems[3]
        cache = getattr(model, "_SnmpV3MessageProcessingModel__engineIdCache", {})
        queue = getattr(model, "_SnmpV3MessageProcessingModel__engineIdCacheExpQueue", {})
        for key in [key for key in cache if (str(key[1][0]), int(key[1][1])) == peer]:
            del cache[key]
            for keys in queue.values():
                if key in keys:
                    keys.remove(key)

    def close(self) -> None:
        self._engine.close_dispatcher()

    def _device(self, access: SnmpAccess, peer: Peer) -> tuple[UsmUserData, Any]:
        known = self._devices.get((access, peer[0]))
        if known is not None:
            return known
        user = _user(access)
        target: Any
        address: tuple[Any, ...]
        if ":" in peer[0]:
            self._open(socket.AF_INET6, udp6.DOMAIN_NAME, udp6.Udp6TransportAddress)
            target, address = Udp6TransportTarget.__new__(Udp6TransportTarget), (*peer, 0, 0)
        else:
            self._open(socket.AF_INET, udp.DOMAIN_NAME, udp.UdpTransportAddress)
            target, address = UdpTransportTarget.__new__(UdpTransportTarget), peer
        # `create` would look the address up again, in the loop's shared threads.
        target.transport_address = address
        target.__init__(timeout=LIBRARY_TIMEOUT, retries=0)
        self._users[access.user] = _keys(access)
        self._devices[access, peer[0]] = user, target
        return user, target

    def _open(self, family: socket.AddressFamily, domain: Any, address_type: type) -> None:
        if family not in self._open_for:
            config.add_transport(self._engine, domain, _Carrier(address_type, family, self._owner))
            self._open_for.add(family)


def _keys(access: SnmpAccess) -> tuple[str | None, ...]:
    return access.auth_protocol, access.auth_key, access.priv_protocol, access.priv_key


def _user(access: SnmpAccess) -> UsmUserData:
    """Return pysnmp's form of the user; ValueError for a protocol nobody knows."""
    return UsmUserData(
        access.user,
        authKey=access.auth_key or None,
        privKey=access.priv_key or None,
        authProtocol=_protocol(AUTH, access.auth_protocol) if access.auth_key else None,
        privProtocol=_protocol(PRIV, access.priv_protocol) if access.priv_key else None,
    )


def _protocol(table: dict[str, Any], name: str | None) -> Any:
    word = (name or "").upper().replace("-", "").replace("_", "")
    if word not in table:
        raise ValueError(f"unknown protocol {name!r}")
    return table[word]


def _refused(detail: str, took: float) -> Reply:
    return Reply(Reach.AUTH, cause=Cause.ACCESS_DENIED, detail=detail, took=took)


def _suspect(asking: "set[_Asking]", why: str) -> None:
    for one in asking:
        one.bad = why


def _drop(index: "dict[Key, set[_Asking]]", key: Key, asking: _Asking) -> None:
    mates = index.get(key, set())
    mates.discard(asking)
    if not mates:
        index.pop(key, None)


def _settle(asking: _Asking, reply: Reply) -> None:
    if not asking.done.done():
        asking.done.set_result(reply)
