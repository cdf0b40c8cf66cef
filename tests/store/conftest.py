"""A migrated database without rows, and a writer on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitord.store.engine import writing_engine
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
    path = tmp_path / "monitord.db"
    path.write_bytes(empty_database())
    return path


@pytest.fixture
def engine(database: Path) -> Iterator[sa.Engine]:
    engine = writing_engine(database)
    with engine.connect():
        pass  # the file is now a write-ahead one, as the daemon makes it before anybody reads
    yield engine
    engine.dispose()
