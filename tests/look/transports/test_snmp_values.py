"""The quick reader against the full decoder: the same objects, or it says that it does not know."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyasn1.codec.ber import encoder
from pysnmp.proto import rfc1902, rfc1905
from pysnmp.proto.api import v2c

from monitord.domain.network import SnmpVersion
from monitord.look.transports.snmp_codec import decode_fully
from monitord.look.transports.snmp_values import Odd, read_objects
from tests.support.shared import shared_path

arcs = st.lists(st.integers(0, 2**32 - 1), min_size=0, max_size=20).map(lambda tail: (1, 3, *tail))
values = st.one_of(
    st.integers(1 - 2**31, 2**31 - 1).map(rfc1902.Integer32),
    st.binary(max_size=300).map(rfc1902.OctetString),
    arcs.map(rfc1902.ObjectIdentifier),
    st.integers(0, 2**32 - 1).map(rfc1902.Counter32),
    st.integers(0, 2**32 - 1).map(rfc1902.Gauge32),
    st.integers(0, 2**32 - 1).map(rfc1902.TimeTicks),
    st.integers(0, 2**64 - 1).map(rfc1902.Counter64),
    st.binary(min_size=4, max_size=4).map(rfc1902.IpAddress),
    st.sampled_from([rfc1905.noSuchObject, rfc1905.noSuchInstance, rfc1905.endOfMibView, v2c.Null("")]),
)


def response(objects: list[tuple[tuple[int, ...], object]]) -> bytes:
    """Return a response as pysnmp writes it."""
    pdu = v2c.ResponsePDU()
    v2c.apiPDU.set_defaults(pdu)
    v2c.apiPDU.set_varbinds(pdu, objects)
    message = v2c.Message()
    v2c.apiMessage.set_defaults(message)
    v2c.apiMessage.set_community(message, "public")
    v2c.apiMessage.set_pdu(message, pdu)
    return bytes(encoder.encode(message))


def quick(message: bytes) -> object:
    """Return what the quick reader makes of a message, or None when it leaves it to the full decoder."""
    try:
        return read_objects(message)
    except Odd:
        return None


@given(st.lists(st.tuples(arcs, values), max_size=12))
@settings(max_examples=150, deadline=None)
def test_what_pysnmp_writes_reads_the_same(objects: list[tuple[tuple[int, ...], object]]) -> None:
    message = response(objects)
    plain = not any(type(value) in (rfc1902.IpAddress, type(v2c.Null(""))) for _, value in objects)
    found = quick(message)
    assert (found is not None) == plain
    if found is not None:
        assert found == decode_fully(SnmpVersion.V2C, message)


@given(st.lists(st.tuples(arcs, values), min_size=1, max_size=4), st.data())
@settings(max_examples=300, deadline=None)
def test_a_changed_byte_never_makes_it_say_other_than_the_full_decoder(
    objects: list[tuple[tuple[int, ...], object]], data: st.DataObject
) -> None:
    message = bytearray(response(objects))
    place = data.draw(st.integers(0, len(message) - 1))
    message[place] = data.draw(st.integers(0, 255))
    agrees(bytes(message))


def agrees(message: bytes) -> None:
    """Assert that the quick reader, where it speaks at all, says what the full decoder says."""
    found = quick(message)
    if found is None:
        return
    try:
        full = decode_fully(SnmpVersion.V2C, message)
    except Exception as error:
        pytest.fail(f"read {found!r} where the full decoder refuses: {repr(error)[:200]}")
    assert found == full


def packets() -> list[Path]:
    return sorted(shared_path("data/ber/vec").glob("*.bin"))


def test_of_real_and_malformed_packets_it_says_what_the_full_decoder_says() -> None:
    for path in packets():
        message = path.read_bytes()
        if len(message) > 8192:
            continue
        # A message of another version or kind never reaches the reader: its head was read before.
        if message[:1] == b"\x30" and b"\x02\x01\x01" in message[:8] and b"\xa2" in message[:40]:
            agrees(message)
