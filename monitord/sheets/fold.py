"""Vietnamese words compared: without marks, or with marks wherever in the syllable they stand (hòa, hoà)."""

import re
import unicodedata
from functools import lru_cache

_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_KEPT = 4096
"""Texts whose folded form is kept: the same names stand in every row."""
_BETWEEN = re.compile(r"[^0-9a-z]+")


@lru_cache(maxsize=_KEPT)
def plain(text: str) -> str:
    """Return small letters without marks and with single blanks; other signs stay."""
    parted = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join("".join(char for char in parted if not unicodedata.combining(char)).split())


@lru_cache(maxsize=_KEPT)
def words(text: str) -> str:
    """Return letters and figures alone, without marks, set apart by single blanks."""
    return _BETWEEN.sub(" ", plain(text)).strip()


@lru_cache(maxsize=_KEPT)
def marked(text: str) -> str:
    """Return small letters with their marks; the tone of a syllable stands behind it, wherever it stood."""
    parted = unicodedata.normalize("NFD", text.casefold())
    found = []
    for word in parted.split():
        tones = "".join(char for char in word if char in _TONES)
        found.append("".join(char for char in word if char not in _TONES) + tones)
    return " ".join(found)


def unmarked(text: str) -> bool:
    """Return whether a text was typed without any marks."""
    return all(not unicodedata.combining(char) and char not in "đĐ" for char in unicodedata.normalize("NFD", text))
