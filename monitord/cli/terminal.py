"""What commands print: tables and lines in which nothing can be obeyed by a terminal."""

import json
import sys

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from monitord.domain.safe import clean

LONGEST = 500
"""Characters of one cell or message."""


def print_table(headings: list[str], rows: list[list[str]]) -> None:
    """Print a table, drawn on a terminal and aligned plain text elsewhere; every cell literally, as one clean line."""
    if not rows:
        return
    cells = [[clean(cell, LONGEST) for cell in row] for row in rows]
    if sys.stdout.isatty():
        table = Table()
        for heading in headings:
            table.add_column(Text(heading))
        for row in cells:
            table.add_row(*[Text(cell) for cell in row])
        Console(markup=False, highlight=False, emoji=False).print(table)
        return
    widths = [max(cell_len(row[n]) for row in [headings, *cells]) for n in range(len(headings))]
    for row in [headings, *cells]:
        print("  ".join(cell + " " * (wide - cell_len(cell)) for cell, wide in zip(row, widths, strict=True)).rstrip())


def printable(line: str) -> str:
    """Return JSON in which whatever a terminal could obey, or turn around, is escaped; its meaning stays the same."""
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in line)
