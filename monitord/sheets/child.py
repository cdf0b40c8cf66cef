"""The process that parses a workbook, alone and within limits: bytes come in by standard input, cells go out as lines.

A line that is an object begins a sheet; a line that is a list is a row: its number from 1, then [column from 1, kind,
value]. A last object says that all was told. `python -I -m` runs it; nothing of the daemon is at hand here.
"""

import csv
import io
import json
import resource
import signal
import struct
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from lzma import LZMAError
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from monitord.sheets import limits
from monitord.sheets.child_ods import sheets_of_ods

Found = Iterator[dict[str, Any] | list[Any]]


def main(kind: str) -> int:
    """Read a file of that kind and print it; 0 when all of it was told, 3 when it cannot be understood."""
    _limit()
    raw = sys.stdin.buffer.read(limits.MAX_BYTES + 1)
    try:
        for line in _limited(_READERS[kind](raw)):
            print(json.dumps(line, ensure_ascii=True, separators=(",", ":")))
    except UnicodeDecodeError:
        print(json.dumps({"why": "not_utf8"}))
    except OverflowError:
        print(json.dumps({"why": "too_much"}))
    except (CalamineError, ValueError, OSError, KeyError, csv.Error, BadZipFile, zlib.error, LZMAError, struct.error):
        print(json.dumps({"why": "broken"}))
    else:
        print(json.dumps({"done": True}))
    return 0


def _limit() -> None:
    """Take no more than is needed: what the kernel enforces holds whatever a parser does."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    memory = pages * resource.getpagesize() + limits.MEMORY
    limited = {resource.RLIMIT_AS: memory, resource.RLIMIT_CPU: limits.CPU_SECONDS}
    forbidden = dict.fromkeys((resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC, resource.RLIMIT_CORE), 0)
    for what, most in {**limited, **forbidden}.items():
        resource.setrlimit(what, (most, most))
    signal.alarm(limits.WALL_SECONDS)


def _limited(lines: Iterable[dict[str, Any] | list[Any]]) -> Found:
    cells = 0
    for line in lines:
        cells += len(line) if isinstance(line, list) else len(line.get("merged") or ())
        if cells > limits.MAX_CELLS:
            raise OverflowError("more cells than a roster has")
        yield line


def _workbook(raw: bytes) -> Found:
    with CalamineWorkbook.from_filelike(io.BytesIO(raw)) as book:
        for number, meta in enumerate(book.sheets_metadata[: limits.MAX_SHEETS]):
            if meta.typ != SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_index(number)
            merged = (sheet.merged_cell_ranges or [])[: limits.MAX_MERGED]
            ranges = [[first[0] + 1, first[1] + 1, last[0] + 1, last[1] + 1] for first, last in merged]
            yield {"sheet": meta.name, "hidden": meta.visible != SheetVisibleEnum.Visible, "merged": ranges}
            top, left = sheet.start or (0, 0)
            for row, cells in enumerate(sheet.iter_rows(), top + 1):
                told = [_cell(column, value) for column, value in enumerate(cells, left + 1) if value not in ("", None)]
                if told:
                    yield [row, *told]


def _csv(raw: bytes) -> Found:
    wide = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = raw.decode("utf-16" if wide else "utf-8-sig")
    csv.field_size_limit(64 * 1024)
    yield {"sheet": "CSV", "hidden": False, "merged": []}
    for row, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=_mark_of(text)), 1):
        told = [_cell(column, value) for column, value in enumerate(cells, 1) if value.strip()]
        if row > limits.MAX_ROWS or len(cells) > limits.MAX_COLUMNS:
            raise OverflowError("more rows or columns than a roster has")
        if told:
            yield [row, *told]


def _mark_of(text: str) -> str:
    """Return what sets the cells apart: that by which the most of the first lines have the same number of them."""
    first = text[:20_000].splitlines()[:60]

    def steady(mark: str) -> tuple[int, int]:
        counts = Counter(len(cells) for cells in csv.reader(first, delimiter=mark) if len(cells) > 1)
        return max(((lines, wide) for wide, lines in counts.items()), default=(0, 0))

    return max(";,\t", key=steady)


def _cell(column: int, value: Any) -> list[Any]:
    match value:
        case bool():
            return [column, "s", str(value)]
        case int() | float():
            return [column, "n", value]
        case datetime():
            return [column, "d", value.isoformat()]
        case date():
            return [column, "d", f"{value.isoformat()}T00:00:00"]
        case time():
            return [column, "t", value.hour * 60 + value.minute]
        case timedelta():
            return [column, "t", int(value.total_seconds() // 60)]
        case _:
            return [column, "s", str(value)[: limits.MAX_TEXT]]


_READERS = {"xlsx": _workbook, "xls": _workbook, "ods": sheets_of_ods, "csv": _csv}

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
