"""Journal rows as they lie in the database, read in pages, so that a bent row is found and not stumbled over."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitord.domain.journal import Row, canonical, stamp
from monitord.store import tables as t

PAGE = 2_000
"""Rows of one short transaction: an open reader keeps the write-ahead log from shrinking."""

COLUMNS = ("seq", "ts", "boot", "kind", "incident", "target", "actor", "refs", "digest", "prev", "hash")
"""Every column of a journal row, in the order they are written anywhere."""

_TEXT = ("ts", "boot", "kind", "refs", "prev", "hash")
_TEXT_OR_NONE = ("target", "actor", "digest")
_STR: frozenset[type] = frozenset({str})
_STR_OR_NONE = _STR | {type(None)}


@dataclass(frozen=True, slots=True)
class Stored:
    """A journal row with its private part as found. `row` is None when it is none; `odd` says what is wrong with it."""

    seq: int
    raw: Mapping[str, Any]
    row: Row | None
    odd: str = ""
    salt: Any = None
    body: Any = None


@contextmanager
def snapshot(connection: sa.Connection) -> Iterator[None]:
    """Read in one short transaction of its own, or in the caller's when there is one already."""
    if connection.in_transaction():
        yield
        return
    with connection.begin():
        yield


def read_after(connection: sa.Connection, after: int | None, upto: int | None = None) -> list[Stored]:
    """Return the page of rows behind `after` (None: the first page), in the order of `seq`; an empty one is the end."""
    wanted = selection().order_by(t.journal.c.seq).limit(PAGE)
    if after is not None:
        wanted = wanted.where(t.journal.c.seq > after)
    if upto is not None:
        wanted = wanted.where(t.journal.c.seq <= upto)
    return fetch(connection, wanted)


def selection() -> sa.Select[Any]:
    """Return the query of journal rows with their private parts, every value as it is stored."""
    columns = [
        sa.type_coerce(t.journal.c[name], sa.Text).label(name) if name == "ts" else t.journal.c[name]
        for name in COLUMNS
    ]
    private = t.journal_private
    return sa.select(*columns, private.c.salt, private.c.body).outerjoin_from(
        t.journal, private, private.c.seq == t.journal.c.seq
    )


def fetch(connection: sa.Connection, wanted: sa.Select[Any]) -> list[Stored]:
    """Return what the query finds; bytes that are no text spoil the row they lie in, not the page."""
    try:
        return [_stored(row) for row in connection.execute(wanted)]
    except sa.exc.OperationalError as error:
        if "decode" not in str(error.orig):
            raise
    found = []
    for seq in connection.execute(wanted.with_only_columns(t.journal.c.seq)).scalars().all():
        try:
            one = connection.execute(selection().where(t.journal.c.seq == seq)).one()
        except sa.exc.OperationalError:
            found.append(Stored(seq, {"seq": seq}, None, "holds bytes that are no text"))
        else:
            found.append(_stored(one))
    return found


def _stored(found: Sequence[Any]) -> Stored:
    """Return what `selection` found, in its order: the columns, then the private part."""
    raw = dict(zip(COLUMNS, found, strict=False))
    row, odd = read_row(raw)
    return Stored(raw["seq"], raw, row, odd, *found[len(COLUMNS) :])


def read_row(raw: Mapping[str, Any]) -> tuple[Row | None, str]:
    """Return raw values as a row (None when they are none), and what is odd about their form; raises for no value."""
    kinds = {type(raw[name]) for name in _TEXT}, {type(raw[name]) for name in _TEXT_OR_NONE}
    if not (kinds[0] <= _STR and kinds[1] <= _STR_OR_NONE):
        return None, "holds something that is no text where text belongs"
    if not (raw["incident"] is None or isinstance(raw["incident"], int)):
        return None, "its incident is no number"
    try:
        ts = datetime.fromisoformat(raw["ts"])
        if ts.tzinfo is None:
            return None, "its instant has no zone"
        written = stamp(ts)
    except (ValueError, OverflowError):
        return None, "its instant cannot be read"
    try:
        refs = json.loads(raw["refs"])
        same = isinstance(refs, dict) and canonical(refs) == raw["refs"]
        raw["refs"].encode()
    except (ValueError, TypeError, RecursionError):
        return None, "its refs cannot be read"
    if not isinstance(refs, dict):
        return None, "its refs cannot be read"
    row = Row(
        seq=raw["seq"],
        ts=ts,
        boot=raw["boot"],
        kind=raw["kind"],
        incident=raw["incident"],
        target=raw["target"],
        actor=raw["actor"],
        refs=refs,
        digest=raw["digest"],
        prev=raw["prev"],
        hash=raw["hash"],
    )
    odd = "" if same else "its refs are not written as they were hashed"
    return row, odd or ("" if written == raw["ts"] else "its instant is not written as it was hashed")
