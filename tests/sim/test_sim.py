"""The simulation in small amounts; `make sim` and `make sim-crash` play more of it.

In processes of their own: what was killed in a simulation is never cleaned up.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.server import needs_postgresql

ROOT = Path(__file__).parents[2]


def _run(module: str, *arguments: str) -> str:
    made = subprocess.run(
        [sys.executable, "-m", f"tests.sim.{module}", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert made.returncode == 0, made.stdout[-4000:] + made.stderr[-4000:]
    return made.stdout


@pytest.mark.slow
def test_the_same_seed_gives_the_same_history_bit_for_bit() -> None:
    histories = [re.findall(r"history (\w{16})", _run("run", "--replay", "8", "--hours", "3")) for _ in range(2)]
    assert len(histories[0]) == 1
    assert histories[0] == histories[1]


@pytest.mark.slow
def test_no_alert_is_lost_in_a_dozen_nights() -> None:
    summary = _run("run", "--seeds", "1..12")
    assert " 0 violations" in summary
    found = re.search(r"(\d+) crash points", summary)
    assert found is not None
    assert int(found[1]) >= 20


@pytest.mark.slow
def test_after_six_hours_without_telegram_everybody_is_told_by_one_digest_at_most() -> None:
    summary = _run("run", "--replay", "2", "--hours", "7", "--away", "6")
    assert " 0 violations" in summary
    found = re.search(r"(\d+) digests", summary)
    assert found is not None
    assert int(found[1]) >= 1


@pytest.mark.slow
def test_on_a_server_the_same_nights_give_the_same_histories() -> None:
    needs_postgresql()
    told = [_run("run", "--seeds", "1..4", "--hours", "3", "--json", "--store", s) for s in ("sqlite", "postgresql")]
    histories = [re.findall(r'"deaths": (\d+).*"history": "(\w{16})"', lines) for lines in told]
    assert " 0 violations" in told[1]
    assert len(histories[1]) == 4
    assert any(deaths != "0" for deaths, _ in histories[1])
    assert histories[0] == histories[1]


@pytest.mark.slow
def test_no_alert_is_lost_by_a_death_before_or_after_every_ninth_commit_of_a_night() -> None:
    summary = _run("crash", "--night", "taken", "--every", "9")
    assert " 0 violations" in summary
