"""Layers, overrides and swaps of other systems, each test named by the case it bears."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitord.domain.laying import Layer, Overlay, OverlayKind, lay, layer_over
from monitord.domain.roster import DailySlot, Shift, expand, instant, on_duty
from tests.cases.registry import case

DAY = datetime(2027, 2, 5, tzinfo=UTC)


def at(clock: str) -> datetime:
    """Return an instant of the day."""
    hours, _, minutes = clock.partition(":")
    return DAY + timedelta(hours=int(hours), minutes=int(minutes or 0))


def shift(person: str, start: str, end: str) -> Shift:
    """Return a shift of the day."""
    return Shift("vt", "shift", person, at(start), at(end))


def over(number: int, start: str, end: str, outgoing: tuple[str, ...] | None, incoming: tuple[str, ...]) -> Overlay:
    """Return an overlay of the day."""
    return Overlay(number, "vt", "shift", at(start), at(end), outgoing, incoming)


def shown(laid: list[Shift]) -> list[list[str]]:
    """Return shifts as the cases write them."""
    return [[f"{s.start:%H:%M}", f"{s.end:%H:%M}", s.person] for s in laid]


@pytest.mark.case("roster", "override-remove")
def test_somebody_taken_off_for_some_days_is_off_in_those_days_alone() -> None:
    zone, first = ZoneInfo("America/Chicago"), date(2026, 12, 1)
    always = Shift("vt", "shift", "A", instant(first, time(0), zone), instant(date(2026, 12, 9), time(0), zone))
    daily = expand("vt", "shift", DailySlot(time(9), time(21), ("B",), first), first, 8, zone, "")
    since, until = (instant(date(2026, 12, day), time(0), zone) for day in (2, 7))
    laid = lay([Layer((always, *daily))], [Overlay(1, "vt", "shift", since, until, ("B",), ())])
    expected = case("roster", "override-remove")["expect"]
    for days, said in (((1,), "before"), (range(2, 7), "within"), ((7, 8), "after")):
        for day in days:
            hours = [instant(date(2026, 12, day), time(hour), zone) for hour in (8, 12, 22)]
            assert [" ".join(on_duty(laid, "vt", "shift", hour)) for hour in hours] == expected[said], day


@pytest.mark.case("roster", "override-remove-part")
def test_somebody_taken_off_for_a_part_of_a_shift_has_both_pieces_and_between_them_is_nobody() -> None:
    laid = lay([Layer((shift("X", "08:00", "10:00"),))], [over(1, "08:30", "08:45", ("X",), ())])
    assert shown(laid) == [["08:00", "08:30", "X"], ["08:45", "10:00", "X"]]
    assert on_duty(laid, "vt", "shift", at("08:30")) == on_duty(laid, "vt", "shift", at("08:44")) == ()


@pytest.mark.case("roster", "override-over-override")
def test_the_later_override_lies_over_the_earlier() -> None:
    plan = Layer((shift("B", "22:00", "23:00"),))
    laid = lay([plan], [over(1, "22:00", "23:00", None, ("E",)), over(2, "22:00", "22:30", None, ("A",))])
    assert shown(laid) == case("roster", "override-over-override")["expect"]


@pytest.mark.case("roster", "layers-priority")
def test_a_day_in_two_layers_with_overrides() -> None:
    first = ("A", 10, 15), ("B", 11, 13), ("A", 16, 19), ("A", 21, 22), ("B", 22, 24)
    second = ("C", 12, 14), ("D", 14, 15), ("D", 17, 18), ("D", 20, 23)
    layers = [[shift(person, str(start), str(end)) for person, start, end in layer] for layer in (first, second)]
    overlays = [over(1, "22", "23", None, ("E",)), over(2, "22", "22:30", None, ("A",))]
    laid = lay([Layer(tuple(layers[0])), layer_over(layers[1])], overlays)
    instants = [DAY + timedelta(minutes=minute) for minute in range(24 * 60)]
    told = [(at(start), at(end), who) for start, end, who in case("roster", "layers-priority")["expect"]]
    for one in instants:
        expected = {who for start, end, who in told if start <= one < end} - {"nobody"}
        assert set(on_duty(laid, "vt", "shift", one)) == expected, one


@pytest.mark.case("roster", "swap-not-taken")
@pytest.mark.case("roster", "swap-taken")
def test_a_swap_that_was_taken_counts_in_its_hours_and_one_that_was_not_does_not_count() -> None:
    plan = Layer((shift("A", "06:00", "14:00"),))
    # Before somebody takes it, a request is no overlay.
    assert shown(lay([plan], ())) == [["06:00", "14:00", "A"]]
    taken = Overlay(1, "vt", "shift", at("08:00"), at("10:00"), ("A",), ("B",), OverlayKind.SWAP)
    laid = lay([plan], [taken])
    assert shown(laid) == [["06:00", "08:00", "A"], ["08:00", "10:00", "B"], ["10:00", "14:00", "A"]]
    assert laid[1].source == "swap:1"
