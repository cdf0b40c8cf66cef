"""The entries of a table: its rows under the keys of the first one, every cell with its place."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, get_origin

from monitord.settings.block import Block, Items, Place
from monitord.settings.problem import Findings, quoted
from monitord.settings.schema import MANY
from monitord.settings.tree import read_tree, scalar

MAX_COLUMNS = 200
MAX_ROWS = 100_000
"""Columns and rows of a table."""
_AS_TEXT = frozenset({"phone", "code"})
"""Keys whose leading zeros a numeric cell has lost."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it lies in a file: rows of cells, each row with the line it stands in."""

    file: str
    section: str
    rows: Sequence[tuple[int, Sequence[Any]]]


def blocks(table: Table, findings: Findings) -> Iterator[Block]:
    """Yield the entries of a table; a row without any cell is none. Mistakes go to `findings`, with row and column."""
    rows = iter(table.rows)
    head, keys = next(((line, cells) for line, cells in rows if any(cell is not None for cell in cells)), (0, []))
    if len(keys) > MAX_COLUMNS or len(table.rows) > MAX_ROWS:
        why = f"a table has at most {MAX_COLUMNS} columns and {MAX_ROWS} rows"
        findings.add(table.file, (head, 1), why)
        return
    named = [None if key is None else str(key).strip() for key in keys]
    for number, key in enumerate(named):
        if key is not None and key in named[:number]:
            findings.add(table.file, (head, number + 1), f"column {quoted(key)} is here twice")
    lists = _lists(table.section)
    for line, cells in rows:
        block = Block(table.file, (line, 1))
        for number, cell in enumerate(cells):
            key = named[number] if number < len(named) else None
            place = (line, number + 1)
            if cell is None:
                continue
            if not key:
                findings.add(table.file, place, f"the cell {quoted(cell)} stands in a column without a key above it")
            elif isinstance(cell, float) and cell.is_integer() and key.rpartition(".")[2] in _AS_TEXT:
                findings.add(
                    table.file,
                    place,
                    f"{quoted(key)} is a number here, and has lost its leading zeros: make the cell text",
                )
            else:
                _put(
                    block, key, _value(cell, key, key in lists, table.file, place, findings), (head, number + 1), place
                )
        if block:
            yield block


def _put(block: Block, key: str, value: Any, key_at: Place, place: Place) -> None:
    first, dot, rest = key.partition(".")
    if not dot:
        block.setdefault(first, value)
        block.keys_at.setdefault(first, key_at)
        block.values_at.setdefault(first, place)
        return
    inner = block.get(first)
    if not isinstance(inner, Block):
        inner = Block(block.file, place)
        _put(block, first, inner, key_at, place)
    _put(inner, rest, value, key_at, place)


def _value(cell: Any, key: str, many: bool, file: str, place: Place, findings: Findings) -> Any:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if not isinstance(cell, str):
        return _items([cell], file, place) if many else cell
    if cell[:1] in ("[", "{"):
        return _yaml(cell, file, place, findings)
    if not many:
        return cell
    parts = [part.strip() for part in cell.replace("\n", ";").split(";") if part.strip()]
    return _items([_check(part, file, place) if key == "checks" else scalar(part) for part in parts], file, place)


def _items(values: list[Any], file: str, place: Place) -> Items:
    built = Items(file, place)
    built.extend(values)
    built.items_at = [place] * len(values)
    return built


def _check(written: str, file: str, place: Place) -> Block:
    """Return `interface_up name=ge-0/0/1 severity=2` as the mapping it stands for."""
    kind, *rest = written.split()
    block = Block(file, place)
    pairs = [("check", kind)]
    for word in rest:
        key, sign, value = word.partition("=")
        if sign:
            pairs.append((key, value))
        else:
            pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]} {word}")  # a title of several words
    for key, value in pairs:
        _put(block, key, scalar(value), place, place)
    return block


def _yaml(cell: str, file: str, place: Place, findings: Findings) -> Any:
    own = Findings()
    top = read_tree(f"cell: {cell}", file, own)
    for problem in own.problems:
        findings.add(file, place, problem.text)
    return None if top is None else _moved(top.get("cell"), place)


def _moved(value: Any, place: Place) -> Any:
    """Return a value of a cell with the cell as the place of everything in it."""
    if isinstance(value, Block):
        value.at = place
        value.keys_at = dict.fromkeys(value, place)
        value.values_at = dict.fromkeys(value, place)
        for inner in value.values():
            _moved(inner, place)
    elif isinstance(value, Items):
        value.at = place
        value.items_at = [place] * len(value)
        for inner in value:
            _moved(inner, place)
    return value


def _lists(section: str) -> frozenset[str]:
    """Return the keys of a section that take a list."""
    fields = MANY[section].model_fields
    return frozenset(info.alias or name for name, info in fields.items() if get_origin(info.annotation) is list)
