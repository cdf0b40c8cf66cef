"""What people press: one transaction {update row, effect, journal, offset}.

Identity is the numeric id and nothing else.
"""

import json
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from monitord.desk.approvals import approvals
from monitord.desk.context import GRACE, Context, write
from monitord.desk.letters import ref_token
from monitord.desk.timers import ladder_time
from monitord.domain import escalation, signing
from monitord.domain.decision import Decision
from monitord.domain.dutybook import DutyBook, duty_in
from monitord.domain.incident import Incident, Phase
from monitord.domain.journal import Fact, FactKind, stamp
from monitord.domain.notice import Button, Event
from monitord.domain.people import Person
from monitord.domain.policy import Whom, step_of
from monitord.domain.roster import on_duty
from monitord.domain.update import Answer, Update, UpdateKind
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx
from monitord.texts.story import Pressed, PressResult

OFFSET = "telegram_offset"
ACCEPTED = frozenset({PressResult.TAKEN, PressResult.NOTED, PressResult.RECEIPT, PressResult.APPROVED})
NUMBERED_ANEW = 10_000
"""An update id this far below the offset was numbered anew (core.telegram.org/bots/api, Update)."""


def offset(tx: Tx) -> int | None:
    """Return the first update id not yet committed."""
    kept = tx.get(OFFSET)
    return None if kept is None else int(kept)


def take_update(tx: Tx, context: Context, key: bytes, update: Update, at: Moment) -> Answer:
    """Commit an update once; one that was seen before is answered as it was and changes nothing."""
    seen = tx.sql.execute(sa.select(t.tg_update.c.answer).where(t.tg_update.c.update_id == update.update_id)).scalar()
    if seen is not None:
        _advance(tx, update)
        return Answer(seen, accepted=False)
    answer = Answer()
    if update.kind is UpdateKind.PRESS:
        pressed = _press(tx, context, key, update, at)
        accepted = pressed.result in ACCEPTED
        answer = Answer(context.words.press(pressed), accepted, pressed.result is PressResult.REFUSED)
    # A stranger's chatter is not kept: the offset alone moves on.
    if update.kind is UpdateKind.PRESS:
        tx.sql.execute(
            t.tg_update.insert().values(
                update_id=update.update_id,
                received=at.now,
                user_id=update.user_id,
                kind=update.kind,
                answer=answer.text,
            )
        )
    _advance(tx, update)
    return answer


def _advance(tx: Tx, update: Update) -> None:
    kept = offset(tx)
    # After a week without updates Telegram numbers them anew, from anywhere: far below is not old, it is new.
    if kept is None or update.update_id >= kept or kept - update.update_id > NUMBERED_ANEW:
        tx.put(OFFSET, str(update.update_id + 1))


def _press(tx: Tx, context: Context, key: bytes, update: Update, at: Moment) -> Pressed:
    book = context.book(tx, at, GRACE)
    presser = next((p for p in book.people.values() if p.telegram == update.user_id), None)
    read = signing.read(key, update.data)
    row = None
    if read is not None:
        wanted = sa.and_(t.button.c.ref == ref_token(read[0]), t.button.c.action == read[1])
        row = tx.sql.execute(sa.select(t.button).where(wanted)).mappings().first()
    incident = tx.incident(row["incident"]) if row is not None else None
    if presser is None or row is None or incident is None:
        return _refuse(tx, update, presser, incident, "stranger" if presser is None else "not_ours", at)
    notice = tx.sql.execute(sa.select(t.outbox).where(t.outbox.c.id == row["notice"])).mappings().one()
    match Button(row["action"]):
        case Button.TAKE:
            asked_for = _asked_in_place(tx, context, incident, presser, notice)
            return take(tx, context, incident, presser, book, at, update, asked_for)
        case Button.RECEIPT:
            return _receipt(tx, context, incident, presser, notice, update, at)
        case Button.NOTED:
            return _noted(tx, context, incident, presser, notice, book, update, at)
        case Button.APPROVE:
            return _approve(tx, context, incident, presser, notice, book, update, at)


