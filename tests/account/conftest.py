"""One night for all tests of the room: lived once, copied by who bends it."""

import asyncio
from pathlib import Path

import pytest

from tests.account.written import copy, live_a_night


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the database of the night; nobody writes to it."""
    return asyncio.run(live_a_night(tmp_path_factory.mktemp("night")))


@pytest.fixture
def night(lived: Path, tmp_path: Path) -> Path:
    """Return a copy of the night's database."""
    return copy(lived, tmp_path)
