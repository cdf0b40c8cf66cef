"""Making anchors of the journal, keeping them in files, and holding a journal against them.

The key is a secret, `anchor_key`: 32 bytes as base64, in systemd's credentials or the environment; only when there is
none, a file in the state folder. Whoever can read the key can sign another history, so that a place where the
administrator of the database has no hand is better than the file.
"""

import base64
import binascii
import csv
import hashlib
import os
import re
import secrets
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from monitord.account.export import ENCODING
from monitord.account.stored import fetch, selection, snapshot
from monitord.clock import Clock
from monitord.domain.anchor import Anchor, Unread, against, find_anchors
from monitord.domain.journal import GENESIS, Break
from monitord.store import tables as t

FOLDER = "anchors"
"""Folder below the state folder, with one file a month."""
KEY_FILE = "anchor.key"
SECRET = "anchor_key"
VARIABLE = "MONITORD_SECRET_ANCHOR_KEY"

_LARGEST = 16 << 20
"""Bytes of one file of anchors: some five years of hourly ones."""
_LAST = 4_000
"""Bytes at the end of a file in which its last anchor lies."""
_AT_ONCE = 500
_PUBLIC = re.compile(r"\bed25519:([0-9a-f]{64})\b")


class AnchorTrouble(Exception):
    """A key or a file of anchors cannot be used; the message says which, why, and what to do."""


@dataclass(frozen=True, slots=True)
class Found:
    """What files of anchors hold: the anchors, each once, and the places that cannot be read, as `file:line: why`."""

    anchors: tuple[Anchor, ...]
    unread: tuple[str, ...]


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


def key_id(public: Ed25519PublicKey) -> str:
    """Return the id that anchors name a key by: the first 16 digits of the SHA-256 of its raw bytes."""
    return hashlib.sha256(public.public_bytes_raw()).hexdigest()[:16]


def public_text(public: Ed25519PublicKey) -> str:
    """Return a public key as people pass it on; no private key can be taken for it."""
    return f"ed25519:{public.public_bytes_raw().hex()}"


def public_keys(text: str) -> tuple[Ed25519PublicKey, ...]:
    """Return every public key in `text`, each once; one that was replaced still proves its anchors."""
    return tuple(Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)) for key in dict.fromkeys(_PUBLIC.findall(text)))


def public_keys_in(path: Path) -> tuple[Ed25519PublicKey, ...]:
    """Return every public key in a file; AnchorTrouble when there is none."""
    found = public_keys(_read(path, _LARGEST).decode("utf-8", "replace"))
    if not found:
        raise AnchorTrouble(f"{path}: holds no public key; it must be as `monitord log key` prints it: ed25519:...")
    return found


def signing_key(state: Path, environ: Mapping[str, str]) -> Ed25519PrivateKey:
    """Return the key that was given as a secret, else the one kept in the state folder, made at first use."""
    return given_key(environ) or kept_key(state)


def given_key(environ: Mapping[str, str]) -> Ed25519PrivateKey | None:
    """Return the key given as a secret, None when there is none; AnchorTrouble when what was given is no key."""
    if folder := environ.get("CREDENTIALS_DIRECTORY"):
        path = Path(folder) / SECRET
        if path.exists():
            return _private(_read(path, 4_096), str(path))
    return _private(environ[VARIABLE].encode(), VARIABLE) if VARIABLE in environ else None


def kept_key(state: Path, create: bool = True) -> Ed25519PrivateKey:
    """Return the key in the state folder, for its owner alone; made when there is none and nothing was signed yet.

    AnchorTrouble when it is missing though anchors are there: another key in its place would hide that it is gone.
    """
    path = state / KEY_FILE
    if not path.exists():
        if next((state / FOLDER).glob("*.txt"), None) is not None:
            raise AnchorTrouble(
                f"{path}: no such file, and {state / FOLDER} holds anchors that were signed: give their key as the"
                f" credential {SECRET} or in {VARIABLE}, or move these anchors away to begin with another key"
            )
        if not create:
            raise AnchorTrouble(f"{path}: no such file; name the settings with --config, or give the key in {VARIABLE}")
        _make_key(path)
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise AnchorTrouble(f"{path}: {error.strerror}") from None
    if mode & 0o077:
        raise AnchorTrouble(f"{path}: others than its owner can read it: chmod 600, and think of another key")
    return _private(_read(path, 4_096), str(path))


