"""`monitord bulletin` as somebody types it: which wait, how one reads, and what is said of what is not there."""

from collections.abc import Callable
from pathlib import Path

import cyclopts
import pytest

from monitord.cli import bulletin
from tests.nights.test_giao_thua import bulletins, loaded, watched
from tests.support.night import CONFIG, SECRETS, Night

Run = Callable[..., tuple[int, str, str]]
GIAO_THUA = """\
bulletins:
  - id: giao-thua
    name: Giao thừa Đinh Mùi
    unit: vt-song-mau
    to: so-khcn
    from: "2027-02-05 22:00"
    at: "2027-02-06 00:30"
    channels: [telegram, log]
"""


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return what runs a command line on the example with a bulletin, and gives exit code, output and errors."""
    app = cyclopts.App(name="monitord")
    bulletin.register(app)
    config = tmp_path / "config"
    config.mkdir()
    for path in CONFIG.glob("*.yaml"):
        (config / path.name).write_bytes(path.read_bytes())
    (config / "bulletins.yaml").write_text(GIAO_THUA, "utf-8")
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))

    def type_in(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            app(["bulletin", *words, "--config", str(config)])
        out, err = capsys.readouterr()
        return int(str(ended.value.code or 0)), out, err

    return type_in


async def lived(folder: Path, minutes: float, *, approved: bool = False) -> None:
    """Let the night go by so far."""
    async with Night(folder, "2027-02-05 22:00", watched(loads=())) as night:
        await loaded(night, 71.0)
        await night.passes(minutes=minutes)
        if approved:
            (asked,) = bulletins(night)
            assert (await night.presses(asked.person, asked.buttons[0])).accepted
    night.database.rename(folder / "monitord.db")


async def test_what_is_ahead_is_listed_and_read_as_it_would_be(run: Run, tmp_path: Path) -> None:
    await lived(tmp_path, 10)
    code, out, _ = run("show")
    assert code == 0
    assert out.splitlines()[1].split("  ")[0] == "giao-thua"
    assert "chưa đến giờ" in out
    code, out, _ = run("show", "giao-thua")
    assert (code, out.splitlines()[0]) == (0, "Nếu lập ngay bây giờ:")
    assert "Giao thừa Đinh Mùi: đến 00 giờ 30 phút ngày 06/02/2027" in out


async def test_what_waits_and_who_approved_it_is_shown(run: Run, tmp_path: Path) -> None:
    await lived(tmp_path, 151)
    assert "chờ duyệt" in run("show")[1]
    code, out, _ = run("show", "giao-thua")
    assert (code, out.splitlines()[0]) == (0, "giao-thua@20270205T1730Z: chờ duyệt")
    assert out.splitlines()[1].startswith("Giao thừa Đinh Mùi: đến 00 giờ 30 phút")


async def test_one_that_was_sent_says_so(run: Run, tmp_path: Path) -> None:
    await lived(tmp_path, 151, approved=True)
    assert "đã gửi (duyệt bởi khanh.bui)" in run("show")[1]


async def test_what_is_not_there_is_refused_with_what_is(run: Run, tmp_path: Path) -> None:
    await lived(tmp_path, 1)
    code, _, err = run("show", "tet-2028")
    assert code == 2
    assert "there is no bulletin 'tet-2028'; known: giao-thua" in err


def test_without_a_daemon_nobody_approves(run: Run, tmp_path: Path) -> None:
    code, _, err = run("approve", "giao-thua@20270205T1730Z", "--as", "khanh.bui")
    assert code != 0
    assert "monitord run" in err or "daemon" in err
