"""What is drawn of courses and rings: all of it is on the sheet, nothing lies on anything else or is too small."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitord.domain.marks import Mark, Sign
from monitord.domain.ringsketch import JointState
from monitord.domain.timeline import Band, Stretch
from monitord.draw.course import ROWS, columns, course_sheet
from monitord.draw.ring import MOST_NODES, ring_sheet, spots
from monitord.draw.sheet import (
    SMALLEST,
    WIDTH,
    Box,
    NotDrawn,
    Sheet,
    Stroke,
    cut,
    overlapping,
    shown,
    width,
    wrapped,
)
from monitord.texts import LANGUAGES, pick
from tests.draw.drawings import BEGUN, HOSTILE, ZONE, at, course, ring

VI = pick("vi")
NAMES = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=80))
SIGNS = st.lists(st.tuples(st.sampled_from(list(Sign)), st.floats(0, 1), NAMES), max_size=40)


def faults(sheet: Sheet) -> Iterator[str]:
    """Yield what is wrong with a sheet."""
    for text in sheet.texts:
        if text.x < 0 or text.x + text.width > WIDTH or text.y < 0 or text.y + text.size > sheet.height:
            yield f"off the sheet: {text}"
        if text.size < SMALLEST:
            yield f"too small: {text}"
    yield from (f"on each other: {pair}" for pair in overlapping(sheet.texts))


@pytest.mark.parametrize("words", LANGUAGES.values(), ids=LANGUAGES)
@pytest.mark.parametrize("lasts", [{"seconds": 8}, {"minutes": 3}, {"hours": 5}, {"days": 3}, {"days": 400}], ids=str)
def test_a_course_of_any_length_is_legible(words: object, lasts: dict[str, float]) -> None:
    span = timedelta(**lasts)
    marks = [Mark(BEGUN + span * part / 12, sign, "trực ca") for part, sign in enumerate(Sign)]
    for over in (True, False):
        sheet = course_sheet(course(span, marks=marks, over=over, drill=over), words, ZONE)  # type: ignore[arg-type]
        assert list(faults(sheet)) == []


@settings(max_examples=60, deadline=None)
@given(NAMES, SIGNS, st.integers(1, 10**7), st.booleans())
def test_whatever_a_course_is_called_and_whatever_happened_it_is_legible(
    name: str, signs: list[tuple[Sign, float, str]], seconds: int, over: bool
) -> None:
    span = timedelta(seconds=seconds)
    marks = [Mark(BEGUN + span * part, sign, role) for sign, part, role in signs]
    assert list(faults(course_sheet(course(span, name, marks, over), VI, ZONE))) == []


@settings(max_examples=60, deadline=None)
@given(st.integers(2, MOST_NODES), st.sets(st.integers(0, 60)), st.sets(st.integers(0, 60)), NAMES)
def test_a_ring_of_any_size_is_legible(count: int, cuts: set[int], lost: set[int], name: str) -> None:
    drawn = ring(count, {n for n in cuts if n < count}, {n for n in lost if n < count}, name=name)
    assert list(faults(ring_sheet(drawn, VI, ZONE))) == []


def test_every_device_has_its_name_and_its_own_place() -> None:
    drawn = ring(40, {3, 17}, range(4, 18))
    written = {text.text for text in ring_sheet(drawn, VI, ZONE).texts}
    assert {node.name for node in drawn.nodes} <= written
    assert len(set(spots(40, 0, 44))) == 40


def test_a_ring_that_is_too_large_is_refused() -> None:
    with pytest.raises(NotDrawn):
        ring_sheet(ring(MOST_NODES + 1), VI, ZONE)


def test_what_is_cut_is_crossed_out_numbered_and_named() -> None:
    drawn = ring(6, {1, 4}, {2, 3, 4})
    sheet = ring_sheet(drawn, VI, ZONE)
    written = [text.text for text in sheet.texts]
    assert "Ring bị chia cắt: 2 đoạn đứt, cô lập 3 thiết bị" in written
    assert [drawn.joints[n].name in written for n in drawn.cuts] == [True, True]
    assert written.count("1") == written.count("2") == 2, "beside the cross, and before the name"
    assert {VI.drawn["node_isolated"], VI.drawn["joint_cut"], VI.drawn["hub"]} <= set(written)


def test_colour_is_not_the_only_sign() -> None:
    drawn = ring(6, {1}, {2}, {4})
    kinds = {(s.thick, s.dash) for s in ring_sheet(drawn, VI, ZONE).shapes if isinstance(s, Stroke) and s.thick != 2}
    assert {(7.0, False), (4.0, True)} <= kinds
    changes = [(BEGUN, Band.DOWN), (at(minutes=20), Band.DEGRADED), (at(minutes=40), Band.UP)]
    sheet = course_sheet(course(timedelta(hours=1), changes=changes), VI, ZONE)
    boxes = [shape for shape in sheet.shapes if isinstance(shape, Box) and shape.h > 10 and not shape.radius]
    tall = {shape.fill: shape.h for shape in boxes}
    assert len(set(tall.values())) >= 3, "how tall a band is tells it as well"


def test_what_is_not_to_be_named_is_not() -> None:
    drawn = ring(5, {1}, name="")
    written = " ".join(text.text for text in ring_sheet(drawn, VI, ZONE).texts)
    assert "(không nêu tên)" in written
    assert drawn.joints[1].state is JointState.CUT


def test_of_very_many_marks_it_is_said_how_many_are_left_out() -> None:
    marks = [Mark(at(minutes=n), Sign.TOLD, "trực ca") for n in range(50)]
    told = course(timedelta(hours=1), marks=marks)
    written = [text.text for text in course_sheet(told, VI, ZONE).texts]
    assert f"… và {len(told.marks) - ROWS + 1} việc nữa: xem nhật ký sự cố" in written
    assert written.count("khôi phục") == 1, "the end is there"


def test_a_short_fault_of_a_long_course_is_seen_and_unseen_time_is_neither_up_nor_down() -> None:
    day, end = timedelta(days=3), BEGUN + timedelta(days=3)
    blink = [
        Stretch(BEGUN, at(hours=1), Band.UP),
        Stretch(at(hours=1), at(hours=1, seconds=3), Band.DOWN),
        Stretch(at(hours=1, seconds=3), at(hours=40), Band.UNKNOWN),
        Stretch(at(hours=40), end, Band.UP),
    ]
    found = columns(blink, BEGUN, end, 500)
    assert found.count(Band.DOWN) == 1
    unseen = [n for n, band in enumerate(found) if band is Band.UNKNOWN]
    assert unseen == list(range(unseen[0], unseen[-1] + 1))
    assert unseen[-1] == int(timedelta(hours=40) / day * 500)


@given(st.text(max_size=300), st.floats(20, 900))
def test_what_is_cut_fits(text: str, space: float) -> None:
    assert width(cut(text, space, 32), 32) <= max(space, width("…", 32))
    for line in wrapped(text, space, 32, 2):
        assert width(line, 32) <= max(space, width("…", 32))


@pytest.mark.parametrize("text", HOSTILE)
def test_only_letters_that_the_font_has_are_drawn(text: str) -> None:
    assert all(char.isprintable() for char in shown(text))
    assert shown("Trần Thị Ẫ\u0301 🔴 x").startswith("Trần Thị Ẫ")
