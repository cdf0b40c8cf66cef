"""What people answer by SMS over SMPP: what is heard, under which key, and when the centre is told that it was."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitord.domain.notice import Delivery, Message
from monitord.domain.update import Answer, Heard
from monitord.tell.channels.smpp import HearingSmppChannel
from monitord.tell.smpp.address import sender_of
from monitord.tell.smpp.inbox import KEPT, MOST, REPLIES, Inbox
from monitord.tell.smpp.pdu import MalformedError, Pdu, from_gsm, read_delivered
from tests.support.clock import ManualClock
from tests.tell.bench import Desk
from tests.tell.benches.smpp import (
    DELIVER,
    ENQUIRE,
    NUMBER,
    RESPONSE,
    SUBMIT,
    ScriptedCentre,
    brings,
    pdu,
    said,
    started,
)

CANNOT_NOW, NEVER = 0x64, 0x65
RECEIPT = b"id:7 sub:001 dlvrd:001 submit date:2602140300 done date:2602140301 stat:DELIVRD err:000 text:XN 004"
REFERENCE = {0x0204: b"\x00\x2a"}
PART_1, PART_2 = b"\x05\x00\x03\x07\x02\x01", b"\x05\x00\x03\x07\x02\x02"


@pytest.fixture
async def centre() -> AsyncIterator[ScriptedCentre]:
    async with ScriptedCentre() as made:
        yield made


@asynccontextmanager
async def listening(centre: ScriptedCentre, desk: Any, **given: Any) -> AsyncIterator[HearingSmppChannel]:
    async with started(centre.port, **given) as made:
        assert isinstance(made, HearingSmppChannel)
        task = asyncio.create_task(made.listen(desk))
        try:
            yield made
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


class Closed:
    """A desk that takes nothing until it is opened; it keeps the keys of what it is asked."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.keys: list[str] = []

    async def hear(self, heard: Heard) -> Answer:
        self.keys.append(heard.key)
        await self.open.wait()
        return Answer()


# --- what is heard --------------------------------------------------------------------------------------------------

READ = {
    "the GSM alphabet": (brings(b"XN 004 \x00\x02\x11 \x1b\x65"), "XN 004 @$_ €"),
    "the GSM alphabet, with a class": (brings(b"XN 004 \x11", coding=0xF1), "XN 004 _"),
    "ASCII": (brings(b"XN 004 @$_", coding=1), "XN 004 @$_"),
    "Latin 1": (brings("XN 004 à".encode("latin-1"), coding=3), "XN 004 à"),
    "UCS2": (brings("XN 004 đứt cáp ở Tiểu Cần".encode("utf-16-be"), coding=8), "XN 004 đứt cáp ở Tiểu Cần"),
    "UCS2, and a letter is missing": (brings("XN 004".encode("utf-16-be") + b"\xd8", coding=8), "XN 004\ufffd"),
    "a coding that we do not know": (brings(b"XN 004 \xe0", coding=5), "XN 004 \ufffd"),
    "no letters of the alphabet": (brings(b"XN 004 \xe0\x1b\x7f\x1b"), "XN 004 \ufffd\ufffd"),
    "a payload": (brings(b"", tlvs={0x0424: b"XN 004"}), "XN 004"),
    "the first part of a long text": (brings(PART_1 + b"XN 004 because", esm_class=0x40), "XN 004 because"),
    "the first part, by its parameters": (brings(b"XN 004", tlvs={0x020E: b"\x02", 0x020F: b"\x01"}), "XN 004"),
    "a parameter of the centre's own": (brings(b"XN 004", tlvs={0x1400: b"any", 0x0010: b"\0\0"}), "XN 004"),
    "control characters": (brings(b"XN 004", tlvs={}).replace(b"004", b"0\n4"), "XN 0 4"),
}


@pytest.mark.parametrize("how", READ)
async def test_a_text_is_read_however_it_is_written(centre: ScriptedCentre, how: str) -> None:
    raw, text = READ[how]
    async with listening(centre, desk := Desk()):
        await centre.say(raw)
        await desk.until(text)
        assert await centre.confirmed(1) == [0]
    (heard,) = desk.heard
    assert (heard.channel, heard.sender) == ("smpp", NUMBER)
    assert len(heard.key) == 64


