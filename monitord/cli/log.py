"""`monitord log`: the journal shown, exported and proved. It reads the database; neither daemon nor lock is needed."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, TextIO

import cyclopts
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cyclopts import Parameter
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from monitord.account import anchors
from monitord.account.export import ENCODING, UnreadableExport, export_csv, verify_export
from monitord.account.journal_log import HOME, as_json, read_log
from monitord.account.proof import Proof
from monitord.account.proof import verify as verify_database
from monitord.account.who import NotAnInstant, instant_at
from monitord.cli.place import WRONG, database_of, fail, folder_or_default, settings_at
from monitord.clock import SystemClock
from monitord.domain.incident import Phase, number_of
from monitord.domain.safe import clean
from monitord.settings.model import Settings
from monitord.store import tables as t
from monitord.store.engine import reading_engine
from monitord.texts import pick
from monitord.texts.story import Words

Config = Annotated[
    Path | None,
    Parameter(name="--config", help="Folder of the settings (default: $MONITORD_CONFIG, /etc/monitord, ./config)."),
]
Database = Annotated[
    Path | None, Parameter(name="--database", help="Database file; without --config ids stand for names then.")
]
BROKEN = 1
UNREAD = 141
"""What a shell calls a program that SIGPIPE ended: the output was cut short, so it is no success."""
LONGEST = 500
MOST_UNREAD = 20
"""Places in files of anchors that are named as unreadable; more of them are counted."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An open database with the settings and words to show it by; `settings` is None when only a file was named."""

    connection: sa.Connection
    settings: Settings | None
    words: Words


@contextmanager
def while_read() -> Iterator[None]:
    """End quietly with UNREAD when the reader of the output has seen enough (`| head`)."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        # The interpreter flushes what is left when it ends, and would complain of the pipe again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(UNREAD) from None


@contextmanager
def reading(config: Path | None, database: Path | None) -> Iterator[Reading]:
    """Open the database for reading; prints what to do next and exits with 2 when it cannot be read."""
    settings = settings_at(folder_or_default(config)) if config is not None or database is None else None
    if database is None:
        assert settings is not None
        database = database_of(settings)
    try:
        with database.open("rb"):
            pass
    except FileNotFoundError:
        fail(f"{database}: no such file; start `monitord run` once, or name the file with --database", WRONG)
    except OSError as error:
        fail(f"{database}: {error.strerror}; run this as the user of the daemon, or name a copy with --database", WRONG)
    engine = reading_engine(database.absolute())
    try:
        with engine.connect() as connection, while_read():
            yield Reading(connection, settings, pick(settings.lang if settings else "vi"))
    except (sa.exc.DatabaseError, ValueError) as error:
        why = str(getattr(error, "orig", error))
        advice = "name the database of monitord with --database, or a sound copy of it"
        fail(f"{database}: cannot be read as a journal: {clean(why)}; {advice}", WRONG)
    finally:
        engine.dispose()


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
        try:
            first = None if since is None else instant_at(since, now, zone)
            last = None if until is None else instant_at(until, now, zone)
        except NotAnInstant as wrong:
            fail(str(wrong), WRONG)
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
        bearers = sa.select(i.code, i.phase).where(i.number == min(number, 1 << 31)).order_by(i.id.desc())
        found = connection.execute(bearers).all()
    running = [row.code for row in found if row.phase != Phase.RESTORED]
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


def verify(
    *,
    exported: Annotated[
        Path | None, Parameter(name="--export", help="Prove an exported file instead of the database.")
    ] = None,
    anchored: Annotated[
        Path | None, Parameter(name="--anchors", help="A file of anchors, or a folder of them, to hold it against.")
    ] = None,
    key: Annotated[
        str | None, Parameter(help="The public key of the anchors, as `monitord log key` prints it, or a file of such.")
    ] = None,
    config: Config = None,
    database: Database = None,
) -> int:
    """Prove that the journal was not changed: exit 0 when whole, 1 with every break named, 2 when unreadable.

    With anchors also that nothing was cut off from the end, computed anew, or brought back from an old copy.
    """
    found, keys = _anchors_at(anchored, key)
    if exported is not None:
        try:
            proof, words = verify_export(exported), pick("vi")
            seen = anchors.seen_in_export(exported, found.anchors)
        except UnreadableExport as wrong:
            fail(str(wrong), WRONG)
        except OSError as error:
            fail(f"{exported}: {error.strerror}; name a file of `monitord log export --csv`", WRONG)
        more = ["The columns for people (the first five) are not covered by the hashes; the others are."]
    else:
        with reading(config, database) as at:
            proof, words = verify_database(at.connection), at.words
            seen = anchors.seen_in(at.connection, found.anchors)
        more = [
            f"Private parts: {proof.private_checked} looked at, {proof.private_purged} purged.",
            f"Held against the journal: {proof.incidents} incidents, {proof.notices} sent notices.",
        ]
    held = anchors.hold(seen, found.anchors, *keys)
    proof = replace(proof, breaks=proof.breaks + held.breaks)
    with while_read():
        _print_proof(proof, words)
        print("\n".join([*more, *_about_anchors(found, held)]))
    return 0 if proof.whole else BROKEN


def _anchors_at(path: Path | None, key: str | None) -> tuple[anchors.Found, tuple[Ed25519PublicKey, ...]]:
    """Return the anchors and keys that somebody named, none of either when he named none; exits with 2 otherwise."""
    if path is None and key is None:
        return anchors.Found((), ()), ()
    if path is None or key is None:
        fail("--anchors and --key belong together: a signature proves nothing to who does not know the key", WRONG)
    try:
        found = anchors.read_anchors(path)
        keys = anchors.public_keys(key) or anchors.public_keys_in(Path(key))
    except anchors.AnchorTrouble as trouble:
        fail(clean(str(trouble), LONGEST), WRONG)
    if not found.anchors:
        why = f": {found.unread[0]}" if found.unread else ""
        fail(clean(f"{path}: holds no anchor that can be read{why}", LONGEST), WRONG)
    return found, keys


def _about_anchors(found: anchors.Found, held: anchors.Held) -> Iterator[str]:
    if not found.anchors:
        yield (
            "Rows cut off from the end cannot be noticed by this: compare the head with one noted elsewhere, or give"
            " anchors (--anchors, --key)."
        )
        return
    told = "none of them holds"
    if newest := held.newest:
        told = f"the newest that holds is of {newest.ts:%Y-%m-%dT%H:%M:%SZ} and saw row {newest.seq}"
    yield f"Anchors: {held.good} of {len(found.anchors)} hold; {told}."
    yield f"Rows after it, for which the chain alone speaks: {held.behind}."
    if found.unread:
        yield f"Places that begin like an anchor and cannot be read: {len(found.unread)}."
        yield from (f"  {clean(one)}" for one in found.unread[:MOST_UNREAD])


def anchor(
    *,
    to: Annotated[
        str, Parameter(allow_leading_hyphen=True, help="The file or folder to add it to, or - for standard output.")
    ] = "-",
    config: Config = None,
    database: Database = None,
) -> int:
    """Sign the journal's head as it is now, in one line to be kept where nobody can change it with the database."""
    key = _signing_key(config, database)
    with reading(config, database) as at:
        try:
            number = 0 if to == "-" else anchors.next_number(Path(to))
            made = anchors.make_anchor(at.connection, key, SystemClock().now(), number)
            if to == "-":
                print(made.line)
            else:
                print(f"anchor {number}, row {made.seq}: {anchors.append(Path(to), made)}", file=sys.stderr)
        except BrokenPipeError:
            raise
        except OSError as error:
            fail(f"{to}: {error.strerror or error}; no anchor was kept, name another place", WRONG)
    return 0


