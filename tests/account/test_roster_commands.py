"""`monitord roster ...` as somebody types it: what the lists and the dry run print, from the database alone."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import cyclopts
import pytest

from monitord.cli import roster
from tests.support.night import CONFIG, SECRETS, Night

Run = Callable[..., tuple[int, str, str]]
UNIT = "vt-song-mau"
OWNER = "giang.vo"
NEXT = "binh.tran"
"""Whose shift it is on the sixth from two on."""


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Return what runs a command line against the database of `tmp_path`."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    app = cyclopts.App(name="monitord")
    roster.register(app)

    def type_in(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            app([*words, "--config", str(CONFIG)])
        out, err = capsys.readouterr()
        return int(str(ended.value.code or 0)), out, err

    return type_in


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """Return a database with something of each kind, on a day that is ahead whenever this runs."""

    async def live() -> None:
        async with Night(tmp_path, "2099-12-05 10:00") as night:
            hours = {"start": "2099-12-06T06:00+07:00", "end": "2099-12-06T14:00+07:00"}
            shift = {"unit": UNIT, "duty": "shift"}
            given = {**shift, **hours, "outgoing": None, "incoming": ["hai.dang"], "reason": "họp"}
            await night.desk.roster("override", OWNER, given)
            back = await night.desk.roster("override", OWNER, given)
            await night.desk.roster("withdraw", OWNER, back)
            await night.desk.roster("away", OWNER, {"whom": "chi.le", **hours, "reason": "nghỉ phép"})
            one = [UNIT, "shift", "hai.dang", *hours.values(), True, ""]
            await night.desk.roster("put", OWNER, {"kind": "hand", "shifts": [one]})
            later = {"start": "2099-12-06T14:00+07:00", "end": "2099-12-06T22:00+07:00"}
            await night.desk.roster("swap_ask", NEXT, {**shift, **later, "with": "hai.dang"})

    asyncio.run(live())
    return (tmp_path / "night.db").rename(tmp_path / "monitord.db")


def rows(out: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in out.splitlines()]


@pytest.mark.usefixtures("written")
def test_the_lists_show_what_is_in_force_and_with_all_what_was_taken_back(run: Run) -> None:
    code, out, _ = run("roster", "overrides")
    assert code == 0
    assert rows(out)[1:] == [
        ["1", "Viễn thông Sông Mẫu", "trực ca", "06:00 06/12/2099", "14:00 06/12/2099", "tất cả", "Đặng Hoàng Hải",
         "Võ Trường Giang", "họp", "thay ca, sắp tới"]
    ]  # fmt: skip
    assert [row[-1] for row in rows(run("roster", "overrides", "--all")[1])[1:]] == [
        "thay ca, sắp tới", "thay ca, đã rút lúc 10:00 05/12/2099"
    ]  # fmt: skip
    assert rows(run("roster", "leaves")[1])[1][:2] == ["1", "Lê Thị Chi"]
    assert rows(run("roster", "batches")[1])[1][:4] == ["1", "nhập tay", "Viễn thông Sông Mẫu", "1"]
    assert rows(run("roster", "swap", "list")[1])[1][-1] == "đang hỏi (đến 14:00 06/12/2099)"


@pytest.mark.usefixtures("written")
def test_a_dry_run_shows_piece_by_piece_who_would_be_on_duty(run: Run) -> None:
    code, out, _ = run(
        "roster", "override", "--unit", UNIT, "--duty", "shift", "--from", "2099-12-06 13:00", "--to",
        "2099-12-06 15:00", "--in", "an.nguyen", "--as", OWNER, "--dry-run",
    )  # fmt: skip
    assert code == 0
    assert out.splitlines()[0] == "Chưa ghi gì. Nếu ghi:"
    assert rows(out)[2:] == [
        ["13:00 06/12/2099", "14:00 06/12/2099", "Nguyễn Văn An", "Đặng Hoàng Hải"],
        ["14:00 06/12/2099", "15:00 06/12/2099", "Nguyễn Văn An", "Trần Thị Bình"],
    ]
    assert rows(run("roster", "overrides")[1])[1:] != []


def test_where_nothing_is_written_the_lists_say_so(run: Run, tmp_path: Path) -> None:
    async def live() -> None:
        async with Night(tmp_path, "2099-12-05 10:00"):
            pass

    asyncio.run(live())
    (tmp_path / "night.db").rename(tmp_path / "monitord.db")
    for words in (("overrides",), ("leaves",), ("batches",), ("swap", "list")):
        assert run("roster", *words) == (0, "Không có dòng nào.\n", "")


def test_what_changes_the_roster_needs_the_daemon(run: Run) -> None:
    code, _, err = run("roster", "swap", "take", "1", "--as", "chi.le")
    assert code == 75
    assert "no daemon listens" in err
