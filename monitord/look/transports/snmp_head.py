"""The outside of an SNMP v1 or v2c message, read in microseconds before anything costly is done with it.

The full decoder takes up to tens of milliseconds for a hostile datagram; version, community, PDU type, request-id and
the number of objects are enough to throw nearly all of those away. Only definite lengths and one-byte tags are taken
(RFC 3417 section 8), and nothing may be left over.
"""

from dataclasses import dataclass

SEQUENCE, INTEGER, OCTETS = 0x30, 0x02, 0x04
RESPONSE = 0xA2
_PDUS = frozenset({0xA0, 0xA1, 0xA2, 0xA3, 0xA5, 0xA6, 0xA7, 0xA8})


class Misshapen(ValueError):
    """The bytes are no SNMP v1 or v2c message."""


@dataclass(frozen=True, slots=True)
class Head:
    """What the outside of a message says; `id_at` is where the request-id's content begins, `id_length` its bytes."""

    version: int
    community: bytes
    pdu: int
    request_id: int
    id_at: int
    id_length: int
    status: int
    index: int
    objects: int


def read_head(message: bytes) -> Head:
    """Return the head of `message`; Misshapen when it is not whole and sound."""
    at, end = _enter(message, 0, len(message), SEQUENCE)
    if end != len(message):
        raise Misshapen("bytes after the message")
    version, at, _, _ = _integer(message, at, end)
    start, stop = _enter(message, at, end, OCTETS)
    community = message[start:stop]
    if stop >= end or message[stop] not in _PDUS:
        raise Misshapen("no request or response inside")
    pdu = message[stop]
    at, stop = _enter(message, stop, end, pdu)
    if stop != end:
        raise Misshapen("bytes after the PDU")
    request_id, at, id_at, id_length = _integer(message, at, end)
    status, at, _, _ = _integer(message, at, end)
    index, at, _, _ = _integer(message, at, end)
    at, stop = _enter(message, at, end, SEQUENCE)
    if stop != end:
        raise Misshapen("bytes after the objects")
    objects = 0
    while at < end:
        _, at = _enter(message, at, end, SEQUENCE)
        objects += 1
    return Head(version, community, pdu, request_id, id_at, id_length, status, index, objects)


def _enter(message: bytes, at: int, end: int, tag: int) -> tuple[int, int]:
    """Return where the content of the element at `at` begins and ends."""
    if at + 2 > end:
        raise Misshapen("cut short")
    if message[at] != tag:
        raise Misshapen(f"tag {message[at]:#04x} where {tag:#04x} belongs")
    length, at = message[at + 1], at + 2
    if length >= 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4 or at + count > end:
            raise Misshapen("indefinite or absurd length")
        length, at = int.from_bytes(message[at : at + count], "big"), at + count
    if at + length > end:
        raise Misshapen("cut short")
    return at, at + length


def _integer(message: bytes, at: int, end: int) -> tuple[int, int, int, int]:
    start, stop = _enter(message, at, end, INTEGER)
    if not 1 <= stop - start <= 4:
        raise Misshapen("integer of absurd length")
    return int.from_bytes(message[start:stop], "big", signed=True), stop, start, stop - start


def v3_flags(message: bytes) -> int:
    """Return the msgFlags of an SNMPv3 message (RFC 3412 section 6); Misshapen when `message` is not one whole
    element of that kind.
    """
    at, end = _enter(message, 0, len(message), SEQUENCE)
    version, at, _, _ = _integer(message, at, end)
    at, stop = _enter(message, at, end, SEQUENCE)
    _, at, _, _ = _integer(message, at, stop)
    _, at, _, _ = _integer(message, at, stop)
    start, stop = _enter(message, at, stop, OCTETS)
    if version != 3 or end != len(message) or stop - start != 1:
        raise Misshapen("no SNMPv3 message")
    return message[start]
