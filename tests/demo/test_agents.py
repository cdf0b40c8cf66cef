"""The demo's SNMP agents, asked by clients that are not ours."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pyasn1.codec.ber import decoder, encoder
from pysnmp.hlapi.v1arch.asyncio import (
    CommunityData,
    SnmpDispatcher,
    UdpTransportTarget,
    bulk_cmd,
    get_cmd,
    next_cmd,
)
from pysnmp.proto.api import v2c

from monitord.clock import SystemClock
from monitord.demo.agents import Agent, Fault, Interface, Wrong, device_mib, run_agents
from monitord.demo.answers import View, answer
from monitord.demo.ber import integer, read_request, write_reply
from monitord.demo.mib import IF_NAME, IF_OPER_STATUS, SYS_NAME, SYS_UP_TIME
from tests.support.commands import needs_command
from tests.support.shared import shared_path

ENGINE_BOOTS = (1, 3, 6, 1, 6, 3, 10, 2, 1, 2, 0)
IN_OCTETS = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 6, 1)
PORTS = [Interface(index, f"Gi0/{index}", f"Tuyến Kỳ Anh {index}") for index in range(1, 25)]
MIB = device_mib("BĐ-Hà Tĩnh", "bộ định tuyến", (1, 3, 6, 1, 4, 1, 9, 1, 1), PORTS, location="Đèo Ngang")

Oid = tuple[int, ...]


@pytest.fixture
async def agent() -> AsyncIterator[Agent]:
    async with Agent(SystemClock(), MIB, "127.0.77.1", 0, community="bí mật", uptime=86_400.0) as running:
        yield running


def request(*oids: Oid, kind: Any = v2c.GetRequestPDU, request_id: int = 77, version: int = 1) -> bytes:
    pdu, message = kind(), v2c.Message()
    v2c.apiPDU.set_defaults(pdu)
    pdu.setComponentByPosition(0, request_id)
    v2c.apiPDU.set_varbinds(pdu, [(oid, v2c.Null("")) for oid in oids])
    v2c.apiMessage.set_defaults(message)
    message.setComponentByPosition(0, version)
    message.setComponentByPosition(1, "bí mật".encode())
    v2c.apiMessage.set_pdu(message, pdu)
    return bytes(encoder.encode(message))


async def ask_raw(agent: Agent, datagram: bytes, patience: float = 1.0) -> tuple[bytes, tuple[str, int]] | None:
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.setblocking(False)
        asker.bind(("127.0.0.1", 0))
        asker.sendto(datagram, (agent.address, agent.port))
        try:
            async with asyncio.timeout(patience):
                return await loop.sock_recvfrom(asker, 65_535)
        except TimeoutError:
            return None


async def varbinds(agent: Agent, *oids: Oid, **how: Any) -> tuple[int, dict[Oid, Any]]:
    heard = await ask_raw(agent, request(*oids, **how))
    assert heard is not None
    message, rest = decoder.decode(heard[0], asn1Spec=v2c.Message())
    assert not rest
    pdu = v2c.apiMessage.get_pdu(message)
    return int(pdu[1]), {tuple(oid): value for oid, value in v2c.apiPDU.get_varbinds(pdu)}


async def silent(agent: Agent, datagram: bytes) -> bool:
    return await ask_raw(agent, datagram, 0.1) is None


async def pysnmp(agent: Agent, command: Any, *oids: Oid, bulk: tuple[int, int] | None = None, version: int = 1) -> Any:
    dispatcher = SnmpDispatcher()
    target = await UdpTransportTarget.create((agent.address, agent.port), timeout=1, retries=0)
    objects = [(v2c.ObjectIdentifier(oid), v2c.Null("")) for oid in oids]  # not ObjectType: it compiles MIBs for 0.3 s
    community = CommunityData("bí mật".encode(), mpModel=version)
    try:
        return await command(dispatcher, community, target, *(bulk or ()), *objects)
    finally:
        dispatcher.close()


async def test_pysnmp_reads_a_vietnamese_name_and_a_running_clock(agent: Agent) -> None:
    error, status, _, found = await pysnmp(agent, get_cmd, SYS_NAME, SYS_UP_TIME)
    assert (error, int(status)) == (None, 0)
    assert bytes(found[0][1]).decode() == "BĐ-Hà Tĩnh"
    assert int(found[1][1]) >= 8_640_000


@pytest.mark.parametrize(("command", "bulk"), [(next_cmd, None), (bulk_cmd, (0, 50))], ids=["getnext", "getbulk"])
async def test_pysnmp_walks_through_every_value(command: Any, bulk: tuple[int, int] | None) -> None:
    small = device_mib("đài", "x", (1, 3, 6, 1, 4, 1, 9, 1, 1), PORTS[: 2 if bulk is None else 24])
    async with Agent(SystemClock(), small, "127.0.77.1", 0, community="bí mật") as agent:
        seen: list[Oid] = [(1, 3)]
        while True:
            error, status, _, found = await pysnmp(agent, command, seen[-1], bulk=bulk)
            assert (error, int(status)) == (None, 0)
            fresh = sorted({tuple(oid) for oid, value in found if value.tagSet != v2c.EndOfMibView.tagSet})
            seen += fresh
            if len(fresh) < len(found):
                break
        assert seen[1:] == list(small)


async def test_a_v1_walk_ends_in_no_such_name_and_meets_no_counter64(agent: Agent) -> None:
    error, status, _, found = await pysnmp(agent, next_cmd, IN_OCTETS[:-1], version=0)
    assert (error, int(status)) == (None, 0)
    assert tuple(found[0][0]) == (1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 15, 1)
    assert await varbinds(agent, (1, 3, 6, 1, 7), kind=v2c.GetNextRequestPDU, version=0) == (
        2,
        {(1, 3, 6, 1, 7): v2c.null},
    )


async def test_what_is_not_there_is_named_so(agent: Agent) -> None:
    _, found = await varbinds(agent, (*IF_NAME, 99), (1, 3, 6, 1, 4, 1, 1, 1, 0))
    assert [type(value) for value in found.values()] == [v2c.NoSuchInstance, v2c.NoSuchObject]


async def test_counters_move(agent: Agent) -> None:
    _, first = await varbinds(agent, IN_OCTETS)
    async with asyncio.timeout(2):
        while (await varbinds(agent, IN_OCTETS))[1][IN_OCTETS] <= first[IN_OCTETS]:
            pass


async def test_a_get_too_large_is_refused_and_a_bulk_is_cut(agent: Agent) -> None:
    names = [(*IF_NAME[:-1], 18, index) for index in range(1, 25)]
    assert await varbinds(agent, *names, *names) == (1, {})
    heard = await ask_raw(agent, request((1, 3), kind=v2c.GetRequestPDU))
    assert heard is not None
    bulk = v2c.GetBulkRequestPDU()
    v2c.apiBulkPDU.set_defaults(bulk)
    v2c.apiBulkPDU.set_max_repetitions(bulk, 2_000_000)
    v2c.apiPDU.set_varbinds(bulk, [((1, 3), v2c.Null(""))])
    message = v2c.Message()
    v2c.apiMessage.set_defaults(message)
    message.setComponentByPosition(1, "bí mật".encode())
    v2c.apiMessage.set_pdu(message, bulk)
    heard = await ask_raw(agent, bytes(encoder.encode(message)))
    assert heard is not None
    assert 1_300 < len(heard[0]) <= 1_400


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\x30",
        b"\x30\x84\xff\xff\xff\xff",
        b"\x30" * 5_000,
        b"\x30\x80" * 1_000,
        b"A" * 20_000,
        request(SYS_NAME)[:-3],
        request(SYS_NAME) + b"\x00",
        request(SYS_NAME, version=3),
        request(SYS_NAME, kind=v2c.ResponsePDU),
        request(SYS_NAME, kind=v2c.SNMPv2TrapPDU),
        request(SYS_NAME).replace("bí mật".encode(), b"bi  mat!"),
    ],
    ids=range(12),
)
async def test_nonsense_and_strangers_meet_silence_and_harm_nothing(agent: Agent, datagram: bytes) -> None:
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.setblocking(False)
        asker.connect((agent.address, agent.port))
        asker.send(datagram)
        asker.send(request(SYS_NAME, request_id=4_711))
        async with asyncio.timeout(2):
            first = await loop.sock_recv(asker, 65_535)
    answer, _ = decoder.decode(first, asn1Spec=v2c.Message())
    assert int(v2c.apiMessage.get_pdu(answer)[0]) == 4_711


async def test_packets_collected_elsewhere_are_answered_or_not_but_raise_nothing() -> None:
    view = View(MIB, {}, 1.0)
    packets = sorted(shared_path("data/ber").rglob("*.bin"))
    requests = [found for path in packets if (found := read_request(path.read_bytes())) is not None]
    answers = [reply for asked in requests if (reply := answer(asked, view)) is not None]
    assert len(packets) > 500
    assert len(answers) > 10
    assert max(len(write_reply(reply)) for reply in answers) <= 1_400


async def test_nobody_writes(agent: Agent) -> None:
    assert (await varbinds(agent, SYS_NAME, kind=v2c.SetRequestPDU))[0] == 6


async def test_silence_and_refusal_end_when_mended(agent: Agent) -> None:
    port = agent.port
    agent.break_with("silent")
    assert await silent(agent, request(SYS_NAME))
    agent.mend("silent")
    agent.break_with("refuse")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.settimeout(1)
        asker.connect((agent.address, agent.port))
        asker.send(request(SYS_NAME))
        with pytest.raises(ConnectionRefusedError):
            asker.recv(100)
    agent.mend()
    assert agent.port == port
    assert (await varbinds(agent, SYS_NAME))[0] == 0


async def test_a_delayed_answer_comes_late_but_whole(agent: Agent) -> None:
    agent.break_with("delay 0.2")
    assert await silent(agent, request(SYS_NAME))
    assert (await varbinds(agent, SYS_NAME))[0] == 0


async def test_an_interface_goes_down_by_name_stops_counting_and_returns(agent: Agent) -> None:
    status, octets = (*IF_OPER_STATUS, 3), (*IN_OCTETS[:-1], 3)
    agent.break_with("ifdown Gi0/3")
    _, first = await varbinds(agent, status, octets)
    _, second = await varbinds(agent, status, octets)
    assert first[status] == 2
    assert first[octets] == second[octets]
    agent.mend("ifdown Gi0/3")
    assert (await varbinds(agent, status))[1][status] == 1
    with pytest.raises(LookupError):
        agent.break_with("ifdown Gi9/9")


async def test_a_reboot_starts_the_clock_again_and_counts(agent: Agent) -> None:
    agent.break_with("reboot")
    _, found = await varbinds(agent, SYS_UP_TIME, ENGINE_BOOTS)
    assert found[SYS_UP_TIME] < 1_000
    assert found[ENGINE_BOOTS] == 2
    assert agent.faults == ()


async def test_what_is_down_stays_down_over_a_reboot_and_counts_from_nought(agent: Agent) -> None:
    agent.break_with("ifdown Gi0/1", "reboot")
    _, found = await varbinds(agent, (*IF_OPER_STATUS, 1), IN_OCTETS)
    assert found[(*IF_OPER_STATUS, 1)] == 2
    assert found[IN_OCTETS] < 10_000_000


async def test_an_answer_may_come_from_elsewhere(agent: Agent) -> None:
    for fault, right in (("otherport", True), ("otheraddress", False)):
        agent.break_with(fault)
        heard = await ask_raw(agent, request(SYS_NAME))
        assert heard is not None
        assert (heard[1][0] == agent.address) is right
        assert heard[1] != (agent.address, agent.port)
        agent.mend()


@pytest.mark.parametrize(
    ("fault", "status", "oids"),
    [
        ("error 5", 5, [SYS_NAME]),
        ("error 999", 999, [SYS_NAME]),
        ("toobig", 1, []),
        ("novarbinds", 0, []),
        ("otheroid", 0, [(*SYS_NAME[:-1], 7)]),
        ("nosuch", 0, [SYS_NAME]),
        ("wrongtype", 0, [SYS_NAME]),
        ("bigstring", 0, [SYS_NAME]),
        ("manyvarbinds", 0, [SYS_NAME, (1, 3, 6, 1, 4, 1, 99_999, 1, 0)]),
    ],
)
async def test_faults_of_the_content_are_well_formed(agent: Agent, fault: str, status: int, oids: list[Oid]) -> None:
    agent.break_with(fault)
    answered, found = await varbinds(agent, SYS_NAME)
    assert answered == status
    assert list(found) == oids
    if fault == "bigstring":
        assert len(found[SYS_NAME]) == 60_000


async def test_faults_of_the_bytes(agent: Agent) -> None:
    whole = await ask_raw(agent, request(SYS_NAME))
    assert whole is not None
    expected = {
        "trailing 3": whole[0] + b"\0\0\0",
        "truncate 9": whole[0][:9],
        "garbage 10": bytes(range(255, 245, -1)),
        "echo": request(SYS_NAME),
    }
    for fault, expect in expected.items():
        agent.break_with(fault)
        heard = await ask_raw(agent, request(SYS_NAME))
        assert heard is not None
        assert heard[0] == expect
        agent.mend()
    agent.break_with("wrongid")
    heard = await ask_raw(agent, request(SYS_NAME))
    assert heard is not None
    assert int(v2c.apiMessage.get_pdu(decoder.decode(heard[0], asn1Spec=v2c.Message())[0])[0]) == 78


@pytest.mark.parametrize(
    ("fault", "after"),
    [("loop", SYS_NAME), ("endless", (*SYS_NAME[:-1], 1)), ("decreasing", SYS_NAME[:-1])],
)
async def test_faults_of_a_walk(agent: Agent, fault: str, after: Oid) -> None:
    agent.break_with(fault)
    assert list((await varbinds(agent, SYS_NAME, kind=v2c.GetNextRequestPDU))[1]) == [after]
    assert (await varbinds(agent, SYS_NAME))[1][SYS_NAME] == "BĐ-Hà Tĩnh".encode()


async def test_a_device_can_answer_one_request_in_three(agent: Agent) -> None:
    agent.break_with("every 3")
    answers = [await silent(agent, request(SYS_NAME)) for _ in range(3)]
    assert answers.count(False) == 1


async def test_a_source_that_raises_costs_one_answer_only(agent: Agent) -> None:
    def broken(seconds: float) -> Any:
        raise RuntimeError("wrong script")

    agent.say(SYS_NAME, broken)
    assert await silent(agent, request(SYS_NAME))
    agent.say(SYS_NAME, integer(5))
    assert (await varbinds(agent, SYS_NAME))[1][SYS_NAME] == 5


async def test_two_hundred_agents_share_one_mib_and_one_loop() -> None:
    clock = SystemClock()
    agents = await run_agents(Agent(clock, MIB, f"127.0.78.{n}", 0, community="bí mật") for n in range(1, 201))
    try:
        answers = await asyncio.gather(*(varbinds(agent, SYS_NAME) for agent in agents))
        assert {status for status, _ in answers} == {0}
    finally:
        for agent in agents:
            await agent.stop()


def test_a_fault_is_read_from_words() -> None:
    assert Fault.parse("delay 1.5") == Fault(Wrong.DELAY, 1.5)
    assert Fault.parse("ifdown ge-0/0/1 (Kỳ Anh)") == Fault(Wrong.INTERFACE_DOWN, name="ge-0/0/1 (Kỳ Anh)")
    with pytest.raises(ValueError, match="nonsense"):
        Fault.parse("nonsense")


async def test_debian_snmpbulkwalk_and_snmpget_agree(agent: Agent) -> None:
    walker, getter = map(str, map(needs_command, ("snmpbulkwalk", "snmpget")))
    target = f"{agent.address}:{agent.port}"
    common = ("-v2c", "-c", "bí mật", "-r0", "-t2", "-On", target)
    walked = await _output(walker, "-Cr40", *common, "1.3")
    oids = [line.split(" = ")[0] for line in walked.splitlines() if line.startswith(".1.3.")]
    assert [tuple(map(int, oid[1:].split("."))) for oid in oids[: len(MIB)]] == list(MIB)
    got = await _output(getter, *common, ".1.3.6.1.2.1.2.2.1.8.4")
    assert got.strip() == ".1.3.6.1.2.1.2.2.1.8.4 = INTEGER: 1"


async def _output(*command: str) -> str:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe)
    out, error = await process.communicate()
    assert process.returncode == 0, error
    return out.decode(errors="replace")
