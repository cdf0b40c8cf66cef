"""`monitord roster overrides`, `leaves`, `batches`: what was written over and beside the plan. They only read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import cyclopts
import sqlalchemy as sa
from cyclopts import Parameter

from monitord.account.journal_log import HOME
from monitord.cli.reading import Config, Database, Reading, reading
from monitord.cli.terminal import print_table
from monitord.clock import SystemClock
from monitord.store import tables as t

ALL = Annotated[bool, Parameter(name="--all", negative="", help="What is over or was taken back as well.")]


class Shown:
    """How ids and instants are shown in a list; ids stand for names where no settings are read."""

    def __init__(self, desk: Reading, now: datetime) -> None:
        self.words = desk.words
        self.now = now
        self._settings = desk.settings
        self._zone = desk.settings.zone if desk.settings else HOME
        named = desk.connection.execute(sa.select(t.person.c.id, t.person.c.name))
        self._people: dict[str, str] = {row.id: row.name for row in named}

    def at(self, instant: datetime) -> str:
        """Return an instant as people read it."""
        return self.words.instant(instant, self._zone)

    def person(self, name: str | None) -> str:
        """Return somebody's name; empty for nobody."""
        return self._people.get(name or "", name or "")

    def people(self, names: Sequence[str] | None) -> str:
        """Return the names of several."""
        return ", ".join(map(self.person, names or ()))

    def unit(self, name: str) -> str:
        """Return the name of a unit."""
        known = self._settings.units.get(name) if self._settings else None
        return known.name if known else name

    def duty(self, name: str) -> str:
        """Return the name of a duty."""
        known = self._settings.duty_kinds.get(name) if self._settings else None
        return known.name if known else name

    def state(self, starts: datetime, ends: datetime, withdrawn: datetime | None) -> str:
        """Return how something stands that is in force for a time."""
        if withdrawn is not None:
            return f"{self.words.table['taken_back']} {self.at(withdrawn)}"
        key = "is_over" if ends <= self.now else "is_ahead" if starts > self.now else "is_in_force"
        return self.words.table[key]


def overrides(*, everything: ALL = False, config: Config = None, database: Database = None) -> int:
    """List the overrides and approved swaps in force or ahead."""
    with reading(config, database) as desk:
        shown = Shown(desk, SystemClock().now())
        keys = ["number", "unit", "duty", "from", "to", "goes", "comes", "author", "reason", "state"]
        show(desk, keys, [_override(shown, row) for row in _rows(desk, t.overlay, shown.now, everything)])
    return 0


def leaves(*, everything: ALL = False, config: Config = None, database: Database = None) -> int:
    """List who is or will be on leave."""
    with reading(config, database) as desk:
        shown = Shown(desk, SystemClock().now())
        keys = ["number", "person", "from", "to", "author", "reason", "state"]
        show(desk, keys, [_leave(shown, row) for row in _rows(desk, t.leave, shown.now, everything)])
    return 0


def batches(*, everything: ALL = False, config: Config = None, database: Database = None) -> int:
    """List what was written into the roster at once: spreadsheets, calendars, shifts by hand."""
    with reading(config, database) as desk:
        shown, b, s = Shown(desk, SystemClock().now()), t.roster_batch.c, t.planned_shift.c
        spans = sa.select(
            s.batch, sa.func.min(s.starts).label("starts"), sa.func.max(s.ends).label("ends"),
            sa.func.count().label("shifts"), sa.func.min(s.unit).label("unit"),
        ).group_by(s.batch).subquery()  # fmt: skip
        wanted = sa.select(t.roster_batch, spans).join_from(t.roster_batch, spans, b.id == spans.c.batch)
        if not everything:
            wanted = wanted.where(b.withdrawn_at.is_(None), spans.c.ends > shown.now)
        rows = desk.connection.execute(wanted.order_by(b.id)).mappings().all()
        keys = ["number", "kind", "unit", "shifts", "from", "to", "author", "file", "state"]
        show(desk, keys, [_batch(shown, row) for row in rows])
    return 0


def show(desk: Reading, keys: Sequence[str], rows: list[list[str]]) -> None:
    """Print a table with the headings of those keys, or that there is nothing."""
    if not rows:
        print(desk.words.table["empty"])
    print_table([desk.words.table[key] for key in keys], rows)


def _rows(desk: Reading, table: sa.Table, now: datetime, everything: bool) -> Sequence[sa.RowMapping]:
    wanted = sa.select(table).order_by(table.c.id)
    if not everything:
        wanted = wanted.where(table.c.withdrawn_at.is_(None), table.c.ends > now)
    return desk.connection.execute(wanted).mappings().all()


def _override(shown: Shown, row: sa.RowMapping) -> list[str]:
    goes = shown.words.table["everybody"] if row["outgoing"] is None else shown.people(row["outgoing"])
    state = shown.state(row["starts"], row["ends"], row["withdrawn_at"])
    return [str(row["id"]), shown.unit(row["unit"]), shown.duty(row["duty"]), shown.at(row["starts"]),
            shown.at(row["ends"]), goes, shown.people(row["incoming"]) or shown.words.table["nobody"],
            shown.person(row["author"]), row["reason"], f"{shown.words.table[row['kind']]}, {state}"]  # fmt: skip


def _leave(shown: Shown, row: sa.RowMapping) -> list[str]:
    spans = [shown.at(row["starts"]), shown.at(row["ends"])]
    state = shown.state(row["starts"], row["ends"], row["withdrawn_at"])
    return [str(row["id"]), shown.person(row["person"]), *spans, shown.person(row["author"]), row["reason"], state]


def _batch(shown: Shown, row: sa.RowMapping) -> list[str]:
    spans = [shown.at(row["starts"]), shown.at(row["ends"])]
    state = shown.state(row["starts"], row["ends"], row["withdrawn_at"])
    kind = shown.words.table[f"batch_{row['kind']}"]
    return [str(row["id"]), kind, shown.unit(row["unit"]), str(row["shifts"]), *spans, shown.person(row["author"]),
            row["file"], state]  # fmt: skip


def register(group: cyclopts.App) -> None:
    """Add the commands of this file."""
    for command in (overrides, leaves, batches):
        group.command(command)
