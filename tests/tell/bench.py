"""What the contract suite asks of the other side of a channel: one class a channel, in `benches/`."""

import asyncio
from typing import Protocol

from monitord.domain.update import Answer, Heard
from monitord.tell.ports import Channel


class Hurried(Channel, Protocol):
    """A channel that can be given another deadline."""

    deadline: float


class Bench(Protocol):
    """The channel under test, and a real other side on a real socket (or file) that can be made to fail.

    Everything here works on that other side; nothing looks into the channel.
    """

    @property
    def channel(self) -> Hurried:
        """The channel: started, and with a `deadline` of a second or two."""
        ...

    @property
    def address(self) -> str:
        """An address that is reached, in the form of `Person.address`."""
        ...

    @property
    def no_addresses(self) -> tuple[str, ...]:
        """Texts that are no address of this channel."""
        ...

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never show in an outcome or a log."""
        ...

    async def arrived(self, at_least: int = 0) -> list[str]:
        """Return the texts that arrived at the other side, in order, as a reader sees them; wait for that many."""
        ...

    async def go_away(self) -> None:
        """Let the other side be gone: nobody answers, nothing can be handed over."""
        ...

    async def come_back(self) -> None:
        """Let it be there again, and work."""
        ...

    async def fall_silent(self) -> None:
        """Let it take what is sent and never say what became of it."""
        ...

    async def refuse(self) -> None:
        """Let it refuse this address for ever. A side that never says so is not asked to."""
        ...


class SpokenTo(Bench, Protocol):
    """The other side of a channel by which people can answer."""

    async def send(self, text: str, sender: str | None = None) -> None:
        """Let somebody answer, from `address` unless another sender is given."""
        ...


class Desk:
    """A desk that keeps what it hears, knows a key that it heard before, and may refuse to write for a while."""

    def __init__(self, refusals: int = 0) -> None:
        self.heard: list[Heard] = []
        self.refusals = refusals
        self._answers: dict[str, Answer] = {}
        self._came = asyncio.Condition()

    async def hear(self, heard: Heard) -> Answer:
        if self.refusals:
            self.refusals -= 1
            raise OSError("the database is away")
        if heard.key not in self._answers:
            self._answers[heard.key] = Answer("Đã ghi nhận: tiếp nhận SC-0602-004.", accepted=True)
            async with self._came:
                self.heard.append(heard)
                self._came.notify_all()
        return self._answers[heard.key]

    async def until(self, text: str, seconds: float = 30.0) -> None:
        """Return when that text was heard."""
        async with asyncio.timeout(seconds), self._came:
            await self._came.wait_for(lambda: text in self.texts)

    @property
    def texts(self) -> list[str]:
        return [heard.text for heard in self.heard]
