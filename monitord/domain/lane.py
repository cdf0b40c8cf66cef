"""The two lanes of a security incident: mất an toàn (theft, sabotage, fire) and mất an ninh (cyber).

Each has its authorities, who are called by people and never by a bot; the incident is not done before each call is
written down. A suspicion goes to named persons only, until a person confirms it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from monitord.domain.health import Happening
from monitord.domain.policy import Policy, PolicyStep, Whom


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane: whom to call, what to say, who hears of a suspicion.

    `authorities` are organisations, called in that order; with `nearest_police` the police of the incident's site are
    called first. `named` are the persons to whom a suspicion goes, `suspects` the happenings that raise one by
    themselves.
    """

    id: str
    name: str
    authorities: tuple[str, ...]
    script: str
    named: tuple[str, ...] = ()
    nearest_police: bool = False
    severity: int = 1
    suspects: frozenset[Happening] = frozenset()


def authorities_of(lane: Lane, police: str | None) -> tuple[str, ...]:
    """Return whom to call, each once, in order; `police` are those nearest to the site, None when it names none."""
    first = (police,) if lane.nearest_police and police is not None else ()
    return tuple(dict.fromkeys((*first, *lane.authorities)))


def still_to_call(authorities: Collection[str], answered: Collection[str]) -> tuple[str, ...]:
    """Return the authorities that nobody has spoken to yet."""
    return tuple(name for name in authorities if name not in answered)


def suspicion_policy(lane: Lane, channels: tuple[str, ...]) -> Policy:
    """Return the ladder of a suspicion: the named persons, one after the other at once, again every hour."""
    steps = tuple(
        PolicyStep(timedelta(seconds=number), Whom.PERSON, person, channels) for number, person in enumerate(lane.named)
    )
    return Policy(f"nghi-van-{lane.id}", steps)
