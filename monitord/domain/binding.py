"""How a person's Telegram account is bound: by a code that the desk gives, and a look at who sent it.

The code is given from hand to hand, works once, for ten minutes, in a private chat alone; what it was is not kept. Who
sent it is confirmed at the desk, because a code may be read over a shoulder.
"""

import base64
import hashlib
from datetime import datetime, timedelta

CODE_BYTES = 16
"""128 bits."""
HOLDS = timedelta(minutes=10)
"""How long a code may be sent, and then confirmed."""
TRIES = 5
"""Wrong codes of one account within `HOLDS`; whatever it sends after that is not looked at."""
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
