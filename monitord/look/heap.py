"""When the next look at each device is due: the grid of its phase, and a heap of monotonic instants."""

import heapq
import math


def next_slot(after: float, interval: float, phase: float) -> float:
    """Return the first instant of the grid `phase * interval + k * interval` that lies after `after`.

    The grid hangs on the monotonic clock itself, so it does not drift and a restart of the daemon finds it again. All
    in seconds; `phase` is a fraction in [0, 1).
    """
    offset = phase * interval
    # A hair before a slot counts as on it: rounding must not give one slot twice.
    slot = offset + (math.floor((after - offset) / interval + 1e-6) + 1) * interval
    return slot if slot > after else slot + interval


def after_look(*, started: float, ended: float, interval: float, phase: float, retry: float | None = None) -> float:
    """Return when to look again after a look that lasted from `started` to `ended`.

    `retry` seconds from begin to begin while a change waits for its confirmation (never longer than the interval), else
    the next slot of the grid that lies at least a quarter of the interval after `started`. Slots before that are
    skipped: being late, or looked at off the grid, never makes a burst.
    """
    if retry is not None:
        return max(ended, started + min(retry, interval))
    return next_slot(max(ended, started + interval / 4), interval, phase)


class DueHeap:
    """The due instants of many devices, each at most once, earliest first, equal ones in the order of their pushes."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, str]] = []
        self._standing: dict[str, tuple[float, int]] = {}
        self._pushed = 0

    def __len__(self) -> int:
        return len(self._standing)

    def __contains__(self, device: str) -> bool:
        return device in self._standing

    def due(self, device: str) -> float | None:
        """Return when the device is due, None when it is not in the heap."""
        entry = self._standing.get(device)
        return None if entry is None else entry[0]

    def push(self, device: str, due: float) -> None:
        """Set the due instant of a device, in place of an earlier one."""
        self._pushed += 1
        self._standing[device] = (due, self._pushed)
        heapq.heappush(self._heap, (due, self._pushed, device))
        # Entries that were replaced stay until they come up; without a bound, urgent looks would let them pile up.
        if len(self._heap) > 2 * len(self._standing) + 64:
            self._heap = [(at, order, name) for name, (at, order) in self._standing.items()]
            heapq.heapify(self._heap)

    def remove(self, device: str) -> None:
        """Forget a device; nothing when it is not there."""
        self._standing.pop(device, None)

    def pop_due(self, now: float) -> list[tuple[str, float]]:
        """Return the devices due at `now` with their due instants, the longest due first, and take them out."""
        found: list[tuple[str, float]] = []
        while (due := self.next_due()) is not None and due <= now:
            _, _, device = heapq.heappop(self._heap)
            del self._standing[device]
            found.append((device, due))
        return found

    def next_due(self) -> float | None:
        """Return the earliest due instant, None when nothing is due ever."""
        while self._heap:
            due, order, device = self._heap[0]
            if self._standing.get(device) == (due, order):
                return due
            heapq.heappop(self._heap)
        return None
