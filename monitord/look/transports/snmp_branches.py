"""The branches of a look: rows of other tables under rows found by name, read one column after the other.

One agent must not hold the looks at its device for ever, so all branches of a look share one budget of time, and an
agent that fell silent in the midst of them is asked no more. What was not read to its end is left out as a whole: half
of the ONTs of a port say nothing of the port.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from monitord.clock import Clock
from monitord.domain.looking import Branch, Oid, Value
from monitord.look.transports.snmp_walk import MAX_SECONDS, Walked

BUDGET = 60.0
"""Seconds within which the last walk of a look begins its last question."""
LOST = 2
"""Walks in a row without an answer after which the agent is taken as silent."""

Walking = Callable[[Oid, float], Awaitable[Walked]]
"""Reads all rows under an OID within so many seconds."""


@dataclass(slots=True)
class Branches:
    """What was read: rows by (column, name), each by the rest of its index; `cut` are those not read to their end."""

    rows: dict[tuple[Oid, str], Mapping[str, Value]] = field(default_factory=dict)
    cut: set[tuple[Oid, str]] = field(default_factory=set)


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
    found = Branches()
    until = clock.mono() + BUDGET
    lost = 0
    for branch in branches:
        index = places.get((branch.key_column, branch.key))
        if index is None and branch.key in absent:
            continue
        for column in branch.columns:
            left = until - clock.mono()
            if index is None or left <= 0 or lost >= LOST:
                found.cut.add((column, branch.key))
                continue
            walked = await walking(f"{column}.{index}", min(left, MAX_SECONDS))
            lost = lost + 1 if walked.lost else 0
            if walked.complete:
                found.rows[column, branch.key] = dict(walked.rows)
            else:
                found.cut.add((column, branch.key))
    return found
