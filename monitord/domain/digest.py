"""A digest: what waits for one person by one channel, told in one message where it would be too many. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitord.domain.notice import DeliveryCause, Event

SINGLY = 5
"""So many messages may wait for one person by one channel and go one by one, unless the settings say otherwise; more
go as one."""
MOST = 90
"""Incidents of one digest at most: their numbers fit into one message of Telegram."""
ALONE_FOR = timedelta(seconds=60)
"""For so long what asks somebody to take an incident goes by itself and before any digest, unless it failed."""
ASKING = frozenset({Event.STEP, Event.SENT_BACK, Event.REOPENED})
"""What asks its reader to take an incident."""
GATHERED = ASKING | {
    Event.ACKNOWLEDGED,
    Event.RESTORED,
    Event.CHANGED,
    Event.FLAPPING,
    Event.MERGED,
    Event.REMINDER,
    Event.TAKEN_AWAY,
    Event.ACK_EXPIRED,
}
"""What a digest can tell: it says how each incident stands. What is asked of one person alone, what leaves the unit,
and what has words of its own (storms, bulletins, bindings, alarms) goes by itself."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that waits for one person by one channel: `queued` is since when, `due` from when it may be tried,
    `failed` the cause of its last attempt, or why it waits for its lane; None when nothing kept it back."""

    notice: int
    incident: int
    event: Event
    queued: datetime
    due: datetime
    attempts: int = 0
    failed: DeliveryCause | None = None


def gather(waiting: Sequence[Waiting], now: datetime, singly: int = SINGLY, most: int = MOST) -> tuple[int, ...]:
    """Return the notices that go as one message, in their order; nothing when there are no more than `singly`.

    One whose next attempt is still to come goes with the others: what is sent is the state of things, and one message
    is not more than the one that was due. What waits on purpose, or was told to wait by the other side, does not; and
    nothing goes before one of them is due. Of more than `most` incidents the oldest go first.
    """
    ready = [one for one in waiting if one.event in GATHERED and _ready(one, now)]
    if len(ready) <= singly or not any(one.due <= now for one in ready):
        return ()
    incidents = list(dict.fromkeys(one.incident for one in ready))[:most]
    return tuple(one.notice for one in ready if one.incident in incidents)


def _ready(one: Waiting, now: datetime) -> bool:
    if one.event in ASKING and one.attempts == 0 and now - one.queued < ALONE_FOR:
        return False
    return one.due <= now or (one.failed is not None and one.failed is not DeliveryCause.RATE_LIMITED)
