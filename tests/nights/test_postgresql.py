"""A night on a PostgreSQL server: the same night as on a file, also when the server stops in the middle of it."""

import asyncio
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from monitord.desk.bus import EdgeQueue
from monitord.domain.edge import Firmness
from monitord.domain.health import Health
from monitord.domain.journal import FactKind, verify
from monitord.store import tables as t
from tests.nights.test_canaries import ACCOUNT, ROBOT, flies, flown, lost, watched, works
from tests.support.clock import settle
from tests.support.night import ACCEPTED, UNCERTAIN, Got, Night, silent
from tests.support.server import MIGRATED, Server

pytestmark = pytest.mark.slow

OLT = silent("olt-go-may")
POST = silent("bc-go-may")


async def lived(night: Night) -> tuple[list[Got], list[tuple[object, ...]]]:
    """Return what people got, buttons aside, and the journal of a night with faults, presses, a death and a restart."""
    await night.start()
    await night.sees(OLT, Health.UP, first=True)
    await night.sees(OLT, Health.DOWN, Firmness.SOFT)
    await night.sees(OLT, Health.DOWN)
    await night.passes(minutes=6)
    night.answer = lambda claimed: UNCERTAIN
    await night.presses(night.on("shift"), night.got[0].buttons[0])
    await night.presses("4242", night.got[0].buttons[0])
    night.answer = lambda claimed: ACCEPTED
    await night.passes(minutes=4)
    await night.sees(OLT, Health.UP)
    await night.sees(POST, Health.DOWN)
    await night.passes(minutes=7)
    night.die()
    await night.clock.advance(180)
    await night.start()
    await night.sees(POST, Health.DOWN, first=True)
    await night.passes(minutes=70)
    await night.desk.keep_house()
    await night.desk.stop()
    rows = night.rows()
    assert list(verify(rows)) == []
    night.die()
    got = [Got(g.at, g.person, g.channel, g.text, edits=g.edits) for g in night.got]
    return got, [(r.seq, r.ts, r.kind, r.incident, r.target, r.actor, dict(r.refs)) for r in rows]


async def test_the_same_night_is_the_same_on_a_server_as_in_a_file(tmp_path: Path, postgresql: Server) -> None:
    with postgresql.database() as url:
        on_server = await lived(Night(tmp_path, "2026-12-01 23:40", place=url))
    in_file = await lived(Night(tmp_path, "2026-12-01 23:40"))
    assert len(in_file[0]) > 10
    assert on_server == in_file


async def turns(night: Night, seconds: float) -> None:
    """Let time go by in small steps, as a loop does."""
    for _ in range(int(seconds * 4)):
        await night.clock.advance(0.25)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["stopped", "crashed"])
async def test_a_server_that_is_away_in_the_middle_of_a_night_loses_nothing(
    own: Server, tmp_path: Path, how: signal.Signals
) -> None:
    async with Night(tmp_path, "2026-12-01 23:40", place=own.url(MIGRATED)) as night:
        await night.sees(OLT, Health.UP)
        await night.sees(OLT, Health.DOWN)
        assert [person for _, person in night.told()] == [night.on("shift")]
        button, shift, before = night.got[0].buttons[0], night.on("shift"), night.rows()
        queue = EdgeQueue(night.desk, night.clock)
        feeding = asyncio.create_task(queue.run())
        own.stop(how)
        # Everything the desk may be asked for while the server is away: it waits, and nobody is answered.
        await queue.put([night.edge(POST, Health.DOWN)])
        claim = asyncio.create_task(night.desk.claim("telegram", 10))
        waiting: list[asyncio.Task[object]] = [
            asyncio.create_task(night.presses(shift, button)),
            asyncio.create_task(night.desk.alive()),
            asyncio.create_task(night.desk.fire_due()),
        ]
        await turns(night, 30)
        await queue.put([night.edge(OLT, Health.UP)])
        await turns(night, 30)
        assert not any(task.done() for task in (claim, *waiting))
        assert night.reserve.refusals
        assert not any(why.full for why in night.reserve.refusals)
        own.start()
        await turns(night, 20)
        await settle()
        feeding.cancel()
        await asyncio.wait_for(asyncio.gather(*waiting), 10)
        for one in await asyncio.wait_for(claim, 10):
            await night.desk.give_back(one.message.notice, timedelta(0))
        await night.deliver()
        assert night.reserve.returns >= 1
        rows = night.rows()
        assert rows[: len(before)] == before
        happened = [(r.target, r.kind) for r in rows[len(before) :] if r.kind.startswith("incident.")]
        assert sorted(happened) == sorted(
            [
                (OLT, FactKind.INCIDENT_ACKNOWLEDGED),
                (POST, FactKind.INCIDENT_OPENED),
                (OLT, FactKind.INCIDENT_RESTORED),
            ]
        )
        assert night.count(t.outbox, state="pending") == night.count(t.outbox, state="leased") == 0
        # What the ladder owes goes on from where it was: the second fault reaches the next one in line.
        await night.passes(minutes=20)
        assert night.count(t.timer, state="armed") == 1
        assert len({g.person for g in night.got if "Gò Mây" in g.text}) >= 2


async def test_canaries_fly_on_a_server_as_well(tmp_path: Path, postgresql: Server) -> None:
    with postgresql.database() as url:
        async with Night(tmp_path, "2026-12-05 03:07", watched(account=ACCOUNT), place=url) as night:
            for _ in range(3):
                await flies(night, back=True)
            await night.writes("900", "TK goc: 9.500d")
            await lost(night)
            await night.presses(str(ROBOT), flown(night)[-1].buttons[0])
            assert works(night)
            night.die()
            await night.passes_away(3600)
            assert len(night.query(t.outbox.c.id, event="canary")) <= 2
