"""`monitord roster ...` typed beside a night."""

from collections.abc import Callable
from pathlib import Path

import cyclopts
import pytest

from monitord.cli import roster
from tests.support.night import CONFIG, SECRETS

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return what runs a command line and gives exit code, output and errors."""
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)
    app = cyclopts.App(name="monitord")
    roster.register(app)

    def type_in(*words: str | Path) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            app(["roster", *(str(word) for word in words), "--config", str(CONFIG)])
        out, err = capsys.readouterr()
        return int(str(ended.value.code or 0)), out, err

    return type_in
