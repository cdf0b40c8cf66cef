"""A simulated Telegram: chats that outlive the daemon, ambiguous answers, refusals, outages, and updates by offset."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from telegram.error import NetworkError

from monitord.domain.document import Document
from monitord.domain.notice import Delivery, DeliveryCause, Message, Outcome
from tests.sim.loop import Universe


@dataclass(slots=True)
class Letter:
    """A message on somebody's telephone: `text` and `buttons` as it stands now, `first` as it came, with its
    `document`; a digest tells the notices of `also` as well."""

    at: float
    number: int
    chat: str
    notice: int
    first: str
    text: str
    buttons: tuple[str, ...]
    channel: str = "telegram"
    began: float = 0.0
    edits: list[float] = field(default_factory=list)
    document: Document | None = None
    also: tuple[int, ...] = ()


@dataclass(slots=True)
class Try:
    """One attempt of the daemon; `outcome` is None while it runs and when the daemon died in it."""

    at: float
    notice: int
    chat: str
    edit: bool
    life: int
    channel: str
    ended: float | None = None
    outcome: Outcome | None = None
    arrived: bool = False
    also: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Habits:
    """How bad the way to Telegram is: shares of attempts, and the times in which nothing gets through."""

    ambiguous: float = 0.0
    unsent: float = 0.0
    limited: float = 0.0
    outages: tuple[tuple[float, float], ...] = ()


class Telegram:
    """Telegram's side: chats, and updates kept until they are confirmed by an offset."""

    def __init__(self, universe: Universe, rng: random.Random, habits: Habits) -> None:
        self.universe = universe
        self.rng = rng
        self.habits = habits
        self.blocked: set[str] = set()
        self.letters: list[Letter] = []
        self.tries: list[Try] = []
        self.updates: list[dict[str, Any]] = []
        self.limits: list[tuple[float, float]] = []
        self.read: Callable[[Letter], None] = lambda letter: None
        self.read_again: Callable[[Letter], None] = lambda letter: None
        self.tried: Callable[[Try], None] = lambda attempt: None
        self.life = 0
        self._update = 7_000
        self._confirmed: dict[str, Any] | None = None
        self._waiter: asyncio.Future[None] | None = None

    def away(self) -> bool:
        """Return True while nothing gets through."""
        return any(begins <= self.universe.now < ends for begins, ends in self.habits.outages)

    def heal(self) -> None:
        """Let everything get through from now on."""
        now = self.universe.now
        outages = tuple((b, min(e, now)) for b, e in self.habits.outages if b < now)
        self.habits = Habits(outages=outages)
        self.blocked.clear()

    # --- what the daemon sends --------------------------------------------------------------------------------------

    async def deliver(self, message: Message) -> Outcome:
        """Answer one attempt as Telegram would, or does not."""
        attempt = Try(
            self.universe.now,
            message.notice,
            message.to,
            message.replaces is not None,
            self.life,
            "telegram",
            also=message.also,
        )
        self.tries.append(attempt)
        self.tried(attempt)
        outcome = await self._deliver(message, attempt)
        attempt.ended, attempt.outcome = self.universe.now, outcome
        return outcome

    async def _deliver(self, message: Message, attempt: Try) -> Outcome:
        rng, habits = self.rng, self.habits
        luck = rng.random()
        if self.away():
            if luck < 0.3:
                await asyncio.sleep(4.0)
            return Outcome(Delivery.NOT_SENT, DeliveryCause.CONNECT)
        await asyncio.sleep(rng.uniform(0.05, 0.4))
        if luck < habits.unsent:
            return Outcome(Delivery.NOT_SENT, DeliveryCause.CONNECT)
        luck -= habits.unsent
        if luck < habits.limited:
            wait = rng.choice((1, 5, 35))
            self.limits.append((self.universe.now, self.universe.now + wait * 1.25))
            return Outcome(Delivery.NOT_SENT, DeliveryCause.RATE_LIMITED, retry_in=timedelta(seconds=wait))
        luck -= habits.limited
        if message.to in self.blocked:
            return Outcome(Delivery.PERMANENT, DeliveryCause.BLOCKED)
        if luck < habits.ambiguous:
            # On its way when the answer is lost: it may arrive at once, later, or not at all.
            fate = rng.random()
            if fate < 0.5:
                self._arrive(message, attempt)
            elif fate < 0.75:
                self.universe.at(self.universe.now + rng.uniform(0.5, 9.0), lambda: self._arrive(message, attempt))
            if rng.random() < 0.5:
                await asyncio.sleep(3600)
            return Outcome(Delivery.UNCERTAIN, DeliveryCause.TIMED_OUT)
        number = self._arrive(message, attempt)
        await asyncio.sleep(rng.uniform(0.02, 0.3))
        return Outcome(Delivery.ACCEPTED, message_ref=str(number))

    def _arrive(self, message: Message, attempt: Try, channel: str = "telegram") -> int:
        attempt.arrived = True
        buttons = tuple(face.callback for row in message.buttons for face in row)
        if message.replaces is not None:
            for letter in self.letters:
                if str(letter.number) == message.replaces:
                    letter.text, letter.buttons = message.text, buttons
                    letter.edits.append(self.universe.now)
                    self.read_again(letter)
            return int(message.replaces)
        number = len(self.letters) + 1
        letter = Letter(
            self.universe.now,
            number,
            message.to,
            message.notice,
            message.text,
            message.text,
            buttons,
            channel,
            attempt.at,
            document=message.document,
            also=message.also,
        )
        self.letters.append(letter)
        if channel == "telegram":
            self.read(letter)
        return number

    async def log(self, message: Message) -> Outcome:
        """Take a message for the log channel, which always works."""
        attempt = Try(self.universe.now, message.notice, message.to, False, self.life, "log")
        self.tries.append(attempt)
        self._arrive(message, attempt, "log")
        attempt.ended, attempt.outcome = self.universe.now, Outcome(Delivery.ACCEPTED)
        return attempt.outcome

    # --- what people send -------------------------------------------------------------------------------------------

    def press(self, user: int, data: str, message: int) -> int:
        """Let somebody press a button; return the update's id."""
        query = {
            "id": f"q{self._update + 1}",
            "from": {"id": user, "first_name": "x"},
            "data": data,
            "message": {"message_id": message, "chat": {"id": user}},
        }
        return self._push({"callback_query": query})

    def write(self, user: int, text: str) -> int:
        """Let somebody write a text; return the update's id."""
        return self._push({"message": {"text": text, "from": {"id": user}, "chat": {"id": user}, "date": 1}})

    def _push(self, update: dict[str, Any]) -> int:
        self._update += 1
        self.updates.append({"update_id": self._update, **update})
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
        return self._update

    async def get_updates(self, offset: int | None, timeout: float) -> list[dict[str, Any]]:
        """Return what is not confirmed yet, after at most `timeout` seconds; asking with an offset confirms."""
        await asyncio.sleep(self.rng.uniform(0.02, 0.2))
        self.refuse()
        if offset is not None:
            self._confirmed = next((u for u in reversed(self.updates) if u["update_id"] < offset), self._confirmed)
            self.updates = [u for u in self.updates if u["update_id"] >= offset]
        if not self.updates:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(timeout):
                    await self._waiter
            except TimeoutError:
                pass
            finally:
                self._waiter = None
            self.refuse()
        if self.rng.random() < 0.03:
            raise NetworkError("the answer got lost")
        if not self.updates and self._confirmed is not None and self.rng.random() < 0.1:
            return [self._confirmed]  # once more, although it was confirmed
        return list(self.updates[:100])

    def refuse(self) -> None:
        """Raise what the library raises while nothing gets through."""
        if self.away():
            raise NetworkError("no way to Telegram")

    def forget_daemon(self) -> None:
        """The daemon died: nobody waits for updates."""
        self._waiter = None
