"""Hostile text made fit for people: every string of a device, a page or a stranger passes here before it is shown."""

import unicodedata

LIMIT = 255
"""Characters kept of one foreign string."""

_KEPT_CONTROLS = frozenset("\u200c\u200d")
"""Joiners without which some scripts read wrongly; harmless on screens."""


def clean(text: str, limit: int = LIMIT) -> str:
    """Return one printable line of `text`: no control, format or bidirectional characters, at most `limit` characters.

    Line breaks and tabs become blanks; what is cut is marked with an ellipsis. Letters of any script stay, in NFC.
    """
    pieces: list[str] = []
    for char in text[: limit * 4]:
        category = unicodedata.category(char)
        if char in "\r\n\t\v\f\u2028\u2029\x85":
            pieces.append(" ")
        elif category[0] == "C" and char not in _KEPT_CONTROLS:
            pieces.append("\ufffd" if category == "Cc" else "")
        else:
            pieces.append(char)
    line = unicodedata.normalize("NFC", " ".join("".join(pieces).split()))
    return line if len(line) <= limit and len(text) <= limit * 4 else line[: limit - 1] + "…"


def clean_bytes(raw: bytes, limit: int = LIMIT) -> str:
    """Return `raw` as one printable line; bytes that are not UTF-8 are shown as `\\xNN`."""
    return clean(raw[: limit * 4 + 4].decode("utf-8", "backslashreplace"), limit)
