"""When the slow ask of a device has its turn, and how much of it: what is not worth asking at every look."""

from monitord.domain.looking import Branch, Reach, Sight
from monitord.look.plan import Cells, DevicePlan, SnmpAsk, first_left


class SlowTurn:
    """Whose turn it is at one device while its plan stays; all instants are monotonic seconds.

    The slow ask is due when it was never answered, when its time has come again, when a change it saw waits for its
    confirmation, and when somebody asked for a look. A look that had no time for all of it leaves the rest to the next
    looks; these together are one round. A change that never stays long enough to be confirmed makes it due as many
    times in a row as a fault needs, and no more before its time has come.
    """

    __slots__ = ("_asked", "_begun", "_first", "_left", "_put_off", "_repeats", "_rests", "_waits")

    def __init__(self) -> None:
        self._begun = 0.0
        self._rests = False
        self._asked = False
        self._waits = False
        self._repeats = 0
        self._put_off = 0
        self._left: Cells = frozenset()
        self._first: Branch | None = None

    def ask(self) -> None:
        """Make it due at the next look: what it saw so far may be what was before."""
        self._asked = True

    def missed(self) -> None:
        """Make it due at the next look, and all of it: at this one the device did not answer."""
        self._rests = False
        self._left = frozenset()

    def begin(self, plan: DevicePlan, now: float, *, soft: bool = False) -> SnmpAsk | None:
        """Return what of the slow ask of `plan` is due at `now`, and count its time from here if a round begins.

        While a change of what is asked at every look is `soft` its confirmation goes before, as long as one takes.
        Until `end` it stays due, so that a look that was broken off is made up for.
        """
        slow = plan.slow
        if slow is None:
            return None
        if soft and self._put_off < plan.device.timing.confirm:
            self._put_off += 1
            return None
        self._put_off = 0
        if self._left and not self._asked:
            return slow.rest(self._left, self._first)
        every, interval = slow.every.total_seconds(), plan.device.timing.interval.total_seconds()
        # Looks come on a grid and what is asked before takes longer now and then: without this, 300 becomes 360.
        early = min(interval / 4, every / 10)
        if self._rests and not self._asked and now - self._begun < every - early:
            return None
        if self._rests or self._asked:
            self._repeats = 0
        self._begun = now
        self._rests = self._asked = self._waits = False
        self._left = frozenset()
        return slow.whole(self._first)

    def end(self, ask: SnmpAsk, sight: Sight, *, waits: bool, confirm: int) -> bool:
        """Go on at the next look with what this one left of `ask`; where that is nothing, let it rest until its time
        comes, unless a change that the round saw `waits` for its confirmation or this look was not answered.

        Return True when the next look should come after the retry delay.
        """
        answered = sight.reach is Reach.ANSWERED
        self._waits = self._waits or waits
        self._left = sight.left
        if answered:
            self._first = first_left(ask, sight.left)
        again = self._waits and self._repeats < confirm
        if self._left:
            return again
        self._repeats = self._repeats + again if self._waits else 0
        self._rests = answered and not again
        return again
