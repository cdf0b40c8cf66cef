"""What really was: when the daemon ran awake, which edition was in force, when each row was truly written."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from monitord.domain.journal import FactKind, Row
from monitord.store import tables as t
from monitord.store.rows import journal_row
from tests.sim.clock import BEGIN
from tests.sim.history import History
from tests.sim.people import Press
from tests.sim.place import read as read_database
from tests.sim.province import Edition, leaders_ahead, on_duty, reachable

AFTER_START = 12.0
"""Seconds after a start, or after the machine slept, in which what is owed may wait for a first look."""
GRACE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Awake:
    """A time in which the daemon ran and the machine did not sleep. `woke` says that it began after a sleep."""

    begins: float
    ends: float
    life: int


@dataclass(frozen=True, slots=True)
class Maintenance:
    """A maintenance of a device, by the wall clock, which was right when it was set."""

    device: str
    begins: float
    ends: float


class Truth:
    """A history with its database, read once for all judges."""

    def __init__(self, history: History, database: Path) -> None:
        self.history = history
        with read_database() as connection:

            def read(table: sa.Table) -> list[Any]:
                return list(connection.execute(sa.select(table).order_by(*table.primary_key.columns)).mappings())

            self.rows: list[Row] = [journal_row(row) for row in read(t.journal)]
            self.private = {row["seq"]: row["body"] for row in read(t.journal_private)}
            self.incidents = read(t.incident)
            self.outbox = read(t.outbox)
            self.timers = read(t.timer)
            self.buttons = {row["ref"]: row for row in read(t.button)}
            self.windows = [
                Maintenance(
                    row["scope"]["devices"][0],
                    (row["starts"] - BEGIN).total_seconds(),
                    (row["ends"] - BEGIN).total_seconds(),
                )
                for row in read(t.window)
            ]
            self.meta = {row["key"]: row["value"] for row in read(t.meta)}
        self.when = {row.seq: history.diary.when[row.hash] for row in self.rows if row.hash in history.diary.when}
        self.of: dict[int, list[Row]] = defaultdict(list)
        for row in self.rows:
            if row.incident is not None:
                # What became part of another incident is over as an incident of its own.
                merged = row.kind == FactKind.INCIDENT_MERGED and "into" in row.refs
                self.of[row.incident].append(replace(row, kind=FactKind.INCIDENT_RESTORED) if merged else row)
        self.awake = list(_awake(history))
        self.letters: dict[int, list[Any]] = defaultdict(list)
        for letter in history.telegram.letters:
            for notice in (letter.notice, *letter.also):
                self.letters[notice].append(letter)
        self.tries: dict[int, list[Any]] = defaultdict(list)
        for attempt in history.telegram.tries:
            for notice in (attempt.notice, *attempt.also):
                self.tries[notice].append(attempt)
        loads = [r for r in self.rows if r.kind == FactKind.SETTINGS_LOADED]
        self._editions = [(self.at(r), self.now(r), history.editions[r.refs["hash"]]) for r in loads]
        self._imports = [(self.at(r), self.now(r)) for r in self.rows if r.kind == FactKind.ROSTER_IMPORTED]

    def at(self, row: Row) -> float:
        """Return the true instant of a journal row."""
        return self.when[row.seq][0]

    def now(self, row: Row) -> datetime:
        """Return what the daemon believed the instant of a row to be."""
        return self.when[row.seq][1]

    def queued(self, notice: Any) -> float:
        """Return the true instant at which a notice was queued."""
        return self.history.diary.queued[notice["key"]]

    def notice_of(self, press: Press) -> int:
        """Return the notice whose button was pressed; that of the letter for a forged one."""
        parts = press.data.split("|")
        row = self.buttons.get(parts[1]) if len(parts) == 4 else None
        return press.notice if row is None else int(row["notice"])

    def edition(self, at: float) -> Edition:
        """Return the edition in force."""
        return next((e for begins, _, e in reversed(self._editions) if begins <= at), self.history.first)

    def on_duty(self, unit: str, duty: str, at: float, now: datetime) -> list[str]:
        """Return who is on duty at `now` of the daemon's clock, by what it has been told up to the true instant `at`.

        What is past stays as it was: an edition says nothing about the time before it came, and of shifts that were
        over at every import nothing is known.
        """
        imports = [(begins, when, self.edition(begins)) for begins, when in self._imports]
        known = sorted([*self._editions, *imports], key=lambda one: one[0])
        told = [(when, edition) for begins, when, edition in known if begins <= at]
        edition = next((e for when, e in reversed(told) if when <= now), told[0][1])
        return on_duty(edition, unit, duty, now, self._known_from(at))

    def _known_from(self, at: float) -> datetime:
        return min(when for begins, when in self._imports if begins <= at)

    def before_import(self, row: Row) -> bool:
        """Return whether a row was written by a clock that was set back behind an import of the roster: what came new
        with that begins with it, and nobody can say who was on duty before."""
        return any(begins <= self.at(row) and self.now(row) < when for begins, when in self._imports)

    def leaders(self, unit: str, at: float, now: datetime) -> list[str]:
        """Return who leads a unit in the days ahead, whose turn comes first in front."""
        return leaders_ahead(self.edition(at), unit, now, self._known_from(at))

    def reached(self, unit: str, duty: str, at: float, now: datetime) -> list[str]:
        """Return whom a step to a duty reaches."""
        return reachable(self.edition(at), self.on_duty(unit, duty, at, now))

    def duty_of(self, unit: str, person: str, at: float, now: datetime) -> bool:
        """Return whether somebody is on duty in a unit, or was within the quarter of an hour before."""
        return any(
            person in self.on_duty(unit, duty, at, instant)
            for instant in (now, now - GRACE)
            for duty in ("shift", "ops", "leader")
        )

    def holder(self, row: Row) -> str | None:
        """Return who had taken the incident of a row right before it."""
        holder = None
        for one in self.of[row.incident or 0]:
            if one.seq >= row.seq:
                break
            if one.kind == FactKind.INCIDENT_ACKNOWLEDGED:
                holder = one.actor
            elif one.kind in (FactKind.INCIDENT_ACK_EXPIRED, FactKind.INCIDENT_ESCALATED):
                holder = None
        return holder

    def by(self, instant: float, seconds: float) -> float | None:
        """Return by when something due at `instant` must be done that takes a daemon awake so many seconds.

        None: it never ran that long at a stretch again.
        """
        for time in self.awake:
            begins = max(time.begins, instant)
            allowed = seconds if time.begins <= instant else max(seconds, AFTER_START)
            if begins + allowed <= time.ends:
                return begins + allowed
        return None

    @property
    def slept_through_healing(self) -> bool:
        """Return whether the machine slept for much of the time in which all that is owed is to be told."""
        healed, ended = self.history.healed, self.history.ended
        slept = sum(min(wakes, ended) - max(sleeps, healed) for sleeps, wakes in self.history.sleeps if wakes > healed)
        return slept > (ended - healed) / 4

    def maintained(self, target: str, begins: float, ends: float) -> list[Maintenance]:
        """Return the maintenances of a target's device that have an instant in common with that time."""
        device = target.partition("/")[0]
        return [w for w in self.windows if w.device == device and w.begins <= ends and begins < w.ends]

    def doubtful(self, target: str, begins: float, ends: float) -> bool:
        """Return whether nobody can say if a maintenance covers a target then: the wall clock, which it is kept by, was
        off."""
        device = target.partition("/")[0]
        return any(w.device == device for w in self.windows) and self.clock_wrong(begins, ends)

    def alive(self, begins: float, ends: float) -> bool:
        """Return whether the daemon was awake all that time in one life."""
        return any(a.begins <= begins and ends <= a.ends for a in self.awake)

    def clock_wrong(self, begins: float, ends: float) -> bool:
        """Return whether the wall clock was off, or moved, at some instant of that time."""
        wrong = 0.0
        for at, size in self.history.walls:
            if at > ends:
                break
            if at >= begins:
                return True
            wrong = size
        return wrong != 0.0

    def slept(self, begins: float, ends: float) -> bool:
        """Return whether the machine slept at some instant of that time."""
        return any(sleeps < ends and begins < wakes for sleeps, wakes in self.history.sleeps)

    def rebooted(self, begins: float, ends: float) -> bool:
        """Return whether the machine started anew in that time."""
        return any(begins <= at <= ends for at in self.history.reboots)


def _awake(history: History) -> Sequence[Awake]:
    found = []
    for up in history.ups:
        begins = up.begins
        for sleeps, wakes in sorted(history.sleeps):
            if begins <= sleeps < up.ends:
                found.append(Awake(begins, sleeps, up.life))
                begins = max(begins, wakes)
        found.append(Awake(begins, up.ends, up.life))
    return [a for a in found if a.ends > a.begins]
