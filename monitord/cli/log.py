"""`monitord log`: the journal shown, exported and proved."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated, TextIO

import cyclopts
import sqlalchemy as sa
from cyclopts import Parameter

from monitord.account.export import ENCODING, export_csv
from monitord.account.journal_log import HOME, as_json, read_log
from monitord.cli import proof
from monitord.cli.place import WRONG, fail
from monitord.cli.reading import Config, Database, Reading, reading
from monitord.cli.terminal import print_table, printable
from monitord.cli.when import instant_or_fail
from monitord.clock import SystemClock
from monitord.domain.incident import RUNNING, number_of
from monitord.domain.safe import clean
from monitord.store import tables as t


def show(
    *,
    incident: Annotated[str | None, Parameter(help="Only this incident: SC-0602-014, or 014.")] = None,
    since: Annotated[str | None, Parameter(help='Only from here on: "23:58", "2027-02-05 23:58".')] = None,
    until: Annotated[str | None, Parameter(help="Only up to here.")] = None,
    limit: Annotated[int, Parameter(help="The last so many rows.")] = 200,
    as_lines: Annotated[bool, Parameter(name="--json", negative="", help="One JSON object a row.")] = False,
    config: Config = None,
    database: Database = None,
) -> int:
    """Show the journal: who was told, who knew, what was seen and when."""
    if limit < 1:
        fail("--limit must be 1 or more", WRONG)
    with reading(config, database) as at:
        now, zone = SystemClock().now(), at.settings.zone if at.settings else HOME
        first = None if since is None else instant_or_fail(since, now, zone)
        last = None if until is None else instant_or_fail(until, now, zone)
        code = None if incident is None else code_of(at.connection, incident)
        lines = read_log(at.connection, at.settings, at.words, incident=code, since=first, until=last, limit=limit + 1)
        more, lines = len(lines) > limit, lines[-limit:]
        if as_lines:
            for line in lines:
                print(printable(json.dumps(as_json(line), ensure_ascii=False, default=str)))
        else:
            rows = [[str(line.seq), at.words.instant(line.ts, zone, seconds=True), line.text] for line in lines]
            print_table([at.words.table[key] for key in ("seq", "time", "what")], rows)
            if not lines:
                print(at.words.table["empty"])
        if more:
            print(f"only the last {limit} rows; --limit shows more", file=sys.stderr)
    return 0


def code_of(connection: sa.Connection, typed: str) -> str:
    """Return the incident number that somebody typed, whole or short; exits with 2 and the choice when it is not one.

    A short number is looked for among the incidents that run, else it is the latest that bore it.
    """
    i = t.incident.c
    wanted = typed.strip().upper()
    with connection.begin():
        if connection.execute(sa.select(i.id).where(i.code == wanted)).first() is not None:
            return wanted
        try:
            number = number_of(wanted) if wanted.isascii() and wanted.isdigit() else -1
        except ValueError:
            number = -1
        bearers = sa.select(i.code, i.phase).where(i.number == min(number, (1 << 31) - 1)).order_by(i.id.desc())
        found = connection.execute(bearers).all()
    running = [row.code for row in found if row.phase in RUNNING]
    if len(running) > 1:
        fail(f"{wanted} is more than one running incident: {', '.join(running)}; name the whole number", WRONG)
    if not found:
        fail(f"no incident {clean(typed, 40)!r}; `monitord log show` lists their numbers (SC-DDMM-NNN)", WRONG)
    return str(running[0] if running else found[0].code)


def export(
    *,
    csv: Annotated[
        str, Parameter(name="--csv", allow_leading_hyphen=True, help="The file to write, or - for standard output.")
    ],
    config: Config = None,
    database: Database = None,
) -> int:
    """Export the whole journal as CSV for Excel and for auditors; `log verify --export` proves such a file."""
    with reading(config, database) as at:
        try:
            if csv == "-":
                with open(sys.stdout.fileno(), "w", encoding=ENCODING, newline="", closefd=False) as out:
                    rows = _write(at, out)
            else:
                rows = _write_file(at, Path(csv))
        except BrokenPipeError:
            raise
        except OSError as error:
            fail(f"{csv}: {error.strerror or error}; the export is not whole, write it to another place", WRONG)
    print(f"{rows} rows exported", file=sys.stderr)
    return 0


def _write_file(at: Reading, path: Path) -> int:
    if path.exists() and not path.is_file():
        fail(f"{path}: is no ordinary file; name another, or - for standard output", WRONG)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    # Names and what was told are in it: only its owner reads it until he gives it on.
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding=ENCODING, newline="") as out:
        try:
            rows = _write(at, out)
            out.flush()
            os.fsync(out.fileno())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    return rows


def _write(at: Reading, out: TextIO) -> int:
    rows = export_csv(at.connection, out, at.settings, at.words)
    out.flush()
    return rows


def register(app: cyclopts.App) -> None:
    """Add the commands of this file."""
    group = cyclopts.App(name="log", help="The journal: who was told, who knew, what was seen and when.")
    group.command(show)
    group.command(export)
    group.command(proof.verify)
    group.command(proof.anchor)
    group.command(proof.key)
    app.command(group)
