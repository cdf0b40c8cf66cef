"""Calls over a real telephone and a real exchange: every way in which one ends, and what is left of it."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import tempfile
import wave
from array import array
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType

import pytest
from pydantic import ValidationError

from monitord.clock import SystemClock
from monitord.domain.channel import ChannelState, after
from monitord.domain.notice import Delivery, DeliveryCause, Key, Message, Outcome
from monitord.tell.channels.voice import CHANNEL, VoiceChannel
from monitord.tell.voice.closing import nobody, outcome_of
from monitord.tell.voice.control import ANSWER_WITHIN
from monitord.tell.voice.form import VoiceForm
from monitord.tell.voice.netstring import LONGEST as LONGEST_FRAME
from monitord.tell.voice.netstring import framed, next_frame
from monitord.tell.voice.speaker import RATE, Speaker, SpeakerError, resampled
from monitord.tell.voice.words import LONGEST, dialled, spoken
from tests.settings.small import SECRETS, SMALL, loaded, written
from tests.support.shared import REPOSITORY
from tests.support.sipp import (
    HANGS_UP,
    PRESSES_BY_INFO,
    Exchange,
    answered,
    login,
    need,
    never_answered,
    refused,
    registers,
    ringing,
    transferred,
)
from tests.tell.bench import Desk
from tests.tell.benches.voice import NUMBER, PASSWORD

TEXT = "Mất liên lạc OLT Tiểu Cần 01."
SHORT = "Sự cố."
TAKE = Key("1", hears="XN 004")
_CALLING = """
import asyncio
from monitord.clock import SystemClock
from monitord.domain.notice import Message
from monitord.tell.channels.voice import VoiceChannel
from monitord.tell.voice.form import VoiceForm

async def main():
    channel = VoiceChannel(VoiceForm(host="127.0.0.1", port={port}, user="desk"), "", SystemClock())
    await channel.start()
    await channel.deliver(Message(1, "{number}", "Mất liên lạc."))

asyncio.run(main())
"""
HALF_A_MINUTE, MINUTE = timedelta(seconds=30), timedelta(minutes=1)


@pytest.fixture
async def exchange(tmp_path: Path) -> AsyncIterator[Exchange]:
    made = Exchange(tmp_path)
    await made.open()
    yield made
    await made.close()


@contextlib.asynccontextmanager
async def opened(
    exchange: Exchange, deadline: float = 20.0, password: str = "", given: Mapping[str, str] = MappingProxyType({})
) -> AsyncIterator[VoiceChannel]:
    form = VoiceForm.model_validate({"host": "127.0.0.1", "port": exchange.port, "user": "desk"} | dict(given))
    made = VoiceChannel(form, password, SystemClock())
    made.deadline = deadline
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


@pytest.fixture
async def channel(exchange: Exchange) -> AsyncIterator[VoiceChannel]:
    async with opened(exchange) as made:
        yield made


async def call(channel: VoiceChannel, *keys: Key, text: str = TEXT) -> Outcome:
    async with asyncio.timeout(channel.deadline):
        return await channel.deliver(Message(1, NUMBER, text, keys=keys, once="n1"))


@contextlib.asynccontextmanager
async def listening(channel: VoiceChannel, desk: Desk) -> AsyncIterator[None]:
    task = asyncio.create_task(channel.listen(desk))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def came_in(exchange: Exchange, method: str) -> str:
    """Return the first request of that kind when it has come in."""
    async with asyncio.timeout(30):
        while True:
            for line in exchange.received():
                if line.startswith(method + " "):
                    return line
            await asyncio.sleep(0.02)  # the other program tells nobody


def telephones() -> list[int]:
    """Return the baresip processes that we have begun."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            name, _, rest = path.read_text(encoding="utf-8", errors="replace").partition("(")[2].rpartition(")")
            if name == "baresip" and int(rest.split()[1]) == os.getpid() and rest.split()[0] != "Z":
                found.append(int(path.parent.name))
    return found


def folder_of(pid: int) -> Path:
    """Return the folder that a telephone was given."""
    return Path(Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[2].decode())


