"""The proof finds every change that somebody with the database in his hands can make, and none that nobody made."""

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from monitord.account import stored
from monitord.account.proof import verify
from monitord.account.stored import COLUMNS
from monitord.domain.health import Health
from monitord.domain.journal import GENESIS, Fact, FactKind
from monitord.store.engine import reading_engine
from tests.account.written import OLT, POST, START, bent, write
from tests.support.night import Night, silent

Tampering = Callable[[sa.Connection, random.Random], str]


def facts(n: int) -> list[Fact]:
    """Return facts of every shape: with and without actor, target, refs and a private part."""
    return [
        Fact(
            FactKind.TARGET_SOFT if i % 3 else FactKind.PRESS_REFUSED,
            target=f"olt-{i % 5}/interface_up/xã Mỹ Tho {i}" if i % 4 else None,
            actor=f"an.{i}" if i % 2 else None,
            refs={"seen": "2026-12-01T16:58:00.000000Z", "n": i, "share": i / 7, "list": [i, None, True]}
            if i % 5
            else {},
            private={"detail": f"Mất điện {i}", "name": "Lê Thị Ánh"} if i % 3 else None,
        )
        for i in range(n)
    ]


def rows(connection: sa.Connection) -> list[dict[str, Any]]:
    found = connection.exec_driver_sql("SELECT * FROM journal ORDER BY seq").mappings()
    return [dict(row) for row in found]


def put(connection: sa.Connection, seq: int, values: dict[str, Any]) -> None:
    sets = ", ".join(f"{name} = ?" for name in values)
    connection.exec_driver_sql(f"UPDATE journal SET {sets} WHERE seq = ?", (*values.values(), seq))


def edit_a_column(connection: sa.Connection, rng: random.Random) -> str:
    table = rows(connection)
    row, column = rng.choice(table), rng.choice(COLUMNS)
    old = row[column]
    candidates: list[Any] = [other[column] for other in table]
    match old:
        case int():
            candidates += [old + 1, old + 100, 0, -old - 1]
        case str():
            candidates += [
                old + " ",
                old[:-1],
                old[1:],
                old.replace("0", "1", 1),
                old.replace("7", "8"),
                "",
                "x",
                old.upper(),
            ]
            candidates += ["{}", '{"n": 1}', old.replace(":", ": ", 1), "2026-12-01T16:58:00Z", b"\xff\x00", "[" * 5000]
        case None:
            candidates += ["an.1", "0" * 64]
    if column in ("incident", "target", "actor", "digest"):
        candidates += [None, 7 if column == "incident" else "bx"]
    taken = {other["seq"] for other in table}
    may_be_none = column in ("incident", "target", "actor", "digest")
    candidates = [c for c in candidates if c != old and (c is not None or may_be_none)]
    if column == "seq":
        candidates = [c for c in candidates if c not in taken]
    new = rng.choice(candidates)
    put(connection, row["seq"], {column: new})
    return f"row {row['seq']}: {column} {old!r} -> {new!r}"


def delete_a_row(connection: sa.Connection, rng: random.Random) -> str:
    gone = rng.choice(rows(connection)[:-1])["seq"]
    connection.exec_driver_sql("DELETE FROM journal WHERE seq = ?", (gone,))
    if rng.random() < 0.7:
        connection.exec_driver_sql("DELETE FROM journal_private WHERE seq = ?", (gone,))
        if rng.random() < 0.7:
            renumber(connection, gone, -1)
    return f"row {gone} deleted"


def insert_a_row(connection: sa.Connection, rng: random.Random) -> str:
    table = rows(connection)
    like = dict(rng.choice(table))
    place = rng.choice([*(row["seq"] for row in table), len(table) + 1, 0, -5])
    if 0 < place <= len(table):
        renumber(connection, place - 1, +1)
    like["seq"] = place
    names = ", ".join(like)
    connection.exec_driver_sql(
        f"INSERT INTO journal ({names}) VALUES ({', '.join('?' * len(like))})", tuple(like.values())
    )
    return f"a row inserted as {place}"


def swap_two_rows(connection: sa.Connection, rng: random.Random) -> str:
    one, other = rng.sample(rows(connection), 2)
    kept = rng.choice([("seq",), ("seq", "prev", "hash"), ("seq", "ts"), ("seq", "ts", "prev", "hash")])
    put(connection, one["seq"], {name: other[name] for name in COLUMNS if name not in kept})
    put(connection, other["seq"], {name: one[name] for name in COLUMNS if name not in kept})
    return f"rows {one['seq']} and {other['seq']} swapped but for {kept}"


