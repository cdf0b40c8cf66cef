"""The roster written out a unit at a time: what is written is what is planned, for every unit, whatever was changed."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import sqlalchemy as sa

from monitord.desk.context import Context
from monitord.domain.cycle import Crew, Cycle, Hours
from monitord.domain.journal import FactKind
from monitord.domain.laying import lay
from monitord.domain.roster import Shift
from monitord.domain.rotation import Rotation, Step, StepUnit
from monitord.settings import PatternEntry
from monitord.settings.shifts import layers_of
from monitord.store import tables as t
from monitord.store.reach import reach_of
from monitord.store.roster import overlays, written_layers
from monitord.store.rows import shift_of
from monitord.texts import pick
from tests.support.night import Night, example

VT, BD = "vt-song-mau", "bd-song-mau"
SINCE = date(2026, 11, 1)


def patterns(night: Night) -> Context:
    """Return the settings with a rotation by the week in one unit and crews in the other, beside what is there."""
    crews = tuple(Crew(name, (name,), n) for n, name in enumerate(("son.ta", "thao.mai")))
    more = (
        PatternEntry(
            VT, "leader", Rotation(("khanh.bui", "lan.hoang"), Step(1, StepUnit.WEEK), time(8), SINCE), "r:1", 2
        ),
        PatternEntry(BD, "shift", Cycle(crews, (Hours("all", time(7), time(7)),), ("all", None), SINCE), "r:2", 2),
    )
    return Context.of(replace(night.settings, roster=(*example().roster, *more), hash="patterns"), pick("vi"))


def as_written(night: Night, unit: str) -> set[tuple[object, ...]]:
    """Return the shifts of a unit that are not over, as they are in the database."""
    now = night.clock.now()
    with night.engine.connect() as connection:
        rows = (
            connection.execute(sa.select(t.shift).where(t.shift.c.ends > now, t.shift.c.unit == unit)).mappings().all()
        )
    assert all(row["reach"] >= reach_of(row["starts"], row["ends"]) for row in rows)
    return {_ahead(shift_of(row), now) for row in rows}


def as_planned(night: Night, context: Context, unit: str) -> set[tuple[object, ...]]:
    """Return the shifts of a unit that are not over, as all of the plan gives them."""
    now, settings = night.clock.now(), context.settings
    first = now.astimezone(settings.zone).date() - timedelta(days=1)
    until = now + timedelta(days=44)
    with night.engine.connect() as connection:
        layers = [*layers_of(settings, first, 45, settings.zone), *written_layers(connection, now, until)]
        laid = lay(layers, overlays(connection, now, until))
    return {_ahead(shift, now) for shift in laid if shift.end > now and shift.unit == unit}


def _ahead(shift: Shift, now: datetime) -> tuple[object, ...]:
    """Return what counts of a shift: not when one began that runs."""
    return shift.unit, shift.duty, shift.person, max(shift.start, now), shift.end, shift.backup


async def test_after_a_day_each_unit_is_written_out_further_and_an_override_changes_its_own_alone(
    tmp_path: Path,
) -> None:
    async with Night(tmp_path, "2026-12-01 08:00") as night:
        context = patterns(night)
        await night.desk.reload(context)
        for unit in (VT, BD):
            assert as_written(night, unit) == as_planned(night, context, unit)
        await night.clock.advance(25 * 3600)
        behind = {unit: as_written(night, unit) for unit in (VT, BD)}
        start = night.clock.now() + timedelta(days=2)
        given = {
            "unit": VT,
            "duty": "leader",
            "start": start.isoformat(),
            "end": (start + timedelta(days=3)).isoformat(),
        }
        await night.desk.roster(
            "override", context.settings.units[VT].roster_owner, {**given, "incoming": ["an.nguyen"]}
        )
        assert as_written(night, VT) == as_planned(night, context, VT) != behind[VT]
        assert as_written(night, BD) == behind[BD] != as_planned(night, context, BD)
        await night.desk.keep_house()
        assert as_written(night, BD) == as_planned(night, context, BD)
        assert as_written(night, VT) == as_planned(night, context, VT)
        imported = night.kinds().count(FactKind.ROSTER_IMPORTED)
        await night.desk.keep_house()
        assert night.kinds().count(FactKind.ROSTER_IMPORTED) == imported
