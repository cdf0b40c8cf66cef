"""A demo device behind its agent: its MIB, its uptime, and what differs just now from what the MIB says."""

from __future__ import annotations

from collections.abc import Callable

from monitord.clock import Clock
from monitord.demo.answers import View, value_at
from monitord.demo.ber import Oid, integer, time_ticks
from monitord.demo.mib import DOWN, ENGINE_BOOTS, IF_LAST_CHANGE, IF_OPER_STATUS, TRAFFIC_COLUMNS, Mib, Source


class Device:
    """One device that can be rebooted and whose interfaces can go down. `uptime`: its seconds up so far."""

    __slots__ = ("_booted", "_clock", "_down", "_mib", "_overrides", "boots")

    def __init__(self, clock: Clock, mib: Mib, uptime: float) -> None:
        self._clock = clock
        self._mib = mib
        self._booted = clock.mono() - uptime
        self._down: set[str] = set()
        self._overrides: dict[Oid, Source] = {}
        self.boots = 1

    def uptime(self) -> float:
        """Return the seconds since the device booted."""
        return self._clock.mono() - self._booted

    def view(self, stray: Callable[[Oid], Oid] | None = None) -> View:
        """Return what the device says at this moment."""
        return View(self._mib, self._overrides, self.uptime(), stray)

    def say(self, oid: Oid, source: Source | None) -> None:
        """Make the device say something else under an `oid` of its MIB; None takes it back."""
        if source is None:
            self._overrides.pop(oid, None)
        else:
            self._overrides[oid] = source

    def reboot(self) -> None:
        """Start clock and counters again; what is down stays down."""
        self._booted = self._clock.mono()
        self.boots += 1
        if self._mib.get(ENGINE_BOOTS) is not None:
            self._overrides[ENGINE_BOOTS] = integer(self.boots)
        for oid in [oid for oid in self._overrides if oid[:-1] == IF_LAST_CHANGE]:
            del self._overrides[oid]
        for name in self._down:
            self.take_down(name)

    def take_down(self, name: str) -> None:
        """Let an interface go oper down and stop counting. LookupError if there is none of that name."""
        index = self._index(name)
        self._down.add(name)
        seconds = self.uptime()
        self._overrides[(*IF_OPER_STATUS, index)] = DOWN
        self._overrides[(*IF_LAST_CHANGE, index)] = time_ticks(seconds)
        for column in TRAFFIC_COLUMNS:
            if (source := self._mib.get((*column, index))) is not None:
                self._overrides[(*column, index)] = value_at(source, seconds)

    def bring_up(self, name: str) -> None:
        """Let an interface work again; its counters jump to where they would have been."""
        index = self._index(name)
        self._down.discard(name)
        for column in (IF_OPER_STATUS, *TRAFFIC_COLUMNS):
            self._overrides.pop((*column, index), None)
        self._overrides[(*IF_LAST_CHANGE, index)] = time_ticks(self.uptime())

    def _index(self, name: str) -> int:
        index = self._mib.interface(name)
        if index is None:
            raise LookupError(f"no interface named {name!r}")
        return index
