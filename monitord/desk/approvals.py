"""Which reports to other organisations a leader has approved.

Read from the journal, by organisation and round of the ladder.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitord.domain.journal import FactKind
from monitord.store import tables as t
from monitord.store.tx import Tx


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved, and when."""

    person: str
    at: datetime


def approvals(tx: Tx, incident: int, round_: int) -> Mapping[str, Approval]:
    """Return the approvals of an incident in one round of its ladder, by organisation; the first one counts."""
    wanted = (
        sa.select(t.journal.c.actor, t.journal.c.ts, t.journal.c.refs)
        .where(t.journal.c.incident == incident, t.journal.c.kind == FactKind.STEP_APPROVED)
        .order_by(t.journal.c.seq)
    )
    found: dict[str, Approval] = {}
    for actor, ts, refs in tx.sql.execute(wanted):
        read = json.loads(refs)
        if read["round"] == round_:
            found.setdefault(read["organisation"], Approval(actor, ts))
    return found