def _by_update(decision: Decision, update: Update) -> Decision:
    """Name the update in the decision's first row, so that a press can be found in the journal exactly once."""
    first = replace(decision.facts[0], refs={**decision.facts[0].refs, "update": update.update_id})
    return replace(decision, facts=(first, *decision.facts[1:]))


def _asked_in_place(tx: Tx, context: Context, incident: Incident, person: Person, notice: Any) -> str | None:
    """Return the duty for which the desk itself asked a person who was not on it: a stand-in, or one a step names."""
    if notice["person"] != person.id or notice["organisation"] is not None:
        return None
    step = step_of(incident.policy, notice["step"] or 0)
    duty = step.ref
    if notice["event"] == Event.APPROVAL:
        unit = context.settings.units.get(incident.unit)
        duty = unit.leader_duty if unit else duty
    elif step.whom is not Whom.DUTY:
        return duty
    listed = on_duty(tx.shifts_at(notice["created_at"]), incident.unit, duty, notice["created_at"])
    return None if person.id in listed else duty


def take(
    tx: Tx,
    context: Context,
    incident: Incident,
    person: Person,
    book: DutyBook,
    at: Moment,
    update: Update | None = None,
    asked_for: str | None = None,
) -> Pressed:
    """Decide "tiếp nhận" by a person: anyone on duty in the incident's unit, whatever the duty; the first has it.

    `asked_for` is the duty for which the desk asked a person who is not on the roster.
    """
    zone = context.settings.zone
    duty = duty_in(incident.unit, person.id, book, at.now)
    if duty is None:
        duty = duty_in(incident.unit, person.id, book, at.now - GRACE)
    duty = duty or asked_for
    if duty is None:
        return _refuse(tx, update, person, incident, "not_on_duty", at)
    match incident.phase:
        case Phase.OPEN:
            decision = escalation.acknowledged(incident, person.id, duty, at.now, tx.told(incident.id))
            write(tx, decision if update is None else _by_update(decision, update), at)
            return Pressed(PressResult.TAKEN, incident.code, person.name, _duty_name(context, duty), at.now, zone)
        case Phase.ACKNOWLEDGED if incident.acknowledged_by == person.id:
            result = PressResult.ALREADY_YOURS
        case Phase.ACKNOWLEDGED:
            result = PressResult.ALREADY_TAKEN
        case Phase.RESTORED:
            result = PressResult.ALREADY_OVER
    refs: dict[str, Any] = {"phase": incident.phase, "by": incident.acknowledged_by, "duty": duty}
    if update is not None:
        refs["update"] = update.update_id
    tx.append([Fact(FactKind.INCIDENT_PRESSED_AGAIN, incident.id, incident.target, person.id, refs)], at)
    holder = book.people.get(incident.acknowledged_by or "")
    when = incident.restored_at if incident.phase is Phase.RESTORED else incident.acknowledged_at
    return Pressed(result, incident.code, holder.name if holder else "", "", when, zone)


def _noted(
    tx: Tx,
    context: Context,
    incident: Incident,
    person: Person,
    notice: Any,
    book: DutyBook,
    update: Update,
    at: Moment,
) -> Pressed:
    """A leader knows of it: once a round and leader the steps above him wait, and the shift is asked again."""
    zone = context.settings.zone
    leaders = _leaders(context, incident, book)
    if person.id not in leaders and _asked_in_place(tx, context, incident, person, notice) is None:
        return _refuse(tx, update, person, incident, "not_the_leader", at)
    if incident.phase is not Phase.OPEN:
        return take(tx, context, incident, person, book, at, update, asked_for=person.id)
    unit = context.settings.units[incident.unit]
    known = sa.and_(
        t.journal.c.incident == incident.id, t.journal.c.kind == FactKind.INCIDENT_NOTED, t.journal.c.actor == person.id
    )
    before = [json.loads(refs) for refs in tx.sql.execute(sa.select(t.journal.c.refs).where(known)).scalars()]
    if all(refs["round"] != incident.round for refs in before):
        ladder_now = ladder_time(tx, incident.id, at)
        decision = escalation.noted(incident, person.id, unit.leader_duty, book, ladder_now)
        write(tx, _by_update(decision, update), at, ladder_now)
    return Pressed(PressResult.NOTED, incident.code, person.name, "", at.now, zone)


