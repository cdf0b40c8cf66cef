"""Telling by Telegram: from the decision to a message that is accepted, and from a touch to what it changed, in quiet
and under a flood of strangers' messages.

The real desk on a real SQLite file, the real dispatcher, channel and updates loop, and the Bot API stand-in on a real
socket, all in one process.
"""

import asyncio
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from monitord.clock import SystemClock
from monitord.demo.botapi import BotApi, BotFault, Bubble, Trouble
from monitord.domain.health import Health
from monitord.settings.model import DailyEntry, Secret, Settings, TelegramSettings
from monitord.tell.channels.telegram import TelegramChannel
from monitord.tell.dispatcher import Dispatcher
from monitord.tell.updates import UpdatesLoop
from tests.bench.figures import figure, introduce, percentile, say
from tests.bench.many import House, agent_of, house, settings_with
from tests.bench.processes import MEASURED, on_core

INCIDENTS = 120
APART = 1.3
"""Seconds between two incidents: a telephone takes one message a second."""
FLOOD = 10_000
STRANGERS = 400
PRESSES = 20
PEOPLE, FAULTY, FAULTY_APART = 60, 40, 2.6
"""People on one shift, incidents that each of them is told of, and seconds between two of those."""
TROUBLES = (
    BotFault(Trouble.FLOOD, "sendMessage", amount=1, times=1),
    BotFault(Trouble.SERVER_ERROR, "sendMessage", times=1),
    BotFault(Trouble.DROPPED, "sendMessage", times=1),
    BotFault(Trouble.LATE, "sendMessage", amount=1.5, times=1),
)
LOST = BotFault(Trouble.LOST, "sendMessage", times=1)
"""A message that arrived, and whose answer did not."""
LOST_AT = (13, 29)


@asynccontextmanager
async def telling(folder: Path, settings: Settings) -> AsyncIterator[tuple[House, BotApi]]:
    """Hold a desk that tells by the stand-in and hears what is pressed there."""
    async with BotApi(SystemClock()) as api, house(folder, settings) as at:
        telegram = TelegramSettings(Secret(api.token), api.base_url)
        channel = TelegramChannel(telegram, SystemClock())
        dispatcher = Dispatcher(at.desk, [channel], SystemClock())
        loop = UpdatesLoop(telegram, at.desk, SystemClock())
        tasks = [asyncio.create_task(run()) for run in (dispatcher.run, loop.run, at.desk.run_timers)]
        try:
            yield at, api
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def measure(folder: Path) -> None:
    """Open incidents one by one, then press their buttons: first in quiet, then while strangers write."""
    async with telling(folder, settings_with(folder, INCIDENTS)) as (at, api):
        for number in range(INCIDENTS):
            await at.queue.put([at.source.edge(agent_of(number), Health.DOWN)])
            await asyncio.sleep(APART)
        await asyncio.sleep(3)
        waits = _told(at.database)
        against = f"{INCIDENTS} incidents, one each {APART:g} s, one telephone"
        figure("telling.accepted.p50", percentile(waits, 0.5), "s", against, "<= 1")
        figure("telling.accepted.p99", percentile(waits, 0.99), "s", against, "<= 5")
        quiet = await _pressed(at, api, 0, PRESSES)
        figure("telling.press.quiet.p99", percentile(quiet, 0.99), "s", f"{PRESSES} presses", "<= 2")
        began = time.perf_counter()
        for n in range(FLOOD):
            api.write(700_000_000 + n % STRANGERS, f"rác {n}")
        flooded = await _pressed(at, api, PRESSES, 2 * PRESSES)
        said = f"{PRESSES} presses behind {FLOOD:,} messages of {STRANGERS} strangers"
        figure("telling.press.flooded.p99", percentile(flooded, 0.99), "s", said, "<= 2")
        figure("telling.press.flooded.worst", max(flooded), "s", said, None)
        say(f"  the flood was worked off after {time.perf_counter() - began:.1f} s")