def bend_a_private_part(connection: sa.Connection, rng: random.Random) -> str:
    parts = connection.exec_driver_sql("SELECT seq, salt, body FROM journal_private").all()
    seq, salt, body = rng.choice(parts)
    column, value = rng.choice(
        [
            ("body", body.replace("Ánh", "Anh")),
            ("body", body.replace('"detail"', '"detai1"')),
            ("body", body.replace("{", '{"detail":"khác",', 1)),
            ("body", "{}"),
            ("body", "không phải JSON"),
            ("body", b"\xff\xfe"),
            ("salt", salt[::-1] + "0"),
            ("seq", max(p.seq for p in parts) + 1000),
            ("seq", next(s for s in range(1, 10_000) if s not in {p.seq for p in parts})),
        ]
    )
    connection.exec_driver_sql(f"UPDATE journal_private SET {column} = ? WHERE seq = ?", (value, seq))
    return f"private part {seq}: {column} -> {value!r}"


def renumber(connection: sa.Connection, above: int, by: int) -> None:
    """Close or open a gap in the numbers, as somebody would who wants no gap to be seen."""
    for table in ("journal", "journal_private"):
        connection.exec_driver_sql(f"UPDATE {table} SET seq = -1000000 - seq WHERE seq > ?", (above,))
        connection.exec_driver_sql(f"UPDATE {table} SET seq = -1000000 - seq + ? WHERE seq <= -1000000", (by,))


@pytest.mark.parametrize(
    "tampering",
    [edit_a_column, delete_a_row, insert_a_row, swap_two_rows, bend_a_private_part],
    ids=lambda f: f.__name__,
)
def test_every_tampering_is_found(tmp_path: Path, tampering: Tampering) -> None:
    database = tmp_path / "journal.db"
    write(database, facts(24))
    engine = bent(database)
    rng = random.Random(tampering.__name__)
    unnoticed = []
    with engine.connect() as connection:
        assert verify(connection).whole
        for _ in range(200 if tampering is edit_a_column else 60):
            with connection.begin() as undone:
                what = tampering(connection, rng)
                if verify(connection).whole:
                    unnoticed.append(what)
                undone.rollback()
        assert verify(connection).whole
    assert unnoticed == []


def test_bytes_that_are_no_text_are_one_named_break_and_the_rest_is_still_proved(tmp_path: Path) -> None:
    database = tmp_path / "journal.db"
    write(database, facts(10))
    engine = bent(database)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE journal SET target = CAST(x'ff41' AS TEXT) WHERE seq = 4")
    with engine.connect() as connection:
        proof = verify(connection)
    assert proof.rows == 10
    assert {b.seq for b in proof.breaks} <= {4, 5}
    assert "no text" in proof.breaks[0].why


def test_one_edited_row_is_named_and_its_neighbours_are_not(tmp_path: Path) -> None:
    database = tmp_path / "journal.db"
    write(database, facts(30))
    engine = bent(database)
    with engine.begin() as connection:
        put(connection, 17, {"actor": "nobody"})
    with engine.connect() as connection:
        assert [b.seq for b in verify(connection).breaks] == [17]


def test_the_proof_goes_on_over_the_borders_of_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "PAGE", 7)
    database = tmp_path / "journal.db"
    write(database, facts(29))
    engine = bent(database)
    with engine.connect() as connection:
        proof = verify(connection)
        assert (proof.whole, proof.rows) == (True, 29)
        assert not connection.in_transaction()
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM journal WHERE seq = 8")
        assert {b.seq for b in verify(connection).breaks} >= {9}


def test_an_empty_journal_is_whole_and_its_head_is_the_genesis(tmp_path: Path) -> None:
    database = tmp_path / "journal.db"
    write(database, [])
    with reading_engine(database).connect() as connection:
        proof = verify(connection)
    assert (proof.whole, proof.rows, proof.head, proof.first) == (True, 0, GENESIS, None)


def test_a_purged_private_part_is_counted_and_breaks_nothing(tmp_path: Path) -> None:
    database = tmp_path / "journal.db"
    write(database, facts(9))
    engine = bent(database)
    with engine.begin() as connection:
        total = connection.exec_driver_sql("SELECT count(*) FROM journal_private").scalar_one()
        connection.exec_driver_sql("DELETE FROM journal_private WHERE seq = 2")
        proof = verify(connection)
    assert proof.whole
    assert (proof.private_checked, proof.private_purged) == (total - 1, 1)


def test_a_clock_that_went_back_before_a_restart_breaks_nothing(tmp_path: Path) -> None:
    database = tmp_path / "journal.db"
    write(database, facts(5))
    write(database, [Fact(FactKind.DAEMON_STARTED)], run="run2", start=START - timedelta(hours=1))
    with reading_engine(database).connect() as connection:
        assert verify(connection).whole


