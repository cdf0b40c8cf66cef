"""`monitord log` and `monitord who` as somebody types them: what is printed, and with which exit code they end."""

import csv
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cyclopts
import pytest

from monitord.account.journal_log import read_log
from monitord.account.who import planned_at, written_to
from monitord.cli import log, who
from monitord.domain.journal import Fact, FactKind
from monitord.store.engine import reading_engine
from tests.account.written import bent, write
from tests.support.night import CONFIG, SECRETS, Night, example

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Return what runs a command line and gives exit code, output and errors."""
    app = cyclopts.App(name="monitord")
    log.register(app)
    who.register(app)

    def type_in(*words: str | Path) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            app([str(word) for word in words])
        out, err = capsys.readouterr()
        return int(str(ended.value.code or 0)), out, err

    return type_in


def test_the_log_is_shown_in_aligned_vietnamese(run: Run, lived: Path) -> None:
    code, out, err = run("log", "show", "--database", lived)
    heading, *lines = out.splitlines()
    assert (code, err) == (0, "")
    assert heading.split() == ["STT", "Thời", "gian", "Nội", "dung"]
    assert len(lines) == len(read_log(reading_engine(lived).connect()))
    assert {line[heading.index("Thời gian") + 2] for line in lines} == {":"}
    assert any("tiếp nhận; dừng báo lên cấp trên" in line for line in lines)


def test_with_the_settings_devices_have_names(run: Run, night: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("STATE_DIRECTORY", str(night.parent))
    night.rename(night.with_name("monitord.db"))
    code, out, _ = run("log", "show", "--config", CONFIG)
    assert code == 0
    assert example().devices["olt-go-may"].name in out
    monkeypatch.setenv("MONITORD_CONFIG", str(CONFIG))
    code, out, _ = run("who", "--at", "2026-12-01 23:58", "--unit", "vt-song-mau", "--duty", "shift")
    assert code == 0
    assert example().duty_kinds["shift"].name in out
    assert example().units["vt-song-mau"].name in out


def test_one_incident_is_shown_by_its_number_whole_or_short(run: Run, lived: Path) -> None:
    _, whole, _ = run("log", "show", "--database", lived, "--incident", "SC-0112-001")
    code, short, _ = run("log", "show", "--database", lived, "--incident", "001")
    assert code == 0
    assert short == whole
    assert whole.count("Mở sự cố") == 1
    code, _, err = run("log", "show", "--database", lived, "--incident", "999")
    assert code == 2
    assert "log show" in err


def test_a_short_number_that_two_running_incidents_bear_is_asked_back(run: Run, night: Path) -> None:
    with bent(night).begin() as connection:
        connection.exec_driver_sql(
            "UPDATE incident SET number = 1, day = '2026-11-30', code = 'SC-3011-001' WHERE id = 2"
        )
        connection.exec_driver_sql("UPDATE incident SET phase = 'open' WHERE id = 1")
    code, _, err = run("log", "show", "--database", night, "--incident", "1")
    assert code == 2
    assert "SC-3011-001" in err
    assert "SC-0112-001" in err


def test_nothing_found_is_said_and_is_no_error(run: Run, lived: Path) -> None:
    code, out, _ = run("log", "show", "--database", lived, "--since", "2030-01-01 00:00")
    assert (code, out.strip()) == (0, "Không có dòng nào.")


def test_what_the_limit_leaves_out_is_said(run: Run, lived: Path) -> None:
    code, out, err = run("log", "show", "--database", lived, "--limit", "2")
    assert (code, len(out.splitlines())) == (0, 3)
    assert "--limit" in err
    assert run("log", "show", "--database", lived, "--limit", "0")[0] == 2


def test_json_is_one_object_a_row_and_safe_on_a_terminal(run: Run, tmp_path: Path) -> None:
    database = tmp_path / "journal.db"
    nasty = "\x1b]0;x\x07\u202e\x9bđèn\U000e0041"
    write(database, [Fact(FactKind.PRESS_REFUSED, actor=nasty, refs={"why": nasty}, private={"name": nasty})] * 2)
    code, out, _ = run("log", "show", "--database", database, "--json")
    assert code == 0
    assert all(line.isprintable() for line in out.splitlines())
    first, second = map(json.loads, out.splitlines())
    assert (first["seq"], second["seq"]) == (1, 2)
    assert first["refs"]["why"] == nasty
    assert first["private"] == {"name": nasty}


def test_hostile_texts_are_printed_literally(run: Run, tmp_path: Path) -> None:
    database = tmp_path / "journal.db"
    write(database, [Fact(FactKind.TARGET_HARD, target="[red]x[/red]\x1b[2J\r\n1  giả", refs={"now": "down"})])
    _, out, _ = run("log", "show", "--database", database)
    assert "[red]x[/red]" in out
    assert len(out.splitlines()) == 2
    assert all(line.isprintable() for line in out.splitlines())


def test_verify_ends_with_0_for_a_whole_log_and_says_what_it_cannot_see(run: Run, lived: Path) -> None:
    code, out, _ = run("log", "verify", "--database", lived)
    assert code == 0
    assert out.startswith("Nhật ký nguyên vẹn")
    assert "Head: " in out
    assert "cut off from the end cannot be noticed" in out


def test_verify_ends_with_1_and_names_every_break(run: Run, night: Path) -> None:
    with bent(night).begin() as connection:
        connection.exec_driver_sql("UPDATE journal SET actor = 'x' WHERE seq IN (3, 5)")
        connection.exec_driver_sql("UPDATE incident SET acknowledged_by = 'x' WHERE id = 1")
    code, out, _ = run("log", "verify", "--database", night)
    assert code == 1
    assert "row 3: its content is not what was hashed" in out
    assert "row 5: its content is not what was hashed" in out
    assert "acknowledged_by" in out


def test_an_export_is_written_whole_for_its_owner_alone_and_proved(run: Run, lived: Path, tmp_path: Path) -> None:
    path = tmp_path / "sổ.csv"
    code, out, err = run("log", "export", "--csv", path, "--database", lived)
    assert (code, out) == (0, "")
    assert "rows exported" in err
    assert path.stat().st_mode & 0o077 == 0
    assert [p.name for p in tmp_path.iterdir()] == ["sổ.csv"]
    code, out, _ = run("log", "verify", "--export", path)
    assert code == 0
    assert "not covered" in out
    path.write_bytes(path.read_bytes().replace(b"incident.acknowledged", b"incident.noted"))
    assert run("log", "verify", "--export", path)[0] == 1


def test_an_export_to_standard_output_is_the_same_file(
    lived: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = tmp_path / "out.csv"
    assert log.export(csv=str(path), database=lived) == 0
    assert log.export(csv="-", database=lived) == 0
    assert capfdbinary.readouterr().out == path.read_bytes()
    assert csv.Sniffer().sniff(path.read_text("utf-8-sig")[:2000]).delimiter == ","


@pytest.mark.parametrize("words", [("log", "show"), ("log", "verify"), ("log", "export", "--csv", "out.csv"), ("who",)])
def test_what_cannot_be_read_ends_with_2_says_what_to_do_and_creates_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    missing = tmp_path / "missing.db"
    code, _, err = run(*words, "--database", missing)
    assert code == 2
    assert "--database" in err
    assert not missing.exists()

    no_database = tmp_path / "text.db"
    no_database.write_text("not a database" * 100)
    code, _, err = run(*words, "--database", no_database)
    assert code == 2
    assert "not a database" in err

    other = tmp_path / "other.db"
    sqlite3.connect(other).execute("CREATE TABLE x (y)").connection.close()
    code, _, err = run(*words, "--database", other)
    assert code == 2
    assert "no such table" in err
    assert run(*words, "--database", tmp_path)[0] == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other.db", "text.db"]


def test_a_reader_that_has_seen_enough_ends_it_without_a_complaint(lived: Path) -> None:
    line = f"'{sys.executable}' -m monitord log export --csv - --database '{lived}' | true; echo ${{PIPESTATUS[0]}}"
    ended = subprocess.run(["bash", "-c", line], capture_output=True, timeout=60, check=True)
    assert (ended.stdout.strip(), ended.stderr) == (b"141", b"")


def test_verify_of_an_export_that_is_none_ends_with_2(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b\n")
    assert run("log", "verify", "--export", tmp_path / "x.csv")[0] == 2
    assert run("log", "verify", "--export", tmp_path / "none.csv")[0] == 2
    assert run("log", "verify", "--export", tmp_path)[0] == 2


def test_reading_does_not_need_the_lock_and_does_not_hold_up_a_writer(run: Run, night: Path) -> None:
    before = night.read_bytes()
    assert run("log", "show", "--database", night)[0] == 0
    assert run("log", "verify", "--database", night)[0] == 0
    assert night.read_bytes() == before
    assert not (night.parent / "monitord.lock").exists()


def test_who_shows_whom_to_call_and_says_so_when_nobody_is_on_duty(run: Run, lived: Path) -> None:
    code, out, _ = run("who", "--at", "2026-12-01 23:58", "--database", lived, "--unit", "vt-song-mau")
    assert code == 0
    assert out.splitlines()[0] == "23:58 01/12/2026"
    assert any(person.phone in out for person in example().people.values() if person.phone)
    code, out, err = run("who", "--at", "2010-01-01 00:00", "--database", lived)
    assert code == 0
    assert "trống ca" in out
    assert "shifts are written from" in err
    code, out, _ = run("who", "--at", "2026-12-01 23:58", "--database", lived, "--json")
    assert {"unit", "duty", "person", "from", "to"} <= set(json.loads(out.splitlines()[0]))


def test_who_refuses_what_it_does_not_know_and_names_what_there_is(run: Run, lived: Path) -> None:
    code, _, err = run("who", "--database", lived, "--unit", "nowhere")
    assert code == 2
    assert "vt-song-mau" in err
    code, _, err = run("who", "--database", lived, "--duty", "gác")
    assert code == 2
    assert "leader" in err
    code, _, err = run("who", "--database", lived, "--at", "soon")
    assert code == 2
    assert "23:58" in err


async def test_who_beyond_what_is_written_out_answers_from_the_plan(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        with reading_engine(night.database).connect() as connection:
            until = written_to(connection)
            assert until is not None
            giao_thua = datetime(2027, 2, 5, 16, 58, tzinfo=UTC)
            assert until < giao_thua
            planned = planned_at(connection, night.settings, giao_thua, "vt-song-mau")
        assert {one.duty for one in planned} == {"leader", "operations", "shift", "rescue", "network"}
        assert len([one for one in planned if one.duty == "shift"]) == 2, "Giao thừa has a second person on the shift"
        span = {
            "start": (giao_thua - timedelta(hours=1)).isoformat(),
            "end": (giao_thua + timedelta(hours=1)).isoformat(),
        }
        given = {"unit": "vt-song-mau", "duty": "shift", "incoming": ["chi.le"], **span}
        await night.desk.roster("override", night.settings.units["vt-song-mau"].roster_owner, given)
        with reading_engine(night.database).connect() as connection:
            changed = planned_at(connection, night.settings, giao_thua, "vt-song-mau", "shift")
        assert [(one.person, one.source) for one in changed] == [("chi.le", "override:1")]


async def test_who_answers_for_a_lunar_date_beyond_what_is_written_and_says_how_it_was_read(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        given = ("--unit", "vt-song-mau", "--config", CONFIG, "--database", night.database)
        code, out, err = run("who", "--at", "mùng 1 Tết 2027 00:00", *given)
        assert code == 0, err
        assert '"mùng 1 Tết 2027 00:00" = 00:00 06/02/2027 (mùng 1 tháng Giêng)' in err
        assert len([line for line in out.splitlines() if "trực ca" in line.casefold()]) >= 2
        code, _, err = run("who", "--at", "30 Tết 2027 23:00", *given)
        assert code == 2
        assert 'did you mean "29 Tết" (05/02/2027)?' in err
