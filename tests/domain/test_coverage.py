"""What a roster lacks: cases by hand, and at every boundary what counting there and then says."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitord.domain.campaign import Campaign
from monitord.domain.coverage import MARGIN, Contract, Demand, Fault, Hole, Leave, holes, missing
from monitord.domain.roster import Shift

DAY = datetime(2027, 2, 5, tzinfo=UTC)
PEOPLE = ("an", "binh", "chi", "dung")
DUTIES = (("vt", "shift"), ("vt", "leader"), ("bd", "shift"))
TICK = timedelta(microseconds=1)
OWNERS = {"vt": "giang", "bd": "uyen"}


def hour(n: float) -> datetime:
    return DAY + timedelta(hours=n)


def shift(
    person: str, start: float, end: float, duty: str = "shift", *, unit: str = "vt", backup: bool = False
) -> Shift:
    return Shift(unit, duty, person, hour(start), hour(end), "", backup)


def contract(*demands: Demand, campaigns: tuple[Campaign, ...] = (), silent: Iterable[str] = ()) -> Contract:
    return Contract(demands, OWNERS, campaigns, frozenset(silent))


def said(found: Iterable[Hole], *faults: Fault) -> list[tuple[object, ...]]:
    """Return holes as (fault, duty, hours, persons, have, need)."""
    return [
        (str(h.fault), h.duty, (h.start - DAY) / hours(1), (h.end - DAY) / hours(1), h.persons, h.have, h.need)
        for h in found
        if not faults or h.fault in faults
    ]


def hours(n: float) -> timedelta:
    return timedelta(hours=n)


def looked(asked: Contract, shifts: list[Shift], leaves: Iterable[Leave] = (), to: float = 24) -> list[Hole]:
    return holes(asked, shifts, leaves, DAY, hour(to))


def test_an_hour_without_anybody_is_missing_and_its_owner_is_the_units() -> None:
    found = looked(contract(Demand("vt", "shift")), [shift("an", 0, 8), shift("binh", 9, 24)])
    assert said(found, Fault.MISSING) == [("missing", "shift", 8, 9, (), 0, 1)]
    assert found[0].owner == "giang"
    assert looked(contract(Demand("vt", "shift")), [shift("an", 0, 24)]) == []


def test_a_backup_is_neither_needed_nor_one_too_many() -> None:
    shifts = [shift("an", 0, 24, "leader"), shift("binh", 0, 24, "leader", backup=True)]
    assert looked(contract(Demand("vt", "leader", 1, 1)), shifts) == []
    assert said(looked(contract(Demand("vt", "leader", 2)), shifts)) == [("missing", "leader", 0, 24, (), 1, 2)]


def test_a_second_leader_is_one_too_many_unless_the_unit_allows_it() -> None:
    shifts = [shift("an", 0, 24, "leader"), shift("binh", 6, 12, "leader")]
    doubled = [("doubled", "leader", 6, 12, ("an", "binh"), 2, 1)]
    assert said(looked(contract(Demand("vt", "leader", 1, 1)), shifts)) == doubled
    assert looked(contract(Demand("vt", "leader", 1, 2)), shifts) == []


def test_a_campaign_asks_for_more_while_it_lasts_and_allows_what_it_asks() -> None:
    tet = Campaign("tet", "Tết", hour(6), hour(12), level="tet")
    asked = Demand("vt", "leader", 1, 1, {"tet": 2})
    one, two = [shift("an", 0, 24, "leader")], [shift("an", 0, 24, "leader"), shift("binh", 6, 12, "leader")]
    assert said(looked(contract(asked, campaigns=(tet,)), one)) == [("missing", "leader", 6, 12, (), 1, 2)]
    assert looked(contract(asked, campaigns=(tet,)), two) == []
    other = replace(tet, units=frozenset({"bd"}))
    assert said(looked(contract(asked, campaigns=(other,)), two), Fault.MISSING) == []


def test_who_is_on_two_duties_at_once_is_named_to_each_unit() -> None:
    found = looked(contract(), [shift("an", 0, 8), shift("an", 4, 12, "leader"), shift("an", 6, 7, unit="bd")])
    assert [(h.unit, h.duty, h.also, h.owner, (h.start - DAY) / hours(1)) for h in found] == [
        ("vt", "leader", (("vt", "shift"),), "giang", 4),
        ("bd", "shift", (("vt", "leader"), ("vt", "shift")), "uyen", 6),
        ("vt", "leader", (("bd", "shift"), ("vt", "shift")), "giang", 6),
        ("vt", "leader", (("vt", "shift"),), "giang", 7),
    ]


def test_shifts_that_join_are_one_duty_and_after_a_day_it_is_too_long() -> None:
    joined = [shift("an", -12, 0), shift("an", 0, 8, "leader"), shift("an", 8, 20)]
    assert said(looked(contract(), joined)) == [("too_long", "shift", 12, 20, ("an",), 0, 0)]
    assert looked(contract(), [shift("an", -12, 12)]) == []


def test_less_than_twelve_hours_between_two_shifts_is_too_little() -> None:
    assert said(looked(contract(), [shift("an", -8, 0), shift("an", 11, 16)])) == [
        ("short_rest", "shift", 0, 11, ("an",), 0, 0)
    ]
    assert looked(contract(), [shift("an", -8, 0), shift("an", 12, 16)]) == []


def test_who_is_on_leave_is_named_and_not_there() -> None:
    found = looked(contract(Demand("vt", "shift")), [shift("an", 0, 24)], [Leave("an", hour(3), hour(5))])
    assert said(found) == [("missing", "shift", 3, 5, (), 0, 1), ("on_leave", "shift", 3, 5, ("an",), 0, 0)]


def test_who_has_no_address_is_named_and_there_all_the_same() -> None:
    found = looked(contract(Demand("vt", "shift"), silent=["an"]), [shift("an", 0, 24)])
    assert said(found) == [("unreachable", "shift", 0, 24, ("an",), 0, 0)]


def test_what_touches_is_missing_as_one_with_the_fewest_there_are() -> None:
    asked = contract(Demand("vt", "shift", 2))
    found = looked(asked, [shift("an", 0, 24), shift("binh", 0, 6), shift("an", 0, 24), shift("chi", 12, 18)])
    assert said(missing(found)) == [("missing", "shift", 6, 12, (), 1, 2), ("missing", "shift", 18, 24, (), 1, 2)]
    found = looked(asked, [shift("an", 8, 24)])
    assert said(found, Fault.MISSING) == [
        ("missing", "shift", 0, 8, (), 0, 2), ("missing", "shift", 8, 24, (), 1, 2),
    ]  # fmt: skip
    assert said(missing(found)) == [("missing", "shift", 0, 24, (), 0, 2)]


# --- the law ------------------------------------------------------------------------------------------------------

TO = 72

spans = st.tuples(st.integers(-40, 110), st.integers(1, 40))
shifts_ = st.lists(
    st.builds(
        lambda who, duty, span, backup: Shift(duty[0], duty[1], who, hour(span[0]), hour(sum(span)), "", backup),
        st.sampled_from(PEOPLE),
        st.sampled_from(DUTIES),
        spans,
        st.sampled_from([False, False, False, True]),
    ),
    max_size=14,
)
leaves_ = st.lists(
    st.builds(lambda who, span: Leave(who, hour(span[0]), hour(sum(span))), st.sampled_from(PEOPLE), spans), max_size=3
)
campaigns_ = st.lists(
    st.builds(
        lambda span, units, level: Campaign("c", "c", hour(span[0]), hour(sum(span)), frozenset(units), level=level),
        spans,
        st.sampled_from([(), ("vt",)]),
        st.sampled_from(["tet", "bao", "normal"]),
    ),
    max_size=2,
)
demands_ = st.tuples(
    *(
        st.builds(
            lambda need, more, levels, duty=duty: Demand(
                duty[0], duty[1], need, None if more is None else need + more, levels
            ),
            st.integers(0, 2),
            st.sampled_from([None, 0, 1]),
            st.dictionaries(st.sampled_from(["tet", "bao"]), st.integers(0, 3)),
        )
        for duty in DUTIES
    )
)


def counted(asked: Contract, shifts: list[Shift], leaves: list[Leave], at: datetime) -> set[tuple[object, ...]]:
    """Return what is wrong at an instant, as (fault, unit, duty, persons, have, need, also), by counting there."""
    wrong: set[tuple[object, ...]] = set()
    away = {le.person for le in leaves if le.start <= at < le.end}
    on = [s for s in shifts if s.start <= at < s.end]
    for d in asked.demands:
        there = {s.person for s in on if (s.unit, s.duty) == (d.unit, d.duty) and not s.backup} - away
        held = {c.level for c in asked.campaigns if c.start <= at < c.end and (d.unit in c.units or not c.units)}
        need = max([d.levels.get(level, d.need) for level in held] or [d.need])
        if len(there) < need:
            wrong.add((Fault.MISSING, d.unit, d.duty, (), len(there), need, ()))
        elif d.most is not None and len(there) > max(d.most, need):
            wrong.add((Fault.DOUBLED, d.unit, d.duty, tuple(sorted(there)), len(there), max(d.most, need), ()))
    for s in on:
        if s.person in away:
            wrong.add((Fault.ON_LEAVE, s.unit, s.duty, (s.person,), 0, 0, ()))
        if s.person in asked.silent:
            wrong.add((Fault.UNREACHABLE, s.unit, s.duty, (s.person,), 0, 0, ()))
    for person in PEOPLE:
        duties = sorted({(s.unit, s.duty) for s in on if s.person == person and not s.backup})
        for unit in {u for u, _ in duties} if len(duties) > 1 else ():
            first = min(d for d in duties if d[0] == unit)
            also = tuple(d for d in duties if d != first)
            wrong.add((Fault.TWICE, *first, (person,), len(duties), 1, also))
        mine = [s for s in shifts if s.person == person and not s.backup]
        # On duty at every hour of the last day, and still: the shifts of the law begin and end at full hours.
        if mine and all(any(s.covers(at - hours(n)) for s in mine) for n in range(25)):
            wrong.add((Fault.TOO_LONG, "", "", (person,), 0, 0, ()))
        before = max((s.end for s in mine if s.end <= at), default=None)
        after = min((s.start for s in mine if s.start > at), default=None)
        free = before is not None and after is not None and not any(s.covers(at) for s in mine)
        if free and before is not None and after is not None and after - before < hours(12):
            wrong.add((Fault.SHORT_REST, "", "", (person,), 0, 0, ()))
    return wrong


def as_counted(hole: Hole) -> tuple[object, ...]:
    whose = ("", "") if hole.fault in (Fault.TOO_LONG, Fault.SHORT_REST) else (hole.unit, hole.duty)
    return hole.fault, *whose, hole.persons, hole.have, hole.need, hole.also


@given(demands_, shifts_, leaves_, campaigns_)
def test_at_each_boundary_and_a_tick_before_and_after_what_is_found_is_what_counting_says(
    demands: tuple[Demand, ...], shifts: list[Shift], leaves: list[Leave], campaigns: list[Campaign]
) -> None:
    asked = contract(*demands, campaigns=tuple(campaigns), silent=["dung"])
    start, end = DAY, hour(TO)
    found = holes(asked, shifts, leaves, start, end)
    edges = {start, end, *(at for s in shifts for at in (s.start, s.end))}
    edges |= {at for leave in leaves for at in (leave.start, leave.end)}
    edges |= {at for one in campaigns for at in (one.start, one.end)}
    edges |= {at for hole in found for at in (hole.start, hole.end)}
    for at in sorted(at + by for at in edges for by in (-TICK, timedelta(0), TICK)):
        if start <= at < end:
            here = [as_counted(hole) for hole in found if hole.start <= at < hole.end]
            assert len(here) == len(set(here))
            assert set(here) == counted(asked, shifts, leaves, at), at
    for hole in found:
        assert start <= hole.start < hole.end <= end
        alike = [h for h in found if as_counted(h) == as_counted(hole) and h is not hole]
        if hole.fault is not Fault.SHORT_REST:  # two rests are two, also when no time at all lies between them
            assert all(h.end < hole.start or hole.end < h.start for h in alike)


@given(shifts_, leaves_)
def test_what_lies_beyond_the_margin_changes_nothing_that_is_found(shifts: list[Shift], leaves: list[Leave]) -> None:
    asked = contract(*(Demand(*duty, 1, 1) for duty in DUTIES))
    start, end = hour(20), hour(44)
    cut = [
        replace(s, start=max(s.start, start - MARGIN), end=min(s.end, end + MARGIN))
        for s in shifts
        if s.end > start - MARGIN and s.start < end + MARGIN
    ]

    def bare(found: list[Hole]) -> set[tuple[object, ...]]:
        return {(as_counted(h), h.start, h.end) for h in found}

    assert bare(holes(asked, cut, leaves, start, end)) == bare(holes(asked, shifts, leaves, start, end))


def test_twenty_years_of_a_roster_with_one_hour_missing_each_year_have_twenty_holes() -> None:
    shifts, lacking = [], []
    for day in range(20 * 365):
        for n in range(3):
            start = DAY + timedelta(days=day, hours=8 * n)
            late = timedelta(hours=1) if day % 365 == 100 and n == 1 else timedelta(0)
            shifts.append(Shift("vt", "shift", PEOPLE[(day + n) % 4], start + late, start + hours(8)))
            lacking += [(start, start + late)] if late else []
    end = DAY + timedelta(days=20 * 365)
    found = holes(contract(Demand("vt", "shift", 1, 1)), shifts, (), DAY, end)
    assert [(h.start, h.end) for h in missing(found)] == lacking
    assert len(lacking) == 20
