"""Hostile text: whatever a device calls itself, one printable line comes out."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitord.domain.safe import LIMIT, clean, clean_bytes

anything = st.text(st.characters(), max_size=600)
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"


@given(anything, st.integers(2, 300))
@settings(max_examples=400, deadline=None)
def test_one_line_of_bounded_length_without_anything_invisible_that_commands(text: str, limit: int) -> None:
    line = clean(text, limit)
    assert len(line) <= limit
    assert not any(unicodedata.category(c)[0] == "C" and c not in "\u200c\u200d" for c in line)
    assert not set(line) & set(BIDI + "\r\n\t\v\f\x85\u2028\u2029")
    assert line == line.strip()
    line.encode("utf-8")


@given(anything, st.integers(2, 300))
@settings(max_examples=400, deadline=None)
def test_cleaning_twice_changes_nothing_more(text: str, limit: int) -> None:
    assert clean(clean(text, limit), limit) == clean(text, limit)


@given(st.binary(max_size=2000))
@settings(max_examples=200, deadline=None)
def test_any_bytes_become_a_line(raw: bytes) -> None:
    assert len(clean_bytes(raw)) <= LIMIT


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("Đà Nẵng – Cầu Rồng", "Đà Nẵng – Cầu Rồng"),
        ("Cầu".encode().decode(), "Cầu"),
        ("olt\x1b[31m-1\x07", "olt\ufffd[31m-1\ufffd"),
        ("a\r\nb\tc", "a b c"),
        ("gnp.\u202exe.exe", "gnp.xe.exe"),
        ("a\x00b", "a\ufffdb"),
        ("\ud800x", "x"),
        ("   ", ""),
        ("e\u0301", "é"),
    ],
)
def test_examples(hostile: str, shown: str) -> None:
    assert clean(hostile) == shown


def test_what_is_cut_says_so() -> None:
    assert clean("x" * 400) == "x" * (LIMIT - 1) + "…"
    assert clean("x" + " " * 5000) == "x…"


def test_a_megabyte_takes_no_longer_than_a_line() -> None:
    assert len(clean("\u0301" * 1_000_000)) <= LIMIT
