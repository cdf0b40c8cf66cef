"""The cells of a file with their addresses, parsed by a process of its own."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

import monitord
from monitord.domain.safe import clean
from monitord.sheets.guard import kind_of
from monitord.sheets.limits import MAX_LINE, MAX_MERGED, MAX_OUTPUT, MAX_TEXT
from monitord.sheets.trouble import Unreadable, Why

_START = """\
import runpy, sys
sys.path.insert(0, sys.argv.pop(1))
runpy.run_module("monitord.sheets.child", run_name="__main__")
"""
_SPREAD = 50_000
"""Cells that merged ranges may cover in all."""


@lru_cache(maxsize=8192)
def line_of(text: str) -> str:
    """Return what a file says as one clean line; the same texts stand in many cells."""
    return clean(text, MAX_TEXT)


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
                return line_of(self.value)

    @property
    def lines(self) -> list[str]:
        """Return the lines of the content, each clean; empty ones are left out."""
        if not isinstance(self.value, str):
            return [self.text]
        return [line for part in self.value.splitlines() if (line := line_of(part))]


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
    return f"{line_of(sheet)}!{letters}{row}"


def sheets_of(raw: bytes, name: str) -> list[Sheet]:
    """Return the sheets of a file that is called so; Unreadable says by name why there are none."""
    kind = kind_of(raw, name)
    with tempfile.TemporaryFile() as given:
        given.write(raw)
        given.seek(0)
        root = str(Path(monitord.__file__).parents[1])
        command = [sys.executable, "-I", "-c", _START, root, kind]
        with subprocess.Popen(
            command, stdin=given, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}, cwd="/"
        ) as process:
            try:
                assert process.stdout is not None
                found = _sheets(_lines(process.stdout))
            except BaseException:
                process.kill()
                raise
    if not found:
        raise Unreadable(Why.NO_SHEET)
    return found


def _lines(told: IO[bytes]) -> Iterator[Any]:
    """Yield what the parser tells; Unreadable unless it told all of it, and no more than is read."""
    left = MAX_OUTPUT
    while line := told.readline(min(left, MAX_LINE)):
        left -= len(line)
        if left <= 0:
            raise Unreadable(Why.TOO_MUCH)
        try:
            said = json.loads(line)
        except ValueError:
            break
        if isinstance(said, dict) and "why" in said:
            raise Unreadable(Why(said["why"]))
        if isinstance(said, dict) and "done" in said:
            return
        yield said
    raise Unreadable(Why.GAVE_UP)


def _sheets(lines: Iterable[Any]) -> list[Sheet]:
    found: list[Sheet] = []
    rows: dict[int, dict[int, Cell]] = {}
    merged: list[tuple[Sheet, Sequence[Sequence[int]]]] = []
    for line in lines:
        if isinstance(line, dict):
            rows = {}
            found.append(Sheet(clean(line["sheet"], 80), rows, line["hidden"]))
            merged.append((found[-1], line["merged"]))
        else:
            name = found[-1].name
            rows[line[0]] = {
                col: Cell(place_of(name, line[0], col), _value(kind, said)) for col, kind, said in line[1:]
            }
    return [_spread(sheet, ranges) for sheet, ranges in merged]


def _value(kind: str, value: Any) -> Value:
    match kind:
        case "n":
            return float(value)
        case "d":
            # A clock with an offset is read as people see it in the cell.
            return datetime.fromisoformat(value).replace(tzinfo=None)
        case "t":
            return Minutes(int(value))
        case _:
            return str(value)


def _spread(sheet: Sheet, merged: Sequence[Sequence[int]]) -> Sheet:
    """Return the sheet with the first cell of each merged range in every cell of it."""
    rows = {row: dict(cells) for row, cells in sheet.rows.items()}
    left = _SPREAD
    for top, first, bottom, last in merged[:MAX_MERGED]:
        cell = rows.get(top, {}).get(first)
        left -= (bottom - top + 1) * (last - first + 1)
        if cell is None or left < 0:
            continue
        spread = replace(cell, spread=True)
        for row in range(top, bottom + 1):
            for column in range(first, last + 1):
                if (row, column) != (top, first):
                    rows.setdefault(row, {})[column] = spread
    return replace(sheet, rows={row: dict(sorted(rows[row].items())) for row in sorted(rows)})
