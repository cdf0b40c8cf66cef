"""Rotations: the published vectors by their ids, and what ours promise beyond them."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitord.domain.roster import instant, on_duty
from monitord.domain.rotation import Rotation, Step, StepUnit, handover, person_of, turn_at, turns
from tests.cases.registry import case, cases

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
US = timedelta(microseconds=1)
HOUR, DAY, WEEK, MONTH = StepUnit.HOUR, StepUnit.DAY, StepUnit.WEEK, StepUnit.MONTH


def utc(text: str) -> datetime:
    """Return an instant written in UTC."""
    return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)


def rotation(people: str, count: int, unit: StepUnit, begin: str = "2026-12-01 00:00", **more: object) -> Rotation:
    """Return a rotation of people named by one letter each."""
    day, _, hour = begin.partition(" ")
    return Rotation(tuple(people), Step(count, unit), time.fromisoformat(hour), date.fromisoformat(day), **more)  # type: ignore[arg-type]


def on(one: Rotation, at: datetime, zone: ZoneInfo = VIETNAM) -> str | None:
    """Return who is on duty by the shifts written out around an instant."""
    shifts = turns("vt", "shift", one, at - timedelta(days=2), at + timedelta(days=2), zone, "")
    found = on_duty(shifts, "vt", "shift", at)
    assert len(found) < 2
    return found[0] if found else None


@pytest.mark.parametrize(
    "name",
    cases(
        "roster",
        "rot-dst-back-daily",
        "rot-30min-dst-back",
        "rot-30min-dst-gap",
        "rot-weekly-dst-short",
        "rot-weekly-dst-long",
        "rot-riga",
        "rot-midnight-gap",
    ),
)
def test_handovers_go_by_the_clock_on_the_wall(name: str) -> None:
    vector = case("roster", name)
    given = re.search(r"every (\d+) day\(s\) at (\S+) (\S+), first on (\S+)", vector["given"])
    assert given is not None
    days, hour, zone = int(given[1]), given[2], ZoneInfo(given[3])
    one = rotation("ab", days, DAY, f"{given[4]} {hour}")
    # The vectors begin with the handover before the first.
    found = [handover(one, number - 1, zone) for number in range(len(vector["expect"]["utc"]))]
    assert found == [utc(text) for text in vector["expect"]["utc"]]
    assert [f"{at.astimezone(zone):%Y-%m-%d %H:%M%z}" for at in found] == vector["expect"]["local"]
    for number, at in enumerate(found, start=-1):
        assert (turn_at(one, at - US, zone), turn_at(one, at, zone)) == (number - 1, number)
    if days == 7:
        weekly = rotation("ab", 1, WEEK, f"{given[4]} {hour}")
        assert [handover(weekly, number - 1, zone) for number in range(len(found))] == found


@pytest.mark.case("roster", "rot-wrap")
@pytest.mark.case("roster", "rot-hourly")
@pytest.mark.case("roster", "rot-daily")
@pytest.mark.case("roster", "rot-weekly")
def test_people_take_turns_and_begin_again() -> None:
    begin = instant(date(2026, 12, 1), time(0), VIETNAM)
    for count, unit, last, following in (
        (2, HOUR, timedelta(hours=3, minutes=59), timedelta(hours=4)),
        (1, HOUR, timedelta(hours=1, minutes=59), timedelta(hours=2)),
        (1, DAY, timedelta(hours=47, minutes=59), timedelta(hours=48)),
        (1, WEEK, timedelta(days=8), timedelta(days=14)),
    ):
        one = rotation("AB", count, unit)
        assert [on(one, begin), on(one, begin + last), on(one, begin + following)] == ["A", "B", "A"]


@pytest.mark.case("roster", "rot-monthly-31")
def test_a_month_without_a_31st_hands_over_on_its_last_day() -> None:
    one = rotation("ab", 1, MONTH, "2026-01-31 08:00")
    found = [f"{handover(one, number, UTC):%m-%d %H:%M}" for number in range(6)]
    assert found == ["01-31 08:00", "02-28 08:00", "03-31 08:00", "04-30 08:00", "05-31 08:00", "06-30 08:00"]
    leap = rotation("ab", 1, MONTH, "2027-12-31 08:00")
    assert f"{handover(leap, 2, UTC):%Y-%m-%d}" == "2028-02-29"


@pytest.mark.case("roster", "rot-before-start")
def test_the_roster_begins_at_its_beginning_and_nobody_is_on_duty_before() -> None:
    begin = utc("2019-01-10T00:00Z")
    for unit in StepUnit:
        one = rotation("ab", 1, unit, "2019-01-10 00:00")
        assert turn_at(one, begin - US, UTC) == -1
        assert person_of(one, -1, UTC) is None
        assert turns("vt", "shift", one, begin - timedelta(days=40), begin, UTC, "") == []
        assert turns("vt", "shift", one, begin - timedelta(days=40), begin + US, UTC, "")[0].start == begin


@pytest.mark.case("roster", "rot-edge-inclusive")
def test_the_start_belongs_to_the_turn_and_the_end_does_not() -> None:
    one, midnight = rotation("ab", 1, DAY), instant(date(2026, 12, 2), time(0), VIETNAM)
    assert (on(one, midnight - US), on(one, midnight)) == ("a", "b")


@pytest.mark.case("roster", "rot-cycle-far")
def test_turns_of_ten_hours_are_counted_far_and_back() -> None:
    one, begin = rotation("ab", 10, HOUR, "2020-06-01 03:00"), utc("2020-06-01T03:00Z")
    far, before = (turn_at(one, begin + timedelta(hours=hours), UTC) for hours in (30, -30))
    assert handover(one, far + 1, UTC) == utc("2020-06-02T19:00Z")
    assert handover(one, before + 1, UTC) == utc("2020-05-31T07:00Z")


@pytest.mark.case("roster", "rot-person-leaves")
def test_who_is_on_duty_stays_when_somebody_leaves_and_the_order_stays() -> None:
    noon = [instant(date(2026, 12, day), time(12), VIETNAM) for day in range(1, 8)]
    stays = rotation("ABC", 1, DAY)
    assert [on(stays, at) for at in noon] == list("ABCABCA")
    # It is B's turn on the 2nd.
    leaves = rotation("ABC", 1, DAY, left=(("A", date(2026, 12, 2)),))
    assert [on(leaves, at) for at in noon] == list("ABCBCBC")


@pytest.mark.case("roster", "rot-gap-in-positions")
def test_a_turn_that_began_is_ended_and_whoever_leaves_is_left_out_once() -> None:
    noon = [instant(date(2026, 12, day), time(12), VIETNAM) for day in range(1, 10)]
    middle = rotation("ABCD", 1, DAY, left=(("B", date(2026, 12, 3)),))
    assert [on(middle, at) for at in noon] == list("ABCDACDAC")
    weekly = rotation("ABC", 1, WEEK, left=(("A", date(2026, 12, 3)), ("C", date(2026, 12, 9))))
    assert [on(weekly, noon[0] + timedelta(days=days)) for days in (0, 6, 7, 14, 21, 28)] == list("AABBBB")
    hours = rotation("ABC", 10, HOUR, left=(("C", date(2026, 12, 2)),))
    begin = instant(date(2026, 12, 1), time(0), VIETNAM)
    # C begins a turn at 20:00 on the day before he leaves, and has it whole.
    assert [on(hours, begin + timedelta(hours=h)) for h in (20, 29, 30, 40, 50)] == list("CCABA")


@pytest.mark.case("roster", "rot-empty")
def test_a_rotation_that_all_have_left_is_nobodys() -> None:
    one = rotation("ab", 1, DAY, left=(("a", date(2026, 12, 3)), ("b", date(2026, 12, 4))))
    noon = [instant(date(2026, 12, day), time(12), VIETNAM) for day in range(1, 6)]
    assert [on(one, at) for at in noon] == ["a", "b", "b", None, None]
    never = rotation("ab", 1, DAY, left=(("a", date(2026, 11, 1)), ("b", date(2026, 11, 1))))
    assert on(never, noon[0]) is None
