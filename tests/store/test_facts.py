"""The journal's rows in the file: append-only for whoever works through SQL, whole under every repetition."""

import contextlib
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitord.domain.journal import Fact, FactKind, private_digest, verify
from monitord.domain.notice import Event, Notice, Priority
from monitord.store import tables as t
from monitord.store.engine import writing_engine
from monitord.store.rows import Moment, journal_row
from tests.store.conftest import make_tx

MOMENT = Moment(datetime(2026, 12, 1, 3, 0, tzinfo=UTC), 1.0, "boot", "run")


@pytest.fixture
def filled(engine: sa.Engine) -> sa.Engine:
    """A journal of three rows, one of them with a private part."""
    with engine.begin() as connection:
        make_tx(connection).append(
            [
                Fact(FactKind.DAEMON_STARTED, refs={"version": "1"}),
                Fact(FactKind.PRESS_REFUSED, private={"name": "Nguyễn Văn An"}),
                Fact(FactKind.DAEMON_STOPPED),
            ],
            MOMENT,
        )
    return engine


CHANGES = [
    "UPDATE journal SET kind = 'x'",
    "UPDATE journal SET ts = ts",
    "DELETE FROM journal",
    "DELETE FROM journal WHERE seq = 3",
    "INSERT INTO journal SELECT * FROM journal WHERE seq = 2 ON CONFLICT (seq) DO UPDATE SET kind = 'x'",
]
CHANGES_OF = {
    "sqlite": [
        "INSERT OR REPLACE INTO journal SELECT * FROM journal WHERE seq = 2",
        "REPLACE INTO journal(seq,ts,boot,kind,refs,prev,hash) VALUES (3,'2026','b','k','{}','p','h')",
        "UPDATE OR REPLACE journal SET seq = 1 WHERE seq = 3",
    ],
    "postgresql": [
        "TRUNCATE journal CASCADE",
        "UPDATE journal SET seq = 9 WHERE seq = 3",
        "SET LOCAL session_replication_role = replica; DELETE FROM journal",
        "MERGE INTO journal j USING (SELECT 1 AS seq) m ON j.seq = m.seq WHEN MATCHED THEN DELETE",
    ],
}


def test_a_row_is_neither_changed_nor_removed_nor_replaced(filled: sa.Engine) -> None:
    for statement in CHANGES + CHANGES_OF[filled.dialect.name]:
        with filled.connect() as connection, pytest.raises(sa.exc.IntegrityError):
            connection.exec_driver_sql(statement)
        with filled.connect() as connection:
            rows = [
                journal_row(r) for r in connection.execute(sa.select(t.journal).order_by(t.journal.c.seq)).mappings()
            ]
        assert [r.kind for r in rows] == [FactKind.DAEMON_STARTED, FactKind.PRESS_REFUSED, FactKind.DAEMON_STOPPED]
        assert list(verify(rows)) == []


def test_purging_what_is_personal_leaves_the_chain_whole(filled: sa.Engine) -> None:
    with filled.begin() as connection:
        private = connection.execute(sa.select(t.journal_private)).mappings().one()
        digest = connection.execute(sa.select(t.journal.c.digest).where(t.journal.c.seq == private["seq"])).scalar()
        assert digest == private_digest(private["salt"], {"name": "Nguyễn Văn An"})
        connection.execute(t.journal_private.delete())
    with filled.connect() as connection:
        rows = [journal_row(r) for r in connection.execute(sa.select(t.journal)).mappings()]
    assert list(verify(rows)) == []


def test_rows_that_come_back_from_the_file_are_the_rows_that_were_hashed(engine: sa.Engine) -> None:
    refs = {"f": 0.1 + 0.2, "n": None, "list": ["a", 1], "text": "Đà Nẵng", "nfd": "e\u0301", "big": 2**60, "t": True}
    with engine.begin() as connection:
        tx = make_tx(connection)
        for n in range(5):
            at = Moment(MOMENT.now - timedelta(hours=n), 1.0, "boot", "run")
            tx.append([Fact(FactKind.INCIDENT_NOTED, n, f"olt-{n}/e\u0301", "an", refs)], at)
    with engine.connect() as connection:
        rows = [journal_row(r) for r in connection.execute(sa.select(t.journal)).mappings()]
    assert list(verify(rows)) == []
    assert [r.ts for r in rows] == [MOMENT.now] * 5


def test_a_notice_with_the_same_key_is_queued_once(engine: sa.Engine) -> None:
    notice = Notice(None, Event.CHANNEL_BROKEN, "an", "telegram", Priority.FOLLOW_UP, subject="x@2026-12-01")
    with engine.begin() as connection:
        tx = make_tx(connection)
        assert tx.queue(notice, MOMENT.now)
        assert not tx.queue(notice, MOMENT.now)
        assert connection.execute(sa.select(sa.func.count()).select_from(t.outbox)).scalar() == 1


