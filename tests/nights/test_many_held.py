"""Pages of a duty log: thousands behind one failed link do not keep the desk from its timers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitord.desk.reviewing import AT_ONCE
from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.domain.network import SIGHT, Device
from monitord.domain.window import WindowKind
from monitord.settings.model import Settings
from monitord.store import tables as t
from tests.support.night import Night, example, silent

pytestmark = pytest.mark.slow


def crowd(count: int) -> Settings:
    """Return the example province with `count` more devices like one of its own."""
    settings = example()
    one = settings.devices["cr-1"]
    (agent,) = (target for target in one.targets if target.id == silent("cr-1"))
    more: dict[str, Device] = {}
    for number in range(count):
        name = f"tram-{number:04d}"
        more[name] = replace(one, id=name, targets=(replace(agent, id=silent(name), device=name),))
    return replace(settings, devices={**settings.devices, **more})


@contextmanager
def counted(engine: sa.Engine) -> Iterator[list[str]]:
    """Yield a list that gets every statement."""
    said: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        said.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


async def blind(night: Night, count: int) -> None:
    await night.sees(SIGHT, Health.DOWN)
    await night.desk.take_edges([night.edge(silent(f"tram-{n:04d}"), Health.DOWN) for n in range(count)])
    await night.passes(minutes=3)


async def test_a_wake_of_the_timers_costs_the_same_with_a_few_held_and_with_a_thousand(tmp_path: Path) -> None:
    costs = []
    for count in (3, 2 * AT_ONCE):
        folder = tmp_path / str(count)
        folder.mkdir()
        async with Night(folder, "2026-12-01 03:00", crowd(count)) as night:
            await blind(night, count)
            assert night.count(t.target, behind=True) == count
            await night.clock.advance(1)
            with counted(night.engine) as said:
                await night.desk.fire_due()
            costs.append(len(said))
            assert {row.target for row in night.rows(FactKind.INCIDENT_OPENED)} == {SIGHT}
    assert costs[0] == costs[1]


async def test_what_nothing_holds_any_more_is_told_within_the_rounds_though_no_look_says_so(tmp_path: Path) -> None:
    count = AT_ONCE + 3
    async with Night(tmp_path, "2026-12-01 03:00", crowd(count)) as night:
        await blind(night, count)
        with night.engine.begin() as connection:
            connection.execute(t.target.update().where(t.target.c.id == SIGHT).values(seen="up", settled="up"))
        night.answers_asks = False
        await night.passes(minutes=6)
        assert night.count(t.target, withheld_at=None) == night.count(t.target)


async def test_all_that_a_window_held_is_told_at_its_end_and_not_in_rounds(tmp_path: Path) -> None:
    count = AT_ONCE + 3
    async with Night(tmp_path, "2026-12-01 03:00", crowd(count)) as night:
        await night.window(WindowKind.MAINTENANCE, minutes=30)
        await night.desk.take_edges([night.edge(silent(f"tram-{n:04d}"), Health.DOWN) for n in range(count)])
        await night.clock.advance(timedelta(minutes=30).total_seconds())
        await night.desk.fire_due()
        assert len(night.rows(FactKind.INCIDENT_OPENED)) == count
