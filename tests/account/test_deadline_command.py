"""`monitord deadline list` as somebody types it: how each due was read, what is late, what went under which number."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import cyclopts
import pytest

from monitord.cli import deadline
from monitord.store import tables as t
from monitord.store.engine import writing_engine
from monitord.store.migrate import bring_up
from tests.support.night import CONFIG, SECRETS

OWED = """\
deadlines:
  - {id: danh-sach, unit: vt-song-mau, what: danh sách lãnh đạo trực Tết, to: so-khcn, due: ["trước ngày 20/01/2020"]}
  - {id: bao-cao, unit: vt-song-mau, what: báo cáo nhanh, to: so-khcn, due: ["trước 14h00 mùng 2 Tết 2099"]}
"""
DUE = datetime(2020, 1, 19, 17, tzinfo=UTC)


def listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], sent: list[dict[str, object]]
) -> list[str]:
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)
    folder, database = tmp_path / "config", tmp_path / "log.db"
    shutil.copytree(CONFIG, folder)
    (folder / "deadlines.yaml").write_text(OWED, "utf-8")
    bring_up(database)
    engine = writing_engine(database)
    if sent:
        with engine.begin() as connection:
            connection.execute(t.deadline_sent.insert(), sent)
    engine.dispose()
    app = cyclopts.App(name="monitord")
    deadline.register(app)
    with pytest.raises(SystemExit) as ended:
        app(["deadline", "list", "--config", str(folder), "--database", str(database)])
    assert not ended.value.code
    return capsys.readouterr().out.splitlines()[1:]


def test_what_is_late_is_red_and_what_is_ahead_says_how_it_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    late, ahead = listed(tmp_path, monkeypatch, capsys, [])
    assert "trước ngày 20/01/2020 (26 tháng Chạp), muộn nhất 24:00 ngày 19/01/2020" in late
    assert "🔴 QUÁ HẠN" in late
    assert "(mùng 2 Tết), muộn nhất 13:59:59" in ahead
    assert "Còn " in ahead


def test_what_was_sent_shows_its_last_number_and_that_it_was_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    row = {"deadline": "danh-sach", "due": DUE, "organisation": "so-khcn", "author": "giang.vo", "made_at": DUE}
    first = {**row, "number": "12/BC-VT", "sent_at": datetime(2020, 1, 19, 16, tzinfo=UTC)}
    second = {**row, "number": "13/BC-VT", "sent_at": datetime(2020, 1, 19, 18, tzinfo=UTC)}
    sent, _ = listed(tmp_path, monkeypatch, capsys, [first, second])
    assert "đã gửi lúc 01:00 20/01/2020, số 13/BC-VT (sửa 1 lần); 🔴 QUÁ HẠN 1 giờ" in sent
    assert "12/BC-VT" not in sent
