"""Whether the wall clock can be believed: for how long it has not leapt ahead of the time that really goes by."""

from datetime import datetime, timedelta

from monitord.store.rows import Moment

LEAP = timedelta(seconds=60)
"""A wall clock this much ahead of the seconds since boot has leapt."""
LONG = timedelta(days=365)


class Steady:
    """Remembers the last moment it was shown, and when the wall clock leapt ahead last, both of this run."""

    def __init__(self) -> None:
        self._last: tuple[datetime, float, str] | None = None
        self._leapt: float | None = None

    def seen(self, at: Moment) -> timedelta:
        """Return for how long the wall clock runs steadily, a year where it never leapt; a step back is no leap, and
        neither is another run of the machine."""
        last, self._last = self._last, (at.now, at.boot, at.boot_id)
        if last is not None and last[2] == at.boot_id:
            ahead = (at.now - last[0]) - timedelta(seconds=at.boot - last[1])
            if ahead > LEAP:
                self._leapt = at.boot
        return LONG if self._leapt is None else timedelta(seconds=at.boot - self._leapt)