NOT_HEARD = {
    "a delivery receipt": brings(RECEIPT, esm_class=0x04),
    "a delivery receipt of a text": brings(b"XN 004", esm_class=0x04),
    "an intermediate notification": brings(b"XN 004", esm_class=0x20),
    "an acknowledgement by hand": brings(b"XN 004", esm_class=0x10),
    "the second part of a long text": brings(PART_2 + b"XN 004", esm_class=0x40),
    "the second part, by its parameters": brings(b"XN 004", tlvs={0x020E: b"\x02", 0x020F: b"\x02"}),
    "a short code": brings(b"XN 004", source="191", ton=3),
    "a name": brings(b"XN 004", source="VIETTEL", ton=5),
    "a name that looks like a number": brings(b"XN 004", source=NUMBER[1:], ton=5),
    "words around a number": brings(b"XN 004", source=f"tel:{NUMBER}", ton=0),
    "a telephone on a desk": brings(b"XN 004", source="842943855555"),
    "nobody": brings(b"XN 004", source="", ton=0),
}


@pytest.mark.parametrize("what", NOT_HEARD)
async def test_what_no_person_wrote_is_confirmed_and_not_heard(centre: ScriptedCentre, what: str) -> None:
    async with listening(centre, desk := Desk()):
        await centre.say(NOT_HEARD[what] + brings(b"TT", sequence=2))
        await desk.until("TT")
        assert await centre.confirmed(2) == [0, 0]
    assert desk.texts == ["TT"]


@pytest.mark.parametrize(
    ("source", "ton", "number"),
    [
        ("84912345678", 1, "+84912345678"),
        ("+84912345678", 1, "+84912345678"),
        ("84912345678", 0, "+84912345678"),
        ("0912345678", 2, "+84912345678"),
        ("912345678", 0, "+84912345678"),
        ("0912345678", 1, "+84912345678"),
        ("8562023456789", 1, "+8562023456789"),
    ],
)
def test_a_sender_is_known_however_the_centre_writes_the_number(source: str, ton: int, number: str) -> None:
    assert sender_of(read_delivered(brings(b"x", source=source, ton=ton)[16:])) == number


@pytest.mark.parametrize("body", [b"", b"\0\1\1849", b"\0\1\1849\0" + bytes(12) + b"\x05abc"])
async def test_a_text_that_cannot_be_read_is_refused_for_good_and_the_session_stays(
    centre: ScriptedCentre, body: bytes
) -> None:
    async with listening(centre, desk := Desk()):
        await centre.say(pdu(DELIVER, sequence=5, body=body) + brings(b"XN 004", sequence=6))
        await desk.until("XN 004")
        assert await centre.confirmed(2) == [NEVER, 0]
    assert centre.binds == 1


@given(st.binary(max_size=120))
def test_whatever_bytes_come_they_are_a_text_or_malformed(raw: bytes) -> None:
    try:
        told = read_delivered(raw)
    except MalformedError:
        return
    assert isinstance(told.text, str)
    assert told.part >= 1
    assert isinstance(told.reference, str)


@given(
    st.binary(max_size=254),
    st.integers(0, 255),
    st.integers(0, 255),
    st.dictionaries(st.integers(1, 0xFFFF), st.binary(max_size=300), max_size=5),
)
def test_what_another_library_writes_is_read_as_it_was(
    text: bytes, coding: int, esm_class: int, tlvs: dict[int, bytes]
) -> None:
    told = read_delivered(brings(text, coding=coding, esm_class=esm_class, tlvs=tlvs)[16:])
    assert (told.source, told.source_ton, told.short_message) == (NUMBER[1:], 1, text)
    assert (told.data_coding, told.esm_class, told.options) == (coding, esm_class, tlvs)
    assert isinstance(told.text + told.reference, str)
    assert len(from_gsm(text)) <= len(text)


# --- when it is confirmed -------------------------------------------------------------------------------------------


