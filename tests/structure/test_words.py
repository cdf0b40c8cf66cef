"""The repository speaks of the product, not of how or where it was written; and its map shows what is there."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.shared import REPOSITORY

PLACES = ("/wor" + "k/", "/tmp/" + "brief")
TALK = re.compile(r"\b(?:issue|work item|task|session)s? (?:no\. ?|#)?\d+\b", re.IGNORECASE)
NOT_OURS = {"uv.lock", "LICENSE"}


def _texts() -> list[tuple[Path, str]]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=True, timeout=30).stdout.decode()
        paths = [REPOSITORY / name for name in listed.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):  # an unpacked archive
        made = re.compile(r"(?:^|/)(?:\.(?!ci/|gitignore)|__pycache__/|build/|dist/|var/|[^/]+\.egg-info/)")
        paths = [path for path in REPOSITORY.rglob("*") if not made.search(path.relative_to(REPOSITORY).as_posix())]
    texts = []
    for path in paths:
        if path.is_file() and path.name not in NOT_OURS and ".min." not in path.name:
            content = path.read_bytes()
            if b"\0" not in content:
                texts.append((path, content.decode("utf-8", "replace")))
    return texts


def test_no_file_names_a_place_of_one_machine_or_a_number_of_one_tracker() -> None:
    found = [
        f"{path.relative_to(REPOSITORY)}:{number}: {line.strip()[:100]}"
        for path, text in _texts()
        for number, line in enumerate(text.splitlines(), start=1)
        if any(place in line for place in PLACES) or TALK.search(line)
    ]
    assert found == []


def _rooms() -> set[str]:
    return {path.parent.name for path in (REPOSITORY / "monitord").glob("*/*.py")}


def test_the_map_shows_every_room_and_no_room_that_is_not_there() -> None:
    architecture = REPOSITORY / "docs" / "architecture.md"
    if not architecture.exists():
        pytest.skip("docs/architecture.md is not written yet")
    blocks = re.findall(r"(?ms)^```[a-z]*\n(.*?)^```", architecture.read_text(encoding="utf-8"))
    [drawn] = [block for block in blocks if re.search(r"(?m)^monitord/", block)]
    inside = re.split(r"(?m)^monitord/", drawn)[1]
    inside = re.split(r"(?m)^\S", inside)[0] if inside.startswith("\n") else inside
    shown = {name for line in inside.splitlines() if "later" not in line for name in re.findall(r"\b([a-z_]+)/", line)}
    below = {path.name for path in (REPOSITORY / "monitord").rglob("*") if path.is_dir()}

    assert _rooms() - shown == set(), "rooms the map does not show"
    assert shown - below == set(), "folders the map shows and nobody finds"
