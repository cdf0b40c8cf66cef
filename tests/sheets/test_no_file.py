"""What is no file, and days of which no roster is, are refused in words by the commands, at once."""

import os
from collections.abc import Callable
from pathlib import Path

import cyclopts
import pytest

from monitord.cli import roster, who
from tests.support.night import CONFIG, SECRETS, empty_database

Run = Callable[..., tuple[int, str]]
SPAN = ("--from", "2027-02-01", "--to", "2027-02-02")
UNIT = ("--unit", "vt-song-mau")


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return what runs a command on the example province and gives its exit code and what it said of mistakes."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    monkeypatch.setenv("MONITORD_CONFIG", str(CONFIG))
    (tmp_path / "monitord.db").write_bytes(empty_database())
    app = cyclopts.App(name="monitord")
    roster.register(app)
    who.register(app)

    def type_in(*words: str | Path) -> tuple[int, str]:
        with pytest.raises(SystemExit) as ended:
            app([str(word) for word in words])
        return int(str(ended.value.code or 0)), capsys.readouterr().err

    return type_in


def test_a_pipe_or_a_device_is_refused_before_it_is_opened(run: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xlsx")
    for what in (tmp_path / "pipe.xlsx", Path("/dev/zero"), tmp_path):
        for words in (("import", what), ("import-ics", what, *UNIT, "--duty", "shift", *SPAN)):
            code, err = run("roster", *words)
            assert code == 2, words
            assert "is no file; name a file of the disk" in err, words
    assert "No such file" in run("roster", "import", tmp_path / "none.xlsx")[1]


@pytest.mark.parametrize(
    "words",
    [
        ("who", "--at", "9999-12-31 23:59"),
        ("roster", "gaps", "--from", "9999-12-30 00:00"),
        ("roster", "export", "a.xlsx", *UNIT, "--from", "0001-01-01", "--to", "0001-01-02"),
        ("roster", "ics", "a.ics", *UNIT, "--from", "9999-12-30", "--to", "9999-12-31"),
    ],
)
def test_an_instant_at_the_end_of_all_calendars_is_refused_in_words(run: Run, words: tuple[str, ...]) -> None:
    code, err = run(*words)
    assert code == 2
    assert "rosters are of the years 2000 to 2100" in err
