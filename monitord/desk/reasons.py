"""Whether what was queued is still to be told."""

from typing import Any

import sqlalchemy as sa

from monitord.desk.approvals import approvals
from monitord.domain.incident import Incident, Phase
from monitord.domain.notice import Event
from monitord.store import tables as t
from monitord.store.tx import Tx


def reason_gone(tx: Tx, row: Any, incident: Incident | None) -> str | None:
    """Return why an outbox row need not be sent any more, as the code of the journal's `reason`; None while it must."""
    if incident is None:
        return None
    match Event(row["event"]):
        case Event.STEP if incident.phase is not Phase.OPEN or row["round"] != incident.round:
            # An approved report to another organisation is still owed once somebody has taken the incident.
            still_owed = row["organisation"] is not None and incident.phase is Phase.ACKNOWLEDGED and _approved(tx, row)
            return None if still_owed else str(incident.phase)
        case Event.HANDED | Event.REMINDER if not incident.running:
            return str(incident.phase)
        case Event.SENT_BACK | Event.APPROVAL | Event.CALL_OUT if (
            incident.phase is not Phase.OPEN or row["round"] != incident.round
        ):
            return str(incident.phase)
        case Event.CHANGED if not incident.running:
            return str(incident.phase)
        case Event.CHANGED if row["subject"].partition(">")[2].partition("@")[0] != incident.health:
            return "changed again"
        case Event.FLAPPING if not (incident.running or incident.hushed):
            return str(incident.phase)
        case Event.ACKNOWLEDGED | Event.TAKEN_EDIT | Event.REOPENED if not incident.running:
            return str(incident.phase)
        case Event.ACKNOWLEDGED | Event.TAKEN_EDIT if incident.phase is Phase.OPEN:
            return "open again"
        case Event.RESTORED | Event.RESTORED_EDIT if incident.running:
            return "open again"
        case Event.TAKEN_EDIT | Event.RESTORED_EDIT:
            edited = tx.sql.execute(
                sa.select(t.outbox.c.message_ref, t.outbox.c.state).where(t.outbox.c.id == row["edits"])
            ).first()
            if edited is None or edited.message_ref is None:
                return "nothing to edit"
    return None


def _approved(tx: Tx, row: Any) -> bool:
    return row["organisation"] in approvals(tx, row["incident"], row["round"])
