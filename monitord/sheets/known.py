"""What the settings know, as far as a roster file needs it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from itertools import pairwise
from zoneinfo import ZoneInfo

from monitord.domain.people import DutyKind, Person, Unit
from monitord.sheets.fold import words

Slots = Mapping[tuple[str, str], tuple[tuple[time, time], ...]]


@dataclass(frozen=True, slots=True)
class Known:
    """Units, kinds of duty and people by id; the hours of every day by unit and duty, in order; the zone and the day of
    today."""

    units: Mapping[str, Unit]
    duties: Mapping[str, DutyKind]
    people: Mapping[str, Person]
    slots: Slots
    zone: ZoneInfo
    today: date
    _seen: dict[tuple[str, bool], str | None] = field(default_factory=dict, repr=False, compare=False)

    def duty_of(self, text: str, *, loosely: bool = False) -> str | None:
        """Return the kind of duty that a text is, None when it is none or may be several.

        "Lãnh đạo trực" is "trực lãnh đạo"; a longer text is the one kind whose two or more words it has, `loosely` also
        a kind of one word that follows "trực".
        """
        key = text, loosely
        if key not in self._seen:
            self._seen[key] = self._duty_of(text, loosely)
        return self._seen[key]

    def _duty_of(self, text: str, loosely: bool) -> str | None:
        if text.strip() in self.duties:
            return text.strip()
        said = words(text).split()
        bag = frozenset(said) - _FILLING
        names = {key: frozenset(words(kind.name).split()) - {"truc"} for key, kind in self.duties.items()}
        same = [key for key, name in names.items() if name == bag and (len(name) > 1 or "truc" in said)]
        if same or not bag:
            return same[0] if len(same) == 1 else None
        pairs = set(pairwise(said))
        after = {one for first, one in pairs if first == "truc"} if loosely else set()
        within = [key for key, name in names.items() if name <= bag and (len(name) > 1 or name & after)]
        best = [key for key in within if all(names[other] <= names[key] for other in within)]
        return best[0] if len(best) == 1 else None

    def unit_of(self, text: str, *, within: bool = False) -> str | None:
        """Return the unit that a text is called after, or, `within`, whose name is a part of it."""
        said = words(text)
        for key, unit in self.units.items():
            if text.strip() == key or said == words(unit.name) or (within and f" {words(unit.name)} " in f" {said} "):
                return key
        return None


def says_duty(text: str) -> bool:
    """Return whether a text says anything of a kind of duty, and not only "trực chính" or "trực phụ"."""
    return bool(frozenset(words(text).split()) - _FILLING)


_FILLING = frozenset({"truc", "chinh", "phu", "1", "2", "24", "24h", "tet", "du", "phong"})
