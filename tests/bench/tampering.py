"""Ways in which somebody with the whole database in hand may change a journal, drawn at random."""

import random
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from monitord.account.stored import COLUMNS
from monitord.domain.journal import GENESIS, Row, row_hash, stamp
from monitord.store.rows import journal_row, journal_values

Tamper = Callable[[sqlite3.Connection, random.Random], None]
_ALL = "SELECT * FROM journal ORDER BY seq"
_PUT = f"INSERT INTO journal ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"


def rows_of(raw: sqlite3.Connection) -> list[dict[str, Any]]:
    """Return the journal's rows as they are stored."""
    cursor = raw.execute(_ALL)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def state(raw: sqlite3.Connection) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Return everything a tampering may change."""
    return raw.execute(_ALL).fetchall(), raw.execute("SELECT * FROM journal_private ORDER BY seq").fetchall()


def _other(value: Any, rng: random.Random) -> Any:
    """Return a value near `value` and not it."""
    if value is None:
        return rng.choice(["x", "an", 7])
    if isinstance(value, int):
        return value + rng.choice([-1, 1, 1000])
    at = rng.randrange(len(value)) if value else 0
    return rng.choice(
        [
            value[:at] + rng.choice("0123456789abcdefxyz {}[]:,ă") + value[at + 1 :],
            value[:at] + value[at + 1 :],
            value[:at] + " " + value[at:],
            None if rng.random() < 0.5 else "",
        ]
    )


def edit(column: str) -> Tamper:
    """Return the change of one value of that column."""

    def tamper(raw: sqlite3.Connection, rng: random.Random) -> None:
        row = rng.choice(rows_of(raw))
        raw.execute(f"UPDATE journal SET {column} = ? WHERE seq = ?", (_other(row[column], rng), row["seq"]))

    return tamper


def edit_private(column: str) -> Tamper:
    """Return the change of a private part; that it is gone altogether is a purge and no break."""

    def tamper(raw: sqlite3.Connection, rng: random.Random) -> None:
        seq, value = rng.choice(raw.execute(f"SELECT seq, {column} FROM journal_private").fetchall())
        raw.execute(f"UPDATE journal_private SET {column} = ? WHERE seq = ?", (_other(value, rng) or "y", seq))

    return tamper


def delete(raw: sqlite3.Connection, rng: random.Random) -> None:
    """Take a row out."""
    _delete_from(raw, rng.choice(rows_of(raw))["seq"], only=True)


def insert(raw: sqlite3.Connection, rng: random.Random) -> None:
    """Put a row between two, hashed as it must be, and move the later ones up without touching their hashes.

    One put behind the last row continues the chain: of rows younger than the newest anchor no proof can tell who wrote
    them.
    """
    rows = rows_of(raw)
    at = rng.randrange(len(rows) - 1)
    raw.execute("DELETE FROM journal WHERE seq > ?", (rows[at]["seq"],))
    forged = _row(rows[at], seq=rows[at]["seq"] + 1, prev=rows[at]["hash"], actor="ai")
    _put(raw, [_values(replace(forged, hash=row_hash(forged)))])
    _put(raw, [row | {"seq": row["seq"] + 1} for row in rows[at + 1 :]])


def swap(raw: sqlite3.Connection, rng: random.Random) -> None:
    """Let two rows change places."""
    one, two = rng.sample([row["seq"] for row in rows_of(raw)], 2)
    for old, new in ((one, -1), (two, one), (-1, two)):
        raw.execute("UPDATE journal SET seq = ? WHERE seq = ?", (new, old))


def cut(raw: sqlite3.Connection, rng: random.Random) -> None:
    """Cut off the end from a row on; an anchor tells."""
    _delete_from(raw, rng.choice(rows_of(raw))["seq"], only=False)


def rewrite(raw: sqlite3.Connection, rng: random.Random) -> None:
    """Change or drop a row and compute the chain anew from there to its end; an anchor tells."""
    rows = [_row(row) for row in rows_of(raw)]
    at = rng.randrange(len(rows))
    if rng.random() < 0.5:
        rows[at] = replace(rows[at], actor=f"{rows[at].actor}x")
    else:
        del rows[at]
    raw.execute("DELETE FROM journal")
    written: list[Row] = []
    for n, row in enumerate(rows, 1):
        bare = replace(row, seq=n, prev=written[-1].hash if written else GENESIS)
        written.append(replace(bare, hash=row_hash(bare)))
    _put(raw, [_values(row) for row in written])


def _delete_from(raw: sqlite3.Connection, seq: int, *, only: bool) -> None:
    where = "seq = ?" if only else "seq >= ?"
    for table in ("journal_private", "journal"):
        raw.execute(f"DELETE FROM {table} WHERE {where}", (seq,))


def _row(stored: Mapping[str, Any], **other: Any) -> Row:
    return replace(journal_row(dict(stored) | {"ts": datetime.fromisoformat(stored["ts"])}), **other)


def _values(row: Row) -> dict[str, Any]:
    return journal_values(row) | {"ts": stamp(row.ts)}


def _put(raw: sqlite3.Connection, rows: list[dict[str, Any]]) -> None:
    raw.executemany(_PUT, [tuple(row[name] for name in COLUMNS) for row in rows])


KINDS: Mapping[str, Tamper] = {
    **{f"edit of {column}": edit(column) for column in COLUMNS},
    **{f"edit of the private {column}": edit_private(column) for column in ("salt", "body")},
    "deletion": delete,
    "insertion": insert,
    "reordering": swap,
    "end cut off": cut,
    "history computed anew": rewrite,
}
