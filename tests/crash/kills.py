"""kill -9 of the running daemon at random instants of many nights: `python -m tests.crash.kills --times 100 --side 4`.

One JSON line a kill, one at the end that sums up; exit 1 when anything was violated. Every night can be played again by
its seed: `--seed N --times 1 --keep`.
"""

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from tests.crash.judge import judge
from tests.crash.night import play
from tests.crash.records import Found
from tests.crash.script import Script, write_night

FIRST_NETWORK = 101
"""The second byte of the first night's addresses."""


@dataclass(slots=True)
class Sum:
    """What all nights came to."""

    kills: int = 0
    nights: int = 0
    figures: Counter[str] = field(default_factory=Counter)
    arrival: list[float] = field(default_factory=list)
    detection: list[float] = field(default_factory=list)
    violations: dict[int, list[str]] = field(default_factory=dict)
    worst_lag: float = 0.0

    def line(self) -> dict[str, Any]:
        """Return the sum as JSON-ready values."""
        return {
            "kills": self.kills,
            "nights": self.nights,
            **self.figures,
            "arrival_p50": _part(self.arrival, 0.5),
            "arrival_p99": _part(self.arrival, 0.99),
            "detection_p50": _part(self.detection, 0.5),
            "detection_max": _part(self.detection, 1.0),
            "simulators_stood_still": round(self.worst_lag, 3),
            "violations": {str(seed): wrong for seed, wrong in self.violations.items()},
        }


def _part(values: Sequence[float], part: float) -> float | None:
    ranked = sorted(values)
    return round(ranked[min(len(ranked) - 1, int(part * len(ranked)))], 3) if ranked else None


async def run(times: int, side: int, seed: int, *, keep: bool = False, kills: int | None = None) -> Sum:
    """Play nights until the daemon was killed `times` times, `side` of them at once; seeds count up from `seed`."""
    total, seeds = Sum(), count(seed)
    planned = 0

    def next_night() -> Iterator[Script]:
        nonlocal planned
        while planned < times:
            script = write_night(next(seeds), kills)
            planned += len(script.kills)
            yield script

    nights = next_night()

    async def keep_playing(place: int) -> None:
        await asyncio.sleep(1.5 * place)  # starts cost most of a night's computing: not all at once
        for script in nights:
            await _one(script, FIRST_NETWORK + place, total, keep)

    async with asyncio.TaskGroup() as group:
        for place in range(side):
            group.create_task(keep_playing(place))
    return total


def _leaves(error: BaseException) -> Iterator[str]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield repr(error)[-600:]


async def _one(script: Script, network: int, total: Sum, keep: bool) -> None:
    folder = Path(tempfile.mkdtemp(prefix=f"night-{script.seed}-"))
    found, lag, kills = Found(), 0.0, len(script.kills)
    try:
        played = await play(script, folder, network)
        found = await asyncio.to_thread(judge, played)
        lag, kills = played.lag, len(played.kills)
    except Exception as error:
        found.wrong.append("the night came to no end: " + "; ".join(_leaves(error)))
    finally:
        if not keep and not found.wrong:
            shutil.rmtree(folder, ignore_errors=True)
    total.nights += 1
    total.kills += kills
    total.figures += found.figures
    total.arrival += found.arrival
    total.detection += found.detection
    total.worst_lag = max(total.worst_lag, lag)
    if found.wrong:
        total.violations[script.seed] = [*found.wrong, f"kept in {folder}"]
    for n, kill in enumerate(script.kills):
        line = {"seed": script.seed, "kill": n, "at": round(kill.at, 2), "down": round(kill.down, 2)}
        line |= {"incidents": found.figures["incidents"], "messages": found.figures["messages"], "lag": round(lag, 3)}
        print(json.dumps(line | {"ok": not found.wrong, "violations": found.wrong}, ensure_ascii=False), flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=100, help="kills in all")
    parser.add_argument("--side", type=int, default=4, help="nights side by side")
    parser.add_argument("--seed", type=int, default=1, help="the first night's seed")
    parser.add_argument("--keep", action="store_true", help="keep the folders of the nights")
    given = parser.parse_args(arguments)
    total = asyncio.run(run(given.times, given.side, given.seed, keep=given.keep))
    print(json.dumps(total.line(), ensure_ascii=False), flush=True)
    return 1 if total.violations else 0


if __name__ == "__main__":
    sys.exit(main())
