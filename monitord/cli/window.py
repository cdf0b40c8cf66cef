"""`monitord window`: maintenance, mutes, change freezes and planned power cuts, through the running daemon."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import cyclopts
import sqlalchemy as sa
from cyclopts import Parameter

from monitord.account.power_calendar import Planned, planned_cuts
from monitord.account.spans import NotASpan, Spans, typed_spans
from monitord.cli.act import As, ask_daemon
from monitord.cli.place import WRONG, fail, folder_or_default, settings_at
from monitord.cli.reading import Config, Database, Reading, reading
from monitord.cli.terminal import print_table
from monitord.clock import SystemClock
from monitord.domain.safe import clean
from monitord.domain.window import Scope, Window, WindowKind, scope_to_wire
from monitord.settings.model import Settings
from monitord.settings.sheets import plain_rows
from monitord.store import tables as t
from monitord.store.rows import window_of
from monitord.texts import pick

Many = Annotated[list[str] | None, Parameter(consume_multiple=True)]
SHOWN = 20


def add(
    kind: WindowKind,
    start: Annotated[str, Parameter(name="--from", help='When: 01:00, or "2026-12-01 01:00".')],
    end: Annotated[str | None, Parameter(name="--to", help="When it ends; a time alone is the next such time.")] = None,
    *,
    length: Annotated[str | None, Parameter(name="--for", help="How long it is, instead of --to: 2h, 90m.")] = None,
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
    try:
        now = SystemClock().now()
        spans = typed_spans(now, settings.zone, start, end, length, every, until, lunar)
    except NotASpan as wrong:
        fail(str(wrong), WRONG)
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


def power(
    file: Path,
    *,
    person: As,
    apply: Annotated[
        bool, Parameter(help="Write the windows; without it they are shown, and nothing is written.")
    ] = False,
    config: Config = None,
    database: Database = None,
) -> None:
    """Take over the power company's calendar (CSV or a workbook): each planned cut becomes a window of its own.

    What is there already is left as it is, so that a calendar can be taken over again. One mistake, and nothing is
    written.
    """
    settings = settings_at(folder_or_default(config))
    try:
        rows = plain_rows(file.read_bytes(), file.name)
    except OSError as error:
        fail(f"{file}: {error.strerror}", WRONG)
    except ValueError as error:
        fail(f"{file}: {clean(str(error), 200)}; save it as .csv (UTF-8), .xlsx, .xls or .ods", WRONG)
    cuts, mistakes = planned_cuts(rows, settings, SystemClock().now())
    for wrong in mistakes:
        print(f"{file}:{wrong.line}:{wrong.column}: {wrong.why}", file=sys.stderr)
    if mistakes:
        fail(f"{len(mistakes)} mistakes: nothing was written", WRONG)
    new = [cut for cut in cuts if _as_written(cut) not in _written(config, database)]
    words = pick(settings.lang)
    print_table(
        [words.table[key] for key in ("scope", "from", "to", "reason")],
        [[c.place, *(words.instant(at, settings.zone) for at in (c.begins, c.ends)), c.reason] for c in new],
    )
    counts = words.table["power_counts"].format(new=len(new), known=len(cuts) - len(new))
    print(counts if apply else f"{counts} {words.table['power_dry_run']}")
    for cut in new if apply else ():
        span = [[cut.begins.isoformat(), cut.ends.isoformat()]]
        scope = scope_to_wire(cut.scope)
        ask_daemon(settings, "window_add", kind=WindowKind.POWER_CUT, scope=scope, spans=span, person=person,
                   reason=cut.reason, leader=None)  # fmt: skip


def _as_written(cut: Planned | Window) -> tuple[frozenset[str], datetime, datetime]:
    begins, ends = (cut.begins, cut.ends) if isinstance(cut, Planned) else (cut.start, cut.end)
    return frozenset(cut.scope.sites), begins, ends


def _written(config: Config, database: Database) -> set[tuple[frozenset[str], datetime, datetime]]:
    """Return the planned cuts that are in the database."""
    with reading(config, database) as at:
        rows = at.connection.execute(sa.select(t.window).where(t.window.c.kind == WindowKind.POWER_CUT)).mappings()
        return {_as_written(window_of(row)) for row in rows}


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


def _show(settings: Settings, kind: WindowKind, scope: Scope, spans: Spans) -> None:
    words = pick(settings.lang)
    covered = [
        (device.name, target.id)
        for device in settings.devices.values()
        for target in device.targets
        if scope.covers(target.id, device.id, device.site, device.unit)
    ]
    counts = {"kind": words.window(kind), "windows": len(spans), "targets": len(covered)}
    print(words.table["window_dry_run"].format(**counts))
    more = words.table["and_more"]
    for begins, ends in spans[:SHOWN]:
        print(f"  {words.instant(begins, settings.zone)} – {words.instant(ends, settings.zone)}")
    if len(spans) > SHOWN:
        print("  " + more.format(number=len(spans) - SHOWN))
    for name, ident in covered[:SHOWN]:
        print(f"  {name} ({ident})")
    if len(covered) > SHOWN:
        print("  " + more.format(number=len(covered) - SHOWN))


def register(app: cyclopts.App) -> None:
    """Add the commands of this file."""
    group = cyclopts.App(name="window", help="Maintenance, mutes, change freezes, planned power cuts.")
    group.command(add)
    group.command(show, name="list")
    group.command(end)
    group.command(power)
    app.command(group)
