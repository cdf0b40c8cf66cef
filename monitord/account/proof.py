"""The proof: the chain over every row, the private parts still there, and the tables people act by held against it."""

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from monitord.account.stored import Stored, read_after, snapshot
from monitord.account.tallies import Tallies
from monitord.domain import journal
from monitord.domain.journal import GENESIS, Break, Row, canonical, private_digest
from monitord.store import tables as t

MOST_BREAKS = 10_000
"""Breaks that are named; more of them are counted."""

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Proof:
    """What a verification found. `head` is the hash of the newest row; `first` and `last` are instants.

    A break bears the number of the row it concerns, 0 when it concerns none. Rows cut off from the end leave a chain
    that holds: only a head noted elsewhere tells of them. `private_purged` counts private parts that are gone, which is
    no break.
    """

    rows: int
    first: datetime | None
    last: datetime | None
    head: str
    breaks: tuple[Break, ...]
    more_breaks: int = 0
    private_checked: int = 0
    private_purged: int = 0
    incidents: int = 0
    notices: int = 0

    @property
    def whole(self) -> bool:
        """Return True when nothing is broken."""
        return not self.breaks


@dataclass(slots=True)
class Chain:
    """A chain that is being read row by row; holds the last row and the breaks, never the rows."""

    rows: int = 0
    first: datetime | None = None
    previous: Row | None = None
    breaks: list[Break] = field(default_factory=list)
    more_breaks: int = 0

    def broken(self, breaks: Iterable[Break]) -> None:
        """Keep breaks, up to the limit."""
        for one in breaks:
            if len(self.breaks) < MOST_BREAKS:
                self.breaks.append(one)
            else:
                self.more_breaks += 1

    def take(self, page: Sequence[Stored]) -> None:
        """Check the next rows."""
        for stored in page:
            self.rows += 1
            row = stored.row
            if stored.odd:
                self.broken([Break(stored.seq, stored.odd)])
            if row is None:
                self.previous = self._in_place_of(stored)
                continue
            try:
                self.broken(journal.verify((row,), self.previous))
            except (ValueError, TypeError, RecursionError):
                self.broken([Break(stored.seq, "its content cannot be hashed")])
            self.first = self.first or row.ts
            self.previous = row

    def _in_place_of(self, stored: Stored) -> Row:
        """Return a row that lets the chain go on behind one that cannot be read, so that one break stays one break."""
        ts = self.previous.ts if self.previous else _BEGINNING
        kept = stored.raw.get("hash")
        return Row(stored.seq, ts, "", "", None, None, None, {}, None, "", kept if isinstance(kept, str) else "")

    def proof(self) -> Proof:
        """Return what was found so far."""
        last = self.previous
        return Proof(
            rows=self.rows,
            first=self.first,
            last=last.ts if last else None,
            head=last.hash if last else GENESIS,
            breaks=tuple(self.breaks),
            more_breaks=self.more_breaks,
        )


def verify(connection: sa.Connection) -> Proof:
    """Return the proof of a database: chain, digests, and incidents and sent notices against the journal.

    Memory does not grow with the rows, only with the incidents and notices they tell of. Each page is a short
    transaction of its own (unless the connection is in one already), so that a running daemon is not held up.
    """
    chain, tallies, digests = Chain(), Tallies(), _Digests()
    after: int | None = None
    ended = False
    while not ended:
        with snapshot(connection):
            page = read_after(connection, after)
            _take(connection, page, chain, tallies, digests)
            if not page:
                # The same snapshot as the end of the journal: a decision is in both or in neither.
                chain.broken(tallies.against_tables(connection))
                chain.broken(_orphans(connection))
                ended = True
        after = page[-1].seq if page else after
    return replace(
        chain.proof(),
        private_checked=digests.checked,
        private_purged=digests.purged,
        incidents=tallies.incidents,
        notices=tallies.notices,
    )


def _take(
    connection: sa.Connection, page: Sequence[Stored], chain: Chain, tallies: Tallies, digests: "_Digests"
) -> None:
    chain.take(page)
    chain.broken(digests.take(page))
    chain.broken(tallies.take(connection, page))


@dataclass(slots=True)
class _Digests:
    checked: int = 0
    purged: int = 0

    def take(self, page: Sequence[Stored]) -> Iterable[Break]:
        for stored in page:
            digest, kept = stored.raw.get("digest"), stored.salt is not None or stored.body is not None
            if not kept:
                self.purged += digest is not None
            elif digest is None:
                yield Break(stored.seq, "has a private part that was never hashed")
            else:
                self.checked += 1
                if not _digest_holds(digest, stored.salt, stored.body):
                    yield Break(stored.seq, "its private part is not what was hashed")


def _digest_holds(digest: Any, salt: Any, body: Any) -> bool:
    if not isinstance(salt, str) or not isinstance(body, str):
        return False
    try:
        private: Mapping[str, str] = json.loads(body)
        return (
            isinstance(private, dict)
            and canonical(private) == unicodedata.normalize("NFC", body)
            and private_digest(salt, private) == digest
        )
    except (ValueError, TypeError, RecursionError):
        return False


def _orphans(connection: sa.Connection) -> Iterable[Break]:
    private = t.journal_private
    lost = sa.select(private.c.seq).where(private.c.seq.not_in(sa.select(t.journal.c.seq))).limit(MOST_BREAKS)
    return [Break(seq, "has a private part and no row") for seq in connection.execute(lost).scalars()]
