"""The SMPP channel against a centre that does what it is told: every status, every oddity on the wire, every break."""

import asyncio
import ssl
import threading
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import smpp34
import trustme
from hypothesis import given
from hypothesis import strategies as st

from monitord.clock import SystemClock
from monitord.domain.notice import Delivery, DeliveryCause, Message, Outcome
from monitord.settings.model import Secret
from monitord.tell.channels.smpp import CHANNEL, HearingSmppChannel, SmppChannel
from monitord.tell.ports import Listening
from monitord.tell.smpp.opening import Access, Opener
from monitord.tell.smpp.pdu import LARGEST, from_gsm, to_gsm
from monitord.texts.squeeze import ONE_PART, squeezed
from tests.settings.small import SECRETS, SMALL, loaded, mistakes, written
from tests.support.clock import ManualClock
from tests.tell.benches.smpp import (
    BIND_TRANSCEIVER,
    BIND_TRANSMITTER,
    ENQUIRE,
    NACK,
    NUMBER,
    PASSWORD,
    RESPONSE,
    SUBMIT,
    UNBIND,
    ScriptedCentre,
    brings,
    opened,
    pdu,
    said,
    started,
)

TEXT = "🔴 SỰ CỐ MỚI · SC-0602-004"
MINUTE = timedelta(minutes=1)
FIVE = timedelta(seconds=5)


@pytest.fixture
async def centre() -> AsyncIterator[ScriptedCentre]:
    async with ScriptedCentre() as made:
        yield made


def sms(text: str = TEXT, to: str = NUMBER) -> Message:
    return Message(1, to, text)


