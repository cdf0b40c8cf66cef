"""Letters: an outbox row turned into what its reader gets, with the state of the incident at the instant of sending."""

import base64
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitord.desk import beside
from monitord.desk.approvals import approvals
from monitord.desk.context import Context
from monitord.domain import signing
from monitord.domain.decision import TimerKind
from monitord.domain.dutybook import DutyBook, duty_in, step_name
from monitord.domain.incident import Incident, Phase
from monitord.domain.network import BY_HAND
from monitord.domain.notice import Button, ButtonFace, Event, NoticeState
from monitord.domain.policy import PolicyStep, Whom, due_at, step_of
from monitord.domain.quiet import quiet_until
from monitord.domain.roster import on_duty
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx
from monitord.texts.story import Audience, Gap, Next, Story, Taken, Told, ToldState

Faces = tuple[tuple[ButtonFace, ...], ...]


def letter(tx: Tx, context: Context, key: bytes, row: Any, incident: Incident | None, at: Moment) -> tuple[str, Faces]:
    """Return the text and the buttons of an outbox row; the buttons' references are written in the same transaction."""
    event = Event(row["event"])
    words = context.words
    if incident is None or event is Event.CHANNEL_BROKEN:
        return beside.text(tx, context, row, at), ()
    if event is Event.COVERAGE:
        return words.coverage(_gap(tx, context, row, incident, at)), ()
    story = _story(tx, context, row, incident, at)
    return words.message(story), _faces(tx, context, key, row, event, incident)


def _to_leader(context: Context, row: Any, incident: Incident) -> bool:
    unit = context.settings.units.get(incident.unit)
    step = step_of(incident.policy, row["step"] or 0)
    return unit is not None and step.whom is Whom.DUTY and step.ref == unit.leader_duty


def _faces(tx: Tx, context: Context, key: bytes, row: Any, event: Event, incident: Incident) -> Faces:
    match event:
        case Event.STEP:
            actions = [Button.RECEIPT] if row["organisation"] else [Button.TAKE]
            if _to_leader(context, row, incident):
                actions = [Button.NOTED, Button.TAKE]
        case Event.REOPENED if row["organisation"]:
            actions = [Button.RECEIPT]
        case Event.SENT_BACK | Event.REOPENED | Event.HANDED | Event.REMINDER:
            actions = [Button.TAKE]
        case Event.APPROVAL:
            actions = [Button.TAKE, Button.APPROVE]
        case _:
            return ()
    faces = []
    for action in actions:
        mine = sa.and_(t.button.c.notice == row["id"], t.button.c.action == action)
        ref = tx.sql.execute(sa.select(t.button.c.ref).where(mine)).scalar()
        if ref is None:
            ref = tx.token(signing.REF_BYTES)
            tx.sql.execute(
                t.button.insert().values(
                    ref=ref, notice=row["id"], incident=row["incident"], person=row["person"], action=action
                )
            )
        faces.append(ButtonFace(context.words.button(action), signing.sign(key, ref_bytes(ref), action)))
    return tuple((face,) for face in faces)


def ref_bytes(token: str) -> bytes:
    """Return the bytes behind a token of `signing.REF_BYTES` bytes, as stored in base64url without padding."""
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))


