"""Texts for an SMS: laws of what is squeezed, and of what stays whole in a short message."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitord.texts import LANGUAGES
from monitord.texts.short import fitted
from monitord.texts.squeeze import ONE_PART, cut, plain, squeezed
from monitord.texts.story import Answering
from tests.texts.stories import STORIES

GSM_EXTENSION = set("[]{}\\~^|`")
ANY = st.text(max_size=400)


@given(ANY)
def test_what_is_squeezed_is_one_line_that_fits_into_one_part(text: str) -> None:
    line = squeezed(text)
    assert line.isascii()
    assert len(line) <= ONE_PART
    assert "\n" not in line
    # None of them counts twice, or is missing, in the GSM 7-bit alphabet.
    assert not GSM_EXTENSION & set(line)


@given(ANY)
def test_squeezing_twice_changes_nothing(text: str) -> None:
    assert squeezed(squeezed(text)) == squeezed(text)


@given(st.text(alphabet="ăâđêôơưáàảãạĐẮỆỐ abc", max_size=60))
def test_no_vietnamese_letter_is_lost(text: str) -> None:
    assert sum(char.isalpha() for char in plain(text)) == sum(char.isalpha() for char in text)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("MẤT LIÊN LẠC: OLT Tiểu Cần 01", "MAT LIEN LAC: OLT Tieu Can 01"),
        ("Đường truyền UBND xã\nĐã báo.", "Duong truyen UBND xa. Da bao."),
        ("🔴 SỰ CỐ MỚI · Mức 2 – Cao", "SU CO MOI, Muc 2 - Cao"),
        ("• một\n• hai…", "mot. hai..."),
        ("ge-0/0/1 [x] {y} a\\b c|d ~ ^", "ge-0/0/1 (x) (y) a/b c/d -"),
        ("\x00\x1b[31mx", "(31mx"),
        ("", ""),
    ],
)
def test_a_text_becomes_plain(text: str, line: str) -> None:
    assert plain(text) == line


def test_a_cut_ends_at_a_word() -> None:
    assert cut("mot hai ba bon nam", 12) == "mot hai..."
    assert cut("x" * 30, 10) == "xxxxxxx..."
    assert cut("vua du", 6) == "vua du"


@given(st.text(max_size=200), st.lists(st.text(max_size=80), max_size=4))
def test_the_number_and_the_answer_are_never_cut(core: str, more: list[str]) -> None:
    line = fitted("SC-0602-004 M2", core, more, "Tra loi XN 004 de tiep nhan", ONE_PART)
    assert len(line) <= ONE_PART
    assert line.startswith("SC-0602-004 M2")
    assert line.endswith("Tra loi XN 004 de tiep nhan")


def test_what_is_worth_least_goes_first() -> None:
    line = fitted("SC-1 M2", "x" * 60, ["Mat 3 tram", "Nghi het ac quy " * 3], "Tra loi XN 1", 100)
    assert "Mat 3 tram" in line
    assert "ac quy" not in line


@given(
    st.sampled_from(sorted(LANGUAGES)),
    st.sampled_from(sorted(STORIES)),
    st.text(min_size=1, max_size=120),
    st.booleans(),
    st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_every_story_fits_whatever_the_device_is_called(
    lang: str, name: str, name_of_device: str, drill: bool, repeat: bool
) -> None:
    story = replace(STORIES[name], device_name=name_of_device, drill=drill, repeat=repeat, answering=Answering.WRITE)
    line = LANGUAGES[lang].short(story, ONE_PART)
    assert len(line) <= ONE_PART
    assert line.isascii()
    assert story.code in line