def tls_of(ca: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("127.0.0.1").configure_cert(context)
    return context


def came_to(outcome: Outcome) -> tuple[str, str]:
    return outcome.delivery.value, outcome.cause.value


# --- what the centre says -------------------------------------------------------------------------------------------

STATUSES = {
    0x00: ("accepted", "fine", None),
    0x01: ("not_sent", "rejected", MINUTE),
    0x03: ("not_sent", "rejected", MINUTE),
    0x04: ("not_sent", "server_error", None),
    0x08: ("not_sent", "server_error", None),
    0x0A: ("not_sent", "rejected", MINUTE),
    0x0B: ("permanent", "no_such_chat", None),
    0x14: ("not_sent", "rate_limited", FIVE),
    0x15: ("not_sent", "rejected", MINUTE),
    0x45: ("not_sent", "server_error", None),
    0x48: ("not_sent", "rejected", MINUTE),
    0x51: ("not_sent", "rejected", MINUTE),
    0x58: ("not_sent", "rate_limited", FIVE),
    0x63: ("not_sent", "rejected", MINUTE),
    0xC2: ("not_sent", "rejected", MINUTE),
    0xFF: ("not_sent", "server_error", None),
    0x0400: ("not_sent", "server_error", None),
}


@pytest.mark.parametrize("status", STATUSES, ids=hex)
async def test_every_status_has_its_outcome(centre: ScriptedCentre, status: int) -> None:
    centre.answer(SUBMIT, status, b"id-7\0" if status == 0 else b"")
    async with started(centre.port) as channel:
        outcome = await channel.deliver(sms())
    assert (*came_to(outcome), outcome.retry_in) == STATUSES[status]
    if status == 0:
        assert outcome.message_ref == "id-7"
        assert outcome.accepted_at is not None
    else:
        assert f"0x{status:08x}" in outcome.detail


async def test_a_generic_nack_says_the_same_as_a_response(centre: ScriptedCentre) -> None:
    centre.answer(SUBMIT, 0x03, nack=True)
    async with started(centre.port) as channel:
        assert came_to(await channel.deliver(sms())) == ("not_sent", "rejected")


async def test_an_answer_with_more_than_the_standard_has_is_taken(centre: ScriptedCentre) -> None:
    centre.answer(SUBMIT, 0, b"id-7\0\x04\x28\x00\x01\x00\x14\x00\x00\x03abc")
    async with started(centre.port) as channel:
        assert (await channel.deliver(sms())).message_ref == "id-7"
    centre.answer(SUBMIT, 0)
    async with started(centre.port) as channel:
        outcome = await channel.deliver(sms())
    assert (outcome.delivery, outcome.message_ref) == (Delivery.ACCEPTED, None)


async def test_a_centre_that_is_full_takes_the_text_later_by_the_same_session(centre: ScriptedCentre) -> None:
    centre.answer(SUBMIT, 0x58)
    async with started(centre.port) as channel:
        assert (await channel.deliver(sms())).cause is DeliveryCause.RATE_LIMITED
        centre.answer(SUBMIT, 0, b"id-2\0")
        assert (await channel.deliver(sms())).delivery is Delivery.ACCEPTED
    assert centre.binds == 1


@pytest.mark.parametrize("status", [0x0D, 0x0E, 0x0F], ids=hex)
async def test_a_refused_login_is_not_tried_again_at_once(centre: ScriptedCentre, status: int) -> None:
    centre.answer(BIND_TRANSCEIVER, status)
    async with started(centre.port) as channel:
        for _ in range(2):
            outcome = await channel.deliver(sms())
            assert (*came_to(outcome), outcome.retry_in) == ("not_sent", "rejected", MINUTE)
            assert PASSWORD not in repr(outcome)
    assert centre.binds == 1


async def test_a_login_that_was_mended_is_tried_after_the_wait_that_was_asked_for(centre: ScriptedCentre) -> None:
    clock = ManualClock()
    centre.answer(BIND_TRANSCEIVER, 0x0E)
    async with started(centre.port, clock=clock) as channel:
        assert (await channel.deliver(sms())).cause is DeliveryCause.REJECTED
        centre.answer(BIND_TRANSCEIVER, 0, b"SMSC\0")
        await clock.advance(60)
        assert (await channel.deliver(sms())).delivery is Delivery.ACCEPTED


async def test_a_refused_login_is_tried_by_itself_once_a_minute(centre: ScriptedCentre) -> None:
    clock = ManualClock()
    centre.answer(BIND_TRANSCEIVER, 0x0F)
    async with started(centre.port, clock=clock) as channel:
        assert (await channel.deliver(sms())).cause is DeliveryCause.REJECTED
        await clock.advance(40)
        assert (await channel.deliver(sms())).cause is DeliveryCause.REJECTED
        assert centre.binds == 1
        await clock.advance(20)
        await centre.until(lambda: centre.binds == 2)


async def test_another_refusal_of_the_bind_is_told_with_its_number(centre: ScriptedCentre) -> None:
    centre.answer(BIND_TRANSMITTER, 0x05)
    async with started(centre.port, receive=False) as channel:
        outcome = await channel.deliver(sms())
    assert came_to(outcome) == ("not_sent", "server_error")
    assert "0x00000005" in outcome.detail


async def test_a_password_that_smpp_cannot_carry_is_not_sent(
    centre: ScriptedCentre, caplog: pytest.LogCaptureFixture
) -> None:
    async with started(centre.port, password="mật-khẩu-dài") as channel:
        assert (await channel.deliver(sms())).cause is DeliveryCause.REJECTED
    assert centre.came == []
    assert "only 8 characters" in caplog.text
    assert "mật" not in caplog.text


# --- what stands on the wire ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "ton", "npi", "digits"),
    [
        ("VNPT-TVH", 5, 0, "VNPT-TVH"),
        ("8079", 3, 0, "8079"),
        ("1900545454", 3, 0, "1900545454"),
        ("+84912345678", 1, 1, "84912345678"),
        ("84912345678", 1, 1, "84912345678"),
        ("0912345678", 1, 1, "84912345678"),
        ("842943855555", 1, 1, "842943855555"),
    ],
)
async def test_numbers_names_and_short_codes_are_told_apart(
    centre: ScriptedCentre, source: str, ton: int, npi: int, digits: str
) -> None:
    async with started(centre.port, source=source) as channel:
        assert (await channel.deliver(sms())).delivery is Delivery.ACCEPTED
    (came,) = centre.of(SUBMIT)
    assert isinstance(came, smpp34.SubmitSm)
    assert (came.source_addr_ton, came.source_addr_npi, came.source_addr) == (ton, npi, digits)
    assert (came.dest_addr_ton, came.dest_addr_npi, came.destination_addr) == (1, 1, NUMBER[1:])
    assert (came.esm_class, came.data_coding, came.registered_delivery) == (0, 0, 0)


