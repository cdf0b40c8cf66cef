"""Laws of the course of an incident: it covers its time, says what was seen and no more, and keeps its order."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitord.account.availability import Intervals, Span, availability
from monitord.domain.health import Cause, Health
from monitord.domain.incident import Incident, Phase
from monitord.domain.journal import FactKind, Row, stamp
from monitord.domain.marks import Mark, Sign
from monitord.domain.policy import Policy, PolicyStep, Whom
from monitord.domain.timeline import Band, Timeline, stretches, timeline

T0 = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
TARGET = "olt-1/agent_answers"
STEPS = tuple(PolicyStep(timedelta(minutes=5 * n), Whom.DUTY, ref, ("telegram",)) for n, ref in enumerate(("ca", "dh")))


def at(seconds: float) -> datetime:
    """Return an instant so many seconds after the first."""
    return T0 + timedelta(seconds=seconds)


def incident(last_good: float | None = -10, restored: float | None = None, **more: Any) -> Incident:
    """Return an outage that began at the first instant."""
    return Incident(
        id=7,
        code="SC-0112-014",
        target=TARGET,
        unit="vt",
        severity=2,
        health=Health.DOWN,
        cause=Cause.NO_ANSWER,
        detail="",
        phase=Phase.OPEN if restored is None else Phase.RESTORED,
        policy=Policy("p", STEPS),
        detected_at=at(3),
        opened_at=at(3),
        ladder_from=at(3),
        step=0,
        first_bad=T0,
        last_good=None if last_good is None else at(last_good),
        restored_at=None if restored is None else at(restored),
        **more,
    )


def row(kind: FactKind, seconds: float, target: str | None = None, of: int | None = None, **refs: Any) -> Row:
    """Return a row of the journal."""
    told = {name: stamp(value) if isinstance(value, datetime) else value for name, value in refs.items()}
    return Row(int(seconds * 1000), at(seconds), "b", kind, of, target, None, told, None, "", "")


def hard(seconds: float, now: Health, bad: float | None = None, good: float | None = None) -> Row:
    """Return a confirmed change of the target."""
    refs: dict[str, Any] = {"now": now, "seen": at(seconds)}
    refs |= {"first_bad": at(bad)} if bad is not None else {}
    refs |= {"last_good": at(good)} if good is not None else {}
    return row(FactKind.TARGET_HARD, seconds, TARGET, **refs)


def downtime(begins: float, ends: float) -> Row:
    """Return the row of a time in which no daemon ran."""
    refs: dict[str, Any] = {"from": at(begins), "to": at(ends)}
    return row(FactKind.DAEMON_WAS_DOWN, ends, **refs)


def drawn(rows: list[Row], now: float, one: Incident | None = None, **more: Any) -> Timeline:
    """Return the course as of an instant."""
    given = incident() if one is None else one
    return timeline(given, "OLT", rows, at(now), {"ca": "trực ca"}.get, lambda step: step.ref, **more)  # type: ignore[arg-type]


def band_at(told: Timeline, seconds: float) -> Band:
    """Return how the target was seen at an instant."""
    [there] = [one for one in told.stretches if one.start <= at(seconds) < one.end]
    return there.band


def sound(told: Timeline) -> None:
    """Assert what holds of every course."""
    assert told.stretches[0].start == told.start
    assert told.stretches[-1].end == told.end
    assert all(one.start < one.end for one in told.stretches)
    assert all(one.end == after.start and one.band is not after.band for one, after in pairwise(told.stretches))
    assert list(told.marks) == sorted(told.marks, key=lambda mark: mark.at)


SECONDS = st.integers(-100, 3_000)
CHANGES = st.lists(st.tuples(SECONDS, st.sampled_from(list(Band))), max_size=20).map(
    lambda found: [(at(n), band) for n, band in sorted(found, key=lambda one: one[0])]
)
SILENCES = st.lists(st.tuples(SECONDS, st.integers(0, 900)), max_size=6).map(
    lambda found: [(at(n), at(n + wide)) for n, wide in found]
)


@given(CHANGES, SILENCES)
def test_pieces_cover_the_time_without_gap_and_overlap_and_say_what_was_seen(
    changes: list[tuple[datetime, Band]], silences: list[tuple[datetime, datetime]]
) -> None:
    start, end = at(0), at(2_000)
    found = stretches(changes, silences, start, end)
    assert found[0].start == start
    assert found[-1].end == end
    assert all(one.end == after.start and one.band is not after.band for one, after in pairwise(found))
    for second in range(0, 2_000, 37):
        when = at(second)
        seen = next((band for at_, band in reversed(changes) if at_ <= when), Band.UNKNOWN)
        quiet = any(a <= when < b for a, b in silences)
        [there] = [one.band for one in found if one.start <= when < one.end]
        assert there is (Band.UNKNOWN if quiet else seen)


@given(SILENCES, st.lists(st.integers(1, 400), min_size=1, max_size=8))
def test_down_and_up_are_those_of_availability(silences: list[tuple[datetime, datetime]], lengths: list[int]) -> None:
    """The same outages, counted by the account's availability: as much down, and as much unknown."""
    edges, changes, outages, second = at(0), [(at(-9_999), Band.UP)], [], 0
    for n, length in enumerate(lengths):
        changes.append((at(second), Band.DOWN if n % 2 == 0 else Band.UP))
        if n % 2 == 0:
            outages.append(Span(at(second), at(second + length)))
        second += length
    changes.append((at(second), Band.UP))
    end = at(second + 100)
    found = stretches(changes, silences, edges, end)
    spans = tuple(Span(a, b) for a, b in silences)
    counted = availability([Intervals(at(-9_999), tuple(outages), (), spans)], Span(edges, end), end)

    def lasting(band: Band) -> timedelta:
        return sum((one.end - one.start for one in found if one.band is band), timedelta())

    assert (lasting(Band.DOWN), lasting(Band.UP)) == (counted.down, counted.up)
    assert lasting(Band.UNKNOWN) == counted.unknown


