"""What is in the tree is in the wheel."""

import hashlib
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.support.shared import REPOSITORY
from tests.support.sources import python_files

PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_list_of_packages_is_the_list_of_folders_with_python_in_them() -> None:
    folders = {path.parent.relative_to(REPOSITORY) for path in python_files("monitord")}

    there = sorted({".".join(folder.parts) for folder in folders} | {"monitord_checks"})
    listed = sorted(PROJECT["tool"]["setuptools"]["packages"])
    assert listed == there, "packages = [\n" + "".join(f'    "{name}",\n' for name in there) + "]"


@pytest.mark.slow
def test_the_wheel_carries_every_file_of_the_daemon_and_the_checks(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for name in ("monitord", "checks"):
        shutil.copytree(REPOSITORY / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(REPOSITORY / name, source)
    planted = source / "checks" / "equipment" / "planted.yaml"
    planted.parent.mkdir(exist_ok=True)
    planted.write_text("family: planted\n")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(tmp_path),
        str(source),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)

    [wheel] = tmp_path.glob("monitord-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        carried = {name for name in archive.namelist() if ".dist-info/" not in name}
    ours = [path for name in ("monitord", "checks") for path in (source / name).rglob("*") if path.is_file()]
    names = {str(path.relative_to(source)) for path in ours}
    assert carried == {re.sub(r"^checks/", "monitord_checks/", name) for name in names}
    assert "monitord_checks/equipment/planted.yaml" in carried
    assert "monitord/web/static/htmx.min.js" in carried


def test_a_vendored_file_is_the_one_its_note_names() -> None:
    static = REPOSITORY / "monitord" / "web" / "static"
    note = (static / "htmx.LICENSE.txt").read_text(encoding="utf-8")

    assert hashlib.sha256((static / "htmx.min.js").read_bytes()).hexdigest() in note


def test_everything_that_is_installed_is_pinned_by_hash() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (REPOSITORY / name).read_text(encoding="utf-8")
        pins = re.findall(r"(?m)^[a-z0-9][^ #\n]*==", text)
        assert len(pins) > 30
        assert len(re.findall(r"(?m)^[a-z0-9].*\\\n    --hash=sha256:", text)) == len(pins)
        assert "setuptools==" in text