def control_of(pid: int) -> int:
    """Return the port of the control socket."""
    lines = (folder_of(pid) / "config").read_text(encoding="utf-8").splitlines()
    return next(int(line.rpartition(":")[2]) for line in lines if line.startswith("ctrl_tcp_listen"))


def is_there(folder: Path) -> bool:
    return folder.is_dir()


def holding(folder: Path, secret: str) -> list[tuple[str, int]]:
    """Return the files that hold a secret, each with its mode."""
    return [
        (path.name, path.stat().st_mode & 0o777) for path in folder.iterdir() if secret.encode() in path.read_bytes()
    ]


def known_of(pid: int) -> bytes:
    """Return what everybody on the machine can see of a process, and its environment."""
    return Path(f"/proc/{pid}/cmdline").read_bytes() + Path(f"/proc/{pid}/environ").read_bytes()


# --- what is heard --------------------------------------------------------------------------------------------------


@pytest.mark.slow
async def test_a_key_says_that_a_person_was_told_and_when(exchange: Exchange, channel: VoiceChannel) -> None:
    exchange.handset.keys = "1"
    await exchange.play(answered(exchange.handset.port))
    outcome = await call(channel)
    assert (outcome.delivery, outcome.cause) == (Delivery.ACCEPTED, DeliveryCause.FINE)
    assert outcome.accepted_at is not None
    assert outcome.message_ref
    assert exchange.handset.calls == 1
    assert exchange.handset.speech >= 10
    assert await came_in(exchange, "INVITE") == f"INVITE sip:0912345678@127.0.0.1:{exchange.port};transport=udp SIP/2.0"
    await came_in(exchange, "BYE")


@pytest.mark.slow
async def test_a_key_is_brought_to_the_desk_and_its_answer_is_spoken(exchange: Exchange, channel: VoiceChannel) -> None:
    desk = Desk(refusals=2)
    exchange.handset.keys = "1"
    await exchange.play(answered(exchange.handset.port))
    async with listening(channel, desk):
        outcome = await call(channel, TAKE, text=SHORT)
    assert outcome.delivery is Delivery.ACCEPTED
    (heard,) = desk.heard
    assert (heard.channel, heard.sender, heard.text) == ("voice", NUMBER, "XN 004")
    # "Sự cố." alone is no second of speech; what the desk answers is longer.
    assert exchange.handset.speech > 100


async def test_a_key_that_nobody_listens_to_counts_and_is_brought_later(
    exchange: Exchange, channel: VoiceChannel
) -> None:
    exchange.handset.keys = "1"
    await exchange.play(answered(exchange.handset.port))
    assert (await call(channel, TAKE)).delivery is Delivery.ACCEPTED
    desk = Desk()
    async with listening(channel, desk):
        await desk.until("XN 004")


async def test_a_key_may_come_by_a_message_of_the_exchange(exchange: Exchange, channel: VoiceChannel) -> None:
    await exchange.play(answered(exchange.handset.port, PRESSES_BY_INFO))
    assert (await call(channel, TAKE)).delivery is Delivery.ACCEPTED


async def test_a_call_goes_by_tcp_too(exchange: Exchange) -> None:
    exchange.handset.keys = "1"
    await exchange.play(answered(exchange.handset.port), transport="t1")
    async with opened(exchange, given={"transport": "tcp", "prefix": "9", "name": 'Bàn "trực"'}) as channel:
        assert (await channel.probe()).delivery is Delivery.ACCEPTED
        assert (await call(channel, TAKE)).delivery is Delivery.ACCEPTED
        assert (await came_in(exchange, "INVITE")).startswith("INVITE sip:90912345678@")
        await exchange.stop()
        assert (await call(channel)).cause is DeliveryCause.CONNECT
    assert 'From: "Bàn trực" <sip:desk@' in exchange.messages()


@pytest.mark.slow
async def test_keys_speak_again_and_what_is_no_key_is_no_sign(exchange: Exchange, channel: VoiceChannel) -> None:
    desk = Desk()
    exchange.handset.keys = "921"
    await exchange.play(answered(exchange.handset.port))
    async with listening(channel, desk):
        outcome = await call(channel, Key("2"), TAKE)
    assert outcome.delivery is Delivery.ACCEPTED
    assert desk.texts == ["XN 004"]


