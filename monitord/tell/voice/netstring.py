"""The frames of baresip's control socket: netstrings (cr.yp.to/proto/netstrings.txt) around JSON objects."""

import json
from asyncio import StreamReader
from collections.abc import Mapping
from typing import Any

LONGEST = 65_536
"""Octets of one frame that are taken; a list of calls is far below."""
_DIGITS = 6


def framed(value: Mapping[str, str]) -> bytes:
    """Return one object in its frame."""
    raw = json.dumps(value).encode("ascii")
    return b"%d:%s," % (len(raw), raw)


async def next_frame(reader: StreamReader) -> Mapping[str, Any]:
    """Return the next object. Raises ValueError for what is no frame or no object, EOFError at the end."""
    digits = b""
    while (octet := await reader.readexactly(1)) != b":":
        digits += octet
        if not octet.isdigit() or len(digits) > _DIGITS:
            raise ValueError("not a frame")
    size = int(digits or b"0")
    if size > LONGEST:
        raise ValueError("a frame too long")
    raw = await reader.readexactly(size + 1)
    if raw[-1:] != b",":
        raise ValueError("a frame without its end")
    value = json.loads(raw[:-1].decode("utf-8", "replace"), strict=False)
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value
