"""`monitord roster export`: the roster as a file to hand out, and the list of leaders that the department asks for."""

import os
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import cyclopts
from cyclopts import Parameter

from monitord.account.handing_out import LONGEST, lines_of, span_of
from monitord.cli.act import asked_of_daemon
from monitord.cli.place import WRONG, fail
from monitord.cli.reading import Config, Database, reading
from monitord.cli.when import day_or_fail
from monitord.clock import SystemClock
from monitord.domain.people import Unit
from monitord.domain.safe import clean
from monitord.settings.model import Settings
from monitord.sheets.duty import DutyLine
from monitord.sheets.export import table, workbook
from monitord.sheets.leaders import empty_days, leaders_list

FirstDay = Annotated[str, Parameter(name="--from", help='First day: 2027-02-05 or "29 Tết 2027".')]
LastDay = Annotated[str, Parameter(name="--to", help="Last day.")]
MODE = 0o600
"""Who may read a file with people's telephone numbers: who made it."""


def export(
    file: Path,
    *,
    unit: str,
    start: FirstDay,
    end: LastDay,
    duty: Annotated[list[str] | None, Parameter(consume_multiple=True, help="Only these duties, by id.")] = None,
    leaders: Annotated[bool, Parameter(name="--leaders-list", help="The list of leaders on duty alone.")] = False,
    full_numbers: Annotated[
        bool, Parameter(help="Whole telephone numbers, for a keeper of the roster (--as): it is logged.")
    ] = False,
    person: Annotated[str | None, Parameter(name="--as", env_var="MONITORD_PERSON")] = None,
    config: Config = None,
    database: Database = None,
) -> int:
    """Write the roster of a unit as .xlsx, or as .csv for other programs: a new file, that only its maker may read."""
    kind = file.suffix.casefold()
    if kind not in (".xlsx", ".csv") or (leaders and kind != ".xlsx"):
        fail(f"{file}: the name of the file ends in .xlsx{'' if leaders else ' or .csv'}", WRONG)
    with reading(config, database) as desk:
        settings = desk.settings
        if settings is None:
            fail("the roster needs the settings: name their folder with --config", WRONG)
        of = unit_or_fail(settings, unit)
        duties = _duties(settings, of, duty, leaders)
        first, last = days_or_fail(settings, start, end)
        if full_numbers:
            _allowed(settings, of, first, last, person, file)
        lines = lines_of(desk.connection, settings, of, first, last, duties, whole_numbers=full_numbers)
    if leaders:
        content = leaders_list(lines, of.name, first, last, of.handover)
        for day in empty_days(lines, first, last):
            print(f"nobody leads on {day:%d/%m/%Y}: the list says so", file=sys.stderr)
    else:
        make = workbook(lines, of.name, first, last, of.handover) if kind == ".xlsx" else table(lines, of.handover)
        content = make
    write_new(file, content)
    print(_said(file, lines))
    return 0


def unit_or_fail(settings: Settings, unit: str) -> Unit:
    """Return the unit with that id; exits with 2 and says which there are."""
    if unit not in settings.units:
        fail(f"--unit: no {clean(unit, 60)!r}; there are: {', '.join(sorted(settings.units))}", WRONG)
    return settings.units[unit]


def days_or_fail(settings: Settings, start: str, end: str) -> tuple[date, date]:
    """Return the first and the last day that were typed; exits with 2 where they are none, or too far apart."""
    now = SystemClock().now()
    first, last = day_or_fail(start, now, settings.zone, "--from"), day_or_fail(end, now, settings.zone, "--to")
    if not first <= last <= first + LONGEST:
        fail(f"--to lies after --from, {LONGEST.days} days at most", WRONG)
    return first, last


def write_new(file: Path, content: bytes) -> None:
    """Write a file that was not there before, readable by its maker alone; exits with 2 when it cannot be."""
    try:
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE), "wb") as out:
            out.write(content)
    except FileExistsError:
        fail(f"{file}: is there already; choose another name, or move it away", WRONG)
    except OSError as error:
        fail(f"{file}: {error.strerror}", WRONG)


def _duties(settings: Settings, unit: Unit, duty: list[str] | None, leaders: bool) -> tuple[str, ...]:
    if leaders and duty:
        fail("--leaders-list is of the leaders' duty alone: leave --duty out", WRONG)
    for one in duty or ():
        if one not in settings.duty_kinds:
            fail(f"--duty: no {clean(one, 60)!r}; there are: {', '.join(sorted(settings.duty_kinds))}", WRONG)
    return (unit.leader_duty,) if leaders else tuple(duty or ())


def _allowed(settings: Settings, unit: Unit, first: date, last: date, person: str | None, file: Path) -> None:
    """Have the daemon note who takes whole numbers; it refuses whoever does not keep the roster."""
    if person is None:
        fail("--full-numbers needs to know who takes them: --as PERSON", WRONG)
    since, until = span_of(settings, first, last)
    given = {"unit": unit.id, "start": since.isoformat(), "end": until.isoformat(), "file": file.name}
    asked_of_daemon(settings, "roster", act="view", person=person, given=given)


def _said(file: Path, lines: list[DutyLine]) -> str:
    return f"{file}: {len(lines)} duties, {len({line.day for line in lines})} days"


def register(group: cyclopts.App) -> None:
    """Add the command of this file."""
    group.command(export)
