"""The journal as a CSV file for Excel and for an auditor, and the proof of such a file without the database.

RFC 4180 with a byte order mark, so that Excel shows Vietnamese letters. A text that a spreadsheet would take for a
formula gets an apostrophe before it; so does a text that begins with one, which makes the guard reversible.
"""

import csv
from collections.abc import Mapping
from datetime import datetime, tzinfo
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

import sqlalchemy as sa

from monitord.account.journal_log import HOME, Line, in_words
from monitord.account.proof import Chain, Proof
from monitord.account.stored import COLUMNS, PAGE, Stored, read_after, read_row, snapshot
from monitord.domain.journal import stamp
from monitord.settings.model import Settings
from monitord.store import tables as t
from monitord.texts import pick
from monitord.texts.story import Words

ENCODING = "utf-8-sig"
WORDED = ("time", "code", "target", "who", "what")
"""The columns for people, by the keys of their headings; behind them come the stable columns of the journal itself."""

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "＝", "＋", "－", "＠")


class UnreadableExport(Exception):
    """The file is no export of ours."""


def guarded(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula; `unguarded` gives the text back."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def unguarded(cell: str) -> str:
    """Return the text behind a guarded cell."""
    return cell[1:] if cell.startswith("'") else cell


def export_csv(
    connection: sa.Connection, to: TextIO, settings: Settings | None = None, words: Words | None = None
) -> int:
    """Write the journal up to its present end and return how many rows that were.

    Each page is read in a short transaction of its own and written after it, so that a slow reader holds nobody up.
    `to` must translate no line ends (`newline=""`).
    """
    words = words or pick(settings.lang if settings else "vi")
    zone: tzinfo = settings.zone if settings else HOME
    out = csv.writer(to, lineterminator="\r\n")
    out.writerow([guarded(words.table[key]) for key in WORDED] + list(COLUMNS))
    with snapshot(connection):
        end = connection.execute(sa.select(sa.func.max(t.journal.c.seq))).scalar()
    after: int | None = None
    written = 0
    while end is not None:
        with snapshot(connection):
            page = read_after(connection, after, end)
            lines = in_words(connection, settings, words, page)
        if not page:
            break
        out.writerows(_cells(stored, line, zone) for stored, line in zip(page, lines, strict=True))
        written, after = written + len(page), page[-1].seq
    return written


def _cells(stored: Stored, line: Line, zone: tzinfo) -> list[Any]:
    local = "" if stored.row is None else stored.row.ts.astimezone(zone).isoformat(sep=" ", timespec="seconds")
    worded = [local, line.incident or "", line.where, line.who, line.text]
    raw = dict(stored.raw)
    if stored.row is not None and not stored.odd:
        raw["ts"] = stored.row.ts.astimezone(zone).isoformat(timespec="microseconds")
    return [guarded(text) for text in worded] + [_cell(raw.get(name)) for name in COLUMNS]


def _cell(value: Any) -> Any:
    match value:
        case None:
            return ""
        case int():
            return value
        case "":
            return "'"
        case _:
            return guarded(str(value))


def verify_export(path: Path) -> Proof:
    """Return the proof of an exported file: the chain over its rows, from the first row of the journal on.

    The columns for people are not covered by the hashes. UnreadableExport when the file is no export.
    """
    chain = Chain()
    try:
        with path.open(encoding=ENCODING, newline="") as file:
            rows = csv.reader(file, strict=True)
            place = _places(next(rows, []))
            stored = (_read(row, place) for row in rows)
            while page := list(islice(stored, PAGE)):
                chain.take(page)
    except UnicodeDecodeError as error:
        raise UnreadableExport(f"{path}: is not UTF-8 text: {error.reason}") from None
    except csv.Error as error:
        raise UnreadableExport(f"{path}: is not whole as CSV: {error}") from None
    except UnreadableExport as error:
        raise UnreadableExport(f"{path}: {error}") from None
    return chain.proof()


def _places(header: list[str]) -> Mapping[str, int]:
    places = {name: header.index(name) for name in COLUMNS if header.count(name) == 1}
    if missing := [name for name in COLUMNS if name not in places]:
        raise UnreadableExport(f"lacks the columns {', '.join(missing)}: no export of `monitord log export`")
    return places


def _read(row: list[str], place: Mapping[str, int]) -> Stored:
    if len(row) <= max(place.values()):
        return Stored(_whole(row[place["seq"]]) if len(row) > place["seq"] else 0, {}, None, "is not a whole row")
    raw: dict[str, Any] = {name: _text(row[at]) for name, at in place.items()}
    seq = _whole(row[place["seq"]])
    if raw["incident"] is not None:
        raw["incident"] = _whole(raw["incident"])
    odd = "" if str(seq) == row[place["seq"]] else "its number is no number"
    ts = raw["ts"]
    raw |= {"seq": seq, "ts": _utc(ts)}
    found, why = read_row(raw)
    return Stored(seq, raw, found, odd or why)


def _text(cell: str) -> str | None:
    return None if cell == "" else unguarded(cell)


def _whole(cell: str) -> int:
    return int(cell) if cell.isascii() and cell.isdigit() and len(cell) < 19 else -1


def _utc(text: str | None) -> str | None:
    """Return an exported instant as the journal stores it, and what is none as it is."""
    try:
        at = datetime.fromisoformat(text or "")
        return stamp(at) if at.tzinfo is not None and at.isoformat(timespec="microseconds") == text else text
    except (ValueError, OverflowError):
        return text
