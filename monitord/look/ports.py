"""What looking needs of the other rooms, as small Protocols that bootstrap fills in."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Protocol

from monitord.domain.edge import Edge
from monitord.domain.health import Health
from monitord.domain.looking import Branch, Oid, PageRequest, Reach, Sight, TableRow
from monitord.domain.network import Device, SnmpAccess, Target, Timing


class Transport(StrEnum):
    """The ways of looking, also a metric label."""

    SNMP = "snmp"
    PAGE = "page"


class SnmpLooking(Protocol):
    """Looks at a device by SNMP."""

    async def look(
        self,
        access: SnmpAccess,
        scalars: tuple[Oid, ...],
        rows: tuple[TableRow, ...],
        timing: Timing,
        branches: tuple[Branch, ...] = (),
    ) -> Sight:
        """Return what was seen, within attempts times timeout for a request, and twenty seconds more for all branches;
        nothing a device does raises.
        """
        ...


class PageLooking(Protocol):
    """Looks at a page by HTTP."""

    async def look(self, request: PageRequest, timeout: float) -> Sight:
        """Return what was seen within `timeout` seconds in all; nothing a site does raises."""
        ...


class Judgement(Protocol):
    """What a judge made of a sight."""

    @property
    def edges(self) -> Sequence[Edge]:
        """Return the edges to be told to the desk, in the order of their numbers."""
        ...

    @property
    def soft(self) -> bool:
        """Return True when the next look should come after the retry delay."""
        ...


class Judging(Protocol):
    """Judges sights. It is called on the loop, never waits, and keeps the state of the targets."""

    def judge(self, device: Device, sight: Sight, targets: Sequence[Target] | None = None) -> Judgement:
        """Return what follows from `sight` for these targets of the device (all of them when None)."""
        ...

    def tally(self) -> Mapping[Health, int]:
        """Return how many targets are seen in each health."""
        ...


class EdgeSink(Protocol):
    """Takes edges to the desk."""

    async def put(self, edges: Sequence[Edge]) -> None:
        """Take over `edges`. It may make the looker wait; when it raises, the same edges are offered again."""
        ...


class LookWatch(Protocol):
    """Hears of each look, for metrics."""

    def looked(self, transport: Transport, reach: Reach, late: float, took: float) -> None:
        """Note a look that began `late` seconds after it was due and lasted `took` seconds."""
        ...
