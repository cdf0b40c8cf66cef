"""Addresses as SMPP writes them: type of number (TON), numbering plan (NPI) and letters (SMPP 3.4, section 5.2.5)."""

import re
from dataclasses import dataclass

from monitord.settings.phones import mobile_of
from monitord.tell.smpp.pdu import Delivered

LONGEST_NAME = 11
"""Letters of an alphanumeric sender (3GPP TS 23.040, section 9.1.2.5)."""
LONGEST_SHORT_CODE = 10
"""Digits of a short code, services such as 1900xxxxxx included."""

_INTERNATIONAL, _NETWORK, _ALPHANUMERIC = 1, 3, 5
_E164 = re.compile(r"\+[1-9][0-9]{7,14}", re.ASCII)
_SENDER = re.compile(r"\+?[0-9]{3,20}", re.ASCII)


@dataclass(frozen=True, slots=True)
class WireAddress:
    """An address on the wire, and what kind it is."""

    ton: int
    npi: int
    digits: str


def recipient_of(address: str) -> WireAddress | None:
    """Return a number in E.164 as a centre takes it; None for what is none."""
    return WireAddress(_INTERNATIONAL, 1, address[1:]) if _E164.fullmatch(address) else None


def source_of(written: str) -> WireAddress:
    """Return who texts come from: a number, a short code or a brand name. ValueError for what is none of them."""
    number = written if written.startswith("+") else mobile_of(written) if written.isdigit() else None
    if number is not None:
        found = recipient_of(number)
        if found is None:
            raise ValueError("is no number: write it with its `+`, such as +84912345678")
        return found
    if written.isdigit() and written.isascii():
        if len(written) > LONGEST_SHORT_CODE and not written.startswith("0"):
            return source_of(f"+{written}")
        if len(written) > LONGEST_SHORT_CODE:
            raise ValueError("is no short code; write a number with its `+`, such as +842943855555")
        return WireAddress(_NETWORK, 0, written)
    if len(written) > LONGEST_NAME or not written.isascii() or not any(char.isalpha() for char in written):
        raise ValueError(f"must be a number, a short code or a name of {LONGEST_NAME} plain ASCII characters at most")
    return WireAddress(_ALPHANUMERIC, 0, written)


def sender_of(told: Delivered) -> str | None:
    """Return the mobile number that sent a text, in E.164; None for a name (which can be digits), a short code or a
    telephone on a desk."""
    if told.source_ton == _ALPHANUMERIC or not _SENDER.fullmatch(told.source):
        return None
    international = told.source_ton == _INTERNATIONAL and not told.source.startswith("+")
    return (mobile_of(f"+{told.source}") if international else None) or mobile_of(told.source)
