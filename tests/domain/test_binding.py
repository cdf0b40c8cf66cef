"""Codes by which accounts are bound."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitord.domain.binding import CODE_BYTES, HOLDS, code_of, digest_of, valid
from monitord.domain.commands import Command, Verb, read_command
from tests.support.clock import START


@given(st.binary(min_size=CODE_BYTES, max_size=CODE_BYTES), st.binary(min_size=CODE_BYTES, max_size=CODE_BYTES))
def test_every_bit_counts_and_the_digest_says_nothing_of_the_code(one: bytes, other: bytes) -> None:
    code = code_of(one)
    assert (code == code_of(other)) is (one == other)
    assert code.isalnum()
    assert code not in digest_of(code).upper()
    assert read_command(f"/start {code}") == Command(Verb.BIND, text=code)


def test_it_is_read_as_it_was_meant() -> None:
    code = code_of(bytes(range(16)))
    assert digest_of(f" {code[:5].lower()} {code[5:]} ") == digest_of(code)
    assert digest_of(code[:-1]) != digest_of(code)


def test_other_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        code_of(b"short")


def test_ten_minutes_and_no_longer_whatever_the_clock_does() -> None:
    assert valid(START, START)
    assert valid(START, START + HOLDS - timedelta(seconds=1))
    assert not valid(START, START + HOLDS)
    assert not valid(START, START - timedelta(seconds=1))
