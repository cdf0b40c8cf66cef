"""Anchors find what the chain alone cannot: an end cut off, a history computed anew, a return to an old backup."""

import base64
import os
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import cyclopts
import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from monitord.account import anchor_key, anchors
from monitord.account.anchor_files import FOLDER, AnchorTrouble, append, read_anchors
from monitord.account.anchors import anchor_now, make_anchor, verify_with
from monitord.account.proof import verify
from monitord.account.stored import read_after
from monitord.cli import log
from monitord.domain.anchor import Anchor, NotAnAnchor, Unread, find_anchors, read_anchor
from monitord.domain.journal import GENESIS, Fact, FactKind, Row, canonical, row_hash, stamp
from monitord.domain.journal import verify as journal_verify
from monitord.store.engine import reading_engine
from tests.account.written import START, bent, write
from tests.support.clock import ManualClock
from tests.support.night import CONFIG, SECRETS

ROWS, EVERY = 26, 7
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key()
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
NOW = datetime(2026, 12, 1, 18, 0, tzinfo=UTC)

Tampering = Callable[[list[Row], int, random.Random], list[Row]]
Run = Callable[..., tuple[int, str, str]]


def facts(start: int, end: int) -> list[Fact]:
    return [
        Fact(FactKind.TARGET_SOFT, target=f"olt-{n}/trạm {n}", actor="an" if n % 2 else None, refs={"n": n})
        for n in range(start, end)
    ]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Anchor]]:
    """Return a journal with the anchors made as it grew, the newest of them EVERY - 1 rows old or less."""
    database = tmp_path_factory.mktemp("anchored") / "monitord.db"
    made = []
    for number, start in enumerate(range(0, ROWS, EVERY)):
        write(database, facts(start, min(start + EVERY, ROWS)), start=START + timedelta(minutes=number))
        if start + EVERY <= ROWS:
            engine = reading_engine(database)
            with engine.connect() as connection:
                made.append(make_anchor(connection, KEY, START + timedelta(minutes=number, seconds=30), number + 1))
            # The last to close it brings the write-ahead log back into the file, which is copied.
            engine.dispose()
    return database, made


@pytest.fixture
def journal(kept: tuple[Path, list[Anchor]], tmp_path: Path) -> Path:
    """Return a copy of the journal, in a state folder of its own."""
    state = tmp_path / "state"
    state.mkdir()
    (state / "monitord.db").write_bytes(kept[0].read_bytes())
    return state / "monitord.db"


@pytest.fixture
def connection(journal: Path) -> Iterator[sa.Connection]:
    """Return a connection of somebody who may do anything to the database."""
    with bent(journal).connect() as connection:
        yield connection


