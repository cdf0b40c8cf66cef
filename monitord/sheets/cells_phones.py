"""Telephone numbers in every shape people type, taken out of a text or a number."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from monitord.sheets.asking import Note
from monitord.sheets.raw import Cell

_NUMBER = re.compile(r"\+?\(?\+?\d[\d .\-()]{6,16}\d(?!\d)")
_MASKED = re.compile(r"\d{3,5}[ .\-]*(?:[xX*•]{2,}[ .\-]*)+\d*")
_MOBILES = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
_OLD = {"0120": "070", "0121": "079", "0122": "077", "0126": "076", "0128": "078", "0123": "083", "0124": "084",
        "0125": "085", "0127": "081", "0129": "082", "0162": "032", "0163": "033", "0164": "034", "0165": "035",
        "0166": "036", "0167": "037", "0168": "038", "0169": "039", "0186": "056", "0188": "058",
        "0199": "059"}  # fmt: skip
"""What became of mobile numbers of eleven digits in 2018."""


@dataclass(frozen=True, slots=True)
class Phone:
    """One number: as written, in E.164 (empty when it is none), whether it gets SMS, what is to be said of it,
    and the cell in which it stands when that is not the cell of the name."""

    written: str
    number: str
    mobile: bool
    note: Note | None = None
    place: str = ""


def phones_in(text: str) -> tuple[list[Phone], str]:
    """Return the numbers in a text, and what is left of the text without them."""
    found: list[Phone] = []

    def take(match: re.Match[str]) -> str:
        found.append(phone_of(match[0]))
        return " "

    def masked(match: re.Match[str]) -> str:
        found.append(Phone(match[0].strip(), "", False, Note.MASKED))
        return " "

    rest = _NUMBER.sub(take, _MASKED.sub(masked, text))
    return found, rest


def phones_of(cell: Cell) -> list[Phone]:
    """Return the numbers of a cell; a number whose zero the spreadsheet ate has it again."""
    if isinstance(cell.value, float):
        return [replace(phone_of(cell.text), place=cell.place)]
    parts = [part for line in cell.lines for part in re.split(r"[;/,]|\s-\s", line)]
    return [replace(phone, place=cell.place) for part in parts for phone in phones_in(part)[0]]


@lru_cache(maxsize=4096)
def phone_of(written: str) -> Phone:
    """Return one number, read as a Vietnamese one unless it begins with `+`."""
    digits = re.sub(r"\D", "", written)
    ate = len(digits) == 9 and digits[0] in "35789"
    old = _OLD.get(digits[:4]) if len(digits) == 11 else None
    if old is not None:
        return Phone(written.strip(), f"+84{(old + digits[4:])[1:]}", True, Note.OLD_MOBILE)
    try:
        number = phonenumbers.parse(f"0{digits}" if ate else written, "VN")
    except NumberParseException:
        return Phone(written.strip(), "", False, Note.NO_PHONE)
    if not phonenumbers.is_valid_number(number):
        return Phone(written.strip(), "", False, Note.NO_PHONE)
    mobile = phonenumbers.number_type(number) in _MOBILES
    note = Note.ZERO if ate else None if mobile else Note.LANDLINE
    return Phone(written.strip(), phonenumbers.format_number(number, PhoneNumberFormat.E164), mobile, note)


def shown(number: str) -> str:
    """Return a Vietnamese number as people dial it: `0912345678`."""
    return f"0{number[3:]}" if number.startswith("+84") else number
