"""Whether a modem is registered in a network, asked of an AT port of its own that gammu-smsd does not hold.

An LTE modem has several such ports. Commands and answers: 3GPP TS 27.007, 7.2 (+CREG) and 10.1.22 (+CEREG). Only what
asks is sent; nothing is set.
"""

import os
import re
import select
import termios
import tty

from monitord.domain.notice import Delivery, DeliveryCause, Outcome

ASKS = (b"AT+CEREG?\r", b"AT+CREG?\r")
"""LTE first, then the older networks: a modem may be registered in one of them alone."""
REGISTERED = frozenset({b"1", b"5"})
"""At home, and roaming."""
TURNS, TURN = 15, 0.2
"""So often an answer is waited for, so many seconds each time: three in all."""
MOST = 4096
"""Bytes of an answer that are read."""
_STATE = re.compile(rb"\+C(?:E|G)?REG: ?(?:[0-9] ?, ?)?([0-9])")
_ENDS = re.compile(rb"^(?:OK|ERROR|\+CME ERROR.*)\r?$", re.MULTILINE)


def registered(port: str) -> Outcome:
    """Return ACCEPTED while the modem behind an AT port is registered in a network; else why not, or that it does not
    say. It blocks for up to six seconds."""
    try:
        file = os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        return _unasked(error.strerror or "it cannot be opened")
    try:
        tty.setraw(file)
        termios.tcflush(file, termios.TCIOFLUSH)
        states = [state for ask in ASKS if (state := _state(file, ask)) is not None]
    except (OSError, termios.error) as error:
        return _unasked(str(error.args[-1]) if error.args else "it fails")
    finally:
        os.close(file)
    if REGISTERED.intersection(states):
        return Outcome(Delivery.ACCEPTED)
    if not states:
        return Outcome(Delivery.NOT_SENT, DeliveryCause.TIMED_OUT, "the AT port does not say whether it is registered")
    return Outcome(Delivery.NOT_SENT, DeliveryCause.NOT_REGISTERED, "the modem is registered in no network")


def _unasked(why: str) -> Outcome:
    return Outcome(Delivery.NOT_SENT, DeliveryCause.CONNECT, f"the AT port cannot be asked: {why}"[:200])


def _state(file: int, ask: bytes) -> bytes | None:
    os.write(file, ask)
    said = b""
    for _ in range(TURNS):
        ready, _, _ = select.select([file], [], [], TURN)
        said += os.read(file, 512) if ready else b""
        if _ENDS.search(said) or len(said) > MOST:
            break
    found = _STATE.search(said)
    return None if found is None else found[1]
