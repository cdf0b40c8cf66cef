"""When the slow ask of a device has its turn, and how much of it: what is not worth asking at every look."""

from collections.abc import Iterable

from monitord.domain.looking import Branch, Reach, Sight
from monitord.domain.network import Target, TargetId
from monitord.look.plan import DevicePlan, SnmpAsk, first_left


class SlowTurn:
    """Whose turn it is at one device while its plan stays; all instants are monotonic seconds.

    The slow ask is due when it was never answered, when its time has come again, and when somebody asked for a look: a
    round begins. A look that had no time for all of it leaves the rest to the next looks. When all was seen, the parts
    whose changes wait for their confirmation are asked again, as many times in a row as a fault needs.
    """

    __slots__ = ("_asked", "_begun", "_doubted", "_first", "_put_off", "_repeats", "_rests", "_todo")

    def __init__(self) -> None:
        self._begun = 0.0
        self._rests = False
        self._asked = False
        self._repeats = 0
        self._put_off = 0
        self._todo: frozenset[TargetId] = frozenset()
        self._doubted: frozenset[TargetId] = frozenset()
        self._first: Branch | None = None

    def ask(self) -> None:
        """Make it due at the next look: what it saw so far may be what was before."""
        self._asked = True

    def missed(self) -> None:
        """Make it due at the next look, and all of it: at this one the device did not answer."""
        self._rests = False
        self._todo = self._doubted = frozenset()

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
        if self._todo and not self._asked:
            return slow.of(self._todo, self._first)
        every, interval = slow.every.total_seconds(), plan.device.timing.interval.total_seconds()
        # Looks come on a grid and what is asked before takes longer now and then: without this, 300 becomes 360.
        early = min(interval / 4, every / 10)
        if self._rests and not self._asked and now - self._begun < every - early:
            return None
        if self._rests or self._asked:
            self._repeats = 0
        self._begun = now
        self._rests = self._asked = False
        self._todo = self._doubted = frozenset()
        return slow.of(first=self._first)

    def end(self, ask: SnmpAsk, sight: Sight, seen: Iterable[Target], *, waits: bool, confirm: int) -> bool:
        """Go on at the next look with what this one left of `ask`, or what is to be confirmed; where that is nothing,
        let it rest until its time comes.

        `seen` are the targets that were judged by this look, of which a change of one or more `waits`. Return True when
        the next look should come after the retry delay.
        """
        judged = frozenset(target.id for target in seen)
        if waits:
            self._doubted |= judged
        if sight.reach is not Reach.ANSWERED:
            # It is due as a whole at the next look, but that comes sooner only as often as for a confirmation.
            self._todo = frozenset()
            return self._once_more(confirm)
        self._first = first_left(ask, sight.left)
        self._todo = frozenset(target.id for target in ask.targets) - judged
        if self._todo:
            return bool(self._doubted or self._repeats)
        if self._once_more(confirm):
            self._todo, self._doubted = self._doubted, frozenset()
            return True
        if not self._doubted:
            self._repeats = 0
        self._rests = True
        return False

    def _once_more(self, confirm: int) -> bool:
        """Return whether there is something to be confirmed and it was not asked for too often, and count it."""
        again = bool(self._doubted) and self._repeats < confirm
        self._repeats += again
        return again
