"""Pages of a duty log, read by somebody who asks: why was I not called at 02:14?"""

import asyncio
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitord.account.reasons import Because, Reason, reasons_for
from monitord.desk.act import ActRefused
from monitord.desk.by_hand import UnknownIncident
from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.domain.window import WindowKind
from monitord.store import tables as t
from tests.support.night import Night, example, silent

CORE, POST = silent("cr-1"), silent("bc-go-may")
DEPARTMENT = "yen.phan"


def why(night: Night, person: str, at: datetime | None = None) -> Because:
    """Return the last reason of the first incident."""
    with night.engine.connect() as connection:
        return reasons_for(connection, person, at or night.clock.now())[-1]


async def test_who_had_it_once_and_let_it_lie_is_no_reason_afterwards(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 08:00") as night:
        await night.sees(CORE, Health.DOWN)
        await night.presses(night.on("shift"), night.got[0].buttons[0])
        taken = night.clock.now()
        await night.passes(hours=2, minutes=3)
        leader = night.on("leader")
        assert why(night, leader, taken + timedelta(minutes=5)).reason is Reason.TAKEN_BEFORE
        found = why(night, leader)
        assert (found.reason, found.at) == (Reason.NOT_DUE, taken + timedelta(hours=2, minutes=15))


async def test_the_department_waits_for_its_step_and_then_for_the_leader(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 09:00") as night:
        await night.sees(POST, Health.DOWN)
        await night.passes(minutes=10)
        first = why(night, DEPARTMENT)
        assert (first.reason, first.detail) == (Reason.NOT_DUE, "4")
        await night.passes(minutes=21)
        assert why(night, DEPARTMENT).reason is Reason.AWAITS_APPROVAL
        await night.types(night.on("leader", "bd-song-mau"), "CBC 001 đang xác minh")
        found = why(night, DEPARTMENT)
        assert (found.reason, found.at) == (Reason.DECLINED, night.rows(FactKind.STEP_DECLINED)[0].ts)


async def test_a_mute_is_given_as_the_reason_with_its_end(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 09:00") as night:
        await night.sees(CORE, Health.DOWN)
        await night.window(WindowKind.MUTE, minutes=60, devices=("cr-1",))
        ends = night.clock.now() + timedelta(minutes=60)
        await night.passes(minutes=20)
        found = why(night, night.on("operations"))
        assert (found.reason, found.at) == (Reason.MUTED, ends)


async def test_what_came_back_in_the_middle_was_over_then(tmp_path: Path) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.sees(CORE, Health.DOWN)
        await night.passes(minutes=2)
        await night.sees(CORE, Health.UP)
        between = night.clock.now() + timedelta(minutes=1)
        await night.passes(minutes=3)
        await night.sees(CORE, Health.DOWN)
        assert why(night, night.on("leader"), between).reason is Reason.OVER
        assert why(night, night.on("leader")).reason is Reason.NOT_DUE


ACTS = st.lists(
    st.sampled_from(["down", "garbled", "up", "take", "escalate", "hand", "mute", "wait 4", "wait 17", "wait 125"]),
    min_size=2,
    max_size=12,
)


@pytest.mark.slow
@settings(deadline=None, max_examples=12)
@given(ACTS)
def test_there_is_a_reason_for_everybody_at_every_instant_and_told_means_told(acts: list[str]) -> None:
    asyncio.run(_lived(acts))


async def _lived(acts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with Night(Path(folder), "2026-12-01 20:30") as night:
            instants = [night.clock.now()]
            for act in acts:
                await _do(night, act)
                instants += [night.clock.now(), night.clock.now() - timedelta(minutes=3)]
            with night.engine.connect() as connection:
                rows = connection.execute(t.outbox.select().where(t.outbox.c.edits.is_(None))).mappings().all()
                incidents = connection.execute(t.incident.select()).mappings().all()
                for person in sorted(example().people):
                    for at in instants:
                        _whole(reasons_for(connection, person, at), person, at, rows, incidents)


def _whole(found: list[Because], person: str, at: datetime, rows: object, incidents: object) -> None:
    for incident in incidents:  # type: ignore[attr-defined]
        mine = [one for one in found if one.what == incident["code"]]
        ran = incident["opened_at"] <= at and (incident["restored_at"] is None or incident["restored_at"] > at)
        assert bool(mine) is ran
        told = [
            row["accepted_at"]
            for row in rows  # type: ignore[attr-defined]
            if row["incident"] == incident["id"] and row["person"] == person
            and row["accepted_at"] is not None and row["accepted_at"] <= at and row["created_at"] <= at
        ]  # fmt: skip
        if ran:
            assert sorted(one.at for one in mine if one.reason is Reason.TOLD and one.at) == sorted(told)


async def _do(night: Night, act: str) -> None:
    what, _, minutes = act.partition(" ")
    match what:
        case "wait":
            await night.passes(minutes=float(minutes))
        case "down" | "garbled" | "up":
            await night.sees(CORE, Health(what))
        case "mute":
            await night.window(WindowKind.MUTE, minutes=30, devices=("cr-1",))
        case "take":
            asked = [g for g in night.got if g.person == night.on("shift") and g.buttons]
            if asked:
                await night.presses(night.on("shift"), asked[-1].buttons[0])
        case _:
            try:
                await night.does(what, to=night.on("operations"))
            except (ActRefused, UnknownIncident):
                return