def ref_token(raw: bytes) -> str:
    """Return the stored form of a button's reference."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _gap(tx: Tx, context: Context, row: Any, incident: Incident, at: Moment) -> Gap:
    book = context.book(tx, at)
    unit = context.settings.units.get(incident.unit)
    step = step_of(incident.policy, row["step"] or 0)
    instead = step_of(incident.policy, incident.step)
    return Gap(
        unit_name=unit.name if unit else incident.unit,
        role=step_name(step, book),
        at=row["created_at"],
        zone=context.settings.zone,
        instead=step_name(instead, book) if instead != step else "",
        code=incident.code,
        address_form=unit.address_form if unit else "đồng chí",
        drill=incident.drill,
    )


def audience(step: PolicyStep | None, organisation: str | None, leader_duty: str) -> Audience:
    """Return who reads the notice of a step."""
    if organisation is not None:
        return Audience.DEPARTMENT
    if step is None or step.whom is not Whom.DUTY:
        return Audience.OPERATIONS
    if step.ref == leader_duty:
        return Audience.LEADER
    return Audience.SHIFT if step.ref == "shift" else Audience.OPERATIONS


def _story(tx: Tx, context: Context, row: Any, incident: Incident, at: Moment) -> Story:
    settings = context.settings
    book = context.book(tx, at, timedelta(hours=12))
    device, target = context.targets.get(incident.target, (None, None))
    site = settings.sites.get(device.site) if device else None
    reported = incident.target.startswith(BY_HAND)
    lane = settings.lanes.get(incident.lane or "")
    # What is not to leave the unit is not named to another organisation, wherever the name would stand.
    outside = row["organisation"] is not None
    hidden = outside and ((site is not None and site.keep_inside) or (device is not None and device.keep_inside))
    site = None if hidden else site
    called = lane.name if lane else device.name if device else incident.detail if reported else incident.target
    called = context.words.page["kept_inside"] if hidden else called
    unit = settings.units.get(incident.unit)
    event = Event(row["event"])
    number = row["step"] if row["step"] is not None else _step_of_person(tx, row)
    step = None if number is None else step_of(incident.policy, number)
    reader = book.people.get(row["person"])
    organisation = settings.organisations.get(row["organisation"] or "")
    leader_duty = unit.leader_duty if unit else "leader"
    who = Audience.LEADER if event is Event.APPROVAL else audience(step, row["organisation"], leader_duty)
    waiting_for = settings.organisations.get(step.ref) if step and step.whom is Whom.ORGANISATION else None
    last = len(incident.policy.steps) - 1
    shift = next(
        (s for s in book.shifts if s.person == row["person"] and s.unit == incident.unit and s.covers(at.now)), None
    )
    late = None if row["late"] is None else timedelta(seconds=row["late"])
    return Story(
        event=event,
        audience=who,
        code=incident.code,
        severity=incident.severity,
        health=incident.health,
        cause=incident.cause,
        device_name=called,
        lane=lane.name if lane else "",
        suspected=incident.suspected,
        drill=incident.drill,
        unit_name=unit.name if unit else incident.unit,
        occurred_at=incident.occurred_at,
        detected_at=incident.detected_at,
        now=at.now,
        zone=settings.zone,
        detail="" if reported or hidden else incident.detail,
        title=target.title if target and not hidden else "",
        instance=(target.instance or "") if target and not hidden else "",
        site_name=site.name if site else "",
        commune=site.commune if site else "",
        recipient_name=reader.name if reader else "",
        recipient_title=reader.title if reader else "",
        recipient_role=_role(context, step, book, event, leader_duty),
        shift=(shift.start, shift.end) if shift else None,
        address_form=unit.address_form if unit else "đồng chí",
        organisation=organisation.name if organisation else waiting_for.name if waiting_for else "",
        next=_next(tx, context, incident, book),
        told=_told(tx, incident, book),
        taken=_taken(context, incident, book, row),
        noted=_noted(tx, incident, book, row),
        reopened=incident.reopened,
        episode_at=incident.episode_from,
        down_total=incident.outage(incident.restored_at or at.now) if incident.reopened else None,
        by=_by(book, row),
        into=row["subject"] if event is Event.MERGED else "",
        pause=incident.policy.noted_holds if who is Audience.LEADER and event is Event.STEP else None,
        restored_at=incident.restored_at,
        order=_order(context, incident, row),
        approved_by=_approver(tx, incident, row, book),
        due_at=due_at(incident.policy, incident.ladder_from, number)
        if late is not None and number is not None
        else None,
        late=late,
        skipped=tuple(step_name(step_of(incident.policy, n), book) for n in row["skipped"]),
        again=max(0, (number or 0) - last),
        repeat=row["uncertain"] > 0,
        contact=_contact(context, incident, book, at) if row["organisation"] else "",
    )


def _role(context: Context, step: PolicyStep | None, book: DutyBook, event: Event, leader_duty: str) -> str:
    """In which role the reader is spoken to: who is asked to approve is a leader, not one of those it would go to."""
    if event is Event.APPROVAL:
        kind = context.settings.duty_kinds.get(leader_duty)
        return kind.name if kind else leader_duty
    return step_name(step, book) if step else ""


def _step_of_person(tx: Tx, row: Any) -> int | None:
    """A follow-up speaks to its reader in the role in which the step found him."""
    mine = sa.and_(
        t.outbox.c.incident == row["incident"], t.outbox.c.person == row["person"], t.outbox.c.step.is_not(None)
    )
    found: int | None = tx.sql.execute(
        sa.select(t.outbox.c.step).where(mine).order_by(t.outbox.c.id.desc()).limit(1)
    ).scalar()
    return found


def _next(tx: Tx, context: Context, incident: Incident, book: DutyBook) -> Next | None:
    armed = sa.and_(t.timer.c.incident == incident.id, t.timer.c.state == "armed", t.timer.c.kind == TimerKind.STEP)
    row = tx.sql.execute(sa.select(t.timer).where(armed)).mappings().first()
    if row is None or incident.phase is not Phase.OPEN:
        return None
    step = step_of(incident.policy, row["step"])
    unit = context.settings.units.get(incident.unit)
    asks = step.whom is Whom.ORGANISATION and (unit is None or unit.auto_send_order is None)
    due: datetime = row["due"]
    told = quiet_until(step.quiet, due, book.zone) or due
    return Next(told, step_name(step, book), again=row["step"] >= len(incident.policy.steps), asks=asks)


def _told(tx: Tx, incident: Incident, book: DutyBook) -> tuple[Told, ...]:
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
    told = []
    for row in tx.sql.execute(wanted).mappings():
        state = states.get(NoticeState(row["state"]))
        if state is None:
            continue
        if state is ToldState.WAITING and row["last_cause"] is not None:
            state = ToldState.UNCERTAIN if row["uncertain"] else ToldState.FAILED
        person = book.people.get(row["person"])
        role = step_name(step_of(incident.policy, row["step"] or 0), book)
        name = person.name if person else row["person"]
        told.append(Told(row["accepted_at"] or row["created_at"], role, name, row["channel"], state))
    return tuple(told)


def _taken(context: Context, incident: Incident, book: DutyBook, row: Any) -> Taken | None:
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


def _noted(tx: Tx, incident: Incident, book: DutyBook, row: Any) -> Taken | None:
    """Who knows of it, for those the request is sent back to: `subject` names him."""
    if row["event"] != Event.SENT_BACK:
        return None
    person = book.people.get(row["subject"])
    return Taken(row["created_at"], person.name if person else row["subject"])


def _by(book: DutyBook, row: Any) -> Taken | None:
    """Who handed it to the reader: `subject` names him."""
    if row["event"] != Event.HANDED:
        return None
    person = book.people.get(row["subject"].partition("@")[0])
    return Taken(row["created_at"], person.name) if person else None


def _contact(context: Context, incident: Incident, book: DutyBook, at: Moment) -> str:
    """Whom another organisation calls: the unit's first duty of the policy, by its role and telephone."""
    step = incident.policy.steps[0]
    for name in on_duty(book.shifts, incident.unit, step.ref, at.now) if step.whom is Whom.DUTY else ():
        if (person := book.people.get(name)) and person.phone:
            return f"{step_name(step, book)} {person.phone}"
    return ""


def _order(context: Context, incident: Incident, row: Any) -> str | None:
    unit = context.settings.units.get(incident.unit)
    return unit.auto_send_order if unit and row["organisation"] else None


def _approver(tx: Tx, incident: Incident, row: Any, book: DutyBook) -> str:
    if row["organisation"] is None:
        return ""
    approval = approvals(tx, incident.id, row["round"]).get(row["organisation"])
    actor = approval.person if approval else ""
    person = book.people.get(actor)
    return person.name if person else ""


def spoken(at: datetime, context: Context) -> str:
    """Return an instant as it is said in an answer."""
    return context.words.clock(at, context.settings.zone, seconds=True)
