"""What people did and knew of an incident, and when, as the journal says it: in roles, without names. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from monitord.domain.group import is_group
from monitord.domain.incident import Incident
from monitord.domain.journal import FactKind, Row
from monitord.domain.notice import Event
from monitord.domain.people import IMPERSONAL
from monitord.domain.policy import PolicyStep, step_of


class Sign(StrEnum):
    """What a mark says: what was seen, who was told, what people did."""

    FIRST_BAD = "first_bad"
    DETECTED = "detected"
    AGAIN = "again"
    FLAPPING = "flapping"
    TOLD = "told"
    NOT_TOLD = "not_told"
    APPROVAL_ASKED = "approval_asked"
    CALL_ASKED = "call_asked"
    TAKEN = "taken"
    EXPIRED = "expired"
    NOTED = "noted"
    CALLED = "called"
    NOT_ANSWERED = "not_answered"
    ESCALATED = "escalated"
    URGED = "urged"
    HANDED = "handed"
    ETA = "eta"
    SET_OUT = "set_out"
    ARRIVED = "arrived"
    GENERATOR_ON = "generator_on"
    GENERATOR_OFF = "generator_off"
    MAINS_BACK = "mains_back"
    CABLE_FOUND = "cable_found"
    SPLICED = "spliced"
    LEFT = "left"
    APPROVED = "approved"
    DECLINED = "declined"
    RECEIPT = "receipt"
    NOT_RUNNING = "not_running"
    STORM = "storm"
    MERGED = "merged"
    RESTORED = "restored"
    FIXED = "fixed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Mark:
    """What happened at an instant; `role` is in which role somebody did it or was told, never his name."""

    at: datetime
    sign: Sign
    role: str = ""


PATIENCE = timedelta(minutes=1)
"""After how long without an acceptance a step counts as not told."""
_TELLS = {Event.STEP: Sign.TOLD, Event.APPROVAL: Sign.APPROVAL_ASKED, Event.CALL_OUT: Sign.CALL_ASKED}
"""What the acceptance of a notice of a step says."""
_PLAIN: dict[str, Sign] = {
    FactKind.INCIDENT_FLAPPING: Sign.FLAPPING,
    FactKind.INCIDENT_ACK_EXPIRED: Sign.EXPIRED,
    FactKind.INCIDENT_HANDED: Sign.HANDED,
    FactKind.INCIDENT_ETA: Sign.ETA,
    FactKind.STORM_CARRIES: Sign.STORM,
    FactKind.INCIDENT_MERGED: Sign.MERGED,
    FactKind.INCIDENT_CLOSED: Sign.CLOSED,
    FactKind.INCIDENT_DISMISSED: Sign.CLOSED,
}
_BY_DUTY: dict[str, Sign] = {
    FactKind.INCIDENT_ACKNOWLEDGED: Sign.TAKEN,
    FactKind.INCIDENT_NOTED: Sign.NOTED,
    FactKind.INCIDENT_ESCALATED: Sign.ESCALATED,
    FactKind.INCIDENT_URGED: Sign.URGED,
}
_BY_ORGANISATION: dict[str, Sign] = {
    FactKind.STEP_APPROVED: Sign.APPROVED,
    FactKind.STEP_DECLINED: Sign.DECLINED,
    FactKind.INCIDENT_RECEIPT: Sign.RECEIPT,
}


def marks(
    incident: Incident,
    rows: Sequence[Row],
    now: datetime,
    roles: Callable[[str], str],
    addressee: Callable[[PolicyStep], str],
) -> Iterator[Mark]:
    """Yield what happened, not in order.

    `roles` names a duty or an organisation, `addressee` whom a step names.
    """
    yield Mark(incident.occurred_at, Sign.FIRST_BAD)
    # A whole was judged by the oldest of its looks, which may lie before the one that failed.
    yield Mark(max(incident.occurred_at, incident.detected_at), Sign.DETECTED)
    yield from _told(incident, rows, now, addressee)
    for row in rows:
        if row.kind == FactKind.DAEMON_WAS_DOWN:
            yield Mark(min(row.ts, instant(row, "from") or row.ts), Sign.NOT_RUNNING)
        if row.incident != incident.id:
            continue
        refs = row.refs
        if row.kind in _PLAIN:
            yield Mark(row.ts, _PLAIN[row.kind])
        elif row.kind in _BY_DUTY:
            yield Mark(row.ts, _BY_DUTY[row.kind], roles(_text(refs.get("duty"))))
        elif row.kind in _BY_ORGANISATION:
            yield Mark(row.ts, _BY_ORGANISATION[row.kind], roles(_text(refs.get("organisation"))))
        elif row.kind == FactKind.INCIDENT_CALL:
            missed = refs.get("answered") == "not_answered"
            sign, role = (Sign.NOT_ANSWERED if missed else Sign.CALLED), roles(_text(refs.get("organisation")))
            yield Mark(instant(row, "called") or row.ts, sign, role)
        elif row.kind == FactKind.INCIDENT_DIARY and refs.get("event") in list(Sign):
            yield Mark(instant(row, "happened") or row.ts, Sign(refs["event"]))
        elif row.kind == FactKind.INCIDENT_REOPENED:
            yield Mark(instant(row, "first_bad") or row.ts, Sign.AGAIN)
        elif row.kind == FactKind.INCIDENT_RESTORED:
            yield Mark(instant(row, "restored") or row.ts, Sign.RESTORED)
        elif row.kind == FactKind.INCIDENT_FIXED:
            yield Mark(instant(row, "fixed") or row.ts, Sign.FIXED)


def _told(
    incident: Incident, rows: Iterable[Row], now: datetime, addressee: Callable[[PolicyStep], str]
) -> Iterator[Mark]:
    """Yield each step that somebody was told of, at the instant at which the first channel had taken it; one that none
    has taken, when it fell due."""
    waits: dict[int, datetime] = {}
    had: set[tuple[Any, ...]] = set()
    for row in rows:
        step = row.refs.get("step")
        if row.incident != incident.id or not isinstance(step, int) or is_group(str(row.refs.get("person"))):
            continue  # who reads along in a group was not told
        if row.kind == FactKind.STEP_FIRED:
            had = {one for one in had if one[0] != step}
            waits[step] = row.ts
        elif row.kind == FactKind.NOTICE_SUPERSEDED:
            waits.pop(step, None)  # somebody had it before it could be told
        elif row.kind == FactKind.NOTICE_ACCEPTED and row.refs.get("event") in _TELLS:
            sign = _TELLS[Event(row.refs["event"])]
            key = step, sign, row.refs.get("organisation")
            if row.refs.get("channel") in IMPERSONAL or key in had:
                continue
            had.add(key)
            waits.pop(step, None)
            yield Mark(instant(row, "accepted") or row.ts, sign, addressee(step_of(incident.policy, step)))
    for step, at in waits.items():
        if now - at >= PATIENCE:
            yield Mark(at, Sign.NOT_TOLD, addressee(step_of(incident.policy, step)))


def instant(row: Row, name: str) -> datetime | None:
    """Return an instant that a row refers to, None when it names none that can be read."""
    try:
        at = datetime.fromisoformat(str(row.refs.get(name)))
    except ValueError:
        return None
    return at if at.tzinfo is not None else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