async def test_a_text_is_confirmed_when_the_desk_has_taken_it_and_not_before(centre: ScriptedCentre) -> None:
    desk = Closed()
    async with listening(centre, desk):
        await centre.say(brings(b"XN 004", sequence=31) + pdu(ENQUIRE, sequence=32))
        await centre.heard(ENQUIRE | RESPONSE)
        assert centre.of(DELIVER | RESPONSE) == []
        desk.open.set()
        (came,) = await centre.heard(DELIVER | RESPONSE)
        assert (came.sequence_number, came.command_status) == (31, 0)


async def test_texts_are_brought_in_their_order(centre: ScriptedCentre) -> None:
    async with listening(centre, desk := Desk(refusals=1)):
        await centre.say(b"".join(brings(b"TEXT %d" % n, sequence=n) for n in range(1, 9)))
        await desk.until("TEXT 8")
        await centre.confirmed(8)
    assert desk.texts == [f"TEXT {n}" for n in range(1, 9)]
    assert [came.sequence_number for came in centre.of(DELIVER | RESPONSE)] == list(range(1, 9))


async def test_the_answer_goes_back_in_one_part_to_who_wrote(centre: ScriptedCentre) -> None:
    async with listening(centre, Desk()):
        await centre.say(brings(b"XN 004", source="0912345678", ton=2))
        (answer,) = await centre.heard(SUBMIT)
    assert answer.destination_addr == NUMBER[1:]
    assert said(answer.short_message) == "Da ghi nhan: tiep nhan SC-0602-004."


async def test_an_answer_that_cannot_be_sent_holds_nobody_up(centre: ScriptedCentre) -> None:
    centre.answer(SUBMIT, 0x0B)
    async with listening(centre, desk := Desk()):
        for number in (1, 2):
            await centre.say(brings(b"XN 00%d" % number, sequence=number))
            await desk.until(f"XN 00{number}")
        await centre.heard(SUBMIT, 2)


# --- the key --------------------------------------------------------------------------------------------------------


async def test_a_text_that_comes_again_after_a_lost_confirmation_is_the_same(centre: ScriptedCentre) -> None:
    desk = Closed()
    desk.open.set()
    async with listening(centre, desk):
        await centre.say(brings(b"XN 004"))
        await centre.confirmed(1)
        centre.cut()
        await centre.until(lambda: centre.binds == 2)
        await centre.say(brings(b"XN 004"))
        await centre.confirmed(2)
    assert len(desk.keys) == 2
    assert len(set(desk.keys)) == 1


async def test_an_answer_to_what_was_asked_before_the_confirmation_does_not_show_that_it_was_read(
    centre: ScriptedCentre,
) -> None:
    del centre.answers[SUBMIT]
    desk = Closed()
    desk.open.set()
    async with listening(centre, desk) as channel:
        telling = asyncio.create_task(channel.deliver(Message(1, NUMBER, "SC-0602-004")))
        (asked,) = await centre.heard(SUBMIT)
        await centre.say(brings(b"XN 004"))
        await centre.confirmed(1)
        await centre.say(pdu(SUBMIT | RESPONSE, 0, asked.sequence_number, b"id-1\0"))
        assert (await telling).delivery is Delivery.ACCEPTED
        centre.cut()
        await centre.until(lambda: centre.binds == 2)
        await centre.say(brings(b"XN 004"))
        await centre.confirmed(2)
    assert len(desk.keys) == 2
    assert len(set(desk.keys)) == 1


async def test_an_equal_text_after_the_centre_has_read_the_confirmation_is_a_new_one(centre: ScriptedCentre) -> None:
    async with listening(centre, desk := Desk()):
        await centre.say(brings(b"XN 004"))
        # The answer to it was asked for after the confirmation, and was answered.
        await centre.heard(SUBMIT)
        await centre.say(pdu(ENQUIRE, sequence=2))
        await centre.heard(ENQUIRE | RESPONSE)
        await centre.say(brings(b"XN 004", sequence=3))
        await centre.confirmed(2)
    assert desk.texts == ["XN 004", "XN 004"]
    assert len({heard.key for heard in desk.heard}) == 2


