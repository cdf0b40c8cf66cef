"""Availability: cases of others by their ids, the laws of dividing time, and what is read from a journal."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from monitord.account.availability import Availability, Intervals, Span, availability, month
from monitord.account.intervals import read_intervals
from monitord.domain.edge import Firmness
from monitord.domain.health import Health
from monitord.domain.journal import Fact, FactKind, stamp
from monitord.store import tables as t
from monitord.store.engine import reading_engine
from tests.account.written import OLT, POST, START, bent, write
from tests.support.night import Night

RIGA = ZoneInfo("Europe/Riga")
HOME = ZoneInfo("Asia/Ho_Chi_Minh")
LONG_AGO = datetime(2010, 1, 1, tzinfo=UTC)
FAR = datetime(2030, 1, 1, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def hours(n: float) -> timedelta:
    return timedelta(hours=n)


def down(start: str, end: str | None = None) -> Span:
    return Span(utc(start), utc(end) if end else None)


def target(*outages: Span, since: datetime | None = LONG_AGO) -> Intervals:
    return Intervals(since, outages)


# --- cases -----------------------------------------------------------------------------------------------------------


@pytest.mark.case("uptime", "down-since-yesterday")
def test_an_outage_that_lasts_counts_up_to_now() -> None:
    found = availability([target(down("2020-01-14T00:00"))], month(2020, 1, ZoneInfo("UTC")), utc("2020-01-15T00:00"))
    assert (found.down, found.outages) == (timedelta(seconds=86_400), 1)
    assert found.no_data == timedelta(days=17), "the rest of the month has not come yet"


@pytest.mark.case("uptime", "down-zone")
def test_a_month_begins_where_the_zone_says() -> None:
    parts, now = [target(down("2019-12-31T23:00"))], utc("2020-01-15T00:00")
    january, december = (availability(parts, month(*which, RIGA), now) for which in ((2020, 1), (2019, 12)))
    assert january.span.start == utc("2019-12-31T22:00")
    assert (january.down, january.outages) == (timedelta(days=14, hours=1), 1)
    assert (december.down, december.outages, december.ratio) == (timedelta(), 0, 1.0)


@pytest.mark.case("uptime", "dst-month")
def test_a_month_with_a_short_day_that_was_down_all_the_time_is_nought() -> None:
    march = month(2019, 3, RIGA)
    found = availability([target(down("2019-02-28T00:00", "2019-04-02T00:00"))], march, FAR)
    assert (found.down, found.up, found.ratio) == (hours(743), timedelta(), 0.0)


@pytest.mark.case("uptime", "not-existing-yet")
def test_before_a_target_was_watched_there_is_no_data() -> None:
    new = target(since=utc("2020-03-16T00:00"))
    before, during = (availability([new], month(2020, number, ZoneInfo("UTC")), FAR) for number in (2, 3))
    assert (before.ratio, before.no_data) == (None, timedelta(days=29))
    assert (during.ratio, during.up, during.no_data) == (1.0, timedelta(days=16), timedelta(days=15))


@pytest.mark.case("uptime", "new-no-data")
def test_what_nobody_ever_looked_at_has_no_figure() -> None:
    for parts in ([], [target(since=None)]):
        found = availability(parts, month(2020, 1, RIGA), FAR)
        assert (found.ratio, found.up, found.down, found.outages) == (None, timedelta(), timedelta(), 0)


@pytest.mark.case("uptime", "half")
def test_as_long_up_as_down_is_a_half() -> None:
    found = availability(
        [target(down("2020-01-01T01:00", "2020-01-01T02:00"))], down("2020-01-01", "2020-01-01T02:00"), FAR
    )
    assert found.ratio == 0.5


@pytest.mark.case("uptime", "overlapping-incidents")
def test_overlapping_outages_of_a_device_count_once() -> None:
    agent = target(down("2020-01-01T10:00", "2020-01-01T11:00"))
    port = target(down("2020-01-01T10:30", "2020-01-01T11:30"))
    found = availability([agent, port], month(2020, 1, ZoneInfo("UTC")), FAR)
    assert (found.down, found.outages) == (timedelta(minutes=90), 1)


@pytest.mark.case("uptime", "open-at-month-end")
def test_an_outage_over_the_end_of_a_month_counts_in_both_and_is_one() -> None:
    parts = [target(down("2026-01-31T23:00", "2026-02-01T01:00"))]
    utc_zone = ZoneInfo("UTC")
    january, february = (availability(parts, month(2026, number, utc_zone), FAR) for number in (1, 2))
    assert (january.down, february.down) == (hours(1), hours(1))
    assert january.begun + february.begun == 1
    assert availability(parts, Span(january.span.start, february.span.end), FAR).outages == 1


# --- dividing time ---------------------------------------------------------------------------------------------------

DAY = Span(utc("2026-11-01"), utc("2026-11-02"))


def at(hour: float) -> datetime:
    return DAY.start + hours(hour)


def test_maintenance_is_kept_apart_whatever_is_seen_in_it() -> None:
    part = Intervals(LONG_AGO, (Span(at(1), at(5)),), (Span(at(2), at(3)),), (Span(at(2.5), at(4)),))
    found = availability([part], DAY, FAR)
    assert (found.down, found.maintenance, found.unknown) == (hours(2), hours(1), hours(1))
    assert found.outages == 1
    assert found.ratio == pytest.approx(20 / 22)


def test_an_outage_inside_a_window_is_no_outage_of_the_span() -> None:
    part = Intervals(LONG_AGO, (Span(at(1), at(2)),), (Span(at(0), at(3)),))
    found = availability([part], DAY, FAR)
    assert (found.outages, found.down, found.ratio) == (0, timedelta(), 1.0)


def test_a_day_that_nobody_saw_has_no_figure() -> None:
    found = availability([Intervals(LONG_AGO, unknown=(Span(at(-1)),))], DAY, FAR)
    assert (found.ratio, found.unknown) == (None, hours(24))


def test_a_device_is_not_up_while_one_of_its_targets_is_unseen_and_down_while_one_is_down() -> None:
    unseen = Intervals(LONG_AGO, unknown=(Span(at(0), at(12)),))
    fallen = target(Span(at(6), at(18)))
    found = availability([unseen, fallen, target()], DAY, FAR)
    assert (found.unknown, found.down, found.up) == (hours(6), hours(12), hours(6))


def test_a_target_that_came_later_says_nothing_of_the_time_before() -> None:
    found = availability([target(), target(since=at(12))], DAY, FAR)
    assert (found.up, found.no_data) == (hours(24), timedelta())


def test_a_span_that_has_not_come_yet_has_no_data() -> None:
    found = availability([target()], DAY, at(-1))
    assert (found.no_data, found.ratio) == (hours(24), None)


def test_an_open_span_ends_now() -> None:
    assert availability([target()], Span(at(0)), at(7)).up == hours(7)
    assert availability([target()], Span(at(0)), at(-7)).up == timedelta()


instants = st.integers(-10, 40).map(at)
spans = st.lists(st.builds(Span, instants, st.one_of(st.none(), instants)), max_size=4).map(tuple)
parts_ = st.builds(Intervals, st.one_of(st.none(), instants), spans, spans, spans)


def lengths(found: Availability) -> list[timedelta]:
    return [found.up, found.down, found.maintenance, found.unknown, found.no_data]


@given(st.lists(parts_, max_size=3), instants)
def test_the_lengths_add_up_to_the_span_and_the_ratio_is_one(parts: list[Intervals], now: datetime) -> None:
    found = availability(parts, DAY, now)
    assert sum(lengths(found), timedelta()) == hours(24)
    assert all(length >= timedelta() for length in lengths(found))
    assert found.ratio is None or 0 <= found.ratio <= 1
    assert (found.ratio is None) == (found.up + found.down == timedelta())
    assert 0 <= found.begun <= found.outages <= sum(len(part.outages) for part in parts)
    assert (found.outages > 0) == (found.down > timedelta())


@given(st.lists(parts_, max_size=3), instants, st.integers(1, 23))
def test_a_span_is_what_its_halves_are_together(parts: list[Intervals], now: datetime, cut: int) -> None:
    halves = [availability(parts, part, now) for part in (Span(DAY.start, at(cut)), Span(at(cut), DAY.end))]
    together = [sum(pair, timedelta()) for pair in zip(*map(lengths, halves), strict=True)]
    assert together == lengths(availability(parts, DAY, now))


def by_the_minute(part: Intervals, moment: datetime, now: datetime) -> str:
    def inside(spans: Iterable[Span]) -> bool:
        return any(span.start <= moment and (span.end is None or moment < span.end) for span in spans)

    if part.watched_from is None or moment < part.watched_from or moment >= now:
        return "no_data"
    held = {"maintenance": part.maintenance, "unknown": part.unknown, "down": part.outages}
    return next((name for name, spans in held.items() if inside(spans)), "up")


@given(parts_, instants)
def test_every_hour_is_divided_as_one_looking_at_it_would(part: Intervals, now: datetime) -> None:
    seen = [by_the_minute(part, at(hour), now) for hour in range(24)]
    found = availability([part], DAY, now)
    for name in ("up", "down", "maintenance", "unknown", "no_data"):
        assert getattr(found, name) == hours(seen.count(name)), name


@pytest.mark.parametrize("number", range(1, 13))
def test_the_months_of_a_year_follow_each_other_without_a_gap(number: int) -> None:
    following = month(2026 + number // 12, number % 12 + 1, HOME)
    assert month(2026, number, HOME).end == following.start
    assert following.start.astimezone(HOME).hour == 0


# --- from the journal ------------------------------------------------------------------------------------------------


def soft(name: str, now: str, second: int) -> Fact:
    return Fact(FactKind.TARGET_SOFT, target=name, refs={"now": now, "seen": stamp(START + timedelta(seconds=second))})


def hard(name: str, now: str, second: int, bad: int | None = None, good: int | None = None) -> Fact:
    refs = {"now": now, "seen": stamp(START + timedelta(seconds=second))}
    for key, value in (("first_bad", bad), ("last_good", good)):
        if value is not None:
            refs[key] = stamp(START + timedelta(seconds=value))
    return Fact(FactKind.TARGET_HARD, target=name, refs=refs)


def second(n: float) -> datetime:
    return START + timedelta(seconds=n)


def read(database: Path, *names: str) -> dict[str, Intervals]:
    with reading_engine(database).connect() as connection:
        return read_intervals(connection, names)


def watched(database: Path, *names: str, since: datetime = START) -> None:
    """Put targets among those that are looked at now."""
    with bent(database).begin() as connection:
        for name in names:
            row = {"id": name, "device": "d", "attempt": 0, "confirm": 3, "held": [], "since": since}
            connection.execute(t.target.insert(), row)


def alive(database: Path, until: float) -> None:
    """Note the daemon's last sign of life."""
    with bent(database).begin() as connection:
        connection.execute(t.meta.insert(), {"key": "alive_at", "value": stamp(second(until))})