def _leaders(context: Context, incident: Incident, book: DutyBook) -> set[str]:
    unit = context.settings.units.get(incident.unit)
    return {s.person for s in book.shifts if s.unit == incident.unit and unit and s.duty == unit.leader_duty}


def _receipt(
    tx: Tx, context: Context, incident: Incident, person: Person, notice: Any, update: Update, at: Moment
) -> Pressed:
    organisation = context.settings.organisations.get(notice["organisation"] or "")
    if organisation is None or (person.id not in organisation.contacts and person.id != notice["person"]):
        return _refuse(tx, update, person, incident, "not_a_contact", at)
    refs = {"organisation": organisation.id, "notice": notice["id"], "update": update.update_id}
    tx.append([Fact(FactKind.INCIDENT_RECEIPT, incident.id, incident.target, person.id, refs)], at)
    return Pressed(PressResult.RECEIPT, incident.code, person.name, "", at.now, context.settings.zone)


def _approve(
    tx: Tx,
    context: Context,
    incident: Incident,
    person: Person,
    notice: Any,
    book: DutyBook,
    update: Update,
    at: Moment,
) -> Pressed:
    zone = context.settings.zone
    leaders = _leaders(context, incident, book)
    # Who was asked in place of a leader whom no message reaches may answer; a leader whose duty is over may not.
    if person.id not in leaders and _asked_in_place(tx, context, incident, person, notice) is None:
        return _refuse(tx, update, person, incident, "not_the_leader", at)
    if incident.phase is Phase.RESTORED:
        return Pressed(PressResult.ALREADY_OVER, incident.code, "", "", incident.restored_at, zone)
    step = step_of(incident.policy, notice["step"])
    if step.whom is not Whom.ORGANISATION:
        # The policy was replaced by a severer one since this was asked; what is due now is asked anew.
        return _refuse(tx, update, person, incident, "asked_anew", at)
    organisation = step.ref
    before = approvals(tx, incident.id, incident.round).get(organisation)
    if before is not None:
        by = book.people.get(before.person)
        return Pressed(PressResult.ALREADY_APPROVED, incident.code, by.name if by else "", "", before.at, zone)
    decision = escalation.approved(incident, notice["step"], person.id, book, at.now)
    tx.append(decision.facts, at)
    for told in decision.notices:
        tx.queue(told, at.now)
    return Pressed(PressResult.APPROVED, incident.code, person.name, "", at.now, zone)


def _duty_name(context: Context, duty: str) -> str:
    kind = context.settings.duty_kinds.get(duty)
    return kind.name if kind else duty


def _refuse(
    tx: Tx, update: Update | None, person: Person | None, incident: Incident | None, why: str, at: Moment
) -> Pressed:
    """Write the attempt down and answer with neutral words; what was sent is kept apart, it is a stranger's text."""
    refs: dict[str, Any] = {"why": why}
    private = {}
    if update is not None:
        refs["update"] = update.update_id
        private = {"user": str(update.user_id), "name": update.user_name, "data": update.data}
    if incident is not None:
        refs["at_phase"] = incident.phase
        refs["opened"] = stamp(incident.opened_at)
    fact = Fact(
        FactKind.PRESS_REFUSED,
        None if incident is None else incident.id,
        None if incident is None else incident.target,
        None if person is None else person.id,
        refs,
        private or None,
    )
    tx.append([fact], at)
    return Pressed(PressResult.REFUSED)