def test_a_second_running_incident_of_a_target_is_refused_by_the_file_itself(engine: sa.Engine) -> None:
    columns = {c.name: "x" for c in t.incident.columns if not c.nullable and isinstance(c.type, sa.String | sa.Text)}
    numbers = {c.name: 1 for c in t.incident.columns if not c.nullable and isinstance(c.type, sa.Integer)}
    instants = {c.name: MOMENT.now for c in t.incident.columns if "at" in c.name or c.name == "ladder_from"}
    row = {**columns, **numbers, **{k: v for k, v in instants.items() if k in t.incident.c}, "policy": {}}
    row |= {"target": "olt", "health": "down", "code": "c", "unit": "u", "cause": "c", "detail": ""}
    with engine.begin() as connection:
        connection.execute(t.incident.insert().values(row | {"id": 1, "number": 1, "phase": "restored"}))
        connection.execute(t.incident.insert().values(row | {"id": 2, "number": 2, "phase": "open"}))
    with engine.begin() as connection, pytest.raises(sa.exc.IntegrityError):
        connection.execute(t.incident.insert().values(row | {"id": 3, "number": 3, "phase": "acknowledged"}))


def test_people_and_shifts_are_remembered_within_a_transaction_until_somebody_wrote_them(engine: sa.Engine) -> None:
    at = MOMENT.now
    ann = {
        "id": "an",
        "name": "An",
        "home": "vt",
        "title": "",
        "phone": "",
        "telegram": 1,
        "stand_ins": [],
        "source": "",
    }
    day = {"unit": "vt", "duty": "shift", "starts": at, "ends": at + timedelta(hours=1), "source": ""}
    with engine.begin() as connection:
        tx = make_tx(connection)
        connection.execute(t.person.insert(), ann)
        connection.execute(t.shift.insert(), {**day, "person": "an"})
        tx.people()["x"] = tx.people()["an"]
        assert set(tx.people()) == {"an"}
        assert [shift.person for shift in tx.shifts_at(at)] == ["an"]
        assert tx.shifts_at(at + timedelta(hours=1)) == ()
        assert len(tx.shifts_at(at + timedelta(hours=1), timedelta(hours=1))) == 1
        assert len(tx.shifts_at(at)) == 1
        connection.execute(t.person.insert(), {**ann, "id": "bo", "telegram": 2})
        connection.execute(t.shift.insert(), {**day, "person": "bo"})
        tx.roster_changed()
        assert set(tx.people()) == {"an", "bo"}
        assert [shift.person for shift in tx.shifts_at(at)] == ["an", "bo"]


def test_what_fails_in_isolation_leaves_neither_rows_nor_memories(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        tx = make_tx(connection)

        def fails() -> None:
            tx.append([Fact(FactKind.DAEMON_STOPPED)], MOMENT)
            connection.execute(t.shift.delete())
            assert tx.people() == {}
            raise RuntimeError("not this time")

        tx.append([Fact(FactKind.DAEMON_STARTED)], MOMENT)
        assert isinstance(tx.isolated(fails), RuntimeError)
        assert tx.isolated(lambda: tx.append([Fact(FactKind.CLOCK_STEPPED)] * 2, MOMENT)) is None
    with engine.connect() as connection:
        rows = [journal_row(r) for r in connection.execute(sa.select(t.journal)).mappings()]
    assert [r.kind for r in rows] == [FactKind.DAEMON_STARTED, FactKind.CLOCK_STEPPED, FactKind.CLOCK_STEPPED]
    assert list(verify(rows)) == []


def test_a_number_is_the_next_one_whatever_was_undone_or_stood_there_already(engine: sa.Engine) -> None:
    shift = {"unit": "u", "duty": "d", "person": "an", "starts": MOMENT.now, "ends": MOMENT.now, "source": ""}
    with engine.begin() as connection:
        tx = make_tx(connection)
        assert tx.insert_once(t.shift, shift)
        assert not tx.insert_once(t.shift, shift)
        with connection.begin_nested() as undone:
            assert tx.insert_once(t.shift, shift | {"person": "binh"})
            undone.rollback()
        connection.execute(t.shift.insert(), [shift | {"person": name} for name in ("chi", "dung")])
        connection.execute(t.shift.insert(), shift | {"person": "giang", "id": 9})
        assert tx.insert_once(t.shift, shift | {"person": "hoa"})
        assert connection.execute(sa.select(t.shift.c.id).order_by(t.shift.c.id)).scalars().all() == [1, 2, 3, 9, 10]


def test_text_longer_than_its_column_says_is_kept_whole(engine: sa.Engine) -> None:
    notice = Notice(None, Event.CHANNEL_BROKEN, "an", "telegram", Priority.FOLLOW_UP, subject="đ" * 600)
    with engine.begin() as connection:
        assert make_tx(connection).queue(notice, MOMENT.now)
        assert connection.execute(sa.select(t.outbox.c.key)).scalar() == notice.key


def test_the_file_says_whose_it_is(database: Path) -> None:
    with writing_engine(database).connect() as connection:
        connection.close()
    with contextlib.closing(sqlite3.connect(database)) as connection_:
        assert connection_.execute("PRAGMA application_id").fetchone() == (0x6D6F6E64,)
