"""What the auditor can find: the kinds of what must always hold and does not."""

from enum import StrEnum


class FindingKind(StrEnum):
    """What does not hold."""

    INCIDENT_WITHOUT_TIMER = "incident_without_timer"
    TIMER_OVERDUE = "timer_overdue"
    LEASE_OVERDUE = "lease_overdue"
    NOTICE_WAITS = "notice_waits"
    NOBODY_ON_DUTY = "nobody_on_duty"
    GAP_AHEAD = "gap_ahead"
    CONTACT_DOUBTFUL = "contact_doubtful"
    CHAIN_BROKEN = "chain_broken"
    AUDIT_FAILED = "audit_failed"


WARNINGS = frozenset({FindingKind.GAP_AHEAD, FindingKind.CONTACT_DOUBTFUL})
"""What somebody must hear and what is not wrong yet."""
NAMED = frozenset({FindingKind.CONTACT_DOUBTFUL})
"""What is told anew when it is about somebody else, also to the owners of the rosters: a name is `unit/duty/person`."""
