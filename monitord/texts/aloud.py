"""Texts to be read aloud by a machine: no signs, no abbreviations, one sentence after the other."""

import re
import unicodedata

_KEPT = frozenset({"L", "N", "Z"})
_SIGNS = ".,:;?!%/-"
_SPACED = re.compile(r"\s+([.,:;?!])")
_ENDS = re.compile(r"([.:;,?!])(?:\s*[.:;,])+")


def aloud(text: str) -> str:
    """Return `text` in one line without signs that a machine would spell out; lines end with a full stop."""
    lines = []
    for line in text.splitlines():
        kept = "".join(
            char if char in _SIGNS or unicodedata.category(char)[0] in _KEPT else "." if char == "·" else " "
            for char in unicodedata.normalize("NFC", line)
        )
        if words := " ".join(kept.split()):
            lines.append(words.strip(" .") + ("" if words.endswith(("?", "!", ":")) else "."))
    joined = _SPACED.sub(r"\1", " ".join(lines))
    return _ENDS.sub(r"\1", joined)
