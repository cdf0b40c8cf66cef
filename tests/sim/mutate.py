"""`python -m tests.sim.mutate`: plants bugs one by one, each in a copy of the tree; the simulation looks for each.

Enumerated crashes of a golden night first, then seeds, up to the first catch. Prints a line a bug, and at the end how
many were caught and the names of those that survived.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.sim.mutants import MUTANTS, Mutant

ROOT = Path(__file__).parents[2]
PATIENCE = 400.0
"""Seconds of a hunt, several times what it takes: a daemon that spins never lets virtual time go on."""
PARTS = ("monitord", "checks", "config", "tests", "pyproject.toml")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a planted bug: what caught it (empty: nothing), the first complaint, and the seconds it took."""

    mutant: Mutant
    by: str
    complaint: str
    seconds: float


def hunt(mutant: Mutant, seeds: int) -> Verdict:
    """Plant a bug and look for it."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        root = Path(folder)
        for part in PARTS:
            source = ROOT / part
            if source.is_dir():
                shutil.copytree(source, root / part, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(source, root / part)
        mutant.plant(root)
        hunts = [("crash of a golden night", "crash", ["--night", "taken", "--every", "3", "--first", "--jobs", "1"])]
        for first in range(1, seeds + 1, 50):
            last = min(first + 49, seeds)
            hunts.append((f"seeds {first}..{last}", "run", ["--seeds", f"{first}..{last}", "--first", "--jobs", "1"]))
        for by, module, arguments in hunts:
            command = [sys.executable, "-m", f"tests.sim.{module}", *arguments]
            try:
                made = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                return Verdict(mutant, by, "virtual time stands still", time.perf_counter() - began)
            if made.returncode:
                shown = (made.stdout.strip() or made.stderr.strip()).splitlines()
                return Verdict(mutant, by, shown[0][:160] if shown else "", time.perf_counter() - began)
    return Verdict(mutant, "", "", time.perf_counter() - began)


def main(arguments: Sequence[str] | None = None) -> int:
    """Hunt what the arguments name; 1 when less than 95 in 100 were caught."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=500, help="seeds to try at most")
    parser.add_argument("--only", nargs="*", help="names of bugs")
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args(arguments)
    chosen = [mutant for mutant in MUTANTS if not asked.only or mutant.name in asked.only]
    survivors = []
    with ThreadPoolExecutor(max(1, asked.jobs)) as pool:
        for number, found in enumerate(pool.map(lambda mutant: hunt(mutant, asked.seeds), chosen), start=1):
            told = f"caught by {found.by}: {found.complaint}" if found.by else f"SURVIVED: {found.mutant.breaks}"
            print(f"{number}/{len(chosen)} {found.mutant.name} ({found.seconds:.0f} s) {told}", flush=True)
            if not found.by:
                survivors.append(found.mutant.name)
    print(f"caught {len(chosen) - len(survivors)} of {len(chosen)}; survivors: {', '.join(survivors) or 'none'}")
    return 1 if len(survivors) > len(chosen) // 20 else 0


if __name__ == "__main__":
    raise SystemExit(main())
