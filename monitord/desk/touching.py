"""What is done about an incident at a touch beside taking it: the team was called, a reminder, the next level now.

By a button or typed, by whoever may take it. The same again within two minutes is a second touch of the same thought:
it changes nothing, and is a row.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitord.desk.act import ActRefused
from monitord.desk.acting import AGAIN, ASKED, Press, right
from monitord.desk.handling import touched
from monitord.domain.incident import Phase
from monitord.domain.journal import Fact, FactKind
from monitord.store import tables as t
from monitord.texts.story import Pressed, PressResult

HAS_IT = "has_it"
"""Why somebody may who is on no duty any more: he took it."""
SNOOZE = timedelta(minutes=30)
"""What the button puts a reminder off by."""


@dataclass(frozen=True, slots=True)
class Done:
    """What somebody did a moment ago, and what the row of it refers to."""

    at: datetime
    person: str
    refs: Mapping[str, Any]


def called(press: Press, text: str = "") -> Pressed:
    """Write down that the response team was called."""
    duty = by(press)
    if duty is None:
        return press.refused("not_on_duty")
    if not press.incident.running:
        return unchanged(press, "called", PressResult.ALREADY_OVER, press.incident.restored_at)
    before = lately(press, FactKind.INCIDENT_CALL, press.person.id)
    if before is not None and not text:
        return unchanged(press, "called", PressResult.CALLED, before.at)
    whom = press.context.words.page["response_team"]
    touched(press, "call", duty, {"whom": whom, "text": text, "outcome_unsaid": True})
    return press.done(PressResult.CALLED)


def snooze(press: Press, ahead: timedelta = SNOOZE) -> Pressed:
    """Ask the presser again after a while; the ladder of what nobody has taken goes on."""
    duty = by(press)
    if duty is None:
        return press.refused("not_on_duty")
    if not press.incident.running:
        return unchanged(press, "snooze", PressResult.ALREADY_OVER, press.incident.restored_at)
    until = press.at.now + ahead
    waits = _reminder(press)
    if waits is not None and abs(until - waits) < AGAIN:
        return unchanged(press, "snooze", PressResult.SNOOZED, waits)
    try:
        touched(press, "remind", duty, {"at": until.isoformat()})
    except ActRefused:
        return unchanged(press, "snooze", PressResult.NOT_REACHED, None)
    return press.answer(PressResult.SNOOZED, when=until)


def escalate(press: Press) -> Pressed:
    """Tell the next level now, whoever has it: what was taken is taken no more."""
    duty = by(press)
    if duty is None:
        return press.refused("not_on_duty")
    if not press.incident.running:
        return unchanged(press, "escalate", PressResult.ALREADY_OVER, press.incident.restored_at)
    before = lately(press, FactKind.INCIDENT_ESCALATED)
    if before is not None:
        return unchanged(press, "escalate", PressResult.ALREADY_ESCALATED, before.at)
    touched(press, "escalate", duty, {})
    return press.done(PressResult.ESCALATED)


def by(press: Press) -> str | None:
    """Return by what somebody may: as who may take it, or because he has it, or had it to the end, whatever became of
    his duty since."""
    incident, lane = press.incident, press.context.settings.lanes.get(press.incident.lane or "")
    if (duty := right(press)) is not None:
        return duty
    if incident.phase is not Phase.OPEN and incident.acknowledged_by == press.person.id:
        return HAS_IT
    # Who is named to hear of a suspicion may speak of it.
    return ASKED if incident.suspected and lane is not None and press.person.id in lane.named else None


def lately(press: Press, kind: FactKind, person: str | None = None, having: str = "") -> Done | None:
    """Return how the same was done a moment ago, by that person or, for None, by anybody; None where it was not. Of
    rows of one kind `having` names the reference that makes them the same.
    """
    j = t.journal.c
    wanted = sa.select(j.ts, j.actor, j.refs).where(
        j.incident == press.incident.id, j.kind == kind, j.ts > press.at.now - AGAIN, j.ts <= press.at.now
    )
    if person is not None:
        wanted = wanted.where(j.actor == person)
    rows = press.tx.sql.execute(wanted.order_by(j.seq.desc()))
    found = (Done(row.ts, row.actor or "", json.loads(row.refs)) for row in rows)
    return next((one for one in found if not having or having in one.refs), None)


def _reminder(press: Press) -> datetime | None:
    """Return for when the presser asked to be reminded last."""
    j = t.journal.c
    mine = sa.and_(j.incident == press.incident.id, j.kind == FactKind.INCIDENT_REMINDER, j.actor == press.person.id)
    refs = press.tx.sql.execute(sa.select(j.refs).where(mine).order_by(j.seq.desc()).limit(1)).scalar()
    return None if refs is None else datetime.fromisoformat(json.loads(refs)["until"])


def unchanged(
    press: Press, what: str, result: PressResult, when: datetime | None, name: str | None = None, to: str = ""
) -> Pressed:
    """Write down a touch that changes nothing, and return what the presser is told: by whom (himself unless `name`
    says another) it was done before, and when."""
    incident = press.incident
    refs: dict[str, Any] = press.refs(what=what, phase=incident.phase)
    press.tx.append([Fact(FactKind.INCIDENT_UNCHANGED, incident.id, incident.target, press.person.id, refs)], press.at)
    return press.answer(result, press.person.name if name is None else name, when=when, to=to)


def already_closed(press: Press, what: str) -> Pressed:
    """Write down a touch of what is closed, and return by whom it was, and when."""
    j = t.journal.c
    kinds = (FactKind.INCIDENT_CLOSED, FactKind.INCIDENT_MERGED, FactKind.INCIDENT_DISMISSED)
    wanted = sa.select(j.actor).where(j.incident == press.incident.id, j.kind.in_(kinds))
    actor = press.tx.sql.execute(wanted.order_by(j.seq.desc()).limit(1)).scalar()
    who = press.book.people.get(actor or "")
    closed = PressResult.ALREADY_CLOSED
    return unchanged(press, what, closed, press.incident.closed_at, who.name if who else "")


def somebody_has_it(press: Press, what: str) -> Pressed:
    """Write down a touch of what somebody has taken, and return who, and since when."""
    incident = press.incident
    holder = press.book.people.get(incident.acknowledged_by or "")
    mine = incident.acknowledged_by == press.person.id
    result = PressResult.ALREADY_YOURS if mine else PressResult.ALREADY_TAKEN
    return unchanged(press, what, result, incident.acknowledged_at, holder.name if holder else "")
