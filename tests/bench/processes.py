"""Processes of a bench: on which core they run, and what the kernel says they cost."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
TICKS = os.sysconf("SC_CLK_TCK")
MEASURED, OTHERS = (sorted(os.sched_getaffinity(0)) * 2)[:2]
"""The core of what is measured, and the core of everything around it; the same where there is only one."""


@contextlib.contextmanager
def on_core(core: int) -> Iterator[None]:
    """Run the calling thread, and what it starts meanwhile, on one core; afterwards where it ran before."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def environment(more: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a measured process."""
    return {**os.environ, **more, "PYTHONPATH": str(REPOSITORY)}


def python(arguments: Sequence[str], more: Mapping[str, str] | None = None) -> str:
    """Run Python on the measured core to its end and return what it printed. CalledProcessError when it fails."""
    with on_core(MEASURED):
        done = subprocess.run(
            [sys.executable, *arguments],
            env=environment(more or {}),
            stdout=subprocess.PIPE,
            check=True,
            timeout=120,
            text=True,
        )
    return done.stdout


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process has cost so far: CPU seconds of all its threads, and memory in MiB, now and at its highest."""

    cpu: float
    rss: float
    peak: float


def cost(pid: int) -> Cost:
    """Return the cost of a running process. FileNotFoundError when it is gone."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    memory = {"VmRSS": 0.0, "VmHWM": 0.0}
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        name, _, rest = line.partition(":")
        if name in memory:
            memory[name] = int(rest.split()[0]) / 1024
    return Cost((int(fields[11]) + int(fields[12])) / TICKS, memory["VmRSS"], memory["VmHWM"])


@contextlib.asynccontextmanager
async def daemon(config: Path, log: Path, more: Mapping[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """Hold `monitord run` on the measured core; it is gone afterwards, whatever happens inside."""
    with log.open("wb") as out:
        with on_core(MEASURED):
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "monitord",
                "run",
                "--config",
                str(config),
                env=environment(more),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
                try:
                    await asyncio.wait_for(process.wait(), 15)
                except TimeoutError:
                    process.kill()
                    await process.wait()
