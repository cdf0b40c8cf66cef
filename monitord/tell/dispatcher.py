"""The dispatcher: one lane per channel, none of which can stop another."""

import asyncio
import logging
import random
from collections.abc import Callable, Sequence

from monitord.clock import Clock
from monitord.domain.notice import Delivery, DeliveryCause, Outcome
from monitord.tell.lane import LOOK_AGAIN, Lane, Observe, ends_us
from monitord.tell.ports import Attachments, Channel, Hears, Listening, Outbox, Probing

log = logging.getLogger(__name__)

PROBE_AGAIN = 30.0
"""Seconds between two probes of a channel that does not work."""
STOP_WITHIN = 5.0
"""Seconds that attempts under way are given when the daemon stops."""


def _unobserved(channel: str, outcome: Outcome, seconds: float) -> None:
    """Do nothing."""


class Dispatcher:
    """Sends what stands in the outbox, at least once, until cancelled.

    A channel that cannot start is tried again, for ever, while the others work. On cancel attempts under way get 5
    seconds, then their rows stay leased: the next start sends them again, marked as a possible repeat.
    """

    def __init__(
        self,
        outbox: Outbox,
        channels: Sequence[Channel],
        clock: Clock,
        *,
        observe: Observe = _unobserved,
        stop_within: float = STOP_WITHIN,
        look_again: float = LOOK_AGAIN,
        attachments: Attachments | None = None,
        hears: Hears | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._channels = tuple(channels)
        self._clock = clock
        self._hears = hears
        self._outbox = outbox
        self.lanes = {
            c.name: Lane(outbox, c, clock, jitter, observe, stop_within, look_again, attachments)
            for c in self._channels
        }

    async def run(self) -> None:
        """Send until cancelled."""
        async with asyncio.TaskGroup() as group:
            for channel in self._channels:
                group.create_task(self._keep(channel), name=f"lane {channel.name}")

    async def _keep(self, channel: Channel) -> None:
        pause = 1.0
        while True:
            try:
                await channel.start()
                async with asyncio.TaskGroup() as group:
                    group.create_task(self.lanes[channel.name].run(), name=f"send {channel.name}")
                    if self._hears is not None and isinstance(channel, Listening):
                        group.create_task(self._listen(channel, self._hears), name=f"listen {channel.name}")
                    if isinstance(channel, Probing):
                        group.create_task(self._probe(channel), name=f"probe {channel.name}")
            except (Exception, asyncio.CancelledError) as error:
                if ends_us(error):
                    raise
                log.exception("channel %s stopped working; starting it again", channel.name)
            finally:
                await self._stop(channel)
            await self._clock.sleep(pause)
            pause = min(60.0, pause * 2)

    async def _probe(self, channel: Probing) -> None:
        """Ask a channel whether it works, for ever: often while it does not, so that its return is known."""
        while True:
            try:
                async with asyncio.timeout(channel.deadline):
                    outcome = await channel.probe()
            except TimeoutError:
                outcome = Outcome(Delivery.NOT_SENT, DeliveryCause.TIMED_OUT, "no answer to a probe")
            except (Exception, asyncio.CancelledError) as error:
                if ends_us(error):
                    raise
                log.exception("channel %s cannot be probed", channel.name)
                outcome = Outcome(Delivery.NOT_SENT, DeliveryCause.UNEXPECTED, type(error).__name__)
            try:
                await self._outbox.probed(channel.name, outcome)
            except Exception:
                log.exception("a probe of channel %s was not taken", channel.name)
            well = outcome.delivery is Delivery.ACCEPTED
            await self._clock.sleep(channel.probe_every if well else min(PROBE_AGAIN, channel.probe_every))

    async def _listen(self, channel: Listening, hears: Hears) -> None:
        """Listen for ever; a deaf channel still speaks."""
        pause = 1.0
        while True:
            begun = self._clock.mono()
            try:
                await channel.listen(hears)
            except (Exception, asyncio.CancelledError) as error:
                if ends_us(error):
                    raise
                log.exception("channel %s stopped listening; beginning again", channel.name)
            pause = 1.0 if self._clock.mono() - begun > 120.0 else min(60.0, pause * 2)
            await self._clock.sleep(pause)

    async def _stop(self, channel: Channel) -> None:
        try:
            async with asyncio.timeout(5.0):
                await channel.stop()
        except Exception:
            log.exception("channel %s did not stop cleanly", channel.name)
