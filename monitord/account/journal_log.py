"""The journal as people read it: rows with their private parts and a sentence each."""

import json
from collections import ChainMap
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from monitord.account.names import codes_for, names_for
from monitord.account.stored import Stored, fetch, selection, snapshot
from monitord.domain.journal import Row, stamp
from monitord.domain.safe import clean
from monitord.settings.model import Settings
from monitord.store import tables as t
from monitord.texts import pick
from monitord.texts.story import Words

HOME = ZoneInfo("Asia/Ho_Chi_Minh")
"""The zone of a desk whose settings are not at hand."""

LIMIT = 1_000
_EMPTY: Mapping[str, Any] = MappingProxyType({})
_UNREADABLE = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Line:
    """A journal row in words. `incident` is the number people say; `private` is empty where there is none any more.

    `who` and `where` are actor and target as people call them, the ids when they have no name. A row that cannot be
    read has the text "?" and an instant of 1970.
    """

    seq: int
    ts: datetime
    kind: str
    incident: str | None
    target: str | None
    actor: str | None
    refs: Mapping[str, Any]
    private: Mapping[str, str]
    text: str
    who: str = ""
    where: str = ""
    purged: bool = False


def read_log(
    connection: sa.Connection,
    settings: Settings | None = None,
    words: Words | None = None,
    *,
    incident: int | str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    kinds: Collection[str] = (),
    after_seq: int | None = None,
    limit: int = LIMIT,
) -> list[Line]:
    """Return journal rows in order: the first `limit` behind `after_seq`, or, where that is None, the last `limit`.

    `incident` is the inner number or the whole code (every incident that ever bore it); `[since, until)` holds for
    the instant of the row; no `kinds` means all. Without settings ids stand for names, in Vietnamese and in the zone
    of Việt Nam.
    """
    j = t.journal.c
    wanted = selection()
    match incident:
        case int():
            wanted = wanted.where(j.incident == incident)
        case str():
            bearers = sa.select(t.incident.c.id).where(t.incident.c.code == incident)
            wanted = wanted.where(j.incident.in_(bearers))
    if since is not None:
        wanted = wanted.where(j.ts >= since)
    if until is not None:
        wanted = wanted.where(j.ts < until)
    if kinds:
        wanted = wanted.where(j.kind.in_([str(kind) for kind in kinds]))
    wanted = wanted.order_by(j.seq.desc()) if after_seq is None else wanted.where(j.seq > after_seq).order_by(j.seq)
    with snapshot(connection):
        found = fetch(connection, wanted.limit(max(0, limit)))
        if after_seq is None:
            found.reverse()
        return in_words(connection, settings, words, found)


def in_words(
    connection: sa.Connection, settings: Settings | None, words: Words | None, found: Sequence[Stored]
) -> list[Line]:
    """Return stored rows as lines, asking the names of all of them at once."""
    words = words or pick(settings.lang if settings else "vi")
    zone: tzinfo = settings.zone if settings else HOME
    rows = [stored.row for stored in found if stored.row is not None]
    names, codes = names_for(connection, settings, rows, words), codes_for(connection, rows)
    return [
        _unreadable(stored) if stored.row is None else _line(stored, stored.row, names, codes, words, zone)
        for stored in found
    ]


def _line(
    stored: Stored,
    row: Row,
    names: Mapping[str, str],
    codes: Mapping[int, str],
    words: Words,
    zone: tzinfo,
) -> Line:
    private = _private(stored)
    code = None if row.incident is None else codes.get(row.incident, f"#{row.incident}")
    own = {
        "incident": code or "",
        "target": names.get(row.target or "", row.target or ""),
        "actor": names.get(row.actor or "", row.actor or ""),
    }
    said = ChainMap(own, dict(private), dict(names))
    return Line(
        seq=row.seq,
        ts=row.ts,
        kind=row.kind,
        incident=code,
        target=row.target,
        actor=row.actor,
        refs=row.refs,
        private=private,
        text=words.log_line(row.kind, row.refs, said, zone),
        who=clean(own["actor"]),
        where=clean(own["target"]),
        purged=row.digest is not None and stored.body is None,
    )


def _unreadable(stored: Stored) -> Line:
    kind = stored.raw.get("kind")
    return Line(stored.seq, _UNREADABLE, kind if isinstance(kind, str) else "?", None, None, None, _EMPTY, _EMPTY, "?")


def _private(stored: Stored) -> Mapping[str, str]:
    try:
        body = json.loads(stored.body) if isinstance(stored.body, str) else {}
    except (ValueError, RecursionError):
        return {}
    return {str(k): str(v) for k, v in body.items()} if isinstance(body, dict) else {}


def as_json(line: Line) -> dict[str, Any]:
    """Return a line for a program: instants in UTC, refs and private parts as they are, the sentence as `text`."""
    return {
        "seq": line.seq,
        "ts": stamp(line.ts),
        "kind": line.kind,
        "incident": line.incident,
        "target": line.target,
        "actor": line.actor,
        "refs": dict(line.refs),
        "private": dict(line.private),
        "purged": line.purged,
        "text": line.text,
    }
