"""Databases for the account's tests: a night lived through by the real desk, and rows written one by one."""

import shutil
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from monitord.domain.edge import Firmness
from monitord.domain.health import Health
from monitord.domain.journal import Fact
from monitord.store.engine import writing_engine
from monitord.store.migrate import bring_up
from monitord.store.rows import Moment
from monitord.store.tx import Tx
from tests.support.night import Night, silent

OLT = silent("olt-go-may")
POST = silent("bc-go-may")
START = datetime(2026, 12, 1, 16, 58, tzinfo=UTC)


def bent(database: Path) -> sa.Engine:
    """Return an engine as a database administrator has one: no trigger, no foreign key stands in the way."""
    engine = sa.create_engine(f"sqlite:///{database}", poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER IF EXISTS journal_no_update")
        connection.exec_driver_sql("DROP TRIGGER IF EXISTS journal_no_delete")
    return engine


@cache
def _migrated() -> bytes:
    """Return an empty database: migrating takes longer than most tests here."""
    with TemporaryDirectory() as folder:
        bring_up(Path(folder) / "empty.db")
        return (Path(folder) / "empty.db").read_bytes()


def write(database: Path, facts: Iterable[Fact], run: str = "run1", start: datetime = START) -> None:
    """Append each fact in a transaction of its own, a second apart, salts counted instead of drawn."""
    if not database.exists():
        database.write_bytes(_migrated())
    numbers = count()
    engine = writing_engine(database)
    with engine.connect() as connection:
        for n, fact in enumerate(facts):
            with connection.begin():
                moment = Moment(start + timedelta(seconds=n), float(n), "boot", run)
                Tx(connection, lambda size: f"{next(numbers):0{2 * size}x}").append([fact], moment)
    engine.dispose()


async def live_a_night(folder: Path) -> Path:
    """Return the database of a night with a fault that is told, taken and over, one that goes on, and a restart."""
    night = Night(folder, "2026-12-01 23:40")
    await night.start()
    await night.sees(OLT, Health.UP, first=True)
    await night.sees(OLT, Health.DOWN, Firmness.SOFT)
    await night.sees(OLT, Health.DOWN)
    await night.passes(minutes=6)
    await night.presses(night.on("shift"), night.got[0].buttons[0])
    await night.presses("4242", night.got[0].buttons[0])
    await night.passes(minutes=4)
    await night.sees(OLT, Health.UP)
    await night.sees(POST, Health.DOWN)
    await night.passes(minutes=7)
    night.die()
    await night.clock.advance(180)
    await night.start()
    await night.passes(minutes=20)
    await night.desk.stop()
    night.engine.dispose()
    return night.database


def copy(database: Path, folder: Path) -> Path:
    """Return a copy of a database that nobody has open."""
    target = folder / "copy.db"
    shutil.copy(database, target)
    return target
