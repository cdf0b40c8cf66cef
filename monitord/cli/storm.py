"""`monitord storm`: the storms there were, and the list of one. It reads the database; no daemon is needed."""

from pathlib import Path
from typing import Annotated

import cyclopts
from cyclopts import Parameter

from monitord.account.export import ENCODING
from monitord.account.storm_list import COLUMNS, StormRow, in_words, outages_of, storms, write_csv
from monitord.cli.place import WRONG, fail
from monitord.cli.reading import Config, Database, Reading, reading
from monitord.cli.terminal import print_table
from monitord.clock import SystemClock
from monitord.settings.model import Settings


def storm(
    code: Annotated[str | None, Parameter(help="DR-1109-004, or 004 for the newest of that number.")] = None,
    *,
    to_csv: Annotated[Path | None, Parameter(name="--csv", help="Write the list into this file, for Excel.")] = None,
    config: Config = None,
    database: Database = None,
) -> int:
    """Show the storms, the newest first; or every fault of one with its own beginning and end."""
    with reading(config, database) as desk:
        if desk.settings is None:
            fail("the list of a storm needs the settings: name their folder with --config", WRONG)
        with desk.connection.begin():
            known = storms(desk.connection)
            if code is None:
                _show(desk, desk.settings, known)
                return 0
            one = _chosen(code, known)
            rows = list(
                in_words(
                    outages_of(desk.connection, one, desk.settings), desk.settings, desk.words, SystemClock().now()
                )
            )
        if to_csv is None:
            print_table([desk.words.table[key] for key in COLUMNS], [[row[key] for key in COLUMNS] for row in rows])
            return 0
        try:
            with to_csv.open("w", encoding=ENCODING, newline="") as file:
                count = write_csv(file, iter(rows), desk.words)
        except OSError as error:
            fail(f"{to_csv}: {error.strerror}; name a file in a folder that may be written", WRONG)
        print(f"{to_csv}: {count}")
    return 0


def _chosen(code: str, known: list[StormRow]) -> StormRow:
    wanted = code.strip().upper()
    fits = [one for one in known if one.code == wanted or one.code.rpartition("-")[2] == wanted.zfill(3)]
    if not fits:
        there = ", ".join(one.code for one in known[:5]) or "none yet"
        fail(f"{code!r} is no storm; the newest are: {there}", WRONG)
    return fits[0]


def _show(desk: Reading, settings: Settings, known: list[StormRow]) -> None:
    words, zone = desk.words, settings.zone
    rows = [
        [
            one.code,
            settings.units[one.unit].name if one.unit in settings.units else one.unit,
            words.instant(one.opened_at, zone),
            "" if one.ended_at is None else words.instant(one.ended_at, zone),
        ]
        for one in known
    ]
    if rows:
        print_table([words.table[key] for key in ("code", "unit", "from", "to")], rows)
    else:
        print(words.table["empty"])


def register(app: cyclopts.App) -> None:
    """Add the command of this file."""
    app.command(storm)
