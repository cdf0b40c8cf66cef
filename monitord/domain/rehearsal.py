"""A rehearsal: the ladder of a fault that is none, decided by the very functions that decide on real ones.

Nothing is written and nobody is told. It is what would happen if nobody took it and no leader approved anything.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from monitord.domain.decision import Decision, TimerKind
from monitord.domain.dutybook import DutyBook
from monitord.domain.escalation import opened, step_due
from monitord.domain.incident import Incident
from monitord.domain.journal import FactKind

MOST = 100
"""Decisions of one rehearsal at most."""


@dataclass(frozen=True, slots=True)
class Act:
    """One decision of the ladder: when, and what it would write."""

    at: datetime
    decision: Decision

    @property
    def tells(self) -> bool:
        """Return whether somebody would be told, or asked for approval, or nobody would be found."""
        kinds = {fact.kind for fact in self.decision.facts}
        return bool(
            kinds & {FactKind.STEP_FIRED, FactKind.STEP_AWAITS_APPROVAL, FactKind.COVERAGE_GAP, FactKind.STEP_QUIET}
        )


def rehearse(draft: Incident, book_at: Callable[[datetime], DutyBook], until: datetime) -> tuple[Act, ...]:
    """Return every decision of the ladder from the opening of `draft` up to `until`, in order.

    `book_at` gives the duty book of an instant. The last step's first repeat is the last decision: what follows is it
    again.
    """
    at = draft.opened_at
    decision = opened(draft, book_at(at), at)
    acts = [Act(at, decision)]
    last = len(draft.policy.steps) - 1
    while len(acts) < MOST and decision.timer is not None and decision.timer.kind is TimerKind.STEP:
        at = decision.timer.due
        if at > until or decision.incident.step > last:
            break
        decision = step_due(decision.incident, book_at(at), at)
        acts.append(Act(at, decision))
    return tuple(acts)
