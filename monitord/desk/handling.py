"""What people do about an incident from the terminal or a page, besides taking it; each is a row with their name.

An act is refused to who is not on duty in the incident's unit, in words that say what there is to do.
"""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from monitord.desk.act import Act, ActRefused
from monitord.desk.acting import Press
from monitord.desk.approvals import approvals
from monitord.desk.by_hand import UnknownIncident, named
from monitord.desk.calls import answered
from monitord.desk.context import GRACE, Context, write
from monitord.desk.ladders import ladder_time
from monitord.desk.reports import restored_by_hand
from monitord.desk.said import proposed
from monitord.desk.security import confirm, to_call
from monitord.domain import handling
from monitord.domain.dutybook import duty_in
from monitord.domain.incident import Diary, Incident, Phase
from monitord.domain.journal import FactKind, stamp
from monitord.domain.network import BY_HAND
from monitord.store import tables as t
from monitord.store.rows import Moment
from monitord.store.tx import Tx


def act(tx: Tx, context: Context, what: str, shown: str, person: str, given: Mapping[str, Any], at: Moment) -> Incident:
    """Do one act on the incident that `shown` names, as that person, and return the incident as it is then.

    UnknownIncident when the number names none or several, ActRefused when the act may not be. `given` are the act's
    own values, instants as ISO 8601 with their zone.
    """
    does = _ACTS.get(what)
    if does is None:
        raise ActRefused(f"there is no act {what!r}: {', '.join(sorted(_ACTS))}")
    incident = named(tx, shown, running_only=what in _RUNNING_ONLY)
    book = context.book(tx, at, GRACE)
    if person not in book.people:
        raise UnknownIncident(f"nobody has the id {person!r}")
    duty = duty_in(incident.unit, person, book, at.now) or duty_in(incident.unit, person, book, at.now - GRACE)
    if duty is None and person not in (incident.assigned_to, *_named(context, incident)):
        raise ActRefused(f"{person} is not on duty in {incident.unit} now: who is may do it (`monitord who`)")
    if what in _RUNNING_ONLY and not incident.running:
        raise ActRefused(f"{incident.code} does not run any more: it is {incident.phase}")
    return does(Act(tx, context, incident, person, duty or "", book, at, given))


def touched(press: Press, what: str, duty: str, given: Mapping[str, Any]) -> Incident:
    """Do one act as a button or a typed command does it, by whoever has the right to; ActRefused when it cannot be."""
    person, at = press.person.id, press.at
    act = Act(press.tx, press.context, press.incident, person, duty, press.book, at, given, press.update)
    return _ACTS[what](act)


def _named(context: Context, incident: Incident) -> tuple[str, ...]:
    """Return who may speak of a suspicion besides those on duty: who is named to hear of it."""
    lane = context.settings.lanes.get(incident.lane or "")
    return lane.named if lane is not None and incident.suspected else ()


def _note(act: Act) -> Incident:
    refs: dict[str, Any] = {"internal": 1} if act.flag("internal") else {}
    # What is noted as the cause is found again when the incident is closed; one of the usual ones by its key.
    refs |= {"about": "cause"} if act.flag("cause") else {}
    refs |= {"usual": usual} if (usual := act.text("usual")) else {}
    return act.remark(FactKind.INCIDENT_NOTE, refs, text=act.text("text", needed=True))


def _instruct(act: Act) -> Incident:
    if not act.leads:
        raise ActRefused(f"{act.person} does not lead {act.incident.unit} now: write a note (`monitord incident note`)")
    text = act.text("text", needed=True)
    return act.remark(FactKind.INCIDENT_INSTRUCTED, {"duty": act.duty}, text=text)


