"""What is said to the telephone and heard from it: baresip's control socket (its module ctrl_tcp)."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count

from monitord.domain.safe import clean
from monitord.tell.voice.netstring import framed, next_frame

log = logging.getLogger(__name__)

ANSWER_WITHIN = 2.0
"""Seconds for the answer to a command."""
CALLS_REMEMBERED = 50
GONE = "GONE"
"""The event that says that the telephone is no more."""
_REGISTERED, _REFUSED = "\x1b[32mOK", "\x1b[31mERR"
"""What its list of accounts says of one that is registered, and of one that is not."""


class PhoneError(Exception):
    """The telephone does not work; the text says why."""


class BusyPhoneError(PhoneError):
    """The telephone did not say in time that it has done something; it may do it all the same."""


@dataclass(frozen=True, slots=True)
class Happening:
    """An event of a call, named as baresip names it: CALL_RINGING, CALL_ESTABLISHED, CALL_DTMF_START, CALL_CLOSED."""

    kind: str
    detail: str = ""
    call: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What it says to a command."""

    done: bool
    text: str = ""


class Control:
    """One connection to a telephone that lives as long as it does."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._tokens = count(1)
        self._answers: dict[str, asyncio.Future[Reply]] = {}
        self._calls: asyncio.Queue[Happening] = asyncio.Queue()
        self._over: deque[str] = deque(maxlen=CALLS_REMEMBERED)
        self._refusal: str | None = None
        self._registers = asyncio.Event()
        self._closed = False
        self._reading = asyncio.create_task(self._read(reader), name="baresip")

    @property
    def works(self) -> bool:
        """Return whether it can be told something."""
        return not self._closed and not self._writer.is_closing()

    async def close(self) -> None:
        """Hear no more of it."""
        self._closed = True
        self._reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reading

    # --- telling it -------------------------------------------------------------------------------------------------

    def send(self, command: str, params: str = "") -> asyncio.Future[Reply] | None:
        """Send a command at once, and return what will be its answer; None when there is nobody to tell."""
        if not self.works:
            return None
        token = str(next(self._tokens))
        answer = self._answers[token] = asyncio.get_running_loop().create_future()
        self._writer.write(framed({"command": command, "params": params, "token": token}))
        return answer

    async def tell(self, command: str, params: str = "") -> str:
        """Send a command and return what it says when it was done. Raises PhoneError."""
        answer = self.send(command, params)
        if answer is None:
            raise PhoneError("baresip is gone")
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                reply = await answer
        except TimeoutError:
            raise BusyPhoneError(f"baresip does not answer ({command})") from None
        if not reply.done:
            raise PhoneError(f"baresip does not do it ({command})")
        return reply.text

    async def registration(self, within: float) -> str | None:
        """Return an empty text when the exchange has registered us, else why not, None when that is not known; wait
        for it that many seconds. Raises PhoneError.
        """
        said = await self.tell("reginfo")
        if _REGISTERED not in said and _REFUSED not in said:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(within):
                    await self._registers.wait()
            said = await self.tell("reginfo")
        return "" if _REGISTERED in said else self._refusal

    # --- hearing it -------------------------------------------------------------------------------------------------

    def attach(self) -> asyncio.Queue[Happening]:
        """Return the events of the next call, and of no call before it."""
        self._calls = asyncio.Queue()
        if not self.works:
            self._calls.put_nowait(Happening(GONE))
        return self._calls

    def forget(self, call: str) -> None:
        """Take no more events of a call that is over for us."""
        if call:
            self._over.append(call)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                self._take(await next_frame(reader))
        except (EOFError, OSError, ValueError, RecursionError) as error:
            if not self._closed:
                log.warning("baresip is gone (%s)", type(error).__name__)
        finally:
            self._hang()

    def _hang(self) -> None:
        """Let everybody who waits for it know that it is gone."""
        self._closed = True
        self._writer.close()
        for answer in self._answers.values():
            if not answer.done():
                answer.set_result(Reply(False))
        self._answers.clear()
        self._calls.put_nowait(Happening(GONE))

    def _take(self, frame: Mapping[str, object]) -> None:
        if frame.get("response"):
            answer = self._answers.pop(str(frame.get("token")), None)
            if answer is not None and not answer.done():
                answer.set_result(Reply(frame.get("ok") is True, str(frame.get("data", ""))[:2000]))
            return
        kind, call = str(frame.get("type", ""))[:40], str(frame.get("id", ""))[:64]
        happening = Happening(kind, clean(str(frame.get("param", "")), 200), call)
        if kind in ("REGISTER_OK", "REGISTER_FAIL"):
            self._refusal = None if kind == "REGISTER_OK" else happening.detail
            self._registers.set()
        elif kind == "CALL_INCOMING":
            # Nobody is here to be spoken to, and the line is needed.
            self.send("hangup")
        elif frame.get("direction") == "outgoing" and call not in self._over:
            self._calls.put_nowait(happening)
