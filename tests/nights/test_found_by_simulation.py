"""Pages of a duty log that the simulation wrote first."""

from pathlib import Path

import pytest

from monitord.domain.health import Health
from monitord.domain.journal import FactKind
from monitord.domain.notice import Delivery, DeliveryCause, Outcome
from tests.support.night import Night, silent

CORE = silent("cr-1")


@pytest.mark.parametrize("delivery", [Delivery.UNCERTAIN, Delivery.NOT_SENT, Delivery.PERMANENT])
async def test_a_step_that_fails_after_the_fault_is_over_takes_no_other_way(tmp_path: Path, delivery: Delivery) -> None:
    async with Night(tmp_path, "2026-12-01 03:00") as night:
        await night.desk.take_edges([night.edge(CORE, Health.DOWN)])
        (claimed,) = await night.desk.claim("telegram", 10)
        await night.clock.advance(70)
        await night.desk.take_edges([night.edge(CORE, Health.UP)])
        await night.desk.report(claimed.message.notice, Outcome(delivery, DeliveryCause.TIMED_OUT))
        assert night.rows(FactKind.CHANNEL_ADDED) == []
        await night.passes(minutes=1)
        assert {g.channel for g in night.got if "SỰ CỐ MỚI" in g.text} == set()
