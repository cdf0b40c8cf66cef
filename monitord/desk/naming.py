"""The cause of an incident as people name it, chosen from a menu or typed: a line of its diary, a note."""

from monitord.desk.acting import Press
from monitord.desk.handling import touched
from monitord.desk.menus import is_old, is_readers, opened, show
from monitord.desk.touching import already_closed, by, lately, unchanged
from monitord.domain.incident import Phase
from monitord.domain.journal import FactKind
from monitord.domain.menus import Menu
from monitord.domain.notice import Button
from monitord.texts.story import Pressed, PressResult


def cause_is(press: Press) -> Pressed:
    """Note the cause that the presser chose; the first of two who name one within two minutes counts, and who chose
    wrongly may choose again."""
    incident, usual = press.incident, press.value
    duty, known = by(press), press.context.words.lists[Button.CAUSE_IS]
    if duty is None:
        return press.refused("not_on_duty")
    if not is_readers(press):
        return press.refused("not_yours")
    if incident.phase is Phase.CLOSED:
        return already_closed(press, "cause")
    before = lately(press, FactKind.INCIDENT_NOTE, having="usual")
    if before is not None and (before.person != press.person.id or before.refs["usual"] == usual):
        show(press, Menu.MAIN)
        who = press.book.people.get(before.person)
        name, said = who.name if who else before.person, known.get(before.refs["usual"], "")
        return unchanged(press, "cause", PressResult.CAUSE_NOTED_BEFORE, before.at, name, said)
    if is_old(press) or usual not in known:
        return opened(press, Menu.CAUSE, "cause", PressResult.OLD_MENU, over_too=True)
    note_cause(press, duty, known[usual], usual)
    show(press, Menu.MAIN)
    return press.answer(PressResult.CAUSE_NOTED, to=known[usual])


def note_cause(press: Press, duty: str, said: str, usual: str = "") -> None:
    """Write down what somebody says it comes from, one of the `usual` causes or in his own words; ActRefused for words
    that are too long."""
    text = f"{press.context.words.page['cause_noted']}: {said}"
    touched(press, "note", duty, {"text": text, "cause": True, "usual": usual})
