"""Telephone numbers and addresses where not everybody may read them: in groups, lists, exports and logs.

The whole number stands in messages to one person alone, and at the desk.
"""

import re

_NUMBER = re.compile(r"(?<![A-Za-z0-9])\(?(?:\+?84|0)(?:[ .()\u00a0-]{0,2}[0-9]){8,10}(?![A-Za-z0-9])")
"""What may be a telephone number of this country, however it is parted."""
HOME = "84"
"""The number of this country."""


def without_numbers(text: str) -> str:
    """Return a text with what may be a telephone number masked: `0912 *** 678`."""
    return _NUMBER.sub(_masked, text)


def masked(address: str) -> str:
    """Return an address as it may stand in a list: `0912 *** 678`, `a*****@example.vn`, `10*****4`."""
    name, at, host = address.partition("@")
    if at:
        return f"{name[:1]}*****@{host}"
    if _NUMBER.fullmatch(address):
        return without_numbers(address.replace(f"+{HOME}", "0", 1))
    return f"{address[:4]}*****{address[-3:]}" if len(address) > 9 else f"{address[:2]}*****{address[-1:]}"


def _masked(found: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", found.group())
    return f"{digits[:4]} *** {digits[-3:]}"
