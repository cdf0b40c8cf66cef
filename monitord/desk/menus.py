"""Menus under a message: opened and closed by its reader, by an edit in place that rings nowhere.

The edit is a row of the outbox like any other, so that a menu survives a restart; a press that opens one decides
nothing and is no row of the journal.
"""

from functools import partial

from monitord.desk.acting import Press
from monitord.desk.editing import letter_of
from monitord.desk.touching import already_closed, by, unchanged
from monitord.domain.incident import Phase
from monitord.domain.menus import HOLDS, Asked, Menu, takers
from monitord.domain.notice import EDITABLE, Event, Notice, Priority
from monitord.domain.update import Update
from monitord.texts.story import Pressed, PressResult


def more(press: Press) -> Pressed:
    """Open what is done seldom."""
    return opened(press, Menu.MORE, "more")


def whom(press: Press) -> Pressed:
    """Show to whom the incident can be handed; where nobody is there, say so and leave the buttons as they are."""
    may = partial(opened, press, Menu.HAND, "hand")
    if by(press) is None or not is_readers(press) or not press.incident.running:
        return may()
    if not takers(press.incident, press.person.id, press.context.book(press.tx, press.at)):
        return unchanged(press, "hand", PressResult.NOBODY_ELSE, press.at.now)
    return may()


def why(press: Press) -> Pressed:
    """Show what an incident usually comes from; also when it is over, until it is closed."""
    return opened(press, Menu.CAUSE, "cause", over_too=True)


def back(press: Press) -> Pressed:
    """Show what stood there before; whoever reads it may."""
    if not is_readers(press):
        return press.refused("not_yours")
    show(press, Menu.MAIN)
    return press.answer(PressResult.CLOSED_MENU)


def opened(
    press: Press, menu: Menu, what: str, result: PressResult = PressResult.MENU, *, over_too: bool = False
) -> Pressed:
    """Show a menu to who may work on what runs, or with `over_too` on what is not closed, under his own message."""
    if by(press) is None:
        return press.refused("not_on_duty")
    if not is_readers(press):
        return press.refused("not_yours")
    if press.incident.phase is Phase.CLOSED:
        return already_closed(press, what)
    if not press.incident.running and not over_too:
        return unchanged(press, what, PressResult.ALREADY_OVER, press.incident.restored_at)
    show(press, menu)
    return press.answer(result)


def is_readers(press: Press) -> bool:
    """Return whether the presser reads the message himself, in a chat where messages can be edited: nobody opens a menu
    under another's thumb."""
    notice = press.notice
    return (
        isinstance(press.update, Update)
        and notice is not None
        and notice["person"] == press.person.id
        and notice["organisation"] is None
        and notice["channel"] in EDITABLE
    )


def is_old(press: Press) -> bool:
    """Return whether the menu in which it was pressed holds no more."""
    return press.menu is not None and press.at.now - press.menu["created_at"] > HOLDS


def show(press: Press, menu: Menu) -> None:
    """Owe the presser's message the buttons of a menu."""
    update = press.update
    assert isinstance(update, Update)
    letter = letter_of(press.tx, press.notice)
    under = update.message_ref or ""
    asked = Asked(menu, update.update_id, under if under.isascii() and under.isdigit() and len(under) < 19 else "")
    edit = Notice(
        press.incident.id,
        Event.MENU_EDIT,
        press.person.id,
        letter["channel"],
        Priority.FOLLOW_UP,
        step=letter["step"],
        round=letter["round"],
        edits=letter["id"],
        subject=asked.subject,
    )
    press.tx.queue(edit, press.at.now)
