"""What people wrote about an incident: the cause they named last, and the closing that somebody proposed."""

import json
from typing import Any

import sqlalchemy as sa

from monitord.desk.context import Context
from monitord.domain.incident import Incident
from monitord.domain.journal import FactKind
from monitord.store import tables as t
from monitord.store.tx import Tx


def named_cause(tx: Tx, context: Context, incident: Incident) -> str:
    """Return the cause that was noted last, empty where none was."""
    before = f"{context.words.page['cause_noted']}: "
    for refs, body in _written(tx, incident, FactKind.INCIDENT_NOTE):
        if refs.get("about") == "cause":
            return str(body.get("text", "")).removeprefix(before)
    return ""


def closing_cause(tx: Tx, context: Context, incident: Incident) -> str:
    """Return the cause with which an incident would be closed now: the one that was noted, else the one proposed."""
    return named_cause(tx, context, incident) or (proposed(tx, incident) or ("", ""))[0]


def proposed(tx: Tx, incident: Incident) -> tuple[str, str] | None:
    """Return cause and measures of the closing that was proposed last, None where nobody proposed any."""
    for _, body in _written(tx, incident, FactKind.INCIDENT_CLOSE_PROPOSED):
        return str(body.get("cause_text", "")), str(body.get("measures", ""))
    return None


def _written(tx: Tx, incident: Incident, kind: FactKind) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return the rows of a kind, the newest first: what they refer to, and what somebody wrote."""
    j, p = t.journal.c, t.journal_private.c
    wanted = (
        sa.select(j.refs, p.body)
        .join_from(t.journal, t.journal_private, j.seq == p.seq)
        .where(j.incident == incident.id, j.kind == kind)
    )
    rows = tx.sql.execute(wanted.order_by(j.seq.desc()))
    return [(json.loads(refs), json.loads(body)) for refs, body in rows]