async def test_a_text_is_one_part_in_the_gsm_alphabet(tmp_path: Path) -> None:
    async with opened(tmp_path) as bench:
        await bench.channel.deliver(sms("a@b.vn $5 x_y"))
        await bench.channel.deliver(sms("Đường truyền Trà Vinh – Tiểu Cần đứt. " * 20))
        short, long = await bench.arrived(at_least=2)
        raw = bench.submitted[0].short_message
    assert raw == b"a\x00b.vn \x025 x\x11y"
    assert short == "a@b.vn $5 x_y"
    assert len(long) <= ONE_PART
    assert long.startswith("Duong truyen Tra Vinh - Tieu Can dut.")


@given(st.text(max_size=400))
def test_every_squeezed_text_is_one_part_and_reads_as_it_was(text: str) -> None:
    line = squeezed(text, ONE_PART)
    raw = to_gsm(line)
    assert len(raw) == len(line) <= ONE_PART
    assert said(raw) == from_gsm(raw) == line


async def test_who_cannot_be_answered_binds_to_send_only(centre: ScriptedCentre) -> None:
    async with started(centre.port, receive=False) as channel:
        assert not isinstance(channel, Listening)
        assert (await channel.deliver(sms())).delivery is Delivery.ACCEPTED
        await centre.say(brings(b"XN 004"))
        assert await centre.confirmed(1) == [0x04]
    assert [len(centre.of(bind)) for bind in (BIND_TRANSMITTER, BIND_TRANSCEIVER)] == [1, 0]


async def test_a_response_belongs_to_the_request_of_its_number(centre: ScriptedCentre) -> None:
    del centre.answers[SUBMIT]
    async with started(centre.port) as channel:
        tasks = [asyncio.create_task(channel.deliver(sms(f"TEXT {n}"))) for n in range(3)]
        for asked in reversed(await centre.heard(SUBMIT, 3)):
            ref = b"id-" + asked.short_message[-1:] + b"\0"
            await centre.say(pdu(SUBMIT | RESPONSE, 0, asked.sequence_number, ref))
        assert [(await task).message_ref for task in tasks] == ["id-0", "id-1", "id-2"]


# --- when it breaks -------------------------------------------------------------------------------------------------


async def test_a_centre_that_was_restarted_is_bound_to_anew(centre: ScriptedCentre) -> None:
    async with started(centre.port) as channel:
        assert (await channel.deliver(sms())).delivery is Delivery.ACCEPTED
        await centre.stop()
        assert came_to(await channel.deliver(sms())) == ("not_sent", "connect")
        await centre.start()
        assert (await channel.deliver(sms())).delivery is Delivery.ACCEPTED
    assert centre.binds == 2


async def test_what_left_and_was_not_answered_is_uncertain(centre: ScriptedCentre) -> None:
    del centre.answers[SUBMIT]
    async with started(centre.port) as channel:
        assert (await channel.probe()).delivery is Delivery.ACCEPTED
        channel.deadline = 0.6
        assert came_to(await channel.deliver(sms())) == ("uncertain", "timed_out")
        (first,) = await centre.heard(SUBMIT)
        # It is asked at once whether it is still there.
        await centre.heard(ENQUIRE, 2)
        second = asyncio.create_task(channel.deliver(sms()))
        await centre.heard(SUBMIT, 2)
        # Too late for the first, and nothing for the second.
        await centre.say(pdu(SUBMIT | RESPONSE, 0, first.sequence_number, b"late\0"))
        await centre.say(pdu(UNBIND, 0, 77))
        assert came_to(await second) == ("uncertain", "connection_lost")


async def test_a_response_of_another_kind_is_none(centre: ScriptedCentre) -> None:
    centre.answers[SUBMIT] = lambda sequence: pdu(ENQUIRE | RESPONSE, 0, sequence)
    async with started(centre.port) as channel:
        assert (await channel.probe()).delivery is Delivery.ACCEPTED
        channel.deadline = 0.6
        assert came_to(await channel.deliver(sms())) == ("uncertain", "timed_out")


async def test_a_centre_that_binds_nobody_in_time_was_not_told_anything(centre: ScriptedCentre) -> None:
    del centre.answers[BIND_TRANSCEIVER]
    async with started(centre.port) as channel:
        channel.deadline = 0.6
        assert came_to(await channel.deliver(sms())) == ("not_sent", "connect")
    assert centre.of(SUBMIT) == []


