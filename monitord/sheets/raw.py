"""The cells of a file with their addresses, parsed by a process of its own."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import monitord
from monitord.domain.safe import clean
from monitord.sheets.guard import kind_of
from monitord.sheets.limits import MAX_MERGED, MAX_OUTPUT, MAX_TEXT
from monitord.sheets.trouble import Unreadable, Why

_START = """\
import runpy, sys
sys.path.insert(0, sys.argv.pop(1))
runpy.run_module("monitord.sheets.child", run_name="__main__")
"""
_SPREAD = 50_000
"""Cells that merged ranges may cover in all."""


@dataclass(frozen=True, slots=True)
class Minutes:
    """A time of day, or a length, as minutes."""

    minutes: int


Value = str | float | datetime | Minutes


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one cell. `spread` when it stands in the first cell of the merged range that this one is in."""

    place: str
    value: Value
    spread: bool = False

    @property
    def text(self) -> str:
        """Return the content as one clean line; whole numbers without a point."""
        match self.value:
            case float():
                return f"{self.value:.0f}" if self.value.is_integer() else f"{self.value:g}"
            case datetime():
                return f"{self.value:%d/%m/%Y}"
            case Minutes(minutes):
                return f"{minutes // 60:02d}:{minutes % 60:02d}"
            case _:
                return clean(str(self.value), MAX_TEXT)

    @property
    def lines(self) -> list[str]:
        """Return the lines of the content, each clean; empty ones are left out."""
        if not isinstance(self.value, str):
            return [self.text]
        return [line for part in self.value.splitlines() if (line := clean(part, MAX_TEXT))]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: rows by number from 1, in order, each its cells by column from 1; empty cells are left out."""

    name: str
    rows: Mapping[int, Mapping[int, Cell]]
    hidden: bool = False


def place_of(sheet: str, row: int, column: int) -> str:
    """Return the address of a cell as people write it: `Sheet1!B7`."""
    letters = ""
    while column:
        column, left = divmod(column - 1, 26)
        letters = chr(65 + left) + letters
    return f"{clean(sheet, 40)}!{letters}{row}"


def sheets_of(raw: bytes, name: str) -> list[Sheet]:
    """Return the sheets of a file that is called so; Unreadable says by name why there are none."""
    found = list(_sheets(_parsed(raw, kind_of(raw, name))))
    if not found:
        raise Unreadable(Why.NO_SHEET)
    return found


def _parsed(raw: bytes, kind: str) -> Sequence[Any]:
    root = str(Path(monitord.__file__).parents[1])
    with tempfile.TemporaryFile() as given:
        given.write(raw)
        given.seek(0)
        command = [sys.executable, "-I", "-c", _START, root, kind]
        with subprocess.Popen(
            command, stdin=given, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, cwd="/"
        ) as process:
            assert process.stdout is not None
            told = process.stdout.read(MAX_OUTPUT + 1)
            if len(told) > MAX_OUTPUT:
                process.kill()
                raise Unreadable(Why.TOO_MUCH)
    lines = told.split(b"\n")
    last = json.loads(lines[-2]) if len(lines) > 1 and lines[-2].startswith(b"{") else {}
    if "why" in last:
        raise Unreadable(Why(last["why"]))
    if "done" not in last:
        raise Unreadable(Why.GAVE_UP)
    return [json.loads(line) for line in lines[:-2]]


def _sheets(lines: Sequence[Any]) -> Iterator[Sheet]:
    starts = [number for number, line in enumerate(lines) if isinstance(line, dict)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        head = lines[start]
        rows = {
            line[0]: {column: Cell(place_of(head["sheet"], line[0], column), _value(kind, value))
                      for column, kind, value in line[1:]}
            for line in lines[start + 1 : end]
        }  # fmt: skip
        _spread(rows, head["sheet"], head["merged"])
        yield Sheet(clean(head["sheet"], 80), dict(sorted(rows.items())), head["hidden"])


def _value(kind: str, value: Any) -> Value:
    match kind:
        case "n":
            return float(value)
        case "d":
            return datetime.fromisoformat(value.strip())
        case "t":
            return Minutes(int(value))
        case _:
            return str(value)


def _spread(rows: dict[int, dict[int, Cell]], sheet: str, merged: Sequence[Sequence[int]]) -> None:
    left = _SPREAD
    for top, first, bottom, last in merged[:MAX_MERGED]:
        cell = rows.get(top, {}).get(first)
        left -= (bottom - top + 1) * (last - first + 1)
        if cell is None or left < 0:
            continue
        for row in range(top, bottom + 1):
            for column in range(first, last + 1):
                if (row, column) != (top, first):
                    spread = Cell(cell.place, cell.value, True)
                    rows.setdefault(row, {})[column] = spread
