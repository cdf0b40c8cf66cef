"""An outbox in memory that keeps the promises of the port, and a way to see what was told of it."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from monitord.clock import Clock, SystemClock
from monitord.domain.document import Attachment
from monitord.domain.notice import Claimed, Delivery, Message, Outcome, Priority


class MemoryOutbox:
    """Rows lie `pending`, are leased by `claim`, and end when an outcome is final. `reports` keeps every outcome in
    order.
    """

    def __init__(self) -> None:
        self.clock: Clock = SystemClock()
        self.reports: list[tuple[int, Outcome]] = []
        self.given_back: list[tuple[int, timedelta]] = []
        self.probes: list[tuple[str, Outcome]] = []
        self.refuse_reports = 0
        self.refuse_claims = 0
        self.lease = 30.0
        self._pending: dict[int, tuple[str, Claimed, float]] = {}
        self._leased: dict[int, tuple[str, Claimed]] = {}
        self._changed: dict[str, asyncio.Event] = {}
        self.moved = asyncio.Condition()

    def put(
        self,
        notice: int,
        to: str,
        text: str = "Sự cố",
        *,
        channel: str = "log",
        priority: int = 1,
        attach: Attachment | None = None,
    ) -> None:
        message = Message(notice, to, text, attach=attach)
        self._pending[notice] = (channel, Claimed(message, Priority(priority), lease=self.lease), 0.0)
        self._event(channel).set()

    async def claim(self, channel: str, limit: int) -> Sequence[Claimed]:
        self._event(channel).clear()
        if self.refuse_claims:
            self.refuse_claims -= 1
            raise OSError("the database is away")
        mono = self.clock.mono()
        due = [row for at, row, after in self._pending.values() if at == channel and after <= mono]
        rows = sorted(due, key=lambda row: row.priority)[:limit]
        for row in rows:
            del self._pending[row.message.notice]
            self._leased[row.message.notice] = (channel, row)
        return rows

    async def report(self, notice: int, outcome: Outcome) -> None:
        if self.refuse_reports:
            self.refuse_reports -= 1
            raise OSError("the database is away")
        self.reports.append((notice, outcome))
        channel, row = self._leased.pop(notice)
        if outcome.delivery in {Delivery.NOT_SENT, Delivery.UNCERTAIN}:
            wait = (outcome.retry_in or timedelta(seconds=0.05)).total_seconds()
            self._pending[notice] = (channel, row, self.clock.mono() + wait)
        await self._tell()

    async def give_back(self, notice: int, retry_in: timedelta) -> None:
        channel, row = self._leased.pop(notice)
        self._pending[notice] = (channel, row, self.clock.mono() + retry_in.total_seconds())
        self.given_back.append((notice, retry_in))
        await self._tell()

    async def probed(self, channel: str, outcome: Outcome) -> None:
        self.probes.append((channel, outcome))
        await self._tell()

    async def wait(self, channel: str) -> None:
        await self._event(channel).wait()

    async def next_due(self, channel: str) -> float | None:
        dues = [after for at, _, after in self._pending.values() if at == channel]
        return max(0.0, min(dues) - self.clock.mono()) if dues else None

    def leased(self) -> set[int]:
        return set(self._leased)

    async def until_reports(self, number: int, timeout: float = 5.0) -> list[tuple[int, Outcome]]:
        """Return the reports as soon as there are so many."""
        async with asyncio.timeout(timeout), self.moved:
            await self.moved.wait_for(lambda: len(self.reports) >= number)
        return self.reports

    async def until_probes(self, number: int, timeout: float = 5.0) -> list[tuple[str, Outcome]]:
        """Return the reports as soon as there are so many."""
        async with asyncio.timeout(timeout), self.moved:
            await self.moved.wait_for(lambda: len(self.probes) >= number)
        return self.probes

    async def until_given_back(self, number: int, timeout: float = 5.0) -> None:
        async with asyncio.timeout(timeout), self.moved:
            await self.moved.wait_for(lambda: len(self.given_back) >= number)

    async def _tell(self) -> None:
        async with self.moved:
            self.moved.notify_all()

    def _event(self, channel: str) -> asyncio.Event:
        return self._changed.setdefault(channel, asyncio.Event())