async def test_a_centre_that_hangs_is_noticed(centre: ScriptedCentre) -> None:
    del centre.answers[ENQUIRE]
    link = await Opener(Access("127.0.0.1", centre.port, "desk", Secret(PASSWORD)), pulse=0.1).open()
    async with asyncio.timeout(20):
        assert await link.over() == "it does not answer"
    await link.gone()
    assert len(centre.of(ENQUIRE)) == 1


async def test_a_centre_that_answers_is_asked_again_and_again(centre: ScriptedCentre) -> None:
    link = await Opener(Access("127.0.0.1", centre.port, "desk", Secret(PASSWORD)), pulse=0.5).open()
    await centre.heard(ENQUIRE, 2)
    assert not link.why
    await link.unbind()


ODDITIES = {
    "too large": pdu(ENQUIRE, length=LARGEST + 1),
    "endless": pdu(ENQUIRE, length=0xFFFFFFFF),
    "too small": pdu(ENQUIRE, length=15),
    "nothing": pdu(ENQUIRE, length=0),
    "another protocol": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "we were not understood": pdu(NACK, status=0x02, sequence=0),
    "the centre takes leave": pdu(UNBIND, sequence=9),
}


@pytest.mark.parametrize("oddity", ODDITIES)
async def test_what_is_no_pdu_ends_the_session_and_it_is_made_anew(centre: ScriptedCentre, oddity: str) -> None:
    async with started(centre.port) as channel:
        assert (await channel.deliver(sms())).delivery is Delivery.ACCEPTED
        await centre.say(ODDITIES[oddity])
        await centre.until(lambda: centre.left == 1)
        assert (await channel.deliver(sms())).delivery is Delivery.ACCEPTED
    assert centre.binds == 2


async def test_a_centre_that_forgot_us_is_bound_to_anew(centre: ScriptedCentre) -> None:
    centre.answer(SUBMIT, 0x04)
    async with started(centre.port) as channel:
        assert (await channel.deliver(sms())).delivery is Delivery.NOT_SENT
        centre.answer(SUBMIT, 0, b"id-1\0")
        assert (await channel.deliver(sms())).delivery is Delivery.ACCEPTED
    assert centre.binds == 2


async def test_what_the_centre_asks_is_answered(centre: ScriptedCentre) -> None:
    async with started(centre.port) as channel:
        await channel.deliver(sms())
        await centre.say(pdu(ENQUIRE, sequence=41) + pdu(0x0103, sequence=42) + pdu(0x0102, sequence=43))
        await centre.say(pdu(UNBIND, sequence=44))
        (link,), (nack,), (leave,) = [
            await centre.heard(command) for command in (ENQUIRE | RESPONSE, NACK, UNBIND | RESPONSE)
        ]
    assert link.sequence_number == 41
    assert (nack.sequence_number, nack.command_status) == (42, 0x03)
    assert leave.sequence_number == 44


async def test_nothing_is_left_at_work_after_the_end(centre: ScriptedCentre) -> None:
    tasks, threads = asyncio.all_tasks(), set(threading.enumerate())
    async with started(centre.port) as channel:
        assert (await channel.deliver(sms())).delivery is Delivery.ACCEPTED
    await centre.until(lambda: centre.left == 1)
    assert asyncio.all_tasks() <= tasks
    for thread in set(threading.enumerate()) - threads:
        # The one that looked the name up may be returning just now.
        thread.join(2.0)
        assert not thread.is_alive()
    assert len(centre.of(UNBIND)) == 1


async def test_an_end_in_the_middle_of_everything_leaves_nothing_either(centre: ScriptedCentre) -> None:
    del centre.answers[SUBMIT], centre.answers[UNBIND]
    tasks = asyncio.all_tasks()
    async with started(centre.port) as channel:
        under_way = asyncio.create_task(channel.deliver(sms()))
        await centre.heard(SUBMIT)
        async with asyncio.timeout(2.5):
            await channel.stop()
        assert came_to(await under_way) == ("uncertain", "connection_lost")
        assert came_to(await channel.deliver(sms())) == ("not_sent", "not_configured")
    await centre.until(lambda: centre.left == 1)
    assert asyncio.all_tasks() <= tasks


