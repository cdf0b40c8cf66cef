"""Anchors made every hour and sent outside at the hours the settings name, each hour once however often it is tried."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

import sqlalchemy as sa
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from monitord.account.anchor_files import FOLDER, AnchorTrouble, newest
from monitord.account.anchors import anchor_now
from monitord.clock import Clock
from monitord.domain.anchor import Anchor
from monitord.domain.roster import instant
from monitord.settings.model import AnchorSettings, Settings

log = structlog.get_logger("journal")
HOUR = timedelta(hours=1)


class Outside(Protocol):
    """What is needed of the desk: the outbox, and the memory of what was put into it."""

    async def anchor_published(self) -> datetime | None:
        """Return the instant for which an anchor was last queued, None before the first."""
        ...

    async def publish_anchor(self, anchor: Anchor, due: datetime) -> None:
        """Queue an anchor for everybody the settings name, once for each `due`."""
        ...


def last_due(asked: AnchorSettings, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the latest instant not after `now` at which an anchor is to be sent."""
    today = now.astimezone(zone).date()
    step = asked.every // HOUR
    hours = [time((asked.at.hour + n * step) % 24) for n in range(24 // step)]
    instants = [instant(day, hour, zone) for day in (today - timedelta(days=1), today) for hour in hours]
    return max(at for at in instants if at <= now)


class AnchorKeeper:
    """Makes anchors in the state folder and sends them outside. `key` gives the signing key; both it and `read` are
    used in a thread."""

    def __init__(
        self,
        read: sa.Engine,
        state: Path,
        key: Callable[[], Ed25519PrivateKey],
        clock: Clock,
        outside: Outside,
        settings: Callable[[], Settings],
    ) -> None:
        self._read = read
        self._folder = state / FOLDER
        self._key = key
        self._clock = clock
        self._outside = outside
        self._settings = settings

    async def hourly(self) -> None:
        """Sign the head of the journal, keep it outside of the database, and send what is due; raises for nothing."""
        if await self._tried(asyncio.to_thread(self._make)) is not None:
            await self.send()

    async def send(self) -> Anchor | None:
        """Queue an anchor if one is due and was not queued, also late after a time down, and return it."""
        asked, now = self._settings().anchors, self._clock.now()
        if asked is None:
            return None
        due, sent = last_due(asked, now, self._settings().zone), await self._outside.anchor_published()
        # One of a time yet to come was sent while the wall clock was wrong, and must not hold up the others.
        if sent is not None and due <= sent <= now:
            return None
        anchor = await self._tried(asyncio.to_thread(self.kept_since, due))
        if anchor is not None:
            await self._outside.publish_anchor(anchor, due)
        return anchor

    def kept_since(self, due: datetime) -> Anchor:
        """Return the newest anchor in the folder if it was made between `due` and now, else one made and kept now.

        After a crash between keeping and queueing it is the same one, with its number.
        """
        kept = newest(self._folder)
        return kept if kept is not None and due <= kept.ts <= self._clock.now() else self._make()

    def _make(self) -> Anchor:
        return anchor_now(self._read, self._folder, self._key(), self._clock)

    async def _tried(self, work: Awaitable[Anchor]) -> Anchor | None:
        try:
            anchor = await work
        except (AnchorTrouble, OSError, ValueError, sa.exc.SQLAlchemyError) as error:
            log.error("journal.not_anchored", error=str(error))
            return None
        log.info("journal.anchored", seq=anchor.seq, number=anchor.number)
        return anchor
