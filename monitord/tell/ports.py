"""What telling needs of the desk, of a channel, and of who makes what goes with a message."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol, runtime_checkable

from monitord.domain.document import Attachment, Document
from monitord.domain.notice import Claimed, Message, Outcome
from monitord.domain.update import Answer, Heard, Update, UpdateKind

__all__ = [
    "Answer",
    "Attachments",
    "Channel",
    "Claimed",
    "Grouped",
    "Heard",
    "Hears",
    "Listening",
    "Outbox",
    "Probing",
    "Update",
    "UpdateKind",
    "Updates",
]


class Outbox(Protocol):
    """The desk's side of the outbox. Every method is one transaction and may raise whatever the database raises."""

    async def claim(self, channel: str, limit: int) -> Sequence[Claimed]:
        """Return at most `limit` due rows of that channel, leased, the most urgent first; rows that lost their reason
        are superseded.
        """
        ...

    async def report(self, notice: int, outcome: Outcome) -> None:
        """Commit what an attempt came to. The same outcome reported twice does no harm."""
        ...

    async def give_back(self, notice: int, retry_in: timedelta) -> None:
        """Make a leased row pending again without counting an attempt: it was not tried, and is not to be claimed
        before `retry_in`.
        """
        ...

    async def probed(self, channel: str, outcome: Outcome) -> None:
        """Commit what a probe of a channel came to."""
        ...

    async def wait(self, channel: str) -> None:
        """Return when a row of that channel may have become due since its last `claim`; at once when one has."""
        ...

    async def next_due(self, channel: str) -> float | None:
        """Return the seconds until the next pending row of that channel may be claimed (0 when one may be now), None
        when there is none.
        """
        ...


class Channel(Protocol):
    """A way to reach people. `deliver` answers with an outcome; what it raises all the same counts as UNCERTAIN.

    `per_second` and `per_address` are how many messages a second the other side takes, in all and to one address;
    None is no limit. `deadline` is how many seconds an attempt may take before it counts as uncertain: twelve less than
    the lease of its section at most.
    """

    @property
    def name(self) -> str: ...
    @property
    def deadline(self) -> float: ...
    @property
    def per_second(self) -> float | None: ...
    @property
    def per_address(self) -> float | None: ...

    async def start(self) -> None:
        """Make ready without asking the network for anything."""
        ...

    async def deliver(self, message: Message) -> Outcome:
        """Try once to deliver."""
        ...

    async def stop(self) -> None:
        """Give back sockets and files; nothing is delivered afterwards."""
        ...


class Hears(Protocol):
    """The desk's side of what people answer by a channel without buttons."""

    async def hear(self, heard: Heard) -> Answer:
        """Commit {text, its effect, journal} in one transaction; a key heard before changes nothing and is answered as
        it was. May raise whatever the database raises: then nothing was committed, and it is to be brought again.
        """
        ...


@runtime_checkable
class Listening(Channel, Protocol):
    """A channel by which people can answer."""

    async def listen(self, hears: Hears) -> None:
        """Bring what people send to the desk until cancelled, each until the desk has taken it, and send them its
        answer, best effort. What it raises ends it; it is begun again. Between `start` and `stop`.
        """
        ...


@runtime_checkable
class Probing(Channel, Protocol):
    """A channel that can be asked whether it works without telling anybody anything, every `probe_every` seconds."""

    @property
    def probe_every(self) -> float: ...

    async def probe(self) -> Outcome:
        """Ask once: ACCEPTED when the other side is there and knows us. Within `deadline`."""
        ...


@runtime_checkable
class Grouped(Channel, Protocol):
    """A channel that writes to groups, which take fewer messages than a person: `per_group` a second."""

    @property
    def per_group(self) -> float: ...

    def group_of(self, address: str) -> str:
        """Return the group of an address, one for all its topics; empty for a person's."""
        ...


class Attachments(Protocol):
    """Makes what goes with a message, outside of the writer's transaction."""

    async def make(self, what: Attachment) -> Document:
        """Return the document. May raise whatever reading raises, and is cancelled when it takes too long."""
        ...


class Updates(Protocol):
    """The desk's side of what comes in."""

    async def offset(self) -> int | None:
        """Return the first update id not yet committed, None when there never was one."""
        ...

    async def accounts(self) -> frozenset[int]:
        """Return the accounts of our people as they are now: of all others only what may be a code is heard."""
        ...

    async def press(self, update: Update) -> Answer:
        """Commit {update row, its effect, journal, offset} in one transaction; an update id seen before changes
        nothing but is answered.
        """
        ...

    async def conflict(self, seconds: float) -> None:
        """Note that somebody else has been reading our updates for that many seconds (told about once a minute while
        it lasts).
        """
        ...
