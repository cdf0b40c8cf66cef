"""Where the named rows of a column were when it was walked last, and when that is no longer worth believing."""

from collections.abc import Iterable
from dataclasses import dataclass

REWALK = 10
"""Looks between two walks for names that were not found."""
REWALK_AFTER = 270.0
"""Seconds between them where looks are rare: five minutes, less the tenth by which a slow look may come early."""
TABLES = 50_000
"""Name tables kept; the one unused longest goes first."""


@dataclass(slots=True)
class Table:
    """The index of each name as the walk that began at `walked` (monotonic seconds) found it.

    `complete` where that was the whole column, `lost` where an answer failed to come. `looks` were made since.
    """

    index: dict[str, str]
    complete: bool
    lost: bool
    walked: float
    looks: int = 0

    def stale(self, names: Iterable[str], now: float) -> bool:
        """Return whether to walk anew for those of `names` that were not found."""
        old = self.lost or self.looks >= REWALK or now - self.walked >= REWALK_AFTER
        return old and any(name not in self.index for name in names)
