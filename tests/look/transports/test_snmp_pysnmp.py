"""The pysnmp engine against byte-exact answers: what is silence, what is nonsense, what is an answer."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from itertools import pairwise

import pytest

from monitord.clock import SystemClock
from monitord.domain.health import Cause
from monitord.domain.looking import Reach, Syntax, Value
from monitord.domain.network import SnmpAccess, SnmpVersion
from monitord.look.transports.snmp import Ask, Pdu
from monitord.look.transports.snmp_head import read_head
from monitord.look.transports.snmp_pysnmp import PysnmpEngine
from tests.look.transports.responder import (
    SYS_DESCR,
    SYS_UPTIME,
    TICKS,
    UPTIME_OID,
    good,
    number,
    responding,
    response,
    tlv,
)


@pytest.fixture
async def engine() -> AsyncIterator[PysnmpEngine]:
    made = PysnmpEngine(SystemClock())
    yield made
    await made.close()


SHORT = 0.1
"""Seconds for asks that are to end without an answer."""


def get(port: int, timeout: float = 1.0, *, address: str = "127.0.0.1", **access: object) -> Ask:
    fields = {"community": "public", **access}
    return Ask(SnmpAccess(address, port, **fields), Pdu.GET, (UPTIME_OID,), timeout)  # type: ignore[arg-type]


async def test_a_sound_answer_is_an_answer(engine: PysnmpEngine) -> None:
    async with responding(lambda request: [good(request)]) as agent:
        reply = await engine.ask(get(agent.port))
    assert reply.reach is Reach.ANSWERED
    assert reply.varbinds == ((UPTIME_OID, Value(Syntax.TIMETICKS, 2000)),)
    assert engine.counter.answered == engine.counter.asked == 1


async def test_an_agent_on_ipv6_answers_too(engine: PysnmpEngine) -> None:
    try:
        async with responding(lambda request: [good(request)], "::1", socket.AF_INET6) as agent:
            reply = await engine.ask(get(agent.port, address="::1"))
    except OSError:
        pytest.skip("no IPv6 loopback here")
    assert reply.reach is Reach.ANSWERED


async def test_nothing_at_all_is_silence_and_ends_in_time(engine: PysnmpEngine) -> None:
    loop = asyncio.get_running_loop()
    async with responding(lambda request: []) as agent:
        begun = loop.time()
        reply = await engine.ask(get(agent.port, 0.2))
        lasted = loop.time() - begun
    assert reply.reach is Reach.SILENT
    assert 0.15 < lasted < 0.4


NONSENSE: dict[str, Callable[[bytes], list[bytes]]] = {
    "S1-wrong-request-id": lambda q: [response(q, (SYS_UPTIME, TICKS), request_id=7)],
    "S7-truncated": lambda q: [good(q)[:-3]],
    "S7-trailing-bytes": lambda q: [good(q) + b"\0\0"],
    "S7-indefinite-length": lambda q: [b"\x30\x80" + good(q)[2:] + b"\0\0"],
    "S8-nested-deep": lambda q: [b"\x30\x80" * 3000],
    "S9-length-of-two-gigabytes": lambda q: [b"\x30\x84\x7f\xff\xff\xff" + good(q)[2:]],
    "S10-too-long-a-datagram": lambda q: [response(q, (SYS_UPTIME, tlv(0x04, b"x" * 60000)))],
    "S11-giant-integer": lambda q: [response(q, (SYS_UPTIME, tlv(0x02, b"\x7f" * 6000)))],
    "S11-long-form-tag": lambda q: [b"\x3f\x81\x01" + good(q)[1:]],
    "S13-report": lambda q: [response(q, (SYS_UPTIME, TICKS), pdu=0xA8)],
    "S13-trap": lambda q: [response(q, (SYS_UPTIME, TICKS), pdu=0xA7)],
    "S13-echo": lambda q: [q],
    "S14-another-oid": lambda q: [response(q, (SYS_DESCR, TICKS))],
    "S14-no-objects": lambda q: [response(q)],
    "S14-two-objects": lambda q: [response(q, (SYS_UPTIME, TICKS), (SYS_DESCR, TICKS))],
    "wrong-community": lambda q: [response(q, (SYS_UPTIME, TICKS), community=b"secret")],
    "wrong-version": lambda q: [response(q, (SYS_UPTIME, TICKS), version=0)],
    "counter-too-large": lambda q: [response(q, (SYS_UPTIME, tlv(0x41, b"\x02\x00\x00\x00\x00")))],
    "address-of-three-bytes": lambda q: [response(q, (SYS_UPTIME, tlv(0x40, b"abc")))],
    "unknown-type": lambda q: [response(q, (SYS_UPTIME, tlv(0x4F, b"abc")))],
    "not-a-word-of-it": lambda q: [b"\xff" * 60],
    "one-byte": lambda q: [b"\x30"],
}


@pytest.mark.parametrize("case", NONSENSE)
async def test_nonsense_is_told_from_silence(engine: PysnmpEngine, case: str) -> None:
    strays: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: strays.append(context))
    async with responding(NONSENSE[case]) as agent:
        reply = await engine.ask(get(agent.port, SHORT))
    assert reply.reach is Reach.GARBLED
    assert reply.detail
    assert reply.varbinds == ()
    assert strays == []


async def test_a_wrong_answer_before_the_right_one_does_no_harm(engine: PysnmpEngine) -> None:
    async with responding(lambda q: [b"junk", response(q, (SYS_UPTIME, TICKS), request_id=7), good(q)]) as agent:
        assert (await engine.ask(get(agent.port))).reach is Reach.ANSWERED


async def test_the_first_of_three_answers_counts_and_the_others_are_late(engine: PysnmpEngine) -> None:
    async with responding(lambda q: [good(q)] * 3) as agent:
        assert (await engine.ask(get(agent.port))).reach is Reach.ANSWERED
        assert (await engine.ask(get(agent.port))).reach is Reach.ANSWERED
    assert engine.counter.late >= 2
    assert engine.counter.decode_errors == 0


async def test_agent_slower_than_timeout_never_answers_a_later_question(engine: PysnmpEngine) -> None:
    held: list[bytes] = []

    def hold(request: bytes) -> list[bytes]:
        late = list(held)
        held[:] = [good(request)]
        return late

    async with responding(hold) as agent:
        assert (await engine.ask(get(agent.port, SHORT))).reach is Reach.SILENT
        second = await engine.ask(get(agent.port, SHORT))
    assert second.reach is Reach.SILENT, "the late answer is neither this answer nor nonsense"
    assert engine.counter.late == 1


async def test_an_answer_from_another_port_or_address_is_dropped(engine: PysnmpEngine) -> None:
    async with responding(lambda q: []) as stranger, responding(lambda q: []) as agent:

        def betray(request: bytes) -> list[bytes]:
            assert stranger.transport is not None
            stranger.transport.sendto(good(request), agent.last_source)
            return []

        agent.answering = betray
        assert (await engine.ask(get(agent.port, SHORT))).reach is Reach.SILENT


async def test_a_device_may_answer_from_an_address_listed_for_it(engine: PysnmpEngine) -> None:
    async with responding(lambda q: [], "127.0.0.33") as other, responding(lambda q: []) as agent:

        def answer_elsewhere(request: bytes) -> list[bytes]:
            assert other.transport is not None
            other.transport.sendto(good(request), agent.last_source)
            return []

        agent.answering = answer_elsewhere
        assert (await engine.ask(get(agent.port, SHORT))).reach is Reach.SILENT
        assert engine.counter.foreign == 1
        assert (await engine.ask(get(agent.port, also_from=("127.0.0.33",)))).reach is Reach.ANSWERED


async def test_a_closed_port_is_refused_at_once_and_harms_no_other_device(engine: PysnmpEngine) -> None:
    async with responding(lambda q: []) as gone:
        closed = gone.port
    async with responding(lambda q: [good(q)]) as agent:
        asks = [get(closed, 2.0), get(agent.port, 2.0)] * 20
        begun = asyncio.get_running_loop().time()
        replies = await asyncio.gather(*(engine.ask(ask) for ask in asks))
        lasted = asyncio.get_running_loop().time() - begun
    assert [reply.reach for reply in replies] == [Reach.REFUSED, Reach.ANSWERED] * 20
    assert lasted < 1.0


async def test_error_status_is_an_answer_without_values(engine: PysnmpEngine) -> None:
    for status, cause in ((5, Cause.AGENT_ERROR), (1, Cause.TOO_LARGE), (999, Cause.AGENT_ERROR)):
        async with responding(lambda q, s=status: [response(q, status=s, index=77)]) as agent:  # type: ignore[misc]
            reply = await engine.ask(get(agent.port))
        assert (reply.reach, reply.cause, reply.error_status, reply.error_index) == (Reach.ANSWERED, cause, status, 0)


async def test_one_port_serves_many_communities_at_the_same_time(engine: PysnmpEngine) -> None:
    def by_community(request: bytes) -> list[bytes]:
        community = read_head(request).community
        value = number(int(community[1:]), 0x43)
        return [response(request, (SYS_UPTIME, value), community=community)]

    async with responding(by_community) as agent:
        asks = [get(agent.port, 2.0, community=f"c{n}") for n in range(300)]
        replies = await asyncio.gather(*(engine.ask(ask) for ask in asks))
    assert [reply.varbinds[0][1].raw for reply in replies] == list(range(300))


async def test_request_ids_are_not_in_sequence(engine: PysnmpEngine) -> None:
    seen: list[int] = []

    def note(request: bytes) -> list[bytes]:
        seen.append(read_head(request).request_id)
        return [good(request)]

    async with responding(note) as agent:
        for _ in range(20):
            await engine.ask(get(agent.port))
    gaps = {abs(later - earlier) for earlier, later in pairwise(seen)}
    assert len(set(seen)) == 20
    assert min(gaps) > 1000


async def test_v1_asks_in_v1(engine: PysnmpEngine) -> None:
    async with responding(lambda q: [response(q, (SYS_UPTIME, TICKS), version=0)]) as agent:
        reply = await engine.ask(get(agent.port, version=SnmpVersion.V1))
        assert reply.varbinds == ((UPTIME_OID, Value(Syntax.TIMETICKS, 2000)),)
        bulk = Ask(SnmpAccess("127.0.0.1", agent.port, version=SnmpVersion.V1), Pdu.BULK, (UPTIME_OID,), 0.1, 5)
        assert (await engine.ask(bulk)).reach is Reach.NOT_LOOKED


async def test_a_name_nobody_knows_is_our_fault_not_the_device_s(engine: PysnmpEngine) -> None:
    reply = await engine.ask(get(161, 0.5, address="no-such-name.invalid"))
    assert (reply.reach, reply.cause) == (Reach.NOT_LOOKED, Cause.NAME_NOT_RESOLVED)


async def test_a_backward_step_of_the_wall_clock_delays_no_time_out(
    engine: PysnmpEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pysnmp.carrier.asyncio.dispatch as dispatch

    real = dispatch.time
    monkeypatch.setattr(dispatch, "time", lambda: real() - 3600)
    async with responding(lambda q: []) as agent, asyncio.timeout(2):
        assert (await engine.ask(get(agent.port, 0.2))).reach is Reach.SILENT


async def test_a_thousand_devices_lose_nothing_and_nothing_is_kept_of_them(engine: PysnmpEngine) -> None:
    async with responding(lambda q: [good(q)]) as agent:
        replies = await asyncio.gather(*(engine.ask(get(agent.port, 3.0)) for _ in range(1000)))
        assert {reply.reach for reply in replies} == {Reach.ANSWERED}
    assert not engine._by_id
    assert not engine._by_peer


async def test_many_silent_devices_do_not_hold_up_a_good_one(engine: PysnmpEngine) -> None:
    async with responding(lambda q: []) as dead, responding(lambda q: [good(q)]) as agent:
        silent = [asyncio.create_task(engine.ask(get(dead.port, 3.0))) for _ in range(450)]
        await asyncio.sleep(0)
        async with asyncio.timeout(2):
            assert (await engine.ask(get(agent.port, 1.0))).reach is Reach.ANSWERED
        for task in silent:
            task.cancel()
        await asyncio.gather(*silent, return_exceptions=True)
    assert not engine._by_id


async def test_after_closing_it_answers_not_looked(engine: PysnmpEngine) -> None:
    async with responding(lambda q: []) as agent:
        waiting = asyncio.create_task(engine.ask(get(agent.port, 5.0)))
        async with asyncio.timeout(2):
            await agent.came.wait()
        await engine.close()
        assert (await waiting).reach is Reach.NOT_LOOKED
        assert (await engine.ask(get(agent.port))).reach is Reach.NOT_LOOKED


async def test_a_community_is_in_no_text(engine: PysnmpEngine) -> None:
    ask = get(1, community="s3cret-word")
    assert "s3cret-word" not in repr(ask) + repr(await engine.ask(ask))