@settings(max_examples=200)
@given(
    st.lists(
        st.one_of(
            st.builds(
                hard,
                st.integers(-50, 2_000),
                st.sampled_from(list(Health)),
                st.none() | st.integers(-50, 2_000),
                st.none() | st.integers(-50, 2_000),
            ),
            st.builds(
                lambda n, wide: downtime(n, n + wide),
                st.integers(-50, 2_000),
                st.integers(0, 500),
            ),
            st.builds(
                lambda kind, n, refs: row(kind, n, TARGET, 7, **refs),
                st.sampled_from(list(FactKind)),
                st.integers(-50, 2_000),
                st.dictionaries(
                    st.sampled_from(
                        ["step", "event", "channel", "duty", "now", "seen", "from", "to", "accepted", "organisation"]
                    ),
                    st.one_of(st.none(), st.integers(-5, 5), st.text(max_size=8), st.lists(st.text(max_size=3))),
                ),
            ),
        ),
        max_size=25,
    ),
    st.integers(10, 3_000),
    st.none() | st.integers(5, 2_500),
)
def test_whatever_stands_in_the_journal_a_course_is_sound(rows: list[Row], now: int, restored: int | None) -> None:
    ordered = sorted(rows, key=lambda one: one.seq)
    sound(drawn(ordered, now, incident(restored=restored)))


def test_between_the_last_good_and_the_first_bad_look_nobody_knows() -> None:
    told = drawn([hard(3, Health.DOWN, bad=0, good=-10)], 300)
    sound(told)
    assert [band_at(told, n) for n in (-11, -9, -1, 0, 299)] == [
        Band.UP,
        Band.UNKNOWN,
        Band.UNKNOWN,
        Band.DOWN,
        Band.DOWN,
    ]


@pytest.mark.parametrize(("target", "start"), [(TARGET, -600), ("ring:r/state", 0)])
def test_what_was_well_long_ago_does_not_push_the_fault_into_a_corner(target: str, start: float) -> None:
    """A ring was well last when it became so, days ago; a device when it was looked at, before the daemon was down."""
    told = drawn([hard(3, Health.DOWN, bad=0, good=-90_000)], 300, replace(incident(last_good=-90_000), target=target))
    sound(told)
    assert at(start) - timedelta(seconds=120) < told.start <= at(min(start, 0))