LOADED = Fact(FactKind.SETTINGS_LOADED, refs={"hash": "h"})


@pytest.mark.case("uptime", "pending-counts-down")
def test_an_outage_counts_from_the_first_look_that_failed_and_not_from_its_confirmation(tmp_path: Path) -> None:
    database = tmp_path / "j.db"
    write(database, [LOADED, soft("a", "down", 10), hard("a", "down", 30, bad=10, good=5), hard("a", "up", 60)])
    watched(database, "a")
    (outage,) = read(database, "a")["a"].outages
    assert outage == Span(second(10), second(60))


def test_a_target_is_watched_from_the_settings_in_force_at_the_first_thing_known_of_it(tmp_path: Path) -> None:
    database = tmp_path / "j.db"
    facts = [LOADED, LOADED, hard("a", "down", 9, bad=9, good=8), LOADED, hard("b", "down", 9, bad=9)]
    write(database, facts)
    watched(database, "a", "b", "c", "d", since=second(2.5))
    found = read(database, "a", "b", "c", "e")
    assert found["a"].watched_from == second(3), "the last settings before its last good look"
    assert found["b"].watched_from == second(9), "it was never seen well before"
    assert found["c"].watched_from == second(1), "nothing but its row says that it is well"
    assert found["e"].watched_from is None


