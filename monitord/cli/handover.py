"""`monitord handover show`: the book of a change of shift. It reads the database; neither daemon nor lock is needed."""

import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

import cyclopts
from cyclopts import Parameter

from monitord.account.handover import Kept, kept_at
from monitord.account.journal_log import HOME
from monitord.account.who import NotAnInstant, instant_at
from monitord.cli.place import WRONG, fail
from monitord.cli.reading import Config, Database, Reading, reading
from monitord.cli.terminal import LONGEST
from monitord.clock import SystemClock
from monitord.desk.ahead import books_ahead
from monitord.domain.safe import clean


def show(
    *,
    unit: Annotated[str | None, Parameter(help="Only this unit, by id.")] = None,
    at: Annotated[
        str | None, Parameter(help='The last book frozen up to then: "06:30" (today), "2027-02-06 06:30"; now without.')
    ] = None,
    now: Annotated[
        bool, Parameter(name="--now", negative="", help="The book of the next change, as it is now.")
    ] = False,
    config: Config = None,
    database: Database = None,
) -> int:
    """Show the last handover book of each duty that is called over, who signed it, and whether the journal agrees."""
    with reading(config, database) as desk:
        instant = SystemClock().now()
        try:
            wanted = instant if at is None else instant_at(at, instant, desk.settings.zone if desk.settings else HOME)
        except NotAnInstant as wrong:
            fail(f"--at: {wrong}", WRONG)
        if desk.settings is not None and unit is not None and unit not in desk.settings.units:
            fail(f"--unit: no {clean(unit, 60)!r}; there are: {', '.join(sorted(desk.settings.units))}", WRONG)
        with desk.connection.begin():
            if now:
                pages, sound = list(_ahead(desk, unit, instant)), True
            else:
                found = kept_at(desk.connection, wanted, unit)
                pages, sound = [_frozen(desk, one) for one in found], all(one.row is not None for one in found)
        for page in pages:
            print("\n".join(clean(line, LONGEST) for line in page.split("\n")), end="\n\n")
        if not pages:
            print(desk.words.table["handover_none"])
    return 0 if sound else 1


def _ahead(desk: Reading, unit: str | None, at: datetime) -> Iterator[str]:
    if desk.settings is None:
        fail("--now needs the settings: leave --database away, or add --config", WRONG)
    for book in books_ahead(desk.connection, desk.settings, desk.words, unit, at):
        yield f"{desk.words.handover(book, desk.settings.zone)}\n{desk.words.table['handover_open']}"
    if not any(one.roll_call for one in desk.settings.units.values()):
        print("no unit calls its duties over: name them in `roll_call` of the unit", file=sys.stderr)


def _frozen(desk: Reading, one: Kept) -> str:
    zone = desk.settings.zone if desk.settings else HOME
    key = "handover_broken" if one.row is None else "handover_proven"
    proof = desk.words.table[key].format(digest=one.digest[:16], row=one.row)
    page = f"{one.unit}/{one.duty}: ?" if one.book is None else desk.words.handover(one.book, zone, one.signed)
    return f"{page}\n{proof}"


def register(app: cyclopts.App) -> None:
    """Add the commands of this file."""
    group = cyclopts.App(name="handover", help="The handover book (sổ giao ca): what one shift left to the next.")
    group.command(show)
    app.command(group)
