"""`monitord window`: maintenance, mutes, change freezes and planned power cuts, through the running daemon."""

from datetime import date, datetime, timedelta
from typing import Annotated

import cyclopts
import sqlalchemy as sa
from cyclopts import Parameter

from monitord.account.who import NotAnInstant, instant_at
from monitord.calendar.spoken import NotALunarDate, spoken_day
from monitord.cli.act import As, ask_daemon
from monitord.cli.place import WRONG, fail, folder_or_default, settings_at
from monitord.cli.reading import Config, Database, Reading, reading
from monitord.cli.terminal import print_table
from monitord.clock import SystemClock
from monitord.domain.series import WEEKDAYS, days_of, spans_of
from monitord.domain.window import Scope, Window, WindowKind, scope_to_wire
from monitord.settings.model import Settings
from monitord.store import tables as t
from monitord.store.rows import window_of

Many = Annotated[list[str] | None, Parameter(consume_multiple=True)]
SHOWN = 20


def add(
    kind: WindowKind,
    start: Annotated[str, Parameter(name="--from", help='When: 01:00, or "2026-12-01 01:00".')],
    end: Annotated[str, Parameter(name="--to", help="When it ends; a time alone is the next such time.")],
    *,
    person: As,
    target: Many = None,
    device: Many = None,
    site: Many = None,
    unit: Many = None,
    everything: Annotated[bool, Parameter(help="All there is.")] = False,
    every: Annotated[str | None, Parameter(help='Days of the week: "CN", "T2 T4", or "ngày" for each day.')] = None,
    until: Annotated[str | None, Parameter(help="Last day of --every: 2027-06-30.")] = None,
    lunar: Annotated[str | None, Parameter(help='A lunar date for the day: "23 tháng Chạp", "mùng 1".')] = None,
    reason: str = "",
    leader: Annotated[str | None, Parameter(help="The leader who allows it inside a change freeze.")] = None,
    dry_run: Annotated[bool, Parameter(help="Show what would be written, and write nothing.")] = False,
    config: Config = None,
) -> None:
    """Set a window, or a series of them. What begins while it lasts is told at its end, if it is still true then."""
    settings = settings_at(folder_or_default(config))
    scope = Scope(tuple(target or ()), tuple(device or ()), tuple(site or ()), tuple(unit or ()))
    if scope.everything is not everything:
        fail("say what it covers: --device, --site, --unit, --target, or --everything alone", WRONG)
    spans = _spans(settings, start, end, every, until, lunar)
    if dry_run:
        _show(settings, kind, scope, spans)
        return
    ask_daemon(
        settings,
        "window_add",
        kind=kind,
        scope=scope_to_wire(scope),
        spans=[[a.isoformat(), b.isoformat()] for a, b in spans],
        person=person,
        reason=reason,
        leader=leader,
    )


def end(window: int, *, person: As, reason: str = "", config: Config = None) -> None:
    """End a window now, or strike out one that has not begun: what it held is told."""
    ask_daemon(settings_at(folder_or_default(config)), "window_end", window=window, person=person, reason=reason)


def show(
    *, over: Annotated[bool, Parameter(name="--all")] = False, config: Config = None, database: Database = None
) -> int:
    """List the windows that run or are ahead; with --all those that are over as well, newest first, 500 at most."""
    with reading(config, database) as at:
        now = SystemClock().now()
        wanted = sa.select(t.window).order_by(t.window.c.starts.desc() if over else t.window.c.starts).limit(500)
        if not over:
            wanted = wanted.where(t.window.c.ends > now)
        rows = list(at.connection.execute(wanted).mappings())
        words = at.words
        headings = [
            words.table[key] for key in ("number", "window", "scope", "from", "to", "author", "leader", "reason")
        ]
        print_table(headings, [_line(at, window_of(row), row["reason"]) for row in rows])
        if not rows:
            print(words.table["empty"])
    return 0


def _line(at: Reading, window: Window, reason: str) -> list[str]:
    def clock(instant: datetime) -> str:
        return at.words.instant(instant, at.settings.zone) if at.settings else f"{instant:%Y-%m-%d %H:%MZ}"

    scope = ", ".join(name for ids in scope_to_wire(window.scope).values() for name in ids) or "*"
    kind = at.words.window(window.kind)
    return [
        str(window.id),
        kind,
        scope,
        clock(window.start),
        clock(window.end),
        window.author,
        window.leader or "",
        reason,
    ]


def _spans(
    settings: Settings, start: str, end: str, every: str | None, until: str | None, lunar: str | None
) -> list[tuple[datetime, datetime]]:
    now = SystemClock().now()
    zone = settings.zone
    try:
        begins = instant_at(start, now, zone)
        ends = instant_at(end, begins, zone)
    except NotAnInstant as wrong:
        fail(str(wrong), WRONG)
    if ends <= begins and ":" in end and "-" not in end:
        ends += timedelta(days=1)
    clock_from, clock_to = begins.astimezone(zone).time(), ends.astimezone(zone).time()
    if lunar is not None:
        return spans_of([_lunar_day(lunar, now.astimezone(zone).date())], clock_from, clock_to, zone)
    if every is None:
        return [(begins, ends)]
    if until is None:
        fail("say until when: --until 2027-06-30", WRONG)
    try:
        last = date.fromisoformat(until)
    except ValueError:
        fail(f"--until is a date such as 2027-06-30, not {until!r}", WRONG)
    days = range(7) if every.casefold() in ("ngày", "ngay", "day") else [_weekday(word) for word in every.split()]
    return spans_of(days_of(begins.astimezone(zone).date(), last, days), clock_from, clock_to, zone)


def _weekday(word: str) -> int:
    if word.upper() not in WEEKDAYS:
        fail(f"{word!r} is no day of the week: {', '.join(WEEKDAYS)}, or ngày", WRONG)
    return WEEKDAYS[word.upper()]


def _lunar_day(text: str, today: date) -> date:
    """Return the next day of that lunar date; one that does not exist offers its neighbour, and nothing is written."""
    wrong: NotALunarDate | None = None
    for year in (today.year - 1, today.year, today.year + 1):
        try:
            found = spoken_day(text, year)
        except NotALunarDate as no:
            wrong = no
            continue
        if found >= today:
            return found
    fail(str(wrong) if wrong else f"{text!r} lies in no year near", WRONG)


def _show(settings: Settings, kind: WindowKind, scope: Scope, spans: list[tuple[datetime, datetime]]) -> None:
    covered = [
        target.id
        for device in settings.devices.values()
        for target in device.targets
        if scope.covers(target.id, device.id, device.site, device.unit)
    ]
    print(f"{kind}: {len(spans)} window(s), {len(covered)} target(s); nothing was written")
    for begins, ends in spans[:SHOWN]:
        a, b = begins.astimezone(settings.zone), ends.astimezone(settings.zone)
        print(f"  {a:%a %d/%m/%Y %H:%M} - {b:%d/%m/%Y %H:%M}")
    if len(spans) > SHOWN:
        print(f"  and {len(spans) - SHOWN} more")
    for name in covered[:SHOWN]:
        print(f"  covers {name}")
    if len(covered) > SHOWN:
        print(f"  and {len(covered) - SHOWN} more")


def register(app: cyclopts.App) -> None:
    """Add the commands of this file."""
    group = cyclopts.App(name="window", help="Maintenance, mutes, change freezes, planned power cuts.")
    group.command(add)
    group.command(show, name="list")
    group.command(end)
    app.command(group)
