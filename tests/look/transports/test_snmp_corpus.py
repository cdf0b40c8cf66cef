"""Every malformed packet of the collection, sent as an answer: never an exception, never believed, never slow."""

import asyncio
import contextlib
import time
from pathlib import Path

import pytest
from pyasn1.error import PyAsn1Error
from pysnmp.error import PySnmpError

from monitord.clock import SystemClock
from monitord.domain.looking import Reach
from monitord.domain.network import SnmpAccess, SnmpVersion
from monitord.look.transports import snmp_codec
from monitord.look.transports.snmp import Ask, Pdu
from monitord.look.transports.snmp_head import Misshapen, read_head
from monitord.look.transports.snmp_pysnmp import PysnmpEngine
from tests.look.transports.responder import UPTIME_OID, good, responding
from tests.support.shared import shared_path

EACH = 0.05
"""Seconds of work one hostile datagram may cost."""


def packets() -> list[Path]:
    return sorted(shared_path("data/ber/vec").glob("*.bin"))


async def test_no_packet_is_believed_or_stops_the_right_answer_that_follows() -> None:
    vectors = [(path.name, path.read_bytes()) for path in packets()]
    assert len(vectors) > 800
    strays: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: strays.append(context))
    engine = PysnmpEngine(SystemClock())
    worst = ("", 0.0)
    try:
        for name, packet in vectors:
            async with responding(lambda request, p=packet: [p, good(request)]) as agent:  # type: ignore[misc]
                begun = time.process_time()
                ask = Ask(SnmpAccess("127.0.0.1", agent.port, community="public"), Pdu.GET, (UPTIME_OID,), 2.0)
                reply = await engine.ask(ask)
                worst = max(worst, (name, time.process_time() - begun), key=lambda one: one[1])
            assert reply.reach is Reach.ANSWERED, name
            assert reply.varbinds[0][1].raw == 2000, name
    finally:
        await engine.close()
    assert strays == []
    assert worst[1] < EACH, worst


WAIT = 2.0
"""Seconds a GET waits here: two hundred at once are answered well within, on a machine that does much else, too."""


@pytest.mark.slow
async def test_a_packet_alone_is_nonsense_and_not_silence() -> None:
    vectors = [(path.name, path.read_bytes()) for path in packets()]
    engine = PysnmpEngine(SystemClock())

    async def one(name: str, packet: bytes) -> tuple[str, Reach]:
        async with responding(lambda request: [packet]) as agent:
            ask = Ask(SnmpAccess("127.0.0.1", agent.port, community="public"), Pdu.GET, (UPTIME_OID,), WAIT)
            return name, (await engine.ask(ask)).reach

    try:
        reaches = []
        for at in range(0, len(vectors), 200):
            reaches += await asyncio.gather(*(one(name, packet) for name, packet in vectors[at : at + 200]))
    finally:
        await engine.close()
    assert [name for name, reach in reaches if reach is not Reach.GARBLED] == []


def test_whatever_passes_the_head_is_decoded_or_refused_in_time_when_its_request_id_was_right() -> None:
    """The request-id may be guessed or seen by whoever sits on the line: then the full decoder must bear the rest."""
    for path in packets():
        packet = path.read_bytes()
        begun = time.process_time()
        try:
            head = read_head(packet)
        except Misshapen:
            continue
        version = SnmpVersion.V1 if head.version == 0 else SnmpVersion.V2C
        with contextlib.suppress(ValueError, PyAsn1Error, PySnmpError):
            snmp_codec.decode(version, packet)
        assert time.process_time() - begun < EACH, path.name
