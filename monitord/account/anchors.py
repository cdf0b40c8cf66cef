"""Making anchors of the journal, and holding a journal against them."""

import csv
import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from monitord.account.anchor_files import append, next_number
from monitord.account.anchor_key import key_id
from monitord.account.export import ENCODING
from monitord.account.stored import fetch, selection, snapshot
from monitord.clock import Clock
from monitord.domain.anchor import Anchor, against
from monitord.domain.journal import GENESIS, Break
from monitord.store import tables as t

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Seen:
    """What a journal says of some numbers: the hash of each row that is there, and the rows up to each number."""

    newest: int
    hashes: Mapping[int, str]
    counts: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Held:
    """What came of holding a journal against anchors: `good` is how many hold, `newest` the newest of these.

    `behind` counts the numbers after the newest good anchor; the chain alone speaks for those rows.
    """

    breaks: tuple[Break, ...]
    good: int
    newest: Anchor | None
    behind: int


def make_anchor(connection: sa.Connection, key: Ed25519PrivateKey, now: datetime, number: int = 0) -> Anchor:
    """Return the signed head of the journal as it is; ValueError when its newest row bears no hash."""
    j = t.journal.c
    with snapshot(connection):
        head = connection.execute(sa.select(j.seq, j.hash).order_by(j.seq.desc()).limit(1)).first()
        count = connection.execute(sa.select(sa.func.count()).select_from(t.journal)).scalar_one()
    seq, kept = (head.seq, head.hash) if head else (0, GENESIS)
    if not (isinstance(kept, str) and re.fullmatch("[0-9a-f]{64}", kept) and seq >= 0):
        raise ValueError(f"row {seq}, the newest, bears no hash; `monitord log verify` tells more")
    bare = Anchor(number, seq, now, kept, count, key_id(key.public_key()))
    return replace(bare, signature=key.sign(bare.signed))


def anchor_now(read: sa.Engine, folder: Path, key: Ed25519PrivateKey, clock: Clock) -> Anchor:
    """Return an anchor made now and appended to the month's file in `folder`. It waits for the disk: use a thread.

    OSError or ValueError when there is none; the next try begins anew, and an anchor too many does no harm.
    """
    folder.mkdir(mode=0o750, exist_ok=True)
    with read.connect() as connection:
        anchor = make_anchor(connection, key, clock.now(), next_number(folder))
    append(folder, anchor)
    return anchor


def verify_with(connection: sa.Connection, anchors: Iterable[Anchor], *keys: Ed25519PublicKey) -> tuple[Break, ...]:
    """Return where the journal is not the one that was anchored; with a whole chain, none means that all of it is.

    Found are a cut-off end, a chain computed anew, a return to an old backup, and anchors whose signature is wrong or
    of an unknown key. It looks at the anchored rows only: `proof.verify` proves what lies between them.
    """
    anchors = tuple(anchors)
    return hold(seen_in(connection, anchors), anchors, *keys).breaks


def hold(seen: Seen, anchors: Iterable[Anchor], *keys: Ed25519PublicKey) -> Held:
    """Return what came of holding a journal against anchors, in any order, equal ones once."""
    known = {key_id(key): key for key in keys}
    breaks: list[Break] = []
    good: list[Anchor] = []
    for one in sorted(dict.fromkeys(anchors), key=lambda anchor: (anchor.seq, anchor.ts, anchor.number)):
        kept = GENESIS if one.seq == 0 else seen.hashes.get(one.seq)
        if one.key not in known:
            breaks.append(
                Break(0, f"anchor {one.number} of {one.ts:%Y-%m-%dT%H:%M:%SZ}: signed by unknown key {one.key}")
            )
        elif not _signed(one, known[one.key]):
            breaks.append(Break(0, f"anchor {one.number} of {one.ts:%Y-%m-%dT%H:%M:%SZ}: its signature is wrong"))
        elif why := against(one, seen.newest, kept, seen.counts.get(one.seq, 0)):
            breaks.append(Break(one.seq, why))
        else:
            good.append(one)
    newest = good[-1] if good else None
    return Held(tuple(breaks), len(good), newest, max(0, seen.newest - (newest.seq if newest else 0)))


def _signed(anchor: Anchor, key: Ed25519PublicKey) -> bool:
    try:
        key.verify(anchor.signature, anchor.signed)
    except InvalidSignature:
        return False
    return True


def seen_in(connection: sa.Connection, anchors: Iterable[Anchor]) -> Seen:
    """Return what the database says of the anchors' rows; reads each row's number once, in short transactions."""
    seq = t.journal.c.seq
    wanted = sorted({one.seq for one in anchors})
    hashes: dict[int, str] = {}
    counts: dict[int, int] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        with snapshot(connection):
            rows = fetch(connection, selection().where(seq.in_(wanted[start : start + _AT_ONCE])))
        hashes |= {row.seq: str(row.raw.get("hash", "")) for row in rows}
    total, before = 0, None
    for upto in wanted:
        # Rows that somebody gave a number below 1 count as well.
        between = seq <= upto if before is None else sa.and_(seq > before, seq <= upto)
        with snapshot(connection):
            total += connection.execute(sa.select(sa.func.count()).select_from(t.journal).where(between)).scalar_one()
        counts[upto], before = total, upto
    with snapshot(connection):
        newest = connection.execute(sa.select(sa.func.max(seq))).scalar() or 0
    return Seen(newest, hashes, counts)


def seen_in_export(path: Path, anchors: Iterable[Anchor]) -> Seen:
    """Return what an exported file says of the anchors' rows; prove the file first (`export.verify_export`)."""
    wanted = {one.seq for one in anchors}
    newest, hashes, numbers = 0, dict[int, str](), list[int]()
    if not wanted:
        return Seen(newest, hashes, {})
    with path.open(encoding=ENCODING, newline="") as file:
        for row in csv.DictReader(file):
            text = row["seq"] or ""
            seq = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
            newest = max(newest, seq)
            numbers.append(seq)
            if seq in wanted:
                hashes[seq] = row["hash"] or ""
    numbers.sort()
    return Seen(newest, hashes, {seq: bisect_right(numbers, seq) for seq in wanted})
