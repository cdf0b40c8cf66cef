"""Whether a modem is registered: a pseudo-terminal plays its AT port."""

import os
import threading
import tty
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from monitord.clock import SystemClock
from monitord.domain.notice import Delivery, DeliveryCause, Outcome
from monitord.tell.channels.sms import SmsChannel
from monitord.tell.registration import registered
from monitord.tell.sms_form import SmsForm

ECHO = b"\xff\x00garbage\r\n"


@contextmanager
def modem(answers: Mapping[bytes, bytes]) -> Iterator[str]:
    """Play a modem that echoes each command and answers it; an empty answer is none."""
    ours, theirs = os.openpty()
    tty.setraw(theirs)

    def play() -> None:
        said = b""
        while True:
            try:
                said += os.read(ours, 256)
            except OSError:
                return
            while b"\r" in said:
                command, _, said = said.partition(b"\r")
                if answer := answers.get(command, b"ERROR\r\n"):
                    os.write(ours, command + b"\r\r\n" + answer)

    threading.Thread(target=play, daemon=True).start()
    try:
        yield os.ttyname(theirs)
    finally:
        os.close(theirs)
        os.close(ours)


def lte(state: bytes) -> dict[bytes, bytes]:
    return {b"AT+CEREG?": b"+CEREG: 0," + state + b"\r\n\r\nOK\r\n", b"AT+CREG?": b"+CREG: 0,0\r\n\r\nOK\r\n"}


@pytest.mark.parametrize(
    ("answers", "delivery", "cause"),
    [
        (lte(b"1"), Delivery.ACCEPTED, DeliveryCause.FINE),
        (lte(b"5"), Delivery.ACCEPTED, DeliveryCause.FINE),
        (lte(b"0"), Delivery.NOT_SENT, DeliveryCause.NOT_REGISTERED),
        (lte(b"2"), Delivery.NOT_SENT, DeliveryCause.NOT_REGISTERED),
        (lte(b"3"), Delivery.NOT_SENT, DeliveryCause.NOT_REGISTERED),
        ({b"AT+CREG?": b'+CREG: 2,1,"00A1","0123",7\r\n\r\nOK\r\n'}, Delivery.ACCEPTED, DeliveryCause.FINE),
        ({b"AT+CEREG?": ECHO + b"+CEREG: 1\r\nOK\r\n"}, Delivery.ACCEPTED, DeliveryCause.FINE),
        ({}, Delivery.NOT_SENT, DeliveryCause.TIMED_OUT),
        ({b"AT+CEREG?": ECHO * 2_000, b"AT+CREG?": b"+CREG: x\r\nOK\r\n"}, Delivery.NOT_SENT, DeliveryCause.TIMED_OUT),
    ],
)
def test_what_a_modem_answers_is_understood(
    answers: Mapping[bytes, bytes], delivery: Delivery, cause: DeliveryCause
) -> None:
    with modem(answers) as port:
        outcome = registered(port)
    assert (outcome.delivery, outcome.cause) == (delivery, cause)


@pytest.mark.slow
def test_a_port_that_says_nothing_is_not_waited_for_without_end() -> None:
    with modem({b"AT+CEREG?": b"", b"AT+CREG?": b""}) as port:
        assert registered(port).cause is DeliveryCause.TIMED_OUT


def test_a_port_there_is_not_and_what_is_no_port_say_so(tmp_path: Path) -> None:
    plain = tmp_path / "file"
    plain.write_text("")
    for port in (tmp_path / "nothing", plain, tmp_path):
        outcome = registered(str(port))
        assert (outcome.delivery, outcome.cause) == (Delivery.NOT_SENT, DeliveryCause.CONNECT)
        assert outcome.detail.startswith("the AT port cannot be asked: ")


async def test_a_modem_that_loses_its_network_counts_after_three_looks(tmp_path: Path) -> None:
    for folder in ("inbox", "outbox", "sent", "error"):
        (tmp_path / folder).mkdir()

    async def looks(port: str) -> list[Outcome]:
        channel = SmsChannel(SmsForm(spool=str(tmp_path), at_port=port), SystemClock())
        await channel.start()
        return [await channel.probe() for _ in range(3)]

    with modem(lte(b"1")) as port:
        assert [one.delivery for one in await looks(port)] == [Delivery.ACCEPTED] * 3
    with modem(lte(b"2")) as port:
        assert [one.cause for one in await looks(port)] == [DeliveryCause.POOL] * 2 + [DeliveryCause.NOT_REGISTERED]
