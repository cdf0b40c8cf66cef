"""Both languages have a word for everything, and no text breaks a rule of the duty desk."""

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from string import Formatter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitord.domain.finding import FindingKind
from monitord.domain.health import Cause, Happening, Health, Hold
from monitord.domain.incident import Phase
from monitord.domain.journal import FactKind
from monitord.domain.marks import Sign
from monitord.domain.menus import LISTS
from monitord.domain.notice import Button, Delivery, DeliveryCause, Event, NoticeState
from monitord.domain.ringsketch import JointState, NodeState
from monitord.domain.timeline import Band
from monitord.texts import LANGUAGES, pick
from monitord.texts.story import Audience, Pressed, PressResult, ToldState, Words
from tests.texts.log_rows import NAMES, ROWS
from tests.texts.stories import DEPARTMENT, SHIFT, STORIES, ZONE, at

both = pytest.mark.parametrize("words", LANGUAGES.values(), ids=LANGUAGES)

SETS: dict[type[StrEnum], Callable[[Words], Callable[..., str]]] = {
    Health: lambda words: words.health,
    Cause: lambda words: words.cause,
    Phase: lambda words: words.phase,
    Hold: lambda words: words.hold,
    Happening: lambda words: words.happening,
    Event: lambda words: words.event,
    NoticeState: lambda words: words.notice_state,
    Delivery: lambda words: words.delivery,
    DeliveryCause: lambda words: words.delivery_cause,
    ToldState: lambda words: words.told_state,
    Button: lambda words: words.button,
    FindingKind: lambda words: words.finding,
}


@both
@pytest.mark.parametrize("members", SETS, ids=lambda members: members.__name__)
def test_every_member_has_a_word_of_its_own(words: Words, members: type[StrEnum]) -> None:
    said = [SETS[members](words)(member) for member in members]
    assert all(said)
    assert len(set(said)) == len(said)


def fields(said: str) -> set[str]:
    """Return what is filled into a text."""
    return {name for _, name, _, _ in Formatter().parse(said) if name}


@both
def test_whatever_can_be_drawn_has_words(words: Words) -> None:
    for kinds, before in ((Sign, "sign"), (Band, "band"), (NodeState, "node"), (JointState, "joint")):
        assert all(words.drawn[f"{before}_{one}"] for one in kinds)


@both
def test_every_severity_has_a_name(words: Words) -> None:
    assert len({words.severity(n) for n in (1, 2, 3, 4)}) == 4
    assert words.severity(9) == "9"


def test_both_languages_have_the_same_keys_for_pages_and_tables() -> None:
    vi, en = pick("vi"), pick("en")
    assert set(vi.page) == set(en.page)
    assert set(vi.table) == set(en.table)
    assert set(vi.demo) == set(en.demo)
    assert {key: fields(said) for key, said in vi.drawn.items()} == {key: fields(s) for key, s in en.drawn.items()}
    assert {button: set(known) for button, known in vi.lists.items()} == {b: set(k) for b, k in en.lists.items()}
    assert set(LISTS.values()) == set(vi.lists)
    assert all([*vi.page.values(), *en.page.values(), *vi.table.values(), *en.table.values()])


@both
@pytest.mark.parametrize("event", Event)
@pytest.mark.parametrize("audience", Audience)
def test_every_event_has_a_text_for_every_reader_with_the_number_in_its_first_line(
    words: Words, event: Event, audience: Audience
) -> None:
    for cause in Cause:
        for health in Health:
            story = replace(SHIFT, event=event, audience=audience, cause=cause, health=health, told=())
            text = words.message(story)
            assert "SC-0602-004" in text.split("\n")[0]
            assert "OLT Tiểu Cần 01" in text


@both
def test_no_text_is_longer_than_a_screen_of_a_telephone(words: Words) -> None:
    for name, story in STORIES.items():
        lines = words.message(story).split("\n")
        assert len(lines) <= 12, name
        assert all(len(line) <= 200 for line in lines), name


def test_the_department_reads_roles_and_units_and_none_of_our_peoples_names() -> None:
    ours = ("Trần Thị B", "Lê Văn C")
    for lang in LANGUAGES:
        for name, story in STORIES.items():
            if story.audience is Audience.DEPARTMENT:
                text = pick(lang).message(story)
                assert not any(person in text for person in ours), (lang, name)


def test_what_leaves_without_approval_says_so_and_names_the_order() -> None:
    text = pick("vi").message(DEPARTMENT)
    assert "chưa qua lãnh đạo đơn vị duyệt (theo Công văn số 12/VT-ĐHTT (ví dụ))" in text
    approved = pick("vi").message(replace(DEPARTMENT, order=None, approved_by="Nguyễn Văn A"))
    assert "Người duyệt: Nguyễn Văn A" in approved
    assert "chưa qua" not in approved


def test_knowing_of_it_is_never_called_taking_it() -> None:
    vi = pick("vi")
    assert vi.button(Button.TAKE) == "✅ Tiếp nhận"
    assert "tiếp nhận" not in vi.button(Button.NOTED).lower()
    assert "tiếp nhận" not in vi.button(Button.RECEIPT).lower()
    for member in (ToldState.NOTED, ToldState.RECEIPT):
        assert "tiếp nhận" not in vi.told_state(member)


@both
def test_a_repeat_says_so_in_its_first_line(words: Words) -> None:
    text = words.message(replace(SHIFT, repeat=True)).split("\n")[0]
    assert "trùng" in text or "repeat" in text


