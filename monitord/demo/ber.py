"""SNMP v1/v2c messages as bytes and back: requests read with pysnmp's decoder, answers put together from encoded parts.

Source: RFC 1157 (v1), RFC 1901 and RFC 3416 (v2c), X.690 (BER).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Any

from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto.api import v2c

Oid = tuple[int, ...]
LARGEST_REQUEST = 8_192

NO_SUCH_OBJECT = b"\x80\x00"
NO_SUCH_INSTANCE = b"\x81\x00"
END_OF_MIB_VIEW = b"\x82\x00"
NULL = b"\x05\x00"


class Pdu(IntEnum):
    """The PDU tags an agent meets."""

    GET = 0xA0
    GET_NEXT = 0xA1
    RESPONSE = 0xA2
    SET = 0xA3
    GET_BULK = 0xA5


class Kind(IntEnum):
    """The value types of SNMPv2-SMI, by their BER tag."""

    INTEGER = 0x02
    OCTETS = 0x04
    OID = 0x06
    IP_ADDRESS = 0x40
    COUNTER32 = 0x41
    GAUGE32 = 0x42
    TIME_TICKS = 0x43
    COUNTER64 = 0x46


PYSNMP_TYPES: dict[Kind, Callable[[Any], Any]] = {
    Kind.INTEGER: v2c.Integer32,
    Kind.OCTETS: v2c.OctetString,
    Kind.OID: v2c.ObjectIdentifier,
    Kind.IP_ADDRESS: v2c.IpAddress,
    Kind.COUNTER32: v2c.Counter32,
    Kind.GAUGE32: v2c.Gauge32,
    Kind.TIME_TICKS: v2c.TimeTicks,
    Kind.COUNTER64: v2c.Counter64,
}


@dataclass(frozen=True, slots=True)
class Value:
    """One SNMP value: its type and what it holds."""

    kind: Kind
    content: int | bytes | str | Oid


def integer(number: int) -> Value:
    """Return an INTEGER."""
    return Value(Kind.INTEGER, number)


def octets(content: str | bytes) -> Value:
    """Return an OctetString; text goes out as UTF-8."""
    return Value(Kind.OCTETS, content.encode() if isinstance(content, str) else content)


def object_id(oid: Oid) -> Value:
    """Return an OBJECT IDENTIFIER."""
    return Value(Kind.OID, oid)


def ip_address(dotted: str) -> Value:
    """Return an IpAddress, given as four numbers with dots."""
    return Value(Kind.IP_ADDRESS, dotted)


def counter32(count: float) -> Value:
    """Return a Counter32, wrapped at 2^32 as a device wraps it."""
    return Value(Kind.COUNTER32, int(count) % 2**32)


def counter64(count: float) -> Value:
    """Return a Counter64, wrapped at 2^64."""
    return Value(Kind.COUNTER64, int(count) % 2**64)


def gauge32(number: float) -> Value:
    """Return a Gauge32, latched at its largest value."""
    return Value(Kind.GAUGE32, min(max(int(number), 0), 2**32 - 1))


def time_ticks(seconds: float) -> Value:
    """Return TimeTicks (hundredths of a second), wrapped after 497 days."""
    return Value(Kind.TIME_TICKS, int(seconds * 100) % 2**32)


@dataclass(frozen=True, slots=True)
class Request:
    """A well-formed v1 or v2c request. `version` is 0 for v1, 1 for v2c."""

    version: int
    community: bytes
    pdu: Pdu
    request_id: int
    non_repeaters: int
    max_repetitions: int
    oids: tuple[Oid, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer about to be encoded; the values of `varbinds` are BER already."""

    version: int
    community: bytes
    request_id: int
    varbinds: tuple[tuple[Oid, bytes], ...]
    error_status: int = 0
    error_index: int = 0


def read_request(datagram: bytes) -> Request | None:
    """Return the request in a datagram, or None for whatever is not exactly one. Never raises."""
    if not 2 < len(datagram) <= LARGEST_REQUEST:
        return None
    try:
        message, rest = decoder.decode(datagram, asn1Spec=v2c.Message())
        if rest:
            return None
        pdu = message.getComponentByPosition(2).getComponent()
        return Request(
            version=int(message[0]),
            community=bytes(message[1]),
            pdu=Pdu(pdu.tagSet.superTags[-1].tagId | 0xA0),
            request_id=int(pdu[0]),
            non_repeaters=max(0, int(pdu[1])),
            max_repetitions=max(0, int(pdu[2])),
            oids=tuple(tuple(varbind[0]) for varbind in pdu[3]),
        )
    except Exception:  # a decoder fed with hostile bytes may raise anything; an agent stays silent
        return None


def tlv(tag: int, body: bytes) -> bytes:
    """Return a BER element with a definite length."""
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body


@lru_cache(maxsize=1 << 16)
def encoded(value: Value) -> bytes:
    """Return a value in BER, by pysnmp's types, so that a wrong range is refused here and not at the reader."""
    return bytes(encoder.encode(PYSNMP_TYPES[value.kind](value.content)))


def varbind_bytes(oid: Oid, value: bytes) -> bytes:
    """Return one variable binding in BER."""
    return tlv(0x30, encoded(Value(Kind.OID, oid)) + value)


def write_reply(reply: Reply) -> bytes:
    """Return an answer in BER."""
    bindings = b"".join(varbind_bytes(oid, value) for oid, value in reply.varbinds)
    numbers = (reply.request_id, reply.error_status, reply.error_index)
    pdu = b"".join(map(_number, numbers)) + tlv(0x30, bindings)
    return tlv(0x30, _number(reply.version) + tlv(0x04, reply.community) + tlv(Pdu.RESPONSE, pdu))


def room_for_varbinds(request: Request, limit: int) -> int:
    """Return how many bytes of bindings an answer to `request` may carry within `limit` bytes of message.

    The overhead is counted with the longest length fields and error numbers, so the true answer is never longer.
    """
    return limit - len(_number(request.request_id)) - len(request.community) - 32


def varbinds_size(varbinds: Sequence[tuple[Oid, bytes]]) -> int:
    """Return the bytes that bindings take in a message."""
    return sum(len(varbind_bytes(oid, value)) for oid, value in varbinds)


def _number(number: int) -> bytes:
    return tlv(0x02, number.to_bytes((number + (number < 0)).bit_length() // 8 + 1, "big", signed=True))
