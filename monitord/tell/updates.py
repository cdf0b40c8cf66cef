"""What comes in by Telegram: our own getUpdates loop, with the offset in the database.

The library's own loop confirms an update before its handler has run, so that a crash in between would lose an
acknowledgement for ever. Here an update is confirmed by the next call, with the offset that was committed together
with its effect.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from telegram import Bot
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from monitord.clock import Clock
from monitord.settings.model import TelegramSettings
from monitord.tell.bot import close_bot, open_bot
from monitord.tell.incoming import Flood, bare, read_updates, worth_passing
from monitord.tell.lane import ends_us
from monitord.tell.ports import Answer, Update, UpdateKind, Updates
from monitord.tell.split import cut

log = logging.getLogger(__name__)

SOME = 100
"""Updates asked for at once."""
LONGEST_PAUSE = 30.0
REJECTED_PAUSE = 60.0
"""Seconds until we ask again after our token was rejected, perhaps by a portal on the way."""
CONFLICT_NOTED = 15.0
"""Seconds for which somebody else must have been reading our updates before it is told: a restart overlaps for a
moment.
"""
CONFLICT_AGAIN = 60.0
"""Seconds between two notes of one conflict."""
ANSWERS = 50
"""Answers to buttons on their way at once; more are not sent, which costs a person nothing but the words."""
ANSWER_WITHIN = 5.0
PATIENCE = 8
"""Failures of one update before it is tried without its content: if that is taken, the update was what failed, not
the database.
"""
ANSWER_LENGTH = 200
"""Characters of an answer to a button (core.telegram.org/bots/api, answerCallbackQuery)."""


class UpdatesLoop:
    """Hears what people press, until cancelled. Nothing that Telegram, a stranger or the database does ends it.

    An update is passed on again until the desk has committed it; the desk knows it by its id. Answers to buttons are
    sent beside, best effort. `polled` is called whenever Telegram has answered.
    """

    def __init__(
        self,
        settings: TelegramSettings,
        updates: Updates,
        clock: Clock,
        make_bot: Callable[[TelegramSettings], Bot] = open_bot,
        polled: Callable[[], None] = lambda: None,
    ) -> None:
        self._settings = settings
        self._make_bot = make_bot
        self._polled = polled
        self._updates = updates
        self._clock = clock
        self._flood = Flood()
        self._answers: set[asyncio.Task[None]] = set()
        self._beyond: int | None = None
        self._conflict_since: float | None = None
        self._conflict_noted: float | None = None
        self.unexpected = 0
        """Failures nobody foresaw."""

    async def run(self) -> None:
        """Listen until cancelled."""
        bot: Bot | None = None
        failures = 0
        try:
            while True:
                try:
                    # Inside: a proxy that cannot be used must not end the loop.
                    bot = bot or self._make_bot(self._settings)
                    batch = await self._ask(bot, self._first(await self._updates.offset()))
                    failures = 0
                    self._polled()
                    self._conflict_since = self._conflict_noted = None
                    await self._pass_on(bot, batch)
                    continue
                except Conflict:
                    failures += 1
                    await self._note_conflict()
                    pause = min(5.0, 2.0 ** (failures - 1))
                except InvalidToken:
                    failures += 1
                    log.error("Telegram rejects the token, or something on the way does; asking again")
                    pause = REJECTED_PAUSE
                except RetryAfter as error:
                    failures += 1
                    pause = max(_seconds(error.retry_after), 1.0)
                except (TelegramError, TimeoutError) as error:
                    failures += 1
                    log.warning("updates cannot be fetched (%s)", type(error).__name__)
                    pause = min(LONGEST_PAUSE, 2.0 ** min(failures - 1, 10))
                except (Exception, asyncio.CancelledError) as error:
                    if ends_us(error):
                        raise
                    failures += 1
                    self.unexpected += 1
                    log.exception("updates cannot be heard")
                    pause = min(LONGEST_PAUSE, 2.0 ** min(failures - 1, 10))
                await self._clock.sleep(pause)
        finally:
            for task in self._answers:
                task.cancel()
            await asyncio.gather(*self._answers, return_exceptions=True)
            if bot is not None:
                await close_bot(bot)

    async def _ask(self, bot: Bot, offset: int | None) -> Sequence[Update]:
        poll = max(0, round(self._settings.poll_timeout.total_seconds()))
        async with asyncio.timeout(poll + 15.0):
            raw: Any = await bot.do_api_request(
                "getUpdates",
                api_kwargs={
                    "offset": offset,
                    "limit": SOME,
                    "timeout": poll,
                    "allowed_updates": ["message", "callback_query"],
                },
                read_timeout=poll + 5.0,
            )
        return read_updates(raw, offset)

    def _first(self, committed: int | None) -> int | None:
        """Return the first update to ask for: behind what is committed, and behind what was nobody's business."""
        return committed if self._beyond is None else max(committed or 0, self._beyond)

    async def _pass_on(self, bot: Bot, batch: Sequence[Update]) -> None:
        # Asked after the long poll, not before: somebody may have been bound while it waited.
        typed = any(update.kind is UpdateKind.TEXT for update in batch)
        known = await self._updates.accounts() if typed else frozenset()
        for update in worth_passing(batch, self._flood, self._clock.mono(), known):
            answer = await self._press(update)
            self._answer(bot, update, answer)
        # Only while more is coming: after a quiet week Telegram numbers updates anew, from anywhere.
        self._beyond = batch[-1].update_id + 1 if batch else None

    async def _press(self, update: Update) -> Answer:
        pause, failures = 0.5, 0
        while True:
            try:
                return await self._updates.press(update)
            except Exception:
                failures += 1
                self.unexpected += 1
                log.exception("update %d was not taken; trying again", update.update_id)
            if failures >= PATIENCE:
                try:
                    answer = await self._updates.press(bare(update))
                    log.error("update %d was taken only without its content", update.update_id)
                    return answer
                except Exception:
                    log.warning("nor was it without its content")
            await self._clock.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)

    async def _note_conflict(self) -> None:
        mono = self._clock.mono()
        if self._conflict_since is None:
            self._conflict_since = mono
        lasted = mono - self._conflict_since
        due = self._conflict_noted is None or mono - self._conflict_noted >= CONFLICT_AGAIN
        if lasted > CONFLICT_NOTED and due:
            self._conflict_noted = mono
            try:
                await self._updates.conflict(lasted)
            except Exception:
                log.exception("a conflict could not be noted")

    def _answer(self, bot: Bot, update: Update, answer: Answer) -> None:
        if len(self._answers) >= ANSWERS or (update.callback_id is None and not answer.text):
            return
        task = asyncio.create_task(self._say(bot, update, answer), name=f"answer {update.update_id}")
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def _say(self, bot: Bot, update: Update, answer: Answer) -> None:
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                if update.callback_id is not None:
                    text = cut(answer.text, ANSWER_LENGTH) or None
                    await bot.answer_callback_query(update.callback_id, text=text, show_alert=not answer.accepted)
                elif update.kind is UpdateKind.TEXT:
                    await bot.send_message(update.chat_id, cut(answer.text), message_thread_id=update.topic)
        except Exception as error:
            log.info("update %d could not be answered (%s)", update.update_id, type(error).__name__)


def _seconds(wait: int | timedelta) -> float:
    asked = wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
    return min(asked, 3600.0)
