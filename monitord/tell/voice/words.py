"""Words as they are spoken, and numbers as they are dialled."""

import re
import unicodedata

LONGEST = 600
"""Characters of one text that are spoken: about a minute."""
DEFAULT_PROMPT = "Bấm phím 1 để xác nhận đã nghe."
NOTED = "Đã xác nhận. Cảm ơn."
_LONG_NUMBER = re.compile(r"[0-9]{5,}")
_NUMBER = re.compile(r"\+[1-9][0-9]{7,14}")
_SHORT_NUMBER = re.compile(r"[0-9]{3,15}")


def spoken(text: str) -> str:
    """Return one line to be spoken: numbers of more than four digits digit by digit, at most LONGEST characters.

    Brackets go: espeak-ng takes what stands in `[[ ]]` for phonemes.
    """
    kept = "".join(
        " " if unicodedata.category(char)[0] in "CZ" or char in "[]" else char
        for char in unicodedata.normalize("NFC", text[: LONGEST * 4])
    )
    line = _LONG_NUMBER.sub(lambda found: " ".join(found[0]), " ".join(kept.split()))
    return line if len(line) <= LONGEST else line[:LONGEST].rpartition(" ")[0] or line[:LONGEST]


def is_number(address: str) -> bool:
    """Return whether that is a telephone number in E.164 (ITU-T), as `+84912345678`."""
    return _NUMBER.fullmatch(address) is not None


def dialled(number: str, prefix: str) -> str | None:
    """Return what is dialled for a number, as from Viet Nam; None for what is none.

    One in E.164 goes out with the prefix before it; any other is one of the house and is dialled as it is.
    """
    if is_number(number):
        return prefix + ("0" + number[3:] if number.startswith("+84") else "00" + number[1:])
    return number if _SHORT_NUMBER.fullmatch(number) else None
