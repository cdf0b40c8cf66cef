"""Whom and what a letter mentions: who was told and asked, who has it, what comes next, whom to call."""

import json
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from monitord.desk.approvals import approvals
from monitord.desk.context import Context
from monitord.domain.decision import TimerKind
from monitord.domain.dutybook import DutyBook, duty_in, step_name
from monitord.domain.group import is_group
from monitord.domain.health import Health
from monitord.domain.incident import Incident, Phase
from monitord.domain.journal import FactKind
from monitord.domain.network import BY_HAND
from monitord.domain.notice import Event, NoticeState
from monitord.domain.policy import LEAVING, PolicyStep, Whom, is_again, step_of
from monitord.domain.quiet import quiet_until
from monitord.domain.roster import on_duty
from monitord.domain.steps import is_called
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx
from monitord.texts.story import Next, Taken, Told, ToldState


def name_of(context: Context, incident: Incident) -> str:
    """Return what an incident is about, in one line."""
    device, target = context.targets.get(incident.target, (None, None))
    lane = context.settings.lanes.get(incident.lane or "")
    if lane is not None:
        return lane.name
    if device is not None and target is not None:
        return context.words.target(device.name, target.title, target.instance or "")
    return incident.detail if incident.target.startswith(BY_HAND) else incident.target


def step_of_person(tx: Tx, row: Any) -> int | None:
    """A follow-up speaks to its reader in the role in which the step found him."""
    mine = sa.and_(
        t.outbox.c.incident == row["incident"],
        t.outbox.c.person == row["person"],
        t.outbox.c.step.is_not(None),
        t.outbox.c.event != Event.CALL_OUT,
    )
    found: int | None = tx.sql.execute(
        sa.select(t.outbox.c.step).where(mine).order_by(t.outbox.c.id.desc()).limit(1)
    ).scalar()
    return found


def coming(tx: Tx, context: Context, incident: Incident, book: DutyBook, unnamed: str = "") -> Next | None:
    """Return the next step of an open incident; None when nothing comes. `unnamed` stands for a name where none may."""
    armed = sa.and_(t.timer.c.incident == incident.id, t.timer.c.state == "armed", t.timer.c.kind == TimerKind.STEP)
    row = tx.sql.execute(sa.select(t.timer).where(armed)).mappings().first()
    if row is None or incident.phase is not Phase.OPEN:
        return None
    step = step_of(incident.policy, row["step"])
    unit = context.settings.units.get(incident.unit)
    called = is_called(step, book)
    asks = step.whom in LEAVING and not called and (unit is None or unit.auto_send_order is None)
    due: datetime = row["due"]
    at = quiet_until(step.quiet, due, book.zone) or due
    return Next(
        at,
        step_name(step, book, unnamed=unnamed),
        again=is_again(incident.policy, row["step"]) > 0,
        asks=asks,
        calls=called,
    )


def told(tx: Tx, incident: Incident, book: DutyBook) -> tuple[Told, ...]:
    """Return who was told by a step of the present round, and what came of it."""
    states = {
        NoticeState.PENDING: ToldState.WAITING,
        NoticeState.LEASED: ToldState.WAITING,
        NoticeState.SENT: ToldState.ACCEPTED,
        NoticeState.DEAD: ToldState.FAILED,
    }
    wanted = (
        sa.select(t.outbox)
        .where(t.outbox.c.incident == incident.id, t.outbox.c.event == Event.STEP, t.outbox.c.round == incident.round)
        .order_by(t.outbox.c.id)
    )
    found = []
    for row in tx.sql.execute(wanted).mappings():
        state = states.get(NoticeState(row["state"]))
        if state is None or is_group(row["person"]):
            continue
        if state is ToldState.WAITING and row["last_cause"] is not None:
            state = ToldState.UNCERTAIN if row["uncertain"] else ToldState.FAILED
        person = book.people.get(row["person"])
        role = step_name(step_of(incident.policy, row["step"] or 0), book)
        name = person.name if person else row["person"]
        found.append(Told(row["accepted_at"] or row["created_at"], role, name, row["channel"], state))
    return tuple(found)


def taken(context: Context, incident: Incident, book: DutyBook, row: Any) -> Taken | None:
    """Return who took it last, None when nobody did."""
    if incident.acknowledged_at is None or incident.acknowledged_by is None:
        return None
    person = book.people.get(incident.acknowledged_by)
    duty = duty_in(incident.unit, incident.acknowledged_by, book, incident.acknowledged_at)
    kind = context.settings.duty_kinds.get(duty or "")
    return Taken(
        at=incident.acknowledged_at,
        name=person.name if person else incident.acknowledged_by,
        role=kind.name if kind else "",
        yours=incident.acknowledged_by == row["person"],
        expires_at=incident.ack_expires_at,
    )


