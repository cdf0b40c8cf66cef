"""SMPP 3.4 as bytes: what we send is made by smpplib, what comes in is read here.

smpplib's own parser reads a string without its end from the wrong place, and fails on every optional parameter that it
does not list for a command; a centre may send any (SMPP 3.4, section 3.3).
"""

import asyncio
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from smpplib import command_codes, consts, gsm, smpp  # type: ignore[import-untyped]

LARGEST = 64 * 1024
"""Bytes of one PDU that are taken."""
WHOLE_WITHIN = 10.0
"""Seconds from the head of a PDU to its last byte."""
LONGEST_PASSWORD = 8
"""Characters of a password; smpplib cuts a longer one (section 5.2.2)."""
RESPONSE = 0x80000000
"""The bit of a command_id that makes it a response (section 5.1.2.1)."""

_HEAD = struct.Struct(">LLLL")
_OPTION = struct.Struct(">HH")
_MESSAGE_TYPE = 0x3C
_HEADER_INDICATOR = 0x40
_RECEIPTED_MESSAGE_ID = 0x001E
_USER_MESSAGE_REFERENCE = 0x0204
_SEGMENT = 0x020F
_PAYLOAD = 0x0424
_CONCATENATED = {0x00: 3, 0x08: 4}
_ESCAPE = 0x1B
# smpplib has a backtick for the section sign, and for what stands nowhere.
_LETTERS = gsm.GSM_CHARACTER_TABLE[:0x5F] + "§" + gsm.GSM_CHARACTER_TABLE[0x60:0x80]
_ESCAPED = gsm.GSM_CHARACTER_TABLE[0x80:].replace("`", "\ufffd")
_SEPTETS = frozenset({0x00, *range(0x10, 0x14), *range(0xF0, 0xF4)})
_UCS2 = frozenset({0x08, *range(0x18, 0x1C)})


class MalformedError(Exception):
    """What came in is no PDU of SMPP 3.4."""


