"""Where the settings are, and what a command does when they are wrong."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from monitord import bootstrap
from monitord.domain.looking import Check
from monitord.judge.registry import CheckFilesWrong
from monitord.settings.model import Settings
from monitord.settings.problem import SettingsError
from monitord.tell.registry import ChannelFileError

WRONG = 2
TEMPORARY = 75
NEWER = 78
database_of = bootstrap.database_of
socket_of = bootstrap.socket_of


def folder_or_default(folder: Path | None) -> Path:
    """Return the settings folder: the one named, else $MONITORD_CONFIG, else /etc/monitord, else ./config."""
    if folder is not None:
        return folder
    if named := os.environ.get("MONITORD_CONFIG"):
        return Path(named)
    return Path("/etc/monitord") if Path("/etc/monitord").is_dir() else Path("config")


def settings_and_checks(folder: Path) -> tuple[Settings, Mapping[str, Check]]:
    """Return the settings in `folder`; prints every mistake and exits with 2 when there are any."""
    try:
        return bootstrap.settings_of(folder)
    except (SettingsError, CheckFilesWrong, ChannelFileError) as wrong:
        fail(str(wrong), WRONG)


def settings_at(folder: Path) -> Settings:
    """Return the settings in `folder`; prints every mistake and exits with 2 when there are any."""
    return settings_and_checks(folder)[0]


def fail(text: str, code: int) -> NoReturn:
    """Print `text` to standard error and exit with `code`."""
    print(text, file=sys.stderr)
    raise SystemExit(code)
