"""An export is read by Excel, by a person and by `verify_export`, and each finds in it what the journal says."""

import csv
import io
import random
import string
from pathlib import Path

import pytest

from monitord.account import export, stored
from monitord.account.export import ENCODING, UnreadableExport, export_csv, guarded, unguarded, verify_export
from monitord.account.proof import verify
from monitord.account.stored import COLUMNS
from monitord.domain.journal import Fact, FactKind
from monitord.store.engine import reading_engine
from tests.account.written import bent, write
from tests.support.night import example

HOSTILE = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "'=1",
    "'",
    "''",
    "",
    "＝1",
    'a"b,c;d',
    "hai\r\ndòng",
    "Nguyễn Thị Ánh",
    "\u202eevil\x1b[31m",
]


def export_of(database: Path, to: Path, settings: bool = False) -> Path:
    """Export a database into a file as the command does."""
    engine = reading_engine(database)
    with engine.connect() as connection, to.open("w", encoding=ENCODING, newline="") as out:
        export_csv(connection, out, example() if settings else None)
    engine.dispose()
    return to


def cells_of(path: Path) -> list[list[str]]:
    with path.open(encoding=ENCODING, newline="") as file:
        return list(csv.reader(file, strict=True))


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """Return an export of rows that bear hostile texts wherever a text can be."""
    database = tmp_path / "journal.db"
    write(
        database,
        [
            Fact(
                FactKind.TARGET_HARD,
                target=text,
                actor=text,
                refs={"now": text, text: [text]},
                private={"detail": text},
            )
            for text in HOSTILE
        ],
    )
    return export_of(database, tmp_path / "out.csv")


def test_an_export_is_proved_without_the_database_and_ends_in_the_same_head(lived: Path, tmp_path: Path) -> None:
    exported = verify_export(export_of(lived, tmp_path / "out.csv", settings=True))
    with reading_engine(lived).connect() as connection:
        proof = verify(connection)
    assert exported.whole
    assert (exported.rows, exported.head, exported.first) == (proof.rows, proof.head, proof.first)


def test_hostile_texts_come_back_as_they_were(hostile: Path) -> None:
    proof = verify_export(hostile)
    assert proof.breaks == ()
    assert proof.rows == len(HOSTILE)


def test_no_cell_and_no_heading_is_a_formula_and_numbers_stay_numbers(hostile: Path) -> None:
    header, *rows = cells_of(hostile)
    assert header[-len(COLUMNS) :] == list(COLUMNS)
    for row in [header, *rows]:
        assert not [cell for cell in row if cell[:1] in set("=+-@\t\r\n＝＋－＠")]
    assert [row[header.index("seq")] for row in rows] == [str(n + 1) for n in range(len(rows))]


def test_the_file_is_what_excel_and_rfc_4180_want(hostile: Path) -> None:
    raw = hostile.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.endswith(b"\r\n")
    widths = {len(row) for row in cells_of(hostile)}
    assert len(widths) == 1


def test_people_read_local_time_with_its_offset_and_names(lived: Path, tmp_path: Path) -> None:
    header, *rows = cells_of(export_of(lived, tmp_path / "out.csv", settings=True))
    assert header[0] == "Thời gian"
    assert all(row[0].endswith("+07:00") and row[header.index("ts")].endswith("+07:00") for row in rows)
    (taken,) = [row for row in rows if row[header.index("kind")] == "incident.acknowledged"]
    person = example().people[taken[header.index("actor")]]
    assert taken[3] == person.name
    assert taken[1].startswith("SC-0112-")
    assert "tiếp nhận" in taken[4]


def test_every_changed_machine_cell_of_an_export_is_found(lived: Path, tmp_path: Path) -> None:
    rng = random.Random(4)
    header, *rows = cells_of(export_of(lived, tmp_path / "out.csv"))
    unnoticed = []
    for _ in range(150):
        bent_rows = [list(row) for row in rows]
        at, column = rng.randrange(len(rows)), rng.choice(COLUMNS)
        place = header.index(column)
        old = bent_rows[at][place]
        choice = [row[place] for row in rows] + [
            old + "0",
            old[1:],
            "",
            "x",
            "'" + old,
            old.replace("+07:00", "+08:00"),
        ]
        new = rng.choice([c for c in choice if unguarded(c) != unguarded(old)])
        bent_rows[at][place] = new
        path = tmp_path / "bent.csv"
        with path.open("w", encoding=ENCODING, newline="") as out:
            csv.writer(out).writerows([header, *bent_rows])
        if verify_export(path).whole:
            unnoticed.append((at, column, old, new))
    assert unnoticed == []