@pytest.fixture
def made(kept: tuple[Path, list[Anchor]]) -> list[Anchor]:
    return kept[1]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return what runs a command line and gives exit code, output and errors."""
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    app = cyclopts.App(name="monitord")
    log.register(app)

    def type_in(*words: str | Path) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            app([str(word) for word in words])
        out, err = capsys.readouterr()
        return int(str(ended.value.code or 0)), out, err

    return type_in


def cut_off(rows: list[Row], newest: int, rng: random.Random) -> list[Row]:
    return rows[: rng.randrange(newest)]


def edit(rows: list[Row], newest: int, rng: random.Random) -> list[Row]:
    at = rng.randrange(newest)
    change = rng.choice([{"actor": "binh"}, {"target": None}, {"refs": {"n": -1}}, {"kind": "x"}, {"boot": "run9"}])
    return [*rows[:at], replace(rows[at], **change), *rows[at + 1 :]]  # type: ignore[arg-type]


def re_date(rows: list[Row], newest: int, rng: random.Random) -> list[Row]:
    at, by = rng.randrange(newest), timedelta(seconds=rng.choice([1, 60, 3600, 86_400 * 365]))
    if rng.random() < 0.5:
        return [*rows[:at], *(replace(row, ts=row.ts + by) for row in rows[at:])]
    return [*(replace(row, ts=row.ts - by) for row in rows[: at + 1]), *rows[at + 1 :]]


def take_out(rows: list[Row], newest: int, rng: random.Random) -> list[Row]:
    at = rng.randrange(newest)
    return [*rows[:at], *rows[at + 1 :]]


def put_in(rows: list[Row], newest: int, rng: random.Random) -> list[Row]:
    at = rng.randrange(newest)
    return [*rows[:at], replace(rows[at], actor="binh"), *rows[at:]]


def turn_around(rows: list[Row], newest: int, rng: random.Random) -> list[Row]:
    at = rng.randrange(newest)
    one, two = rows[at], rows[at + 1]
    return [*rows[:at], replace(two, ts=one.ts), replace(one, ts=two.ts), *rows[at + 2 :]]


def begin_anew(rows: list[Row], newest: int, rng: random.Random) -> list[Row]:
    return [replace(row, boot="run2") for row in rows[: rng.choice([len(rows), newest, newest + 1])]]


def roll_back_and_go_on(rows: list[Row], newest: int, rng: random.Random) -> list[Row]:
    back = rng.randrange(newest)
    more = [replace(rows[-1], ts=rows[-1].ts + timedelta(hours=n), refs={"later": n}) for n in range(rng.randrange(60))]
    return [*rows[:back], *more]


def chained(rows: list[Row]) -> list[Row]:
    """Return the rows numbered and hashed as the daemon would have done it."""
    done: list[Row] = []
    for n, row in enumerate(rows, start=1):
        bare = replace(row, seq=n, prev=done[-1].hash if done else GENESIS)
        done.append(replace(bare, hash=row_hash(bare)))
    return done


def put(connection: sa.Connection, rows: list[Row]) -> None:
    """Put these rows in place of the whole journal."""
    connection.exec_driver_sql("DELETE FROM journal")
    values = [
        (r.seq, stamp(r.ts), r.boot, r.kind, r.incident, r.target, r.actor, canonical(dict(r.refs)), r.digest, r.prev)
        for r in rows
    ]
    if rows:
        connection.exec_driver_sql(
            "INSERT INTO journal (seq, ts, boot, kind, incident, target, actor, refs, digest, prev, hash)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(*value, row.hash) for value, row in zip(values, rows, strict=True)],
        )


TAMPERINGS = [cut_off, edit, re_date, take_out, put_in, turn_around, begin_anew, roll_back_and_go_on]


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda f: f.__name__)
def test_every_history_computed_anew_is_found_by_the_anchors_and_by_them_alone(
    connection: sa.Connection, made: list[Anchor], tampering: Tampering
) -> None:
    rng = random.Random(tampering.__name__)
    with connection.begin():
        rows = [stored.row for stored in read_after(connection, None) if stored.row]
    assert len(rows) == ROWS
    assert ROWS - made[-1].seq < EVERY
    unnoticed = []
    for n in range(38):
        with connection.begin() as undone:
            forged = chained(tampering(rows, made[-1].seq, rng))
            put(connection, forged)
            assert list(journal_verify(forged)) == [], "whoever computes it anew does it well"
            assert n % 10 or verify(connection).whole
            if not verify_with(connection, made, PUBLIC):
                unnoticed.append(n)
            undone.rollback()
    assert unnoticed == []
    assert verify_with(connection, made, PUBLIC) == ()


def test_an_end_cut_off_behind_the_newest_anchor_is_not_found(connection: sa.Connection, made: list[Anchor]) -> None:
    with connection.begin():
        connection.exec_driver_sql("DELETE FROM journal WHERE seq > ?", (made[-1].seq,))
        assert verify_with(connection, made, PUBLIC) == ()
        connection.exec_driver_sql("DELETE FROM journal WHERE seq >= ?", (made[-1].seq,))
        [found] = verify_with(connection, made, PUBLIC)
    assert found.seq == made[-1].seq
    assert "rolled back" in found.why


def test_a_row_taken_out_under_a_hash_left_standing_is_found_by_the_count(
    connection: sa.Connection, made: list[Anchor]
) -> None:
    with connection.begin():
        connection.exec_driver_sql("DELETE FROM journal WHERE seq = 9")
        found = verify_with(connection, made, PUBLIC)
    assert [one.seq for one in found] == [one.seq for one in made if one.seq >= 9]
    assert all("counted" in one.why for one in found)


def test_a_hash_that_is_no_text_is_a_break_and_not_a_crash(connection: sa.Connection, made: list[Anchor]) -> None:
    for bytes_of_hash in ("x'ff00'", "CAST(x'ff00' AS TEXT)"):
        with connection.begin() as undone:
            connection.exec_driver_sql(f"UPDATE journal SET hash = {bytes_of_hash} WHERE seq = 7")
            assert [one.seq for one in verify_with(connection, made, PUBLIC)] == [7]
            undone.rollback()


def test_an_untouched_journal_holds_with_anchors_twice_and_in_any_order(
    connection: sa.Connection, made: list[Anchor]
) -> None:
    mixed = [*made, *made]
    random.Random(1).shuffle(mixed)
    assert verify_with(connection, mixed, PUBLIC) == ()
    held = anchors.hold(anchors.seen_in(connection, mixed), mixed, PUBLIC)
    assert (held.good, held.newest, held.behind) == (len(made), made[-1], ROWS - made[-1].seq)


def test_two_anchors_with_one_number_are_both_good(connection: sa.Connection, made: list[Anchor]) -> None:
    again = make_anchor(connection, KEY, NOW, number=made[-1].number)
    assert again.seq == ROWS
    assert verify_with(connection, [*made, again], PUBLIC) == ()


def test_an_anchor_of_another_key_is_a_break_until_that_key_is_given(
    connection: sa.Connection, made: list[Anchor]
) -> None:
    strange = make_anchor(connection, OTHER, NOW)
    [found] = verify_with(connection, [*made, strange], PUBLIC)
    assert "unknown key" in found.why
    assert strange.key in found.why
    assert verify_with(connection, [*made, strange], PUBLIC, OTHER.public_key()) == ()
    assert len(verify_with(connection, made, OTHER.public_key())) == len(made)


def test_an_anchor_with_one_changed_value_is_never_good(connection: sa.Connection, made: list[Anchor]) -> None:
    one = made[2]
    changed = [
        replace(one, number=one.number + 1),
        replace(one, seq=made[1].seq, count=made[1].count, head=made[1].head),
        replace(one, ts=one.ts + timedelta(microseconds=1)),
        replace(one, head=made[1].head),
        replace(one, count=one.count - 1),
        replace(one, signature=made[1].signature),
        replace(one, signature=bytes(64)),
        replace(one, key=anchor_key.key_id(OTHER.public_key()), signature=OTHER.sign(one.signed)),
    ]
    for bad in changed:
        assert len(verify_with(connection, [bad], PUBLIC)) == 1, bad


def test_a_line_with_any_character_changed_is_unreadable_or_wrongly_signed(
    connection: sa.Connection, made: list[Anchor]
) -> None:
    line, rng, seen = made[-1].line, random.Random(7), anchors.seen_in(connection, made)
    for at in range(len(line)):
        other = rng.choice([char for char in "0123456789abcdef=: xZ>" if char != line[at]])
        if line[at] == " " and other == ">":
            continue
        for found in find_anchors(line[:at] + other + line[at + 1 :]):
            if isinstance(found, Anchor):
                assert anchors.hold(seen, [found], PUBLIC).breaks, (at, other)


def test_the_line_is_one_of_ascii_short_enough_for_a_message_and_gives_the_anchor_back(made: list[Anchor]) -> None:
    for one in made:
        assert one.line.isascii()
        assert one.line.isprintable()
        assert len(one.line) < 400
        assert read_anchor(one.line) == one


def test_anchors_are_found_in_pasted_text_wrapped_quoted_and_among_garbage(made: list[Anchor]) -> None:
    text = "\n".join(
        [
            "Ca đêm 01/12 (Lê Thị Ánh):",
            f"[02/12/2026 01:00] Bot: {made[0].line}.",
            "> " + made[1].line.replace(" ", "\n> "),
            f'"{made[2].line}"\r\n\x00\ufffd nhật ký',
            made[1].line[:200],
            "monitord-anchor",
            made[1].line.replace(" v1 ", " v2 "),
            made[1].line.replace("-12-", "-13-"),
            made[1].line.replace("seq=", "seq=0"),
            made[0].line,
        ]
    )
    found = list(find_anchors(text))
    assert [one for one in found if isinstance(one, Anchor)] == [made[0], made[1], made[2], made[0]]
    unread = [one for one in found if isinstance(one, Unread)]
    lines = text.split("\n")
    assert all("monitord-anchor" in lines[one.line - 1] for one in unread)
    for one, named in zip(unread, ["cut off", "begin", "v2", "no instant", "seq="], strict=True):
        assert named in one.why
    assert list(find_anchors("không có gì")) == []


@pytest.mark.parametrize(
    "bad", ["", "monitord-anchor v1", "monitord-anchor v1 n=-1", "monitord-anchor v1 n=" + "9" * 19]
)
def test_what_is_no_anchor_is_refused_with_a_reason(bad: str) -> None:
    with pytest.raises(NotAnAnchor):
        read_anchor(bad)


def test_a_hostile_file_is_read_in_time_or_refused(tmp_path: Path) -> None:
    hostile = tmp_path / "x.txt"
    hostile.write_bytes(b"monitord-anchor v1 " * 5_000 + b" " * 300_000 + b"\xff\xfe\x00" * 1000)
    assert read_anchors(hostile).anchors == ()
    hostile.write_bytes(b"\0" * ((16 << 20) + 1))
    with pytest.raises(AnchorTrouble, match="longer"):
        read_anchors(hostile)
    with pytest.raises(AnchorTrouble, match="No such file"):
        read_anchors(tmp_path / "none")


def test_an_hourly_anchor_goes_behind_the_others_of_its_month(journal: Path, tmp_path: Path) -> None:
    clock, folder, engine = ManualClock(NOW), tmp_path / "anchors", reading_engine(journal)
    first = anchor_now(engine, folder, KEY, clock)
    before = (folder / "2026-12.txt").read_bytes()
    clock.jump(3600)
    second = anchor_now(engine, folder, KEY, clock)
    clock.jump(86_400 * 31)
    third = anchor_now(engine, folder, KEY, clock)
    clock.jump(-86_400 * 60)
    fourth = anchor_now(engine, folder, KEY, clock)
    assert (folder / "2026-12.txt").read_bytes() == before + second.line.encode() + b"\n"
    assert [one.name for one in sorted(folder.iterdir())] == ["2026-11.txt", "2026-12.txt", "2027-01.txt"]
    assert [one.number for one in (first, second, third, fourth)] == [1, 2, 3, 4]
    assert set(read_anchors(folder).anchors) == {first, second, third, fourth}
    with engine.connect() as connection:
        assert verify_with(connection, read_anchors(folder).anchors, PUBLIC) == ()


def test_an_anchor_cut_off_by_a_crash_is_named_and_spoils_no_other(journal: Path, tmp_path: Path) -> None:
    clock, folder, engine = ManualClock(NOW), tmp_path / "anchors", reading_engine(journal)
    first, torn = anchor_now(engine, folder, KEY, clock), anchor_now(engine, folder, KEY, clock)
    path = folder / "2026-12.txt"
    os.truncate(path, path.stat().st_size - 30)
    again = anchor_now(engine, folder, KEY, clock)
    assert again.number == torn.number == 2
    os.truncate(path, path.stat().st_size - len("\n"))
    last = anchor_now(engine, folder, KEY, clock)
    found = read_anchors(folder)
    assert found.anchors == (first, again, last)
    assert [one.startswith(f"{path}:2: ") for one in found.unread] == [True]


def test_an_empty_journal_has_an_anchor_that_every_later_one_keeps(tmp_path: Path) -> None:
    database = tmp_path / "journal.db"
    write(database, [])
    with reading_engine(database).connect() as connection:
        empty = make_anchor(connection, KEY, NOW)
        assert (empty.seq, empty.head, empty.count) == (0, GENESIS, 0)
        assert verify_with(connection, [empty], PUBLIC) == ()
    write(database, facts(0, 3))
    with reading_engine(database).connect() as connection:
        assert verify_with(connection, [empty], PUBLIC) == ()


def test_nothing_is_signed_that_is_no_hash(connection: sa.Connection) -> None:
    with connection.begin():
        connection.exec_driver_sql("UPDATE journal SET hash = 'n=1 seq=2' WHERE seq = ?", (ROWS,))
        with pytest.raises(ValueError, match="bears no hash"):
            make_anchor(connection, KEY, NOW)


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    first = anchor_key.signing_key(tmp_path, {})
    assert [one.name for one in tmp_path.iterdir()] == ["anchor.key"]
    path = tmp_path / "anchor.key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(base64.b64decode(path.read_bytes())) == 32
    assert anchor_key.signing_key(tmp_path, {}).private_bytes_raw() == first.private_bytes_raw()
    path.chmod(0o640)
    with pytest.raises(AnchorTrouble, match="chmod 600"):
        anchor_key.signing_key(tmp_path, {})


def test_a_key_given_as_a_secret_goes_before_the_file_and_makes_none(tmp_path: Path) -> None:
    credentials, state = tmp_path / "credentials", tmp_path / "state"
    credentials.mkdir()
    text = base64.b64encode(KEY.private_bytes_raw()).decode()
    given = anchor_key.signing_key(state, {"MONITORD_SECRET_ANCHOR_KEY": text})
    (credentials / "anchor_key").write_text(base64.b64encode(OTHER.private_bytes_raw()).decode() + "\n")
    loaded = anchor_key.signing_key(
        state, {"CREDENTIALS_DIRECTORY": str(credentials), "MONITORD_SECRET_ANCHOR_KEY": text}
    )
    assert given.private_bytes_raw() == KEY.private_bytes_raw()
    assert loaded.private_bytes_raw() == OTHER.private_bytes_raw()
    assert not state.exists()


@pytest.mark.parametrize("bad", ["", "abc", "đ" * 43, base64.b64encode(bytes(31)).decode(), "0" * 64])
def test_a_secret_that_is_no_key_is_refused_and_not_repeated(tmp_path: Path, bad: str) -> None:
    with pytest.raises(AnchorTrouble, match="is no key") as refused:
        anchor_key.signing_key(tmp_path, {"MONITORD_SECRET_ANCHOR_KEY": bad})
    assert not bad or bad not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_is_gone_is_not_replaced_when_something_was_signed(journal: Path) -> None:
    state = journal.parent
    anchor_now(reading_engine(journal), state / FOLDER, anchor_key.signing_key(state, {}), ManualClock(NOW))
    (state / "anchor.key").unlink()
    with pytest.raises(AnchorTrouble, match="were signed"):
        anchor_key.signing_key(state, {})
    assert not (state / "anchor.key").exists()


def secret(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("MONITORD_SECRET_ANCHOR_KEY", base64.b64encode(KEY.private_bytes_raw()).decode())
    return anchor_key.public_text(PUBLIC)


def test_key_anchor_and_verify_as_they_are_typed(
    run: Run, journal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public = secret(monkeypatch)
    code, printed, err = run("log", "key", "--database", journal)
    assert (code, printed.strip()) == (0, public)
    assert anchor_key.key_id(PUBLIC) in err
    (tmp_path / "key.txt").write_text(f"Khoá công khai: {printed}")

    code, line, err = run("log", "anchor", "--database", journal)
    assert (code, err, read_anchor(line).number) == (0, "", 0)
    kept_at = tmp_path / "kept.txt"
    for number in (1, 2):
        code, out, err = run("log", "anchor", "--to", kept_at, "--database", journal)
        assert (code, out) == (0, "")
        assert f"anchor {number}, row {ROWS}: {kept_at}" in err
    kept_at.write_text(kept_at.read_text() + f"Bot: {line}monitord-anchor v1 n=9 rách\n")

    write(journal, facts(0, 5), start=START + timedelta(days=1))
    for named in (public, tmp_path / "key.txt"):
        code, out, _ = run("log", "verify", "--anchors", kept_at, "--key", named, "--database", journal)
        assert code == 0
        assert "Anchors: 3 of 3 hold" in out
        assert f"saw row {ROWS}." in out
        assert "the chain alone speaks: 5." in out
        assert f"{kept_at}:4: lacks `seq=`" in out
        assert "cut off from the end" not in out

    assert {one.name for one in journal.parent.iterdir()} <= {"monitord.db", "monitord.db-wal", "monitord.db-shm"}


def test_a_rolled_back_database_ends_with_1_and_so_does_an_export_of_it(
    run: Run, journal: Path, made: list[Anchor], tmp_path: Path
) -> None:
    folder = tmp_path / "anchors"
    folder.mkdir()
    for one in made:
        append(folder, one)
    against = ("--anchors", folder, "--key", anchor_key.public_text(PUBLIC))
    export = tmp_path / "export.csv"
    for broken in (False, True):
        if broken:
            with bent(journal).begin() as connection:
                connection.exec_driver_sql("DELETE FROM journal WHERE seq > 15")
        assert run("log", "export", "--csv", export, "--database", journal)[0] == 0
        for source in (("--database", journal), ("--export", export)):
            assert run("log", "verify", *source)[0] == 0
            code, out, _ = run("log", "verify", *source, *against)
            assert code == int(broken)
            assert ("row 21: history rolled back or cut off" in out) == broken
            assert f"Anchors: {2 if broken else 3} of 3 hold" in out


def test_another_key_on_the_command_line_ends_with_1(
    run: Run, journal: Path, made: list[Anchor], tmp_path: Path
) -> None:
    append(tmp_path / "a.txt", made[0])
    other = anchor_key.public_text(OTHER.public_key())
    code, out, _ = run("log", "verify", "--anchors", tmp_path / "a.txt", "--key", other, "--database", journal)
    assert code == 1
    assert "unknown key" in out
    assert "none of them holds" in out


def test_what_cannot_be_used_ends_with_2_and_says_why(
    run: Run, journal: Path, made: list[Anchor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public = anchor_key.public_text(PUBLIC)
    good, empty = append(tmp_path / "a.txt", made[0]), tmp_path / "empty.txt"
    empty.write_text("không có gì\n")
    wrong: list[tuple[tuple[str | Path, ...], str]] = [
        (("verify", "--anchors", good), "--key"),
        (("verify", "--key", public), "--anchors"),
        (("verify", "--anchors", empty, "--key", public), "no anchor"),
        (("verify", "--anchors", tmp_path / "none", "--key", public), "No such file"),
        (("verify", "--anchors", good, "--key", tmp_path / "none"), "No such file"),
        (("verify", "--anchors", good, "--key", empty), "no public key"),
        (("key",), "MONITORD_SECRET_ANCHOR_KEY"),
        (("anchor",), "MONITORD_SECRET_ANCHOR_KEY"),
    ]
    for words, named in wrong:
        code, out, err = run("log", *words, "--database", journal)
        assert (code, out) == (2, ""), words
        assert named in err
    secret(monkeypatch)
    code, _, err = run("log", "anchor", "--to", tmp_path / "no" / "folder.txt", "--database", journal)
    assert code == 2
    assert "no anchor was kept" in err


def test_with_the_settings_the_key_lies_in_the_state_folder(
    run: Run, journal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("STATE_DIRECTORY", str(journal.parent))
    code, line, _ = run("log", "anchor", "--config", CONFIG)
    assert code == 0
    code, public, _ = run("log", "key", "--database", journal)
    assert code == 0
    [key] = anchor_key.public_keys(public)
    with reading_engine(journal).connect() as connection:
        assert verify_with(connection, [read_anchor(line)], key) == ()
    assert (journal.parent / "anchor.key").exists()


def test_anchors_are_in_the_order_they_were_made(made: list[Anchor]) -> None:
    assert all(one.seq < two.seq and one.ts < two.ts and one.number + 1 == two.number for one, two in pairwise(made))
