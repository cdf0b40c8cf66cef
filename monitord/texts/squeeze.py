"""Any text as one line of plain letters: what fits into one SMS of 160 characters of the GSM 7-bit alphabet.

With Vietnamese marks an SMS holds 70 characters; without them one part is enough (3GPP TS 23.038).
"""

import re
import unicodedata

ONE_PART = 160
"""Characters of one SMS, when every one of them is in the GSM 7-bit alphabet."""

_ALIKE = str.maketrans(
    {
        "đ": "d",
        "Đ": "D",
        "–": "-",
        "—": "-",
        "−": "-",
        "…": "...",
        "→": "->",
        "“": '"',
        "”": '"',
        "„": '"',
        "‘": "'",
        "’": "'",
        "×": "x",
        "·": ",",
        "•": " ",
        # In the alphabet's extension (two places of 160 each), or not in it at all.
        "[": "(",
        "]": ")",
        "{": "(",
        "}": ")",
        "\\": "/",
        "|": "/",
        "~": "-",
        "^": " ",
        "`": "'",
    }
)
_BETWEEN = re.compile(r"\s*\n\s*")
_ENDED = re.compile(r"([.:;,!?])\. ")
_SPACED = re.compile(r"\s+([,.;:])")


def plain(text: str) -> str:
    """Return `text` in one line of the letters that the GSM 7-bit alphabet and ASCII share; other signs are left out.

    Lines end with a full stop. A text that is plain already comes back as it is.
    """
    parted = unicodedata.normalize("NFD", text.translate(_ALIKE))
    kept = "".join(char for char in parted if " " <= char <= "\x7e" or char == "\n")
    line = _ENDED.sub(r"\1 ", _BETWEEN.sub(". ", kept.strip()))
    return _SPACED.sub(r"\1", " ".join(line.split()))


def cut(text: str, limit: int) -> str:
    """Return a plain text, or as many whole words of it as fit, with three dots at the end."""
    if len(text) <= limit:
        return text
    head = text[: limit - 3]
    at = head.rfind(" ")
    # One endless word is cut anywhere.
    return f"{head[:at].rstrip(' ,;:-') if at > limit // 2 else head}..."


def squeezed(text: str, limit: int = ONE_PART) -> str:
    """Return any text as one plain line of at most `limit` characters."""
    return cut(plain(text), limit)
