"""The emergency script as systemd runs it: Debian's own Python, credentials in a folder, no monitord in sight."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.support.shared import REPOSITORY

SCRIPT = REPOSITORY / "systemd" / "monitord-emergency"
TOKEN = "4242:AAH-not-a-real-token"


@dataclass
class BotApi:
    """A Bot API that answers every request with `status` and `answer`, and keeps what it was sent."""

    port: int = 0
    status: int = 200
    answer: bytes = b'{"ok": true, "result": {}}'
    paths: list[str] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture
def bot_api() -> Iterator[BotApi]:
    api = BotApi()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            api.paths.append(self.path)
            api.messages.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(api.status)
            self.end_headers()
            self.wfile.write(api.answer)

        def log_message(self, format: str, *args: Any) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        api.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield api
        server.shutdown()
        thread.join()


@dataclass(frozen=True)
class Unit:
    """What systemd gives the script: its environment, its credentials and a folder that outlives it."""

    credentials: Path
    runtime: Path
    programs: Path
    url: str

    @property
    def stamp(self) -> Path:
        return self.runtime / "told"

    def run(self, **environment: str) -> subprocess.CompletedProcess[str]:
        given = {
            "PATH": f"{self.programs}:{os.defpath}",
            "CREDENTIALS_DIRECTORY": str(self.credentials),
            "RUNTIME_DIRECTORY": str(self.runtime),
            "MONITORD_EMERGENCY_CHAT": "-100777",
            "MONITORD_EMERGENCY_URL": self.url,
        }
        command = [sys.executable, "-IS", str(SCRIPT), "monitord.service"]
        done = subprocess.run(
            command, env=given | environment, capture_output=True, encoding="utf-8", timeout=30, check=False
        )
        assert TOKEN not in done.stdout + done.stderr
        return done


@pytest.fixture
def unit(tmp_path: Path, bot_api: BotApi) -> Unit:
    made = Unit(tmp_path / "credentials", tmp_path / "run", tmp_path / "bin", f"http://127.0.0.1:{bot_api.port}")
    for folder in (made.credentials, made.runtime, made.programs):
        folder.mkdir()
    (made.credentials / "telegram_token").write_text(TOKEN + "\n")
    journal = made.programs / "journalctl"
    journal.write_text(
        "#!/bin/sh\n"
        'case "$*" in *MESSAGE_ID*) echo "Main process exited, status=6/ABRT";; *) yes hỏng | head -n 500;; esac\n'
    )
    journal.chmod(0o755)
    return made


def test_the_administrator_is_told_in_vietnamese_what_ended_where_and_how(unit: Unit, bot_api: BotApi) -> None:
    done = unit.run()

    assert (done.returncode, done.stdout) == (0, "accepted\n")
    assert bot_api.paths == [f"/bot{TOKEN}/sendMessage"]
    assert bot_api.messages[0]["chat_id"] == "-100777"
    text = bot_api.messages[0]["text"]
    assert text.startswith(f"🆘 monitord.service trên máy {os.uname().nodename} vừa dừng bất thường.\nLúc báo: ")
    assert "(giờ Việt Nam)" in text
    assert "Kết thúc: Main process exited, status=6/ABRT\n" in text
    assert "Dòng nhật ký cuối: hỏng hỏng" in text
    assert TOKEN not in text


def test_a_long_log_line_is_cut_so_that_telegram_takes_the_message(unit: Unit, bot_api: BotApi) -> None:
    unit.run()

    assert len(bot_api.messages[0]["text"]) < 1000


def test_a_machine_without_a_readable_journal_is_told_of_all_the_same(unit: Unit, bot_api: BotApi) -> None:
    (unit.programs / "journalctl").write_text("#!/bin/sh\nexit 1\n")

    assert unit.run().returncode == 0
    assert "Kết thúc" not in bot_api.messages[0]["text"]
    assert "nhật ký cuối" not in bot_api.messages[0]["text"]


def test_a_crash_loop_tells_once_in_ten_minutes(unit: Unit, bot_api: BotApi) -> None:
    assert [unit.run().returncode for _ in range(3)] == [0, 0, 0]
    assert len(bot_api.messages) == 1

    ten_minutes_ago = time.time() - 601
    os.utime(unit.stamp, (ten_minutes_ago, ten_minutes_ago))
    assert unit.run().stdout == "accepted\n"
    assert len(bot_api.messages) == 2


def test_a_mark_of_the_future_does_not_silence_it(unit: Unit, bot_api: BotApi) -> None:
    unit.stamp.touch()
    os.utime(unit.stamp, (time.time() + 86400, time.time() + 86400))

    assert unit.run().stdout == "accepted\n"


@pytest.mark.parametrize(
    ("status", "answer"),
    [(429, b"{}"), (502, b"<html>"), (200, b'{"ok": false}'), (200, b"not JSON"), (200, b"[]"), (200, b"")],
)
def test_what_was_not_accepted_is_tried_again(unit: Unit, bot_api: BotApi, status: int, answer: bytes) -> None:
    bot_api.status, bot_api.answer = status, answer

    assert unit.run().returncode == 75
    assert not unit.stamp.exists()
    bot_api.status, bot_api.answer = 200, b'{"ok": true}'
    assert unit.run().returncode == 0


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "nonsense", "http://[", "http://127.0.0.1:1/\x7f"])
def test_an_address_that_leads_nowhere_is_no_traceback_and_does_not_show_the_token(unit: Unit, url: str) -> None:
    done = unit.run(MONITORD_EMERGENCY_URL=url)

    assert done.returncode == 75
    assert "Traceback" not in done.stderr


def test_missing_settings_are_said_and_not_retried(unit: Unit, bot_api: BotApi) -> None:
    assert unit.run(MONITORD_EMERGENCY_CHAT="").returncode == 2
    (unit.credentials / "telegram_token").unlink()
    assert unit.run().returncode == 2
    assert bot_api.messages == []


def test_a_mark_that_cannot_be_written_does_not_make_a_told_message_fail(unit: Unit, bot_api: BotApi) -> None:
    unit.runtime.rmdir()

    assert unit.run().returncode == 0
    assert len(bot_api.messages) == 1


def test_the_script_is_short_and_needs_the_standard_library_only() -> None:
    lines = SCRIPT.read_text(encoding="utf-8").splitlines()

    assert lines[0] == "#!/usr/bin/python3"
    assert len(lines) <= 80
    imported = {line.split()[1].partition(".")[0] for line in lines if line.startswith(("import ", "from "))}
    assert imported <= sys.stdlib_module_names
    assert os.access(SCRIPT, os.X_OK)
