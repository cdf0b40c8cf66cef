"""The virtual time that everything else in here relies on."""

import asyncio
import random

import pytest

from tests.sim.clock import Machine
from tests.sim.loop import Killed, SimLoop, Universe


def _loop(seed: int = 1, shuffle: bool = True) -> tuple[Universe, SimLoop]:
    universe = Universe()
    return universe, SimLoop(universe, random.Random(seed), shuffle)


def test_time_jumps_to_whatever_comes_next() -> None:
    universe, loop = _loop()
    seen: list[float] = []
    universe.at(1800.0, lambda: seen.append(universe.now))

    async def sleeper() -> None:
        await asyncio.sleep(3600)
        seen.append(loop.time())

    loop.run_until_complete(sleeper())
    loop.close()
    assert seen == [1800.0, 3600.0]


def test_who_is_killed_runs_no_finally() -> None:
    _, loop = _loop()
    cleaned: list[str] = []

    async def work() -> None:
        try:
            await asyncio.sleep(10)
        finally:
            cleaned.append("finally")

    async def both() -> None:
        await asyncio.gather(work(), work())

    loop.call_later(5.0, lambda: loop.die_in(1))
    task = loop.create_task(both())
    with pytest.raises(Killed):
        loop.run_until_complete(task)
    assert cleaned == []
    # From here on they may end as they like: nobody looks any more.
    loop.die_at = None
    for left in asyncio.all_tasks(loop):
        left.cancel()
    loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
    loop.close()


def _order(seed: int, shuffle: bool) -> list[int]:
    _, loop = _loop(seed, shuffle)
    order: list[int] = []
    go = asyncio.Event()

    async def work(number: int) -> None:
        await go.wait()
        order.append(number)

    async def all_of_them() -> None:
        loop.call_later(1, go.set)
        await asyncio.gather(*(work(n) for n in range(8)))

    loop.run_until_complete(all_of_them())
    loop.close()
    return order


def test_tasks_that_wake_together_run_in_an_order_that_the_seed_decides() -> None:
    assert _order(1, False) == list(range(8))
    assert _order(1, True) == _order(1, True)
    assert len({tuple(_order(seed, True)) for seed in range(5)}) > 1


def test_a_sleeping_machine_counts_boot_time_and_no_monotonic_time() -> None:
    universe = Universe()
    machine = Machine(universe)
    mono, boot = machine.mono(), machine.boot()
    universe.now += 100.0
    universe.suspended += 60.0
    assert machine.mono() - mono == 40.0
    assert machine.boot() - boot == 100.0
