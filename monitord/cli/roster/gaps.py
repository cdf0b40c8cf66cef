"""`monitord roster gaps`: what the roster lacks, told ahead. It reads the database; the daemon need not run."""

import json
from datetime import datetime, timedelta
from typing import Annotated

import cyclopts
from cyclopts import Parameter

from monitord.account.coverage import Looked, look
from monitord.account.who import NotAnInstant, instant_at
from monitord.cli.place import WRONG, fail
from monitord.cli.reading import Config, Database, Reading, reading
from monitord.cli.terminal import print_table, printable
from monitord.clock import SystemClock
from monitord.domain.coverage import Fault, Hole, missing
from monitord.domain.journal import stamp
from monitord.domain.safe import clean
from monitord.settings.model import Settings
from monitord.texts.coverage import campaign_line, said_of

AHEAD = timedelta(days=30)
"""How far is looked when nobody says how far."""
LONGEST = 1_000
"""Characters of the line of a campaign."""
MOST = timedelta(days=3660)
"""How far may be looked."""


def gaps(
    *,
    start: Annotated[
        str | None, Parameter(name="--from", help='From when: "2027-02-05 00:00"; now when left out.')
    ] = None,
    end: Annotated[
        str | None, Parameter(name="--to", help="Up to when, that minute left out; 30 days later when left out.")
    ] = None,
    unit: Annotated[str | None, Parameter(help="Only this unit, by id.")] = None,
    duty: Annotated[str | None, Parameter(help="Only this duty kind, by id.")] = None,
    only_missing: Annotated[
        bool, Parameter(name="--missing", negative="", help="Only where somebody is missing.")
    ] = False,
    as_lines: Annotated[bool, Parameter(name="--json", negative="", help="One JSON object a finding.")] = False,
    config: Config = None,
    database: Database = None,
) -> int:
    """Show what the roster lacks, as it is planned today. Exit code 1 when somebody is missing, 0 when nobody is."""
    with reading(config, database) as desk:
        if desk.settings is None:
            fail("the settings say how many are needed: name them with --config", WRONG)
        settings = desk.settings
        _known(unit, duty, settings)
        since, until = _range(start, end, settings)
        found = look(desk.connection, settings, since, until, None if unit is None else [unit])
        shown = [h for h in found.holes if duty in (None, h.duty) and (not only_missing or h.fault is Fault.MISSING)]
        if as_lines:
            for hole in shown:
                print(printable(json.dumps(_as_json(hole), ensure_ascii=False)))
        else:
            _print(desk, settings, shown, found, [unit] if unit else list(settings.units), since, until)
        return 1 if missing(shown) else 0


def _range(start: str | None, end: str | None, settings: Settings) -> tuple[datetime, datetime]:
    now = SystemClock().now()
    try:
        since = now.replace(second=0, microsecond=0) if start is None else instant_at(start, now, settings.zone)
        until = since + AHEAD if end is None else instant_at(end, now, settings.zone)
    except NotAnInstant as wrong:
        fail(str(wrong), WRONG)
    if not since < until <= since + MOST:
        fail("--to lies after --from, within ten years", WRONG)
    return since, until


def _known(unit: str | None, duty: str | None, settings: Settings) -> None:
    for option, given, known in (("--unit", unit, settings.units), ("--duty", duty, settings.duty_kinds)):
        if given is not None and given not in known:
            fail(f"{option}: no {clean(given, 60)!r}; there are: {', '.join(known)}", WRONG)


def _print(
    desk: Reading,
    settings: Settings,
    shown: list[Hole],
    found: Looked,
    units: list[str],
    since: datetime,
    until: datetime,
) -> None:
    words, zone = desk.words, settings.zone
    for campaign in settings.campaigns:
        if campaign.start < until and campaign.end > since and any(map(campaign.meant_for, units)):
            print(clean(campaign_line(words, zone, campaign), LONGEST))
    names = {name: person.name for name, person in found.people.items()}
    duties = {name: kind.name for name, kind in settings.duty_kinds.items()}
    rows = [
        [
            words.instant(hole.start, zone),
            words.instant(hole.end, zone),
            settings.units[hole.unit].name,
            duties.get(hole.duty, hole.duty),
            said_of(hole.fault, hole.have, hole.need, [duties.get(name, name) for _, name in hole.also], words.table),
            ", ".join(names.get(name, name) for name in hole.persons),
            names.get(hole.owner, hole.owner),
        ]
        for hole in shown
    ]
    print_table([words.table[key] for key in ("from", "to", "unit", "duty", "fault", "people", "owner")], rows)
    lacking = missing(shown)
    for name in units:
        number = sum(hole.unit == name for hole in lacking)
        said = words.table["not_covered" if number else "covered"].format(
            unit=settings.units[name].name,
            number=number,
            start=words.instant(since, zone),
            end=words.instant(until, zone),
        )
        print(f"{said} ({words.table['handover']} {settings.units[name].handover:%H:%M})")


def _as_json(hole: Hole) -> dict[str, object]:
    return {
        "fault": hole.fault,
        "unit": hole.unit,
        "duty": hole.duty,
        "from": stamp(hole.start),
        "to": stamp(hole.end),
        "persons": hole.persons,
        "have": hole.have,
        "need": hole.need,
        "also": hole.also,
        "owner": hole.owner,
    }


def register(group: cyclopts.App) -> None:
    """Add the command of this file."""
    group.command(gaps)
