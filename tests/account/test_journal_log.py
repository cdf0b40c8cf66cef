"""The journal as people read it."""

from datetime import timedelta
from pathlib import Path

from monitord.account.journal_log import as_json, read_log
from monitord.domain.journal import Fact, FactKind
from monitord.store.engine import reading_engine
from tests.account.written import START, bent, write
from tests.support.night import example


def test_a_line_speaks_of_people_and_devices_by_their_names(lived: Path) -> None:
    settings = example()
    with reading_engine(lived).connect() as connection:
        lines = read_log(connection, settings, kinds=[FactKind.INCIDENT_ACKNOWLEDGED])
    (line,) = lines
    assert line.actor is not None
    assert line.who == settings.people[line.actor].name
    assert line.who in line.text
    assert line.incident is not None
    assert line.incident in line.text
    assert settings.devices["olt-go-may"].name in line.where


def test_without_settings_ids_stand_for_devices_and_persons_keep_their_names(lived: Path) -> None:
    with reading_engine(lived).connect() as connection:
        (line,) = read_log(connection, kinds=[FactKind.INCIDENT_ACKNOWLEDGED])
    assert line.where == "olt-go-may/agent_answers"
    assert line.who != line.actor


def test_the_last_lines_come_without_a_place_and_the_next_ones_behind_one(lived: Path) -> None:
    with reading_engine(lived).connect() as connection:
        everything = read_log(connection)
        assert [line.seq for line in everything] == list(range(1, len(everything) + 1))
        assert read_log(connection, limit=3) == everything[-3:]
        assert read_log(connection, after_seq=4, limit=3) == everything[4:7]
        assert read_log(connection, after_seq=10_000) == []
        assert read_log(connection, limit=0) == []


def test_an_incident_is_found_by_code_and_by_number_and_times_are_half_open(lived: Path) -> None:
    with reading_engine(lived).connect() as connection:
        everything = read_log(connection)
        by_number = read_log(connection, incident=1)
        assert by_number
        assert by_number[0].incident is not None
        assert read_log(connection, incident=by_number[0].incident) == by_number
        assert read_log(connection, incident="SC-0000-000") == []
        middle = everything[len(everything) // 2].ts
        early, late = read_log(connection, until=middle), read_log(connection, since=middle)
        assert early + late == everything
        assert all(line.ts < middle for line in early)


def test_hostile_texts_are_one_clean_line_and_never_raise(tmp_path: Path) -> None:
    database = tmp_path / "journal.db"
    nasty = "a\x1b]0;pwn\x07\r\nb\u202e[bold]{target}" + "x" * 5000
    write(
        database,
        [
            Fact(
                kind,
                99,
                nasty,
                nasty,
                {"now": nasty, "people": [nasty] * 50, "step": nasty, "n": 1},
                {"detail": nasty, "target": nasty},
            )
            for kind in FactKind
        ],
    )
    with reading_engine(database).connect() as connection:
        lines = read_log(connection, example())
    assert len(lines) == len(FactKind)
    for line in lines:
        assert line.text.isprintable()
        assert line.who.isprintable()
        assert line.incident == "#99"


def test_a_row_that_cannot_be_read_is_shown_as_such_and_hides_no_other(tmp_path: Path) -> None:
    database = tmp_path / "journal.db"
    write(database, [Fact(FactKind.DAEMON_STARTED, private={"detail": "x"})] * 4)
    engine = bent(database)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE journal SET refs = 'x' WHERE seq = 2")
        connection.exec_driver_sql("UPDATE journal SET boot = CAST(x'ff' AS TEXT) WHERE seq = 3")
        connection.exec_driver_sql("UPDATE journal_private SET body = '[1' WHERE seq = 4")
        lines = read_log(connection)
    assert [line.seq for line in lines] == [1, 2, 3, 4]
    assert [line.text for line in lines][1:3] == ["?", "?"]
    assert lines[3].private == {}


def test_a_purged_private_part_is_marked(tmp_path: Path) -> None:
    database = tmp_path / "journal.db"
    write(database, [Fact(FactKind.PRESS_REFUSED, refs={"why": "stranger"}, private={"name": "Kẻ lạ"})] * 2)
    engine = bent(database)
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM journal_private WHERE seq = 1")
        purged, kept = read_log(connection)
    assert (purged.purged, kept.purged) == (True, False)
    assert purged.private == {}
    assert "Kẻ lạ" in kept.text
    assert as_json(kept)["private"] == {"name": "Kẻ lạ"}
    assert as_json(kept)["ts"] == (START + timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
