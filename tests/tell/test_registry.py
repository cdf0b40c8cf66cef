"""A channel is one file."""

from pathlib import Path

import pytest

from monitord.tell.registry import ChannelFileError, find

FILE = '''"""A siren on a serial line."""
from dataclasses import dataclass
from monitord.tell.registry import ChannelKind

@dataclass(frozen=True, slots=True)
class Siren:
    line: str

CHANNEL = ChannelKind("{name}", lambda settings, clock: None)
'''


def test_the_channels_of_the_daemon_are_found() -> None:
    assert set(find()) == {"brandname", "log", "mail", "smpp", "sms", "telegram", "voice", "webhook"}


def test_one_file_in_another_folder_adds_a_channel(tmp_path: Path) -> None:
    (tmp_path / "siren.py").write_text(FILE.format(name="siren"), encoding="utf-8")
    assert "siren" in find([tmp_path])


def test_two_of_one_name_refuse_with_both_paths(tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text(FILE.format(name="log"), encoding="utf-8")
    with pytest.raises(ChannelFileError) as refused:
        find([tmp_path])
    assert str(tmp_path / "other.py") in str(refused.value)
    assert "channels/log.py" in str(refused.value)


@pytest.mark.parametrize("content", ["x = 1", "raise OSError('no')", "import nowhere_at_all", "def ("])
def test_a_file_that_declares_nothing_or_fails_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "bad.py").write_text(content, encoding="utf-8")
    with pytest.raises(ChannelFileError, match=r"bad\.py"):
        find([tmp_path])
