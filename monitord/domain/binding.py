"""How a person's Telegram account is bound: by a code that the desk gives, and a look at who sent it.

The code is given from hand to hand, works once, for ten minutes, in a private chat alone; what it was is not kept. Who
sent it is confirmed at the desk, because a code may be read over a shoulder.
"""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

CODE_BYTES = 16
"""128 bits."""
HOLDS = timedelta(minutes=10)
"""How long a code may be sent, and then confirmed."""
TRIES = 5
"""Wrong codes of one account within `HOLDS`; whatever it sends after that is not looked at."""
SHORT_DIGITS = 6
"""Digits of the code that proves a contact."""
LONGEST = 40
"""Characters of what is taken for a code."""


def code_of(raw: bytes) -> str:
    """Return the code that is given out; ValueError for any other length than `CODE_BYTES`."""
    if len(raw) != CODE_BYTES:
        raise ValueError(f"a code has {CODE_BYTES} bytes, this one {len(raw)}")
    # Letters and digits that nobody takes for another, and that Telegram lets through behind `?start=`.
    return base64.b32encode(raw).decode("ascii").rstrip("=")


def digest_of(code: str) -> str:
    """Return what is kept of a code; small letters and blanks are read as they were meant."""
    plain = "".join(code[:LONGEST].split()).upper()
    return hashlib.sha256(f"monitord binding {plain}".encode()).hexdigest()


def valid(given_at: datetime, now: datetime) -> bool:
    """Return whether a code may still be used; a clock that was set back makes none last longer."""
    return timedelta(0) <= now - given_at < HOLDS


def short_code(key: bytes, nonce: str) -> str:
    """Return the code of six digits by which somebody proves that he reads an address: one can say it by telephone. It
    follows from a key and a nonce, so that it is kept nowhere; five tries within ten minutes are all there are."""
    made = hmac.new(key, f"monitord contact {nonce}".encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(made[:8]) % 10**SHORT_DIGITS:0{SHORT_DIGITS}}"


def same_code(code: str, said: str) -> bool:
    """Return whether a code is the one that somebody said, whatever blanks stand in it; in constant time."""
    digits = "".join(said[:LONGEST].split())
    return digits.isascii() and hmac.compare_digest(code, digits)
