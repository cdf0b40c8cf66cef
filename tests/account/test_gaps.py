"""`monitord roster gaps` as somebody types it: what is missing, whose it is to mend, and the exit code."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import cyclopts
import pytest

from monitord.cli import roster, who
from monitord.store import tables as t
from monitord.store.engine import writing_engine
from tests.support.night import CONFIG, SECRETS, ZONE, empty_database

Run = Callable[..., tuple[int, str, str]]
DAY = ("--from", "2026-12-11 00:00", "--to", "2026-12-12 00:00")


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return what runs `monitord roster` on the example province and a fresh database."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    monkeypatch.setenv("MONITORD_CONFIG", str(CONFIG))
    (tmp_path / "monitord.db").write_bytes(empty_database())
    app = cyclopts.App(name="monitord")
    roster.register(app)

    def type_in(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            app(["roster", *words])
        out, err = capsys.readouterr()
        return int(str(ended.value.code or 0)), out, err

    return type_in


def emptied(folder: Path, start: str, end: str, duty: str = "shift") -> None:
    """Take everybody off a duty of the branch, in the database."""
    begins, ends = (datetime.fromisoformat(at).replace(tzinfo=ZONE).astimezone(UTC) for at in (start, end))
    engine = writing_engine(folder / "monitord.db")
    with engine.begin() as connection:
        values = {"unit": "vt-song-mau", "duty": duty, "starts": begins, "ends": ends, "outgoing": None, "incoming": []}
        more = {"kind": "override", "author": "giang.vo", "reason": "", "made_at": begins}
        connection.execute(t.overlay.insert().values(**values, **more))
    engine.dispose()


def test_a_roster_without_a_gap_is_said_to_be_complete_and_from_when_to_when(run: Run) -> None:
    code, out, err = run("gaps", "--missing", *DAY)
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "Viễn thông Sông Mẫu: đủ người từ 00:00 11/12/2026 đến 00:00 12/12/2026. (giờ đổi trực 07:00)",
        "Bưu điện tỉnh Sông Mẫu: đủ người từ 00:00 11/12/2026 đến 00:00 12/12/2026. (giờ đổi trực 07:00)",
    ]


def test_a_gap_is_told_by_the_minute_with_unit_duty_and_owner_and_ends_with_one(run: Run, tmp_path: Path) -> None:
    emptied(tmp_path, "2026-12-11 22:13", "2026-12-11 23:07")
    code, out, _ = run("gaps", "--missing", "--unit", "vt-song-mau", *DAY)
    assert code == 1
    heading, line, said = out.splitlines()
    assert heading.split()[:2] == ["Từ", "Đến"]
    for part in (
        "22:13 11/12/2026", "23:07 11/12/2026", "Viễn thông Sông Mẫu", "trực ca", "thiếu 1 người (có 0, cần 1)",
        "Võ Trường Giang",
    ):  # fmt: skip
        assert part in line
    assert said.startswith("Viễn thông Sông Mẫu: còn 1 khoảng thiếu người")
    assert run("gaps", "--duty", "leader", *DAY)[0] == 0
    assert run("gaps", "--unit", "bd-song-mau", *DAY)[0] == 0
    assert run("gaps", "--from", "2026-12-11 23:07", "--to", "2026-12-12 00:00")[0] == 0


def test_json_has_one_object_a_finding_with_instants(run: Run, tmp_path: Path) -> None:
    emptied(tmp_path, "2026-12-11 22:00", "2026-12-11 23:00")
    code, out, _ = run("gaps", "--missing", "--json", *DAY)
    (found,) = map(json.loads, out.splitlines())
    assert code == 1
    assert (found["fault"], found["from"], found["to"]) == (
        "missing", "2026-12-11T15:00:00.000000Z", "2026-12-11T16:00:00.000000Z",
    )  # fmt: skip
    assert (found["owner"], found["have"], found["need"]) == ("giang.vo", 0, 1)


def test_what_else_is_odd_is_told_and_is_no_gap(run: Run) -> None:
    code, out, _ = run("gaps", "--unit", "bd-song-mau", *DAY)
    assert code == 0
    assert "một người cùng lúc còn: trực ca" in out
    assert "trực liền quá 24 giờ" in out


def test_a_campaign_in_the_range_is_named_with_its_orders(run: Run) -> None:
    code, out, _ = run("gaps", "--missing", "--from", "2027-02-05 00:00", "--to", "2027-02-07 00:00")
    assert code == 0
    first = out.splitlines()[0]
    assert first.startswith("Đêm giao thừa Đinh Mùi 2027: từ 22:00 05/02/2027 đến 06:00 06/02/2027, mức giao-thua")
    assert "Công văn số 000/VD-SKHCN" in first
    assert "giao thừa" not in run("gaps", "--missing", *DAY)[1]


def test_who_says_which_campaign_holds_then(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    app = cyclopts.App(name="monitord")
    who.register(app)
    for at, named in (("2027-02-05 21:59", False), ("2027-02-05 22:00", True), ("2027-02-06 06:00", False)):
        with pytest.raises(SystemExit):
            app(["who", "--at", at])
        assert ("Đêm giao thừa Đinh Mùi 2027" in capsys.readouterr().out) is named


def test_what_cannot_be_meant_is_refused(run: Run) -> None:
    for words in (("--unit", "x"), ("--duty", "x"), ("--from", "2026-12-12 00:00", "--to", "2026-12-11 00:00")):
        code, _, err = run("gaps", *words)
        assert code == 2
        assert words[0].strip("-") in err or "--to" in err
