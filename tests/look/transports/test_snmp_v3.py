"""SNMP against Debian's own agent, snmpd: v1, v2c, and v3 with right and wrong passwords."""

import asyncio
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from monitord.clock import SystemClock
from monitord.domain.health import Cause
from monitord.domain.looking import Reach, Syntax
from monitord.domain.network import SnmpAccess, SnmpVersion
from monitord.look.transports.snmp import Ask, Pdu, Reply
from monitord.look.transports.snmp_pysnmp import PysnmpEngine
from tests.look.transports.responder import responding
from tests.support.commands import needs_command

pytestmark = pytest.mark.slow

UPTIME = "1.3.6.1.2.1.1.3.0"
LOCATION = "1.3.6.1.2.1.1.6.0"

SETTINGS = """
agentAddress udp:127.0.0.1:{port}
rocommunity public 127.0.0.1
sysLocation Trạm Hàm Rồng
createUser desk SHA "authpassword" AES "privpassword"
createUser quiet MD5 "authpassword" DES "privpassword"
createUser strong SHA-256 "authpassword" AES "privpassword"
rouser desk authPriv
rouser quiet authPriv
rouser strong authPriv
"""


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def snmpd(folder: Path, port: int) -> Iterator[None]:
    """Run Debian's agent with a new engine id each time."""
    program = needs_command("snmpd")
    (folder / "snmpd.conf").write_text(SETTINGS.format(port=port), encoding="utf-8")
    process = subprocess.Popen(
        [program, "-f", "-Lf", str(folder / "log"), "-C", "-c", str(folder / "snmpd.conf"), "-p", str(folder / "pid")],
        env={"SNMP_PERSISTENT_DIR": str(folder / "state"), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        stdin=subprocess.DEVNULL,
    )
    try:
        with ThreadPoolExecutor(1) as beside:  # a loop of its own: the test's may be running
            beside.submit(asyncio.run, until_it_answers(port, process)).result()
        yield
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    port = free_port()
    with snmpd(tmp_path_factory.mktemp("snmpd"), port):
        yield port


async def until_it_answers(port: int, process: "subprocess.Popen[bytes]") -> None:
    engine = PysnmpEngine(SystemClock())
    try:
        for _ in range(100):
            reply = await engine.ask(Ask(SnmpAccess("127.0.0.1", port, community="public"), Pdu.GET, (UPTIME,), 0.1))
            if reply.reach is Reach.ANSWERED:
                return
            assert process.poll() is None, "snmpd has ended"
            await asyncio.sleep(0.05)
        raise AssertionError("snmpd does not answer")
    finally:
        await engine.close()


@pytest.fixture
async def engine() -> AsyncIterator[PysnmpEngine]:
    made = PysnmpEngine(SystemClock())
    made.prepare_v3()
    yield made
    await made.close()


def desk(port: int) -> SnmpAccess:
    return SnmpAccess(
        "127.0.0.1",
        port,
        SnmpVersion.V3,
        user="desk",
        auth_protocol="SHA",
        auth_key="authpassword",
        priv_protocol="AES",
        priv_key="privpassword",
    )


async def get(engine: PysnmpEngine, access: SnmpAccess, *oids: str) -> Reply:
    return await engine.ask(Ask(access, Pdu.GET, oids or (UPTIME,), 2.0))


@pytest.mark.parametrize("version", [SnmpVersion.V1, SnmpVersion.V2C])
async def test_v1_and_v2c_are_understood_by_a_real_agent(
    engine: PysnmpEngine, agent: int, version: SnmpVersion
) -> None:
    reply = await get(engine, SnmpAccess("127.0.0.1", agent, version, community="public"), UPTIME, LOCATION)
    assert reply.reach is Reach.ANSWERED
    assert reply.varbinds[1][1].raw == "Trạm Hàm Rồng".encode()


async def test_a_wrong_community_is_silence(engine: PysnmpEngine, agent: int) -> None:
    ask = Ask(SnmpAccess("127.0.0.1", agent, community="wrong"), Pdu.GET, (UPTIME,), 0.2)
    assert (await engine.ask(ask)).reach is Reach.SILENT


async def test_v3_with_privacy_answers_get_next_and_bulk(engine: PysnmpEngine, agent: int) -> None:
    reply = await get(engine, desk(agent), UPTIME, LOCATION)
    assert reply.reach is Reach.ANSWERED, reply
    assert reply.varbinds[0][1].syntax is Syntax.TIMETICKS
    assert reply.varbinds[1][1].raw == "Trạm Hàm Rồng".encode()
    following = await engine.ask(Ask(desk(agent), Pdu.NEXT, ("1.3.6.1.2.1.1.3",), 2.0))
    assert [oid for oid, _ in following.varbinds] == [UPTIME]
    several = await engine.ask(Ask(desk(agent), Pdu.BULK, ("1.3.6.1.2.1.1",), 2.0, 5))
    assert len(several.varbinds) == 5


@pytest.mark.parametrize(
    ("user", "auth", "priv"), [("quiet", "MD5", "DES"), ("strong", "SHA-256", "AES"), ("strong", "sha256", "aes128")]
)
async def test_other_protocols(engine: PysnmpEngine, agent: int, user: str, auth: str, priv: str) -> None:
    access = replace(desk(agent), user=user, auth_protocol=auth, priv_protocol=priv)
    assert (await get(engine, access)).reach is Reach.ANSWERED


@pytest.mark.parametrize(
    "wrong",
    [
        {"auth_key": "wrongpassword"},
        {"priv_key": "wrongpassword"},
        {"user": "nobody"},
        {"auth_protocol": "MD5"},
        {"priv_protocol": None, "priv_key": ""},
    ],
    ids=["v3-wrong-password", "wrong-privacy-password", "unknown-user", "wrong-protocol", "level-too-low"],
)
async def test_a_refusal_is_called_one_and_never_silence(
    engine: PysnmpEngine, agent: int, wrong: dict[str, str | None]
) -> None:
    access = replace(desk(agent), **wrong)  # type: ignore[arg-type]
    for _ in range(2):
        reply = await engine.ask(Ask(access, Pdu.GET, (UPTIME,), 0.4))
        assert reply.reach is Reach.AUTH
        assert reply.cause is Cause.ACCESS_DENIED
        assert "wrongpassword" not in repr(reply) + repr(access)


async def test_right_and_wrong_keys_of_one_user_do_not_disturb_each_other(engine: PysnmpEngine, agent: int) -> None:
    wrong = replace(desk(agent), auth_key="wrongpassword")
    replies = await asyncio.gather(*(get(engine, access) for access in [desk(agent), wrong] * 5))
    assert [reply.reach for reply in replies] == [Reach.ANSWERED, Reach.AUTH] * 5


async def test_a_silent_v3_device_is_silent_and_a_closed_port_refused(engine: PysnmpEngine) -> None:
    async with responding(lambda request: []) as mute:
        silent = await engine.ask(Ask(desk(mute.port), Pdu.GET, (UPTIME,), 0.2))
    assert silent.reach is Reach.SILENT
    await asyncio.sleep(0)  # the socket is closed by the loop's next turn
    refused = await engine.ask(Ask(desk(mute.port), Pdu.GET, (UPTIME,), 2.0))
    assert refused.reach is Reach.REFUSED


async def test_nonsense_from_a_v3_device_is_garbled(engine: PysnmpEngine) -> None:
    async with responding(lambda request: [b"\xff" * 40, request[:-4]]) as agent:
        reply = await engine.ask(Ask(desk(agent.port), Pdu.GET, (UPTIME,), 1.0))
    assert reply.reach is Reach.GARBLED


async def test_an_unknown_protocol_is_our_fault(engine: PysnmpEngine) -> None:
    reply = await get(engine, replace(desk(161), auth_protocol="ROT13"))
    assert reply.reach is Reach.NOT_LOOKED


async def test_a_device_with_a_new_engine_id_is_found_again_within_one_ask(
    engine: PysnmpEngine, tmp_path: Path
) -> None:
    port = free_port()
    for _ in range(2):
        with snmpd(tmp_path, port):
            assert (await get(engine, desk(port))).reach is Reach.ANSWERED
            assert (await get(engine, desk(port))).reach is Reach.ANSWERED
    await asyncio.sleep(0)
    assert (await get(engine, desk(port))).reach is Reach.REFUSED


async def test_v3_bears_steps_of_the_wall_clock(
    engine: PysnmpEngine, agent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pysnmp.proto.secmod.rfc3414.service as usm

    assert (await get(engine, desk(agent))).reach is Reach.ANSWERED
    real = usm.time.time
    for step in (-3600, 3600):  # the security model of pysnmp reads the wall clock
        monkeypatch.setattr(usm, "time", SimpleNamespace(time=lambda step=step: real() + step))
        replies = [await get(engine, desk(agent)) for _ in range(2)]
        assert replies[-1].reach is Reach.ANSWERED
