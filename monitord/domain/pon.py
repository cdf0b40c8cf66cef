"""What the ONTs of PON ports say when they do not work: how many lost their light, and how many their power."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

_WRITTEN = re.compile(r"LOS (\d{1,6}), dying-gasp (\d{1,6}), offline (\d{1,6}) / (\d{1,6}) ONT", re.ASCII)


class Mostly(StrEnum):
    """What most ONTs that do not work say of it."""

    LIGHT = "light"
    POWER = "power"
    UNSAID = "unsaid"


@dataclass(frozen=True, slots=True)
class Onts:
    """ONTs by how they are: without light, without power, not working and nobody knows why, and all there are."""

    light: int = 0
    power: int = 0
    other: int = 0
    total: int = 0

    @property
    def lost(self) -> int:
        """Return how many do not work."""
        return self.light + self.power + self.other

    @property
    def mostly(self) -> Mostly:
        """Return what more than two thirds of those say; many that lost their light at once are a fibre, many dying
        gasps a power cut among the customers."""
        if 3 * self.light > 2 * self.lost:
            return Mostly.LIGHT
        return Mostly.POWER if 3 * self.power > 2 * self.lost else Mostly.UNSAID

    def __str__(self) -> str:
        """Return the counts as technicians read them on the equipment; `read_onts` gives them back."""
        return f"LOS {self.light}, dying-gasp {self.power}, offline {self.other} / {self.total} ONT"


def read_onts(text: str) -> Onts | None:
    """Return the counts that a text holds, None where it holds none."""
    found = _WRITTEN.fullmatch(text)
    return None if found is None else Onts(*map(int, found.groups()))


def summed(many: Iterable[Onts]) -> Onts:
    """Return these together."""
    found = list(many)
    return Onts(
        sum(one.light for one in found),
        sum(one.power for one in found),
        sum(one.other for one in found),
        sum(one.total for one in found),
    )