async def test_a_centre_that_is_asked_whether_it_is_there_says_so_or_not(centre: ScriptedCentre) -> None:
    async with started(centre.port) as channel:
        assert (await channel.probe()).delivery is Delivery.ACCEPTED
        del centre.answers[ENQUIRE]
        channel.deadline = 0.6
        assert came_to(await channel.probe()) == ("not_sent", "connect")
        await centre.stop()
        assert came_to(await channel.probe()) == ("not_sent", "connect")
    assert (await channel.probe()).cause is DeliveryCause.NOT_CONFIGURED
    assert centre.of(SUBMIT) == []


# --- TLS ------------------------------------------------------------------------------------------------------------


async def test_a_centre_with_a_certificate_is_believed_when_its_authority_is(tmp_path: Path) -> None:
    ours, other = trustme.CA(), trustme.CA()
    ours.cert_pem.write_to_path(str(tmp_path / "ours.pem"))
    other.cert_pem.write_to_path(str(tmp_path / "other.pem"))
    async with ScriptedCentre(tls_of(ours)) as centre:
        async with started(centre.port, tls=True, ca_file=str(tmp_path / "ours.pem")) as channel:
            assert (await channel.deliver(sms())).delivery is Delivery.ACCEPTED
        for trusted in ("other.pem", "none.pem"):
            async with started(centre.port, tls=True, ca_file=str(tmp_path / trusted)) as channel:
                assert came_to(await channel.deliver(sms())) == ("not_sent", "certificate")
    assert centre.binds == 1


async def test_a_centre_without_tls_gets_no_password_when_tls_was_asked_for(
    centre: ScriptedCentre, tmp_path: Path
) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    async with started(centre.port, tls=True, ca_file=str(tmp_path / "ca.pem")) as channel:
        channel.deadline = 0.6
        assert (await channel.deliver(sms())).delivery is Delivery.NOT_SENT
    assert centre.binds == 0


# --- settings -------------------------------------------------------------------------------------------------------

SECTION = "smpp: {host: smsc.example.vn, system_id: desk, password: {secret: smpp}, source: VNPT-TVH%s}\n"
GIVEN = SECRETS | {"MONITORD_SECRET_SMPP": PASSWORD}


def test_the_section_makes_the_channel(tmp_path: Path) -> None:
    settings = loaded(written(tmp_path / "one", SMALL + SECTION % ""), GIVEN)
    made = CHANNEL.make(settings, SystemClock())
    assert isinstance(made, SmppChannel)
    assert not isinstance(made, Listening)
    assert (settings.channels["smpp"].short, settings.channels["smpp"].hears) == (ONE_PART, False)
    assert PASSWORD not in repr(settings.channels) + repr(made)
    settings = loaded(written(tmp_path / "two", SMALL + SECTION % ", receive: true, per_second: 20"), GIVEN)
    made = CHANNEL.make(settings, SystemClock())
    assert isinstance(made, HearingSmppChannel)
    assert isinstance(made, Listening)
    assert (made.per_second, settings.channels["smpp"].hears) == (20, True)
    assert CHANNEL.make(loaded(written(tmp_path / "none")), SystemClock()) is None


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ('source: "02943855555"', "is no short code"),
        ("source: VNPT-TRAVINH", "11 plain ASCII characters"),
        ("source: Trà Vinh", "11 plain ASCII characters"),
        ('source: "+12"', "write it with its `+`"),
        ("system_id: a-very-long-system", "15 characters at most"),
        ("system_type: điện thoại", "plain ASCII"),
        ("ca_file: /etc/ca.pem", "`tls: true` only"),
        ("per_second: 0", "per_second"),
    ],
)
def test_a_mistake_in_the_section_is_told(tmp_path: Path, wrong: str, why: str) -> None:
    given = {"host": "h.vn", "system_id": "desk", "password": "{secret: smpp}", "source": "VNPT"}
    given[wrong.partition(":")[0]] = wrong.partition(": ")[2]
    section = "smpp: {" + ", ".join(f"{key}: {value}" for key, value in given.items()) + "}\n"
    found = mistakes(written(tmp_path / "c", SMALL + section), GIVEN)
    assert why in str(found)
