"""What a person does about an incident: takes it, knows of it, confirms its receipt, approves its report."""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from monitord.desk.approvals import approvals, declined
from monitord.desk.context import GRACE, Context, write
from monitord.desk.ladders import ladder_time
from monitord.domain import escalation
from monitord.domain.decision import Decision
from monitord.domain.dutybook import DutyBook, duty_in, leads
from monitord.domain.incident import Incident, Phase
from monitord.domain.journal import Fact, FactKind, stamp
from monitord.domain.notice import Event
from monitord.domain.people import Person
from monitord.domain.policy import LEAVING, Whom, step_of
from monitord.domain.roster import on_duty
from monitord.domain.update import Heard, Update
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx
from monitord.texts.story import Pressed, PressResult

HANDED = "handed"
"""Why somebody takes an incident who is on no duty: it was handed to him."""
AGAIN = timedelta(minutes=2)
"""How long the same again, by whomever, is a second touch of the same thought."""
ASKED = "asked"
"""Why somebody takes an incident who is on no duty: a step names him."""


@dataclass(frozen=True, slots=True)
class Press:
    """Who acts on which incident, with the duty book of that moment.

    `update` is what came in, `notice` (an outbox row) the letter whose button was pressed or that is answered; an order
    given at the machine has neither. `menu` is the row of the menu in which it was pressed, `value` what was chosen.
    """

    tx: Tx
    context: Context
    incident: Incident
    person: Person
    book: DutyBook
    at: Moment
    update: Update | Heard | None = None
    notice: Any = None
    menu: Any = None
    value: str = ""

    def duty(self) -> str | None:
        """Return the duty that the presser has in the incident's unit, or had a moment ago; None without one."""
        unit, person, now = self.incident.unit, self.person.id, self.at.now
        return duty_in(unit, person, self.book, now) or duty_in(unit, person, self.book, now - GRACE)

    @property
    def leads(self) -> bool:
        """Return whether the presser is on the leader's duty of the incident's unit, whatever else he is on."""
        return leads(self.incident.unit, self.person.id, self.book)

    def answer(
        self, result: PressResult, name: str = "", duty: str = "", when: datetime | None = None, to: str = ""
    ) -> Pressed:
        """Return what the presser is told."""
        return Pressed(result, self.incident.code, name, duty, when, self.context.settings.zone, to)

    def done(self, result: PressResult, duty: str = "") -> Pressed:
        """Return the answer to a press that took effect now."""
        return self.answer(result, self.person.name, duty, self.at.now)

    def refused(self, why: str) -> Pressed:
        """Write the refusal down and return its neutral words."""
        return refuse(self.tx, self.at, self.update, self.person, self.incident, why)

    def refs(self, **more: Any) -> dict[str, Any]:
        """Return what a journal row refers to, with the update by which the press is found."""
        return more if self.update is None else {**more, **self.update.refs}

    def signed(self, decision: Decision) -> Decision:
        """Name the update in the decision's first row, so that a press can be found in the journal exactly once."""
        first = replace(decision.facts[0], refs=self.refs(**decision.facts[0].refs))
        return replace(decision, facts=(first, *decision.facts[1:]))


def take(press: Press) -> Pressed:
    """Decide "tiếp nhận" by a person: anyone on duty in the incident's unit, whatever the duty; the first has it.

    Who is not on the roster may when the desk itself asked, under the letter that asked.
    """
    tx, incident, person, at = press.tx, press.incident, press.person, press.at
    duty = right(press)
    if duty is None:
        return press.refused("not_on_duty")
    match incident.phase:
        case Phase.OPEN | Phase.ACKNOWLEDGED if _to_be_taken(incident, person):
            ladder_now = ladder_time(tx, incident.id, at)
            decision = escalation.acknowledged(incident, person.id, duty, at.now, tx.told(incident.id), ladder_now)
            write(tx, press.signed(decision), at)
            kind = press.context.settings.duty_kinds.get(duty)
            return press.done(PressResult.TAKEN, kind.name if kind else "")
        case Phase.ACKNOWLEDGED if incident.acknowledged_by == person.id:
            result = PressResult.ALREADY_YOURS
        case Phase.ACKNOWLEDGED:
            result = PressResult.ALREADY_TAKEN
        case _:
            result = PressResult.ALREADY_OVER
    return _pressed_again(press, result, duty)


def _pressed_again(press: Press, result: PressResult, duty: str | None) -> Pressed:
    """Write down a press that changes nothing, and say who has it, or that it is over."""
    incident = press.incident
    refs = press.refs(phase=incident.phase, by=incident.acknowledged_by, duty=duty)
    fact = Fact(FactKind.INCIDENT_PRESSED_AGAIN, incident.id, incident.target, press.person.id, refs)
    press.tx.append([fact], press.at)
    holder = press.book.people.get(incident.acknowledged_by or "")
    when = incident.acknowledged_at if incident.running else incident.restored_at
    return press.answer(result, holder.name if holder else "", when=when)


def right(press: Press) -> str | None:
    """Return by what somebody works on an incident: his duty in its unit, the one in whose place he was asked, or that
    it was handed to him; None without any.
    """
    duty = press.duty() or _asked_in_place(press)
    return HANDED if duty is None and press.incident.assigned_to == press.person.id else duty


