"""Cases of other systems about the roster, at the real desk."""

from datetime import timedelta
from pathlib import Path

import pytest

from monitord.desk.rostering import RosterRefused
from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.store import tables as t
from tests.settings.small import broken, mistakes, written
from tests.support.night import Night, silent

OLT = silent("olt-go-may")
UNIT = "vt-song-mau"


def given(night: Night, start: timedelta, end: timedelta, **more: object) -> dict[str, object]:
    """Return what is asked of an override of the shift, from and to some time from now."""
    now = night.clock.now()
    span = {"start": (now + start).isoformat(), "end": (now + end).isoformat()}
    return {"unit": UNIT, "duty": "shift", **span, **more}


def owner(night: Night) -> str:
    """Return who keeps the roster of the unit."""
    return night.settings.units[UNIT].roster_owner


@pytest.mark.case("roster", "override-end-before-start")
async def test_an_override_that_ends_before_it_begins_is_refused(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        for end in (timedelta(hours=1), timedelta(hours=2)):
            with pytest.raises(RosterRefused, match="the end must be after the beginning"):
                await night.desk.roster(
                    "override", owner(night), given(night, timedelta(hours=2), end, incoming=["an.nguyen"])
                )
        assert night.count(t.overlay) == 0


@pytest.mark.case("roster", "override-in-the-past")
async def test_an_override_of_what_is_over_is_refused_and_duty_stays_as_it_was(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        operator = night.on("shift")
        with pytest.raises(RosterRefused, match="that is over"):
            await night.desk.roster(
                "override", owner(night), given(night, timedelta(hours=-2), timedelta(0), incoming=["an.nguyen"])
            )
        assert night.on("shift") == operator
        assert night.count(t.overlay) == 0


@pytest.mark.case("roster", "rot-empty")
async def test_a_duty_without_anybody_is_refused_at_load_and_at_the_desk_the_next_step_is_told(tmp_path: Path) -> None:
    empty = broken("people: [binh]", "people: []")
    assert mistakes(written(tmp_path / "config", empty)) == ["small.yaml:58:46: `people` must not be empty"]
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.desk.roster("override", owner(night), given(night, timedelta(0), timedelta(hours=5)))
        await night.sees(OLT, Health.DOWN)
        await night.passes(minutes=6)
        assert FactKind.COVERAGE_GAP in night.kinds()
        assert night.on("operations") in [person for _, person in night.told()]