def noted(tx: Tx, incident: Incident, book: DutyBook, row: Any) -> Taken | None:
    """Who knows of it, or asks for it, for those the request is sent back to: `subject` names him."""
    if row["event"] not in (Event.SENT_BACK, Event.URGED):
        return None
    who = row["subject"].partition("@")[0]
    person = book.people.get(who)
    return Taken(row["created_at"], person.name if person else who)


def handed_by(book: DutyBook, row: Any) -> Taken | None:
    """Who handed it to the reader, or took it from him: `subject` names him."""
    if row["event"] not in (Event.HANDED, Event.TAKEN_AWAY):
        return None
    person = book.people.get(row["subject"].partition("@")[0])
    return Taken(row["created_at"], person.name) if person else None


def contact(context: Context, incident: Incident, book: DutyBook, at: Moment) -> str:
    """Whom another organisation calls: the unit's first duty of the policy, by its role and telephone."""
    return _reached_by(incident.policy.steps[0], incident.unit, book, at)


def desk_contact(context: Context, unit: str, book: DutyBook, at: Moment) -> str:
    """Return so where there is no incident: by the policy of what is gravest."""
    return _reached_by(context.settings.policy_for(unit, 1).steps[0], unit, book, at)


def _reached_by(step: PolicyStep, unit: str, book: DutyBook, at: Moment) -> str:
    for name in on_duty(book.shifts, unit, step.ref, at.now) if step.whom is Whom.DUTY else ():
        if (person := book.people.get(name)) and person.phone:
            return f"{step_name(step, book)} {person.phone}"
    return ""


def order(context: Context, incident: Incident, row: Any) -> str | None:
    """Return the order by which a report leaves the unit without approval, or None."""
    unit = context.settings.units.get(incident.unit)
    return unit.auto_send_order if unit and row["organisation"] else None


def approver(tx: Tx, incident: Incident, row: Any, book: DutyBook) -> str:
    """Return the name of the leader who approved a report, empty when none did."""
    if row["organisation"] is None:
        return ""
    approval = approvals(tx, incident.id, row["round"]).get(row["organisation"])
    actor = approval.person if approval else ""
    person = book.people.get(actor)
    return person.name if person else ""


def shift_phones(incident: Incident, book: DutyBook, reader: str) -> list[tuple[str, str]]:
    """Return name and telephone of who is on the first duty of the policy and has one, the reader left out."""
    step = incident.policy.steps[0]
    names = on_duty(book.shifts, incident.unit, step.ref, book.at) if step.whom is Whom.DUTY else ()
    people = [book.people[name] for name in names if name in book.people and name != reader]
    return [(person.name, person.phone) for person in people if person.phone]


def desk_role(incident: Incident, book: DutyBook) -> str:
    """Return the name of the duty that makes the calls: the first one that the ladder names."""
    desk = next((step for step in incident.policy.steps if step.whom is Whom.DUTY), None)
    return step_name(desk, book) if desk is not None else ""


def was(row: Any) -> Health | None:
    """Return in which health its reader heard of an incident before, for the notice of a change; `subject` says it."""
    return Health(row["subject"].partition(">")[0]) if row["event"] == Event.CHANGED else None


def raised_from(tx: Tx, incident: Incident) -> int | None:
    """Return the severity from which an incident rose when its present round began, None when that began otherwise."""
    if not incident.round:
        return None
    j = t.journal.c
    kinds = (FactKind.INCIDENT_CHANGED, FactKind.STORM_WAVE)
    wanted = sa.select(j.refs).where(j.incident == incident.id, j.kind.in_(kinds))
    refs = tx.sql.execute(wanted.order_by(j.seq.desc()).limit(1)).scalar()
    found = json.loads(refs) if refs is not None else {}
    return int(found["severity_was"]) if found.get("round") == incident.round and "severity_was" in found else None


def asked(tx: Tx, incident: Incident, book: DutyBook, row: Any) -> tuple[Taken, ...]:
    """Return the leaders who were asked before the reader of a request for approval, in this round."""
    if row["event"] != Event.APPROVAL:
        return ()
    o = t.outbox.c
    before = sa.and_(o.event == Event.APPROVAL, o.round == incident.round, o.created_at < row["created_at"])
    wanted = sa.select(o.person, sa.func.min(o.created_at).label("at")).where(o.incident == incident.id, before)
    rows = tx.sql.execute(wanted.where(o.person != row["person"]).group_by(o.person).order_by("at", o.person))
    return tuple(Taken(at, book.people[name].name if name in book.people else name) for name, at in rows)
