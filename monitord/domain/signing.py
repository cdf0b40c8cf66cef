"""Signed data behind a button: who changes a character of it, or invents one, presses nothing.

The form is `v1|<10 random bytes>|<action>|<8 bytes of HMAC-SHA256>`, the bytes as base64url without padding: at most
64 bytes, which is what Telegram keeps of a button. The reference names a row that knows incident, step, recipient and
expiry.
"""

import base64
import binascii
import hashlib
import hmac
import re

REF_BYTES = 10
MAC_BYTES = 8
LIMIT = 64
"""Bytes of callback data that Telegram takes (core.telegram.org/bots/api, InlineKeyboardButton)."""

_ACTION = re.compile(r"[a-z_]{1,32}")
_FORM = re.compile(r"v1\|([A-Za-z0-9_-]{14})\|([a-z_]{1,32})\|([A-Za-z0-9_-]{11})")


def sign(key: bytes, ref: bytes, action: str) -> str:
    """Return the callback data for `action` on what `ref` names; ValueError for an empty key, or a ref or an action
    of the wrong form.
    """
    if not key:
        raise ValueError("an empty key signs nothing")
    if len(ref) != REF_BYTES:
        raise ValueError(f"a reference has {REF_BYTES} bytes, this one {len(ref)}")
    if not _ACTION.fullmatch(action):
        raise ValueError(f"an action is 1 to 32 letters a-z and _, not {action!r}")
    body = f"v1|{_words(ref)}|{action}"
    signed = f"{body}|{_words(_mac(key, body))}"
    if len(signed) > LIMIT:
        raise ValueError(f"the action {action!r} is too long for a button")
    return signed


def read(key: bytes, data: str) -> tuple[bytes, str] | None:
    """Return (reference, action) of callback data that `key` signed, else None.

    The signature is compared in constant time.
    """
    if not key or len(data) > LIMIT or not data.isascii():
        return None
    found = _FORM.fullmatch(data)
    if found is None:
        return None
    try:
        ref, mac = _bytes(found[1]), _bytes(found[3])
    except binascii.Error:
        return None
    body = data.rpartition("|")[0]
    # The last character of unpadded base64 has bits that do not count: only the one canonical spelling is ours.
    if _words(ref) != found[1] or _words(mac) != found[3]:
        return None
    return (ref, found[2]) if hmac.compare_digest(_mac(key, body), mac) else None


def _mac(key: bytes, body: str) -> bytes:
    return hmac.new(key, body.encode("ascii"), hashlib.sha256).digest()[:MAC_BYTES]


def _words(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _bytes(words: str) -> bytes:
    return base64.urlsafe_b64decode(words + "=" * (-len(words) % 4))
