"""Deadlines as orders write them: "trước" is strict, a day is up to the end of the one before."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitord.calendar.deadlines import LONGEST, NotADeadline, dues_of

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DECEMBER = date(2026, 12, 1)


def read(text: str) -> list[tuple[str, str]]:
    """Return from when on it is late, and the last second in time, in local time."""
    form = "%d/%m/%Y %H:%M:%S"
    dues = dues_of(text, DECEMBER, ZONE).dues
    return [(f"{due.at.astimezone(ZONE):{form}}", f"{due.last().astimezone(ZONE):{form}}") for due in dues]


@pytest.mark.parametrize(
    ("text", "late", "last"),
    [
        ("trước 14h00 mùng 2", "07/02/2027 14:00:00", "07/02/2027 13:59:59"),
        ("Trước 8h00 mùng 5 Tết 2027", "10/02/2027 08:00:00", "10/02/2027 07:59:59"),
        ("trước 14:00 ngày 07/02/2027", "07/02/2027 14:00:00", "07/02/2027 13:59:59"),
        ("truoc 14 gio ngay 2027-02-07", "07/02/2027 14:00:00", "07/02/2027 13:59:59"),
        ("trước ngày 20/01", "20/01/2027 00:00:00", "20/01/2027 00:00:00"),
        ("trước ngày 20 tháng 01 năm 2027", "20/01/2027 00:00:00", "20/01/2027 00:00:00"),
        ("trước ngày 23 tháng Chạp", "30/01/2027 00:00:00", "30/01/2027 00:00:00"),
        ("chậm nhất 17h00 ngày 04/02", "04/02/2027 17:00:01", "04/02/2027 17:00:00"),
        ("hết ngày 29 Tết", "06/02/2027 00:00:00", "06/02/2027 00:00:00"),
    ],
)
def test_a_deadline_is_read_as_the_order_means_it(text: str, late: str, last: str) -> None:
    assert read(text) == [(late, last)]


def test_several_days_share_the_time_that_stands_before_the_first() -> None:
    assert [late for late, _ in read("trước 09h00 mùng 2, mùng 4, mùng 6")] == [
        "07/02/2027 09:00:00",
        "09/02/2027 09:00:00",
        "11/02/2027 09:00:00",
    ]
    assert len(read("trước mùng 2 tháng Giêng, 2027")) == 1, "the comma before a year parts nothing"


@pytest.mark.parametrize("text", ["trước 09h00 mùng 2, mùng 4, mùng 6 Tết 2030", "trước 09h00 03/02, 05/02/2030"])
def test_the_year_behind_the_last_day_is_that_of_every_day(text: str) -> None:
    found = dues_of(text, DECEMBER, ZONE)
    assert {due.day.year for due in found.dues} == {2030}
    assert found.dated


def test_a_year_that_is_said_of_some_days_only_is_asked_for() -> None:
    with pytest.raises(NotADeadline, match="some days only"):
        dues_of("trước 03/02/2030, 05/02", DECEMBER, ZONE)


def test_the_order_of_tra_vinh_was_the_26th_of_chap() -> None:
    due = dues_of("trước ngày 26 tháng Chạp 2019", date(2020, 1, 1), ZONE).dues[0]
    assert due == dues_of("trước ngày 26 tháng Chạp 2019", DECEMBER, ZONE).dues[0]
    assert due.at == dues_of("trước ngày 20/01/2020", DECEMBER, ZONE).dues[0].at


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("trước ngày 30 Tết", '"29 Tết" \\(05/02/2027\\)'),
        ("mùng 2", "itself is too late"),
        ("trước 31/02", "no such day"),
        ("trước 25h mùng 2", "on no clock"),
        ("trước 10 tháng 3", "either calendar"),
        ("trước " + "mùng 2, " * 100, "longer than"),
        ("trước " + "1/2," * 40 + "1/2", "more than"),
        ("", "itself is too late"),
    ],
)
def test_what_is_none_is_refused_with_what_to_write(text: str, why: str) -> None:
    with pytest.raises(NotADeadline, match=why):
        dues_of(text, DECEMBER, ZONE)


@given(st.sampled_from(["trước ", "hết ", "chậm nhất ", ""]), st.text(max_size=LONGEST + 20))
def test_no_text_does_anything_else(before: str, text: str) -> None:
    try:
        found = dues_of(before + text, DECEMBER, ZONE)
    except NotADeadline:
        return
    assert list(found.dues) == sorted(found.dues, key=lambda due: due.at)
    assert all(isinstance(due.at, datetime) and due.last() <= due.at for due in found.dues)
