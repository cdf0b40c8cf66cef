"""Time comes from the Clock and from nowhere else."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.shared import REPOSITORY
from tests.support.sources import python_files, tree, where

READS = {
    "time",
    "time_ns",
    "monotonic",
    "monotonic_ns",
    "sleep",
    "clock_gettime",
    "clock_gettime_ns",
    "localtime",
    "gmtime",
}
BANNED = {f"time.{name}" for name in READS} | {
    "asyncio.sleep",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "sqlalchemy.func.now",
    "sqlalchemy.func.current_timestamp",
}


def _full_names(module: ast.Module) -> dict[str, str]:
    names: dict[str, str] = {}
    for node in ast.walk(module):
        match node:
            case ast.Import(names=aliases):
                names |= {alias.asname or alias.name: alias.name for alias in aliases}
            case ast.ImportFrom(module=str(origin), names=aliases):
                names |= {alias.asname or alias.name: f"{origin}.{alias.name}" for alias in aliases}
    return names


def reads_of_clocks(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield line and text of whatever reads a clock or waits without ours."""
    names = _full_names(module)
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom):
            yield from (
                (node.lineno, f"{node.module}.{a.name}") for a in node.names if f"{node.module}.{a.name}" in BANNED
            )
        if isinstance(node, ast.Attribute):
            first, dot, rest = ast.unparse(node).partition(".")
            if f"{names.get(first, first)}{dot}{rest}" in BANNED:
                yield node.lineno, ast.unparse(node)
        # The loop's own clock has no name to ban; a datetime's .time() is no clock and is left alone.
        match node:
            case ast.Call(func=ast.Attribute(value=asked, attr="time"), args=[]) if "loop" in ast.unparse(asked):
                yield node.lineno, ast.unparse(node)


@pytest.mark.parametrize(
    "planted",
    [
        "import time\ntime.time()",
        "import time as t\nt.monotonic()",
        "from time import sleep",
        "import datetime\ndatetime.datetime.now(datetime.UTC)",
        "from datetime import UTC, datetime as instant\ninstant.now(UTC)",
        "import asyncio\nasync def f(): await asyncio.sleep(1)",
        "import asyncio\nasyncio.get_running_loop().time()",
        "def f(loop): return loop.time()",
        "from sqlalchemy import func\nfunc.now()",
    ],
)
def test_a_planted_reading_of_a_clock_is_found(planted: str) -> None:
    assert list(reads_of_clocks(ast.parse(planted)))


def test_asking_our_clock_or_a_datetime_for_its_time_of_day_is_allowed() -> None:
    allowed = "async def f(clock, at):\n    clock.now(), clock.mono(), at.time()\n    await clock.sleep(1)"

    assert list(reads_of_clocks(ast.parse(allowed))) == []


def test_nobody_but_the_clock_room_reads_a_clock() -> None:
    room = REPOSITORY / "monitord" / "clock"
    files: list[Path] = [path for path in python_files("monitord") if room not in path.parents] + python_files("checks")

    found = [f"{where(path, line)}: {text}" for path in files for line, text in reads_of_clocks(tree(path))]
    assert found == []
