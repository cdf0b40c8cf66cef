"""`monitord rehearse`: who would be told of a fault at an instant, by which channel, and why. Nothing is sent."""

import json
from datetime import datetime
from typing import Annotated

import cyclopts
from cyclopts import Parameter

from monitord.account.rehearsal import Line, rehearsal
from monitord.cli.place import WRONG, fail
from monitord.cli.reading import Config, Database, Reading, reading
from monitord.cli.terminal import print_table, printable
from monitord.cli.when import instant_or_fail
from monitord.clock import SystemClock
from monitord.domain.journal import stamp
from monitord.domain.network import Device, Target
from monitord.domain.window import HOLD_OF
from monitord.settings.model import Settings


def rehearse(
    *,
    fault: Annotated[str, Parameter(help="Id of a device, or of one of its targets.")],
    at: Annotated[str | None, Parameter(help='"23:58" (today), "2027-02-05 23:58"; the present when left out.')] = None,
    hours: Annotated[float, Parameter(help="How far to look ahead.")] = 24.0,
    as_lines: Annotated[bool, Parameter(name="--json", negative="", help="One JSON object a person.")] = False,
    config: Config = None,
    database: Database = None,
) -> int:
    """Say, without sending anything, who would be told when if nobody took it."""
    with reading(config, database) as desk:
        settings = desk.settings
        if settings is None:
            fail("name the settings with --config: policies and people stand there", WRONG)
        device, target = _target(settings, fault)
        now = SystemClock().now()
        instant = now if at is None else instant_or_fail(at, now, settings.zone, "--at")
        with desk.connection.begin():
            found = rehearsal(desk.connection, settings, device, target, instant, hours)
        if as_lines:
            for line in found.lines:
                print(printable(json.dumps(_as_json(line), ensure_ascii=False)))
            return 0
        words, table, unit = desk.words, desk.words.table, settings.units[device.unit]
        print(f"{table['rehearsal']}: {words.target(device.name, target.title, target.instance or '')}")
        print(f"{words.instant(instant, settings.zone)} · {words.day(instant, settings.zone)}")
        print(f"{table['unit']}: {unit.name} · {table['handover']} {unit.handover:%H:%M}")
        severity = f"{found.incident.severity} – {words.severity(found.incident.severity)}"
        because = f" ({found.rule})" if found.rule else ""
        print(f"{table['severity']}: {severity}{because} · {table['policy']}: {found.incident.policy.id}")
        for window in found.windows:
            effect = table["held_until"] if window.kind in HOLD_OF else table["until"]
            print(f"{words.window(window.kind)}: {effect} {words.instant(window.end, settings.zone)}")
        if found.parents:
            named = ", ".join(settings.devices[parent].name for parent in found.parents)
            print(f"{table['behind']}: {named}")
        headings = [table[key] for key in ("told_at", "step", "duty", "person", "channel", "why")]
        print_table(headings, [_row(desk, settings, line, instant) for line in found.lines])
        policy = found.incident.policy
        restoration = ", ".join(words.duration(after) for after in policy.restoration) or "–"
        print(f"{table['repeats']} {words.duration(policy.repeat)} · {table['restoration']}: {restoration}")
    return 0


def _target(settings: Settings, fault: str) -> tuple[Device, Target]:
    for device in settings.devices.values():
        for target in device.targets:
            if fault in (device.id, target.id):
                return device, target
    fail(f"there is no device or target {fault!r} with a check in the settings", WRONG)


def _row(desk: Reading, settings: Settings, line: Line, begin: datetime) -> list[str]:
    words = desk.words
    same = line.at.astimezone(settings.zone).date() == begin.astimezone(settings.zone).date()
    shown = words.clock(line.at, settings.zone) if same else words.instant(line.at, settings.zone)
    person = settings.people.get(line.person)
    channels = " → ".join(words.channel(channel) for channel in line.channels)
    name = person.name if person else line.person or words.table["nobody"]
    return [shown, str(line.step + 1), line.role, name, channels, _why(desk, settings, line)]


def _why(desk: Reading, settings: Settings, line: Line) -> str:
    words, table, why = desk.words, desk.words.table, line.why
    parts = []
    if why.nobody:
        parts.append(table["nobody_why"])
    if why.quiet_until:
        parts.append(f"{table['quiet']} {words.instant(datetime.fromisoformat(why.quiet_until), settings.zone)}")
    if why.awaits:
        organisation = settings.organisations.get(why.awaits)
        parts.append(f"{table['awaits']} {organisation.name if organisation else why.awaits}")
    if why.call:
        parts.append(f"{table['asked_to_call']} {why.call}")
    if why.order:
        parts.append(f"{table['by_order']} {why.order}")
    if why.stands_in_for:
        absent = settings.people.get(why.stands_in_for)
        parts.append(f"{table['stands_in']} {absent.name if absent else why.stands_in_for}")
    if why.shift:
        start, end = (words.instant(at, settings.zone) for at in (why.shift.start, why.shift.end))
        parts.append(f"{table['shift']} {start} – {end} ({why.shift.source.removeprefix('yaml:')})")
    return "; ".join(parts)


def _as_json(line: Line) -> dict[str, object]:
    why = line.why
    return {
        "at": stamp(line.at),
        "step": line.step + 1,
        "role": line.role,
        "person": line.person or None,
        "channels": list(line.channels),
        "shift": None if why.shift is None else [stamp(why.shift.start), stamp(why.shift.end), why.shift.source],
        "stands_in_for": why.stands_in_for,
        "awaits": why.awaits,
        "order": why.order,
        "nobody": why.nobody,
        "quiet_until": why.quiet_until,
        "call": why.call,
    }


def register(app: cyclopts.App) -> None:
    """Add the command of this file."""
    app.command(rehearse)