def _make_key(path: Path) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            os.write(file, base64.b64encode(secrets.token_bytes(32)) + b"\n")
            if os.geteuid() == 0:
                owner = path.parent.stat()
                os.fchown(file, owner.st_uid, owner.st_gid)
            os.fsync(file)
        finally:
            os.close(file)
        try:
            # Of two who make one at the same time the first wins, and both go on with his.
            os.link(part, path)
        except FileExistsError:
            pass
        finally:
            part.unlink(missing_ok=True)
        _sync_folder(path.parent)
    except OSError as error:
        raise AnchorTrouble(f"{path}: {error.strerror}; run this as the user of the daemon") from None


def _private(raw: bytes, where: str) -> Ed25519PrivateKey:
    try:
        key = base64.b64decode(raw.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:
        raise AnchorTrouble(
            f"{where}: is no key; it must be 32 random bytes as base64: `head -c 32 /dev/urandom | base64`"
        )
    return Ed25519PrivateKey.from_private_bytes(key)


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


def append(place: Path, anchor: Anchor) -> Path:
    """Write an anchor behind what `place` holds, a file or a folder with one file a month, and return the file.

    It is on the disk when this returns; OSError when it is not. Nothing that stands in the file is ever changed.
    """
    path = place / f"{anchor.ts:%Y-%m}.txt" if place.is_dir() else place
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        size = os.fstat(file).st_size
        # A line cut off by a crash is ended, so that ours stands alone.
        torn = size > 0 and os.pread(file, 1, size - 1) != b"\n"
        line = b"\n" * torn + anchor.line.encode("ascii") + b"\n"
        if os.write(file, line) != len(line):
            raise OSError("the anchor was not written whole")
        os.fsync(file)
    finally:
        os.close(file)
    _sync_folder(path.parent)
    return path


def next_number(place: Path) -> int:
    """Return the number of the next anchor in a file or folder; 1 when there is none."""
    highest = 0
    for path in _files(place) if place.exists() else ():
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _LAST))
            end = file.read(_LAST).decode("utf-8", "replace")
        highest = max([highest, *(one.number for one in find_anchors(end) if isinstance(one, Anchor))])
    return highest + 1


def anchor_now(read: sa.Engine, folder: Path, key: Ed25519PrivateKey, clock: Clock) -> Anchor:
    """Return an anchor made now and appended to the month's file in `folder`. It waits for the disk: use a thread.

    OSError or ValueError when there is none; the next try begins anew, and an anchor too many does no harm.
    """
    folder.mkdir(mode=0o750, exist_ok=True)
    with read.connect() as connection:
        anchor = make_anchor(connection, key, clock.now(), next_number(folder))
    append(folder, anchor)
    return anchor


def read_anchors(path: Path) -> Found:
    """Return the anchors in a file, or in every file of a folder, whatever stands around them; AnchorTrouble when none
    of it can be read.
    """
    anchors: dict[Anchor, None] = {}
    unread = []
    try:
        files = _files(path)
    except OSError as error:
        raise AnchorTrouble(f"{path}: {error.strerror}; name a file of anchors, or a folder of them") from None
    for one in files:
        for found in find_anchors(_read(one, _LARGEST).decode("utf-8", "replace")):
            match found:
                case Anchor():
                    anchors[found] = None
                case Unread(line, why):
                    unread.append(f"{one}:{line}: {why}")
    return Found(tuple(anchors), tuple(unread))


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


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(one for one in path.iterdir() if one.is_file() and not one.name.startswith("."))


def _read(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(most + 1)
    except OSError as error:
        raise AnchorTrouble(f"{path}: {error.strerror}") from None
    if len(raw) > most:
        raise AnchorTrouble(f"{path}: is longer than {most} bytes: not what belongs here")
    return raw


def _sync_folder(folder: Path) -> None:
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)
