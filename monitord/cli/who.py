"""`monitord who`: who is on duty at an instant. It reads the database; neither daemon nor lock is needed."""

import json
import sys
from collections.abc import Collection, Mapping
from datetime import datetime
from shutil import get_terminal_size
from typing import Annotated

import cyclopts
from cyclopts import Parameter

from monitord.account.journal_log import HOME
from monitord.account.who import (
    NotAnInstant,
    OnDuty,
    instant_at,
    planned_at,
    units_and_duties,
    who_at,
    written_between,
    written_to,
)
from monitord.cli.place import WRONG, fail
from monitord.cli.reading import Config, Database, Reading, reading
from monitord.cli.terminal import print_table, printable
from monitord.clock import SystemClock
from monitord.domain.journal import stamp
from monitord.domain.people import DutyKind, Unit
from monitord.domain.safe import clean

WIDE = 160
"""Columns of a terminal that has room for title and source as well."""


def who(
    *,
    at: Annotated[
        str | None, Parameter(help='"23:58" (today), "2027-02-05 23:58", or with an offset; the present when left out.')
    ] = None,
    unit: Annotated[str | None, Parameter(help="Only this unit, by id.")] = None,
    duty: Annotated[str | None, Parameter(help="Only this duty kind, by id: shift, operations, leader ...")] = None,
    as_lines: Annotated[bool, Parameter(name="--json", negative="", help="One JSON object a person.")] = False,
    config: Config = None,
    database: Database = None,
) -> int:
    """Show who is on duty at an instant; a shift covers its first minute, and not the minute of handover at its end."""
    with reading(config, database) as desk:
        zone = desk.settings.zone if desk.settings else HOME
        now = SystemClock().now()
        try:
            instant = now if at is None else instant_at(at, now, zone)
        except NotAnInstant as wrong:
            fail(f"--at: {wrong}", WRONG)
        with desk.connection.begin():
            _known(desk, unit, duty)
            found = who_at(desk.connection, instant, unit, duty)
            written = written_between(desk.connection)
            until = written_to(desk.connection)
            ahead = until is not None and instant >= until
            if desk.settings is not None and ahead:
                found = planned_at(desk.settings, instant, unit, duty, desk.connection)
        if desk.settings is not None and ahead:
            print("as planned today; it may still be changed", file=sys.stderr)
        if as_lines:
            for one in found:
                print(printable(json.dumps(_as_json(one), ensure_ascii=False)))
        else:
            _print(desk, instant, found)
        if not found:
            print(_where_to_look(desk, written), file=sys.stderr)
    return 0


def _known(desk: Reading, unit: str | None, duty: str | None) -> None:
    units, duties = units_and_duties(desk.connection)
    if desk.settings is not None:
        units, duties = units | set(desk.settings.units), duties | set(desk.settings.duty_kinds)
    _one_of("--unit", unit, units)
    _one_of("--duty", duty, duties)


def _one_of(option: str, given: str | None, known: Collection[str]) -> None:
    if given is not None and given not in known:
        fail(f"{option}: no {clean(given, 60)!r}; there are: {clean(', '.join(sorted(known)) or 'none')}", WRONG)


def _print(desk: Reading, instant: datetime, found: list[OnDuty]) -> None:
    words, zone = desk.words, desk.settings.zone if desk.settings else HOME
    print(words.instant(instant, zone, seconds=instant.second != 0))
    keys = ["unit", "duty", "person", "phone", "from", "to", "title", "source"]
    units: Mapping[str, Unit] = desk.settings.units if desk.settings else {}
    duties: Mapping[str, DutyKind] = desk.settings.duty_kinds if desk.settings else {}
    rows = [
        [
            units[one.unit].name if one.unit in units else one.unit,
            duties[one.duty].name if one.duty in duties else one.duty,
            one.name,
            one.phone,
            words.instant(one.start, zone),
            words.instant(one.end, zone),
            one.title,
            one.source,
        ]
        for one in found
    ]
    if sys.stdout.isatty() and get_terminal_size().columns < WIDE:
        keys, rows = keys[:-2], [row[:-2] for row in rows]
    print_table([words.table[key] for key in keys], rows)
    if not found:
        print(words.table["nobody"])


def _where_to_look(desk: Reading, written: tuple[datetime, datetime] | None) -> str:
    if written is None:
        return "no shifts are written yet; start `monitord run` once, it writes those of the settings"
    zone = desk.settings.zone if desk.settings else HOME
    first, last = (desk.words.instant(at, zone) for at in written)
    return f"shifts are written from {first} to {last}"


def _as_json(one: OnDuty) -> dict[str, str]:
    return {
        "unit": one.unit,
        "duty": one.duty,
        "person": one.person,
        "name": one.name,
        "title": one.title,
        "phone": one.phone,
        "from": stamp(one.start),
        "to": stamp(one.end),
        "source": one.source,
    }


def register(app: cyclopts.App) -> None:
    """Add the command of this file."""
    app.command(who)
