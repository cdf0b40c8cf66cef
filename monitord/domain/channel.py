"""Whether a channel works, told by what became of each attempt to use it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from monitord.domain.notice import Delivery, DeliveryCause, Outcome

FAILURES = 3
LASTS = timedelta(seconds=60)
"""So many failures in a row, over at least so long, and a channel does not work."""

_OUR_OWN = frozenset(
    {
        DeliveryCause.NO_ADDRESS,
        DeliveryCause.RATE_LIMITED,
        DeliveryCause.POOL,
        DeliveryCause.MIGRATED,
        DeliveryCause.LEASE_EXPIRED,
        DeliveryCause.RESTART,
    }
)
"""Causes that say nothing about the other side, or that it is there and busy."""


class Turn(StrEnum):
    """What an attempt changed."""

    FAILS = "fails"
    WORKS = "works"


@dataclass(frozen=True, slots=True)
class ChannelState:
    """A channel as its attempts tell it: it `works` or does not, `since` when; unknown until the first one.

    `failures` in a row began at `failing_from`, the last with `cause`. `told_at` is when a message was accepted last,
    `heard_at` when the other side answered anything at all, a probe included.
    """

    channel: str
    works: bool = True
    since: datetime | None = None
    failures: int = 0
    failing_from: datetime | None = None
    cause: DeliveryCause = DeliveryCause.FINE
    told_at: datetime | None = None
    heard_at: datetime | None = None


def after(
    state: ChannelState, outcome: Outcome, now: datetime, *, probe: bool = False
) -> tuple[ChannelState, Turn | None]:
    """Return the state after an attempt, or a probe, and what it changed."""
    there = outcome.delivery in (Delivery.ACCEPTED, Delivery.PERMANENT)
    if outcome.cause in _OUR_OWN:
        return state, None
    if there:
        told = now if outcome.delivery is Delivery.ACCEPTED and not probe else state.told_at
        turn = None if state.works else Turn.WORKS
        since = now if turn is not None or state.since is None else state.since
        return ChannelState(state.channel, True, since, told_at=told, heard_at=now), turn
    begun = state.failing_from or now
    failed = replace(state, failures=state.failures + 1, failing_from=begun, cause=outcome.cause)
    # A clock that was set back must not keep a dead channel alive for hours.
    lasts = now - begun >= LASTS or now < begun
    if state.works and failed.failures >= FAILURES and lasts:
        return replace(failed, works=False, since=begun), Turn.FAILS
    return failed, None
