"""Layers, periods and overlays: who is on duty when one lies over the other, and that nothing planned is lost."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitord.domain.laying import Layer, Overlay, Period, lay, layer_over
from monitord.domain.roster import Shift, on_duty

DAY = datetime(2027, 2, 5, tzinfo=UTC)
PEOPLE = ("an", "binh", "chi", "dung")


def hour(n: float) -> datetime:
    """Return an instant of the day, by its hour."""
    return DAY + timedelta(hours=n)


def shift(person: str, start: float, end: float, duty: str = "shift") -> Shift:
    """Return a shift of the day."""
    return Shift("vt", duty, person, hour(start), hour(end), f"r:{person}")


def said(shifts: list[Shift]) -> list[tuple[float, float, str]]:
    """Return shifts as hours of the day."""
    return [((s.start - DAY) / timedelta(hours=1), (s.end - DAY) / timedelta(hours=1), s.person) for s in shifts]


def over(number: int, start: float, end: float, out: tuple[str, ...] | None, into: tuple[str, ...]) -> Overlay:
    """Return an overlay of the day."""
    return Overlay(number, "vt", "shift", hour(start), hour(end), out, into)


def test_a_higher_layer_counts_alone_where_it_has_anybody_and_nowhere_else() -> None:
    plan = Layer((shift("an", 0, 12), shift("binh", 12, 24), shift("chi", 0, 24, "leader")))
    tet = layer_over([shift("dung", 10, 14)])
    assert said(lay([plan, tet], ())) == [
        (0, 24, "chi"), (0, 10, "an"), (10, 14, "dung"), (14, 24, "binh"),
    ]  # fmt: skip


def test_a_batch_says_all_of_its_period_also_where_it_names_nobody() -> None:
    plan = Layer((shift("an", 0, 24),))
    batch = Layer((shift("binh", 8, 12),), (Period("vt", "shift", hour(8), hour(16)),))
    assert said(lay([plan, batch], ())) == [(0, 8, "an"), (8, 12, "binh"), (16, 24, "an")]


def test_what_is_added_by_hand_stands_beside_the_plan() -> None:
    assert said(lay([Layer((shift("an", 0, 24),)), Layer((shift("binh", 8, 12),))], ())) == [
        (0, 24, "an"),
        (8, 12, "binh"),
    ]


def test_a_swap_leaves_both_pieces_of_the_shift_it_lies_over() -> None:
    laid = lay([Layer((shift("an", 6, 14), shift("binh", 6, 14)))], [over(7, 8, 10, ("an",), ("chi",))])
    assert said(laid) == [(6, 8, "an"), (6, 14, "binh"), (8, 10, "chi"), (10, 14, "an")]
    assert [s.source for s in laid if s.person == "chi"] == ["override:7"]


def test_who_comes_and_is_there_already_is_there_once() -> None:
    assert said(lay([Layer((shift("an", 6, 14), shift("binh", 6, 14)))], [over(1, 8, 10, ("an",), ("binh",))])) == [
        (6, 8, "an"), (6, 14, "binh"), (10, 14, "an"),
    ]  # fmt: skip


@st.composite
def days(draw: st.DrawFn) -> tuple[list[Layer], list[Overlay]]:
    """Return layers and overlays of one day, in whole hours."""

    def span() -> tuple[int, int]:
        start = draw(st.integers(0, 23))
        return start, draw(st.integers(start + 1, 24))

    def shifts() -> list[Shift]:
        return [shift(draw(st.sampled_from(PEOPLE)), *span()) for _ in range(draw(st.integers(0, 4)))]

    layers = [Layer(tuple(shifts()))] + [layer_over(shifts()) for _ in range(draw(st.integers(0, 2)))]
    some = st.lists(st.sampled_from(PEOPLE), max_size=2, unique=True).map(tuple)
    overlays = [over(n, *span(), draw(st.none() | some), draw(some)) for n in range(draw(st.integers(0, 4)))]
    return layers, overlays


@given(days())
def test_at_every_boundary_the_answer_is_the_one_of_the_rules_read_aloud(
    day: tuple[list[Layer], list[Overlay]],
) -> None:
    layers, overlays = day
    laid = lay(layers, overlays)
    assert len({(s.person, s.start, s.end) for s in laid}) == len(laid)
    for at in (hour(n) + timedelta(microseconds=us) for n in range(25) for us in (-1, 0, 1)):
        on: set[str] = set()
        for number, layer in enumerate(layers):
            here = {s.person for s in layer.shifts if s.covers(at)}
            on = here if number and any(p.start <= at < p.end for p in layer.takes) else on | here
        for one in overlays:
            if one.start <= at < one.end:
                on = (set() if one.outgoing is None else on - set(one.outgoing)) | set(one.incoming)
        assert set(on_duty(laid, "vt", "shift", at)) == on