def key(*, config: Config = None, database: Database = None) -> int:
    """Print the public key of the anchors; give it to whoever shall prove the journal, before it is needed."""
    public = _signing_key(config, database).public_key()
    with while_read():
        print(anchors.public_text(public))
    print(f"key id: {anchors.key_id(public)}", file=sys.stderr)
    return 0


def _signing_key(config: Path | None, database: Path | None) -> Ed25519PrivateKey:
    """Return the key of the anchors. One is made only for settings: a database alone may be a copy in any place."""
    try:
        if given := anchors.given_key(os.environ):
            return given
        if database is not None:
            return anchors.kept_key(database.absolute().parent, create=False)
        return anchors.kept_key(settings_at(folder_or_default(config)).state_dir)
    except anchors.AnchorTrouble as trouble:
        fail(clean(str(trouble), LONGEST), WRONG)
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}; run this as the user of the daemon", WRONG)


def _print_proof(proof: Proof, words: Words) -> None:
    print(words.table["chain_holds" if proof.whole else "chain_broken"])
    for one in proof.breaks:
        print(f"  row {one.seq}: {clean(one.why)}" if one.seq else f"  {clean(one.why)}")
    if proof.more_breaks:
        print(f"  and {proof.more_breaks} more")
    span = f", {proof.first:%Y-%m-%dT%H:%M:%SZ} to {proof.last:%Y-%m-%dT%H:%M:%SZ}" if proof.first else ""
    print(f"Rows: {proof.rows}{span}.")
    print(f"Head: {clean(proof.head)}")


def print_table(headings: list[str], rows: list[list[str]]) -> None:
    """Print a table, drawn on a terminal and aligned plain text elsewhere; every cell literally, as one clean line."""
    if not rows:
        return
    cells = [[clean(cell, LONGEST) for cell in row] for row in rows]
    if sys.stdout.isatty():
        table = Table()
        for heading in headings:
            table.add_column(Text(heading))
        for row in cells:
            table.add_row(*[Text(cell) for cell in row])
        Console(markup=False, highlight=False, emoji=False).print(table)
        return
    widths = [max(cell_len(row[n]) for row in [headings, *cells]) for n in range(len(headings))]
    for row in [headings, *cells]:
        print("  ".join(cell + " " * (wide - cell_len(cell)) for cell, wide in zip(row, widths, strict=True)).rstrip())


def printable(line: str) -> str:
    """Return JSON in which whatever a terminal could obey, or turn around, is escaped; its meaning stays the same."""
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in line)


def register(app: cyclopts.App) -> None:
    """Add the commands of this file."""
    group = cyclopts.App(name="log", help="The journal: who was told, who knew, what was seen and when.")
    group.command(show)
    group.command(export)
    group.command(verify)
    group.command(anchor)
    group.command(key)
    app.command(group)
