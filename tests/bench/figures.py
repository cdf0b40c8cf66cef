"""How a bench speaks: one JSON line for each figure on standard output, words for people on standard error."""

import json
import operator
import os
import platform
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

PACKAGES = (
    "pysnmp",
    "pyasn1",
    "sqlalchemy",
    "apscheduler",
    "python-telegram-bot",
    "uvicorn",
    "pydantic",
    "ruamel.yaml",
)
HOLDS = {"<=": operator.le, "<": operator.lt, ">=": operator.ge, "==": operator.eq}


def figure(name: str, value: float, unit: str, against: str, goal: str | None) -> bool | None:
    """Print one figure and return whether its goal is met; None without a goal.

    `against` says what the value is to be compared with; `goal` is an operator and a number: "<= 5".
    """
    value = round(value, 4 if abs(value) < 10 else 1)
    ok = None
    if goal is not None:
        sign, limit = goal.split()
        ok = HOLDS[sign](value, float(limit))
    line = {"name": name, "value": value, "unit": unit, "against": against, "goal": goal, "ok": ok}
    print(json.dumps(line, ensure_ascii=False), flush=True)
    word = {True: "ok", False: "MISSED", None: ""}[ok]
    say(f"  {name:44} {value:>10} {unit:12} {goal or '':9} {word}")
    return ok


def say(text: str) -> None:
    """Print a line for people."""
    print(text, file=sys.stderr, flush=True)


def machine() -> Mapping[str, str]:
    """Return what the figures were measured on, and how busy it is already."""
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processor": f"{model}, {os.cpu_count()} cores",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "packages": ", ".join(f"{name} {version(name)}" for name in PACKAGES),
        "load": " ".join(f"{load:.2f}" for load in os.getloadavg()),
    }


def introduce(bench: str) -> None:
    """Say which bench begins, and on what machine."""
    say(bench)
    for name, value in machine().items():
        say(f"  {name}: {value}")


def percentile(values: list[float], share: float) -> float:
    """Return the value that `share` of the values do not exceed (nearest rank); 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1))] if ordered else 0.0
