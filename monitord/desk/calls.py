"""Which organisations people spoke to on the telephone about an incident, read from the journal."""

import json
from datetime import datetime

import sqlalchemy as sa

from monitord.domain.incident import Incident
from monitord.domain.journal import FactKind, stamp
from monitord.store import tables as t
from monitord.store.tx import Tx


def answered(tx: Tx, incident: Incident, since: datetime | None = None) -> dict[str, str]:
    """Return the organisations that were spoken to, each with the stamp of the first call that was answered.

    With `since` only calls made from that instant on count.
    """
    j = t.journal.c
    wanted = sa.select(j.refs).where(j.incident == incident.id, j.kind == FactKind.INCIDENT_CALL).order_by(j.seq)
    found: dict[str, str] = {}
    for refs in map(json.loads, tx.sql.execute(wanted).scalars()):
        late_enough = since is None or refs["called"] >= stamp(since)
        if refs.get("organisation") and refs.get("answered") == "answered" and late_enough:
            found.setdefault(refs["organisation"], refs["called"])
    return found
