"""An incident handed to another at a touch: to one of those who were on duty when the menu was shown."""

from monitord.desk.act import ActRefused
from monitord.desk.acting import Press
from monitord.desk.handling import touched
from monitord.desk.menus import is_old, is_readers, opened, show
from monitord.desk.touching import Done, by, lately, somebody_has_it, unchanged
from monitord.domain.journal import FactKind
from monitord.domain.menus import Menu, may_hand_on, takers
from monitord.texts.story import Pressed, PressResult


def hand_to(press: Press) -> Pressed:
    """Hand the incident to whom the presser chose; the first of two who do so within two minutes counts, and who chose
    wrongly may choose again."""
    incident, to = press.incident, press.value
    duty = by(press)
    if duty is None:
        return press.refused("not_on_duty")
    if not is_readers(press):
        return press.refused("not_yours")
    if not incident.running:
        return unchanged(press, "hand", PressResult.ALREADY_OVER, incident.restored_at)
    if not may_hand_on(incident, press.person.id, press.leads):
        return somebody_has_it(press, "hand")
    before = lately(press, FactKind.INCIDENT_HANDED)
    if before is not None and (before.person != press.person.id or before.refs["to"] == to):
        return _handed_already(press, before)
    book = press.context.book(press.tx, press.at)
    if is_old(press) or to not in [choice.value for choice in takers(incident, press.person.id, book)]:
        return opened(press, Menu.HAND, "hand", PressResult.OLD_MENU)
    try:
        touched(press, "hand", duty, {"to": to})
    except ActRefused:
        return opened(press, Menu.HAND, "hand", PressResult.OLD_MENU)
    show(press, Menu.MAIN)
    return press.answer(PressResult.HANDED, when=press.at.now, to=press.book.people[to].name)


def _handed_already(press: Press, before: Done) -> Pressed:
    """Say who handed it to whom, and when; the message has its own buttons again."""
    show(press, Menu.MAIN)
    by_whom, to = (press.book.people.get(one) for one in (before.person, before.refs["to"]))
    return unchanged(
        press,
        "hand",
        PressResult.ALREADY_HANDED,
        before.at,
        by_whom.name if by_whom else before.person,
        to.name if to else before.refs["to"],
    )
