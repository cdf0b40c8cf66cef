"""What people type, to the bot in a private chat or by a channel without buttons: acts on incidents, what runs, who is
on duty."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from monitord.desk import (
    acting,
    declining,
    drawing,
    handover,
    missing,
    naming,
    no_calls,
    rollcall,
    swap_answers,
    touching,
)
from monitord.desk.act import ActRefused
from monitord.desk.approvals import approvals
from monitord.desk.context import GRACE, Context
from monitord.desk.handling import touched
from monitord.desk.mentions import name_of
from monitord.domain.commands import Command, Verb
from monitord.domain.dutybook import DutyBook, duty_in
from monitord.domain.incident import Incident, Phase, number_of
from monitord.domain.journal import Fact, FactKind
from monitord.domain.notice import Event, NoticeState
from monitord.domain.people import Person
from monitord.domain.policy import step_of
from monitord.domain.storm import unit_of
from monitord.domain.update import Heard, Update
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx
from monitord.texts.story import Pressed, PressResult
from monitord.texts.typed import DutyLine, RunningLine, TypedAnswer, TypedResult

SHOWN = 8
"""Incidents of one answer; the rest is a number."""
ASKING = (Event.STEP, Event.SENT_BACK, Event.URGED, Event.HANDED, Event.REOPENED, Event.CALL_OUT, Event.APPROVAL)
"""By what the desk asks somebody to take an incident."""
PRESSES: dict[Verb, tuple[Callable[[acting.Press], Pressed], PressResult, tuple[Event, ...]]] = {
    Verb.TAKE: (acting.take, PressResult.TAKEN, ASKING),
    Verb.NOTED: (acting.noted, PressResult.NOTED, (Event.STEP,)),
    Verb.APPROVE: (acting.approve, PressResult.APPROVED, (Event.APPROVAL,)),
    Verb.ESCALATE: (touching.escalate, PressResult.ESCALATED, ASKING),
    Verb.PICTURE: (drawing.send_picture, PressResult.PICTURED, ASKING),
}
"""What is done as by a button, what it comes to when it takes effect, and under which letters the button stands."""
LEADERS = (Verb.NOTED, Verb.APPROVE, Verb.DECLINE)
"""What only somebody does whom a letter asked to."""


def obey(
    tx: Tx, context: Context, person: Person, command: Command, update: Update | Heard, at: Moment
) -> tuple[str, bool]:
    """Do what somebody typed, and return the words to answer with and whether it took effect."""
    book = context.book(tx, at, GRACE)
    said = TypedAnswer(TypedResult.FORM, at.now, context.settings.zone, word=command.verb)
    if command.verb is not Verb.SHIFT:
        missing.noticed(tx, context, person, at, update.refs)
    if command.wrong:
        return context.words.typed(said), False
    match command.verb:
        case Verb.HELP | Verb.BIND | Verb.GROUP:
            return context.words.typed(replace(said, result=TypedResult.HELP)), True
        case Verb.SHIFT:
            pressed = rollcall.typed(tx, context, person, command.number, at, update.refs)
            return context.words.press(pressed), pressed.result is PressResult.SHIFT_TAKEN
        case Verb.GIVE:
            pressed = handover.typed(tx, context, person, at, update.refs)
            return context.words.press(pressed), pressed.result is PressResult.SHIFT_GIVEN
        case Verb.NO_CALLS:
            until = no_calls.until_of(tx, context, person.id, command.text, at)
            if until is None:
                return context.words.typed(said), False
            return context.words.press(no_calls.quiet(tx, context, person.id, until, at, update.refs)), True
        case Verb.CALLS_AGAIN:
            return context.words.press(no_calls.again(tx, person.id, at, update.refs)), True
        case Verb.SWAP | Verb.SWAP_NO:
            yes = command.verb is Verb.SWAP
            pressed = swap_answers.typed(tx, context, person, int(command.number), yes, at)
            return context.words.press(pressed), pressed.result in swap_answers.DONE
        case Verb.STATUS:
            return context.words.typed(_status(tx, context, _units(context, person, book, at), book, said)), True
        case Verb.ROSTER:
            units = _units(context, person, book, at)
            tx.append([Fact(FactKind.ROSTER_VIEWED, actor=person.id, refs={"units": units, **update.refs})], at)
            return context.words.typed(_roster(context, units, book, said)), True
    found = _meant(tx, context, person, command, book, at)
    if len(found) != 1:
        result = TypedResult.SEVERAL if found else TypedResult.NONE
        return context.words.typed(replace(said, result=result, codes=tuple(i.code for i in found))), False
    incident = found[0]
    if command.verb not in (Verb.CAUSE, Verb.INSTRUCT):
        does, done, events = PRESSES.get(command.verb) or _with_values(command)
        notice = _asked(tx, incident, person, events)
        if command.verb in (Verb.APPROVE, Verb.DECLINE) and notice is not None:
            requests = _requests(tx, incident, person)
            approved = approvals(tx, incident.id, incident.round)
            waiting = [row for organisation, row in requests.items() if organisation not in approved]
            if len(waiting) > 1:
                to = tuple(_organisation(context, incident, row) for row in waiting)
                return context.words.typed(replace(said, result=TypedResult.WHICH, code=incident.code, codes=to)), False
            # Approved already: what there is says so.
            notice = waiting[0] if waiting else next(reversed(requests.values()), None)
        if notice is None and command.verb in LEADERS:
            return context.words.typed(replace(said, result=TypedResult.NOT_ASKED, code=incident.code)), False
        pressed = does(acting.Press(tx, context, incident, person, book, at, update, notice))
        if pressed.result is PressResult.REFUSED:
            return context.words.typed(replace(said, result=TypedResult.NOT_ON_DUTY)), False
        return context.words.press(pressed), pressed.result is done
    press = acting.Press(tx, context, incident, person, book, at, update)
    does_it = _instruct if command.verb is Verb.INSTRUCT else _note_cause
    answer = does_it(press, command.text, replace(said, code=incident.code))
    return context.words.typed(answer), answer.result in (TypedResult.CAUSE, TypedResult.INSTRUCTED)


def _with_values(command: Command) -> tuple[Callable[[acting.Press], Pressed], PressResult, tuple[Event, ...]]:
    """Return what does a command that says more than a button can: whom, or how long."""
    if command.verb is Verb.SNOOZE:
        ahead = timedelta(minutes=command.minutes)
        return partial(touching.snooze, ahead=ahead), PressResult.SNOOZED, ASKING
    if command.verb is Verb.DECLINE:
        return partial(declining.decline, text=command.text), PressResult.DECLINED, (Event.APPROVAL,)
    return partial(touching.called, text=command.text), PressResult.CALLED, ASKING


def _meant(tx: Tx, context: Context, person: Person, command: Command, book: DutyBook, at: Moment) -> list[Incident]:
    """Return the incidents that a number may name, of those that concern this person: what runs elsewhere, and a
    suspicion of which he was not told, has no number for him. Of what is over only the cause can be named, until it is
    closed, and pictures be had; one that runs goes before it."""
    number = command.number
    named = [
        one
        for one in tx.running_incidents()
        if (one.code == number if "-" in number else number_of(one.code) == int(number))
    ]
    if not named and command.verb in (Verb.CAUSE, Verb.PICTURE):
        over = tx.incidents_of(number) if "-" in number else tx.lately_over(int(number))
        phases = (Phase.RESTORED, Phase.FIXED, *([Phase.CLOSED] if command.verb is Verb.PICTURE else []))
        named = [one for one in over if one.phase in phases and ("-" in number or _new(one, at))]
    return [one for one in named if _concerns(tx, context, one, person, book, at)]


def _new(one: Incident, at: Moment) -> bool:
    """Return whether an incident was over so lately that its short number still means it: numbers come again daily."""
    return one.restored_at is not None and at.now - one.restored_at < timedelta(days=1)


def _concerns(tx: Tx, context: Context, one: Incident, person: Person, book: DutyBook, at: Moment) -> bool:
    if one.suspected:
        lane = context.settings.lanes.get(one.lane or "")
        return lane is not None and person.id in lane.named
    on_duty = _on_duty(one.unit, person, book, at)
    return on_duty or one.assigned_to == person.id or _asked(tx, one, person) is not None


def _asked(tx: Tx, incident: Incident, person: Person, events: tuple[Event, ...] = ASKING) -> Any:
    """Return the last notice by which the desk itself asked a person about an incident, None where it did not: he has
    the rights that its buttons give."""
    o = t.outbox.c
    wanted = sa.select(t.outbox).where(
        o.incident == incident.id, o.person == person.id, o.organisation.is_(None), o.event.in_(events)
    )
    return tx.sql.execute(wanted.order_by(o.id.desc()).limit(1)).mappings().first()


def _organisation(context: Context, incident: Incident, row: Any) -> str:
    ref = step_of(incident.policy, row["step"]).ref
    known = context.settings.organisations.get(ref)
    return known.name if known else ref


def _requests(tx: Tx, incident: Incident, person: Person) -> dict[str, Any]:
    """Return the requests for approval of this round that reached a person, or may have: the newest for each
    organisation. What he never read he cannot have meant."""
    o = t.outbox.c
    reached = sa.or_(o.state.in_([NoticeState.SENT, NoticeState.LEASED]), o.uncertain > 0)
    wanted = sa.select(t.outbox).where(
        o.incident == incident.id,
        o.person == person.id,
        o.event == Event.APPROVAL,
        o.round == incident.round,
        reached,
    )
    return {step_of(incident.policy, row["step"]).ref: row for row in tx.sql.execute(wanted.order_by(o.id)).mappings()}


def _note_cause(press: acting.Press, text: str, said: TypedAnswer) -> TypedAnswer:
    duty = touching.by(press)
    if duty is None:
        return replace(said, result=TypedResult.NOT_ON_DUTY)
    try:
        naming.note_cause(press, duty, text)
    except ActRefused:
        return replace(said, result=TypedResult.FAILED)
    return replace(said, result=TypedResult.CAUSE)


def _instruct(press: acting.Press, text: str, said: TypedAnswer) -> TypedAnswer:
    if not press.leads:
        return replace(said, result=TypedResult.NOT_ON_DUTY)
    try:
        touched(press, "instruct", press.duty() or "", {"text": text})
    except ActRefused:
        return replace(said, result=TypedResult.FAILED)
    return replace(said, result=TypedResult.INSTRUCTED)


def _on_duty(unit: str, person: Person, book: DutyBook, at: Moment) -> bool:
    return any(duty_in(unit, person.id, book, when) is not None for when in (at.now, at.now - GRACE))


def _units(context: Context, person: Person, book: DutyBook, at: Moment) -> list[str]:
    """Return the units in which somebody is on duty, or the one where he works."""
    mine = [unit for unit in context.settings.units if _on_duty(unit, person, book, at)]
    return mine or [unit for unit in context.settings.units if unit == person.home]


def _status(tx: Tx, context: Context, units: list[str], book: DutyBook, said: TypedAnswer) -> TypedAnswer:
    """Return what runs in these units: storms, then the gravest; a suspicion is for those whom it names. Who belongs to
    another organisation reads what is sent there, and hears nothing of what runs here."""
    if not units:
        return replace(said, result=TypedResult.NOT_ON_DUTY)
    mine = [one for one in tx.running_incidents() if one.unit in units and not one.suspected]
    mine.sort(key=lambda one: (unit_of(one.target) is None, one.severity, one.id))
    lines = (_line(context, one, book) for one in mine[:SHOWN])
    return replace(said, result=TypedResult.STATUS, running=tuple(lines), count=len(mine))


def _line(context: Context, incident: Incident, book: DutyBook) -> RunningLine:
    name = name_of(context, incident)
    holder = book.people.get(incident.acknowledged_by or "") if incident.phase == "acknowledged" else None
    return RunningLine(incident.code, incident.severity, name, incident.occurred_at, holder.name if holder else "")


def _roster(context: Context, units: list[str], book: DutyBook, said: TypedAnswer) -> TypedAnswer:
    """Return who is on duty in these units, the duties in the order of the settings."""
    if not units:
        return replace(said, result=TypedResult.NOT_ON_DUTY)
    kinds = context.settings.duty_kinds
    order = {duty: place for place, duty in enumerate(kinds)}
    lines = []
    for unit in units:
        here = [shift for shift in book.shifts if shift.unit == unit and shift.covers(said.at)]
        for shift in sorted(here, key=lambda one: (order.get(one.duty, len(order)), one.start, one.person)):
            if (holder := book.people.get(shift.person)) is not None:
                role = kinds[shift.duty].name if shift.duty in kinds else shift.duty
                lines.append(DutyLine(context.settings.units[unit].name, role, holder.name, holder.phone))
    return replace(said, result=TypedResult.ROSTER, duties=tuple(lines))
