"""One bound connection to an SMS centre: requests and their responses, both ways (SMPP 3.4, chapters 2 and 4)."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any

from smpplib import consts  # type: ignore[import-untyped]

from monitord.tell.smpp.pdu import RESPONSE, MalformedError, Pdu, code_of, made, read_pdu

log = logging.getLogger(__name__)

PULSE = 30.0
"""Seconds between two enquire_link."""
ANSWERED = 8.0
"""Seconds for the response to a request."""
CLOSING = 1.0
"""Seconds for unbinding, and as many until a connection that does not close is cut."""
UNSENT = 256 * 1024
"""Bytes waiting for a centre that does not read; more, and the connection is given up."""
LAST_SEQUENCE = 0x7FFFFFFF

_GENERIC_NACK = code_of("generic_nack")
_DELIVER = code_of("deliver_sm")
_ENQUIRE = code_of("enquire_link")
_UNBIND = code_of("unbind")
_UNANSWERED = frozenset({code_of("outbind"), code_of("alert_notification")})

Reply = Callable[[int, Callable[[], None] | None], None]
"""Answers a deliver_sm with a command_status; what is given besides is called when the centre has surely read that."""
Deliver = Callable[[Pdu, Reply], None]
"""Called with every deliver_sm that comes."""


class UnsentError(Exception):
    """A request that did not leave: the connection was over."""


class LostError(Exception):
    """The connection ended before the response to a request that had left."""


class Link:
    """One connection, from its first byte to its end; it is not used again. `deliver` is None where nothing is heard.

    The centre answers in any order: a response belongs to the request of its number. A response also shows that what
    was written before its request was read.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, deliver: Deliver | None, pulse: float = PULSE
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._deliver = deliver
        self._pulse = pulse
        self._sequence = 0
        self._asked: dict[int, tuple[int, asyncio.Future[Pdu]]] = {}
        self._unread: list[tuple[int, Callable[[], None]]] = []
        self._doubted = asyncio.Event()
        self.why = ""
        """Why it ended; empty while it lives."""
        self._tasks = [asyncio.create_task(self._read(), name="read from the SMS centre")]

    async def bound(self, name: str, within: float, **fields: Any) -> Pdu:
        """Bind by that command and return the response; from then on the centre is asked whether it is there."""
        response = await self.ask(name, within, **fields)
        self._tasks.append(asyncio.create_task(self._keep(), name="enquire the link to the SMS centre"))
        return response

    async def ask(self, name: str, within: float = ANSWERED, **fields: Any) -> Pdu:
        """Send a request and return its response, or the generic_nack to it.

        UnsentError when it did not leave; LostError and TimeoutError when it did and nobody knows what became of it.
        """
        self._sequence = self._sequence % LAST_SEQUENCE + 1
        sequence = self._sequence
        request = made(name, sequence, **fields)
        future: asyncio.Future[Pdu] = asyncio.get_running_loop().create_future()
        self._write(request)
        self._asked[sequence] = (code_of(name), future)
        try:
            async with asyncio.timeout(within):
                return await future
        finally:
            del self._asked[sequence]

    def doubt(self) -> None:
        """Ask at once whether the centre is still there."""
        self._doubted.set()

    async def over(self) -> str:
        """Return why it ended, when it has."""
        await asyncio.wait(self._tasks[:1])
        return self.why

    async def unbind(self) -> None:
        """Take leave, in CLOSING seconds at most, and close."""
        with contextlib.suppress(UnsentError, LostError, TimeoutError):
            await self.ask("unbind", CLOSING)
        self.end("we took leave")
        with contextlib.suppress(Exception):
            async with asyncio.timeout(CLOSING):
                await self._writer.wait_closed()
        self._writer.transport.abort()
        await self.gone()

    async def gone(self) -> None:
        """End it, and return when nothing of it is at work any more."""
        self.end("it is not needed")
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def end(self, why: str) -> None:
        """Close it; what waits for a response learns that none will come."""
        if self.why:
            return
        self.why = why
        with contextlib.suppress(RuntimeError):
            # What was written last is still let go.
            self._writer.close()
            asyncio.get_running_loop().call_later(CLOSING, self._writer.transport.abort)
        for _, future in self._asked.values():
            if not future.done():
                future.set_exception(LostError(why))
        for task in self._tasks:
            if task is not asyncio.current_task():
                task.cancel()

    def _write(self, raw: bytes) -> None:
        transport = self._writer.transport
        if not self.why and transport.get_write_buffer_size() > UNSENT:
            self.end("it does not read")
        if self.why or transport.is_closing():
            raise UnsentError(self.why or "the connection was lost")
        self._writer.write(raw)

    async def _read(self) -> None:
        why = "it failed"
        try:
            while True:
                self._take(await read_pdu(self._reader))
        except MalformedError as error:
            why = f"it sent {error}"
            with contextlib.suppress(UnsentError):
                self._write(made("generic_nack", 0, consts.SMPP_ESME_RINVCMDLEN))
        except (OSError, EOFError, UnsentError, LostError) as error:
            why = str(error) if isinstance(error, LostError) else "the connection was lost"
        except asyncio.CancelledError:
            why = "it was closed"
        except Exception:
            log.exception("what an SMS centre sent could not be handled")
        finally:
            self.end(why)

    def _take(self, pdu: Pdu) -> None:
        """Answer what is asked, and hand responses to those who wait for them. LostError when it is the end."""
        if pdu.command & RESPONSE:
            self._answered(pdu)
        elif pdu.command == _ENQUIRE:
            self._write(made("enquire_link_resp", pdu.sequence))
        elif pdu.command == _UNBIND:
            self._write(made("unbind_resp", pdu.sequence))
            raise LostError("the centre took leave")
        elif pdu.command == _DELIVER:
            reply = self._reply_to(pdu)
            if self._deliver is None:
                reply(consts.SMPP_ESME_RINVBNDSTS, None)
            else:
                self._deliver(pdu, reply)
        elif pdu.command not in _UNANSWERED:
            self._write(made("generic_nack", pdu.sequence, consts.SMPP_ESME_RINVCMDID))

    def _answered(self, pdu: Pdu) -> None:
        command, future = self._asked.get(pdu.sequence, (0, None))
        if future is None:
            if pdu.command == _GENERIC_NACK:
                raise LostError("the centre could not read what we sent")
            return  # too late: nobody waits for it
        if pdu.command not in (command | RESPONSE, _GENERIC_NACK):
            return
        if not future.done():
            future.set_result(pdu)
        read = [done for before, done in self._unread if before < pdu.sequence]
        self._unread = [(before, done) for before, done in self._unread if before >= pdu.sequence]
        for done in read:
            done()

    def _reply_to(self, pdu: Pdu) -> Reply:
        def reply(status: int, read: Callable[[], None] | None) -> None:
            with contextlib.suppress(UnsentError):
                self._write(made("deliver_sm_resp", pdu.sequence, status))
                if read is not None:
                    self._unread.append((self._sequence, read))

        return reply

    async def _keep(self) -> None:
        """Ask whether the centre is there, as long as it says so."""
        try:
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._pulse):
                        await self._doubted.wait()
                self._doubted.clear()
                await self.ask("enquire_link", min(ANSWERED, self._pulse))
        except TimeoutError:
            self.end("it does not answer")
        except (UnsentError, LostError):
            self.end("the connection was lost")
