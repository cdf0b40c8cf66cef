"""`python -m tests.sim.crash`: three golden nights; the daemon dies before and after every single COMMIT of each."""

import argparse
import multiprocessing
import os
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.sim.check import judge
from tests.sim.nemesis import Blow, Plan
from tests.sim.night import Night
from tests.sim.place import in_folder
from tests.sim.run import same_hashes
from tests.sim.telegram import Habits
from tests.sim.world import Phase
from tests.support.night import empty_database

HEALING = 4500.0
"""Seconds after the last fault: an hour for a last repeat, and some."""
AWAY = (2.0, 2.0, 45.0, 1500.0)
"""For how long the daemon is down, by turns."""


@dataclass(frozen=True, slots=True)
class Golden:
    """A night that is always the same."""

    seed: int
    plan: Plan
    phases: Mapping[str, tuple[Phase, ...]]


NIGHTS: Mapping[str, Golden] = {
    "taken": Golden(
        6,
        Plan(eager=0.8, hours=1.6),
        {
            "r2/agent_answers": (Phase(300, 4200, "down"),),
            "w1/page_answers": (Phase(1200, 5200, "down"),),
            "s1/agent_answers": (Phase(2500, 2900, "down"),),
        },
    ),
    "nobody": Golden(
        2,
        Plan(eager=0.0, hours=2.1),
        {
            "s1/agent_answers": (Phase(200, 7400, "down"),),
            "r1/agent_answers": (Phase(700, 1700, "garbled"), Phase(1700, 5000, "down")),
        },
    ),
    "rough": Golden(
        3,
        Plan(
            blows=(Blow(100, "block", whom="b2"), Blow(1500, "edit"), Blow(2600, "sleep", size=700.0)),
            habits=Habits(ambiguous=0.15, unsent=0.1, limited=0.03, outages=((1900.0, 2300.0),)),
            eager=0.5,
            hours=3.2,
        ),
        {
            "r1/agent_answers": (Phase(200, 11400, "down"),),
            "s1/agent_answers": (Phase(1000, 3600, "down"),),
            "r2/interface_up/ge-0/0/0": (Phase(400, 1800, "down"),),
        },
    ),
}


@dataclass(frozen=True, slots=True)
class Point:
    """A commit of a golden night, and on which side of it the daemon dies; commit 0 is the night without a death."""

    night: str
    commit: int
    side: str = "before"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it."""

    point: Point
    commits: int
    deaths: int
    cpu: float
    wrong: tuple[str, ...]


def play(point: Point) -> Outcome:
    """Play a golden night with a death at one point."""

    def work(folder: Path) -> Outcome:
        began = time.process_time()
        golden = NIGHTS[point.night]
        phases = {target: list(found) for target, found in golden.phases.items()}
        night = Night(golden.seed, golden.plan, folder, phases, AWAY[point.commit % len(AWAY)], HEALING)
        if point.commit:
            setattr(night.history.diary, f"die_{point.side}", point.commit)
        history = night.play()
        wrong = tuple(judge(history, night.database))
        return Outcome(point, history.diary.commits, history.deaths, time.process_time() - began, wrong)

    try:
        result: Outcome = in_folder(work)
    except BaseException:
        return Outcome(point, 0, 0, 0.0, (traceback.format_exc(),))
    return result


def points_of(night: str, commits: int, every: int = 1) -> list[Point]:
    """Return every point of a night with so many commits, or each so-manieth."""
    return [Point(night, n, side) for n in range(1, commits + 1, every) for side in ("before", "after")]


def play_all(nights: Sequence[str], jobs: int, every: int = 1, *, first: bool = False) -> list[Outcome]:
    """Return what came of every point, quiet nights first; only up to the first that was wrong if `first`."""
    empty_database()
    whole = [play(Point(name, 0)) for name in nights]
    if first and any(one.wrong for one in whole):
        for one in whole:
            show(one)
        return whole
    points = [point for one in whole for point in points_of(one.point.night, one.commits, every)]
    results = list(whole)
    with multiprocessing.get_context("fork").Pool(max(1, jobs), maxtasksperchild=1) as pool:
        for one in pool.imap(play, points, chunksize=1):
            results.append(one)
            if one.wrong:
                show(one)
                if first:
                    pool.terminate()
                    break
    for one in whole:
        if one.wrong:
            show(one)
    return results


def show(one: Outcome) -> None:
    """Print what was wrong, and the line that plays it again."""
    for line in one.wrong[:10]:
        print(f"{one.point.night} {one.point.side} {one.point.commit}: {line}")
    print(
        f"replay: python -m tests.sim.crash --night {one.point.night} --{one.point.side} {one.point.commit}", flush=True
    )


def main() -> int:
    """Play what the arguments name; 1 when anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--night", choices=sorted(NIGHTS))
    parser.add_argument("--before", type=int)
    parser.add_argument("--after", type=int)
    parser.add_argument("--every", type=int, default=1, help="only each so-manieth commit")
    parser.add_argument("--first", action="store_true", help="stop at the first point that was wrong")
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    same_hashes()
    nights = [asked.night] if asked.night else list(NIGHTS)
    if asked.before or asked.after:
        results = [play(Point(nights[0], asked.before or asked.after, "before" if asked.before else "after"))]
        if results[0].wrong:
            show(results[0])
    else:
        results = play_all(nights, asked.jobs, asked.every, first=asked.first)
    wrong = sum(len(one.wrong) for one in results)
    cpu = sum(one.cpu for one in results)
    commits = {one.point.night: one.commits for one in results if not one.point.commit}
    print(
        f"{len(results)} runs, commits {commits}, {sum(one.deaths for one in results)} crash points, "
        f"{wrong} violations, {cpu:.0f} CPU seconds"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    # Nobody who was killed is cleaned up.
    os._exit(code)