async def test_a_wrong_key_alone_tells_nobody(exchange: Exchange, channel: VoiceChannel) -> None:
    exchange.handset.keys = "9"
    await exchange.play(answered(exchange.handset.port, HANGS_UP))
    assert (await call(channel, TAKE)).delivery is Delivery.NOT_SENT


@pytest.mark.parametrize("number", ["+84294625123", "113"])
async def test_a_key_puts_somebody_through(exchange: Exchange, channel: VoiceChannel, number: str) -> None:
    exchange.handset.keys = "3"
    await exchange.play(transferred(exchange.handset.port))
    outcome = await call(channel, Key("3", connects=number), TAKE)
    assert outcome.delivery is Delivery.ACCEPTED
    await came_in(exchange, "REFER")
    assert f"Refer-To: sip:{number.replace('+84', '0')}@" in exchange.messages()


async def test_who_cannot_be_put_through_was_told_all_the_same(exchange: Exchange, channel: VoiceChannel) -> None:
    exchange.handset.keys = "3"
    await exchange.play(transferred(exchange.handset.port, "503 Service Unavailable"))
    outcome = await call(channel, Key("3", connects="113"), TAKE)
    assert outcome.delivery is Delivery.ACCEPTED
    await came_in(exchange, "BYE")


async def test_a_key_that_connects_to_no_number_speaks_again(exchange: Exchange, channel: VoiceChannel) -> None:
    exchange.handset.keys = "31"
    await exchange.play(answered(exchange.handset.port))
    outcome = await call(channel, Key("3", connects="113@elsewhere"), TAKE)
    assert outcome.delivery is Delivery.ACCEPTED
    assert "REFER" not in exchange.messages().replace(",REFER", "")


# --- what is not heard ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "delivery", "cause", "retry_in"),
    [
        ("486 Busy Here", Delivery.NOT_SENT, DeliveryCause.NO_ANSWER, HALF_A_MINUTE),
        ("600 Busy Everywhere", Delivery.NOT_SENT, DeliveryCause.NO_ANSWER, HALF_A_MINUTE),
        ("603 Decline", Delivery.NOT_SENT, DeliveryCause.NO_ANSWER, HALF_A_MINUTE),
        ("480 Temporarily Unavailable", Delivery.NOT_SENT, DeliveryCause.NO_ANSWER, HALF_A_MINUTE),
        ("408 Request Timeout", Delivery.NOT_SENT, DeliveryCause.NO_ANSWER, HALF_A_MINUTE),
        ("404 Not Found", Delivery.PERMANENT, DeliveryCause.NO_SUCH_CHAT, None),
        ("484 Address Incomplete", Delivery.PERMANENT, DeliveryCause.NO_SUCH_CHAT, None),
        ("403 Forbidden", Delivery.NOT_SENT, DeliveryCause.REJECTED, MINUTE),
        ("488 Not Acceptable Here", Delivery.NOT_SENT, DeliveryCause.REJECTED, MINUTE),
        ("500 Server Internal Error", Delivery.NOT_SENT, DeliveryCause.SERVER_ERROR, None),
        ("503 Service Unavailable", Delivery.NOT_SENT, DeliveryCause.SERVER_ERROR, None),
    ],
)
async def test_what_the_exchange_refuses_says_what_to_do(
    exchange: Exchange,
    channel: VoiceChannel,
    status: str,
    delivery: Delivery,
    cause: DeliveryCause,
    retry_in: timedelta | None,
) -> None:
    await exchange.play(refused(status))
    outcome = await call(channel)
    assert (outcome.delivery, outcome.cause, outcome.retry_in) == (delivery, cause, retry_in)
    assert status in outcome.detail
    assert exchange.handset.calls == 0


async def test_what_nobody_answers_is_taken_back_and_called_again(exchange: Exchange) -> None:
    await exchange.play(never_answered())
    async with opened(exchange, deadline=2.0) as channel:
        outcome = await call(channel)
        assert (outcome.delivery, outcome.cause) == (Delivery.NOT_SENT, DeliveryCause.NO_ANSWER)
        assert (outcome.detail, outcome.retry_in) == ("nobody answered", HALF_A_MINUTE)
        await came_in(exchange, "CANCEL")


