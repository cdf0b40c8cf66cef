"""`python -m tests.sim.run --seeds 1..500`: plays seeds, judges them, prints what they cost and what was wrong.

Each seed is played in a process of its own, so that no seed knows of another and nothing that was killed is ever
cleaned up; hash randomisation is off, so that the same seed gives the same history bit for bit.
"""

import argparse
import json
import multiprocessing
import os
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tests.sim.check import judge
from tests.sim.history import History, fingerprint
from tests.sim.nemesis import Plan, make_plan
from tests.sim.night import Night
from tests.sim.place import SERVER, in_folder
from tests.sim.telegram import Habits
from tests.support.night import empty_database
from tests.support.server import Server

HOURS = 12.0
SHOWN = 10
PROGRESS = 50
"""Seeds after which a line says how far it is."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a seed. `cpu` counts judging too."""

    seed: int
    hours: float
    cpu: float
    deaths: int
    commits: int
    letters: int
    digests: int
    history: str
    wrong: tuple[str, ...]


def play(seed: int, hours: float = HOURS, verbose: bool = False, away: float = 0.0) -> Result:
    """Return what came of a seed; Telegram is `away` for so many hours in the middle, and nothing else befalls it."""

    def work(folder: Path) -> Result:
        began = time.process_time()
        plan = make_plan(random.Random(f"plan {seed}"), hours)
        if away:
            begins = (hours - away) / 2 * 3600
            plan = replace(plan, blows=(), habits=Habits(outages=((begins, begins + away * 3600),)))
        night = Night(seed, plan, folder)
        history = night.play()
        wrong = [*judge(history, night.database), *(many_digests(history) if away else ())]
        if verbose:
            show(plan, history, night.database)
        return Result(
            seed,
            history.ended / 3600,
            time.process_time() - began,
            history.deaths,
            history.diary.commits,
            len(history.telegram.letters),
            sum(bool(letter.also) for letter in history.telegram.letters),
            fingerprint(history, night.database),
            tuple(wrong),
        )

    result: Result = in_folder(work)
    return result


def many_digests(history: History) -> list[str]:
    """Return who got more than one digest within five minutes of the return of Telegram."""
    wrong = []
    for _, back in history.telegram.habits.outages:
        soon = [one.chat for one in history.telegram.letters if one.also and back <= one.at < back + 300]
        wrong += [f"{chat} got {count} digests" for chat, count in Counter(soon).items() if count > 1]
    return wrong


def _guarded(job: tuple[int, float, float]) -> Result:
    try:
        seed, hours, away = job
        return play(seed, hours, away=away)
    except BaseException:
        return Result(job[0], 0.0, 0.0, 0, 0, 0, 0, "", (traceback.format_exc(),))


def show(plan: Plan, history: History, database: Path) -> None:
    """Print a history as people read it."""
    from tests.sim.truth import Truth

    truth = Truth(history, database)
    lines = [(blow.at, f"NEMESIS {blow}") for blow in plan.blows]
    lines += [(up.begins, f"UP {up.life}") for up in history.ups] + [(up.ends, f"{up.death}") for up in history.ups]
    lines += [(truth.at(r), f"{r.seq} {r.kind} {r.incident} {r.target} {r.actor} {dict(r.refs)}") for r in truth.rows]
    lines += [(a.at, f"try {a.notice} to {a.chat} {a.outcome and a.outcome.delivery}") for a in history.telegram.tries]
    lines += [(x.at, f"letter {x.number} of {x.notice} to {x.chat}") for x in history.telegram.letters]
    lines += [(p.at, f"press {p}") for p in history.people.pressed]
    lines += [(p.begins, f"BROKEN {name} {p}") for name, found in history.world.phases.items() for p in found]
    for at, line in sorted(lines, key=lambda entry: entry[0]):
        print(f"{at:10.2f} {line}")
    print(plan.habits)


def seeds_of(text: str) -> range:
    """Return the seeds that `500`, or `1..500`, names."""
    first, _, last = text.rpartition("..")
    return range(int(first or 1), int(last) + 1)


def play_all(seeds: Sequence[int], hours: float, jobs: int, *, first: bool = False, away: float = 0.0) -> list[Result]:
    """Return what came of the seeds, in order; only up to the first that was wrong if `first`."""
    empty_database()
    # A short night here, so that no child has to import, parse and compile what all of them need.
    play(0, 1.0)
    results: list[Result] = []
    with multiprocessing.get_context("fork").Pool(max(1, jobs), maxtasksperchild=1) as pool:
        for result in pool.imap(_guarded, [(seed, hours, away) for seed in seeds], chunksize=1):
            results.append(result)
            if len(results) % PROGRESS == 0 and len(results) < len(seeds):
                wrong = sum(len(one.wrong) for one in results)
                print(f"{len(results)} of {len(seeds)} seeds, {wrong} violations", file=sys.stderr, flush=True)
            for line in result.wrong[:SHOWN]:
                print(f"seed {result.seed}: {line}", flush=True)
            if result.wrong:
                print(f"replay: python -m tests.sim.run --replay {result.seed} --hours {hours:g} --verbose", flush=True)
                if first:
                    pool.terminate()
                    break
    return results


def same_hashes() -> None:
    """Begin again without hash randomisation."""
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.environ["PYTHONHASHSEED"] = "0"
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def main() -> int:
    """Play what the arguments name; 1 when anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="30", help="500, or 2001..2500")
    parser.add_argument("--hours", type=float, default=HOURS, help="simulated hours before everything is healed")
    parser.add_argument(
        "--away", type=float, default=0.0, help="hours of them without Telegram, and nothing else wrong"
    )
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--replay", type=int, help="one seed")
    parser.add_argument("--verbose", action="store_true", help="with --replay: everything that happened")
    parser.add_argument("--first", action="store_true", help="stop at the first seed that was wrong")
    parser.add_argument("--json", action="store_true", help="one line a seed")
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite", help="where the database lies")
    asked = parser.parse_args()
    same_hashes()
    if asked.store == "postgresql":
        SERVER.append(Server())
    if asked.replay is not None:
        results = [play(asked.replay, asked.hours, asked.verbose, asked.away)]
        for line in results[0].wrong:
            print(f"seed {asked.replay}: {line}")
    else:
        results = play_all(seeds_of(asked.seeds), asked.hours, asked.jobs, first=asked.first, away=asked.away)
    if asked.json:
        for result in results:
            print(json.dumps(asdict(result)))
    hours, cpu = sum(r.hours for r in results), sum(r.cpu for r in results)
    wrong = sum(len(r.wrong) for r in results)
    print(
        f"{len(results)} seeds, {hours:.0f} simulated hours, {sum(r.deaths for r in results)} crash points, "
        f"{sum(r.commits for r in results)} commits, {sum(r.letters for r in results)} letters "
        f"({sum(r.digests for r in results)} digests), {wrong} violations, "
        f"{hours / max(cpu, 0.001):.1f} simulated hours per CPU second"
    )
    if len(results) == 1:
        print(f"history {results[0].history}")
    for server in SERVER:
        server.end()
    return 1 if wrong else 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    # Nobody who was killed is cleaned up.
    os._exit(code)