@dataclass(frozen=True, slots=True)
class Pdu:
    """One PDU, its body as it came."""

    command: int
    status: int
    sequence: int
    body: bytes = field(default=b"", repr=False)

    @property
    def message_id(self) -> str:
        """Return the message_id with which the body of a submit_sm_resp begins."""
        return self.body.partition(b"\0")[0].decode("ascii", "replace")


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a deliver_sm says, as far as we ask (section 4.6.1): `options` are its optional parameters by their tags."""

    source_ton: int
    source: str
    esm_class: int
    data_coding: int
    short_message: bytes
    options: Mapping[int, bytes]

    @property
    def is_text(self) -> bool:
        """Return whether somebody wrote it: no delivery receipt, acknowledgement or notification (section 5.2.12)."""
        return not self.esm_class & _MESSAGE_TYPE

    @property
    def reference(self) -> str:
        """Return what tells it from an equal text; empty where the centre gives nothing."""
        given = (self.options.get(tag, b"") for tag in (_RECEIPTED_MESSAGE_ID, _USER_MESSAGE_REFERENCE))
        return ".".join(value.hex() for value in given).strip(".")

    @property
    def part(self) -> int:
        """Return which part of a text it is, from 1; 0 is no part and says nothing."""
        header = self._split()[0]
        while len(header) >= 2:
            length = header[1]
            if _CONCATENATED.get(header[0]) == length and len(header) >= 2 + length:
                return header[1 + length] or 1
            header = header[2 + length :]
        segment = self.options.get(_SEGMENT, b"")
        return (segment[0] or 1) if len(segment) == 1 else 1

    @property
    def text(self) -> str:
        """Return its letters; those that cannot be read are replaced."""
        raw = self._split()[1]
        if self.data_coding in _SEPTETS:
            return from_gsm(raw)
        if self.data_coding in _UCS2:
            return raw.decode("utf-16-be", "replace")
        return raw.decode("latin-1" if self.data_coding == consts.SMPP_ENCODING_ISO88591 else "ascii", "replace")

    def _split(self) -> tuple[bytes, bytes]:
        """Return the user data header (3GPP TS 23.040, section 9.2.3.24) and what stands behind it."""
        raw = self.short_message or self.options.get(_PAYLOAD, b"")
        if not self.esm_class & _HEADER_INDICATOR or not raw:
            return b"", raw
        return raw[1 : 1 + raw[0]], raw[1 + raw[0] :]


def made(name: str, sequence: int, status: int = 0, **fields: Any) -> bytes:
    """Return the bytes of a PDU. What is too long for its field is cut."""
    pdu = smpp.make_pdu(name, sequence=sequence, status=status, **fields)
    # The constructor takes the number for given and keeps 0.
    pdu.sequence = sequence
    return bytes(pdu.generate())


def code_of(name: str) -> int:
    """Return the command_id of a command."""
    return int(command_codes.get_command_code(name))


def said(status: int) -> str:
    """Return what a command_status means, in words and as the number."""
    return f"{consts.DESCRIPTIONS.get(status, 'not a status of SMPP 3.4')} (0x{status:08x})"


async def read_pdu(reader: asyncio.StreamReader) -> Pdu:
    """Return the next PDU. MalformedError for a length that none has; EOFError, OSError when the connection ends, or
    stops in the middle of a PDU."""
    length, command, status, sequence = _HEAD.unpack(await reader.readexactly(_HEAD.size))
    if not _HEAD.size <= length <= LARGEST:
        raise MalformedError(f"a PDU of {length} bytes")
    async with asyncio.timeout(WHOLE_WITHIN):
        return Pdu(command, status, sequence, await reader.readexactly(length - _HEAD.size))


def read_delivered(body: bytes) -> Delivered:
    """Return what a deliver_sm says. MalformedError when its mandatory fields are not there; of the optional ones what
    can be read."""
    fields = _Fields(body)
    fields.string()
    source_ton, _ = fields.take(2)
    source = fields.string()
    fields.take(2)
    fields.string()
    esm_class, _, _ = fields.take(3)
    fields.string()
    fields.string()
    _, _, data_coding, _, length = fields.take(5)
    return Delivered(source_ton, source, esm_class, data_coding, fields.take(length), fields.options())


def to_gsm(text: str) -> bytes:
    """Return a text in the GSM 7-bit alphabet, one letter a byte (3GPP TS 23.038); UnicodeError for other letters."""
    return bytes(gsm.gsm_encode(text))


def from_gsm(raw: bytes) -> str:
    """Return the text of bytes in the GSM 7-bit alphabet, one letter a byte."""
    letters: list[str] = []
    escaped = False
    for byte in raw:
        if byte == _ESCAPE and not escaped:
            escaped = True
            continue
        letters.append("\ufffd" if byte > 0x7F else (_ESCAPED if escaped else _LETTERS)[byte])
        escaped = False
    return "".join(letters)


class _Fields:
    """The fields of a body, one after the other (section 3.1)."""

    def __init__(self, body: bytes) -> None:
        self._rest = body

    def take(self, count: int) -> bytes:
        taken, self._rest = self._rest[:count], self._rest[count:]
        if len(taken) < count:
            raise MalformedError("a body that ends too early")
        return taken

    def string(self) -> str:
        text, end, self._rest = self._rest.partition(b"\0")
        if not end:
            raise MalformedError("a string without its end")
        return text.decode("ascii", "replace")

    def options(self) -> dict[int, bytes]:
        found: dict[int, bytes] = {}
        while len(self._rest) >= _OPTION.size:
            tag, length = _OPTION.unpack(self._rest[: _OPTION.size])
            if len(self._rest) < _OPTION.size + length:
                break
            found.setdefault(tag, self._rest[_OPTION.size : _OPTION.size + length])
            self._rest = self._rest[_OPTION.size + length :]
        return found
