"""A leader's "gọi trực ca": the shift is asked again by a message that rings, and he has its number, one to one."""

from monitord.desk.acting import Press, may_lead
from monitord.desk.mentions import shift_phones
from monitord.desk.menus import is_readers, show
from monitord.desk.touching import lately, somebody_has_it, unchanged
from monitord.domain import handling
from monitord.domain.incident import Phase
from monitord.domain.journal import FactKind
from monitord.domain.menus import Menu
from monitord.texts.story import Pressed, PressResult


def ring(press: Press) -> Pressed:
    """Ask the shift again at once to take an incident, once in two minutes whoever asks; the number of the shift stands
    in the answer, and under the message."""
    incident, at = press.incident, press.at
    if not may_lead(press):
        return press.refused("not_the_leader")
    if not is_readers(press):
        return press.refused("not_yours")
    if not incident.running:
        return unchanged(press, "ring", PressResult.ALREADY_OVER, incident.restored_at)
    if incident.phase is not Phase.OPEN:
        return somebody_has_it(press, "ring")
    book = press.context.book(press.tx, at)
    phones = shift_phones(incident, book, press.person.id)
    call = "; ".join(map(" ".join, phones[:2]))
    if phones:
        show(press, Menu.PHONES)
    before = lately(press, FactKind.INCIDENT_URGED)
    if before is not None:
        who = press.book.people.get(before.person)
        result = PressResult.RUNG_BEFORE if before.refs["people"] else PressResult.NOT_RUNG
        return unchanged(press, "ring", result, before.at, who.name if who else before.person, call)
    duty = press.context.settings.units[incident.unit].leader_duty
    decision = press.signed(handling.urged(incident, press.person.id, duty, book, at.now))
    press.tx.append(decision.facts, at)
    for notice in decision.notices:
        press.tx.queue(notice, at.now)
    return press.answer(PressResult.RUNG if decision.notices else PressResult.NOT_RUNG, when=at.now, to=call)
