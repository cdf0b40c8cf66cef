"""What the lines around a table say of shift words: "Ca 1: 6h00 - 14h00; Ca 2: 14h00 - 22h00"."""

import re
from collections.abc import Iterable

from monitord.sheets.cells_hours import BARE, EITHER, SESSION, SPAN, WHOLE, Hours, Spoken, read_hours
from monitord.sheets.fold import plain
from monitord.sheets.half_read import half_read


def legend_of(lines: Iterable[str]) -> dict[str, Hours]:
    """Return what the lines of a sheet say of shift words; what they say in two ways, or of two spans of hours, is left
    out."""
    found: dict[str, Hours] = {}
    unclear: set[str] = set()
    for line in lines:
        word: str | None = None
        for part in re.split(r"[;,\n]|\.\s", line):
            hours = read_hours(part)
            if not isinstance(hours, Hours):
                continue
            if SESSION.search(plain(part)) is None:
                # "Ca 1: 7h - 11h, 13h - 17h": the second span is of the same word.
                unclear |= {word} if word is not None else set()
                continue
            word = _word_of(part)
            if word is not None and (half_read(part) or found.setdefault(word, hours) != hours):
                unclear.add(word)
    return {word: hours for word, hours in found.items() if word not in unclear}


def _word_of(part: str) -> str | None:
    spoken = read_hours(SPAN.sub("", BARE.sub("", plain(part).replace("–", "-"))))
    return spoken.word if isinstance(spoken, Spoken) and spoken not in (WHOLE, EITHER) else None
