"""A canary: a message that goes the whole way of a real one, and what is known of a channel by its coming back."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

MARK = "MONITORD-CANARY"
"""How the text of a canary begins, by whatever channel."""
MISSES = 2
"""So many canaries in a row that do not come back, and a channel does not work."""
SOON = timedelta(minutes=5)
"""After the first miss the next canary leaves this soon: whether it was one of a kind is to be known."""
HOURLY = timedelta(hours=1)
"""While they go missing one leaves this often at least, however seldom they leave else."""


@dataclass(frozen=True, slots=True)
class CanaryRoute:
    """A canary's way, as the settings give it: to which address, how often, and `within` what it is to be back.

    `pressed` says that its button is pressed by one of `accounts`; without that it only counts as accepted while what
    comes in is heard.
    """

    to: str
    every: timedelta
    within: timedelta
    pressed: bool = True
    accounts: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Canary:
    """What is known of a channel's canaries.

    The last is named by `token`, was queued `asked_at` and accepted `accepted_at`, and is out as long as `waits_from`
    is set, from which its time counts. One was back last `back_at`, after `took`. `missed` are those in a row that
    did not come back.
    """

    channel: str
    token: str = ""
    asked_at: datetime | None = None
    waits_from: datetime | None = None
    accepted_at: datetime | None = None
    back_at: datetime | None = None
    took: timedelta | None = None
    missed: int = 0

    @property
    def out(self) -> bool:
        """Return whether the last one is still waited for."""
        return self.waits_from is not None


class Happened(StrEnum):
    """What becomes of the canary that is out."""

    ACCEPTED = "accepted"
    BACK = "back"
    LATE = "late"
    REFUSED = "refused"
    HEARD = "heard"
    RESUMED = "resumed"


def asked(state: Canary, token: str, now: datetime) -> Canary:
    """Return the state with a fresh canary out. One that was still out is forgotten and is no miss."""
    return replace(state, token=token, asked_at=now, waits_from=now, accepted_at=None)


def after(state: Canary, what: Happened, now: datetime) -> Canary:
    """Return the state after what happened.

    One that is accepted has its whole time from then on; one that comes back too late has come back all the same, once.
    One that was never accepted is no miss. REFUSED is an address that will never do: nothing is known of the channel by
    it. HEARD is a person who was heard by the channel: it may work again, and one more miss says that it does not.
    RESUMED is a start, or a clock that was moved: what is out has its whole time again.
    """
    match what:
        case Happened.ACCEPTED if state.out and state.accepted_at is None:
            return replace(state, accepted_at=now, waits_from=now)
        case Happened.BACK if state.out or (state.missed and state.token):
            begun = state.accepted_at or state.asked_at or now
            took = max(timedelta(0), now - begun)
            return replace(state, token="", waits_from=None, back_at=now, took=took, missed=0)
        case Happened.LATE if state.out:
            # What no attempt got through says nothing of the way back: the attempts speak for themselves.
            return replace(state, waits_from=None, missed=state.missed + (state.accepted_at is not None))
        case Happened.REFUSED if state.out:
            return replace(state, token="", waits_from=None)
        case Happened.HEARD:
            return replace(state, missed=min(state.missed, MISSES - 1))
        case Happened.RESUMED if state.out:
            return replace(state, waits_from=now)
    return state


def late_at(state: Canary, route: CanaryRoute) -> datetime | None:
    """Return when the canary that is out becomes a miss; None when none is out."""
    return None if state.waits_from is None else state.waits_from + route.within


def due_at(state: Canary, route: CanaryRoute, now: datetime) -> datetime:
    """Return when the next canary leaves: now or earlier when one is due. None leaves while another is out."""
    if state.asked_at is None or state.asked_at > now:  # never yet, or the clock was set back
        return late_at(state, route) or now
    pause = route.every
    if state.missed:
        pause = min(pause, route.within + (SOON if state.missed < MISSES else HOURLY))
    due = state.asked_at + pause
    late = late_at(state, route)
    return due if late is None else max(due, late)


def is_late(state: Canary, route: CanaryRoute, now: datetime) -> bool:
    """Return whether the canary that is out has not come back in time."""
    late = late_at(state, route)
    return late is not None and now >= late


def is_missing(state: Canary) -> bool:
    """Return whether so many did not come back that the channel does not work."""
    return state.missed >= MISSES
