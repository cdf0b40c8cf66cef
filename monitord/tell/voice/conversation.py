"""One call: it rings, the words are spoken, a key is pressed, it is over."""

import asyncio
import logging
from datetime import datetime
from hashlib import sha256

from monitord.clock import Clock
from monitord.domain.notice import Delivery, DeliveryCause, Key, Outcome
from monitord.domain.safe import clean
from monitord.domain.update import Heard
from monitord.tell.voice.closing import UNHEARD, nobody, outcome_of
from monitord.tell.voice.control import GONE, BusyPhoneError, Happening, PhoneError
from monitord.tell.voice.line import ENDS, Line
from monitord.tell.voice.plan import Plan
from monitord.tell.voice.presses import Presses
from monitord.tell.voice.speaker import Recording, Speaker, SpeakerError
from monitord.tell.voice.words import NOTED, spoken

log = logging.getLogger(__name__)

TIMES = 2
"""How often the words are spoken to somebody who presses nothing."""
REPEATS = 5
"""How often they are spoken again because of keys."""
PAUSE = 4.0
"""Seconds of silence after the words in which a key is waited for."""
PAUSE_AT_END = 0.3
"""Seconds between the last word and the end of the call."""
ANSWER_WITHIN = 5.0
"""Seconds that the desk may take to say what it made of a key."""
TRANSFER_WITHIN = 15.0
"""Seconds until a transfer (RFC 3515) is left to the exchange."""
COMMAND_LIMIT = 500
"""Characters of what a key says to the desk."""
UNANSWERED = {"CALL_RINGING", "CALL_PROGRESS"}


class Conversation:
    """A call under way on `line`. Whatever happens it is hung up."""

    def __init__(self, line: Line, speaker: Speaker, presses: Presses, clock: Clock, plan: Plan) -> None:
        self._line = line
        self._speaker = speaker
        self._presses = presses
        self._clock = clock
        self._plan = plan
        self._told: datetime | None = None

    async def hold(self, words: Recording) -> Outcome:
        """Return what the call came to: ACCEPTED when a key was pressed, so that a person was there."""
        try:
            outcome = await self._ring()
            return outcome if outcome is not None else await self._speak(words)
        except PhoneError as error:
            return self._result(Outcome(Delivery.NOT_SENT, DeliveryCause.UNEXPECTED, clean(str(error), 200)))
        finally:
            await self._line.hang_up()

    # --- until somebody answers -------------------------------------------------------------------------------------

    async def _ring(self) -> Outcome | None:
        """Dial, and return None when somebody answers."""
        until = min(self._clock.mono() + self._plan.ring, self._plan.ends)
        try:
            await self._line.dial(self._plan.uri)
        except BusyPhoneError as error:
            log.info("%s; the call itself says what becomes of it", error)
        rang = False
        while True:
            event = await self._line.next(until)
            if event is None and rang:
                return nobody("nobody answered")
            if event is None:
                await self._line.give_up()
                return Outcome(Delivery.NOT_SENT, DeliveryCause.CONNECT, "the exchange does not answer")
            if event.kind == "CALL_ESTABLISHED":
                return None
            if event.kind == GONE:
                return Outcome(Delivery.NOT_SENT, DeliveryCause.CONNECTION_LOST, "baresip ended before an answer")
            if event.kind == "CALL_CLOSED":
                return outcome_of(event.detail, rang)
            rang = rang or event.kind in UNANSWERED

    # --- with somebody there ----------------------------------------------------------------------------------------

    async def _speak(self, words: Recording) -> Outcome:
        times, repeats = 1, 0
        try:
            until = await self._line.play(words, PAUSE)
            while True:
                event = await self._line.next(min(until, self._plan.ends))
                if event is None and until > self._plan.ends:
                    return self._result(Outcome(Delivery.UNCERTAIN, UNHEARD, "the time for the call was over"))
                if event is None:
                    if times >= TIMES:
                        return self._result(nobody("nobody pressed a key"))
                    times += 1
                    until = await self._line.play(words, PAUSE)
                elif event.kind in ENDS:
                    return self._result(_ended(event))
                elif event.kind == "CALL_DTMF_START":
                    if await self._pressed(event.detail):
                        return self._result(nobody("nobody pressed a key"))
                    repeats += 1
                    if repeats <= REPEATS:
                        until = await self._line.play(words, PAUSE)
        except PhoneError as error:
            detail = clean(str(error), 200)
            return self._result(Outcome(Delivery.UNCERTAIN, DeliveryCause.CONNECTION_LOST, detail))

    async def _pressed(self, digit: str) -> bool:
        """Do what that key does; return whether the call is over by it, else the words are to be spoken again."""
        key = self._plan.keys.get(digit)
        if key is None:
            return False
        if self._told is None:
            self._told = self._clock.now()
        if key.hears:
            await self._tell_desk(key)
            return True
        if key.connects:
            return await self._connect(key.connects)
        if self._plan.noted:
            await self._say(NOTED)
        return self._plan.noted

    async def _tell_desk(self, key: Key) -> None:
        """Bring a key to the desk, and say what it answers; the desk gets it later when it does not take it now."""
        message = self._plan.message
        name = sha256(f"{message.once}\n{message.notice}\n{self._line.call}\n{key.digit}".encode()).hexdigest()
        answer = self._presses.add(Heard("voice", name, message.to, clean(key.hears, COMMAND_LIMIT)))
        if not self._presses.listened_to:
            return
        try:
            async with asyncio.timeout(max(0.0, min(ANSWER_WITHIN, self._left()))):
                # The answer may still come after the call.
                words = await asyncio.shield(answer)
        except TimeoutError:
            return
        if words:
            await self._say(words)

    async def _connect(self, number: str) -> bool:
        """Put him through; return whether the call is over by it. What the exchange has not done in time is left to it.

        A transfer that fails ends the call too: baresip 1.0 says that it failed, and lets it go.
        """
        uri = self._plan.uri_of(number)
        if uri is None:
            log.warning("a key puts through to what is no number")
            return False
        await self._line.transfer(uri)
        until = self._clock.mono() + min(TRANSFER_WITHIN, self._left())
        while (event := await self._line.next(until)) is not None:
            if event.kind.endswith("TRANSFER_FAILED"):
                log.warning("a caller was not put through (%s)", event.detail)
            if event.kind in ENDS or event.kind.endswith("TRANSFER_FAILED"):
                break
        return True

    async def _say(self, text: str) -> None:
        """Speak a sentence to its end, as far as there is time and somebody to hear it."""
        try:
            recording = await self._speaker.say(spoken(text), self._left())
            until = await self._line.play(recording, PAUSE_AT_END)
        except SpeakerError as error:
            log.info("an answer was not spoken (%s)", error)
            return
        while (event := await self._line.next(min(until, self._plan.ends))) is not None:
            if event.kind in ENDS:
                return

    def _left(self) -> float:
        return max(0.0, self._plan.ends - self._clock.mono())

    def _result(self, otherwise: Outcome) -> Outcome:
        """Return that it was told, when a key was pressed; else `otherwise`."""
        if self._told is None:
            return otherwise
        return Outcome(Delivery.ACCEPTED, message_ref=self._line.call or None, accepted_at=self._told)


def _ended(event: Happening) -> Outcome:
    if event.kind == GONE:
        return Outcome(Delivery.UNCERTAIN, DeliveryCause.CONNECTION_LOST, "baresip ended during the call")
    return nobody("hung up, and no key pressed")