async def repeat(folder: Path) -> None:
    """Tell many people while Telegram refuses, hurries, cuts off and answers late, and loses two of its answers."""
    async with telling(folder, crowd(settings_with(folder, FAULTY))) as (at, api):
        for number in range(FAULTY):
            await at.queue.put([at.source.edge(agent_of(number), Health.DOWN)])
            await asyncio.sleep(FAULTY_APART / 2)
            await api.break_with(LOST if number in LOST_AT else TROUBLES[number % len(TROUBLES)])
            await asyncio.sleep(FAULTY_APART / 2)
        async with asyncio.timeout(60):
            while not _all_told(at.database):  # noqa: ASYNC110 - measured from outside
                await asyncio.sleep(0.1)
        arrived = Counter((e.chat_id, e.text.splitlines()[0].split(" · ")[2][:11]) for e in api.history if e.buttons)
        again = [e for e in api.history if e.buttons and "có thể trùng" in e.text]
        total, more = len(arrived), arrived.total() - len(arrived)
        against = f"{total} messages to {PEOPLE} people, {FAULTY} faults, {len(LOST_AT)} answers lost"
        figure("telling.repeated", more / total, "of all", against, "<= 0.001")
        figure("telling.repeated.unlabelled", max(0, more - len(again)), "messages", against, "<= 0")
        assert total == PEOPLE * FAULTY, "something was not told"


def crowd(settings: Settings) -> Settings:
    """Return the settings with so many people on one shift at once."""
    daily = [entry for entry in settings.roster if isinstance(entry, DailyEntry) and entry.duty == "shift"]
    one = settings.people[daily[0].slot.people[0]]
    people = {f"p{n}": replace(one, id=f"p{n}", name=f"Người {n}", telegram=50_000 + n) for n in range(PEOPLE)}
    many = [replace(entry, slot=replace(entry.slot, people=(name,))) for entry in daily for name in people]
    rest = [entry for entry in settings.roster if entry not in daily]
    return replace(settings, people={**settings.people, **people}, roster=(*rest, *many))


def _all_told(database: Path) -> bool:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        wanted = "SELECT count(*) FROM outbox WHERE channel = 'telegram' AND event = 'step' AND state = 'sent'"
        return int(connection.execute(wanted).fetchone()[0]) >= PEOPLE * FAULTY
    finally:
        connection.close()


def _told(database: Path) -> list[float]:
    """Return the seconds from each decision to tell to the moment Telegram accepted the message."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        rows = connection.execute(
            "SELECT created_at, accepted_at FROM outbox WHERE channel = 'telegram' AND event = 'step' AND step = 0"
        ).fetchall()
    finally:
        connection.close()
    assert all(accepted for _, accepted in rows), "something was not told"
    return [(_instant(accepted) - _instant(created)).total_seconds() for created, accepted in rows]


async def _pressed(at: House, api: BotApi, first: int, last: int) -> list[float]:
    """Press "take it" under the messages of some incidents, and return how long each took to be committed."""
    chat = next(chat for chat in _chats(at.database) if len(_askable(api, chat)) >= last)
    took: list[float] = []
    for message in _askable(api, chat)[first:last]:
        began = time.perf_counter()
        api.press(chat, message, next(b.label for b in _bubble(api, chat, message).buttons if "Tiếp nhận" in b.label))
        async with asyncio.timeout(60):
            while _acknowledged(at.database) <= first + len(took):  # noqa: ASYNC110 - measured from outside
                await asyncio.sleep(0.005)
        took.append(time.perf_counter() - began)
    return took


def _askable(api: BotApi, chat: int) -> list[int]:
    return [b.message_id for b in api.bubbles(chat) if any("Tiếp nhận" in button.label for button in b.buttons)]


def _bubble(api: BotApi, chat: int, message: int) -> Bubble:
    return next(b for b in api.bubbles(chat) if b.message_id == message)


def _chats(database: Path) -> list[int]:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return [chat for (chat,) in connection.execute("SELECT telegram FROM person WHERE telegram IS NOT NULL")]
    finally:
        connection.close()


def _acknowledged(database: Path) -> int:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return int(connection.execute("SELECT count(*) FROM incident WHERE phase = 'acknowledged'").fetchone()[0])
    finally:
        connection.close()


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(str(text).replace("Z", "+00:00"))


def main() -> None:
    """Print the figures."""
    introduce("telling by Telegram")
    for work in (measure, repeat):
        with tempfile.TemporaryDirectory() as folder, on_core(MEASURED):
            asyncio.run(work(Path(folder)))


if __name__ == "__main__":
    main()
