"""The law of the roster: at every instant the shifts give the answer of the rules, one answer or none.

Every boundary of twenty years is walked, a microsecond before it, on it and a microsecond after it.
"""

import heapq
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitord.domain.cycle import Crew, Cycle, Hours, work
from monitord.domain.laying import Layer, Overlay, lay, layer_over
from monitord.domain.roster import DailySlot, Shift, expand, instant
from monitord.domain.rotation import Rotation, Step, StepUnit, turns
from tests.laws.asking import Asked

US = timedelta(microseconds=1)
BEGIN, END = date(2026, 1, 1), date(2046, 1, 1)
ZONES = [ZoneInfo(name) for name in ("Asia/Ho_Chi_Minh", "Europe/Berlin", "Australia/Lord_Howe")]
Pattern = Rotation | Cycle | DailySlot

CREWS = tuple(Crew(name, (name,), 2 * n) for n, name in enumerate("ABCD"))
THREE = (Hours("ca1", time(6), time(14)), Hours("ca2", time(14), time(22)), Hours("ca3", time(22), time(6)))
PATTERNS: dict[str, Pattern] = {
    "24 hours by turns": Rotation(tuple("abc"), Step(1, StepUnit.DAY), time(7), BEGIN),
    "hour by hour": Rotation(tuple("abcde"), Step(7, StepUnit.HOUR), time(7), BEGIN),
    "weekly leaders": Rotation(tuple("abcd"), Step(1, StepUnit.WEEK), time(2, 15), date(2026, 1, 5)),
    "monthly from the 31st": Rotation(tuple("abcde"), Step(1, StepUnit.MONTH), time(8), date(2026, 1, 31)),
    "people who leave": Rotation(
        tuple("abcde"), Step(1, StepUnit.DAY), time(2, 30), BEGIN,
        left=(("b", date(2030, 6, 1)), ("d", date(2041, 2, 3)), ("e", date(2030, 6, 2))),
    ),
    "3 ca 4 kíp": Cycle(CREWS, THREE, ("ca1", "ca1", "ca2", "ca2", "ca3", "ca3", None, None), BEGIN),
    "2 ca 12 giờ": Cycle(
        CREWS, (Hours("day", time(7), time(19)), Hours("night", time(19), time(7))),
        ("day", "day", "night", "night", None, None, None, None), BEGIN,
    ),
    "24 hours by crews": Cycle(CREWS, (Hours("24h", time(1, 30), time(1, 30)),), ("24h", *3 * (None,)), BEGIN),
    "nights that end in the hour that turns": Cycle(
        CREWS[:2], (Hours("night", time(17), time(2, 30)),), ("night", None), date(2026, 1, 2)
    ),
    "office hours": DailySlot(time(7), time(17), tuple("abc"), BEGIN, weekdays=frozenset(range(5))),
    "weekend nights": DailySlot(time(22), time(2, 15), tuple("ab"), BEGIN, weekdays=frozenset({4, 5})),
}  # fmt: skip
ALONE = {name for name, pattern in PATTERNS.items() if isinstance(pattern, Rotation)} | {
    "3 ca 4 kíp",
    "2 ca 12 giờ",
}
"""Patterns that have exactly one person on duty from their beginning on."""


def written(pattern: Pattern, zone: ZoneInfo, first: date = BEGIN, last: date = END) -> list[Shift]:
    """Return the shifts of a pattern, as the settings write them out."""
    since, until = instant(first, time(0), zone), instant(last, time(0), zone)
    if isinstance(pattern, Rotation):
        return turns("vt", "shift", pattern, since, until, zone, "")
    if isinstance(pattern, Cycle):
        return work("vt", "shift", pattern, since, until, zone, "")
    return expand("vt", "shift", pattern, first, (last - first).days, zone, "")


def walked(shifts: Sequence[Shift], since: datetime, until: datetime) -> Iterator[tuple[datetime, list[str]]]:
    """Yield each instant around each boundary, and who is on duty then by the shifts."""
    boundaries = {since, *(at for shift in shifts for at in (shift.start, shift.end))}
    instants = sorted({at + n * US for at in boundaries if since <= at < until for n in (-1, 0, 1)} | {since})
    ahead, place = sorted(shifts, key=lambda s: s.start), 0
    running: list[tuple[datetime, int, str]] = []
    for at in instants:
        while place < len(ahead) and ahead[place].start <= at:
            heapq.heappush(running, (ahead[place].end, place, ahead[place].person))
            place += 1
        while running and running[0][0] <= at:
            heapq.heappop(running)
        if at >= since:
            yield at, [person for _, _, person in running]


TURNING = ("24 hours by crews", "nights that end in the hour that turns", "weekend nights")
"""Patterns walked where the clocks turn too, beside the rotations: they have hours that come twice or never."""
WALKED = [
    pytest.param(name, zone, id=f"{name}, {zone}")
    for zone in ZONES
    for name, pattern in PATTERNS.items()
    if zone is ZONES[0] or name in TURNING or (isinstance(pattern, Rotation) and name != "hour by hour")
]


