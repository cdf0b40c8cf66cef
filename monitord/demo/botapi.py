"""A stand-in for Telegram's Bot API over HTTP, good enough for python-telegram-bot unmodified, with faults on demand.

Source: https://core.telegram.org/bots/api
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, TypeVar

from monitord.clock import Clock
from monitord.demo.botfaults import PLAIN, BotFault, Trouble
from monitord.demo.calls import json_bytes, parameters, refused, whole
from monitord.demo.chats import Chats
from monitord.demo.control import DOORS, control
from monitord.demo.methods import METHODS
from monitord.demo.talk import LARGEST_FILE, Act, Bubble, Button, Entry, File, Json, Refusal, bad
from monitord.demo.wire import HttpRequest, Listener, http_answer, read_http

__all__ = ["Act", "BotApi", "BotFault", "Bubble", "Button", "Entry", "File", "Trouble"]

LONGEST_POLL = 50
MOST_UPDATES_AT_ONCE = 100
LARGEST_CALL = LARGEST_FILE + (64 << 10)
LARGEST_READ = 4 * LARGEST_FILE
"""Bytes of a call that are read to be refused with an answer; more than that is cut off."""

T = TypeVar("T")


class BotApi:
    """The Bot API for one bot on a loopback address; its history tells what people really got.

    Anybody may write and press through `write` and `press`. Names are shown as first names (by user or chat id).
    Refuses addresses outside 127.0.0.0/8 with ValueError.
    """

    def __init__(
        self,
        clock: Clock,
        address: str = "127.0.0.1",
        port: int = 0,
        *,
        token: str = "123456:demo",
        names: Mapping[int, str] | None = None,
    ) -> None:
        self._clock = clock
        self._listener = Listener(address, port, self._serve)
        self.token = token
        bot_id = int(token.partition(":")[0])
        me: Json = {"id": bot_id, "is_bot": True, "first_name": "monitord", "username": "monitord_demo_bot"}
        self._chats = Chats(dict(names or {}), me)
        self._faults: tuple[BotFault, ...] = ()
        self._polls = 0
        self._changed = asyncio.Event()
        self._return: asyncio.Task[None] | None = None
        self.asked: Counter[str] = Counter()

    async def start(self) -> None:
        """Listen. OSError if the port is taken."""
        await self._listener.open()

    async def stop(self) -> None:
        """Cut every connection and listen no more. May be called twice."""
        if self._return is not None:
            self._return.cancel()
        await self._listener.close()

    async def __aenter__(self) -> BotApi:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """Return the address of the control door, without a path."""
        return f"http://{self._listener.address}:{self._listener.port}"

    @property
    def base_url(self) -> str:
        """Return what python-telegram-bot wants as `base_url`."""
        return f"{self.url}/bot"

    @property
    def history(self) -> Sequence[Entry]:
        """Return all that happened in the chats, oldest first."""
        return self._chats.history

    @property
    def faults(self) -> tuple[BotFault, ...]:
        """Return what is wrong now."""
        return self._faults

    @property
    def unconfirmed(self) -> int:
        """Return how many updates wait for a getUpdates with a higher offset."""
        return len(self._chats.updates)

    def bubbles(self, chat_id: int) -> tuple[Bubble, ...]:
        """Return what stands in one chat now, oldest first."""
        return self._chats.bubbles(chat_id)

    def press(
        self,
        chat_id: int,
        message_id: int,
        button: str = "",
        *,
        user_id: int | None = None,
        data: str | None = None,
    ) -> str:
        """Press a button, found by its label or its data, and return the id of the callback query.

        `data` forges a press of a button that need not exist, `user_id` a press by somebody else. LookupError if
        there is no such button and no `data`.
        """
        if data is None:
            bubble = self._chats.shown.get((chat_id, message_id))
            found = [b for b in (bubble.buttons if bubble else ()) if b.data and button in (b.label, b.data)]
            if not found:
                raise LookupError(f"no button {button!r} under message {message_id} of chat {chat_id}")
            data = found[0].data
        who = chat_id if user_id is None else user_id
        query_id = self._chats.press(chat_id, message_id, data, who, self._clock.now())
        self._wake()
        return query_id

    def write(self, chat_id: int, text: str, user_id: int | None = None) -> int:
        """Write to the bot as a person does and return the message's id."""
        who = chat_id if user_id is None else user_id
        message_id = self._chats.write(chat_id, text, who, self._clock.now())
        self._wake()
        return message_id

    async def break_with(self, *faults: BotFault) -> None:
        """Add faults; the first that fits a call decides. `away` closes the door for its seconds, or until mended."""
        for fault in faults:
            if fault.what is Trouble.AWAY:
                await self._listener.close()
                if fault.amount is not None:
                    self._return = asyncio.create_task(self._come_back(fault.amount))
            else:
                self._faults = (*self._faults, fault)

    async def mend(self) -> None:
        """Take away all faults and listen again on the same port."""
        self._faults = ()
        await self._listener.open()

    async def wait_for(self, find: Callable[[Sequence[Entry]], T], timeout: float) -> T:
        """Return what `find` makes of the history as soon as that is truthy. TimeoutError after `timeout` seconds."""
        async with asyncio.timeout(timeout):
            while not (found := find(self.history)):
                await self._changed.wait()
        return found

    async def wait_until_asked(self, method: str, timeout: float) -> None:
        """Return as soon as a call of `method` has begun, now or earlier. TimeoutError after `timeout` seconds."""
        await self.wait_for(lambda history: self.asked[method.lower()] > 0, timeout)

    def _wake(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def _come_back(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        await self._listener.open()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (request := await read_http(reader, LARGEST_READ)) is not None:
            answer = await self._answer(request)
            if answer is None:
                return
            writer.write(answer)
            await writer.drain()
            if not request.keep_alive:
                return

    async def _answer(self, request: HttpRequest) -> bytes | None:
        """Return the answer to a request; None cuts the connection."""
        if request.path in DOORS:
            return await control(self, request)
        token, _, method = request.path.removeprefix("/bot").partition("/")
        if not request.path.startswith("/bot") or token != self.token:
            return refused(Refusal(401, "Unauthorized"))
        if len(request.body) > LARGEST_CALL:
            return refused(Refusal(413, "Request Entity Too Large"))
        try:
            asked = parameters(request)
        except (ValueError, RecursionError):
            return refused(bad("can't parse request"))
        chat_id = whole(asked.get("chat_id"))
        fault = self._meet(method, chat_id)
        self.asked[method.lower()[:64]] += 1
        self._wake()
        try:
            if fault is not None:
                if (refusal := fault.refusal()) is not None:
                    raise refusal
                if fault.what is Trouble.NOT_JSON:
                    return http_answer(200, "<html><h1>Đăng nhập Wi-Fi</h1></html>".encode(), "text/html")
                if fault.what is Trouble.DROPPED:
                    return None
                if fault.what is Trouble.HANG:
                    await self._clock.sleep(fault.number(3600))
                    return None
            result = await self._get_updates(asked) if method.lower() == "getupdates" else self._do(method, asked)
        except Refusal as refusal:
            return refused(refusal)
        match fault.what if fault else None:
            case Trouble.LOST:
                return None
            case Trouble.NO_RESULT:
                return http_answer(200, b'{"ok":true}')
            case Trouble.LATE:
                await self._clock.sleep((fault and fault.amount) or 1.0)
        return http_answer(200, json_bytes({"ok": True, "result": result}))

    def _meet(self, method: str, chat_id: int | None) -> BotFault | None:
        for place, fault in enumerate(self._faults):
            if fault.hits(method, chat_id):
                if fault.times is not None:
                    left = (replace(fault, times=fault.times - 1),) if fault.times > 1 else ()
                    self._faults = (*self._faults[:place], *left, *self._faults[place + 1 :])
                return fault
        return None

    def _do(self, method: str, asked: Json) -> Any:
        act = METHODS.get(method.lower())
        if act is None:
            raise Refusal(404, "Not Found")
        result = act(self._chats, asked, self._clock.now())
        self._wake()
        return result

    async def _get_updates(self, asked: Json) -> list[Json]:
        """Return unconfirmed updates, waiting as long as asked for; an older call that still waits gets 409."""
        self._polls += 1
        mine = self._polls
        self._wake()
        if isinstance(allowed := asked.get("allowed_updates"), list):
            self._chats.allowed = frozenset(map(str, allowed))
        if (offset := whole(asked.get("offset"))) is not None:
            self._chats.confirm(offset)
        most = min(max(whole(asked.get("limit")) or MOST_UPDATES_AT_ONCE, 1), MOST_UPDATES_AT_ONCE)
        deadline = self._clock.mono() + min(whole(asked.get("timeout")) or 0, LONGEST_POLL)
        while not self._chats.updates and (left := deadline - self._clock.mono()) > 0:
            try:
                async with asyncio.timeout(left):
                    await self._changed.wait()
            except TimeoutError:
                break
            if mine != self._polls:
                raise Refusal(409, PLAIN[Trouble.CONFLICT])
        return self._chats.updates[:most]
