"""The demo's story is judged as it was played: whoever watches may take the incident at any time."""

from pathlib import Path

import pytest

from monitord.demo import story
from monitord.demo.botapi import Act, Entry
from monitord.domain.edge import Firmness
from monitord.domain.health import Health
from tests.support.night import Night, silent

TARGET = silent("olt-go-may")


async def played(night: Night, minutes: float) -> list[str]:
    """Take an incident after so many minutes, see its end, and return what the demo finds wrong."""
    await night.sees(TARGET, Health.DOWN, Firmness.SOFT)
    await night.sees(TARGET, Health.DOWN)
    await night.passes(minutes=minutes)
    first = next(got for got in night.got if got.buttons and got.channel == "telegram")
    await night.presses(first.person, first.button("take"))
    await night.passes(minutes=1)
    await night.sees(TARGET, Health.UP)
    await night.passes(minutes=1)
    people = night.settings.people
    phones = [
        Entry(
            n, night.clock.now(), Act.EDIT if got.edits else Act.MESSAGE, people[got.person].telegram or 0, n, got.text
        )
        for n, got in enumerate(night.got)
    ]
    with night.engine.connect() as connection:
        return story.wrong(story.read_night(connection, TARGET), night.settings, story.shifts(connection), phones)


@pytest.mark.parametrize("minutes", [1, 7, 20])
async def test_a_story_in_which_somebody_takes_it_early_is_right(tmp_path: Path, minutes: float) -> None:
    async with Night(tmp_path, "2026-12-05 08:00") as night:
        assert await played(night, minutes) == []


async def test_a_step_that_nobody_heard_of_is_wrong(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-05 08:00") as night:
        night.lanes = ("log",)
        await night.sees(TARGET, Health.DOWN)
        await night.passes(minutes=7)
        with night.engine.connect() as connection:
            told = story.read_night(connection, TARGET)
            silent_night = story.Night(told.incident, told.rows, (), told.armed, told.others)
            found = story.wrong(silent_night, night.settings, story.shifts(connection), [])
        assert any(fault.startswith("step 0: told []") for fault in found)
        assert any(fault.startswith("step 1: told []") for fault in found)
