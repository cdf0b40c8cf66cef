"""`monitord roster ics`, `import-ics`: a roster for calendars of telephones, and a calendar taken into the roster."""

import sys
from pathlib import Path
from typing import Annotated

import cyclopts
from cyclopts import Parameter

from monitord.account.calendar_in import Doubt, batch_of, shifts_in
from monitord.account.handing_out import span_of
from monitord.account.roster_range import roster_between
from monitord.cli.act import ask_daemon
from monitord.cli.place import WRONG, fail, folder_or_default, settings_at
from monitord.cli.reading import Config, Database, reading
from monitord.cli.roster.handing import FirstDay, LastDay, days_or_fail, unit_or_fail, write_new
from monitord.cli.terminal import print_table, printable
from monitord.clock import SystemClock
from monitord.domain.roster import Shift
from monitord.domain.safe import clean
from monitord.settings.model import Settings
from monitord.sheets.ical import Entry, calendar
from monitord.sheets.ical_in import LARGEST, Book, read_calendar
from monitord.sheets.ical_rules import NotACalendar
from monitord.texts import pick

SHOWN = 40
"""Lines of a rehearsal that are shown."""


def ics(
    file: Path,
    *,
    start: FirstDay,
    end: LastDay,
    person: Annotated[str | None, Parameter(help="Whose duties, by id.")] = None,
    unit: Annotated[str | None, Parameter(help="Whose roster, by id.")] = None,
    config: Config = None,
    database: Database = None,
) -> int:
    """Write the duties of a person or of a unit as an iCalendar file. A later export updates an earlier one."""
    if (person is None) is (unit is None):
        fail("say whose: --person or --unit", WRONG)
    with reading(config, database) as desk:
        settings = desk.settings
        if settings is None:
            fail("the roster needs the settings: name their folder with --config", WRONG)
        if person is not None and person not in settings.people:
            fail(f"--person: nobody has the id {clean(person, 60)!r}", WRONG)
        name = settings.people[person].name if person is not None else unit_or_fail(settings, unit or "").name
        first, last = days_or_fail(settings, start, end)
        since, until = span_of(settings, first, last)
        shifts = roster_between(desk.connection, settings, since, until)
    mine = [one for one in shifts if (one.person == person if person is not None else one.unit == unit)]
    entries = [_entry(settings, one, named=person is None) for one in mine]
    write_new(file, calendar(entries, f"Lịch trực – {name}", SystemClock().now()))
    print(f"{file}: {len(entries)} duties")
    return 0


def import_ics(
    file: Path,
    *,
    unit: str,
    duty: str,
    start: FirstDay,
    end: LastDay,
    apply: Annotated[bool, Parameter(help="Write it; without it it is shown, and nothing is written.")] = False,
    person: Annotated[str | None, Parameter(name="--as", env_var="MONITORD_PERSON")] = None,
    config: Config = None,
) -> int:
    """Take a calendar into the roster of a unit: what recurs is written out, all-day events go from one change of duty
    to the next. Shown first; one doubt, and nothing is written."""
    settings = settings_at(folder_or_default(config))
    of = unit_or_fail(settings, unit)
    if duty not in settings.duty_kinds:
        fail(f"--duty: no {clean(duty, 60)!r}; there are: {', '.join(sorted(settings.duty_kinds))}", WRONG)
    first, last = days_or_fail(settings, start, end)
    raw = _bytes(file)
    try:
        book = read_calendar(raw, first, last, settings.zone, of.handover)
    except NotACalendar as wrong:
        fail(f"{file}: {wrong}", WRONG)
    shifts, doubts = shifts_in(book, settings.people, unit, duty)
    _show(settings, book, shifts, doubts)
    print(f"all-day events change at {of.handover:%H:%M}, when {of.name} changes duty", file=sys.stderr)
    if doubts:
        fail(f"{len(doubts)} doubts: nothing was written", WRONG)
    if not shifts:
        fail(f"{file}: nothing in that time; nothing was written", WRONG)
    if not apply:
        print("nothing was written: add --apply to write it", file=sys.stderr)
        return 0
    if person is None:
        fail("say who writes it: --as PERSON", WRONG)
    given = batch_of(shifts, clean(file.name, 100), raw)
    ask_daemon(settings, "roster", act="put", person=person, given=given)
    return 0


def _bytes(file: Path) -> bytes:
    if file.exists() and not file.is_file():
        fail(f"{file}: is no file; name a file of the disk", WRONG)
    try:
        with file.open("rb") as source:
            return source.read(LARGEST + 1)
    except OSError as error:
        fail(f"{file}: {error.strerror}", WRONG)


def _entry(settings: Settings, shift: Shift, *, named: bool) -> Entry:
    kind, unit = settings.duty_kinds.get(shift.duty), settings.units.get(shift.unit)
    person = settings.people.get(shift.person)
    role = kind.name if kind else shift.duty
    who = f": {person.name if person else shift.person}" if named else ""
    aside = " (trực phụ)" if shift.backup else ""
    title = f"{role[:1].upper()}{role[1:]}{aside}{who} – {unit.name if unit else shift.unit}"
    return Entry(shift.unit, shift.duty, shift.person, shift.start, shift.end, title)


def _show(settings: Settings, book: Book, shifts: tuple[Shift, ...], doubts: tuple[Doubt, ...]) -> None:
    words, zone = pick(settings.lang), settings.zone
    rows = [
        [words.instant(one.start, zone), words.instant(one.end, zone), settings.people[one.person].name]
        for one in shifts[:SHOWN]
    ]
    print_table([words.table[key] for key in ("from", "to", "person")], rows)
    if len(shifts) > SHOWN:
        print(words.table["and_more"].format(number=len(shifts) - SHOWN))
    for hole in book.holes:
        span = f"{words.instant(hole.start, zone)} – {words.instant(hole.end, zone)}"
        why = "that day's was moved" if hole.moved else "an EXDATE leaves it out"
        print(printable(f'nobody {span}: {why} of "{hole.title}"'), file=sys.stderr)
    if book.cancelled:
        print(f"{book.cancelled} cancelled events are left out", file=sys.stderr)
    for doubt in doubts:
        at = words.instant(doubt.duty.start, zone)
        print(printable(f"{at}: {doubt.why}"), file=sys.stderr)


def register(group: cyclopts.App) -> None:
    """Add the commands of this file."""
    group.command(ics)
    group.command(import_ics, name="import-ics")