def test_where_nothing_was_seen_it_is_not_known_and_the_outage_around_it_is_one(tmp_path: Path) -> None:
    database = tmp_path / "j.db"
    facts = [
        hard("a", "down", 10, bad=10, good=5),
        soft("a", "unknown", 20),
        hard("a", "unknown", 25),
        hard("a", "down", 30, bad=10),
        hard("a", "up", 40),
    ]
    write(database, facts)
    watched(database, "a")
    alive(database, 40)
    part = read(database, "a")["a"]
    assert part.outages == (Span(second(10), second(40)),)
    assert Span(second(20), second(30)) in part.unknown
    found = availability([part], Span(second(5), second(40)), second(40))
    assert [length.seconds for length in lengths(found)] == [5, 20, 0, 10, 0]
    assert found.outages == 1


def test_while_the_daemon_was_down_and_since_its_last_sign_of_life_nothing_is_known(tmp_path: Path) -> None:
    database = tmp_path / "j.db"
    gap = Fact(FactKind.DAEMON_WAS_DOWN, refs={"from": stamp(second(-50)), "to": stamp(second(-20))})
    write(database, [LOADED, gap, hard("a", "degraded", 1, bad=1, good=-60)], start=START - timedelta(seconds=100))
    watched(database, "a")
    alive(database, 7)
    part = read(database, "a")["a"]
    assert set(part.unknown) == {Span(second(-50), second(-20)), Span(second(7))}


