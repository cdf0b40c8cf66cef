"""Long texts in pieces."""

from hypothesis import given
from hypothesis import strategies as st

from monitord.tell.split import cut, split, units


def test_a_text_that_fits_stays_whole() -> None:
    assert split("một\nhai") == ("một\nhai",)
    assert split("") == ("",)


def test_it_breaks_at_the_last_line_end_that_fits() -> None:
    assert split("aaaa\nbbbb\ncccc", 9) == ("aaaa\nbbbb", "cccc")


def test_a_line_too_long_breaks_at_a_blank_and_one_without_blanks_anywhere() -> None:
    assert split("aa bb cc dd", 6) == ("aa bb", "cc dd")
    assert split("abcdefgh", 3) == ("abc", "def", "gh")


def test_an_emoji_counts_twice_and_is_never_halved() -> None:
    assert units("🔴a") == 3
    assert split("🔴🔴🔴", 5) == ("🔴🔴", "🔴")
    assert cut("🔴🔴🔴", 5) == "🔴🔴…"


@given(st.text(max_size=300), st.integers(min_value=3, max_value=40), st.integers(min_value=1, max_value=6))
def test_no_piece_is_too_long_and_their_number_is_bounded(text: str, limit: int, most: int) -> None:
    pieces = split(text, limit, most)
    assert 1 <= len(pieces) <= most
    assert all(units(piece) <= limit for piece in pieces)


@given(st.text(alphabet="ab \n🔴", max_size=60))
def test_nothing_but_blanks_is_lost_where_pieces_suffice(text: str) -> None:
    joined = "".join(split(text, 10, 100))
    assert "".join(joined.split()) == "".join(text.split())
