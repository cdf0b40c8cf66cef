"""What is left of a text once its hours were read: whoever reads "7h - 11h, 13h - 17h" as a morning is wrong."""

import re
from functools import lru_cache

from monitord.sheets.cells_hours import BARE, DAY, SESSION, SPAN, UNCLEAR, WHOLE, WHOLE_WORDS, Hours, Spoken, read_hours
from monitord.sheets.fold import plain

_CHANGED = re.compile(r"\b(?:tru|truoc|rang|hom sau|ngay sau|hanh chinh|am|pm)\b")
"""Words that give the hours beside them another meaning."""
_TIME = re.compile(r"\d ?(?:gio|h|g)\b|\d ?(?:gio|h|g|:) ?\d\d")
_NUMBERED = re.compile(r"\bca (?:\d|i{1,3}|iv)\b")
_LENGTH = re.compile(r"\b(\d{1,2}) ?(?:tieng|gio|h)\b")
_BEGINS = {"sang": range(12), "chieu": range(11, 19), "toi": range(16, 24), "dem": (*range(6), *range(16, 24))}
"""At which hours a shift begins that is called so."""
_SAME = {"sang": "ca 1 ca i", "chieu": "ca 2 ca ii", "toi": "ca 3 ca iii", "dem": "ca 3 ca iii"}
"""The numbers of the shifts that may be called so in brackets."""


def whole_hours(text: str, *, figures: bool = True) -> Hours | Spoken | None:
    """Return the hours or the word for them that a text says, UNCLEAR where it says more than was read."""
    return UNCLEAR if half_read(text, figures=figures) else read_hours(text)


@lru_cache(maxsize=4096)
def half_read(text: str, *, figures: bool = True) -> bool:
    """Return whether a text says more of hours than was read of it; `figures` that any number left over is of hours,
    which it is not where a day stands in the same text."""
    said = plain(text).replace("–", "-").replace("—", "-").replace("−", "-")
    hours = read_hours(text)
    if hours is None:
        return False
    if isinstance(hours, Hours):
        found = SPAN.search(said) or BARE.search(said)
        assert found is not None
        rest = _label(said, found, hours)
    else:
        rest = WHOLE_WORDS.sub(" ", said).replace("ca ngay", " ") if hours == WHOLE else _without_word(said)
    if rest is None or _CHANGED.search(rest) or SESSION.search(rest) or _TIME.search(rest) or SPAN.search(rest):
        return True
    return figures and any(char.isdigit() for char in rest)


def _label(said: str, found: re.Match[str], hours: Hours) -> str | None:
    """Return what stands beside hours, without the one shift word that they are called by; None where that word is of
    other hours: in "1h - 5h chiều" and "7h - 5h chiều" the afternoon is not said of the early morning."""
    before, after = said[: found.start()], said[found.end() :]
    rest = _NUMBERED.sub(" ", f"{before} | {after}", 1)
    if hours.end - hours.start == DAY:
        rest = WHOLE_WORDS.sub(" ", rest, 1)
    rest = _LENGTH.sub(lambda one: " " if int(one[1]) * 60 == hours.end - hours.start else one[0], rest)
    if (word := SESSION.search(rest)) is None:
        return rest
    kind = word[1].split()[-1]
    if _NUMBERED.fullmatch(word[1]):
        return None
    behind = SESSION.match(after.lstrip()) is not None
    ends = (hours.start // 60 % 24, *((hours.end // 60 % 24,) if behind else ()))
    if kind in _BEGINS and not any(hour in _BEGINS[kind] for hour in ends):
        return None
    return rest[: word.start()] + " " + rest[word.end() :]


def _without_word(said: str) -> str:
    """Return what stands beside a shift word; "Ca 1 (sáng)" says one shift in two ways."""
    word = SESSION.search(said)
    assert word is not None
    rest = f"{said[: word.start()]} {said[word.end() :]}"
    again = re.search(r"\((?:ca |buoi )?(sang|chieu|toi|dem)\)", rest)
    if again is not None and word[1] in _SAME[again[1]]:
        rest = rest.replace(again[0], " ", 1)
    return rest
