"""The way of edges to the desk: an edge that cannot be decided on is not lost."""

import asyncio
import contextlib
from dataclasses import replace
from pathlib import Path

from monitord.desk.bus import RETRY, EdgeQueue
from monitord.desk.context import Context
from monitord.domain.health import Health
from monitord.store import tables as t
from monitord.texts import pick
from tests.support.clock import settle
from tests.support.night import Night, example, silent

OLT = silent("cr-1")


async def test_an_edge_that_could_not_be_decided_on_is_taken_in_once_it_can_be(tmp_path: Path) -> None:
    without_policies = replace(example(), policies=())
    async with Night(tmp_path, "2026-12-01 03:00", without_policies) as night:
        queue = EdgeQueue(night.desk, night.clock)
        running = asyncio.create_task(queue.run())
        await queue.put([night.edge(OLT, Health.DOWN)])
        await settle()
        assert night.count(t.incident) == 0
        assert queue.waiting() == 1
        await night.desk.reload(Context.of(example(), pick("vi")))
        await night.clock.advance(RETRY)
        assert night.count(t.incident) == 1
        assert queue.waiting() == 0
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