async def test_incidents_of_a_night_whose_clock_went_back_break_nothing(tmp_path: Path) -> None:
    night = Night(tmp_path, "2026-12-01 03:00")
    await night.start()
    await night.sees(OLT, Health.DOWN)
    await night.passes(minutes=3)
    await night.wall_steps(-3600)
    await night.sees(POST, Health.DOWN)
    await night.presses(night.on("shift"), night.got[0].buttons[0])
    night.die()
    night.clock.jump(-600)
    await night.start()
    await night.sees(silent("agg-go-may"), Health.DOWN, first=True)
    await night.sees(POST, Health.UP)
    night.engine.dispose()
    with reading_engine(night.database).connect() as connection:
        proof = verify(connection)
        opened = "SELECT count(*) FROM incident i JOIN journal j ON j.incident = i.id AND j.kind = 'incident.opened'"
        lifted = connection.exec_driver_sql(f"{opened} WHERE j.ts > i.opened_at").scalar_one()
    assert proof.breaks == ()
    assert proof.incidents == 3
    assert lifted >= 1


def test_a_night_lived_by_the_desk_is_whole(lived: Path) -> None:
    with reading_engine(lived).connect() as connection:
        proof = verify(connection)
    assert proof.breaks == ()
    assert proof.incidents == 2
    assert proof.notices >= 5
    assert proof.private_checked > 0


@pytest.mark.parametrize(
    ("bending", "named"),
    [
        ("UPDATE incident SET phase = 'open' WHERE id = 1", "phase"),
        ("UPDATE incident SET phase = 'restored' WHERE id = 2", "phase"),
        ("UPDATE incident SET opened_at = '2026-12-01T16:41:00.000000Z' WHERE id = 1", "opened_at"),
        ("UPDATE incident SET opened_at = '2026-12-01T16:39:00.000000Z' WHERE id = 1", "opened_at"),
        ("UPDATE incident SET detected_at = '2026-12-01T16:41:00.000000Z' WHERE id = 1", "detected_at"),
        ("UPDATE incident SET acknowledged_at = '2026-12-01T16:41:00.000000Z' WHERE id = 1", "acknowledged_at"),
        ("UPDATE incident SET acknowledged_by = 'binh.tran' WHERE id = 1", "acknowledged_by"),
        ("UPDATE incident SET acknowledged_by = 'binh.tran' WHERE id = 2", "acknowledged_by"),
        ("UPDATE incident SET restored_at = NULL WHERE id = 1", "restored_at"),
        ("UPDATE incident SET severity = severity + 1 WHERE id = 2", "severity"),
        ("UPDATE incident SET code = 'SC-0101-001' WHERE id = 2", "code"),
        ("UPDATE outbox SET text = 'khác' WHERE id = 1", "another text"),
        ("UPDATE outbox SET person = 'binh.tran' WHERE id = 1", "person"),
        ("UPDATE outbox SET state = 'dead' WHERE id = 1", "accepted"),
        (
            "UPDATE outbox SET state = 'sent' WHERE id = (SELECT id FROM outbox WHERE state = 'superseded')",
            "marked as sent",
        ),
        ("DELETE FROM incident WHERE id = 1", "not in the table"),
    ],
)
def test_a_table_that_no_longer_says_what_the_journal_says_is_found(night: Path, bending: str, named: str) -> None:
    engine = bent(night)
    with engine.begin() as connection:
        if "superseded" in bending:
            edit = "(SELECT id FROM outbox WHERE event = 'taken_edit' LIMIT 1)"
            connection.exec_driver_sql(f"UPDATE outbox SET state = 'superseded' WHERE id = {edit}")
            connection.exec_driver_sql("UPDATE outbox SET event = 'step' WHERE state = 'superseded'")
        assert connection.exec_driver_sql(bending).rowcount == 1
    with engine.connect() as connection:
        breaks = verify(connection).breaks
    assert len(breaks) >= 1
    assert any(named in b.why for b in breaks)


def test_an_incident_that_no_row_opened_is_found(night: Path) -> None:
    engine = bent(night)
    with engine.begin() as connection:
        names = (
            "code, day, target, unit, severity, health, cause, detail, policy, step, round, detected_at, opened_at,"
            " ladder_from"
        )
        connection.exec_driver_sql(
            f"INSERT INTO incident ({names}, number, phase) SELECT {names}, 77, 'restored' FROM incident WHERE id = 1"
        )
    with engine.connect() as connection:
        (found,) = verify(connection).breaks
    assert "no row says that it opened" in found.why
