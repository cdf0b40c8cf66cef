"""What a reader of a file is not sure of: doubts that must be settled, each by its cell, and remarks on what was
understood.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeVar

from monitord.sheets.fold import words

Value = TypeVar("Value")


class Ask(StrEnum):
    """What a doubt is about."""

    NO_SUCH_DAY = "no_such_day"
    DAY_UNREAD = "day_unread"
    DAY_BEHIND = "day_behind"
    NO_YEAR = "no_year"
    WEEKDAY = "weekday"
    LUNAR = "lunar"
    SWAPPED = "swapped"
    HOURS_UNREAD = "hours_unread"
    SESSION = "session"
    DUTY_UNKNOWN = "duty_unknown"
    DUTY_MISSING = "duty_missing"
    UNIT_MISSING = "unit_missing"
    OTHER_UNIT = "other_unit"
    TWO_TABLES = "two_tables"
    NAME_UNKNOWN = "name_unknown"
    NAME_NEAR = "name_near"
    NAME_TWICE = "name_twice"
    WHO = "who"
    TWO_LEADERS = "two_leaders"


class Note(StrEnum):
    """What a remark says: understood so, nothing to do."""

    WHOLE_DAY = "whole_day"
    SLOT = "slot"
    OVER_NIGHT = "over_night"
    ZERO = "zero"
    MASKED = "masked"
    LANDLINE = "landline"
    OLD_MOBILE = "old_mobile"
    NO_PHONE = "no_phone"
    PHONE_DIFFERS = "phone_differs"
    UNMARKED = "unmarked"
    BY_PHONE = "by_phone"
    NOBODY = "nobody"
    HIDDEN = "hidden"
    NOT_READ = "not_read"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that nobody guesses: where, what about, what stands there, what is proposed (empty: nothing), and in
    how many more cells the same stands."""

    place: str
    ask: Ask
    said: str
    proposal: str = ""
    more: int = 0


@dataclass(frozen=True, slots=True)
class Remark:
    """How something was understood, with where it stands first and in how many more cells."""

    place: str
    note: Note
    said: str
    understood: str = ""
    more: int = 0


@dataclass(frozen=True, slots=True)
class Settle:
    """What the keeper of the roster decided: the unit, the duty and the year where the file says none, who or which
    duty a text is (folded), and the cells whose proposal is taken."""

    unit: str | None = None
    duty: str | None = None
    year: int | None = None
    meant: Mapping[str, str] = field(default_factory=dict)
    takes: frozenset[str] = frozenset()
    two_leaders: bool = False


class Asker:
    """Gathers doubts and remarks; a proposal that was taken is no doubt. The same text is asked about once."""

    def __init__(self, settle: Settle, today: date) -> None:
        self.settle = settle
        self.today = today
        self._settled: set[tuple[Ask, str]] = set()
        self._used: set[str] = set()
        self._takes = {bare(place) for place in settle.takes}
        self._doubts: dict[tuple[Ask, str], list[Doubt]] = {}
        self._remarks: dict[tuple[Note, str, str], list[Remark]] = {}

    def ask(self, place: str, ask: Ask, said: str, proposal: str = "", value: Value | None = None) -> Value | None:
        """Return the value that is proposed where it was taken; otherwise keep the doubt and return None."""
        key = (ask, said if ask in _BY_TEXT else place)
        places = {bare(place), bare(place).rpartition("!")[2]}
        if value is not None and (key in self._settled or places & self._takes):
            self._settled.add(key)
            self._used |= places
            return value
        self._doubts.setdefault(key, []).append(Doubt(place, ask, said, proposal))
        return None

    def note(self, place: str, note: Note, said: str, understood: str = "") -> None:
        """Keep a remark."""
        self._remarks.setdefault((note, said, understood), []).append(Remark(place, note, said, understood))

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """Return what must be settled, one for each text or cell, in the order of the file."""
        return tuple(
            Doubt(
                all_of[0].place,
                all_of[0].ask,
                all_of[0].said,
                # One remark may stand beside several people.
                ", ".join(dict.fromkeys(one.proposal for one in (all_of if key[0] is Ask.WHO else all_of[:1]))),
                len({o.place for o in all_of}) - 1,
            )
            for key, all_of in self._doubts.items()
            if key not in self._settled
        )

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """Return the remarks, one for each text, in the order of the file."""
        return tuple(
            Remark(all_of[0].place, *key, len({one.place for one in all_of}) - 1)
            for key, all_of in self._remarks.items()
        )

    @property
    def unused(self) -> tuple[str, ...]:
        """Return the cells that were named to take a proposal of, and at which nothing was proposed."""
        return tuple(sorted(place for place in self.settle.takes if bare(place) not in self._used))

    def meant(self, text: str) -> str | None:
        """Return the id that the keeper of the roster named for a text, or None."""
        return self.settle.meant.get(words(text))


_BY_TEXT = frozenset({Ask.NAME_UNKNOWN, Ask.NAME_NEAR, Ask.NAME_TWICE, Ask.DUTY_UNKNOWN, Ask.SESSION, Ask.HOURS_UNREAD})
"""What is settled for every cell in which the same stands."""


def bare(place: str) -> str:
    """Return an address without the quotes and blanks with which it may be typed."""
    return place.replace("'", "").replace("$", "").strip().casefold()
