"""What an administrator waits for: settings to load, and what the auditor costs after a very bad night."""

import asyncio
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from ruamel.yaml import YAML

from monitord.bootstrap import settings_of
from monitord.desk.audit import audit
from monitord.store.engine import reading_engine
from tests.bench.figures import figure, introduce
from tests.bench.settings import SECRETS, write_settings
from tests.support.bad_night import a_bad_night

DEVICES = 2000
RUNNING = 5000
TIMES = 3


def main() -> None:
    """Print the figures."""
    introduce("settings and audits")
    with tempfile.TemporaryDirectory() as folder:
        settings(write_settings(Path(folder) / "large", DEVICES))
        asyncio.run(audits(Path(folder)))


def settings(config: Path) -> None:
    """Load a province's settings; the plainest way reads the same text and checks nothing."""

    def plain() -> None:
        for file in config.glob("*.yaml"):
            YAML(typ="safe", pure=True).load(file.read_text("utf-8"))

    parsed, loaded = cpu(plain), cpu(lambda: settings_of(config, SECRETS))
    against = f"ruamel.yaml reading the same text, nothing checked: {parsed:.2f} s"
    figure("settings.load.cpu", loaded, "s", against, "<= 3")
    figure("settings.load.ratio", loaded / parsed, "x", against, None)


async def audits(folder: Path) -> None:
    """Audit thousands of running incidents."""
    night = await a_bad_night(folder, RUNNING)
    engine, clock = reading_engine(night.database), night.clock
    with engine.connect() as connection:
        took = cpu(lambda: audit(connection, night.settings, clock.now(), clock.boot(), clock.boot_id, frozenset(), 1))
        counted = cpu(lambda: connection.exec_driver_sql("SELECT count(state), count(due_boot) FROM timer").all())
    engine.dispose()
    night.die()
    against = f"{RUNNING} incidents running; reading each timer once: {counted * 1000:.1f} ms"
    figure("audit.cpu", took, "s", against, "<= 0.5")


def cpu(work: Callable[[], object]) -> float:
    """Return the seconds of computing a piece of work takes, the median of some runs."""
    spent = []
    for _ in range(TIMES):
        began = time.process_time()
        work()
        spent.append(time.process_time() - began)
    return median(spent)


if __name__ == "__main__":
    main()
