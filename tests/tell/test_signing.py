"""Callback data: what we signed is read, everything else is nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitord.domain.notice import Button
from monitord.domain.signing import LIMIT, REF_BYTES, read, sign

KEY = b"k" * 32
refs = st.binary(min_size=REF_BYTES, max_size=REF_BYTES)


@given(refs, st.sampled_from(Button))
def test_what_was_signed_is_read_again_and_fits_under_a_button(ref: bytes, action: Button) -> None:
    signed = sign(KEY, ref, action)
    assert len(signed.encode()) <= LIMIT
    assert read(KEY, signed) == (ref, action)


@given(refs, st.data())
def test_one_changed_character_makes_it_nothing(ref: bytes, data: st.DataObject) -> None:
    signed = sign(KEY, ref, "take")
    place = data.draw(st.integers(min_value=0, max_value=len(signed) - 1))
    char = data.draw(st.characters(exclude_characters=signed[place]))
    assert read(KEY, signed[:place] + char + signed[place + 1 :]) is None


@given(st.text(max_size=200))
def test_what_a_stranger_invents_is_nothing(invented: str) -> None:
    assert read(KEY, invented) is None


def test_another_key_reads_nothing() -> None:
    assert read(b"other", sign(KEY, bytes(10), "take")) is None
    assert read(b"", sign(KEY, bytes(10), "take")) is None


def test_an_action_cannot_be_carried_over_to_another_reference() -> None:
    mine, other = sign(KEY, bytes(10), "take"), sign(KEY, bytes(range(10)), "take")
    assert read(KEY, mine.rpartition("|")[0] + "|" + other.rpartition("|")[2]) is None


@pytest.mark.parametrize(
    ("key", "ref", "action"),
    [(b"", bytes(10), "take"), (KEY, b"short", "take"), (KEY, bytes(10), ""), (KEY, bytes(10), "a|b")],
)
def test_what_could_not_be_read_again_is_not_signed(key: bytes, ref: bytes, action: str) -> None:
    with pytest.raises(ValueError, match=r"empty|bytes|action"):
        sign(key, ref, action)
