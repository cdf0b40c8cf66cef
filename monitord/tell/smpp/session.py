"""The session with an SMS centre: one bound connection, made when it is first needed and made anew when it breaks."""

import asyncio
import contextlib
import logging

from monitord.clock import Clock
from monitord.domain.notice import Delivery, DeliveryCause, Outcome
from monitord.domain.safe import clean
from monitord.tell.smpp.link import Link
from monitord.tell.smpp.opening import Opener, failure_of

log = logging.getLogger(__name__)

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
"""Seconds until a centre that is away is tried again, at most."""
NEEDED_PAUSE = 0.3
"""Seconds until it is tried again when a message waits."""
REFUSED_PAUSE = 50.0
"""Seconds for which a login that was refused is not tried again, whatever waits: it could be locked."""


class Session:
    """One session between `begin` and `close`."""

    def __init__(self, opener: Opener, clock: Clock) -> None:
        self._opener = opener
        self._clock = clock
        self._keeper: asyncio.Task[None] | None = None
        self._closed = False
        self._link: Link | None = None
        self._failure: Outcome | None = None
        self._failed_at = 0.0
        self._tries = 0
        self._needed = asyncio.Event()
        self._changed = asyncio.Condition()

    def begin(self) -> None:
        """Make and keep the connection from now on."""
        if self._keeper is None and not self._closed:
            self._keeper = asyncio.create_task(self._keep(), name="keep the session with the SMS centre")

    async def close(self) -> None:
        """Take leave and end, in about two seconds at most."""
        self._closed = True
        keeper, self._keeper = self._keeper, None
        if self._link is not None:
            await self._link.unbind()
        if keeper is not None:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
        await self._failed(Outcome(Delivery.NOT_SENT, DeliveryCause.NOT_CONFIGURED, "the channel was stopped"))

    async def linked(self, within: float) -> Link | Outcome:
        """Return the bound connection, or NOT_SENT and why there is none after so many seconds."""
        self.begin()
        if (link := self._live()) is not None:
            return link
        since = self._clock.mono() - self._failed_at
        if self._failure is not None and self._failure.cause is DeliveryCause.REJECTED and since < REFUSED_PAUSE:
            return self._failure
        self._needed.set()
        tries = self._tries
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within), self._changed:
                await self._changed.wait_for(lambda: self._live() is not None or self._tries > tries)
        why = "there is no connection yet"
        return self._live() or self._failure or Outcome(Delivery.NOT_SENT, DeliveryCause.CONNECT, why)

    def _live(self) -> Link | None:
        return self._link if self._link is not None and not self._link.why else None

    async def _keep(self) -> None:
        pause = FIRST_PAUSE
        while not self._closed:
            rest = pause
            try:
                link = await self._opener.open()
            except Exception as error:
                failure = failure_of(error)
                if self._failure is None or failure.detail != self._failure.detail:
                    log.warning("the SMS centre is not to be had: %s", failure.detail)
                await self._failed(failure)
                if failure.cause is DeliveryCause.REJECTED:
                    rest = LONGEST_PAUSE
            else:
                begun = self._clock.mono()
                await self._used(link)
                if self._clock.mono() - begun > LONGEST_PAUSE:
                    rest = pause = FIRST_PAUSE
            await self._rest(rest)
            pause = min(LONGEST_PAUSE, pause * 2)

    async def _used(self, link: Link) -> None:
        """Let the connection be used until it ends."""
        log.info("the SMS centre has bound us")
        try:
            async with self._changed:
                self._link, self._failure = link, None
                self._needed.clear()
                self._changed.notify_all()
            why = await link.over()
            if not self._closed:
                log.warning("the connection to the SMS centre ended: %s", why)
            self._failure = Outcome(Delivery.NOT_SENT, DeliveryCause.CONNECT, clean(why, 200))
            self._failed_at = self._clock.mono()
        finally:
            self._link = None
            await link.gone()

    async def _failed(self, failure: Outcome) -> None:
        """Tell those who wait for a connection that this try was in vain."""
        async with self._changed:
            self._failure, self._failed_at = failure, self._clock.mono()
            self._tries += 1
            self._needed.clear()
            self._changed.notify_all()

    async def _rest(self, pause: float) -> None:
        """Wait so many seconds, or until a message waits; between two tries NEEDED_PAUSE at least."""
        if self._closed:
            return
        sleep = asyncio.create_task(self._clock.sleep(pause))
        needed = asyncio.create_task(self._needed.wait())
        try:
            await asyncio.wait((sleep, needed), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (sleep, needed):
                task.cancel()
            await asyncio.gather(sleep, needed, return_exceptions=True)
        await self._clock.sleep(NEEDED_PAUSE - (self._clock.mono() - self._failed_at))
