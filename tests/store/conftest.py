"""A migrated database without rows, in a file or on a server, and a writer on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitord.store.engine import Place, writing_engine
from monitord.store.tx import Tx
from tests.support.night import empty_database


def salt(size: int) -> str:
    """Return what stands for random text."""
    return "s" * size


def make_tx(connection: sa.Connection) -> Tx:
    """Return a unit of work."""
    return Tx(connection, salt)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A file, for what only files have."""
    path = tmp_path / "monitord.db"
    path.write_bytes(empty_database())
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """Each kind of database there is: what takes this holds for all of them."""
    if request.param == "sqlite":
        yield request.getfixturevalue("database")
        return
    with request.getfixturevalue("postgresql").database() as url:
        yield url


@pytest.fixture
def engine(place: Place) -> Iterator[sa.Engine]:
    engine = writing_engine(place)
    with engine.connect():
        pass  # a file is now a write-ahead one, as the daemon makes it before anybody reads; the server's lock is ours
    yield engine
    engine.dispose()
