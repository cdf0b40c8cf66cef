"""SNMP v1 and v2c messages by pysnmp's codec: questions to bytes, answers to values."""

import contextlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto import rfc1902, rfc1905
from pysnmp.proto.api import v1, v2c

from monitord.domain.looking import Oid, Syntax, Value
from monitord.domain.network import SnmpVersion
from monitord.look.transports.snmp import Pdu
from monitord.look.transports.snmp_head import Head, read_head
from monitord.look.transports.snmp_values import Odd, read_objects

_API: dict[SnmpVersion, Any] = {SnmpVersion.V1: v1, SnmpVersion.V2C: v2c}
NUMBER = {SnmpVersion.V1: 0, SnmpVersion.V2C: 1}
"""The version as it stands in the message."""

_PLACE = 0x40000000
"""A request-id of four bytes, replaced in every copy; asked ids lie in [0x01000000, 0x7FFFFFFF] so that they are four
bytes too.
"""


def encode(
    version: SnmpVersion, community: str, pdu: Pdu, oids: tuple[Oid, ...], repetitions: int, request_id: int
) -> bytes:
    """Return the message that asks for `oids`; ValueError or a pyasn1 error when an OID cannot be encoded."""
    template, at = _template(version, community, pdu, oids, repetitions)
    return template[:at] + request_id.to_bytes(4, "big") + template[at + 4 :]


@lru_cache(maxsize=4096)
def _template(
    version: SnmpVersion, community: str, pdu: Pdu, oids: tuple[Oid, ...], repetitions: int
) -> tuple[bytes, int]:
    api = _API[version]
    match pdu:
        case Pdu.GET:
            body, door = api.GetRequestPDU(), api.apiPDU
        case Pdu.NEXT:
            body, door = api.GetNextRequestPDU(), api.apiPDU
        case Pdu.BULK if version is not SnmpVersion.V1:
            body, door = v2c.GetBulkRequestPDU(), v2c.apiBulkPDU
        case _:
            raise ValueError("SNMP v1 has no GetBulk")
    door.set_defaults(body)
    door.set_request_id(body, _PLACE)
    if pdu is Pdu.BULK:
        door.set_non_repeaters(body, 0)
        door.set_max_repetitions(body, repetitions)
    door.set_varbinds(body, [(tuple(int(arc) for arc in oid.split(".")), api.null) for oid in oids])
    message = api.Message()
    api.apiMessage.set_defaults(message)
    api.apiMessage.set_community(message, community.encode())
    api.apiMessage.set_pdu(message, body)
    encoded = bytes(encoder.encode(message))
    head = read_head(encoded)
    if head.id_length != 4:
        raise ValueError("request-id of a strange length")
    return encoded, head.id_at


def decode(version: SnmpVersion, message: bytes) -> tuple[tuple[Oid, Value], ...]:
    """Return the objects of a response; any exception of pyasn1 or pysnmp when a value breaks its type (RFC 2578)."""
    if version is SnmpVersion.V2C:
        with contextlib.suppress(Odd):
            return read_objects(message)
    return decode_fully(version, message)


def decode_fully(version: SnmpVersion, message: bytes) -> tuple[tuple[Oid, Value], ...]:
    """Return the same by pysnmp alone: the judge of all that is not in its plainest form."""
    api = _API[version]
    whole, rest = decoder.decode(message, asn1Spec=api.Message())
    if rest:
        raise ValueError("bytes after the message")
    pdu = api.apiMessage.get_pdu(whole)
    return tuple((".".join(map(str, tuple(oid))), to_value(value)) for oid, value in api.apiPDU.get_varbinds(pdu))


def answers(head: Head, version: SnmpVersion, community: str) -> bool:
    """Return whether a message's head is that of a response in the version and community asked with."""
    return head.pdu == 0xA2 and head.version == NUMBER[version] and head.community == community.encode()


def to_value(value: Any) -> Value:
    """Return a pysnmp value as ours; ValueError for a type SNMP does not have."""
    found = _KINDS.get(value.tagSet)
    if found is None:
        raise ValueError("value of an unknown type")
    syntax, plain = found
    return Value(syntax, plain(value))


def _nothing(value: Any) -> None:
    return None


def _dotted(value: Any) -> str:
    return ".".join(map(str, tuple(value)))


def _address(value: Any) -> str:
    return ".".join(map(str, bytes(value)))


_KINDS: dict[Any, tuple[Syntax, Callable[[Any], int | bytes | str | None]]] = {
    rfc1902.Integer32.tagSet: (Syntax.INTEGER, int),
    rfc1902.OctetString.tagSet: (Syntax.OCTETS, bytes),
    rfc1902.ObjectIdentifier.tagSet: (Syntax.OID, _dotted),
    rfc1902.IpAddress.tagSet: (Syntax.IP_ADDRESS, _address),
    rfc1902.Counter32.tagSet: (Syntax.COUNTER32, int),
    rfc1902.Gauge32.tagSet: (Syntax.GAUGE32, int),
    rfc1902.TimeTicks.tagSet: (Syntax.TIMETICKS, int),
    rfc1902.Counter64.tagSet: (Syntax.COUNTER64, int),
    rfc1902.Opaque.tagSet: (Syntax.OPAQUE, bytes),
    v2c.Null.tagSet: (Syntax.NULL, _nothing),
    rfc1905.NoSuchObject.tagSet: (Syntax.NO_SUCH_OBJECT, _nothing),
    rfc1905.NoSuchInstance.tagSet: (Syntax.NO_SUCH_INSTANCE, _nothing),
    rfc1905.EndOfMibView.tagSet: (Syntax.END_OF_VIEW, _nothing),
}
