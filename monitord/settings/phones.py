"""Telephone numbers as people write them, as one form: `+84912345678` (E.164, ITU-T)."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

HOME = "VN"
_MOBILE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})


def mobile_of(written: str) -> str | None:
    """Return a mobile number in E.164, None for what is none: a telephone on a desk gets no SMS.

    `0912 345 678`, `84912345678` and `912345678` (a spreadsheet ate the zero) are the same number; a number of another
    country is written with its `+`.
    """
    number = _parsed(written)
    return None if number is None or phonenumbers.number_type(number) not in _MOBILE else _shown(number)


def phone_of(written: str) -> str | None:
    """Return any number that can be called in E.164, None for what is none; short numbers such as 113 are none."""
    number = _parsed(written)
    return None if number is None else _shown(number)


def _parsed(written: str) -> PhoneNumber | None:
    try:
        number = phonenumbers.parse(written, HOME)
    except NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


def _shown(number: PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
