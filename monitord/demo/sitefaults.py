"""What a web site can do wrong, as data, and the streams of bytes of those that write the connection themselves."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from monitord.clock import Clock
from monitord.demo.wire import http_answer

CHUNK = 1 << 14
DRIP = 0.1
HTML = "text/html; charset=utf-8"


class Ill(StrEnum):
    """The ways in which a site misbehaves; the amount's meaning stands beside each."""

    STATUS = "status"  # the status, 503 if not said
    TEXT_MISSING = "notext"
    SLOW = "slow"  # seconds before the answer
    DRIP_BODY = "dripbody"  # seconds between two bytes, 0.1 if not said
    DRIP_HEADER = "dripheader"  # seconds between two bytes, 0.1 if not said
    GZIP_BOMB = "gzipbomb"  # MB when unpacked, 200 if not said
    REDIRECT = "redirect"  # to the URL in `name`, http://127.0.0.1:22/ if not said
    REDIRECT_LOOP = "loop"
    ENDLESS_BODY = "endless"
    TWO_LENGTHS = "twolengths"
    SHORT_BODY = "short"  # says more bytes than come
    BAD_CHUNK = "badchunk"
    LYING_CHARSET = "charset"
    GARBAGE = "garbage"
    CLOSE_EARLY = "close"  # without an answer
    HANG = "hang"  # accepts, and never says a word; to a TLS client it hangs in the handshake
    REFUSE = "refuse"  # nobody listens


@dataclass(frozen=True, slots=True)
class SiteFault:
    """One thing that is wrong with a site: what, how much, and where to."""

    what: Ill
    amount: float | None = None
    name: str = ""

    def number(self, otherwise: float) -> float:
        """Return the amount, or `otherwise` if none was given."""
        return otherwise if self.amount is None else self.amount

    @classmethod
    def parse(cls, text: str) -> SiteFault:
        """Return the fault written as `status 503`, `redirect http://x/` or `hang`. ValueError if there is none."""
        word, _, rest = text.strip().partition(" ")
        what = Ill(word)
        if what is Ill.REDIRECT:
            return cls(what, name=rest.strip())
        return cls(what, float(rest) if rest.strip() else None)


async def _drip_body(clock: Clock, fault: SiteFault, page: bytes) -> AsyncIterator[bytes]:
    answer = http_answer(200, page, HTML)
    head = answer.index(b"\r\n\r\n") + 4
    yield answer[:head]
    for place in range(head, len(answer)):
        yield answer[place : place + 1]
        await clock.sleep(fault.number(DRIP))


async def _drip_header(clock: Clock, fault: SiteFault, page: bytes) -> AsyncIterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nX-Slow: "
    while True:
        yield b"a"
        await clock.sleep(fault.number(DRIP))


async def _endless(clock: Clock, fault: SiteFault, page: bytes) -> AsyncIterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    while True:
        yield b"A" * CHUNK
        await clock.sleep(0)  # a fast reader must not starve the rest of the province


def _once(answer: Callable[[bytes], bytes]) -> Callable[[Clock, SiteFault, bytes], AsyncIterator[bytes]]:
    async def stream(clock: Clock, fault: SiteFault, page: bytes) -> AsyncIterator[bytes]:
        yield answer(page)

    return stream


STREAMS: Mapping[Ill, Callable[[Clock, SiteFault, bytes], AsyncIterator[bytes]]] = {
    Ill.DRIP_BODY: _drip_body,
    Ill.DRIP_HEADER: _drip_header,
    Ill.ENDLESS_BODY: _endless,
    Ill.TWO_LENGTHS: _once(lambda page: b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 500\r\n\r\n" + page),
    Ill.SHORT_BODY: _once(lambda page: b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + page),
    Ill.BAD_CHUNK: _once(lambda page: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n" + page),
    Ill.GARBAGE: _once(lambda page: b"\x00\xff\x13 SSH-2.0-nothing of HTTP\r\n\r\n" + page),
    Ill.CLOSE_EARLY: _once(lambda page: b""),
}
"""Faults that write the connection's bytes themselves; it is closed behind them."""


@cache
def gzip_bomb(megabytes: int) -> bytes:
    """Return so many MB of zeros, packed."""
    return gzip.compress(bytes(1 << 20) * megabytes, 9)
