"""The units as systemd itself reads them."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.commands import needs_command
from tests.support.shared import REPOSITORY

FOLDER = REPOSITORY / "systemd"
UNITS = ("monitord.service", "monitord-emergency.service")
EXPOSURE = {"monitord.service": 1.3, "monitord-emergency.service": 1.6}
"""Highest exposure level (0 safe, 10 naked) that `systemd-analyze security` of systemd 252 may find."""


def _settings(unit: str) -> list[tuple[str, str]]:
    lines = (FOLDER / unit).read_text(encoding="utf-8").splitlines()
    return [
        (key, value) for key, is_, value in (line.partition("=") for line in lines if not line.startswith("#")) if is_
    ]


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """Return a folder with copies of the units whose programs exist on this machine."""
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for unit in UNITS:
        text = (FOLDER / unit).read_text(encoding="utf-8")
        text, replaced = re.subn(r"(?m)^ExecStart=\S+", f"ExecStart={program}", text)
        assert replaced == 1
        (tmp_path / unit).write_text(text, encoding="utf-8")
    return tmp_path


def test_systemd_finds_nothing_to_say_against_the_units(installed: Path) -> None:
    analyze = needs_command("systemd-analyze")
    command = [str(analyze), "verify", "--man=no", *(str(installed / unit) for unit in UNITS)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=False)

    ours = [line for line in done.stderr.splitlines() if "monitord" in line or str(installed) in line]
    assert ours == []
    assert done.returncode == 0


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_is_exposed_as_little_as_agreed(unit: str) -> None:
    analyze = needs_command("systemd-analyze")
    threshold = str(round(EXPOSURE[unit] * 10))
    command = [
        str(analyze),
        "security",
        "--offline=true",
        "--no-pager",
        f"--threshold={threshold}",
        str(FOLDER / unit),
    ]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=False)

    assert done.returncode == 0, done.stdout.splitlines()[-1]


def test_the_daemon_is_restarted_for_ever_and_watched() -> None:
    settings = _settings("monitord.service")

    for promised in (
        ("Type", "notify"),
        ("NotifyAccess", "main"),
        ("WatchdogSec", "30"),
        ("Restart", "always"),
        ("RestartSec", "2"),
        ("StartLimitIntervalSec", "0"),
        ("ExecReload", "/bin/kill -HUP $MAINPID"),
    ):
        assert promised in settings


def test_a_bad_end_starts_the_emergency_unit_even_though_restart_keeps_the_daemon_from_failing() -> None:
    stop_post = dict(_settings("monitord.service"))["ExecStopPost"]
    command = stop_post.removeprefix("+/bin/sh -c ").strip("'").replace("$$", "$").replace("systemctl", "echo")

    def run(result: str) -> str:
        done = subprocess.run(
            ["/bin/sh", "-c", command], env={"SERVICE_RESULT": result}, capture_output=True, check=True
        )
        return done.stdout.decode().strip()

    assert run("success") == ""
    for bad in ("exit-code", "signal", "core-dump", "watchdog", "timeout", "oom-kill", "protocol", "resources"):
        assert run(bad) == "start --no-block monitord-emergency.service"


def test_neither_unit_carries_a_secret_and_both_take_the_token_as_a_credential() -> None:
    for unit in UNITS:
        settings = _settings(unit)
        assert ("LoadCredential", "telegram_token:/etc/monitord/credentials/telegram_token") in settings
        assert not any(key == "Environment" for key, _ in settings)