async def test_who_hangs_up_without_a_key_was_not_told(exchange: Exchange, channel: VoiceChannel) -> None:
    await exchange.play(answered(exchange.handset.port, HANGS_UP))
    outcome = await call(channel)
    assert (outcome.delivery, outcome.cause) == (Delivery.NOT_SENT, DeliveryCause.NO_ANSWER)
    assert "no key pressed" in outcome.detail


@pytest.mark.slow
async def test_a_mailbox_hears_it_twice_and_was_not_told(exchange: Exchange) -> None:
    await exchange.play(answered(exchange.handset.port))
    async with opened(exchange, deadline=30.0) as channel:
        outcome = await call(channel, TAKE, text=SHORT)
        assert (outcome.delivery, outcome.cause) == (Delivery.NOT_SENT, DeliveryCause.NO_ANSWER)
        assert outcome.detail == "nobody pressed a key"
        await came_in(exchange, "BYE")


@pytest.mark.slow
async def test_an_exchange_that_says_nothing_gets_no_call_later(tmp_path: Path) -> None:
    need("baresip", "espeak-ng", "sipp")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        exchange = Exchange(tmp_path)
        exchange.port = silent.getsockname()[1]
        async with opened(exchange, deadline=3.0) as channel:
            outcome = await call(channel)
            assert (outcome.delivery, outcome.cause) == (Delivery.NOT_SENT, DeliveryCause.CONNECT)
            # Whoever is no more sends its INVITE to nobody again.
            assert telephones() == []


async def test_an_exchange_that_is_not_there_is_noticed_at_once(exchange: Exchange, channel: VoiceChannel) -> None:
    outcome = await call(channel)
    assert (outcome.delivery, outcome.cause) == (Delivery.NOT_SENT, DeliveryCause.CONNECT)
    assert telephones() == []


async def test_a_second_call_at_once_waits_for_the_first(exchange: Exchange, channel: VoiceChannel) -> None:
    exchange.handset.keys = "1"
    await exchange.play(answered(exchange.handset.port))
    first = asyncio.create_task(call(channel, TAKE))
    await came_in(exchange, "INVITE")
    second = await channel.deliver(Message(2, "+84987654321", TEXT))
    assert (second.delivery, second.cause) == (Delivery.NOT_SENT, DeliveryCause.POOL)
    assert second.retry_in == timedelta(seconds=5)
    assert (await first).delivery is Delivery.ACCEPTED


# --- the telephone --------------------------------------------------------------------------------------------------


async def test_a_telephone_that_dies_during_a_call_leaves_it_open_and_the_next_call_has_a_new_one(
    exchange: Exchange, channel: VoiceChannel
) -> None:
    await exchange.play(answered(exchange.handset.port))
    task = asyncio.create_task(call(channel))
    await asyncio.wait_for(exchange.handset.hears.wait(), 30)
    (pid,) = telephones()
    os.kill(pid, signal.SIGKILL)
    outcome = await task
    assert (outcome.delivery, outcome.cause) == (Delivery.UNCERTAIN, DeliveryCause.CONNECTION_LOST)
    exchange.handset.keys = "1"
    assert (await call(channel, TAKE)).delivery is Delivery.ACCEPTED


async def test_a_telephone_that_dies_while_it_rings_has_told_nobody(exchange: Exchange, channel: VoiceChannel) -> None:
    await exchange.play(ringing() + '<recv request="CANCEL"/>')
    task = asyncio.create_task(call(channel))
    await came_in(exchange, "INVITE")
    (pid,) = telephones()
    os.kill(pid, signal.SIGKILL)
    outcome = await task
    assert (outcome.delivery, outcome.cause) == (Delivery.NOT_SENT, DeliveryCause.CONNECTION_LOST)


