"""The power company's calendar, as such tables come: what becomes a window, and what is told at its cell."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from monitord.account.power_calendar import Mistake, planned_cuts
from tests.support.night import ZONE, example

NOW = datetime(2026, 12, 1, tzinfo=UTC)
HEAD = ["STT", "Khu vực", "Ngày", "Từ giờ", "Đến giờ", "Nội dung"]


def read(*rows: list[object], head: list[str] | None = None) -> tuple[list[str], list[Mistake]]:
    """Return the cuts in short, and the mistakes, of a calendar with these rows under its head."""
    table: list[tuple[int, Sequence[object]]] = list(enumerate([head or HEAD, *rows], 1))
    cuts, mistakes = planned_cuts(table, example(), NOW)
    at = [f"{c.begins.astimezone(ZONE):%d/%m %H:%M}-{c.ends.astimezone(ZONE):%d/%m %H:%M}" for c in cuts]
    return [f"{','.join(c.scope.sites)} {when}" for c, when in zip(cuts, at, strict=True)], mistakes


def test_an_area_covers_its_sites_and_a_site_itself() -> None:
    cuts, mistakes = read(
        [1, "Lộ 473 Cù Lao Dài", "05/12/2026", "07:30", "11:00", "Thay dây"],
        [2, "lo 473 cu lao dai", "2026-12-06", "7h", "11h30", ""],
        [3, "dt-go-may", "07/12/2026", "22:00", "02:00", "Đấu nối"],
    )
    assert mistakes == []
    assert cuts == [
        "bts-cu-lao,dt-cu-lao,dt-vam-xanh 05/12 07:30-05/12 11:00",
        "bts-cu-lao,dt-cu-lao,dt-vam-xanh 06/12 07:00-06/12 11:30",
        "dt-go-may 07/12 22:00-08/12 02:00",
    ]


def test_day_and_time_may_stand_in_one_cell_and_the_head_in_english() -> None:
    head = ["Site", "From", "To"]
    cuts, mistakes = read(["Đài Viễn thông Gò Mây", "2026-12-05 07:30", "2026-12-05 11:00"], head=head)
    assert (cuts, mistakes) == (["dt-go-may 05/12 07:30-05/12 11:00"], [])


def test_what_is_over_is_left_out() -> None:
    assert read([1, "dt-go-may", "05/11/2026", "07:30", "11:00", ""]) == ([], [])


@pytest.mark.parametrize(
    ("row", "column", "why"),
    [
        ([1, "Lộ 999", "05/12/2026", "07:30", "11:00", ""], 2, "neither a power area nor a site"),
        ([1, "", "05/12/2026", "07:30", "11:00", ""], 2, "neither a power area nor a site"),
        ([1, "dt-go-may", "", "07:30", "11:00", ""], 4, "is no beginning"),
        ([1, "dt-go-may", "31/02/2027", "07:30", "11:00", ""], 4, "is no beginning"),
        ([1, "dt-go-may", "05/12/2026", "sáng", "11:00", ""], 4, "is no beginning"),
        ([1, "dt-go-may", "05/12/2026", "07:30", "", ""], 5, "is no end"),
        ([1, "dt-go-may", "05/12/2026", "07:30", "05/12/2025 11:00", ""], 5, "is no end"),
        ([1, "dt-go-may", "05/12/2026", "07:30", "25/12/2026 11:00", ""], 5, "is no end"),
        ([1, "dt-go-may", "05/12/2026", "25:30", "11:00", ""], 4, "is no beginning"),
    ],
)
def test_a_mistake_is_told_at_its_cell(row: list[object], column: int, why: str) -> None:
    cuts, mistakes = read(row)
    assert cuts == []
    assert [(m.line, m.column) for m in mistakes] == [(2, column)]
    assert why in mistakes[0].why


def test_a_table_without_its_columns_says_which_are_wanted() -> None:
    _, [mistake] = read([1], head=["STT", "Ghi chú"])
    assert "khu vuc" in mistake.why
    assert planned_cuts([], example(), NOW)[1][0].why.startswith("the table is empty")
