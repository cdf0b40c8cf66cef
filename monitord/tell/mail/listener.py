"""Bringing to the desk what people answer by letter: until the desk has taken it, then the mark, then the answer."""

import asyncio
import imaplib
import logging
from collections.abc import Awaitable, Callable, Mapping

from monitord.clock import Clock
from monitord.domain.canary import MARK
from monitord.domain.notice import Delivery, Outcome
from monitord.domain.update import Answer, Heard
from monitord.tell.mail.letter import Letterhead
from monitord.tell.mail.mailbox import LETTER, Mailbox
from monitord.tell.mail.reply import Head, Ignored, key_of, read_canary, read_head, read_text
from monitord.tell.ports import Hears

log = logging.getLogger(__name__)

NAME = "mail"
SOME = 50
"""Letters looked at in one round."""
LONGEST_PAUSE = 60.0
"""Seconds until a mailbox that is away is asked again, at most."""
ANSWERS = 20
"""Answers on their way at once; more are not sent."""


class Listener:
    """Asks a mailbox `every` so many seconds. `known` are addresses as the settings write them, by their small letters;
    `say` sends an answer. `watched` is the address that canaries go to, empty without."""

    def __init__(
        self,
        mailbox: Mailbox,
        letterhead: Letterhead,
        known: Mapping[str, str],
        every: float,
        say: Callable[[Head, Heard, str], Awaitable[Outcome]],
        clock: Clock,
        watched: str = "",
    ) -> None:
        self._mailbox = mailbox
        self._letterhead = letterhead
        self._known = known
        self._every = every
        self._say = say
        self._clock = clock
        self._watched = watched
        self._answers: set[asyncio.Task[None]] = set()

    async def run(self, hears: Hears) -> None:
        """Bring what people answer until cancelled. A letter is marked when the desk has taken it, or when it is none
        of ours; whatever is wrong with the mailbox, it is asked again."""
        failures = 0
        try:
            while True:
                try:
                    if not self._mailbox.is_open:
                        await self._mailbox.open()
                    seen, untaken = await self._round(hears)
                    failures = failures + 1 if untaken else 0
                    # Others may be taken while one is not.
                    wait = 0.5 * 2 ** min(failures, 10) if untaken else self._every
                    pause = 0.0 if seen >= SOME and not untaken else min(wait, self._every)
                except Exception as error:
                    self._mailbox.drop()
                    failures += 1
                    pause = min(LONGEST_PAUSE, 0.5 * 2 ** min(failures, 10))
                    if isinstance(error, OSError | imaplib.IMAP4.error):
                        log.warning("the mailbox cannot be read (%s)", self._mailbox.told(error))
                    else:
                        log.exception("the mailbox cannot be read")
                await self._clock.sleep(pause)
        finally:
            self._mailbox.drop()
            for task in self._answers:
                task.cancel()
            await asyncio.gather(*self._answers, return_exceptions=True)

    async def _round(self, hears: Hears) -> tuple[int, int]:
        """Return how many letters were new, and how many of them the desk did not take."""
        untaken = 0
        uids = await self._mailbox.unseen(SOME)
        for uid in uids:
            try:
                if await self._canary(hears, uid):
                    continue
                found = await self._read(uid)
            except Ignored as why:
                log.info("a letter is left aside: %s", why)
                await self._mailbox.mark(uid)
                continue
            if found is None:
                continue
            head, heard = found
            try:
                told = await hears.hear(heard)
            except Exception:
                log.exception("a reply was not taken; it is brought again")
                untaken += 1
                continue
            await self._mailbox.mark(uid)
            self._answer(head, heard, told)
        return len(uids), untaken

    async def _canary(self, hears: Hears, uid: str) -> bool:
        """Return whether a letter is a canary of ours; it is brought to the desk and deleted then."""
        about = await self._mailbox.head(uid) if self._watched else None
        own = None if about is None else read_canary(about[1], self._letterhead, self._watched)
        if own is None:
            return False
        token, number = own
        try:
            await hears.hear(Heard(NAME, number, self._watched, f"{MARK} {token}"))
        except Exception:
            # Nobody waits for it: it is a miss, or comes again with the next round.
            log.exception("a canary was not taken; it is brought again")
            return True
        await self._mailbox.delete(uid)
        return True

    async def _read(self, uid: str) -> tuple[Head, Heard] | None:
        """Return a letter as the desk hears it; None when it is gone. Raises Ignored when it is not for the desk."""
        about = await self._mailbox.head(uid)
        if about is None:
            return None
        size, raw = about
        head = read_head(raw, self._letterhead)
        if size > LETTER:
            log.warning("a reply of %d bytes is too large to be read", size)
            raise Ignored("it is too large")
        whole = await self._mailbox.whole(uid)
        if whole is None:
            return None
        sender = self._known.get(head.sender.lower(), head.sender)
        text = await asyncio.to_thread(read_text, whole)
        return head, Heard(NAME, key_of(head, whole, f"{self._mailbox.validity}.{uid}"), sender, text)

    def _answer(self, head: Head, heard: Heard, told: Answer) -> None:
        if not told.text:
            return
        if len(self._answers) >= ANSWERS:
            log.info("a reply is not answered: %d answers are on their way", ANSWERS)
            return
        task = asyncio.create_task(self._send(head, heard, told.text), name="answer by mail")
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def _send(self, head: Head, heard: Heard, text: str) -> None:
        outcome = await self._say(head, heard, text)
        if outcome.delivery is not Delivery.ACCEPTED:
            log.info("a reply could not be answered (%s: %s)", outcome.cause, outcome.detail)
