"""Lunar dates as people write them, and what they are asked when there is no such day."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitord.calendar.lunar import LunarDay, lunar_to_solar, say
from monitord.calendar.spoken import NotALunarDate, spoken_day
from tests.calendar.table import months, tet


def said(text: str, year: int) -> date | NotALunarDate:
    """Return what comes of a text: a day, or why not."""
    try:
        return spoken_day(text, year)
    except NotALunarDate as refused:
        return refused


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("29 Tết", date(2027, 2, 5)),
        ("mùng 1", date(2027, 2, 6)),
        ("Mùng 1 Tết", date(2027, 2, 6)),
        ("mồng một Tết", date(2027, 2, 6)),
        ("Mùng 4 Tết Nguyên đán 2030", date(2030, 2, 5)),
        ("giao thừa", date(2027, 2, 5)),
        ("Đêm giao thừa 2030", date(2030, 2, 1)),
        ("mùng 2 tháng Giêng 2027", date(2027, 2, 7)),
        ("mùng 2 tháng Giêng năm 2028", date(2028, 1, 27)),
        ("rằm tháng Bảy", date(2027, 8, 16)),
        ("ngày rằm tháng 8 âm lịch", date(2027, 9, 15)),
        ("rằm tháng Giêng (âm lịch)", date(2027, 2, 20)),
        ("23 tháng Chạp 2026", date(2027, 1, 30)),
        ("23 Chạp", date(2028, 1, 19)),
        ("21 tháng Sáu", date(2027, 7, 24)),
        ("mùng năm tháng năm", date(2027, 6, 9)),
        ("mùng 5 tháng Năm năm 2027", date(2027, 6, 9)),
        ("mùng mười tháng ba", date(2027, 4, 16)),
        ("mùng 1 tháng mười một", date(2027, 11, 28)),
        ("mùng 5 tháng Sáu nhuận 2025", date(2025, 7, 29)),
        ("15/7 âm lịch", date(2027, 8, 16)),
        ("29/12/2026 (al)", date(2027, 2, 5)),
        ("29 tet", date(2027, 2, 5)),
        ("  MÙNG   2  THÁNG GIÊNG ", date(2027, 2, 7)),
    ],
)
def test_a_day_is_read_as_people_write_it(text: str, day: date) -> None:
    for form in ("NFC", "NFD"):
        assert spoken_day(unicodedata.normalize(form, text), 2027) == day


@pytest.mark.parametrize(
    ("text", "proposal", "words"),
    [
        ("30 Tết", date(2027, 2, 5), "29 Tết"),
        ("30 tháng Chạp 2026", date(2027, 2, 5), "29 tháng Chạp"),
        ("30/12/2026 âm lịch", date(2027, 2, 5), "29 tháng Chạp"),
        ("mùng 5 tháng Sáu nhuận", date(2027, 7, 8), "mùng 5 tháng Sáu"),
        ("31 tháng Chạp 2026", date(2027, 2, 5), "29 tháng Chạp"),
        ("mùng 11", date(2027, 2, 16), "11 tháng Giêng"),
        ("10 tháng 3", date(2027, 4, 16), "mùng 10 tháng Ba"),
        ("15/7", date(2027, 8, 16), "rằm tháng Bảy"),
    ],
)
def test_a_day_that_is_none_is_refused_with_the_day_that_may_be_meant(text: str, proposal: date, words: str) -> None:
    with pytest.raises(NotALunarDate) as refused:
        spoken_day(text, 2027)
    assert (refused.value.proposal, refused.value.words) == (proposal, words)
    assert f'did you mean "{words}" ({proposal:%d/%m/%Y})?' in str(refused.value)
    assert text in str(refused.value)


@pytest.mark.parametrize(
    "text",
    ["", "29", "rằm", "mùng", "Tết", "0 Tết", "17 Tết", "mùng 1 tháng 13", "0 tháng Giêng", "mùng 1 Tết 9999", 
     "5/2/2027x", "29 Tết 29", "mùng 1 tháng", "x" * 100, "\x00mùng 1\n; --", "mùng １"],
)  # fmt: skip
def test_what_names_no_day_is_refused_and_said(text: str) -> None:
    with pytest.raises(NotALunarDate) as refused:
        spoken_day(text, 2027)
    assert refused.value.proposal is None
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 300


def test_every_day_of_the_table_is_read_back_from_its_words() -> None:
    for m in months():
        for day in range(1, m.days + 1):
            found = spoken_day(f"{say(LunarDay(m.year, m.month, day, m.leap))} {m.year}", 1900)
            assert found == lunar_to_solar(day, m.month, m.year, m.leap)


@pytest.mark.parametrize("year", range(2018, 2050))
def test_the_days_around_each_tet_lie_around_its_first_day(year: int) -> None:
    first = tet(year)
    assert spoken_day("mùng 1", year) == first
    assert (first - spoken_day("giao thừa", year)).days == 1
    assert (first - spoken_day("29 Tết", year)).days in (1, 2)
    eve = said("30 Tết", year)
    assert (eve.proposal if isinstance(eve, NotALunarDate) else eve) == spoken_day("giao thừa", year)


@given(st.text(max_size=80), st.integers(-10_000, 10_000))
def test_no_text_makes_it_fall(text: str, year: int) -> None:
    found = said(text, year)
    assert isinstance(found, date) or str(found).isprintable()


_PIECES = ["mùng", "rằm", "ngày", "1", "10", "15", "29", "30", "31", "tháng", "Giêng", "Chạp", "12", "nhuận", "Tết",
           "năm", "2027", "/", "âm lịch", "giao thừa"]  # fmt: skip


@given(st.lists(st.sampled_from(_PIECES), max_size=7).map(" ".join), st.integers(1890, 2110))
def test_no_row_of_its_own_words_makes_it_fall(text: str, year: int) -> None:
    found = said(text, year)
    assert isinstance(found, date) or (found.proposal is None) == (found.words is None)
