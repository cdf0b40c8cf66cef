"""Rotations and cycles as they are written: what they become, and what is told of those that cannot be meant."""

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from monitord.domain.cycle import Crew, Cycle, Hours
from monitord.domain.roster import DailySlot, on_duty
from monitord.domain.rotation import Rotation, Step, StepUnit
from monitord.settings import DailyEntry, PatternEntry
from monitord.settings.shifts import shifts_of
from tests.settings.small import SMALL, broken, loaded, mistakes, written

HEAD, _ = SMALL.split("roster:\n")
ENTRY = "  - unit: vt\n    duty: shift\n"
FOUR_CREWS = """\
    cycle:
      since: 2026-12-01
      hours:
        ca1: {from: "06:00", to: "14:00"}
        ca2: {from: "14:00", to: "22:00"}
        ca3: {from: "22:00", to: "06:00"}
      days: [ca1, ca1, ca2, ca2, ca3, ca3, rest, rest]
      crews:
        - {name: a, people: [an]}
        - {name: b, people: [binh]}
        - {name: c, people: [yen]}
        - {name: d, people: [an, binh]}
"""
WEEKLY = '    rotation: {people: [an, binh, yen], every: 1w, at: "08:00", since: 2026-11-30}\n'


def of(pattern: str, head: str = HEAD) -> str:
    """Return the small desk with that one entry in its roster."""
    return f"{head}roster:\n{ENTRY}{pattern}"


def warned(folder: Path, text: str) -> list[str]:
    """Return what is warned of, without the folder's own name."""
    return [str(one).replace(f"{folder}/", "") for one in loaded(written(folder, text)).warnings]


def placed(folder: Path, text: str) -> list[tuple[str, str]]:
    """Return what stands at the place of each mistake, and what is said of it."""
    found = []
    for mistake in mistakes(written(folder, text)):
        _, line, column, message = mistake.split(":", 3)
        found.append((text.splitlines()[int(line) - 1][int(column) - 1 :], message.strip()))
    return found


def test_a_rotation_has_its_people_its_step_and_its_hour(tmp_path: Path) -> None:
    (entry,) = loaded(written(tmp_path / "c", of(WEEKLY))).roster
    assert isinstance(entry, PatternEntry)
    assert entry.pattern == Rotation(("an", "binh", "yen"), Step(1, StepUnit.WEEK), time(8), date(2026, 11, 30))
    assert entry.source.endswith("small.yaml:56")


def test_where_no_hour_is_named_the_units_handover_counts(tmp_path: Path) -> None:
    head = broken("leader_duty: shift}", 'leader_duty: shift, handover: "06:30"}', HEAD)
    daily = of("    rotation: {people: [an, binh], every: 1d, since: 2026-12-01, backup: true}\n", head)
    (entry,) = loaded(written(tmp_path / "a", daily)).roster
    assert isinstance(entry, PatternEntry)
    assert (entry.pattern.at, entry.pattern.backup) == (time(6, 30), True)  # type: ignore[union-attr]
    around = of(
        "    cycle: {since: 2026-12-01, hours: {full: {}}, days: [full], crews: [{name: a, people: [an]}]}\n", head
    )
    (entry,) = loaded(written(tmp_path / "b", around)).roster
    assert isinstance(entry, PatternEntry)
    assert entry.pattern == Cycle(
        (Crew("a", ("an",), 0),), (Hours("full", time(6, 30), time(6, 30)),), ("full",), date(2026, 12, 1)
    )


def test_crews_share_the_cycle_evenly_or_say_when_they_begin_it(tmp_path: Path) -> None:
    (entry,) = loaded(written(tmp_path / "a", of(FOUR_CREWS))).roster
    assert isinstance(entry, PatternEntry)
    assert isinstance(entry.pattern, Cycle)
    assert [(crew.name, crew.offset) for crew in entry.pattern.crews] == [("a", 0), ("b", 2), ("c", 4), ("d", 6)]
    said = "".join(
        line.replace("]}", f"], offset: {(n * 3) % 8}}}") for n, line in enumerate(FOUR_CREWS.splitlines(True))
    )
    (entry,) = loaded(written(tmp_path / "b", of(said))).roster
    assert isinstance(entry, PatternEntry)
    assert isinstance(entry.pattern, Cycle)
    assert [crew.offset for crew in entry.pattern.crews] == [0, 3, 6, 1]


def test_four_crews_in_three_shifts_are_on_duty_by_turns_and_over_midnight(tmp_path: Path) -> None:
    settings = loaded(written(tmp_path / "c", of(FOUR_CREWS)))
    assert settings.warnings == ()
    shifts = shifts_of(settings, date(2026, 12, 5), 2, settings.zone)
    # It is the fifth day: a's first night, b's first late shift and c's first early one; d rests after its last night.
    for hour, people in ((5, ("an", "binh")), (7, ("yen",)), (15, ("binh",)), (23, ("an",))):
        at = datetime(2026, 12, 5, hour, tzinfo=settings.zone).astimezone(UTC)
        assert on_duty(shifts, "vt", "shift", at) == people, hour
    assert {shift.source for shift in shifts} == {"yaml:small.yaml:57"}


