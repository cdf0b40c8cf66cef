"""Quiet hours: a step that does not wake anybody between two local times of day, and is told at their end.

A leader is woken seldom: what is of severity 3 stops at the operations duty by night, the report of what is of
severity 2 leaves in the morning.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from monitord.domain.roster import instant


@dataclass(frozen=True, slots=True)
class Quiet:
    """Local hours from `start` up to, not including, `end`; over midnight when the end is not after the start."""

    start: time
    end: time


def quiet_until(quiet: Quiet | None, at: datetime, zone: tzinfo) -> datetime | None:
    """Return the end of the quiet hours that `at` lies in, None when it lies in none."""
    if quiet is None:
        return None
    today = at.astimezone(zone).date()
    over_midnight = quiet.end <= quiet.start
    for day in (today - timedelta(days=1), today):
        begins = instant(day, quiet.start, zone)
        ends = instant(day + timedelta(days=1) if over_midnight else day, quiet.end, zone)
        if begins <= at < ends:
            return ends
    return None