@pytest.mark.slow
async def test_a_telephone_that_is_slow_to_say_that_it_dials_has_dialled_all_the_same(
    exchange: Exchange, channel: VoiceChannel
) -> None:
    exchange.handset.keys = "1"
    await exchange.play(answered(exchange.handset.port))
    await call(channel)  # begins the telephone
    (pid,) = telephones()
    os.kill(pid, signal.SIGSTOP)
    asyncio.get_running_loop().call_later(ANSWER_WITHIN + 1, os.kill, pid, signal.SIGCONT)
    assert (await call(channel)).delivery is Delivery.ACCEPTED
    assert exchange.handset.calls == 2


async def test_a_telephone_that_somebody_else_takes_over_is_ended_with_its_call(
    exchange: Exchange, channel: VoiceChannel
) -> None:
    await exchange.play(answered(exchange.handset.port))
    task = asyncio.create_task(call(channel))
    await asyncio.wait_for(exchange.handset.hears.wait(), 30)
    (pid,) = telephones()
    # It has one connection at a time: the last one.
    _, writer = await asyncio.open_connection("127.0.0.1", control_of(pid))
    outcome = await task
    writer.close()
    assert (outcome.delivery, outcome.cause) == (Delivery.UNCERTAIN, DeliveryCause.CONNECTION_LOST)
    await came_in(exchange, "BYE")
    assert telephones() == []


async def test_a_call_that_is_given_up_is_hung_up(exchange: Exchange, channel: VoiceChannel) -> None:
    await exchange.play(answered(exchange.handset.port))
    task = asyncio.create_task(call(channel))
    await asyncio.wait_for(exchange.handset.hears.wait(), 30)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await came_in(exchange, "BYE")


async def test_a_call_under_way_at_the_end_is_hung_up_and_nothing_is_left(exchange: Exchange) -> None:
    await exchange.play(answered(exchange.handset.port))
    async with opened(exchange) as channel:
        task = asyncio.create_task(call(channel))
        await asyncio.wait_for(exchange.handset.hears.wait(), 30)
        (pid,) = telephones()
        folder = folder_of(pid)
        assert is_there(folder)
    assert (await task).delivery is Delivery.UNCERTAIN
    await came_in(exchange, "BYE")
    assert telephones() == []
    assert not is_there(folder)


@pytest.mark.slow
async def test_a_telephone_that_is_just_being_begun_at_the_end_is_ended_too(exchange: Exchange) -> None:
    await exchange.play(answered(exchange.handset.port))
    async with opened(exchange) as channel:
        task = asyncio.create_task(call(channel))
        async with asyncio.timeout(30):
            while not telephones():  # noqa: ASYNC110 - the other program tells nobody
                await asyncio.sleep(0)
    assert (await task).delivery is not Delivery.ACCEPTED
    assert telephones() == []
    async with opened(exchange) as channel:
        task = asyncio.create_task(call(channel))
        await asyncio.sleep(0)
    assert (await task).delivery is Delivery.NOT_SENT
    assert telephones() == []


@pytest.mark.slow
async def test_a_killed_daemon_leaves_no_call(exchange: Exchange) -> None:
    await exchange.play(answered(exchange.handset.port))
    code = _CALLING.format(port=exchange.port, number=NUMBER)
    # A folder of its own, and a short one: sound files have a limit, and that of a test may be longer.
    with tempfile.TemporaryDirectory(prefix="v") as folder:
        daemon = await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, cwd=REPOSITORY, env=os.environ | {"TMPDIR": folder}
        )
        await asyncio.wait_for(exchange.handset.hears.wait(), 30)
        daemon.kill()
        await daemon.wait()
        await came_in(exchange, "BYE")


async def test_the_password_stands_in_one_file_that_only_we_can_read(exchange: Exchange) -> None:
    exchange.handset.keys = "1"
    await exchange.play(login("desk", PASSWORD, answered(exchange.handset.port)))
    async with opened(exchange, password=PASSWORD) as channel:
        assert (await call(channel, TAKE)).delivery is Delivery.ACCEPTED
        (pid,) = telephones()
        assert PASSWORD.encode() not in known_of(pid)
        folder = folder_of(pid)
        assert os.stat(folder).st_mode & 0o777 == 0o700
        assert holding(folder, PASSWORD) == [("accounts", 0o600)]