def test_a_slot_may_come_on_some_days_of_the_week(tmp_path: Path) -> None:
    slot = (
        '    every_day: [{from: "07:00", to: "17:00", people: [an, binh], since: 2026-12-04, weekdays: [mon, fri]}]\n'
    )
    (entry,) = loaded(written(tmp_path / "c", of(slot))).roster
    assert isinstance(entry, DailyEntry)
    assert entry.slot == DailySlot(time(7), time(17), ("an", "binh"), date(2026, 12, 4), weekdays=frozenset({0, 4}))


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        (
            WEEKLY.replace("[an, binh, yen]", "[]"),
            [("[]", "`people` must not be empty")],
        ),
        (WEEKLY.replace("binh", "bin"), [("bin,", "there is no person `bin`; did you mean `binh`?")]),
        (WEEKLY.replace("1w", "5w"), [("5w", "`every` must be at most 4w: a turn lasts a month at most")]),
        (
            WEEKLY.replace("1w", "7"),
            [("7,", "`every`: a step is a whole number with its unit: `12h`, `1d`, `1w`, `1mo`")],
        ),
        (
            WEEKLY.replace("1w", "0d"),
            [("0d", "`every`: a step is a whole number with its unit: `12h`, `1d`, `1w`, `1mo`")],
        ),
        (WEEKLY.replace(", since: 2026-11-30", ""), [("{people", "`since` is missing")]),
        (
            WEEKLY.replace("-30}", "-30, left: {bin: 2026-12-05}}"),
            [("2026-12-05", "`bin` is not among `people`; did you mean `binh`?")],
        ),
        (
            WEEKLY + FOUR_CREWS,
            [("unit: vt", "give `every_day`, `rotation`, `cycle` or `shifts`, one of them")],
        ),
        (
            FOUR_CREWS.replace("ca2, ca2", "ca2, ca4"),
            [("ca4", "`hours` has no shift `ca4`; did you mean `ca3`?; a day without one is `rest`")],
        ),
        (FOUR_CREWS.replace("[yen]", "[]"), [("[]", "`people` must not be empty")]),
        (FOUR_CREWS.replace("name: c,", "name: b,"), [("b,", "crew `b` is here twice")]),
        (
            FOUR_CREWS.replace("[yen]}", "[yen], offset: 3}"),
            [("since", "`cycle`: say the `offset` of every crew, or of none")],
        ),
        (
            FOUR_CREWS.replace(", rest, rest]", ", rest]"),
            [("since", "`cycle`: 4 crews cannot share 7 days evenly: say the `offset` of each, in days")],
        ),
        (
            FOUR_CREWS.replace("ca1: {", "rest: {").replace("ca1, ca1", "rest, rest"),
            [("{from", "`rest` is a day without hours: give these hours another name")],
        ),
    ],
)
def test_a_mistake_is_told_where_it_stands(tmp_path: Path, pattern: str, told: list[tuple[str, str]]) -> None:
    found = placed(tmp_path / "c", of(pattern))
    assert [message for _, message in found] == [message for _, message in told]
    for (here, _), (pointed, _) in zip(found, told, strict=True):
        assert here.startswith(pointed)


def test_hours_that_are_nobodys_or_two_crews_are_warned_of_with_their_days(tmp_path: Path) -> None:
    swapped = FOUR_CREWS.replace("ca1, ca1, ca2, ca2", "ca1, ca2, ca1, ca2")
    assert warned(tmp_path / "c", of(swapped)) == [
        "small.yaml:62:13: on day 1 `ca2` is worked by nobody; on day 2 `ca1` is worked by nobody; on day 3 `ca2` is "
        "worked by nobody; and on 5 more: look at `days` and at `offset`",
        "small.yaml:64:9: on day 1 `ca1` is worked by `a` and `d`; on day 2 `ca2` is worked by `a` and `d`; on day 3 "
        "`ca1` is worked by `a` and `b`; and on 5 more: look at `days` and at `offset`",
    ]


def test_hours_that_no_day_has_and_a_rotation_that_all_have_left_are_warned_of(tmp_path: Path) -> None:
    assert warned(
        tmp_path / "a", of(FOUR_CREWS.replace("        ca3", '        ca4: {from: "22:00"}\n        ca3'))
    ) == ["small.yaml:61:14: no day of `days` has the hours `ca4`: nobody works them"]
    gone = WEEKLY.replace("-30}", "-30, left: {an: 2026-12-05, binh: 2026-12-05, yen: 2027-01-01}}")
    assert warned(tmp_path / "b", of(gone)) == [
        "small.yaml:56:90: everybody of this rotation has left: nobody is on duty then; name somebody new, with a new "
        "`since`"
    ]
