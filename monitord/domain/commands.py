"""What people type instead of pressing a button: `XN 014`, `HOAN 014 30`, `TT`. Any case, with and without diacritics.

A text that begins with none of these words is no command, and nobody's business.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class Verb(StrEnum):
    """What a command does: the word as it is typed."""

    TAKE = "xn"
    CALLED = "goi"
    SNOOZE = "hoan"
    ESCALATE = "cc"
    CAUSE = "nn"
    NOTED = "dn"
    APPROVE = "duyet"
    DECLINE = "cbc"
    PICTURE = "hinh"
    STATUS = "tt"
    ROSTER = "truc"
    HELP = "help"
    BIND = "start"
    GROUP = "nhom"
    SHIFT = "nc"
    GIVE = "gc"
    INSTRUCT = "cd"
    NO_CALLS = "khonggoi"
    CALLS_AGAIN = "goilai"
    SWAP = "doica"
    SWAP_NO = "kdoica"


NUMBERED = frozenset(
    {
        Verb.TAKE,
        Verb.CALLED,
        Verb.SNOOZE,
        Verb.ESCALATE,
        Verb.CAUSE,
        Verb.NOTED,
        Verb.APPROVE,
        Verb.DECLINE,
        Verb.PICTURE,
        Verb.INSTRUCT,
    }
)
"""The commands that speak of one incident."""
MEANT = (Verb.TAKE, Verb.ESCALATE, Verb.APPROVE, Verb.DECLINE)
"""What nobody types by the way: without a number its form is shown."""
ALSO = {"giup": Verb.HELP, "?": Verb.HELP, "anh": Verb.PICTURE}
"""Other words for the same."""
SWAP_DIGITS = 6
"""Digits of the number of a swap."""
SPOKEN = "anh"
"""A word of every other sentence: it is a command only before a whole number of an incident, and alone with it."""
USUAL = 30
LONGEST = 24 * 60
"""Minutes for which a reminder is put off: by default, and at most."""

_FIRST = re.compile(r"/?([^\W\d_]+|\?)(?:@\w+)?[\s.:,]*(.*)", re.DOTALL)
_NUMBER = re.compile(
    r"(?:#|số\s+|so\s+)?((?:[a-z]{2}-\d{4}-)?\d{1,6})\b[\s.:,]*(.*)", re.DOTALL | re.IGNORECASE | re.ASCII
)


_NOT_CALLED = re.compile(r"goi(?:\s+nua)?(?:\s+den)?\s*((?:\d.*)?)")
_HOUR = re.compile(r"(\d{1,2})\s*(?:gio|[h:.])?\s*(\d{2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Command:
    """A command: which, for which incident as it was typed, and the text or the minutes behind it.

    `wrong` says that something is missing or makes no sense in it, so that its form is to be shown.
    """

    verb: Verb
    number: str = ""
    text: str = ""
    minutes: int = USUAL
    wrong: bool = False


def plain(word: str) -> str:
    """Return a word without marks, in small letters."""
    parted = unicodedata.normalize("NFD", word.casefold().replace("đ", "d"))
    return "".join(char for char in parted if not unicodedata.combining(char))


def read_command(text: str) -> Command | None:
    """Return the command that a text is, None for one that is none."""
    found = _FIRST.fullmatch(unicodedata.normalize("NFC", text).strip())
    if found is None:
        return None
    word, rest = plain(found[1]), found[2].strip()
    if word == "doi" and plain(rest).startswith("ca "):
        word, rest = Verb.SWAP, rest[3:].strip()  # "đổi ca 5"
    elif (word, plain(rest)) == ("goi", "lai"):
        word, rest = Verb.CALLS_AGAIN, ""
    elif word == "khong" and (apart := _NOT_CALLED.fullmatch(plain(rest))):
        word, rest = Verb.NO_CALLS, apart[1]  # "không gọi nữa", "không gọi nữa đến 6h"
    verb = ALSO.get(word) or next((one for one in Verb if one == word), None)
    if verb is None:
        return None
    if verb in (Verb.BIND, Verb.GROUP) and not text.strip().startswith("/"):
        return None
    if verb is Verb.BIND:
        # Telegram sends it when somebody opens a bot, with what stood behind `?start=` in the link.
        return Command(verb, text=rest) if rest else Command(Verb.HELP)
    if verb is Verb.SHIFT and (about := _NUMBER.fullmatch(rest)) is not None and not about[2].strip("!.?() "):
        return Command(verb, about[1].upper())  # whoever takes over says of what he knows
    if verb is Verb.NO_CALLS:
        until = _clock(rest) if rest else None
        return Command(verb, text=until or "", wrong=bool(rest) and until is None)
    if verb in (Verb.SWAP, Verb.SWAP_NO):
        # "Đổi ca nhé" is talk; the number of a swap alone makes it an answer.
        return Command(verb, rest) if rest.isascii() and rest.isdigit() and len(rest) <= SWAP_DIGITS else None
    if verb not in NUMBERED:
        # A word that only begins like a command ("trực tiếp báo anh Ba") is talk.
        return Command(verb) if not rest else None
    numbered = _NUMBER.fullmatch(rest)
    if word == SPOKEN and (numbered is None or numbered[2].strip("!.?() ") or len(numbered[1]) < 3):
        return None
    if numbered is None:
        # "Gọi cho anh Ba" is talk; who types XN means to take something, and must not believe he did.
        return Command(verb, wrong=True) if not rest or verb in MEANT else None
    number, more = numbered[1].upper(), numbered[2].strip()
    match verb:
        case Verb.SNOOZE:
            digits = plain(more).removesuffix("phut").removesuffix("p").strip() if more else str(USUAL)
            known = digits.isascii() and digits.isdigit() and len(digits) <= 5
            minutes = int(digits) if known else 0
            fits = 1 <= minutes <= LONGEST
            return Command(verb, number, minutes=minutes if fits else USUAL, wrong=not fits)
        case Verb.CAUSE | Verb.DECLINE | Verb.INSTRUCT:
            return Command(verb, number, more, wrong=not more)
        case Verb.CALLED:
            # "Gọi 1 xe cẩu" is talk, too: a number of an incident has three digits there.
            return Command(verb, number, more) if not more or "-" in number or len(number) >= 3 else None
        case _:
            return Command(verb, number, wrong=bool(plain(more).strip("!.?() ")))


def _clock(text: str) -> str | None:
    """Return an hour of the day as `06:00`, however it was typed (`6`, `6h`, `6h30`, `06:30`, `6 giờ`), or None."""
    found = _HOUR.fullmatch(plain(text))
    if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:
        return None
    return f"{int(found[1]):02}:{found[2] or '00'}"
