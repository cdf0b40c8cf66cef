"""An OpenDocument sheet as cells, with the ranges that are merged: the parsing process reads it piece by piece."""

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element, ParseError, iterparse

from monitord.sheets import limits

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_SIDE = (f"{_OFFICE}annotation",)
"""What hangs on a cell and is not its text."""


def sheets_of_ods(raw: bytes) -> Iterator[dict[str, Any] | list[Any]]:
    """Yield each sheet and its rows as the parsing process tells them; ValueError for what is none."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive, archive.open("content.xml") as content:
        hidden: set[str] = set()
        try:
            for _, node in iterparse(content, ("end",)):
                if node.tag == f"{_STYLE}style":
                    shown = node.find(f"{_STYLE}table-properties")
                    if shown is not None and shown.get(f"{_TABLE}display") == "false":
                        hidden.add(node.get(f"{_STYLE}name", ""))
                elif node.tag == f"{_TABLE}table":
                    yield from _sheet(node, hidden)
                    node.clear()
        except ParseError as error:
            raise ValueError("no XML") from error


def _sheet(table: Element, hidden: set[str]) -> Iterator[dict[str, Any] | list[Any]]:
    merged: list[list[int]] = []
    rows: list[list[Any]] = []
    number = 1
    for row in table.iter(f"{_TABLE}table-row"):
        times = int(row.get(f"{_TABLE}number-rows-repeated", "1"))
        cells = _row(row, number, merged)
        if cells:
            if number + times > limits.MAX_ROWS:
                raise OverflowError("more rows than a roster has")
            rows += [[number + n, *cells] for n in range(times)]
        number += times
    yield {
        "sheet": table.get(f"{_TABLE}name", ""),
        "hidden": table.get(f"{_TABLE}style-name", "") in hidden,
        "merged": merged[: limits.MAX_MERGED],
    }
    yield from rows


def _row(row: Element, number: int, merged: list[list[int]]) -> list[list[Any]]:
    column, found = 1, []
    for cell in row:
        if cell.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            continue
        times = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
        down = int(cell.get(f"{_TABLE}number-rows-spanned", "1"))
        across = int(cell.get(f"{_TABLE}number-columns-spanned", "1"))
        told = None if cell.tag.endswith("covered-table-cell") else _value(cell)
        if told is not None:
            if column + times > limits.MAX_COLUMNS:
                raise OverflowError("more columns than a roster has")
            found += [[column + n, *told] for n in range(times)]
            if down > 1 or across > 1:
                last = min(number + down - 1, limits.MAX_ROWS), min(column + across - 1, limits.MAX_COLUMNS)
                merged.append([number, column, *last])
        column += times
    return found


def _value(cell: Element) -> list[Any] | None:
    kind, day = cell.get(f"{_OFFICE}value-type", ""), cell.get(f"{_OFFICE}date-value", "")[:19].replace("Z", "")
    if kind == "date" and _exists(day):
        return ["d", day]
    if kind in ("float", "percentage", "currency"):
        return ["n", float(cell.get(f"{_OFFICE}value", "0"))]
    text = "\n".join("".join(_texts(line)) for line in cell.iter(f"{_TEXT}p")).strip()
    # A day that no calendar has is what people see of it, and never an empty cell.
    text = text or ((day or "?") if kind == "date" else "")
    return ["s", text[: limits.MAX_TEXT]] if text else None


def _exists(day: str) -> bool:
    try:
        datetime.fromisoformat(day)
    except ValueError:
        return False
    return True


def _texts(node: Element) -> Iterator[str]:
    yield node.text or ""
    for inner in node:
        if inner.tag == f"{_TEXT}s":
            yield " " * min(int(inner.get(f"{_TEXT}c", "1")), 50)
        elif inner.tag == f"{_TEXT}line-break":
            yield "\n"
        elif inner.tag not in _SIDE:
            yield from _texts(inner)
        yield inner.tail or ""