def test_vietnamese_texts_are_in_nfc_and_never_climb_over_heads() -> None:
    vi = pick("vi")
    for name, story in STORIES.items():
        text = vi.message(story)
        assert unicodedata.is_normalized("NFC", text), name
        assert "vượt cấp" not in text
        assert "leo thang" not in text


@both
@pytest.mark.parametrize("result", PressResult)
def test_an_answer_to_a_press_fits_where_it_is_shown(words: Words, result: PressResult) -> None:
    long = Pressed(result, "SC-0602-004", "Nguyễn " * 40, "trực điều hành", at("03:31:12"), ZONE)
    assert 0 < len(words.press(long)) <= 200
    assert words.press(Pressed(result))


@pytest.mark.parametrize("result", [PressResult.REFUSED, PressResult.UNKNOWN])
def test_a_refusal_tells_nothing(result: PressResult) -> None:
    said = pick("vi").press(Pressed(result, "SC-0602-004", "Trần Thị B", "trực ca", at("03:31:12"), ZONE))
    assert "SC-" not in said
    assert "Trần" not in said
    assert "03:" not in said


@both
@pytest.mark.parametrize("kind", FactKind)
def test_every_kind_of_row_has_a_sentence_without_leftovers(words: Words, kind: FactKind) -> None:
    for refs in (ROWS[kind], {}):
        line = words.log_line(kind, refs, NAMES, ZONE)
        assert line
        assert not any(char in line for char in "{}[]")
        assert "\n" not in line
        assert "None" not in line


@both
def test_a_call_whose_outcome_nobody_said_is_not_called_answered(words: Words) -> None:
    said = dict(ROWS[FactKind.INCIDENT_CALL])
    line = words.log_line(FactKind.INCIDENT_CALL, said, NAMES, ZONE)
    unsaid = words.log_line(FactKind.INCIDENT_CALL, {**said, "answered": None}, NAMES, ZONE)
    assert line.startswith(unsaid)
    assert line != unsaid


def test_what_came_back_by_itself_is_not_called_suspected() -> None:
    refs = {"was": "down", "now": "up", "cause": "fine", "attempt": 0, "confirm": 3}
    assert pick("vi").log_line(FactKind.TARGET_SOFT, refs, NAMES, ZONE) == "OLT Tiểu Cần 01: mất liên lạc → bình thường"


@both
def test_a_row_of_an_unknown_kind_is_shown_as_it_is(words: Words) -> None:
    assert words.log_line("weather.changed", {"a": 1}, {}, ZONE) == "weather.changed"


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)
keys = st.sampled_from(sorted({key for refs in ROWS.values() for key in refs}))


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(FactKind), st.dictionaries(keys, junk, max_size=5))
def test_a_row_that_holds_anything_at_all_is_still_a_line(kind: FactKind, refs: dict[str, object]) -> None:
    for words in LANGUAGES.values():
        line = words.log_line(kind, refs, NAMES, ZONE)
        assert "\n" not in line


@pytest.mark.parametrize(
    ("seconds", "vi", "en"),
    [
        (0, "0 giây", "0 s"),
        (-5, "0 giây", "0 s"),
        (45.9, "45 giây", "45 s"),
        (22 * 60 + 59, "22 phút", "22 min"),
        (3600, "1 giờ", "1 h"),
        (3900, "1 giờ 05 phút", "1 h 05 min"),
        (86_400, "1 ngày", "1 d"),
        (2 * 86_400 + 3 * 3600 + 59, "2 ngày 03 giờ", "2 d 03 h"),
    ],
)
def test_durations_are_said_as_people_say_them(seconds: float, vi: str, en: str) -> None:
    assert pick("vi").duration(timedelta(seconds=seconds)) == vi
    assert pick("en").duration(timedelta(seconds=seconds)) == en


def test_the_log_says_a_duration_to_the_second() -> None:
    span = timedelta(hours=1, minutes=4, seconds=50)
    assert pick("vi").duration(span, exact=True) == "1 giờ 4 phút 50 giây"
    assert pick("en").duration(span, exact=True) == "1 h 4 min 50 s"


def test_numbers_and_days_follow_the_language() -> None:
    assert pick("vi").number(1248) == "1.248"
    assert pick("vi").number(1248.5, 1) == "1.248,5"
    assert pick("en").number(1248.5, 1) == "1,248.5"
    assert pick("vi").day(at("00:00"), ZONE) == "Thứ Bảy 06/02/2027 (mùng 1 tháng Giêng)"
    assert pick("en").day(at("23:59", 5), ZONE) == "Friday 05/02/2027 (lunar 29/12)"
    assert pick("vi").instant(at("03:07:12"), ZONE, seconds=True) == "03:07:12 06/02/2027"


@pytest.mark.parametrize(
    ("device", "title", "instance", "said"),
    [
        ("OLT 1", "", "", "OLT 1"),
        ("OLT 1", "OLT 1", "", "OLT 1"),
        ("R1", "Cổng lên lõi", "ge-0/0/1", "R1 – Cổng lên lõi (ge-0/0/1)"),
        ("R1", "", "ge-0/0/1", "R1 – ge-0/0/1"),
        ("R1", "Cổng ge-0/0/1", "ge-0/0/1", "R1 – Cổng ge-0/0/1"),
    ],
)
def test_a_target_is_named_once(device: str, title: str, instance: str, said: str) -> None:
    assert pick("vi").target(device, title, instance) == said
