"""A night's histories, read for the judges: journal, tables, telephones, and when the daemon was ready."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa

from monitord.demo.talk import Entry
from monitord.domain.journal import Row
from monitord.store import tables as t
from monitord.store.rows import journal_row
from tests.crash.night import Played

SLACK = 2.5
"""Seconds granted for a machine that is busy with other things."""
AFTER_START = 2.6 + SLACK
"""A timer waits for a look at its target after a start, at most two intervals and a look."""
TELLING = ("step", "approval")
"""The events by which somebody is told of a fault."""
ASKED = (*TELLING, "reopened")
"""... or that it is back."""


@dataclass(frozen=True, slots=True)
class Up:
    """A time in which the daemon was ready."""

    begins: datetime
    ends: datetime


@dataclass(slots=True)
class Found:
    """What was found of a night: violations, and figures worth knowing."""

    wrong: list[str] = field(default_factory=list)
    figures: Counter[str] = field(default_factory=Counter)
    arrival: list[float] = field(default_factory=list)
    detection: list[float] = field(default_factory=list)


class Records:
    """Everything the judges read. `arrived` is filled in by whoever links telephones and notices."""

    def __init__(self, played: Played, connection: sa.Connection) -> None:
        self.played = played
        self.ups = [Up(begins, ends or played.ended) for begins, ends in played.daemon.ups]
        rows = connection.execute(sa.select(t.journal).order_by(t.journal.c.seq)).mappings()
        self.rows = [journal_row(row) for row in rows]
        self.incidents = list(connection.execute(sa.select(t.incident).order_by(t.incident.c.id)).mappings())
        self.outbox = list(connection.execute(sa.select(t.outbox).order_by(t.outbox.c.id)).mappings())
        self.attempts = list(connection.execute(sa.select(t.attempt)).mappings())
        self.buttons = {row["ref"]: row for row in connection.execute(sa.select(t.button)).mappings()}
        self.of: dict[int, list[Row]] = defaultdict(list)
        for row in self.rows:
            if row.incident is not None:
                self.of[row.incident].append(row)
        self.arrived: dict[int, list[Entry]] = defaultdict(list)

    def by(self, instant: datetime, seconds: float) -> datetime | None:
        """Return by when something due at `instant` must be done that takes `seconds` of a running daemon.

        None: it never ran that long at a stretch again.
        """
        for up in self.ups:
            begins = max(up.begins, instant)
            allowed = seconds if up.begins <= instant else max(seconds, AFTER_START)
            if begins + timedelta(seconds=allowed) <= up.ends:
                return begins + timedelta(seconds=allowed)
        return None