async def test_a_wrong_password_is_no_fault_of_the_number(exchange: Exchange) -> None:
    await exchange.play(login("desk", PASSWORD, answered(exchange.handset.port)))
    async with opened(exchange, password="another") as channel:
        outcome = await call(channel)
    assert (outcome.delivery, outcome.cause, outcome.retry_in) == (Delivery.NOT_SENT, DeliveryCause.REJECTED, MINUTE)


@pytest.mark.parametrize("password", ["a b", "a;b", 'a"b', "a\u2028b"])
async def test_a_password_that_the_telephone_cannot_be_given_is_said_to_be_ours(
    exchange: Exchange, password: str
) -> None:
    async with opened(exchange, password=password) as channel:
        for outcome in (await call(channel), await channel.probe()):
            assert (outcome.delivery, outcome.cause) == (Delivery.NOT_SENT, DeliveryCause.NOT_CONFIGURED)


@pytest.mark.parametrize("program", ["baresip", "speaker"])
async def test_a_program_that_is_missing_is_said_to_be_ours(exchange: Exchange, program: str) -> None:
    await exchange.play(answered(exchange.handset.port))
    async with opened(exchange, given={program: "/usr/bin/there-is-none"}) as channel:
        outcome = await call(channel)
    assert (outcome.delivery, outcome.cause) == (Delivery.NOT_SENT, DeliveryCause.NOT_CONFIGURED)


# --- probes ---------------------------------------------------------------------------------------------------------


async def test_a_probe_asks_whether_the_exchange_is_there(exchange: Exchange, channel: VoiceChannel) -> None:
    outcome = await channel.probe()
    assert (outcome.delivery, outcome.cause) == (Delivery.NOT_SENT, DeliveryCause.CONNECT)
    await exchange.play(ringing())
    assert (await channel.probe()).delivery is Delivery.ACCEPTED
    assert exchange.handset.calls == 0


async def test_a_probe_with_a_login_asks_whether_we_are_registered(exchange: Exchange) -> None:
    await exchange.play(ringing())
    async with opened(exchange, password=PASSWORD) as channel:
        assert (await channel.probe()).delivery is Delivery.ACCEPTED


@pytest.mark.slow
async def test_a_probe_with_a_wrong_login_says_so(exchange: Exchange) -> None:
    await exchange.play(ringing(), registers("403 Forbidden"))
    async with opened(exchange, password=PASSWORD) as channel:
        outcome = await channel.probe()
    assert (outcome.delivery, outcome.cause) == (Delivery.NOT_SENT, DeliveryCause.REJECTED)


# --- the parts ------------------------------------------------------------------------------------------------------


async def test_the_speaker_speaks_for_the_line(tmp_path: Path) -> None:
    need("espeak-ng")
    recording = await Speaker("/usr/bin/espeak-ng", "vi", tmp_path).say(TEXT)
    with wave.open(str(recording.path)) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (RATE, 1, 2)
        samples = array("h", sound.readframes(sound.getnframes()))
    assert 1.5 < recording.seconds < 8
    words, silence = samples[: int(recording.seconds * RATE)], samples[int(recording.seconds * RATE) + 1 :]
    assert max(words) > 3000
    assert set(silence) == {0}


async def test_a_speaker_that_hangs_is_given_up(tmp_path: Path) -> None:
    program = tmp_path / "speaker"
    program.write_text("#!/bin/sh\nexec sleep 60\n", encoding="ascii")
    program.chmod(0o755)
    with pytest.raises(SpeakerError, match="too long"):
        await Speaker(str(program), "vi", tmp_path).say(TEXT, 0.3)


async def test_only_the_last_recordings_are_kept(tmp_path: Path) -> None:
    need("espeak-ng")
    speaker = Speaker("/usr/bin/espeak-ng", "vi", tmp_path)
    for number in range(20):
        await speaker.say(f"{number}")
    assert len(os.listdir(tmp_path)) == 16


def test_a_sound_keeps_its_length_and_its_level() -> None:
    made = resampled(array("h", [1000] * 22_050), 22_050)
    assert len(made) == RATE
    assert set(made) == {1000}
    assert len(resampled(array("h", [5] * 4000), 4000)) == RATE


