"""A few kills of the running daemon in every run of the tests; `python -m tests.crash.kills` makes them a hundred."""

import pytest

from tests.crash.kills import run

pytestmark = pytest.mark.slow


async def test_killed_at_any_instant_it_tells_everything_owed_and_nothing_untrue() -> None:
    total = await run(4, 4, seed=1_000, kills=1)
    assert total.violations == {}
    assert total.kills == 4
    assert total.figures["incidents"] > 0
    assert total.figures["messages"] > 0