def test_a_target_of_which_nothing_good_is_known_was_not_up_before() -> None:
    told = drawn([hard(3, Health.DOWN, bad=0)], 300, incident(last_good=None))
    assert band_at(told, -11) is Band.UNKNOWN


@pytest.mark.parametrize("ends", [None, 200])
def test_while_the_daemon_did_not_run_nothing_was_seen(ends: int | None) -> None:
    rows = [hard(3, Health.DOWN, bad=0, good=-10)]
    told = drawn(rows, 300, alive=at(100)) if ends is None else drawn([*rows, downtime(100, ends)], 300)
    assert (band_at(told, 99), band_at(told, 150)) == (Band.DOWN, Band.UNKNOWN)
    assert band_at(told, 299) is (Band.UNKNOWN if ends is None else Band.DOWN)


def test_what_was_not_read_is_not_known() -> None:
    told = drawn([hard(3, Health.DOWN, bad=0, good=-10)], 300, unread=at(120))
    assert (band_at(told, 119), band_at(told, 121)) == (Band.DOWN, Band.UNKNOWN)


def test_a_look_that_saw_nothing_is_unknown_from_its_first() -> None:
    blind = row(FactKind.TARGET_SOFT, 50, TARGET, now=Health.UNKNOWN, seen=at(50))
    rows = [hard(3, Health.DOWN, bad=0, good=-10), blind, hard(70, Health.UNKNOWN), hard(100, Health.DOWN, bad=90)]
    told = drawn(rows, 300)
    assert [band_at(told, n) for n in (49, 51, 89, 91)] == [Band.DOWN, Band.UNKNOWN, Band.UNKNOWN, Band.DOWN]


def test_of_another_target_nothing_is_shown() -> None:
    other = row(FactKind.TARGET_HARD, 50, "other/agent_answers", now=Health.UP, seen=at(50))
    assert band_at(drawn([hard(3, Health.DOWN, bad=0, good=-10), other], 300), 60) is Band.DOWN


def accepted(seconds: float, step: int, channel: str = "telegram", event: str = "step") -> Row:
    """Return a notice of a step that a channel took."""
    refs = {"step": step, "channel": channel, "event": event, "accepted": at(seconds), "person": "an"}
    return row(FactKind.NOTICE_ACCEPTED, seconds, None, 7, **refs)


def test_a_step_was_told_when_the_first_channel_had_taken_it_and_once() -> None:
    fired = row(FactKind.STEP_FIRED, 4, TARGET, 7, step=0, ref="ca")
    rows = [fired, accepted(5, 0, "log"), accepted(9, 0), accepted(30, 0, "sms")]
    marks = [mark for mark in drawn(rows, 300).marks if mark.sign in (Sign.TOLD, Sign.NOT_TOLD)]
    assert marks == [Mark(at(9), Sign.TOLD, "ca")]


def test_a_step_that_nobody_took_was_not_told_unless_it_was_needed_no_more() -> None:
    fired = row(FactKind.STEP_FIRED, 4, TARGET, 7, step=0, ref="ca")
    assert Mark(at(4), Sign.NOT_TOLD, "ca") in drawn([fired], 300).marks
    assert Sign.NOT_TOLD not in {mark.sign for mark in drawn([fired], 30).marks}, "it is on its way"
    gone = row(FactKind.NOTICE_SUPERSEDED, 20, None, 7, step=0, event="step")
    assert Sign.NOT_TOLD not in {mark.sign for mark in drawn([fired, gone], 300).marks}


def test_who_did_it_is_a_role() -> None:
    taken = row(FactKind.INCIDENT_ACKNOWLEDGED, 60, TARGET, 7, duty="ca")
    stranger = row(FactKind.INCIDENT_NOTED, 70, TARGET, 7, duty="asked")
    marks = drawn([taken, stranger], 300).marks
    assert Mark(at(60), Sign.TAKEN, "trực ca") in marks
    assert [mark.role for mark in marks if mark.sign is Sign.NOTED] in ([""], [None])


def test_what_happened_after_now_is_not_shown() -> None:
    later = row(FactKind.INCIDENT_ACKNOWLEDGED, 500, TARGET, 7, duty="ca")
    assert Sign.TAKEN not in {mark.sign for mark in drawn([later], 300).marks}
