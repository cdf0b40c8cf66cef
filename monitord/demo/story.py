"""The story the demo plays, and the check that it came out right.

Against the roster, the journal and the telephones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitord.demo.talk import Act, Entry
from monitord.domain.group import is_group
from monitord.domain.incident import Incident, Phase
from monitord.domain.journal import FactKind, Row
from monitord.domain.notice import Event, NoticeState
from monitord.domain.policy import PolicyStep, Whom
from monitord.domain.roster import on_duty
from monitord.settings.model import Settings
from monitord.store import tables as t
from monitord.store.rows import incident_of, journal_row, shift_of

PUNCTUAL = timedelta(seconds=3)
"""How late a step may be accepted by the telephone before the story counts as wrong."""


@dataclass(frozen=True, slots=True)
class Told:
    """One accepted message of the incident."""

    event: Event
    step: int | None
    person: str
    organisation: str | None
    accepted_at: datetime
    text: str
    chat: int | None


@dataclass(frozen=True, slots=True)
class Night:
    """What the database says of the story: the incident, its rows and its messages."""

    incident: Incident | None
    rows: tuple[Row, ...]
    told: tuple[Told, ...]
    armed: int
    others: int


def read_night(connection: sa.Connection, target: str) -> Night:
    """Return what is known of the newest incident of a target."""
    newest = sa.select(t.incident).where(t.incident.c.target == target).order_by(t.incident.c.id.desc()).limit(1)
    found = connection.execute(newest).mappings().first()
    incident = None if found is None else incident_of(found)
    others = connection.execute(sa.select(sa.func.count()).where(t.incident.c.target != target)).scalar() or 0
    rows = connection.execute(sa.select(t.journal).order_by(t.journal.c.seq)).mappings()
    if incident is None:
        return Night(None, tuple(journal_row(r) for r in rows), (), 0, others)
    sent = (
        sa.select(t.outbox, t.person.c.telegram)
        .join(t.person, t.person.c.id == t.outbox.c.person, isouter=True)
        .where(t.outbox.c.incident == incident.id, t.outbox.c.state == NoticeState.SENT)
        .order_by(t.outbox.c.accepted_at, t.outbox.c.id)
    )
    told = tuple(
        Told(Event(r["event"]), r["step"], r["person"], r["organisation"], r["accepted_at"], r["text"], r["telegram"])
        for r in connection.execute(sent).mappings()
    )
    armed = sa.select(sa.func.count()).where(t.timer.c.incident == incident.id, t.timer.c.state == "armed")
    return Night(incident, tuple(journal_row(r) for r in rows), told, connection.execute(armed).scalar() or 0, others)


def shifts(connection: sa.Connection) -> tuple[Any, ...]:
    """Return every shift the daemon imported."""
    return tuple(shift_of(row) for row in connection.execute(sa.select(t.shift)).mappings())


def wrong(night: Night, settings: Settings, roster: Sequence[Any], phones: Sequence[Entry]) -> list[str]:
    """Return everything in which the night differs from the story, in words; empty when it came out right."""
    incident = night.incident
    if incident is None:
        return ["no incident opened"]
    faults = [] if night.others == 0 else [f"{night.others} other incidents opened although nothing else was broken"]
    faults += _order_faults(night, incident)
    for number, step in enumerate(_fallen_due(incident)):
        due = incident.opened_at + step.after
        called = step.whom is Whom.ORGANISATION and settings.organisations[step.ref].called
        if step.whom is Whom.DUTY:
            expected = on_duty(roster, incident.unit, step.ref, due)
        elif called:  # by the shift, with the telephone
            expected = on_duty(roster, incident.unit, incident.policy.steps[0].ref, due)
        else:
            expected = settings.organisations[step.ref].contacts
        event = Event.CALL_OUT if called else Event.STEP
        got = [m for m in night.told if m.event is event and m.step == number and not is_group(m.person)]
        if {m.person for m in got} != set(expected):
            faults.append(f"step {number}: told {sorted(m.person for m in got)}, the roster says {sorted(expected)}")
        for message in got:
            late = message.accepted_at - due
            if not -timedelta(milliseconds=50) <= late <= PUNCTUAL:
                faults.append(f"step {number}: {message.person} was told {late.total_seconds():+.1f} s off its instant")
    reached = {m.person for m in night.told if m.event is Event.STEP}
    restored = {m.person for m in night.told if m.event is Event.RESTORED}
    if restored != reached:
        faults.append(f"told of the fault {sorted(reached)}, told of its end {sorted(restored)}")
    if incident.phase is not Phase.RESTORED or night.armed:
        faults.append(f"the incident is {incident.phase} with {night.armed} timers armed")
    return faults + _phone_faults(night, incident, phones)


def _fallen_due(incident: Incident) -> tuple[PolicyStep, ...]:
    """Return the steps that fell due before somebody took the incident; whoever watches may take it at any time."""
    taken = incident.acknowledged_at or datetime.max.replace(tzinfo=UTC)
    return tuple(step for step in incident.policy.steps if incident.opened_at + step.after < taken)


def _order_faults(night: Night, incident: Incident) -> list[str]:
    kinds = [r.kind for r in night.rows if r.incident == incident.id or r.target == incident.target]
    wanted = [
        FactKind.TARGET_SOFT,
        FactKind.TARGET_HARD,
        FactKind.INCIDENT_OPENED,
        *[FactKind.STEP_FIRED] * len(_fallen_due(incident)),
        FactKind.INCIDENT_ACKNOWLEDGED,
        FactKind.INCIDENT_RESTORED,
    ]
    place = 0
    for kind in kinds:
        # The first verdict after a start is a hard row of its own; the story begins with the soft one.
        if place < len(wanted) and kind == wanted[place]:
            place += 1
    faults = [] if place == len(wanted) else [f"the journal has no {wanted[place]} where the story has it"]
    after_taking = (
        kinds[kinds.index(FactKind.INCIDENT_ACKNOWLEDGED) :] if FactKind.INCIDENT_ACKNOWLEDGED in kinds else []
    )
    if FactKind.STEP_FIRED in after_taking:
        faults.append("a step was told after somebody had taken the incident")
    return faults


def _phone_faults(night: Night, incident: Incident, phones: Sequence[Entry]) -> list[str]:
    """The telephones are the other witness: what the log calls accepted must stand there, and nothing else."""
    shown = [e for e in phones if e.act in (Act.MESSAGE, Act.EDIT) and incident.code in e.text]
    logged = {(m.chat, m.text.strip()) for m in night.told if m.chat is not None}
    seen = {(e.chat_id, e.text.strip()) for e in shown}
    faults = [f"the log says that chat {chat} got a message that is not on the telephone" for chat, _ in logged - seen]
    faults += [f"chat {chat} got a message that is not in the log" for chat, _ in seen - logged]
    return faults
