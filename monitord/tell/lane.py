"""One channel's way out: claim rows, send them in order, report what became of each."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from monitord.clock import Clock
from monitord.domain.notice import Delivery, DeliveryCause, Outcome
from monitord.tell.attaching import MAKING, whole
from monitord.tell.limits import Limits
from monitord.tell.ports import Attachments, Channel, Claimed, Grouped, Outbox

log = logging.getLogger(__name__)

AT_HAND = 20
"""Rows held at once: claimed and not yet reported."""
AT_ONCE = 8
"""Attempts under way at once."""
LEASE_MARGIN = 2.0
"""Seconds of the lease kept for the report."""
STALE = 2.0
"""Seconds after its claim for which a row that has not begun may still begin: then its reason is looked at again."""
LOOK_AGAIN = 15.0
"""Seconds after which the outbox is asked even when nothing said so, should a wake-up have been lost."""
RATE_LIMITED_WAIT = timedelta(seconds=5)
"""The wait after a refusal for being too fast that does not say how long."""

Observe = Callable[[str, Outcome, float], None]
"""Called with (channel, outcome, seconds it took) after each attempt: for metrics."""


def ends_us(error: BaseException) -> bool:
    """Return whether that is our own end; what a channel waits for may be cancelled, too, and ends nothing but that."""
    task = asyncio.current_task()
    return isinstance(error, asyncio.CancelledError) and (task is None or task.cancelling() > 0)


@dataclass(slots=True)
class _Row:
    """A row at hand. `until` is the monotonic instant after which an attempt may no longer begin."""

    claimed: Claimed
    order: int
    until: float
    task: asyncio.Task[None] | None = field(default=None, repr=False)

    @property
    def rank(self) -> tuple[int, int]:
        return (self.claimed.priority, self.order)


class Lane:
    """The loop of one channel. It ends only by being cancelled; whatever channel and outbox raise, it goes on.

    One attempt at a time to one address, the most urgent first. An attempt takes at most the channel's `deadline`, and
    `making` before that where something goes with the message; what cannot be made is not sent, and tried again. A row
    whose report the outbox does not take is not sent again while its report is retried.
    """

    def __init__(
        self,
        outbox: Outbox,
        channel: Channel,
        clock: Clock,
        jitter: Callable[[], float],
        observe: Observe,
        stop_within: float,
        look_again: float = LOOK_AGAIN,
        attachments: Attachments | None = None,
        making: float = MAKING,
    ) -> None:
        self._outbox = outbox
        self._channel = channel
        self._clock = clock
        self._jitter = jitter
        self._deadline = channel.deadline
        self._observe = observe
        self._stop_within = stop_within
        self._look_again = look_again
        self._attachments = attachments
        self._making = making
        self._limits = Limits(channel.per_second, channel.per_address)
        if isinstance(channel, Grouped):
            self._limits = Limits(channel.per_second, channel.per_address, channel.per_group, channel.group_of)
        self._rows: dict[int, _Row] = {}
        self._busy: set[str] = set()
        self._order = 0
        self._ask = True
        self._changed = asyncio.Event()
        self.unexpected = 0
        """Attempts and turns that ended in an exception nobody foresaw."""

    async def run(self) -> None:
        """Empty this channel's part of the outbox until cancelled; then give attempts under way a few seconds."""
        pause = 0.0
        try:
            while True:
                try:
                    await self._turn()
                    pause = 0.0
                except Exception:
                    self.unexpected += 1
                    pause = min(10.0, pause * 2 or 0.5)
                    log.exception("the outbox of channel %s does not answer", self._channel.name)
                    self._ask = True
                    await self._clock.sleep(pause)
        finally:
            await self._wind_up()

    async def _turn(self) -> None:
        self._changed.clear()
        again_in = self._begin()
        await self._give_back_late()
        if self._ask and (room := AT_HAND - len(self._rows)) > 0 and not self._limits.frozen(self._clock.mono()):
            before = self._clock.mono()
            claimed = await self._outbox.claim(self._channel.name, room)
            self._ask = len(claimed) >= room
            for row in claimed:
                self._take_in(row, before, self._clock.mono())
            if claimed:
                return
        await self._pause(again_in)

    def _take_in(self, claimed: Claimed, asked: float, given: float) -> None:
        if claimed.message.notice in self._rows:
            return  # its lease ran out while its report waits: the report settles it
        self._order += 1
        longest = self._deadline + (self._making if claimed.message.attach else 0.0)
        # From when it was given: behind a slow database nothing would ever begin.
        until = min(given + STALE, asked + claimed.lease - longest - LEASE_MARGIN)
        self._rows[claimed.message.notice] = _Row(claimed, self._order, until)

    def _begin(self) -> float:
        """Begin every attempt that may begin now, and return the seconds until the next may."""
        mono = self._clock.mono()
        soonest = self._look_again
        for row in sorted((r for r in self._rows.values() if r.task is None), key=lambda r: r.rank):
            address = row.claimed.message.to
            # Files take long: one at a time, so that they leave the others room.
            waits = bool(row.claimed.message.attach) and self._attaches()
            if address in self._busy or len(self._busy) >= AT_ONCE or waits:
                soonest = min(soonest, row.until - mono)
            elif (wait := self._limits.wait(address, row.claimed.priority, mono)) > 0:
                soonest = min(soonest, wait, row.until - mono)
            elif mono <= row.until:
                self._limits.take(address, mono)
                self._busy.add(address)
                row.task = asyncio.create_task(self._attempt(row), name=f"tell {row.claimed.message.notice}")
        return max(0.0, soonest)

    def _attaches(self) -> bool:
        return any(row.task is not None and row.claimed.message.attach for row in self._rows.values())

    async def _give_back_late(self) -> None:
        """Give back what cannot begin soon: claimed anew it is still true, and is not sent by two."""
        mono = self._clock.mono()
        for notice, row in list(self._rows.items()):
            if row.task is not None:
                continue
            wait = self._limits.wait(row.claimed.message.to, row.claimed.priority, mono)
            if mono + wait >= row.until:  # what could begin at this very instant has begun
                await self._outbox.give_back(notice, timedelta(seconds=max(0.1, wait)))
                del self._rows[notice]
                self._ask = True

    async def _pause(self, again_in: float) -> None:
        """Wait until an attempt ended, a row became due, or `again_in` seconds are over."""
        waits: list[Coroutine[Any, Any, Any]] = [self._changed.wait()]
        frozen = self._limits.frozen(self._clock.mono())
        listening = len(self._rows) < AT_HAND and not frozen
        if listening:
            due = await self._outbox.next_due(self._channel.name)
            if due is not None and due < again_in:
                # 50 ms: a row that is due and was not given to us must not make us spin.
                again_in = max(0.05, due)
            waits.append(self._outbox.wait(self._channel.name))
        elif frozen:
            again_in = min(again_in, frozen)
        waits.append(self._clock.sleep(again_in))
        tasks = [asyncio.ensure_future(wait) for wait in waits]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        # Whatever woke us but the end of an attempt is a reason to ask the outbox.
        self._ask = self._ask or not listening or any(task.done() and not task.cancelled() for task in tasks[1:])
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def _attempt(self, row: _Row) -> None:
        message = row.claimed.message
        begun = self._clock.mono()
        try:
            outcome = await self._deliver(row.claimed)
        finally:
            self._busy.discard(message.to)
            self._changed.set()
        if outcome.cause is DeliveryCause.RATE_LIMITED:
            wait = (outcome.retry_in or RATE_LIMITED_WAIT).total_seconds() * (1 + self._jitter() / 4)
            self._limits.freeze(message.to, self._clock.mono() + wait)
        self._tell(outcome, self._clock.mono() - begun)
        await self._report(message.notice, outcome)
        del self._rows[message.notice]
        self._ask = True
        self._changed.set()

    async def _deliver(self, claimed: Claimed) -> Outcome:
        try:
            message = await whole(claimed.message, self._attachments, self._making)
            if isinstance(message, Outcome):
                return message
            async with asyncio.timeout(self._deadline):
                return await self._channel.deliver(message)
        except TimeoutError:
            return Outcome(Delivery.UNCERTAIN, DeliveryCause.TIMED_OUT, f"no answer within {self._deadline:g} s")
        except (Exception, asyncio.CancelledError) as error:
            if ends_us(error):
                raise
            self.unexpected += 1
            log.exception("channel %s failed on notice %d", self._channel.name, claimed.message.notice)
            return Outcome(Delivery.UNCERTAIN, DeliveryCause.UNEXPECTED, type(error).__name__)

    def _tell(self, outcome: Outcome, seconds: float) -> None:
        try:
            self._observe(self._channel.name, outcome, seconds)
        except Exception:
            self.unexpected += 1
            log.exception("an attempt on channel %s could not be counted", self._channel.name)

    async def _report(self, notice: int, outcome: Outcome) -> None:
        """Report until it is taken: an outcome that is lost would be a message sent twice."""
        pause = 0.25
        while True:
            try:
                await self._outbox.report(notice, outcome)
                return
            except Exception:
                log.exception("the outcome of notice %d was not taken; trying again", notice)
                await self._clock.sleep(pause)
                pause = min(10.0, pause * 2)

    async def _wind_up(self) -> None:
        """Give attempts under way their time, give back what was not begun; the rest stays leased and counts as
        uncertain.
        """
        tasks = {row.task for row in self._rows.values() if row.task is not None}
        untried = [notice for notice, row in self._rows.items() if row.task is None]
        returning = asyncio.create_task(self._return(untried))
        _, late = await asyncio.wait(tasks | {returning}, timeout=self._stop_within)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        # A lane may run again: what it held then is claimed anew.
        self._rows.clear()
        self._busy.clear()

    async def _return(self, notices: list[int]) -> None:
        for notice in notices:
            try:
                await self._outbox.give_back(notice, timedelta(0))
            except Exception:
                log.exception("notice %d could not be given back; its lease will run out", notice)
