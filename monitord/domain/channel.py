"""Whether a channel works, told by what became of each attempt to use it, and by probes."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from monitord.domain.notice import Delivery, DeliveryCause, Outcome

FAILURES = 3
LASTS = timedelta(seconds=60)
"""So many failures in a row, over at least so long, and a channel does not work."""
QUIET = timedelta(minutes=10)
"""Without an attempt for so long a probe alone says that it works again: whoever is asked may take no message all the
same.
"""

_OUR_OWN = frozenset(
    {
        DeliveryCause.NO_ADDRESS,
        DeliveryCause.NO_ANSWER,
        DeliveryCause.RATE_LIMITED,
        DeliveryCause.POOL,
        DeliveryCause.MIGRATED,
        DeliveryCause.LEASE_EXPIRED,
        DeliveryCause.RESTART,
    }
)
"""Causes that say nothing about the other side, or that it is there and busy."""
_ONE_ADDRESS = frozenset({DeliveryCause.SERVER_ERROR, DeliveryCause.BAD_ANSWER})
"""Causes by which the other side answered: to one person alone they may speak of his address."""


class Turn(StrEnum):
    """What an attempt changed."""

    FAILS = "fails"
    WORKS = "works"


@dataclass(frozen=True, slots=True)
class ChannelState:
    """A channel as its attempts tell it: it `works` or does not, `since` when; unknown until the first one.

    `failures` in a row, of messages and probes, began at `failing_from`, the last with `cause`. `to` is the person of
    those that speak of one address only, empty when there were two, or a failure that speaks of the channel. `tried_at`
    is when a message failed last, `told_at` when one was accepted, `heard_at` when the other side answered anything at
    all, a probe included. `lost` says that its canaries do not come back: then what is accepted alone changes nothing.
    """

    channel: str
    works: bool = True
    since: datetime | None = None
    failures: int = 0
    failing_from: datetime | None = None
    cause: DeliveryCause = DeliveryCause.FINE
    to: str = ""
    tried_at: datetime | None = None
    told_at: datetime | None = None
    heard_at: datetime | None = None
    lost: bool = False


def after(
    state: ChannelState, outcome: Outcome, now: datetime, *, to: str = "", probe: bool = False
) -> tuple[ChannelState, Turn | None]:
    """Return the state after an attempt to tell the person `to`, or a probe, and what it changed."""
    if outcome.cause in _OUR_OWN:
        return state, None
    if outcome.delivery not in (Delivery.ACCEPTED, Delivery.PERMANENT):
        return _failed(state, outcome, now, to, probe)
    if probe and state.tried_at is not None and timedelta(0) <= now - state.tried_at < QUIET:
        # It answers, and takes no messages.
        return replace(state, heard_at=now), None
    told = now if outcome.delivery is Delivery.ACCEPTED and not probe else state.told_at
    if state.lost:
        lost = DeliveryCause.CANARY_LOST
        return ChannelState(state.channel, False, state.since, cause=lost, told_at=told, heard_at=now, lost=True), None
    turn = None if state.works else Turn.WORKS
    since = now if turn is not None or state.since is None else state.since
    return ChannelState(state.channel, True, since, told_at=told, heard_at=now), turn


def lost(state: ChannelState, since: datetime) -> tuple[ChannelState, Turn | None]:
    """Return the state when canaries do not come back, and what it changed: nothing where it fails already."""
    if not state.works:
        return state, None
    return replace(state, works=False, since=since, cause=DeliveryCause.CANARY_LOST, lost=True), Turn.FAILS


def found(state: ChannelState, now: datetime) -> tuple[ChannelState, Turn | None]:
    """Return the state when one came back, or a person was heard, and what it changed."""
    if not state.lost:
        return state, None
    return ChannelState(state.channel, True, now, told_at=state.told_at, heard_at=now), Turn.WORKS


def _failed(
    state: ChannelState, outcome: Outcome, now: datetime, to: str, probe: bool
) -> tuple[ChannelState, Turn | None]:
    begun = state.failing_from or now
    one = to if outcome.cause in _ONE_ADDRESS and not probe else ""
    failed = replace(
        state,
        failures=state.failures + 1,
        failing_from=begun,
        cause=outcome.cause,
        to=one if state.failures == 0 or state.to == one else "",
        tried_at=state.tried_at if probe else now,
    )
    # A clock that was set back must not keep a dead channel alive for hours.
    lasts = now - begun >= LASTS or now < begun
    if state.works and failed.failures >= FAILURES and lasts and not failed.to:
        return replace(failed, works=False, since=begun), Turn.FAILS
    return failed, None
