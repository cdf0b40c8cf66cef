"""The project's own files, as the tests of its structure read them."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.support.shared import REPOSITORY


def python_files(folder: str) -> list[Path]:
    """Return every Python file below a folder of the repository, sorted."""
    return sorted((REPOSITORY / folder).rglob("*.py"))


def tree(path: Path) -> ast.Module:
    """Return the parsed file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and full name of every module and name a file imports, wherever in the file it does so."""
    for node in ast.walk(tree(path)):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                yield from ((node.lineno, f"{'.' * level}{module or ''}.{alias.name}") for alias in names)


def where(path: Path, line: int) -> str:
    """Return `file:line` as an editor understands it."""
    return f"{path.relative_to(REPOSITORY)}:{line}"
