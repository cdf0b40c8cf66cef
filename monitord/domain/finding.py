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
    CHAIN_BROKEN = "chain_broken"
    AUDIT_FAILED = "audit_failed"


WARNINGS = frozenset({FindingKind.GAP_AHEAD})
"""What somebody must hear and what is not wrong yet."""