def _call(act: Act) -> Incident:
    answered: str | None = "not_answered" if act.flag("unanswered") else "answered"
    if act.flag("outcome_unsaid"):
        answered = None
    organisation = act.text("organisation") or None
    known = act.context.settings.organisations
    if organisation is not None and organisation not in known:
        raise ActRefused(f"there is no organisation {organisation!r}: {', '.join(known)}")
    refs = {"called": stamp(act.past("at")), "answered": answered, "organisation": organisation}
    whom = act.text("whom") or (known[organisation].name if organisation else act.text("whom", needed=True))
    return act.remark(FactKind.INCIDENT_CALL, refs, whom=whom, text=act.text("text"))


def _confirm(act: Act) -> Incident:
    if not act.incident.suspected:
        raise ActRefused(f"{act.incident.code} is no suspicion")
    return confirm(act.tx, act.context, act.incident, act.person, act.at)


def _dismiss(act: Act) -> Incident:
    if not act.incident.suspected:
        raise ActRefused(f"{act.incident.code} is no suspicion: what was confirmed is closed with cause and measures")
    reason = act.text("reason", needed=True)
    told = act.tx.told(act.incident.id)
    decision = handling.dismissed(act.incident, act.person, act.at.now, reason, told)
    write(act.tx, decision, act.at)
    return decision.incident


def _all_called(act: Act) -> None:
    """Refuse the end of a security incident before every authority of its lane was spoken to."""
    missing = to_call(act.tx, act.context, act.incident)
    if missing:
        organisations = act.context.settings.organisations
        named = ", ".join(f"{organisations[n].name} {organisations[n].phone} ({n})" for n in missing)
        raise ActRefused(f"call first, and write it down (`monitord incident call --org ID`): {named}")


def _diary(act: Act) -> Incident:
    event = act.text("event", needed=True)
    if event not in list(Diary):
        raise ActRefused(f"`event` must be one of {', '.join(Diary)}")
    refs = {"event": event, "happened": stamp(act.past("at"))}
    return act.remark(FactKind.INCIDENT_DIARY, refs, text=act.text("text", needed=event == Diary.OTHER))


def _ticket(act: Act) -> Incident:
    ticket = act.text("ticket", needed=True)
    if len(ticket) > 64 or not ticket.isprintable():
        raise ActRefused("`ticket` is a number of at most 64 characters")
    return act.remark(FactKind.INCIDENT_TICKET, {"ticket": ticket})


def _correct(act: Act) -> Incident:
    """A correction is a new line with its reason; the line it corrects stays as it is."""
    text = act.text("row", needed=True)
    mine = sa.select(t.journal.c.seq).where(t.journal.c.incident == act.incident.id)
    row = int(text) if text.isascii() and text.isdigit() and len(text) < 15 else 0
    if act.tx.sql.execute(mine.where(t.journal.c.seq == row)).first() is None:
        raise ActRefused(f"{text!r} is no row of {act.incident.code}: `monitord log show --incident` has the numbers")
    return act.remark(
        FactKind.INCIDENT_CORRECTED,
        {"row": row},
        text=act.text("text", needed=True),
        reason=act.text("reason", needed=True),
    )


def _eta(act: Act) -> Incident:
    if act.incident.phase is not Phase.ACKNOWLEDGED:
        raise ActRefused(f"nobody has taken {act.incident.code} yet: take it first, then say when it will work again")
    ladder_now = ladder_time(act.tx, act.incident.id, act.at)
    decision = handling.expected(act.incident, act.person, act.ahead("at"), act.at.now, ladder_now)
    write(act.tx, decision, act.at)
    return decision.incident


def _escalate(act: Act) -> Incident:
    # What was taken begins a round of its own, in which nothing was approved and nobody was spoken to.
    same_round = act.incident.phase is Phase.OPEN
    approved = frozenset(approvals(act.tx, act.incident.id, act.incident.round)) if same_round else frozenset()
    book = act.context.ladder_book(act.tx, act.at, act.incident)
    spoken = frozenset(answered(act.tx, act.incident, act.incident.ladder_from)) if same_round else frozenset()
    # From here on the ladder counts by the wall again, whatever the wall clock did before.
    decision = handling.escalated(act.incident, act.person, act.duty, book, act.at.now, approved, spoken)
    write(act.tx, act.signed(decision), act.at)
    return decision.incident