def test_long_numbers_are_spoken_digit_by_digit() -> None:
    assert spoken("Trạm 1234, gọi 02946251234.") == "Trạm 1234, gọi 0 2 9 4 6 2 5 1 2 3 4."
    assert spoken("a\n[[x]]\x07b") == "a x b"
    assert len(spoken("từ " * 1000)) <= LONGEST


def test_numbers_are_dialled_as_from_viet_nam() -> None:
    assert dialled("+84912345678", "") == "0912345678"
    assert dialled("+84912345678", "9") == "90912345678"
    assert dialled("+6591234567", "9") == "9006591234567"
    assert dialled("113", "9") == "113"
    assert dialled("113;x", "") is None


def test_a_reason_that_is_no_status_is_not_taken_for_one() -> None:
    assert outcome_of("Connection refused", False).cause is DeliveryCause.CONNECT
    assert outcome_of("Connection reset by peer", True).cause is DeliveryCause.CONNECTION_LOST
    assert outcome_of("4040 Not Found", False).cause is DeliveryCause.BAD_ANSWER
    assert outcome_of("", False).cause is DeliveryCause.BAD_ANSWER
    hostile = outcome_of("486 \x1b[31m" + "x" * 1000, False)
    assert hostile.detail.isprintable()
    assert len(hostile.detail) <= 200


@pytest.mark.parametrize("unheard", [outcome_of("486 Busy Here", True), outcome_of("480 x", True), nobody("no key")])
def test_one_person_who_does_not_answer_does_not_make_the_channel_count_as_broken(unheard: Outcome) -> None:
    state, now = ChannelState("voice"), SystemClock().now()
    for number in range(10):
        state, turn = after(state, unheard, now + number * MINUTE, to="an")
        assert turn is None
    assert state.works


async def frame(raw: bytes) -> object:
    reader = asyncio.StreamReader()
    reader.feed_data(raw)
    reader.feed_eof()
    return await next_frame(reader)


async def test_a_frame_comes_back_as_it_was_sent() -> None:
    assert await frame(framed({"command": "dial", "params": "ấ"})) == {"command": "dial", "params": "ấ"}


@pytest.mark.parametrize(
    "raw", [b"x:{},", b"2:[],", b"2:{};", b"9999999:", f"{LONGEST_FRAME + 1}:".encode(), b"3:{x},", b":,"]
)
async def test_what_is_no_frame_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        await frame(raw)


@pytest.mark.parametrize(
    "given",
    [
        {"user": "a@b"},
        {"user": 'a"\n'},
        {"prefix": "+"},
        {"ring": "5s"},
        {"ring": "50s"},
        {"voice": "-w/tmp/x"},
        {"transport": "sctp"},
        {"host": "a b"},
    ],
)
def test_what_cannot_be_meant_is_refused_in_the_settings(given: dict[str, str]) -> None:
    sound = {"host": "10.0.0.5", "user": "desk"}
    assert VoiceForm.model_validate(sound).port == 5060
    with pytest.raises(ValidationError):
        VoiceForm.model_validate(sound | given)


def test_the_section_makes_the_channel_and_keeps_its_password_to_itself(tmp_path: Path) -> None:
    section = "voice: {host: 10.0.0.5, user: desk, password: {secret: pbx}, ring: 20s}\n"
    secrets = SECRETS | {"MONITORD_SECRET_PBX": PASSWORD}
    settings = loaded(written(tmp_path / "one", SMALL + section), secrets)
    made = CHANNEL.make(settings, SystemClock())
    assert isinstance(made, VoiceChannel)
    assert made.deadline == 88
    assert PASSWORD not in repr(settings) + repr(made)
    assert CHANNEL.make(loaded(written(tmp_path / "none")), SystemClock()) is None


async def test_a_folder_too_deep_for_the_telephone_is_said(tmp_path: Path) -> None:
    with pytest.raises(SpeakerError, match="path"):
        await Speaker("/usr/bin/espeak-ng", "vi", tmp_path / ("x" * 120)).say(TEXT)


def test_the_section_says_that_it_is_spoken_and_that_people_can_answer() -> None:
    section = CHANNEL.section
    assert section is not None
    assert section.spoken
    assert section.hears(None)
    assert section.lease - 12 == 88
