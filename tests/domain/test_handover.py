"""The handover book as a value: kept and read again unchanged, and what is to be done first."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitord.domain.handover import (
    Book,
    ChannelLine,
    Due,
    Ending,
    Instruction,
    Left,
    Report,
    ToDo,
    digest,
    from_wire,
    is_unread,
    to_wire,
)
from monitord.domain.incident import Phase
from monitord.domain.journal import canonical
from monitord.domain.window import WindowKind
from monitord.texts import LANGUAGES
from tests.domain.test_menus import at_phase
from tests.texts.handover_texts import FULL, QUIET
from tests.texts.stories import ZONE

instants = st.integers(0, 10**9).map(lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))
words = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=200)
numbers = st.integers(0, 99)


def some(of: st.SearchStrategy[object], most: int = 12) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(of, max_size=most).map(tuple)


books = st.builds(
    Book,
    words,
    words,
    *[instants] * 4,
    some(words, 3),
    some(words, 3),
    some(st.tuples(words, words)),
    some(st.tuples(st.integers(1, 4), numbers), 4),
    numbers,
    numbers,
    numbers,
    some(st.builds(Left, words, st.integers(1, 4), words, instants, words, st.none() | instants, words)),
    some(st.builds(Report, words, words, instants, st.booleans())),
    some(st.builds(Instruction, words, words, instants, words)),
    some(st.builds(Ending, st.sampled_from(WindowKind), words, instants)),
    some(st.builds(Due, words, instants)),
    some(st.builds(ChannelLine, words, st.booleans(), numbers, st.none() | instants), 5),
)


@settings(max_examples=60, deadline=None)
@given(books)
def test_a_book_is_read_again_as_it_was_kept(book: Book) -> None:
    kept = canonical(to_wire(book))
    again = from_wire(json.loads(kept))
    assert canonical(to_wire(again)) == kept
    assert digest(again) == digest(book)


@settings(max_examples=60, deadline=None)
@given(books)
def test_a_book_fits_on_a_screen_whatever_stands_in_it(book: Book) -> None:
    for language in LANGUAGES.values():
        # With the head of the question and how to answer it there is one more line.
        assert len(language.handover(book, ZONE).split("\n")) + 1 <= 20


def test_any_other_content_has_another_digest() -> None:
    others = [replace(FULL, running=6), replace(FULL, left=FULL.left[1:]), replace(FULL, giving=("Lê Văn C",)), QUIET]
    assert len({digest(one) for one in (FULL, *others)}) == 5


@pytest.mark.parametrize(
    ("left", "to_do"),
    [
        ({}, ToDo.TAKE),
        ({"handed_to": "D"}, ToDo.TAKE),
        ({"taken_by": "B"}, ToDo.ASK_WHEN),
        ({"taken_by": "B", "handed_to": "D", "eta": 1}, ToDo.HANDED),
        ({"taken_by": "B", "eta": 1}, ToDo.WATCH),
        ({"taken_by": "B", "eta": 0}, ToDo.OVERDUE),
    ],
)
def test_what_is_to_be_done_first(left: dict[str, object], to_do: ToDo) -> None:
    now = QUIET.made_at
    eta = now + timedelta(minutes=int(str(left["eta"]))) if "eta" in left else None
    one = Left("SC-0602-004", 2, "OLT", now, str(left.get("taken_by", "")), eta, str(left.get("handed_to", "")))
    assert one.to_do(now) is to_do


def test_only_what_is_grave_real_and_nobodys_is_unread() -> None:
    grave = replace(at_phase(Phase.OPEN), severity=2)
    assert is_unread(grave)
    assert is_unread(replace(grave, severity=1))
    for other in (
        replace(grave, severity=3),
        replace(grave, phase=Phase.ACKNOWLEDGED),
        replace(grave, phase=Phase.RESTORED),
        replace(grave, suspected=True),
        replace(grave, drill=True),
        replace(grave, storm=7),
    ):
        assert not is_unread(other)
