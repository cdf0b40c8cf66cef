"""Where everything is required, a skipped test is a failed one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.shared import REPOSITORY

WRITTEN = """
import pytest
from tests.support.commands import needs_command
from tests.support.shared import shared_path

def test_passes(): ...
def test_skips(): pytest.skip("not today")
@pytest.mark.skipif(True, reason="because")
def test_is_marked(): ...
def test_needs_a_program(): needs_command("no-such-program")
def test_needs_what_lies_beside(): shared_path("no/such/file")
@pytest.mark.xfail
def test_is_known_to_fail(): assert False
"""
MODULES = {"test_one.py": WRITTEN, "test_module.py": "import pytest\npytest.importorskip('no_such_module')\n"}


def _outcome(folder: Path, require_all: str) -> str:
    (folder / "tests").mkdir()
    shutil.copy(REPOSITORY / "tests" / "conftest.py", folder / "tests")
    shutil.copytree(REPOSITORY / "tests" / "support", folder / "tests" / "support")
    shutil.copy(REPOSITORY / "pyproject.toml", folder)
    for name, text in MODULES.items():
        (folder / "tests" / name).write_text(text)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--continue-on-collection-errors"]
    environment = os.environ | {"MONITORD_REQUIRE_ALL": require_all}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False)
    return done.stdout.strip().splitlines()[-1].partition(" in ")[0]


@pytest.mark.parametrize(
    ("require_all", "outcome"),
    [("0", "1 passed, 5 skipped, 1 xfailed"), ("1", "2 failed, 1 passed, 1 skipped, 1 xfailed, 2 errors")],
)
@pytest.mark.slow
def test_a_skip_fails_unless_it_is_for_want_of_the_shared_material(
    tmp_path: Path, require_all: str, outcome: str
) -> None:
    assert _outcome(tmp_path, require_all) == outcome
