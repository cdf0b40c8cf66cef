"""What is left of a cell of days once its day is taken out: whatever that is, the day was not understood whole."""

import re

from monitord.sheets.day_words import FULL, LABELLED, LUNAR, WEEKDAY, WORDS, solar_in

_TIME = r"\d{1,2} ?(?:gio|h|g|:) ?(?:\d{2})?(?: ?phut)?"
_BEFORE, _AFTER = "(?: ?(?:ngay )?hom truoc)?", "(?: ?(?:(?:ngay |sang )?hom sau|ngay ke tiep))?"
_HOURS = re.compile(
    rf"24 ?/ ?24|(?:tu )?{_TIME}{_BEFORE} ?(?:-|den|toi) ?{_TIME}{_AFTER}|"
    r"\d{1,2} ?(?:-|den) ?\d{1,2} ?(?:gio|h|g)\b|"
    r"\b24 ?(?:h|gio)\b|\b00:00(?::00)?\b"
)
_SESSION = re.compile(
    r"\bngay (?:va )?dem\b|\bca (?:\d|i{1,3}|iv)\b|\b(?:ca |buoi )?(?:sang|chieu|toi|dem)\b|\bca ngay\b"
)
_BESIDE = re.compile(
    r"\b(?:tet(?: (?:nguyen dan|duong lich|am lich))?(?: (?:giap|at|binh|dinh|mau|ky|canh|tan|nham|quy) [a-z]{2,4})?|"
    r"(?:duong|am) lich|al|dl|quoc khanh|gio to(?: hung vuong)?|giai phong mien nam|quoc te lao dong|"
    r"ngay|thang|nam|tuc|nham)\b"
)
_WEEK = re.compile(r"^tuan(?: thu)?(?: \d{1,2}(?![\d/.-])| [ivx]+\b)?\W*")


def rest_of(said: str) -> str:
    """Return what stands in a text without marks beside one day, its weekday, its lunar date and one time of day; empty
    when that is all."""
    if solar_in(said) is not None:
        said = WEEKDAY.sub(" ; ", LABELLED.sub(" ", said, 1), 1)
        said = WORDS.sub(" ", said, 1) if WORDS.search(said) else FULL.sub(" ", said, 1)
        return beside(LUNAR.sub(" ", said, 1), weekdays=0)
    return beside(LUNAR.sub(" ", said, 1))


def beside(said: str, weekdays: int = 1) -> str:
    """Return what is left of the text around a day without so many weekdays, one time of day and the words that say no
    more."""
    said = WEEKDAY.sub(" ", said, weekdays) if weekdays else said
    for known in (_HOURS, _SESSION):
        said = known.sub(" ", said, 1)
    return " ".join(re.sub(r"[\W_]+", " ", _BESIDE.sub(" ", said)).split())


def without_week(said: str) -> str:
    """Return a range without the words before it: "Tuần 1 (từ 01/02 đến 07/02)"."""
    return _WEEK.sub("", said).removeprefix("tu ")


def has_part(said: str) -> bool:
    """Return whether a text without marks names a part of a day: "đêm 05/02" as an end of a range is no whole day."""
    return re.search(r"\b(?:sang|chieu|toi|dem)\b", LUNAR.sub(" ", said)) is not None
