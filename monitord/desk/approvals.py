"""Which reports to other organisations a leader has approved, and which he decided not to send yet.

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
    """Who approved, or declined to, and when; `usual` is the key of his reason where it was chosen from a list."""

    person: str
    at: datetime
    usual: str = ""


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


def declined(tx: Tx, incident: int, round_: int) -> Mapping[str, Approval]:
    """Return the reports that a leader decided not to send yet, by organisation: the last such decision in one round
    that nobody was asked after."""
    j = t.journal.c
    kinds = (FactKind.STEP_AWAITS_APPROVAL, FactKind.STEP_DECLINED)
    wanted = sa.select(j.kind, j.actor, j.ts, j.refs).where(j.incident == incident, j.kind.in_(kinds)).order_by(j.seq)
    found: dict[str, Approval] = {}
    for kind, actor, ts, refs in tx.sql.execute(wanted):
        read = json.loads(refs)
        if kind == FactKind.STEP_AWAITS_APPROVAL:
            found.pop(read["organisation"], None)
        elif round_ == read["round"]:
            found[read["organisation"]] = Approval(actor, ts, read.get("usual", ""))
    return found
