"""Who is on duty in a province of a thousand people with three years of shifts, and what writing them out costs."""

import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as hour
from pathlib import Path

import sqlalchemy as sa

from monitord.account.who import who_at
from monitord.bootstrap import token
from monitord.desk.laying import write_out
from monitord.domain.cycle import Crew, Cycle, Hours
from monitord.domain.people import Person, Unit
from monitord.domain.roster import Shift, instant
from monitord.domain.rotation import Rotation, Step, StepUnit
from monitord.settings.model import PatternEntry, Settings
from monitord.settings.shifts import layers_of
from monitord.store import tables as t
from monitord.store.engine import reading_engine, writing_engine
from monitord.store.migrate import bring_up
from monitord.store.reach import reach_of
from monitord.store.roster import shifts_covering
from monitord.store.rows import Moment
from monitord.store.tx import Tx
from tests.bench.figures import figure, introduce, percentile, say
from tests.bench.many import settings_with

UNITS, PEOPLE = 50, 20
YEARS, ASKED = 3, 2000
BEGIN = date(2026, 1, 1)
NOW = datetime(2026, 12, 1, 3, tzinfo=UTC)
THREE = (Hours("ca1", hour(6), hour(14)), Hours("ca2", hour(14), hour(22)), Hours("ca3", hour(22), hour(6)))
DAYS = ("ca1", "ca1", "ca2", "ca2", "ca3", "ca3", None, None)


def main() -> None:
    """Print the figures."""
    introduce("roster")
    with tempfile.TemporaryDirectory() as folder:
        settings = province(settings_with(Path(folder) / "config", 1))
        database = Path(folder) / "roster.db"
        bring_up(database)
        engine = writing_engine(database)
        asked(engine, database, settings)
        with engine.begin() as connection:
            connection.execute(t.shift.delete())
        written(engine, settings)
        engine.dispose()


def province(settings: Settings) -> Settings:
    """Return settings of so many units: three shifts by four crews of two, a rescue team and two technicians by the
    day and half day, a leader for a week."""
    units: dict[str, Unit] = {}
    people: dict[str, Person] = {}
    roster: list[PatternEntry] = []
    for n in range(UNITS):
        unit = f"vt-{n}"
        staff = tuple(f"{unit}-p{k}" for k in range(PEOPLE))
        people |= {name: Person(name, name, unit) for name in staff}
        units[unit] = Unit(unit, unit, staff[0], "leader")
        crews = tuple(Crew("abcd"[k], staff[2 * k : 2 * k + 2], 2 * k) for k in range(4))
        patterns: dict[str, Cycle | Rotation] = {
            "shift": Cycle(crews, THREE, DAYS, BEGIN),
            "rescue": Rotation(staff[8:12], Step(1, StepUnit.DAY), hour(7), BEGIN),
            "technician": Rotation(staff[12:16], Step(12, StepUnit.HOUR), hour(7), BEGIN),
            "leader": Rotation(staff[16:], Step(1, StepUnit.WEEK), hour(7), BEGIN),
        }
        roster += [PatternEntry(unit, duty, pattern, f"roster.yaml:{n}") for duty, pattern in patterns.items()]
    return replace(settings, units=units, people=people, roster=tuple(roster))


def asked(engine: sa.Engine, database: Path, settings: Settings) -> None:
    """Ask who is on duty at random instants of three years: one duty of one unit, and the whole province at once."""
    (layer,) = layers_of(settings, BEGIN, YEARS * 365, settings.zone)
    with engine.begin() as connection:
        connection.execute(t.shift.insert(), [row(shift) for shift in layer.shifts])
    say(f"  {UNITS * PEOPLE} people, {len(layer.shifts)} shifts")
    reader, dice = reading_engine(database), random.Random(1)
    begin = instant(BEGIN, hour(0), settings.zone)
    instants = [begin + timedelta(seconds=dice.randrange(YEARS * 365 * 86_400)) for _ in range(ASKED)]
    s = t.shift.c
    with reader.connect() as connection:
        plain = sa.select(t.shift).where(
            s.starts <= sa.bindparam("now"), s.ends > sa.bindparam("now"), s.unit == "vt-7", s.duty == "shift"
        )
        before = p99(lambda at: connection.execute(plain, {"now": at}).all(), instants[:100])
        one = p99(lambda at: who_at(connection, at, "vt-7", "shift"), instants)
        computed = p99(lambda at: who_at(connection, at, "vt-7", "shift"), instants, time.thread_time)
        every = p99(lambda at: shifts_covering(connection, at), instants)
    reader.dispose()
    size = f"{UNITS * PEOPLE} people, {len(layer.shifts)} shifts"
    figure(
        "roster.who_p99", one, "ms", f"{size}; begun and not over, by the index on the ends: {before:.1f} ms", "<= 2"
    )
    figure("roster.who_p99.cpu", computed, "ms", "the same, without waiting for a processor", "<= 2")
    figure("roster.who_of_all_p99", every, "ms", f"{size}; all {UNITS} units at once", None)


def written(engine: sa.Engine, settings: Settings) -> None:
    """Write the roster out: all at once for the first time, then as every hour, a unit at a time, and a day later."""
    size = f"{UNITS * PEOPLE} people, 45 days ahead"

    def write(now: datetime, units: tuple[str, ...] | None) -> float:
        with engine.begin() as connection:
            began = time.perf_counter()
            write_out(Tx(connection, token), settings, Moment(now, 0.0, "bench", "bench"), units=units)
            return (time.perf_counter() - began) * 1000

    figure("roster.write_out.all", write(NOW, None), "ms", f"{size}; once, at a start or a reload", None)
    for name, later in (("roster.write_out", timedelta(hours=1)), ("roster.write_out.next_day", timedelta(days=1))):
        took = [write(NOW + later, (unit,)) for unit in settings.units]
        against = f"{size}; one of {UNITS} units, p95; all of them: {sum(took):.0f} ms"
        figure(name, percentile(took, 0.95), "ms", against, "<= 50")


def row(shift: Shift) -> dict[str, object]:
    """Return a shift as a row."""
    return {
        "unit": shift.unit,
        "duty": shift.duty,
        "person": shift.person,
        "starts": shift.start,
        "ends": shift.end,
        "source": shift.source,
        "backup": shift.backup,
        "reach": reach_of(shift.start, shift.end),
    }


def p99(
    question: Callable[[datetime], object], instants: list[datetime], clock: Callable[[], float] = time.perf_counter
) -> float:
    """Return the milliseconds that all but one question of a hundred are answered within."""
    took = []
    for at in instants:
        began = clock()
        question(at)
        took.append((clock() - began) * 1000)
    return percentile(took, 0.99)


if __name__ == "__main__":
    main()
