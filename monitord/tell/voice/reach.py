"""The way to the exchange, and whether it is there: asked by us, because the telephone says nothing of a dead one."""

import asyncio
import contextlib
import secrets
import socket
from dataclasses import dataclass

ANSWER_WITHIN = 1.0
"""Seconds that the exchange may take to answer before a call; it is called all the same then."""
NAME_WITHIN = 4.0
"""Seconds for its name."""


class NoWayError(Exception):
    """The exchange cannot be reached; the text says why."""


@dataclass(frozen=True, slots=True)
class Way:
    """The exchange as it is called: `peer` and `local` are IPv4 addresses, `local` is what we are called by there."""

    peer: str
    port: int
    transport: str
    local: str


async def way_to(host: str, port: int, transport: str) -> Way:
    """Return the way, asking nobody but the resolver. Raises NoWayError."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(NAME_WITHIN):
            found = await loop.getaddrinfo(host, port, family=socket.AF_INET, type=socket.SOCK_DGRAM)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            # Nothing is sent: the kernel chooses the address that it would send from.
            probe.connect(found[0][4])
            return Way(str(found[0][4][0]), port, transport, str(probe.getsockname()[0]))
    except TimeoutError:
        raise NoWayError("the name of the exchange is not resolved in time") from None
    except (OSError, UnicodeError) as error:
        raise NoWayError(f"no way to the exchange ({type(error).__name__})") from error


class _Ear(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.answered: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: object) -> None:
        if not self.answered.done() and data.startswith(b"SIP/2.0 "):
            self.answered.set_result(True)

    def error_received(self, exc: Exception) -> None:
        if not self.answered.done():
            self.answered.set_exception(NoWayError(f"the exchange is not there ({type(exc).__name__})"))


async def is_there(way: Way, within: float = ANSWER_WITHIN) -> bool:
    """Return True when something answers there in time: any answer to OPTIONS (RFC 3261 section 11) by UDP, else a
    connection. False when nothing does. Raises NoWayError when the other machine says that nobody listens.
    """
    if way.transport != "udp":
        return await _connects(way, within)
    loop = asyncio.get_running_loop()
    try:
        transport, ear = await loop.create_datagram_endpoint(_Ear, remote_addr=(way.peer, way.port))
    except OSError as error:
        raise NoWayError(f"no way to the exchange ({type(error).__name__})") from error
    try:
        port = transport.get_extra_info("sockname")[1]
        transport.sendto(_options(way, port))
        async with asyncio.timeout(within):
            return await ear.answered
    except TimeoutError:
        return False
    finally:
        ear.answered.cancel()
        transport.close()


async def _connects(way: Way, within: float) -> bool:
    try:
        async with asyncio.timeout(within):
            _, writer = await asyncio.open_connection(way.peer, way.port)
    except TimeoutError:
        return False
    except OSError as error:
        raise NoWayError(f"the exchange is not there ({type(error).__name__})") from error
    writer.close()
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(within):
            await writer.wait_closed()
    return True


def _options(way: Way, port: int) -> bytes:
    mark = secrets.token_hex(8)
    lines = (
        f"OPTIONS sip:{way.peer}:{way.port} SIP/2.0",
        f"Via: SIP/2.0/UDP {way.local}:{port};branch=z9hG4bK{mark};rport",
        "Max-Forwards: 70",
        f"From: <sip:monitord@{way.local}>;tag={mark}",
        f"To: <sip:{way.peer}:{way.port}>",
        f"Call-ID: {mark}",
        "CSeq: 1 OPTIONS",
        f"Contact: <sip:monitord@{way.local}:{port}>",
        "Content-Length: 0",
        "",
        "",
    )
    return "\r\n".join(lines).encode("ascii")