def _hand(act: Act) -> Incident:
    to = act.text("to", needed=True)
    if to not in act.book.people or to == act.person:
        raise ActRefused(f"{to!r} is nobody else: name the id of the person who shall take it")
    decision = handling.handed(act.incident, act.person, to, act.book, act.at.now)
    if not decision.notices:
        raise ActRefused(f"no message reaches {to}: call, and write the call down (`monitord incident call`)")
    return act.noted(decision)


def _remind(act: Act) -> Incident:
    until = act.ahead("at")
    decision = handling.reminded(act.incident, act.person, until, act.book)
    if not decision.notices:
        raise ActRefused(f"no message reaches {act.person}: nobody could be reminded")
    decision = act.signed(decision)
    act.tx.append(decision.facts, act.at)
    for notice in decision.notices:
        act.tx.queue(notice, act.at.now, until)
    return act.incident


def _restore(act: Act) -> Incident:
    if act.incident.suspected:
        raise ActRefused(f"{act.incident.code} is a suspicion: confirm or dismiss it")
    return restored_by_hand(act.tx, act.incident, act.person, act.past("at"), act.at)


def _fix(act: Act) -> Incident:
    incident = act.incident
    _all_called(act)
    if incident.running and incident.target.startswith(BY_HAND):
        incident = _restore(act)
    if incident.phase is not Phase.RESTORED:
        raise ActRefused(f"{incident.code} is {incident.phase}: only what works again can be called repaired")
    return act.noted(handling.fixed(incident, act.person, act.past("at"), act.tx.told(incident.id)))


def _close(act: Act) -> Incident:
    """A leader closes; somebody else on duty proposes it, and a leader's closing takes over what was proposed."""
    _all_called(act)
    if act.incident.phase not in (Phase.RESTORED, Phase.FIXED):
        raise ActRefused(f"{act.incident.code} is {act.incident.phase}: only what works again can be closed")
    cause, measures = act.text("cause"), act.text("measures")
    if act.leads and not cause:
        cause, measures = proposed(act.tx, act.incident) or ("", "")
    if not cause or not measures:
        raise ActRefused("`cause` and `measures` must say something: why it happened, and what was done")
    if not act.leads:
        return act.remark(FactKind.INCIDENT_CLOSE_PROPOSED, {"duty": act.duty}, cause_text=cause, measures=measures)
    told = act.tx.told(act.incident.id)
    duty = act.context.settings.units[act.incident.unit].leader_duty
    return act.noted(handling.closed(act.incident, act.person, duty, act.at.now, cause, measures, told))


def _merge(act: Act) -> Incident:
    if not act.incident.target.startswith(BY_HAND):
        raise ActRefused(f"{act.incident.code} was seen by the checks: what people reported is merged into it")
    into = named(act.tx, act.text("into", needed=True), running_only=False)
    if into.id == act.incident.id or into.phase is Phase.CLOSED:
        raise ActRefused(f"{into.code} cannot take it up: name another incident that is not closed")
    told = act.tx.told(act.incident.id)
    gone, kept = handling.merged(act.incident, into, act.person, act.at.now, told)
    write(act.tx, gone, act.at)
    act.tx.append(kept.facts, act.at)
    act.tx.save(kept.incident)
    return gone.incident


_ACTS: Mapping[str, Callable[[Act], Incident]] = {
    "note": _note,
    "call": _call,
    "diary": _diary,
    "ticket": _ticket,
    "correct": _correct,
    "eta": _eta,
    "escalate": _escalate,
    "hand": _hand,
    "remind": _remind,
    "restore": _restore,
    "fix": _fix,
    "close": _close,
    "merge": _merge,
    "instruct": _instruct,
    "confirm": _confirm,
    "dismiss": _dismiss,
}
_RUNNING_ONLY = frozenset({"eta", "escalate", "hand", "remind", "restore", "confirm", "dismiss"})
