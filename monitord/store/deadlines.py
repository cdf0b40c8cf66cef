"""What was sent to meet deadlines, as it was said last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitord.store import tables as t


@dataclass(frozen=True, slots=True)
class Met:
    """What was noted last of a due: to which organisation it went, under which number, when, and who said so;
    `times` is how often it was noted, more than once where it was corrected."""

    organisation: str
    number: str
    sent_at: datetime
    author: str
    times: int


def met(connection: sa.Connection) -> Mapping[tuple[str, datetime], Met]:
    """Return what was noted of each due, by the deadline's id and the instant from which on it is late."""
    found: dict[tuple[str, datetime], Met] = {}
    for row in connection.execute(sa.select(t.deadline_sent).order_by(t.deadline_sent.c.id)):
        before = found.get((row.deadline, row.due))
        times = 1 if before is None else before.times + 1
        found[row.deadline, row.due] = Met(row.organisation, row.number, row.sent_at, row.author, times)
    return found
