"""A rehearsal says what then happens: the same persons, at the same instants, in any night."""

import asyncio
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitord.account.rehearsal import rehearsal
from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.store.engine import reading_engine
from tests.support.night import Night, silent

DEVICES = ("cr-1", "bc-go-may", "olt-go-may")


async def rehearsed_and_lived(folder: Path, begin: str, device: str, hole: str) -> tuple[list[object], list[object]]:
    """Return whom a rehearsal names, and whom the desk then tells, each as (instant, step, person)."""
    async with Night(folder, begin) as night:
        if hole:
            with night.engine.begin() as connection:
                connection.exec_driver_sql(f"DELETE FROM shift WHERE duty = '{hole}'")
        now, found = night.clock.now(), night.settings.devices[device]
        with reading_engine(night.database).connect() as connection:
            said = rehearsal(connection, night.settings, found, found.targets[0], now, 24)
        before = len(night.rows())
        await night.sees(silent(device), Health.DOWN)
        assert len(night.rows()) > before
        await night.passes(hours=2)
        lived: list[object] = []
        for row in night.rows():
            if row.kind in (FactKind.STEP_FIRED, FactKind.STEP_AWAITS_APPROVAL):
                people = row.refs.get("people", row.refs.get("leaders"))
                lived += [(row.ts, row.refs["step"], person) for person in people]
    told: list[tuple[datetime, int, str]] = [(line.at, line.step, line.person) for line in said.lines if line.person]
    end = now + timedelta(hours=2)
    said_in_time: list[object] = [one for one in told if one[0] <= end]
    return said_in_time, lived[: len(said_in_time)]


@pytest.mark.parametrize("hole", ["", "shift", "leader"])
@pytest.mark.parametrize("device", DEVICES)
async def test_what_is_rehearsed_is_what_happens(tmp_path: Path, device: str, hole: str) -> None:
    said, lived = await rehearsed_and_lived(tmp_path, "2026-12-01 06:58", device, hole)
    assert said
    assert said == lived


@pytest.mark.slow
@given(st.integers(0, 7 * 24 * 60), st.sampled_from(DEVICES), st.sampled_from(["", "shift", "operations", "leader"]))
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_it_is_so_in_any_night(minute: int, device: str, hole: str) -> None:
    begin = f"2026-12-{1 + minute // 1440:02d} {minute // 60 % 24:02d}:{minute % 60:02d}"
    with tempfile.TemporaryDirectory() as folder:
        said, lived = asyncio.run(rehearsed_and_lived(Path(folder), begin, device, hole))
    assert said == lived
