"""A desk with as many devices as a bench asks for, made without reading as many lines of YAML, and edges as a looker
makes them."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from monitord.bootstrap import settings_of, token
from monitord.clock import SystemClock
from monitord.desk.bus import EdgeQueue
from monitord.desk.context import Context
from monitord.desk.desk import Desk
from monitord.domain.edge import Edge, Firmness
from monitord.domain.health import Cause, Health
from monitord.domain.storm import NEVER
from monitord.settings.model import Settings
from monitord.store.engine import writing_engine
from monitord.store.migrate import bring_up
from monitord.store.tx import Tx
from monitord.store.writer import ThreadWriter
from monitord.texts import pick
from tests.bench.settings import SECRETS, device_id, write_settings
from tests.support.night import Reserve, Uncounted


def settings_with(folder: Path, devices: int) -> Settings:
    """Return settings with so many devices, each a copy of one that was read from YAML; each is told by itself."""
    settings, _ = settings_of(write_settings(folder, 1), SECRETS)
    (one,) = settings.devices.values()
    many = {}
    for n in range(devices):
        name = device_id(n)
        targets = tuple(replace(t, id=t.id.replace(one.id, name, 1), device=name) for t in one.targets)
        many[name] = replace(one, id=name, name=f"Thiết bị {n}", targets=targets)
    return replace(settings, devices=many, storm=NEVER)


def agent_of(n: int) -> str:
    """Return the target that says whether the n-th device answers."""
    return f"{device_id(n)}/agent_answers"


class Source:
    """Edges as a looker makes them."""

    def __init__(self, clock: SystemClock) -> None:
        self._clock = clock
        self._seq = 0

    def edge(self, target: str, now: Health, *, first: bool = False) -> Edge:
        """Return the next edge: a first verdict, or one that leads away from up."""
        self._seq += 1
        at = self._clock.now()
        bad = now is not Health.UP
        return Edge(
            source="desk",
            boot="bench",
            seq=self._seq,
            target=target,
            was=None if first else Health.UP,
            now=now,
            firmness=Firmness.HARD,
            attempt=3 if bad else 1,
            confirm=3,
            cause=Cause.NO_ANSWER if bad else Cause.FINE,
            detail="",
            seen_at=at,
            first_bad=at if bad else None,
            last_good=None if first else at,
            first=first,
        )


@dataclass(frozen=True, slots=True)
class House:
    """The real desk on a real file, with its writer's thread and the queue of edges before it."""

    desk: Desk
    queue: EdgeQueue
    source: Source
    database: Path


@contextlib.asynccontextmanager
async def house(
    folder: Path,
    settings: Settings,
    taken: Callable[[Sequence[Edge]], None] = lambda edges: None,
    ask: Callable[[Sequence[str]], None] = lambda targets: None,
) -> AsyncIterator[House]:
    """Hold a desk that was started; it is stopped afterwards. `taken` hears of edges after their COMMIT, `ask` of the
    targets that are to be looked at."""
    database = folder / "bench.db"
    bring_up(database)
    clock = SystemClock()
    writer = ThreadWriter(writing_engine(database), lambda connection: Tx(connection, token))
    desk = Desk(writer, Context.of(settings, pick("vi")), clock, "bench", random.random, Reserve(), Uncounted(), ask)
    queue = EdgeQueue(desk, clock, taken)
    feeding: asyncio.Task[None] | None = None
    try:
        await desk.start()
        feeding = asyncio.create_task(queue.run())
        yield House(desk, queue, Source(clock), database)
        await desk.stop()
    finally:
        if feeding is not None:
            feeding.cancel()
            await asyncio.gather(feeding, return_exceptions=True)
        writer.close()
