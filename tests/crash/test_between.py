"""A few kills between claim and mark in every run of the tests; `python -m tests.crash.between` makes them 300."""

from pathlib import Path

import pytest

from tests.crash.between import run

pytestmark = pytest.mark.slow


async def test_killed_with_a_message_in_the_air_it_is_told_and_every_repeat_says_so(tmp_path: Path) -> None:
    came = await run(3, tmp_path / "d", seed=7)
    assert came.wrong == []
    assert came.kills == 3
    assert came.messages >= 1
    assert came.uncertain_rows >= 3
