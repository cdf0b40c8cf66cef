"""What it costs to say what the roster of 50 units lacks in 30 days: composed and swept; and the look of the desk.

Five duties a unit, three shifts a day on each, with a gap a day in each unit.
"""

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from types import MappingProxyType

import sqlalchemy as sa

from monitord.account.coverage import look
from monitord.bootstrap import settings_of
from monitord.domain.coverage import Demand, lacking, missing
from monitord.domain.people import DutyKind, Person, Unit
from monitord.domain.roster import DailySlot
from monitord.settings.coverage import contract_of
from monitord.settings.model import DailyEntry, Settings
from monitord.settings.shifts import layers_between
from monitord.store.engine import writing_engine
from monitord.store.migrate import bring_up
from monitord.store.roster import roster_over
from tests.bench.figures import figure, introduce
from tests.bench.settings import SECRETS, write_settings

UNITS, DAYS = 50, 30
DUTIES = ("leader", "operations", "shift", "rescue", "network")
SINCE = datetime(2027, 1, 31, 17, tzinfo=UTC)
ROUNDS = 5


def province(folder: Path) -> Settings:
    """Return the settings of a bench with that many units, and a roster for them."""
    settings, _ = settings_of(write_settings(folder, 1), SECRETS)
    units, people, roster, demands = {}, dict(settings.people), [], []
    for n in range(UNITS):
        name = f"u{n}"
        for m in range(8):
            people[f"{name}.{m}"] = Person(f"{name}.{m}", f"Người {m}", name, telegram=10_000 + 10 * n + m)
        units[name] = Unit(name, f"Đơn vị {n}", f"{name}.0")
        for k, duty in enumerate(DUTIES):
            crew = tuple(f"{name}.{(k + m) % 8}" for m in range(4))
            last = clock(5) if duty == "shift" else clock(6)
            for start, end in ((clock(6), clock(14)), (clock(14), clock(22)), (clock(22), last)):
                slot = DailySlot(start, end, crew[::-1] if start == clock(14) else crew, date(2026, 1, 1))
                roster.append(DailyEntry(name, duty, slot, "roster.yaml:1"))
            demands.append(Demand(name, duty, 1, 1))
    return replace(
        settings,
        units=MappingProxyType(units),
        people=MappingProxyType(people),
        duty_kinds=MappingProxyType({duty: DutyKind(duty, duty) for duty in DUTIES}),
        roster=tuple(roster),
        demands=tuple(demands),
    )


def best(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the shortest of several runs, in seconds of the processor."""
    times = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def main() -> None:
    """Measure and print."""
    introduce("coverage")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = province(folder / "config")
        database = folder / "monitord.db"
        bring_up(database)
        until = SINCE + timedelta(days=DAYS)
        against = f"{UNITS} units, {len(DUTIES)} duties, {DAYS} days, {UNITS * len(DUTIES) * 3 * DAYS:,} shifts"
        with writing_engine(database).connect() as connection:
            found = look(connection, settings, SINCE, until)
            assert len(missing(found.holes)) == UNITS * DAYS
            measure(connection, settings, until, against)


def measure(connection: sa.Connection, settings: Settings, until: datetime, against: str) -> None:
    """Time what the command does, and what the desk does once an hour."""
    figure("coverage.gaps", best(lambda: look(connection, settings, SINCE, until)), "s of cpu", against, "<= 1")
    shifts, contract = (
        roster_over(connection, layers_between(settings, SINCE, until), SINCE, until),
        contract_of(settings, {}),
    )
    figure("coverage.lacking", best(lambda: lacking(contract, shifts, (), SINCE, until)), "s of cpu", against, "<= 0.5")


if __name__ == "__main__":
    main()
