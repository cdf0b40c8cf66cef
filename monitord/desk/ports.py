"""What the desk asks of its house: to act when nothing can be written, and to count what it did."""

from typing import Protocol

from monitord.store.writer import StoreUnavailable

ALARM_AFTER = 10.0
"""Seconds the database may refuse before somebody is told by the direct way."""

COMMANDS = (
    "start",
    "reload",
    "keep_house",
    "alive",
    "clock_stepped",
    "edges",
    "timers",
    "claim",
    "report",
    "give_back",
    "next_due",
    "door",
    "press",
    "hear",
    "conflict",
    "probed",
    "test",
    "tested",
    "canary",
    "acknowledge",
    "act",
    "window",
    "bind",
    "anchor",
    "alarm",
)
"""Every command's name: a closed set, so that it can be a metric's label."""


class Reserve(Protocol):
    """What is done when nothing can be written: room is made, and an administrator is told without the database."""

    async def refused(self, why: StoreUnavailable, seconds: float) -> None:
        """Called at the first refusal (`seconds` is 0) and once more when it has lasted ALARM_AFTER."""
        ...

    async def works_again(self) -> None:
        """Called when writing works again."""
        ...


class Observer(Protocol):
    """What is counted of the desk."""

    def committed(self, command: str, seconds: float) -> None:
        """A command of that name was committed after so many seconds of waiting."""
        ...

    def refused(self) -> None:
        """A button was pressed that had no effect by right."""
        ...