async def test_a_text_with_a_reference_is_the_same_after_a_restart(centre: ScriptedCentre) -> None:
    keys = []
    for sequence, reference in ((1, REFERENCE), (2, REFERENCE), (3, {0x0204: b"\x00\x2b"})):
        async with listening(centre, desk := Desk(), clock=ManualClock()):
            await centre.until(lambda times=sequence: centre.binds == times)  # type: ignore[misc]
            await centre.say(brings(b"XN 004", sequence=sequence, tlvs=reference))
            await desk.until("XN 004")
            keys.append(desk.heard[0].key)
    assert keys[0] == keys[1] != keys[2]


def delivered(text: str = "XN 004", tlvs: dict[int, bytes] | None = None) -> Pdu:
    return Pdu(DELIVER, 0, 1, brings(text.encode(), tlvs=tlvs)[16:])


def kept_in(statuses: list[int]) -> Callable[[int, Callable[[], None] | None], None]:
    """Return a reply to a centre that never shows whether it has read it."""
    return lambda status, read: statuses.append(status)


async def test_a_text_that_comes_again_while_it_waits_is_one_and_every_time_is_confirmed() -> None:
    inbox, statuses = Inbox(ManualClock()), list[int]()
    for _ in range(3):
        inbox.take(delivered(), kept_in(statuses))
    inbox.take(delivered("TT"), kept_in(statuses))
    brought = await inbox.next()
    assert await inbox.next() is brought
    inbox.done(brought)
    assert statuses == [0, 0, 0]
    assert (await inbox.next()).text == "TT"
    inbox.close()


async def test_a_centre_is_told_to_come_again_before_it_loses_patience() -> None:
    inbox, told = Inbox(ManualClock(), hold=0.05), asyncio.Queue[int]()
    inbox.take(delivered(), lambda status, read: told.put_nowait(status))
    first = await inbox.next()
    assert await told.get() == CANNOT_NOW
    # What it was told to bring again is the same, and is still to be taken.
    inbox.take(delivered(), lambda status, read: told.put_nowait(status))
    assert await inbox.next() is first
    inbox.done(first)
    assert await told.get() == 0
    inbox.close()


async def test_a_text_that_was_taken_and_perhaps_not_confirmed_is_known_for_a_while() -> None:
    clock = ManualClock()
    inbox, statuses, keys = Inbox(clock), list[int](), list[str]()
    for wait in (0.0, KEPT - 1, KEPT + 1):
        await clock.advance(wait)
        inbox.take(delivered(), kept_in(statuses))
        brought = await inbox.next()
        keys.append(brought.key)
        inbox.done(brought)
    assert keys[0] == keys[1] != keys[2]
    assert statuses == [0, 0, 0]


async def test_a_reference_that_comes_round_again_names_another_text() -> None:
    clock = ManualClock()
    keys = []
    for _ in range(2):
        inbox = Inbox(clock)
        inbox.take(delivered(tlvs=REFERENCE), kept_in([]))
        keys.append((await inbox.next()).key)
        inbox.close()
        await clock.advance(3600)
    assert keys[0] != keys[1]


async def test_a_flood_is_refused_and_what_was_there_before_is_not_forgotten() -> None:
    inbox, statuses = Inbox(ManualClock()), list[int]()
    for number in range(MOST + 3):
        inbox.take(delivered(f"TEXT {number}"), kept_in(statuses))
    assert statuses == [CANNOT_NOW] * 3
    inbox.done(await inbox.next())
    inbox.take(delivered("XN 004"), kept_in(statuses))
    assert statuses == [CANNOT_NOW] * 3 + [0]
    assert (await inbox.next()).text == "TEXT 1"
    inbox.close()
    inbox = Inbox(ManualClock())
    for _ in range(REPLIES + 2):
        inbox.take(delivered(), kept_in(statuses))
    assert statuses[4:] == [CANNOT_NOW] * 2
    inbox.close()


async def test_a_text_that_the_desk_never_takes_does_not_hold_up_the_others_for_ever() -> None:
    clock = ManualClock()
    inbox = Inbox(clock)
    inbox.take(delivered("A"), kept_in([]))
    await clock.advance(KEPT - 1)
    inbox.take(delivered("B"), kept_in([]))
    assert (await inbox.next()).text == "A"
    await clock.advance(2)
    assert (await inbox.next()).text == "B"
    inbox.close()
