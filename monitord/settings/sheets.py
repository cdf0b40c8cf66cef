"""Sections written as tables: `sites.csv`, or a workbook (.xlsx, .xls, .ods) with a sheet for each section.

The first row names the keys, `snmp.address` one within another; a row is an entry, an empty cell a key that is absent.
A cell holds what would stand in YAML; where the key takes a list, its items are set apart by `;`, and a check is its
kind with its keys behind it: `agent_answers; interface_up name=ge-0/0/1`. A cell that begins with `[` or `{` is YAML.
"""

import csv
import datetime
import io
import zipfile
from collections.abc import Sequence
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from monitord.domain.safe import clean
from monitord.settings.cells import Table
from monitord.settings.problem import Findings, nearest
from monitord.settings.schema import MANY
from monitord.settings.tree import scalar

MAX_UNPACKED = 256 * 1024 * 1024
"""Bytes of a workbook once it is unpacked."""


def section_named(name: str) -> str | None:
    """Return the section that a file or a sheet is called after (`devices`, `devices-core`), or None."""
    word = name.strip().lower().replace(" ", "_")
    return next(
        (section for section in MANY if word == section or word.startswith((f"{section}-", f"{section}."))), None
    )


def read_csv(text: str, file: str, stem: str, findings: Findings) -> Table | None:
    """Return the table of a CSV file, comma or semicolon between its cells; mistakes go to `findings`."""
    section = section_named(stem)
    if section is None:
        findings.add(file, (0, 0), f"a table is called after its section, such as `sites.csv`{_near(stem)}")
        return None
    head = text.partition("\n")[0]
    rows: list[tuple[int, Sequence[Any]]] = []
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=";" if head.count(";") > head.count(",") else ",", strict=True
    )
    line = 1
    try:
        for cells in reader:
            rows.append((line, [scalar(cell.strip()) for cell in cells]))
            line = reader.line_num + 1
    except csv.Error as error:
        findings.add(file, (reader.line_num, 1), f"not CSV: {clean(str(error), 120)}")
        return None
    return Table(file, section, rows)


def plain_rows(raw: bytes, name: str) -> list[tuple[int, Sequence[Any]]]:
    """Return the rows of a CSV file or of the first sheet of a workbook, each with its line, whatever they mean.

    ValueError says why a file cannot be read.
    """
    if name.lower().endswith(".csv"):
        text = raw.decode("utf-8-sig")
        head = text.partition("\n")[0]
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if head.count(";") > head.count(",") else ",")
        return [(number, row) for number, row in enumerate(reader, 1)]
    try:
        _refuse_bombs(raw)
        with CalamineWorkbook.from_filelike(io.BytesIO(raw)) as book:
            cells = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
        return [(number, [_plain(cell) for cell in row]) for number, row in enumerate(cells, 1)]
    except (CalamineError, zipfile.BadZipFile, OSError, IndexError) as error:
        raise ValueError(f"cannot be read as a workbook: {clean(str(error), 120)}") from error


def read_workbook(raw: bytes, file: str, stem: str, findings: Findings) -> list[Table]:
    """Return the tables of a workbook: its sheets, each called after its section; one alone may be called anything."""
    tables = []
    try:
        _refuse_bombs(raw)
        with CalamineWorkbook.from_filelike(io.BytesIO(raw)) as book:
            names = [name for name in book.sheet_names if not name.startswith("_")]
            for name in names:
                section = section_named(name) or (section_named(stem) if len(names) == 1 else None)
                called = f"{file}[{clean(name, 40)}]"
                if section is None:
                    why = "a sheet is called after its section, such as `sites`; one that begins with `_` is not read"
                    findings.add(called, (0, 0), f"{why}{_near(name)}")
                    continue
                cells = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
                rows = [(number, [_plain(cell) for cell in row]) for number, row in enumerate(cells, 1)]
                tables.append(Table(called, section, rows))
    except (CalamineError, zipfile.BadZipFile, ValueError, OSError) as error:
        findings.add(file, (0, 0), f"cannot be read as a workbook: {clean(str(error), 120)}")
    return tables


def _plain(cell: Any) -> Any:
    """Return what a cell of a workbook holds, as a scalar of YAML would be."""
    match cell:
        case str():
            return scalar(cell.strip())
        case datetime.datetime() if cell.time() == datetime.time():
            return cell.date().isoformat()
        case datetime.datetime():
            return f"{cell:%Y-%m-%d %H:%M}"
        case datetime.date():
            return cell.isoformat()
        case datetime.time():
            return f"{cell:%H:%M}"
        case datetime.timedelta():
            return f"{int(cell.total_seconds())}s"
        case _:
            return cell


def _near(name: str) -> str:
    return nearest(name.lower(), MANY)


def _refuse_bombs(raw: bytes) -> None:
    if raw[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED:
                raise ValueError(f"it unpacks to more than {MAX_UNPACKED // 1024 // 1024} MB")
