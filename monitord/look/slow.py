"""When the slow ask of a device has its turn: what is not worth asking at every look."""

from monitord.look.plan import DevicePlan


class SlowTurn:
    """Whose turn it is at one device while its plan stays; all instants are monotonic seconds.

    The slow ask is due when it was never answered, when its time has come again, when a change it saw waits for its
    confirmation, and when somebody asked for a look.
    """

    __slots__ = ("_asked", "_begun", "_rests")

    def __init__(self) -> None:
        self._begun = 0.0
        self._rests = False
        self._asked = False

    def ask(self) -> None:
        """Make it due at the next look: what it saw so far may be what was before."""
        self._asked = True

    def missed(self) -> None:
        """Make it due at the next look: at this one the device did not answer."""
        self._rests = False

    def begin(self, plan: DevicePlan, now: float) -> bool:
        """Return whether the slow ask of `plan` is due at `now`, and count its time from here if it is.

        Until `end` it stays due, so that a look that was broken off is made up for.
        """
        if plan.slow is None:
            return False
        every, interval = plan.slow.every.total_seconds(), plan.device.timing.interval.total_seconds()
        # Looks come on a grid and what is asked before takes longer now and then: without this, 300 becomes 360.
        early = min(interval / 4, every / 10)
        if self._rests and not self._asked and now - self._begun < every - early:
            return False
        self._begun, self._rests, self._asked = now, False, False
        return True

    def end(self, *, again: bool) -> None:
        """Let it rest until its time comes, unless it is to be asked `again` at the next look."""
        self._rests = not again
