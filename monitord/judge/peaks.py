"""How full lines were while it matters, so that a bulletin can say it: each whole percent more is told once."""

import math
from collections.abc import Iterable
from datetime import datetime

from monitord.domain.bulletin import Watched, load_of
from monitord.domain.looking import Verdict
from monitord.domain.network import TargetId


class Peaks:
    """Remembers the highest load of each watched line in this run; what earlier runs told is in the journal."""

    def __init__(self) -> None:
        self._watched: tuple[Watched, ...] = ()
        self._highest: dict[tuple[Watched, TargetId], int] = {}

    def watch(self, watched: Iterable[Watched]) -> None:
        """Take what is to be watched; what was told for those that stay is not told again."""
        self._watched = tuple(watched)
        self._highest = {key: told for key, told in self._highest.items() if key[0] in self._watched}

    def news(self, target: TargetId, verdict: Verdict, at: datetime) -> float | None:
        """Return how full a line is, in percent, when it matters at `at` and was never as full; else None."""
        load: float | None = None
        for one in self._watched:
            if target not in one.targets or not one.since <= at < one.until:
                continue
            measured = load_of(verdict.readings)
            if measured is not None and math.floor(measured) > self._highest.get((one, target), -1):
                self._highest[one, target] = math.floor(measured)
                load = measured
        return None if load is None else round(load, 1)
