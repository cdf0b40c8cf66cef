"""The import contracts hold what they promise: a planted mistake breaks the build."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.shared import REPOSITORY
from tests.support.sources import imported, python_files, where


def _lint_imports(folder: Path) -> tuple[int, str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"]
    done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", timeout=120, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    for folder in ("monitord", "checks"):
        shutil.copytree(REPOSITORY / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_the_contracts_hold_and_a_room_nobody_declared_breaks_them(copy: Path) -> None:
    code, said = _lint_imports(copy)
    assert code == 0, said

    (copy / "monitord" / "utils.py").write_text("")
    code, said = _lint_imports(copy)
    assert code == 1
    assert "monitord.utils" in said or "- utils" in said, said


def test_a_wrong_import_breaks_the_contract_of_its_place(copy: Path) -> None:
    (copy / "monitord" / "domain" / "planted.py").write_text("import logging\nimport requests\nimport monitord.texts\n")
    (copy / "checks" / "planted.py").write_text("import monitord.domain.health\nimport pydantic\n")
    code, said = _lint_imports(copy)

    assert code == 1
    for wrong in (
        "monitord.domain.planted -> logging",
        "monitord.domain.planted -> requests",
        "monitord.domain.planted -> monitord.texts",
        "checks.planted -> monitord.domain.health",
        "checks.planted -> pydantic",
    ):
        assert wrong in said, said


def _strangers(folder: str, allowed: tuple[str, ...]) -> list[str]:
    return [
        f"{where(path, line)}: {name}"
        for path in python_files(folder)
        for line, name in imported(path)
        if name.partition(".")[0] not in sys.stdlib_module_names
        and not any(name == one or name.startswith(f"{one}.") for one in allowed)
    ]


def test_a_check_imports_the_standard_library_and_the_sdk() -> None:
    assert _strangers("checks", ("monitord.sdk",)) == []


def test_the_domain_imports_the_standard_library_and_itself() -> None:
    assert _strangers("monitord/domain", ("monitord.domain",)) == []


def test_typed_code_never_imports_the_checks_under_their_installed_name() -> None:
    """mypy cannot follow the renaming of `checks/`; the registry loads them from their files."""
    named = "monitord" + "_checks"
    files = python_files("monitord") + python_files("checks") + python_files("tests")

    assert [where(path, line) for path in files for line, name in imported(path) if name.startswith(named)] == []
