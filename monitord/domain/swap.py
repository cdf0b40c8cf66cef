"""Swaps of duty: somebody asks others to stand in for some hours of his; nothing changes until a leader approves.

`asked -> taken -> approved`; declined, withdrawn or expired is over as well. Pure: who is told and what is written is
the desk's.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from monitord.domain.roster import Shift

REST = timedelta(hours=12)
"""Hours off duty before and after those that somebody takes; less is said to the leader, who may approve all the
same."""


class SwapState(StrEnum):
    """Where a request stands."""

    ASKED = "asked"
    TAKEN = "taken"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


PENDING = (SwapState.ASKED, SwapState.TAKEN)
"""The states in which somebody is still to answer."""
_NEXT = {
    SwapState.ASKED: {SwapState.TAKEN, SwapState.DECLINED, SwapState.WITHDRAWN, SwapState.EXPIRED},
    SwapState.TAKEN: {SwapState.APPROVED, SwapState.DECLINED, SwapState.WITHDRAWN, SwapState.EXPIRED},
}


class SwapOver(ValueError):
    """The request is not in a state in which that can be done."""


@dataclass(frozen=True, slots=True)
class Swap:
    """A request of `asker` that somebody else be on a duty of a unit in `[start, end)`.

    `named` is the only one who is asked, None for everybody who holds that duty. `taker` took it, `decider` approved or
    declined it; what nobody took or approved until `expires` is over.
    """

    id: int
    unit: str
    duty: str
    asker: str
    start: datetime
    end: datetime
    expires: datetime
    named: str | None = None
    state: SwapState = SwapState.ASKED
    taker: str | None = None
    decider: str | None = None
    reason: str = ""

    @property
    def pending(self) -> bool:
        """Return whether somebody is still to answer."""
        return self.state in PENDING

    def meets(self, start: datetime, end: datetime) -> bool:
        """Return whether it is about a part of `[start, end)`."""
        return self.start < end and start < self.end


def moved(swap: Swap, state: SwapState, by: str | None = None) -> Swap:
    """Return the request in its next state, by whom; SwapOver where that state does not follow."""
    if state not in _NEXT.get(swap.state, set()):
        raise SwapOver(f"swap {swap.id} is {swap.state} already")
    match state:
        case SwapState.TAKEN:
            return replace(swap, state=state, taker=by)
        case SwapState.APPROVED | SwapState.DECLINED:
            return replace(swap, state=state, decider=by)
        case _:
            return replace(swap, state=state)


def holds_all(shifts: Iterable[Shift], swap: Swap) -> bool:
    """Return whether the asker is on that duty in every minute of the request."""
    mine = sorted((s for s in shifts if _on_it(s, swap) and s.person == swap.asker), key=lambda s: s.start)
    reached = swap.start
    for shift in mine:
        if shift.start > reached:
            break
        reached = max(reached, shift.end)
    return reached >= swap.end


def on_it_already(shifts: Iterable[Shift], swap: Swap, person: str) -> bool:
    """Return whether somebody holds that very duty in a part of those hours: then nobody would be won by him."""
    return any(s.person == person and _on_it(s, swap) and swap.meets(s.start, s.end) for s in shifts)


def elsewhere(shifts: Iterable[Shift], swap: Swap, person: str) -> Shift | None:
    """Return another duty that somebody has in those hours, None where he has none."""
    found = (s for s in shifts if s.person == person and not _on_it(s, swap) and swap.meets(s.start, s.end))
    return min(found, key=lambda s: s.start, default=None)


def rest_left(shifts: Iterable[Shift], swap: Swap, person: str) -> timedelta | None:
    """Return the shortest time off duty that somebody would have beside those hours, None where it is REST or more."""
    gaps = [
        max(swap.start - s.end, s.start - swap.end)
        for s in shifts
        if s.person == person and not swap.meets(s.start, s.end)
    ]
    shortest = min(gaps, default=REST)
    return shortest if shortest < REST else None


def may_be_asked(shifts: Iterable[Shift], swap: Swap) -> tuple[str, ...]:
    """Return who holds that duty at other times and is on none in those hours, whose nearest shift is nearest first."""
    known = tuple(shifts)
    busy = {s.person for s in known if swap.meets(s.start, s.end)}
    near: dict[str, timedelta] = {}
    for shift in known:
        if shift.person != swap.asker and shift.person not in busy and _on_it(shift, swap):
            distance = max(swap.start - shift.end, shift.start - swap.end)
            near[shift.person] = min(distance, near.get(shift.person, distance))
    return tuple(sorted(near, key=lambda person: (near[person], person)))


def _on_it(shift: Shift, swap: Swap) -> bool:
    return shift.unit == swap.unit and shift.duty == swap.duty
