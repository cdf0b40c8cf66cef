"""kill -9 of the running daemon between the claim of a message and its mark: `python -m tests.crash.between`.

Telegram's stand-in has the message in hand when the daemon dies: in half of the kills it has delivered it and not
answered, in the others it never will. The log is the second channel. One JSON line at the end; exit 1 when a message
was lost, a repeat did not say so, or the log of the desk does not hold.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from monitord.demo.botapi import BotApi, BotFault, Trouble
from monitord.desk.reporting import ADD_CHANNEL_AFTER
from monitord.domain.journal import FactKind
from monitord.store import tables as t
from tests.support.daemon import CHATS, CLOCK, TOKEN, Daemon, policy
from tests.support.shared import REPOSITORY

DEFAULTS = "interval: 1s, retry: 300ms, confirm: 3, timeout: 300ms, attempts: 2"
DEAD_PAGE = "devices: [{id: a, name: Trang A, unit: vt, site: tram, checks: [{check: page_answers, url: 'http://127.0.0.1:9/'}]}]\n"
WITHIN = 60.0
"""Seconds for a start and the first message; the machine may be busy."""
REPEATED = "có thể trùng"
PROGRESS = 25
"""Kills after which a line says how far it is."""


@dataclass(slots=True)
class Came:
    """What came of so many kills: how often the message was in its reader's chat, and what was wrong."""

    kills: int = 0
    delivered_before_a_kill: int = 0
    messages: int = 0
    unlabelled: int = 0
    uncertain_rows: int = 0
    by_second_channel: int = 0
    wrong: list[str] = field(default_factory=list)


async def run(times: int, folder: Path, seed: int = 1) -> Came:
    """Kill the daemon `times` times with a message in the air, let it live, and return what came of it."""
    rng, came = random.Random(seed), Came()
    async with BotApi(CLOCK, token=TOKEN) as api:
        settings = DEAD_PAGE + policy(delays=("0s",), repeat="12h")
        daemon = Daemon(folder, settings, bot_url=api.url, defaults=DEFAULTS)
        try:
            while came.kills < times:
                delivers = rng.random() < 0.5
                await api.mend()
                await api.break_with(BotFault(Trouble.LATE if delivers else Trouble.HANG, "sendMessage", amount=3600))
                asked = api.asked["sendmessage"]
                await daemon.begin()
                await api.wait_for(lambda _, asked=asked: api.asked["sendmessage"] > asked, WITHIN)  # type: ignore[misc]
                await daemon.kill()
                came.kills += 1
                came.delivered_before_a_kill += delivers
                if came.kills % PROGRESS == 0:
                    print(f"{came.kills} of {times} kills", file=sys.stderr, flush=True)
            await api.mend()
            await daemon.start()
            async with asyncio.timeout(WITHIN):
                while "sent" not in _states(daemon, "telegram"):  # noqa: ASYNC110 - another process
                    await asyncio.sleep(0.1)
            await daemon.stop()
            await _judge(daemon, api, came)
        finally:
            await daemon.end()
    return came


def _states(daemon: Daemon, channel: str) -> list[str]:
    wanted = sa.select(t.outbox.c.state).where(t.outbox.c.event == "step", t.outbox.c.channel == channel)
    return [row["state"] for row in daemon.query(wanted)]


async def _judge(daemon: Daemon, api: BotApi, came: Came) -> None:
    bubbles = api.bubbles(CHATS["an"])
    came.messages = len(bubbles)
    came.unlabelled = sum(REPEATED not in bubble.text for bubble in bubbles)
    came.by_second_channel = _states(daemon, "log").count("sent")
    kinds = daemon.query(sa.select(t.journal.c.kind))
    came.uncertain_rows = sum(row["kind"] == FactKind.NOTICE_UNCERTAIN for row in kinds)
    if _states(daemon, "telegram") != ["sent"]:
        came.wrong.append(f"the message is {_states(daemon, 'telegram')}")
    if came.messages != came.delivered_before_a_kill + 1:
        came.wrong.append(f"it came {came.messages} times, {came.delivered_before_a_kill} kills were after it came")
    if came.unlabelled > 1 or (came.kills and REPEATED not in bubbles[-1].text):
        came.wrong.append(f"{came.unlabelled} of {came.messages} do not say that they may be repeats")
    (sent,) = daemon.query(sa.select(t.outbox).where(t.outbox.c.event == "step", t.outbox.c.channel == "telegram"))
    long = sent["accepted_at"] - sent["created_at"] > ADD_CHANNEL_AFTER + timedelta(seconds=15)
    if came.by_second_channel > 1 or (long and came.by_second_channel == 0):
        came.wrong.append(f"the second channel has it {came.by_second_channel} times")
    verified = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "monitord", "log", "verify", "--config", str(daemon.config)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=daemon.environment(),
        cwd=REPOSITORY,
    )
    said, _ = await verified.communicate()
    if verified.returncode != 0:
        came.wrong.append(said.decode())


def main() -> int:
    """Run as the arguments say; 1 when anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        came = asyncio.run(run(asked.times, Path(folder) / "d", asked.seed))
    print(json.dumps(asdict(came), ensure_ascii=False))
    return 1 if came.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
