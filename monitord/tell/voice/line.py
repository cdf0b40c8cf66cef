"""The line of one call: what happens on it, what is played on it, and its end."""

import asyncio

from monitord.clock import Clock
from monitord.tell.voice.control import GONE, Control, Happening
from monitord.tell.voice.softphone import Softphone
from monitord.tell.voice.speaker import Recording

AT_ONCE = 0.3
"""Seconds that the telephone has to end when it does not do what it is told."""
HANGS_UP_WITHIN = 1.0
"""Seconds in which it has to hang up."""
ENDS = ("CALL_CLOSED", GONE)
"""The events after which there is no call any more."""


class Line:
    """One call of the telephone, from its dialling to its end. `call` is its id, empty until it is known."""

    def __init__(self, phone: Softphone, control: Control, clock: Clock) -> None:
        self._phone = phone
        self._control = control
        self._clock = clock
        self._events = control.attach()
        self._closed = False
        self.call = ""

    async def dial(self, uri: str) -> None:
        """Begin the call. Raises PhoneError."""
        await self._control.tell("dial", uri)

    async def transfer(self, uri: str) -> None:
        """Ask the exchange to put the other side through (REFER, RFC 3515). Raises PhoneError."""
        await self._control.tell("transfer", uri)

    async def play(self, recording: Recording, pause: float) -> float:
        """Begin to speak, and return the monotonic instant at which it is silent again and `pause` seconds are over.

        Raises PhoneError.
        """
        await self._control.tell("ausrc", f"aufile,{recording.path}")
        return self._clock.mono() + recording.seconds + pause

    async def next(self, until: float) -> Happening | None:
        """Return the next event of this call, None at the monotonic instant `until`."""
        try:
            async with asyncio.timeout(max(0.0, until - self._clock.mono())):
                event = await self._events.get()
        except TimeoutError:
            return None
        self.call = event.call or self.call
        self._closed = self._closed or event.kind == "CALL_CLOSED"
        return event

    async def hang_up(self) -> None:
        """End the call. A telephone that does not do it, or cannot be told any more, is ended itself."""
        self._control.forget(self.call)
        if self._closed:
            return
        self._closed = True
        # Sent before anything is waited for: whoever is cancelled twice has hung up all the same.
        answer = self._control.send("hangup")
        done = False
        if answer is not None:
            try:
                async with asyncio.timeout(HANGS_UP_WITHIN):
                    done = (await answer).done
            except TimeoutError:
                pass
        if not done:
            await self._phone.stop(AT_ONCE)

    async def give_up(self) -> None:
        """End the call and the telephone, so that nothing of it reaches an exchange that comes back: its INVITE would
        be sent again for half a minute.
        """
        await self.hang_up()
        await self._phone.stop(AT_ONCE)
