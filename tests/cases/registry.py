"""The cases beside the repository, and which tests bear them.

A test bears a case by `@pytest.mark.case("file", "id")`, or by `cases("file", "id", ...)` as the values of a
parametrised argument. Both are read from the source, so that the list is whole whichever tests are run.
"""

import ast
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.support.shared import REPOSITORY, shared_path

FILES = ("state", "flapping", "uptime", "escalation", "roster")
"""The collections that are answered for, case by case."""

Case = tuple[str, str]
"""The name of a collection and the id of a case in it."""


@cache
def _loaded(file: str) -> dict[str, dict[str, Any]]:
    loaded = YAML(typ="safe").load(shared_path(f"cases/{file}.yaml").read_text(encoding="utf-8"))
    return {str(case["id"]): case for case in loaded["cases"]}


def case(file: str, ident: str) -> dict[str, Any]:
    """Return a case as it is written; the test is skipped where the cases are not here."""
    return _loaded(file)[ident]


def known() -> set[Case]:
    """Return every case of the collections; the test is skipped where they are not here."""
    return {(file, ident) for file in FILES for ident in _loaded(file)}


def cases(file: str, *idents: str) -> list[Any]:
    """Return the ids as parameters, each of which bears its case."""
    return [pytest.param(ident, id=ident, marks=pytest.mark.case(file, ident)) for ident in idents]


def borne() -> dict[Case, list[str]]:
    """Return the tests that bear each case, as `tests/room/test_x.py::test_name`.

    ValueError for a marker whose names are not written out where it stands: the list would not be whole.
    """
    found: dict[Case, list[str]] = {}
    for path in sorted((REPOSITORY / "tests").rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        if "mark.case(" not in text and "cases(" not in text:
            continue
        place = path.relative_to(REPOSITORY).as_posix()
        for name, one in marks(ast.parse(text), place):
            found.setdefault(one, []).append(f"{place}::{name}")
    return found


def marks(tree: ast.Module, place: str) -> Iterator[tuple[str, Case]]:
    """Yield the name of a test and a case that it bears, from the decorators of the tests of a module."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) or not function.name.startswith("test_"):
            continue
        for call in (node for decorator in function.decorator_list for node in ast.walk(decorator)):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in ("pytest.mark.case", "cases"):
                words = [word.value for word in call.args if isinstance(word, ast.Constant)]
                file, *idents = [word for word in words if isinstance(word, str)] or [""]
                if not idents or len(idents) + 1 != len(call.args):
                    raise ValueError(f"{place}:{call.lineno}: write the collection and the ids out")
                yield from ((function.name, (file, ident)) for ident in idents)
