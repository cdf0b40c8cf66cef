"""`monitord explain`: why an incident went as it went, and why somebody was called at an instant, or was not."""

from typing import Annotated

import cyclopts
from cyclopts import Parameter

from monitord.account.explain import Told, story_of
from monitord.account.journal_log import HOME
from monitord.account.reasons import Because, reasons_for
from monitord.cli.place import WRONG, fail
from monitord.cli.reading import Config, Database, Reading, reading
from monitord.cli.when import instant_or_fail
from monitord.clock import SystemClock
from monitord.domain.health import Hold
from monitord.domain.safe import clean

LONGEST = 500


def explain(
    incident: Annotated[str | None, Parameter(help="Whole code of an incident: SC-0602-014.")] = None,
    *,
    person: Annotated[str | None, Parameter(help="Id of a person: why was he called at --at, or not?")] = None,
    at: Annotated[str | None, Parameter(help='"02:14" (today), "2027-02-06 02:14"; the present when left out.')] = None,
    config: Config = None,
    database: Database = None,
) -> int:
    """Replay the decisions as they were written: of an incident, or about a person at an instant."""
    if (incident is None) is (person is None):
        fail("name an incident, or a --person and the time (--at)", WRONG)
    with reading(config, database) as desk:
        return _incident(desk, incident) if incident is not None else _person(desk, person or "", at)


def _incident(desk: Reading, code: str) -> int:
    found = story_of(desk.connection, desk.settings, desk.words, code.strip().upper())
    if found is None:
        fail(f"no incident has the code {clean(code, 60)!r}: `monitord log show` names them", 1)
    incident, told = found
    print(f"{incident.code} · {desk.words.severity(incident.severity)} · {desk.words.phase(incident.phase)}")
    for one in told:
        print(_line(desk, one))
    return 0


def _line(desk: Reading, one: Told) -> str:
    zone = desk.settings.zone if desk.settings else HOME
    shown = f"{desk.words.instant(one.line.ts, zone, seconds=True)}  {clean(one.line.text, LONGEST)}"
    for shift in one.shifts:
        begins, ends = (desk.words.instant(at, zone) for at in (shift.start, shift.end))
        source = shift.source.removeprefix("yaml:")
        shown += f"\n    ↳ {desk.words.table['shift']} {begins} – {ends}: {_name(desk, shift.person)} ({clean(source)})"
    return shown


def _person(desk: Reading, person: str, at: str | None) -> int:
    zone = desk.settings.zone if desk.settings else HOME
    now = SystemClock().now()
    instant = now if at is None else instant_or_fail(at, now, zone, "--at")
    if desk.settings is not None and person not in desk.settings.people:
        fail(f"nobody has the id {clean(person, 60)!r}", WRONG)
    print(f"{_name(desk, person)} · {desk.words.instant(instant, zone)}")
    found = reasons_for(desk.connection, person, instant)
    for one in found:
        print(_because(desk, one))
    if not found:
        print(desk.words.table["nothing_ran"])
    return 0


def _because(desk: Reading, one: Because) -> str:
    zone = desk.settings.zone if desk.settings else HOME
    words, table = desk.words, desk.words.table
    parts = [table[f"because_{one.reason}"]]
    if one.who:
        parts.append(", ".join(_name(desk, name) for name in one.who))
    if one.at is not None:
        parts.append(words.instant(one.at, zone, seconds=True))
    if one.detail:
        parts.append(_detail(desk, one))
    return f"{_target(desk, one.what)}: " + " · ".join(clean(part, LONGEST) for part in parts)


def _detail(desk: Reading, one: Because) -> str:
    if one.reason == "held":
        return ", ".join(desk.words.hold(Hold(hold)) for hold in one.detail.split(", "))
    return desk.words.channel(one.detail)


def _name(desk: Reading, person: str) -> str:
    known = desk.settings.people.get(person) if desk.settings else None
    return clean(known.name if known else person)


def _target(desk: Reading, name: str) -> str:
    settings = desk.settings
    device = settings.devices.get(name.partition("/")[0]) if settings else None
    whole = settings.name_of_whole(name) if settings else None
    return clean(device.name if device else whole or name)


def register(app: cyclopts.App) -> None:
    """Add the command of this file."""
    app.command(explain)