def test_a_missing_or_doubled_row_of_an_export_is_found(lived: Path, tmp_path: Path) -> None:
    header, *rows = cells_of(export_of(lived, tmp_path / "out.csv"))
    path = tmp_path / "bent.csv"
    for bent_rows in (rows[1:], rows[:3] + rows[4:], rows[:4] + rows[3:], [rows[1], rows[0], *rows[2:]], [[], *rows]):
        with path.open("w", encoding=ENCODING, newline="") as out:
            csv.writer(out).writerows([header, *bent_rows])
        assert not verify_export(path).whole


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe\x00", b"a,b\r\n1,2\r\n", b'\xef\xbb\xbfseq,"ts\r\n', b"\x00" * 50, b"seq," * 20],
)
def test_what_is_no_export_is_refused_with_its_reason(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.csv"
    path.write_bytes(content)
    with pytest.raises(UnreadableExport, match=r"other\.csv"):
        verify_export(path)


def test_a_bent_database_can_still_be_exported_and_the_export_shows_the_break(night: Path, tmp_path: Path) -> None:
    engine = bent(night)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE journal SET ts = 'gestern' WHERE seq = 2")
        connection.exec_driver_sql("UPDATE journal SET refs = '{' WHERE seq = 3")
        connection.exec_driver_sql("UPDATE journal SET target = CAST(x'ff' AS TEXT) WHERE seq = 4")
        connection.exec_driver_sql("UPDATE journal SET refs = replace(refs, ':', ': ') WHERE seq = 5")
        connection.exec_driver_sql("UPDATE journal SET ts = replace(ts, '.000000Z', 'Z') WHERE seq = 6")
    proof = verify_export(export_of(night, tmp_path / "out.csv"))
    assert {2, 3, 4, 5, 6} <= {b.seq for b in proof.breaks}


def test_pages_join_without_a_gap(lived: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = export_of(lived, tmp_path / "one.csv").read_bytes()
    monkeypatch.setattr(stored, "PAGE", 5)
    monkeypatch.setattr(export, "PAGE", 5)
    paged = export_of(lived, tmp_path / "two.csv")
    assert paged.read_bytes() == whole
    assert verify_export(paged).whole


def test_guarding_can_always_be_undone() -> None:
    rng = random.Random(1)
    letters = "=+-@\t\r\n'\"＝ab" + string.digits
    for _ in range(2000):
        text = "".join(rng.choices(letters, k=rng.randrange(5)))
        assert unguarded(guarded(text)) == text


def test_an_empty_journal_gives_a_heading_and_a_proof_of_nothing(tmp_path: Path) -> None:
    write(tmp_path / "journal.db", [])
    path = export_of(tmp_path / "journal.db", tmp_path / "out.csv")
    assert len(cells_of(path)) == 1
    assert verify_export(path).rows == 0


class Slow(io.StringIO):
    """A reader that is so slow that the daemon writes while he reads."""

    def __init__(self, database: Path) -> None:
        super().__init__(newline="")
        self._database = database

    def write(self, text: str, /) -> int:
        write(self._database, [Fact(FactKind.DAEMON_STOPPED)])
        return super().write(text)


def test_the_daemon_can_write_while_an_export_is_being_read_and_the_export_ends(tmp_path: Path) -> None:
    database = tmp_path / "journal.db"
    write(database, [Fact(FactKind.DAEMON_STARTED)] * 3)
    out = Slow(database)
    with reading_engine(database).connect() as connection:
        assert export_csv(connection, out) in (3, 4)
        assert verify(connection).rows > 4
    (tmp_path / "out.csv").write_bytes(out.getvalue().encode(ENCODING))
    assert verify_export(tmp_path / "out.csv").whole
