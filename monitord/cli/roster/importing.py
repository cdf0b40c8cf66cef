"""`monitord roster import FILE`: a spreadsheet as it arrives, rehearsed; with --apply the running daemon writes it."""

import hashlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import cyclopts
import sqlalchemy as sa
from cyclopts import Parameter

from monitord.account.importing import batch_with, in_force, known_of
from monitord.cli.act import asked_of_daemon
from monitord.cli.place import WRONG, database_of, fail, folder_or_default, settings_at
from monitord.cli.reading import Config, reading, while_read
from monitord.cli.terminal import print_table
from monitord.clock import SystemClock
from monitord.domain.safe import clean
from monitord.settings.model import Settings
from monitord.sheets.asking import Settle
from monitord.sheets.fold import words
from monitord.sheets.limits import MAX_BYTES
from monitord.sheets.raw import sheets_of
from monitord.sheets.reading import read_roster
from monitord.sheets.rehearse import Mark, Rehearsal, batch_of, periods_of, rehearse
from monitord.sheets.showing import MOST, Shower
from monitord.sheets.trouble import Unreadable
from monitord.texts.en.sheets import SHEETS as ENGLISH
from monitord.texts.sheets import SheetWords
from monitord.texts.vi.sheets import SHEETS as VIETNAMESE

LEFT = 1
"""The exit code when something must be settled."""
Many = Annotated[list[str] | None, Parameter(consume_multiple=True)]


def import_file(
    file: Path,
    *,
    unit: Annotated[str | None, Parameter(help="Unit of rows that do not say theirs, by id.")] = None,
    duty: Annotated[str | None, Parameter(help="Duty of rows that do not say theirs, by id.")] = None,
    year: Annotated[int | None, Parameter(help="Year of days that do not say theirs.")] = None,
    meant: Annotated[
        Many, Parameter(name="--is", help='Who a name is, or which duty a text: "Tên lạ=person.id".')
    ] = None,
    take: Annotated[Many, Parameter(help="Cells whose proposal is taken: Sheet1!B7.")] = None,
    two_leaders: Annotated[bool, Parameter(negative="", help="Two leaders at one time are no mistake here.")] = False,
    every: Annotated[bool, Parameter(name="--all", negative="", help="Show every shift, however many.")] = False,
    apply: Annotated[bool, Parameter(negative="", help="Write it into the roster, all or nothing.")] = False,
    person: Annotated[
        str | None, Parameter(name="--as", env_var="MONITORD_PERSON", help="Id of who writes it; with --apply.")
    ] = None,
    config: Config = None,
) -> int:
    """Rehearse a roster from .xlsx, .xls, .ods or .csv: what it would change, and every doubt by its cell.

    Nothing is written without --apply. The exit code is 1 while something must be settled.
    """
    settings = settings_at(folder_or_default(config))
    say = ENGLISH if settings.lang == "en" else VIETNAMESE
    _known_ids(settings, unit, duty)
    if apply and person is None:
        fail("--apply: say who writes it with --as PERSON", WRONG)
    settle = Settle(unit, duty, year, _meant(settings, meant), frozenset(take or ()), two_leaders)
    raw = _bytes_of(file)
    known = known_of(settings, SystemClock().now().astimezone(settings.zone).date())
    try:
        read = read_roster(sheets_of(raw, file.name), known, settle, file.stem)
    except Unreadable as wrong:
        fail(f"{clean(file.name)}: {say.refused[wrong.why].format(more=clean(wrong.more, 120))}", WRONG)
    if read.unused:
        fail(f"--take: nothing is proposed at {clean(', '.join(read.unused), 200)}; the rehearsal shows where", WRONG)
    digest = hashlib.sha256(raw).hexdigest()
    with _database(settings, config) as connection:
        spans = periods_of(read.entries, known)
        now = SystemClock().now()
        first, last = min((p.start for p in spans), default=now), max((p.end for p in spans), default=now)
        told = rehearse(read, known, in_force(settings, connection, first - timedelta(days=1), last))
        already = None if connection is None else batch_with(connection, digest)
    with while_read():
        _print(Shower(known, say), told, clean(file.name), every)
        code = _ended(told, already, say, apply)
    if code is not None:
        return code
    given = batch_of(told, clean(file.name), digest)
    answer = asked_of_daemon(settings, "roster", act="put", person=person, given=given)
    print(say.phrases["written"].format(batch=answer["batch"], count=len(read.entries)))
    return 0


def _ended(told: Rehearsal, already: int | None, say: SheetWords, apply: bool) -> int | None:
    """Say how it stands; return the exit code, None when it is to be written."""
    doubts = len(told.read.doubts)
    print()
    if already is not None:
        print(say.phrases["already"].format(batch=already))
        return 0
    if doubts:
        print(say.phrases["open"].format(count=doubts))
        return LEFT
    if apply:
        return None
    same = told.count(Mark.SAME) == len(told.lines)
    print(say.phrases["no_change" if same else "ready"])
    return 0


def _print(shower: Shower, told: Rehearsal, file: str, every: bool) -> None:
    for line in shower.head(told, file):
        print(line)
    print()
    print_table(list(shower.words.headings), shower.table(told, every))
    if not every and len(told.lines) > MOST:
        print(shower.words.phrases["rest"].format(rest=len(told.lines) - MOST))
    read = told.read
    for part in (shower.findings(told.findings), shower.notes(read.remarks), shower.doubts(read.doubts)):
        lines = [_harmless(line) for line in part]
        if lines:
            print("\n" + "\n".join(lines))


def _harmless(line: str) -> str:
    """Return a line with its blanks in which nothing can be obeyed by a terminal."""
    return "".join(char if char.isprintable() else " " for char in line)


def _bytes_of(file: Path) -> bytes:
    if file.exists() and not file.is_file():
        fail(f"{clean(str(file))}: is no file; name a file of the disk", WRONG)
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        fail(f"{clean(str(file))}: {error.strerror}", WRONG)


@contextmanager
def _database(settings: Settings, config: Path | None) -> Iterator[sa.Connection | None]:
    place = database_of(settings)
    if isinstance(place, Path) and not place.exists():
        print("no database yet: compared with the settings alone", file=sys.stderr)
        yield None
        return
    with reading(config, None) as desk, desk.connection.begin():
        yield desk.connection


def _known_ids(settings: Settings, unit: str | None, duty: str | None) -> None:
    for option, given, there in (("--unit", unit, settings.units), ("--duty", duty, settings.duty_kinds)):
        if given is not None and given not in there:
            fail(f"{option}: no {clean(given, 60)!r}; there are: {', '.join(sorted(there))}", WRONG)


def _meant(settings: Settings, pairs: list[str] | None) -> dict[str, str]:
    found = {}
    for pair in pairs or ():
        said, _, key = pair.rpartition("=")
        if not said or (key not in settings.people and key not in settings.duty_kinds):
            fail(f'--is: write "Tên lạ=id" with the id of a person or a duty, not {clean(pair, 80)!r}', WRONG)
        found[words(said)] = key
    return found


def register(group: cyclopts.App) -> None:
    """Add the command of this file."""
    group.command(import_file, name="import")