def _to_be_taken(incident: Incident, person: Person) -> bool:
    """Return whether a press takes it: nobody has it, or who has it handed it to the presser."""
    if incident.phase is Phase.OPEN:
        return True
    return incident.assigned_to == person.id and incident.acknowledged_by != person.id


def noted(press: Press) -> Pressed:
    """A leader knows of it: once a round and leader the steps above him wait, and the shift is asked again."""
    tx, incident, person = press.tx, press.incident, press.person
    if not may_lead(press):
        return press.refused("not_the_leader")
    if incident.phase is not Phase.OPEN:
        # To know of it is not to take it, not even where it was handed to him.
        mine = incident.acknowledged_by == person.id
        result = PressResult.ALREADY_YOURS if mine else PressResult.ALREADY_TAKEN
        return _pressed_again(press, result if incident.running else PressResult.ALREADY_OVER, press.duty())
    known = sa.and_(
        t.journal.c.incident == incident.id, t.journal.c.kind == FactKind.INCIDENT_NOTED, t.journal.c.actor == person.id
    )
    before = [json.loads(refs) for refs in tx.sql.execute(sa.select(t.journal.c.refs).where(known)).scalars()]
    if all(refs["round"] != incident.round for refs in before):
        ladder_now = ladder_time(tx, incident.id, press.at)
        duty = press.context.settings.units[incident.unit].leader_duty
        decision = escalation.noted(incident, person.id, duty, press.book, ladder_now)
        write(tx, press.signed(decision), press.at, ladder_now)
    return press.done(PressResult.NOTED)


def receipt(press: Press) -> Pressed:
    """Another organisation's contact confirms that the report has come in."""
    incident, person, notice = press.incident, press.person, press.notice
    organisation = press.context.settings.organisations.get(notice["organisation"] or "")
    if organisation is None or (person.id not in organisation.contacts and person.id != notice["person"]):
        return press.refused("not_a_contact")
    refs = press.refs(organisation=organisation.id, notice=notice["id"])
    press.tx.append([Fact(FactKind.INCIDENT_RECEIPT, incident.id, incident.target, person.id, refs)], press.at)
    return press.done(PressResult.RECEIPT)


def approve(press: Press) -> Pressed:
    """A leader approves the report to another organisation; the first approval of a round counts. He may do so after he
    decided not to report yet, another leader not within two minutes of that.
    """
    tx, incident, notice = press.tx, press.incident, press.notice
    if not may_lead(press):
        return press.refused("not_the_leader")
    if not incident.running:
        return press.answer(PressResult.ALREADY_OVER, when=incident.restored_at)
    step = step_of(incident.policy, notice["step"])
    if step.whom not in LEAVING:
        # The policy was replaced by a severer one since this was asked; what is due now is asked anew.
        return press.refused("asked_anew")
    before = approvals(tx, incident.id, incident.round).get(step.ref)
    if before is not None:
        by = press.book.people.get(before.person)
        return press.answer(PressResult.ALREADY_APPROVED, by.name if by else "", when=before.at)
    no = declined(tx, incident.id, incident.round).get(step.ref)
    if no is not None and no.person != press.person.id and press.at.now - no.at < AGAIN:
        by = press.book.people.get(no.person)
        return press.answer(PressResult.ALREADY_DECLINED, by.name if by else "", when=no.at)
    decision = escalation.approved(incident, notice["step"], press.person.id, press.book, press.at.now)
    tx.append(decision.facts, press.at)
    for told in decision.notices:
        tx.queue(told, press.at.now)
    to = press.context.settings.organisations.get(step.ref)
    return press.done(PressResult.APPROVED, to.name if to else "")


def may_lead(press: Press) -> bool:
    """Return whether a leader of the unit presses, or who was asked in place of one whom no message reaches.

    A leader whose duty is over may not.
    """
    return press.leads or _asked_in_place(press) is not None


def _asked_in_place(press: Press) -> str | None:
    """Return the duty for which the desk itself asked a stand-in who was not on it, ASKED for one whom a step names."""
    notice, person, incident = press.notice, press.person, press.incident
    if notice is None or notice["person"] != person.id or notice["organisation"] is not None:
        return None
    if notice["event"] in (Event.HANDED, Event.TAKEN_AWAY, Event.REMINDER, Event.TAKEN_EDIT, Event.RESTORED_EDIT):
        return None  # whom it was handed to, and who has it, is known from the incident
    step = step_of(incident.policy, notice["step"] or 0)
    duty = step.ref
    if notice["event"] == Event.APPROVAL:
        unit = press.context.settings.units.get(incident.unit)
        duty = unit.leader_duty if unit else duty
    elif step.whom is not Whom.DUTY:
        return ASKED
    listed = on_duty(press.tx.shifts_at(notice["created_at"]), incident.unit, duty, notice["created_at"])
    return None if person.id in listed else duty


def refuse(
    tx: Tx, at: Moment, update: Update | Heard | None, person: Person | None, incident: Incident | None, why: str
) -> Pressed:
    """Write the attempt down and answer with neutral words; what was sent is kept apart, it is a stranger's text."""
    refs: dict[str, Any] = {"why": why}
    private: dict[str, str] = {}
    if update is not None:
        refs |= update.refs
        private = update.private
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
