"""Lunar dates against a table of Vietnamese months."""

import csv
from datetime import date, timedelta

import pytest

from monitord.calendar.lunar import LunarDay, solar_to_lunar, words
from tests.support.shared import shared_path


def test_every_month_of_the_table_begins_and_ends_where_it_says() -> None:
    with shared_path("domain/vn-lunar-months.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 400
    for row in rows:
        start, days = date.fromisoformat(row["solar_start"]), int(row["days"])
        year, month, leap = int(row["lunar_year"]), int(row["lunar_month"]), row["leap"] == "1"
        assert solar_to_lunar(start) == LunarDay(year, month, 1, leap)
        assert solar_to_lunar(start + timedelta(days=days - 1)) == LunarDay(year, month, days, leap)


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2027, 2, 6), "mùng 1 tháng Giêng"),
        (date(2027, 2, 5), "29 tháng Chạp"),
        (date(2027, 2, 15), "mùng 10 tháng Giêng"),
        (date(2026, 8, 27), "rằm tháng Bảy"),
        (date(2025, 7, 25), "mùng 1 tháng Sáu nhuận"),
        (date(2030, 2, 2), "mùng 1 tháng Giêng"),
    ],
)
def test_days_are_said_as_people_say_them(day: date, said: str) -> None:
    assert words(day) == said


def test_a_day_nobody_reckoned_has_no_words() -> None:
    assert solar_to_lunar(date(1, 1, 1)) is None
    assert words(date(9999, 12, 31)) == ""
