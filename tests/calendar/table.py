"""The table of Vietnamese months beside the repository."""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache

from tests.support.shared import shared_path


@dataclass(frozen=True, slots=True)
class Month:
    """A lunar month: its first day, its names, and how many days it has."""

    start: date
    year: int
    month: int
    leap: bool
    days: int


@cache
def _read() -> list[Month]:
    with shared_path("domain/vn-lunar-months.csv").open(encoding="utf-8") as file:
        return [
            Month(
                date.fromisoformat(row["solar_start"]),
                int(row["lunar_year"]),
                int(row["lunar_month"]),
                row["leap"] == "1",
                int(row["days"]),
            )
            for row in csv.DictReader(file)
        ]


def months() -> list[Month]:
    """Return every month of the table in order; the test is skipped where the table is not here."""
    return _read()


def tet(year: int) -> date:
    """Return the first day of a lunar year of the table."""
    return next(m.start for m in months() if (m.year, m.month, m.leap) == (year, 1, False))
