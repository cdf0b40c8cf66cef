"""What is known of one target, and how something is as a whole: the values correlation goes by."""

from dataclasses import dataclass
from datetime import datetime

from monitord.domain.health import Cause, Health
from monitord.domain.network import TargetId


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a target: `health` as it is seen, `known` as it was last seen when it was, `since` when its
    fault began."""

    health: Health | None = None
    known: Health | None = None
    since: datetime | None = None


NOTHING = Known()


@dataclass(frozen=True, slots=True)
class Judged:
    """How something is as a whole. `links` failed, in their order; `isolated` are the devices a ring has lost; `by` is
    the silent device that alone explains it; `segments` where a cable is likely cut; `sites` are the places that a
    power area takes with it; `ports` are the PON ports whose customers have no power; `since` when it began."""

    health: Health = Health.UP
    cause: Cause = Cause.FINE
    links: tuple[str, ...] = ()
    isolated: tuple[str, ...] = ()
    by: str | None = None
    segments: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    ports: tuple[TargetId, ...] = ()
    since: datetime | None = None


FINE = Judged()
