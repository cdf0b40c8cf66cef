"""The machine's clocks inside the universe: the shipping clock's own reasoning over readings that the nemesis moves."""

import asyncio
from datetime import UTC, datetime, timedelta

from monitord.clock import SystemClock
from tests.sim.loop import Universe

BEGIN = datetime(2027, 2, 5, 8, 0, tzinfo=UTC)
"""The true instant at which every history begins: 15:00 in Việt Nam on the eve of Tết."""
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2105, 1, 1, tzinfo=UTC)


class Machine:
    """The computer the daemon runs on. `wrong` is by how many seconds its wall clock is off."""

    def __init__(self, universe: Universe) -> None:
        self.universe = universe
        self.wrong = 0.0
        self._boots = 0
        self._booted = -5000.0
        self._suspended_before = 0.0

    def reboot(self) -> None:
        """Start the machine anew: boot time begins at zero, under another identity."""
        self._boots += 1
        self._booted = self.universe.now
        self._suspended_before = self.universe.suspended

    def wall(self) -> datetime:
        """Return what the wall clock shows."""
        shown = BEGIN + timedelta(seconds=self.universe.now + self.wrong)
        return min(max(shown, EARLIEST), LATEST)

    def boot(self) -> float:
        """Return seconds since the start of the machine, sleep included."""
        return self.universe.now - self._booted

    def mono(self) -> float:
        """Return seconds since the start of the machine, sleep left out."""
        return self.boot() - (self.universe.suspended - self._suspended_before)

    @property
    def boot_id(self) -> str:
        return f"boot-{self._boots}"


class SimClock(SystemClock):
    """The shipping clock over a simulated machine."""

    def __init__(self, machine: Machine) -> None:
        self._of = machine
        super().__init__()

    def _wall(self) -> datetime:
        return self._of.wall()

    def _machine(self) -> str:
        return self._of.boot_id

    def mono(self) -> float:
        return self._of.mono()

    def boot(self) -> float:
        return self._of.boot()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))
