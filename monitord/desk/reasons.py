"""Whether what was queued is still to be told."""

from typing import Any

import sqlalchemy as sa

from monitord.desk import balances, canaries, coverage, missing, rollcall, shift_letters, swap_letters, verifying
from monitord.desk.approvals import approvals
from monitord.desk.bulletin_sending import no_longer_asked
from monitord.desk.channels import state_of
from monitord.desk.drawing import is_by_itself
from monitord.desk.editing import edited_message, edited_since
from monitord.domain.channel import Turn
from monitord.domain.incident import Incident, Phase
from monitord.domain.journal import stamp
from monitord.domain.notice import Event, NoticeState
from monitord.store import tables as t
from monitord.store.tx import Tx


def reason_gone(tx: Tx, row: Any, incident: Incident | None) -> str | None:
    """Return why an outbox row need not be sent any more, as the code of the journal's `reason`; None while it must."""
    if incident is None and row["event"] == Event.CHANNEL_STATE:
        return _channel_turned(tx, row)
    if row["event"] == Event.CANARY:
        return canaries.reason_gone(tx, row)
    if row["event"] == Event.BALANCE:
        return balances.reason_gone(tx, row)
    if row["event"] == Event.CONTACT_CODE:
        return verifying.no_longer(tx, row)
    if row["event"] in (Event.SWAP, Event.SWAP_EDIT):
        return swap_letters.no_longer(tx, row)
    if incident is None and row["event"] in (Event.SHIFT_ASK, Event.SHIFT_UNREAD):
        return rollcall.no_longer(tx, row)
    if incident is None and row["event"] == Event.SHIFT_MISSED:
        return missing.no_longer(tx, row)
    if incident is None and row["event"] in shift_letters.EVENTS:
        return shift_letters.no_longer(tx, row)
    if row["event"] == Event.GAPS_AHEAD:
        return coverage.reason_gone(tx, row)
    if incident is None:
        return no_longer_asked(tx, row["subject"]) if row["event"] == Event.BULLETIN_ASK else None
    if incident.storm is not None and incident.phase is Phase.OPEN and not _leaves(tx, row):
        return "storm"
    match Event(row["event"]):
        case Event.STORM_LIST:
            return None  # somebody asked for it
        case Event.PICTURE:
            if not is_by_itself(row):
                return None
            return "storm" if incident.storm is not None else None if incident.running else str(incident.phase)
        case Event.MENU_EDIT if edited_since(tx, row):
            return "edited since"
        case Event.MENU_EDIT:
            return "nothing to edit" if edited_message(tx, row) is None else None
        case Event.STORM if not incident.running:
            return str(incident.phase)
        case Event.STORM if int(row["subject"].partition("@")[0]) < _summaries(tx, incident):
            return "newer summary"
        case Event.STEP if incident.phase is not Phase.OPEN or row["round"] != incident.round:
            # An approved report to another organisation is still owed once somebody has taken the incident.
            still_owed = row["organisation"] is not None and incident.phase is Phase.ACKNOWLEDGED and _approved(tx, row)
            return None if still_owed else str(incident.phase)
        case Event.STEP if _asked_again(tx, row):
            return "newer step"
        case Event.HANDED | Event.REMINDER if not incident.running:
            return str(incident.phase)
        case Event.REMINDER if _reminded_anew(tx, row):
            return "newer step"
        case Event.SENT_BACK | Event.URGED | Event.TAKEN_AWAY | Event.APPROVAL | Event.CALL_OUT if (
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


def _asked_again(tx: Tx, row: Any) -> bool:
    """Return whether a later step of the same round asks the same person by the same channel: that one says it all."""
    o = t.outbox.c
    later = sa.select(o.id).where(
        o.incident == row["incident"],
        o.id > row["id"],
        o.event == Event.STEP,
        o.person == row["person"],
        o.channel == row["channel"],
        o.round == row["round"],
        o.organisation.is_not_distinct_from(row["organisation"]),
        o.state.in_([NoticeState.PENDING, NoticeState.LEASED, NoticeState.SENT]),
    )
    return tx.sql.execute(later.limit(1)).first() is not None


def _reminded_anew(tx: Tx, row: Any) -> bool:
    """Return whether the same person asked again later when to be reminded: the last word counts."""
    o = t.outbox.c
    same = sa.and_(o.incident == row["incident"], o.event == Event.REMINDER, o.person == row["person"])
    later = sa.select(o.id).where(same, o.id > row["id"], o.subject != row["subject"])
    return tx.sql.execute(later.limit(1)).first() is not None


def _channel_turned(tx: Tx, row: Any) -> str | None:
    """Return why the state of a channel need not be told any more: it works again, or fails again, since then."""
    turn, channel, since, _ = row["subject"].split("@", 3)
    state = state_of(tx, channel)
    if turn == Turn.FAILS and (state.works or state.since is None or stamp(state.since) != since):
        return "works again"
    return "fails again" if turn == Turn.WORKS and not state.works else None


_RINGS = frozenset(
    {Event.STEP, Event.SENT_BACK, Event.URGED, Event.APPROVAL, Event.CALL_OUT, Event.CHANGED, Event.REOPENED}
)
"""What a storm tells in the place of an incident's own notices."""


def _leaves(tx: Tx, row: Any) -> bool:
    """Return whether a notice about an incident that a storm tells of leaves nevertheless: it says what the storm does
    not, or a leader approved it."""
    if Event(row["event"]) not in _RINGS:
        return True
    return row["organisation"] is not None and _approved(tx, row)


def _summaries(tx: Tx, incident: Incident) -> int:
    return tx.sql.execute(sa.select(t.storm.c.told).where(t.storm.c.incident == incident.id)).scalar() or 0


def _approved(tx: Tx, row: Any) -> bool:
    return row["organisation"] in approvals(tx, row["incident"], row["round"])
