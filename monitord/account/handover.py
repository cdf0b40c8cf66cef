"""Handover books as they were frozen, and whether the journal bears them out."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitord.domain.handover import Book, Signed, from_wire
from monitord.domain.journal import FactKind, stamp
from monitord.store import tables as t

_h, _j = t.handover.c, t.journal.c


@dataclass(frozen=True, slots=True)
class Kept:
    """A frozen book: the ids of its unit and duty, who signed (by name), the digest of what is stored, and the row of
    the journal that says the same; None where none does. `book` is None where what is stored cannot be read."""

    unit: str
    duty: str
    book: Book | None
    signed: Signed
    digest: str
    row: int | None


def kept_at(connection: sa.Connection, at: datetime, unit: str | None = None) -> list[Kept]:
    """Return the last book of each duty that was frozen up to an instant, of one unit where it is named."""
    other = t.handover.alias()
    newest = (
        sa.select(sa.func.max(other.c.at))
        .where(other.c.unit == _h.unit, other.c.duty == _h.duty, other.c.frozen_at <= at)
        .scalar_subquery()
    )
    wanted = sa.select(t.handover).where(_h.frozen_at <= at, _h.at == newest)
    if unit is not None:
        wanted = wanted.where(_h.unit == unit)
    names = {row.id: row.name for row in connection.execute(sa.select(t.person.c.id, t.person.c.name))}
    rows = connection.execute(wanted.order_by(_h.unit, _h.duty)).mappings().all()
    return [_kept(connection, row, names) for row in rows]


def _kept(connection: sa.Connection, row: Any, names: dict[str, str]) -> Kept:
    def name(who: str | None) -> str | None:
        return None if who is None else names.get(who, who)

    content = str(row["content"] or "")
    digest = hashlib.sha256(content.encode()).hexdigest()
    try:
        book = from_wire(json.loads(content))
    except (ValueError, KeyError, TypeError):
        book = None
    signed = Signed(name(row["given_by"]), row["given_at"], name(row["taken_by"]), row["taken_at"], row["frozen_at"])
    same = (seq for seq, said in _said(connection, row) if said == digest)
    return Kept(row["unit"], row["duty"], book, signed, digest, next(same, None))


def _said(connection: sa.Connection, row: Any) -> Iterator[tuple[int, str]]:
    """Yield the rows of the journal that froze this book, with the digest that they state."""
    target = f"handover:{row['unit']}/{row['duty']}@{stamp(row['at'])}"
    wanted = sa.select(_j.seq, _j.refs).where(_j.target == target, _j.kind == FactKind.HANDOVER_FROZEN)
    for one in connection.execute(wanted.order_by(_j.seq)).all():
        yield one.seq, str(json.loads(one.refs).get("digest"))
