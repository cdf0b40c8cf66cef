"""The branches of a look: rows of other tables under rows found by name, read one column after the other.

One agent must not hold the looks at its device for ever, so all branches of a look share one budget of time, and an
agent that fell silent in the midst of them is asked no more. What was not read to its end is left out as a whole: half
of the ONTs of a port say nothing of the port.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from monitord.clock import Clock
from monitord.domain.looking import Branch, Oid, Value
from monitord.look.transports.snmp_walk import Walked

BUDGET = 20.0
"""Seconds within which the last walk of a look begins its last question."""
LOST = 2
"""Walks in a row without an answer after which the agent is taken as silent."""

Walking = Callable[[Oid, float], Awaitable[Walked]]
"""Reads all rows under an OID within so many seconds."""


@dataclass(slots=True)
class Branches:
    """What was read: rows by (column, name), each by the rest of its index.

    `cut` are those not read to their end, `left` those for which there was no time after the others before them.
    """

    rows: dict[tuple[Oid, str], Mapping[str, Value]] = field(default_factory=dict)
    cut: set[tuple[Oid, str]] = field(default_factory=set)
    left: set[tuple[Oid, str]] = field(default_factory=set)


async def read_branches(
    walking: Walking,
    branches: Sequence[Branch],
    places: Mapping[tuple[Oid, str], str],
    absent: Collection[str],
    clock: Clock,
) -> Branches:
    """Return the rows under the names that have a place, an index by (key column, name).

    A name without a place is cut, unless it is `absent`: the device has no such row.
    """
    reading = _Reading(walking, clock, clock.mono() + BUDGET)
    found = Branches()
    for branch in branches:
        index = places.get((branch.key_column, branch.key))
        keys = [(column, branch.key) for column in branch.columns]
        if index is None and branch.key in absent:
            continue
        if index is None or reading.lost >= LOST:
            found.cut.update(keys)
        elif reading.begun and reading.over:
            found.left.update(keys)
        else:
            # Whoever has a whole budget and is not done has no claim to a second one: the others would wait for ever.
            again, reading.begun = reading.begun, True
            rows = await reading.columns(branch, index)
            if again and reading.over and len(rows) < len(keys) and not reading.lost:
                found.left.update(keys)
            else:
                found.rows.update(rows)
                found.cut.update(key for key in keys if key not in rows)
    return found


@dataclass(slots=True)
class _Reading:
    """How far the reading of one look came. `lost` are walks in a row without an answer."""

    walking: Walking
    clock: Clock
    until: float
    lost: int = 0
    begun: bool = False

    @property
    def over(self) -> bool:
        return self.clock.mono() >= self.until

    async def columns(self, branch: Branch, index: str) -> dict[tuple[Oid, str], Mapping[str, Value]]:
        """Return the columns of a branch that were read to their end while there was time."""
        rows: dict[tuple[Oid, str], Mapping[str, Value]] = {}
        for column in branch.columns:
            left = self.until - self.clock.mono()
            if left <= 0 or self.lost >= LOST:
                break
            walked = await self.walking(f"{column}.{index}", left)
            self.lost = self.lost + 1 if walked.lost else 0
            if walked.complete:
                rows[column, branch.key] = dict(walked.rows)
        return rows