@pytest.mark.parametrize(("name", "zone"), WALKED)
def test_for_twenty_years_every_boundary_has_the_answer_of_the_rules(name: str, zone: ZoneInfo) -> None:
    pattern = PATTERNS[name]
    rules, shifts = Asked(pattern, zone, END + timedelta(days=2)), written(pattern, zone)
    begins = shifts[0].start
    seen = 0
    for at, people in walked(shifts, instant(BEGIN, time(0), zone), instant(END, time(0), zone)):
        assert set(people) == rules.on(at), at.astimezone(zone)
        assert len(people) == len(set(people)), at.astimezone(zone)
        if name in ALONE:
            assert len(people) == (at >= begins), at.astimezone(zone)
        seen += 1
    assert seen >= {"monthly": 700, "weekly": 3000}.get(name.split()[0], 3 * 365 * 4)


def test_for_twenty_years_layers_and_overlays_lie_over_the_patterns_as_the_rules_say() -> None:
    dice, zone = random.Random(7), ZoneInfo("Europe/Berlin")
    patterns = [PATTERNS[name] for name in ("3 ca 4 kíp", "office hours", "weekend nights")]
    rules = [Asked(pattern, zone, END + timedelta(days=2)) for pattern in patterns]
    below, *above = (written(pattern, zone) for pattern in patterns)
    overlays = list(_overlays(dice, zone, 3000))
    laid = lay([Layer(tuple(below)), *(layer_over(shifts) for shifts in above)], overlays)
    asked = _by_day(overlays)

    def on(at: datetime) -> set[str]:
        people = next((found for one in reversed(rules) if (found := one.on(at))), set())
        for overlay in asked(at):
            if overlay.start <= at < overlay.end:
                gone = people if overlay.outgoing is None else set(overlay.outgoing)
                people = people - gone | set(overlay.incoming)
        return people

    for at, people in walked(laid, instant(BEGIN, time(0), zone), instant(END, time(0), zone)):
        assert set(people) == on(at), at.astimezone(zone)


def _overlays(dice: random.Random, zone: ZoneInfo, number: int) -> Iterator[Overlay]:
    first = instant(BEGIN, time(0), zone)
    for ident in range(number):
        start = first + timedelta(minutes=30 * dice.randrange(20 * 365 * 48))
        outgoing = dice.choice([None, (), ("A",), ("B", "a"), ("x",)])
        incoming = tuple(dice.sample(["A", "C", "x", "y"], dice.randrange(3)))
        yield Overlay(ident, "vt", "shift", start, start + timedelta(hours=dice.randint(1, 90)), outgoing, incoming)


def _by_day(overlays: Iterable[Overlay]) -> Callable[[datetime], list[Overlay]]:
    days: dict[date, list[Overlay]] = {}
    for one in overlays:
        for n in range((one.end.date() - one.start.date()).days + 1):
            days.setdefault(one.start.date() + timedelta(days=n), []).append(one)
    return lambda at: days.get(at.astimezone(UTC).date(), [])


hours = st.times().map(lambda at: at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0))
days = st.dates(date(2026, 2, 20), date(2026, 4, 10)) | st.dates(date(2026, 9, 25), date(2026, 11, 10))
zones = st.sampled_from(["Asia/Ho_Chi_Minh", "Europe/Berlin", "Australia/Lord_Howe", "Africa/Cairo", "America/Chicago"])
steps = st.sampled_from(StepUnit).flatmap(lambda unit: st.integers(1, 3).map(lambda count: Step(count, unit)))


@st.composite
def rotations(draw: st.DrawFn) -> Rotation:
    """Return a rotation of some people, of whom some leave."""
    people = tuple("abcd"[: draw(st.integers(1, 4))])
    since = draw(days)
    leaving = draw(st.lists(st.sampled_from(people), unique=True))
    left = tuple((one, since + timedelta(days=draw(st.integers(-3, 40)))) for one in leaving)
    # The first hour of real hours is one that comes once.
    step = draw(steps)
    return Rotation(people, step, time(12) if step.unit is StepUnit.HOUR else draw(hours), since, left=left)


@st.composite
def cycles(draw: st.DrawFn) -> Cycle:
    """Return a cycle of whatever hours, in which crews may be on duty together, or nobody."""
    named = tuple(Hours(f"h{n}", draw(hours), draw(hours)) for n in range(draw(st.integers(1, 3))))
    brings = st.none() | st.sampled_from([one.name for one in named])
    pattern = tuple(draw(st.lists(brings, min_size=1, max_size=6)))
    crews = tuple(Crew(name, (name,), draw(st.integers(0, 6))) for name in "ABC"[: draw(st.integers(1, 3))])
    return Cycle(crews, named, pattern, draw(days))


@st.composite
def slots(draw: st.DrawFn) -> DailySlot:
    """Return a slot on some days of the week."""
    some = draw(st.frozensets(st.integers(0, 6)))
    return DailySlot(draw(hours), draw(hours), tuple("abc"[: draw(st.integers(1, 3))]), draw(days), weekdays=some)


@given(rotations() | cycles() | slots(), zones)
@settings(max_examples=150, deadline=None)
def test_whatever_the_pattern_its_shifts_give_the_answer_of_the_rules(pattern: Pattern, name: str) -> None:
    zone, first = ZoneInfo(name), pattern.since - timedelta(days=2)
    last = first + timedelta(days=50)
    rules = Asked(pattern, zone, last + timedelta(days=3))
    for at, people in walked(
        written(pattern, zone, first, last), instant(first, time(0), zone), instant(last, time(0), zone)
    ):
        assert set(people) == rules.on(at), at.astimezone(zone)
