"""Storms: so much fails at once that people hear of it as one. Each outage keeps its own incident and instants.

While a storm runs in a unit it carries the unit's incidents that nobody has taken: they have no ladder of their own,
and people hear of them by the storm's. What is left at its end goes its own way again.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitord.domain.decision import Decision
from monitord.domain.dutybook import DutyBook
from monitord.domain.escalation import opened_fact, step_due
from monitord.domain.incident import Incident, Phase
from monitord.domain.journal import Fact, FactKind
from monitord.domain.network import BY_HAND, OURSELVES
from monitord.domain.notice import Notice, Priority
from monitord.domain.steps import next_step

STORM = "storm:"
"""How the target of a storm begins: `storm:UNIT/state`."""
FIRST = timedelta(minutes=5)
"""How long after its beginning a storm tells nobody twice."""


@dataclass(frozen=True, slots=True)
class StormRules:
    """`opened` incidents of one unit within `within`, or `running` of them at once, are a storm; `opened` 0: never.

    Before that, `alone` of them within `within` are told at once, and the next ones after `gather`: a storm that begins
    meanwhile tells them. It is as grave as its gravest incident, and at least `severity`. What changed is told every
    `summary`; it is over when nothing failed for `calm` and less than half of `opened` is left, or for `within` and
    nothing is.
    """

    opened: int = 6
    within: timedelta = timedelta(minutes=5)
    running: int = 20
    alone: int = 2
    gather: timedelta = timedelta(seconds=60)
    summary: timedelta = timedelta(minutes=15)
    calm: timedelta = timedelta(minutes=30)
    severity: int = 2

    @property
    def few(self) -> int:
        """Return how many incidents are few again."""
        return max(1, self.opened // 2)


NEVER = StormRules(opened=0)
AS_EVER = StormRules()
"""The rules of settings that name none."""


@dataclass(frozen=True, slots=True)
class Storm:
    """A storm that runs: `id` is that of its incident. `waves` counts how often so much failed anew, the first time
    included, `calm` says that the last of them has passed. `told` summaries were sent, the last at `told_at`, when it
    had cost `lost` stations (or sites) and ran over `running` incidents."""

    id: int
    code: str
    unit: str
    opened_at: datetime
    waves: int = 1
    calm: bool = False
    told: int = 0
    told_at: datetime | None = None
    lost: int = 0
    running: int = 0


def target_of(unit: str) -> str:
    """Return the target of the storms of a unit."""
    return f"{STORM}{unit}/state"


def unit_of(target: str) -> str | None:
    """Return the unit of whose storms a target speaks; None for any other target."""
    return target.removeprefix(STORM).removesuffix("/state") if target.startswith(STORM) else None


def may_carry(incident: Incident) -> bool:
    """Return whether a storm tells of an incident: not what people reported, nor a security incident, a drill, our own
    blindness, another storm, or what somebody has taken."""
    alone = incident.lane is not None or incident.suspected or incident.drill
    return incident.phase is Phase.OPEN and not alone and is_weather(incident.target)


def is_weather(target: str) -> bool:
    """Return whether the faults of a target are counted for storms."""
    return not target.startswith((BY_HAND, f"{OURSELVES}/", STORM))


def begins(lately: int, rules: StormRules) -> bool:
    """Return whether a storm begins when `lately` of the running incidents of a unit opened within `rules.within`."""
    return 0 < rules.opened <= lately


def tell_from(before: int, severity: int, rules: StormRules, now: datetime) -> datetime | None:
    """Return from when on a new incident is told by itself, `before` others of its unit having opened within
    `rules.within`; None: at once. What is gravest waits a quarter as long."""
    if not rules.opened or before < rules.alone:
        return None
    return now + (rules.gather / 4 if severity == 1 else rules.gather)


def is_over(left: int, last_failure: datetime | None, rules: StormRules, now: datetime) -> bool:
    """Return whether a storm is over: it tells of few incidents, and nothing failed for `rules.calm`; of none, for
    `rules.within`."""
    calm = rules.calm if left else min(rules.within, rules.calm)
    still = last_failure is None or now - last_failure >= calm or last_failure > now
    return not rules.opened or (left < rules.few and still)


def opened_in(draft: Incident, storm: Storm) -> Decision:
    """Decide what follows from a new incident in a storm: its rows, and no ladder."""
    carrying = carried(draft, storm, "opened")
    return replace(carrying, facts=(opened_fact(draft), *carrying.facts))


def carried(incident: Incident, storm: Storm, why: str) -> Decision:
    """Decide that a storm tells of an incident from now on: it has no timer of its own any more."""
    refs = {"storm": storm.code, "why": why, "round": incident.round}
    fact = Fact(FactKind.STORM_CARRIES, incident.id, incident.target, refs=refs)
    return Decision(replace(incident, storm=storm.id), (fact,))


def untold(incident: Incident) -> Incident:
    """Return an incident that a storm takes before anybody was told of it: should it be told by itself, it is so from
    its first step."""
    return replace(incident, step=-1, spent=timedelta(0), round=incident.round + 1)


def given_back(incident: Incident, storm: Storm) -> Decision:
    """Decide the end of an acknowledgement in a storm: nobody has the incident, and the storm tells of it."""
    again = replace(
        incident, phase=Phase.OPEN, step=-1, round=incident.round + 1, ack_expires_at=None, spent=timedelta(0)
    )
    refs = {"round": again.round, "storm": storm.code}
    fact = Fact(FactKind.INCIDENT_ACK_EXPIRED, incident.id, incident.target, actor=incident.acknowledged_by, refs=refs)
    carrying = carried(again, storm, "ack_expired")
    return replace(carrying, facts=(fact, *carrying.facts))


def let_go(incident: Incident, storm: Storm, book: DutyBook, now: datetime, *, muted: bool = False) -> Decision:
    """Decide that an incident is left over when its storm is over: it is told by itself, from the first step; while it
    is `muted`, at the end of that."""
    again = replace(
        incident, storm=None, ladder_from=now, step=-1, round=incident.round + 1, told_health=incident.health
    )
    refs = {"storm": storm.code, "round": again.round}
    fact = Fact(FactKind.STORM_LEFT, incident.id, incident.target, refs=refs)
    return _ladder(again, fact, book, now, muted=muted)


def _ladder(incident: Incident, fact: Fact, book: DutyBook, now: datetime, *, muted: bool) -> Decision:
    """Return the ladder of an incident from its first step, `fact` before it; while it is `muted`, it waits."""
    if muted:
        return Decision(incident, (fact,), timer=next_step(incident, -1))
    ladder = step_due(incident, book, now)
    return replace(ladder, facts=(fact, *ladder.facts))


def begun(incident: Incident, book: DutyBook, now: datetime, *, muted: bool) -> Decision:
    """Decide what follows from a storm that begins."""
    return _ladder(incident, opened_fact(incident), book, now, muted=muted)


def rose_again(
    incident: Incident, book: DutyBook, now: datetime, refs: Mapping[str, int], *, muted: bool = False
) -> Decision:
    """Decide that a storm is told anew, whoever has taken it, and its ladder begins again: so much failed anew (`refs`
    count the `wave`), or it is graver (`severity_was`, `severity`). While it is `muted`, at the end of that."""
    again = replace(
        incident, phase=Phase.OPEN, ladder_from=now, step=-1, round=incident.round + 1, ack_expires_at=None, eta=None
    )
    fact = Fact(FactKind.STORM_WAVE, incident.id, incident.target, refs={**refs, "round": again.round})
    return _ladder(again, fact, book, now, muted=muted)


def told_in(incident: Incident, notices: Iterable[Notice], heard: AbstractSet[str]) -> tuple[Notice, ...]:
    """Return those of the notices about an incident that leave although a storm carries it: what rings nobody, and what
    the storm does not tell, because it never reached them; `heard` are the persons whom it did."""
    if incident.storm is None:
        return tuple(notices)
    return tuple(n for n in notices if n.priority is Priority.EDIT or n.organisation or n.person not in heard)
