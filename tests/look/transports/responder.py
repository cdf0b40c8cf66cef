"""A UDP socket that answers each datagram with exactly the bytes a test wants, from wherever it wants."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import cast

from monitord.look.transports.snmp_head import read_head

Answering = Callable[[bytes], Sequence[bytes]]


class Responder(asyncio.DatagramProtocol):
    """Answers from its own socket; `asked` counts what came."""

    def __init__(self, answering: Answering) -> None:
        self.answering = answering
        self.asked = 0
        self.came = asyncio.Event()
        self.last_source: tuple[str, int] = ("", 0)
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.asked += 1
        self.came.set()
        self.last_source = addr
        assert self.transport is not None
        for answer in self.answering(data):
            self.transport.sendto(answer, addr)

    @property
    def port(self) -> int:
        assert self.transport is not None
        return int(self.transport.get_extra_info("sockname")[1])


@asynccontextmanager
async def responding(
    answering: Answering, address: str = "127.0.0.1", family: socket.AddressFamily = socket.AF_INET
) -> AsyncIterator[Responder]:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(
        lambda: Responder(answering), local_addr=(address, 0), family=family
    )
    # The default buffer holds 277 small datagrams; the loss of more would be this responder's, not the engine's.
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
    try:
        yield protocol
    finally:
        transport.close()


def tlv(tag: int, content: bytes) -> bytes:
    """Return one BER element."""
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def number(value: int, tag: int = 0x02) -> bytes:
    return tlv(tag, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


SYS_UPTIME = bytes.fromhex("06082b06010201010300")
SYS_DESCR = bytes.fromhex("06082b06010201010100")
UPTIME_OID = "1.3.6.1.2.1.1.3.0"
TICKS = bytes.fromhex("430207d0")


def response(
    request: bytes,
    *pairs: tuple[bytes, bytes],
    version: int = 1,
    community: bytes = b"public",
    pdu: int = 0xA2,
    status: int = 0,
    index: int = 0,
    request_id: int | None = None,
) -> bytes:
    """Return a response to `request` with these (OID, value) elements, each already in BER."""
    own = read_head(request).request_id if request_id is None else request_id
    varbinds = b"".join(tlv(0x30, oid + value) for oid, value in pairs)
    body = number(own) + number(status) + number(index) + tlv(0x30, varbinds)
    return tlv(0x30, number(version) + tlv(0x04, community) + tlv(pdu, body))


def good(request: bytes) -> bytes:
    """Return sysUpTime 2,000 ticks."""
    return response(request, (SYS_UPTIME, TICKS))