def test_a_target_that_left_the_settings_is_not_up_until_it_is_seen_again(tmp_path: Path) -> None:
    database = tmp_path / "j.db"
    removed = Fact(FactKind.TARGET_REMOVED, 1, "a")
    over = Fact(FactKind.INCIDENT_RESTORED, 1, "b", refs={"restored": stamp(second(1))})
    write(database, [hard("a", "down", 0, bad=0), removed, hard("b", "down", 0, bad=0), over])
    gone = read(database, "a", "b")
    assert gone["a"].outages == (Span(second(0), second(1)),)
    assert Span(second(1)) in gone["a"].unknown
    assert gone["b"].outages == (Span(second(0), second(1)),)
    watched(database, "a", since=second(50))
    assert Span(second(1), second(50)) in read(database, "a")["a"].unknown


def test_hostile_and_bent_rows_are_passed_over(tmp_path: Path) -> None:
    database = tmp_path / "j.db"
    odd = [
        Fact(kind, 1, "a", refs={"now": now, "seen": seen, "first_bad": seen, "from": seen, "to": seen})
        for kind in FactKind
        for now, seen in (("down", "never"), (["up"], "2026-01-01T00:00:00"), (None, 7), ("up", "9" * 9999))
    ]
    write(database, [*odd, hard("a", "down", 900, bad=900), hard("a", "up", 901)])
    with bent(database).begin() as connection:
        connection.exec_driver_sql("UPDATE journal SET refs = 'x' WHERE seq % 7 = 3")
        connection.execute(t.meta.insert(), {"key": "alive_at", "value": "x"})
    part = read(database, "a", "x\x00'; --")["a"]
    found = availability([part], Span(START, second(1000)), second(1000))
    assert sum(lengths(found), timedelta()) == timedelta(seconds=1000)


def test_many_targets_are_read_as_one_is(tmp_path: Path) -> None:
    database = tmp_path / "j.db"
    write(database, [LOADED, hard("t7", "down", 9, bad=9, good=8), hard("other", "down", 9, bad=9)])
    watched(database, "t7", "other")
    names = [f"t{n}" for n in range(600)]
    found = read(database, *names)
    assert set(found) == set(names)
    assert found["t7"] == read(database, "t7")["t7"]


def test_an_empty_journal_knows_nothing(tmp_path: Path) -> None:
    database = tmp_path / "j.db"
    write(database, [])
    assert read(database, "a") == {"a": Intervals(None)}


async def lived(folder: Path) -> tuple[dict[str, Intervals], datetime, datetime]:
    night = Night(folder, "2026-12-01 03:00")
    await night.start()
    begun = night.clock.now()
    await night.sees(OLT, Health.UP, first=True)
    await night.sees(POST, Health.UP, first=True)
    await night.passes(minutes=10)
    await night.sees(OLT, Health.DOWN, Firmness.SOFT)
    await night.sees(OLT, Health.DOWN)
    await night.passes(minutes=20)
    night.die()
    await night.clock.advance(600)
    await night.start()
    await night.sees(OLT, Health.DOWN, first=True)
    await night.sees(POST, Health.UP, first=True)
    await night.passes(minutes=10)
    await night.sees(OLT, Health.UP)
    await night.passes(minutes=10)
    await night.desk.alive()
    found: dict[str, Intervals] = {}
    with night.engine.connect() as connection:
        found = read_intervals(connection, [OLT, POST])
    night.engine.dispose()
    return found, begun, night.clock.now()


def test_a_night_at_the_desk_is_accounted_for_to_the_second(tmp_path: Path) -> None:
    found, begun, now = asyncio.run(lived(tmp_path))
    post = availability([found[POST]], Span(begun), now)
    assert (post.up + post.unknown, post.down, post.ratio) == (timedelta(minutes=60), timedelta(), 1.0)
    olt = availability([found[OLT]], Span(begun), now)
    assert (olt.outages, olt.no_data) == (1, timedelta(minutes=10)), (
        "its first row says nothing of a look that was well"
    )
    assert (olt.up, olt.down + olt.unknown) == (timedelta(minutes=10), timedelta(minutes=40))
    assert post.unknown == olt.unknown >= timedelta(minutes=10)
    device = availability(found.values(), Span(begun), now)
    assert (device.down, device.up) == (olt.down, timedelta(minutes=20))


def test_only_what_is_asked_is_read(tmp_path: Path) -> None:
    database = tmp_path / "j.db"
    write(database, [hard("a", "down", 1, bad=1), hard("b", "down", 1, bad=1)])
    with reading_engine(database).connect() as connection:
        assert set(read_intervals(connection, ["b"])) == {"b"}
        planned = read_intervals(connection, ["b"], {"b": [Span(START)]})["b"].maintenance
        assert planned == (Span(START),)
        assert connection.execute(sa.text("select 1")).scalar() == 1
