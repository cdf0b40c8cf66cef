"""Keys that were pressed, kept until the desk has taken them."""

import asyncio
import logging
from collections import deque
from dataclasses import dataclass, field

from monitord.clock import Clock
from monitord.domain.update import Heard
from monitord.tell.ports import Hears

log = logging.getLogger(__name__)

KEPT = 200
"""Presses kept while the desk takes none; the oldest goes then. They are lost with the process."""
FIRST_PAUSE = 0.25
LONGEST_PAUSE = 30.0
"""Seconds until what the desk did not take is brought again."""


@dataclass(slots=True)
class Press:
    """One press; `answer` is what the desk says to it."""

    heard: Heard
    answer: asyncio.Future[str] = field(repr=False)


class Presses:
    """The presses not yet taken, in order."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: deque[Press] = deque()
        self._some = asyncio.Event()
        self._listeners = 0

    @property
    def listened_to(self) -> bool:
        """Return whether somebody brings them to the desk now."""
        return self._listeners > 0

    def add(self, heard: Heard) -> asyncio.Future[str]:
        """Keep a press; what is returned gets the desk's answer, or never."""
        press = Press(heard, asyncio.get_running_loop().create_future())
        if len(self._waiting) >= KEPT:
            log.warning("a key pressed in a call is lost: the desk takes none")
            self._waiting.popleft()
        self._waiting.append(press)
        self._some.set()
        return press.answer

    async def bring(self, hears: Hears) -> None:
        """Bring them to the desk one by one, each until it was taken, until cancelled."""
        self._listeners += 1
        pause = FIRST_PAUSE
        try:
            while True:
                while not self._waiting:
                    self._some.clear()
                    await self._some.wait()
                press = self._waiting[0]
                try:
                    answer = await hears.hear(press.heard)
                except Exception as error:
                    log.warning("a key pressed in a call waits for the desk (%s)", type(error).__name__)
                    await self._clock.sleep(pause)
                    pause = min(LONGEST_PAUSE, pause * 2)
                    continue
                pause = FIRST_PAUSE
                if self._waiting and self._waiting[0] is press:
                    self._waiting.popleft()
                if not press.answer.done():
                    press.answer.set_result(answer.text)
        finally:
            self._listeners -= 1
