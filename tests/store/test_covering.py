"""Who is on duty at an instant, by the short ranges of an index: the answer of asking every row."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitord.account.who import _who, who_at
from monitord.domain.roster import Shift
from monitord.store import tables as t
from monitord.store.engine import writing_engine
from monitord.store.reach import ANY, reach_of
from monitord.store.roster import instant_asked, shifts_covering
from tests.support.night import empty_database

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
US = timedelta(microseconds=1)
LENGTHS = [timedelta(hours=h) for h in (1, 8, 24, 48)] + [timedelta(days=d) for d in (7, 8, 31, 32, 33, 400)]


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sa.Connection]:
    """Yield a connection to an empty database."""
    path = tmp_path / "roster.db"
    path.write_bytes(empty_database())
    engine = writing_engine(path)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def some_shifts(number: int) -> list[Shift]:
    """Return shifts of every length, by the hour, over a hundred days."""
    dice = random.Random(3)
    shifts = []
    for n in range(number):
        start = BEGIN + timedelta(hours=dice.randrange(2400))
        length = dice.choice(LENGTHS) + dice.choice((-US, timedelta(0), US))
        shifts.append(Shift(f"u{n % 3}", dice.choice(("shift", "leader")), f"p{n}", start, start + length))
    return shifts


def put(connection: sa.Connection, shifts: list[Shift]) -> None:
    """Write shifts as any decision does: their class is found by itself."""
    rows = [
        {"unit": s.unit, "duty": s.duty, "person": s.person, "starts": s.start, "ends": s.end, "source": ""}
        for s in shifts
    ]
    connection.execute(t.shift.insert(), rows)


def test_the_ranges_hold_whoever_is_on_duty_and_nobody_else(connection: sa.Connection) -> None:
    shifts = some_shifts(300)
    put(connection, shifts)
    for at in {edge + n * US for s in shifts for edge in (s.start, s.end) for n in (-1, 0, 1)}:
        assert [s.person for s in shifts_covering(connection, at)] == [s.person for s in shifts if s.covers(at)]


def test_who_was_on_duty_shortly_before_is_found_too(connection: sa.Connection) -> None:
    shifts, back = some_shifts(100), timedelta(hours=2)
    put(connection, shifts)
    for at in (BEGIN + timedelta(hours=7 * n) for n in range(400)):
        found = [s.person for s in shifts_covering(connection, at, back)]
        assert found == [s.person for s in shifts if s.start <= at and s.end > at - back]


def test_a_unit_and_a_duty_are_asked_for_alone(connection: sa.Connection) -> None:
    shifts = some_shifts(200)
    put(connection, shifts)
    for at in (BEGIN + timedelta(hours=11 * n) for n in range(200)):
        on = [s for s in shifts if s.covers(at)]
        for unit, duty in ((None, None), ("u1", None), (None, "leader"), ("u2", "shift")):
            found = {one.person for one in who_at(connection, at, unit, duty)}
            assert found == {s.person for s in on if unit in (None, s.unit) and duty in (None, s.duty)}


def test_every_class_is_a_range_of_an_index(connection: sa.Connection) -> None:
    asked = instant_asked(BEGIN) | {"the_unit": "u1", "the_duty": "shift"}
    for given, columns in ((False, "reach=? AND starts"), (True, "unit=? AND duty=? AND reach=? AND starts")):
        statement = _who(given, given).params(asked)
        text = str(statement.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True}))
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
        searched = [line for line in plan if " shift " in line]
        assert len(searched) == 4
        assert all(f"({columns}" in line for line in searched), plan
        assert sum(f"{columns}>" in line for line in searched) == 3


def test_a_shift_is_of_the_first_class_it_is_no_longer_than() -> None:
    days = [timedelta(days=n) for n in (2, 8, 32)]
    assert [reach_of(BEGIN, BEGIN + length) for length in days] == [2, 8, 32]
    assert [reach_of(BEGIN, BEGIN + length + US) for length in days] == [8, 32, ANY]
