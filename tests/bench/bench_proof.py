"""How long a proof of a million journal rows takes, and how many of ten thousand random tamperings it finds."""

import asyncio
import contextlib
import os
import random
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from monitord.account.anchors import make_anchor, verify_with
from monitord.account.proof import verify
from monitord.domain.journal import Fact, FactKind, Row, canonical, chained, private_digest, stamp
from monitord.store.engine import reading_engine
from monitord.store.rows import journal_values
from tests.account.written import bent, live_a_night
from tests.bench.figures import figure, introduce, say
from tests.bench.processes import MEASURED, on_core
from tests.bench.tampering import KINDS, state
from tests.support.night import empty_database

ROWS = 1_000_000
TAMPERINGS = 10_000
SEED = 20_261_201
BEGIN = datetime(2026, 12, 1, tzinfo=UTC)


def journal(count: int) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
    """Yield rows of a journal as they are stored, every fourth with a private part."""
    last: Row | None = None
    for n in range(count):
        private = {"detail": "không trả lời"} if n % 4 == 0 else None
        at = BEGIN + timedelta(milliseconds=20 * n)
        refs = {
            "was": "up",
            "now": "down",
            "cause": "no_answer",
            "attempt": 1,
            "confirm": 3,
            "seen": stamp(at),
            "first": False,
            "first_bad": stamp(at),
            "last_good": None,
            "edge": f"desk:{n}",
        }
        digest = private_digest(f"{n:032x}", private) if private else None
        fact = Fact(FactKind.TARGET_SOFT, target=f"d-{n % 1000:05}/agent_answers", refs=refs)
        last = chained(fact, last, at, "bench", digest)
        kept = {"seq": last.seq, "salt": f"{n:032x}", "body": canonical(private)} if private else None
        yield journal_values(last) | {"ts": stamp(last.ts)}, kept


def write(path: Path, count: int) -> None:
    """Write a journal past the desk, as fast as it goes."""
    path.write_bytes(empty_database())
    raw = sqlite3.connect(path)
    raw.execute("PRAGMA synchronous=OFF")
    rows = journal(count)
    while page := list(islice(rows, 20_000)):
        names = list(page[0][0])
        marks = ", ".join(f":{name}" for name in names)
        raw.executemany(f"INSERT INTO journal ({', '.join(names)}) VALUES ({marks})", [row for row, _ in page])
        private = [kept for _, kept in page if kept]
        raw.executemany("INSERT INTO journal_private (seq, salt, body) VALUES (:seq, :salt, :body)", private)
        raw.commit()
    raw.close()


def million(folder: Path) -> None:
    """Prove a long journal."""
    path = folder / "million.db"
    write(path, ROWS)
    engine = reading_engine(path)
    with engine.connect() as connection:
        began, spent = time.perf_counter(), time.process_time()
        proof = verify(connection)
        took, cpu = time.perf_counter() - began, time.process_time() - spent
        began = time.perf_counter()
        connection.exec_driver_sql("SELECT max(length(hash)), max(length(refs)) FROM journal").all()
        read = time.perf_counter() - began
    engine.dispose()
    if not proof.whole or proof.rows != ROWS:
        raise RuntimeError(f"{proof.rows} rows, breaks: {proof.breaks[:3]}")
    against = f"{ROWS} rows, a quarter with private parts; SQLite reading two columns of each: {read:.1f} s"
    figure("proof.million_rows", took, "s", against, "<= 60")
    figure("proof.cpu_per_row", cpu / ROWS * 1e6, "us", against, None)


def bend(folder: Path, count: int, seed: int) -> tuple[Counter[str], Counter[str], int]:
    """Bend a night's journal so many times, one way at a time, each on the untouched one.

    Return how many there were of each kind, how many of these the proof with the journal's anchor did not find, and how
    many rows the journal has.
    """
    database = asyncio.run(live_a_night(folder))
    bent(database).dispose()
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    with engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        with sqlite3.connect(database) as source:
            source.backup(raw)
        raw.isolation_level = None
        anchor = make_anchor(connection, key, BEGIN)
        before = state(raw)

        def whole() -> bool:
            return verify(connection).whole and not verify_with(connection, [anchor], key.public_key())

        if not whole():
            raise RuntimeError("the night's journal does not hold before anything was done to it")
        rng, missed, done = random.Random(seed), Counter[str](), Counter[str]()
        kinds = list(KINDS)
        while done.total() < count:
            kind = kinds[done.total() % len(kinds)]
            connection.exec_driver_sql("SAVEPOINT untouched")
            # What the table refuses (a number twice, nothing where something must be) or what wrote the same value
            # again is no tampering; another is drawn.
            with contextlib.suppress(sqlite3.IntegrityError):
                KINDS[kind](raw, rng)
            if state(raw) != before:
                done[kind] += 1
                missed[kind] += whole()
            connection.exec_driver_sql("ROLLBACK TO untouched")
            connection.exec_driver_sql("RELEASE untouched")
    engine.dispose()
    return done, missed, len(before[0])


def tamperings(folder: Path) -> None:
    """Bend a night's journal in every way, and count what is found."""
    began = time.perf_counter()
    done, missed, count = bend(folder, TAMPERINGS, SEED)
    took = time.perf_counter() - began
    against = f"{len(done)} kinds of tampering, {count} rows and their anchor, seed {SEED}, {took:.0f} s"
    figure("proof.tamperings.found", done.total() - missed.total(), "tamperings", against, f">= {TAMPERINGS}")
    for kind, unseen in missed.items():
        if unseen:
            say(f"  not found: {kind}, {unseen} of {done[kind]}")


def main() -> None:
    """Measure."""
    introduce(f"the proof; on core {MEASURED}")
    with tempfile.TemporaryDirectory(prefix="monitord-bench-", dir="/var/tmp") as folder, on_core(MEASURED):
        tamperings(Path(folder))
        million(Path(folder))
    say(f"  load at the end {os.getloadavg()[0]:.2f}")


if __name__ == "__main__":
    main()
