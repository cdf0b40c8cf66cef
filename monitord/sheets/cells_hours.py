"""Shift words and hours: "Sáng", "Ca 1", "7h00 - 19h00", "từ 17 giờ hôm trước đến 7 giờ hôm sau", "24/24"."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from monitord.sheets.fold import marked, plain, unmarked

_TIME = r"(\d{1,2}) ?(?:gio|h|g|:)(?: ?(\d{2}))?(?: ?(?:phut|p|'))?"
SPAN = re.compile(
    rf"(?:tu )?{_TIME} ?(?P<first>hom truoc|ngay hom truoc)? ?(?:-|->|–|—|den|toi) ?{_TIME}"
    rf" ?(?P<last>hom sau|ngay hom sau|sang hom sau|ngay ke tiep)?"
)
BARE = re.compile(r"(?:tu )?(\d{1,2}) ?(?:-|–|den) ?(\d{1,2}) ?(?:gio|h|g)\b")
SESSION = re.compile(r"\b(ca (?:\d|i{1,3}|iv)\b|(?:ca |buoi )?(?:sang|chieu|toi|dem)\b|ca ngay\b)")
WHOLE_WORDS = re.compile(r"24 ?/ ?24|\b24 ?(?:h|gio)\b|\bngay dem\b|\bngay va dem\b")
_WHOLE_DAY = re.compile(rf"(?<!\w){re.escape(marked('cả ngày'))}(?!\w)")
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}
DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Hours:
    """From when to when, in minutes from the beginning of the roster's day; `end` is after `start`."""

    start: int
    end: int
    phrase: bool = False


@dataclass(frozen=True, slots=True)
class Spoken:
    """A word that stands for hours: `sang`, `dem`, `ca 1`; `whole` is the whole day, `either` is "ca ngay" without
    marks, `unclear` is hours of which a part alone was read."""

    word: str


WHOLE = Spoken("whole")
EITHER = Spoken("either")
UNCLEAR = Spoken("unclear")
Legend = Mapping[str, Hours]


@lru_cache(maxsize=4096)
def read_hours(text: str) -> Hours | Spoken | None:
    """Return the hours a text says, or the word that stands for them; None when it says neither."""
    said = plain(text).replace("–", "-").replace("—", "-").replace("−", "-")
    if found := SPAN.search(said):
        return _hours(found[1], found[2], found[4], found[5], found["first"], found["last"])
    if found := BARE.search(said):
        return _hours(found[1], None, found[2], None, None, None)
    if WHOLE_WORDS.search(said) or _WHOLE_DAY.search(marked(text)):
        return WHOLE
    if found := SESSION.search(said):
        word = found[1].removeprefix("buoi ")
        if word == "ca ngay":
            return EITHER if unmarked(text) else Spoken(word)
        kind, _, number = word.partition(" ")
        return Spoken(f"ca {_ROMAN.get(number, number)}" if number and number not in _BY_DAY else number or kind)
    return None


_BY_DAY = ("sang", "chieu", "toi", "dem")
SAID = {"sang": "Sáng", "chieu": "Chiều", "toi": "Tối", "dem": "Đêm", "ca ngay": "Ca ngày"}
"""How shift words are shown; "ca 1" is "Ca 1"."""


def _hours(h1: str, m1: str | None, h2: str, m2: str | None, first: str | None, last: str | None) -> Hours | None:
    start, end = int(h1) * 60 + int(m1 or 0), int(h2) * 60 + int(m2 or 0)
    if start >= DAY or end > DAY or int(m1 or 0) > 59 or int(m2 or 0) > 59:
        return None
    if first and not last:
        start -= DAY
    elif end <= start or last:
        # "hôm trước ... hôm sau" are said of each other: the shift begins on the day it is listed for.
        end += DAY
    return Hours(start, end, bool(first or last))
