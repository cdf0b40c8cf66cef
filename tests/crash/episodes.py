"""The episodes of an incident: a fault that comes back soon is the same incident, down and well by turns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitord.domain.journal import FactKind, Row


@dataclass(slots=True)
class Episode:
    """One time down: its first bad look, when it was confirmed and written, and when it was well again."""

    code: str
    target: str
    first_bad: datetime
    detected: datetime
    written: datetime
    restored: datetime | None = None


def episodes(incident: Any, rows: Sequence[Row]) -> Iterator[Episode]:
    """Yield the episodes of an incident by its rows, in order."""
    running: Episode | None = None
    for row in rows:
        match row.kind:
            case FactKind.INCIDENT_OPENED | FactKind.INCIDENT_REOPENED:
                bad, seen = (datetime.fromisoformat(row.refs[name]) for name in ("first_bad", "detected"))
                running = Episode(incident["code"], incident["target"], bad, seen, row.ts)
            case FactKind.INCIDENT_RESTORED if running is not None:
                running.restored = datetime.fromisoformat(row.refs["restored"])
                yield running
                running = None
    if running is not None:
        yield running
