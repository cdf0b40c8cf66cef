"""Menus: what the buttons of a message change into, and who or what can be chosen there. Pure decisions.

"Tiếp nhận" stands first in every menu of what nobody has taken: whoever looks for something else must still find it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from monitord.domain.dutybook import DutyBook, leads, usable
from monitord.domain.incident import Incident, Phase
from monitord.domain.network import BY_HAND
from monitord.domain.notice import Button


class Menu(StrEnum):
    """What stands under a message: MAIN is what stood there before anything was opened, PHONES the same with the
    numbers of the shift above it."""

    MAIN = "main"
    PHONES = "phones"
    MORE = "more"
    HAND = "hand"
    CAUSE = "cause"
    CLOSE = "close"
    MEASURES = "measures"
    REASONS = "reasons"


@dataclass(frozen=True, slots=True)
class Choice:
    """One button of a menu: what it does, and to whom or with what; `name` is how people read that value."""

    button: Button
    value: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which menu was asked for, by which update, under which message of its reader (empty: the one that we know)."""

    menu: Menu
    update: int
    message: str = ""

    @property
    def subject(self) -> str:
        """Return it as the outbox keeps it."""
        return f"{self.menu}@{self.update}@{self.message}"


def asked(subject: str) -> Asked:
    """Return what `Asked.subject` says."""
    menu, update, message = subject.split("@")
    return Asked(Menu(menu), int(update), message)


HOLDS = timedelta(minutes=30)
"""How long what a menu offers can be chosen: who is on duty, and what is known, changes."""
MOST = 8
"""Persons of one menu: a screen of a telephone."""
LISTS = {
    Menu.CAUSE: Button.CAUSE_IS,
    Menu.CLOSE: Button.CLOSE_CAUSE,
    Menu.MEASURES: Button.CLOSE_AS,
    Menu.REASONS: Button.DECLINE_AS,
}
"""Menus of words that are chosen from a list, and what choosing one of them is."""
SHORT = 32
"""Letters of two choices that stand in one row of a telephone."""
Lists = Mapping[Button, Mapping[str, str]]
"""What can be chosen, by the button: how people read each key."""
AS_PROPOSED = "proposed"
"""What a leader chooses who closes an incident as somebody proposed it."""


def takers(incident: Incident, reader: str, book: DutyBook) -> tuple[Choice, ...]:
    """Return to whom the reader may hand an incident: who is on duty in its unit now and is reached by a message, in
    the order of the duties, each once; neither himself nor who has it already.
    """
    order = {duty: place for place, duty in enumerate(book.duty_kinds)}
    here = [s for s in book.shifts if s.unit == incident.unit and s.covers(book.at)]
    has_it = incident.acknowledged_by if incident.phase is Phase.ACKNOWLEDGED else None
    found: dict[str, Choice] = {}
    for shift in sorted(here, key=lambda one: (order.get(one.duty, len(order)), one.start, one.person)):
        person = book.people.get(shift.person)
        if person is None or person.id in (reader, has_it):
            continue
        if usable(person, incident.policy.steps[0].channels):
            duty = book.duty_kinds[shift.duty].name if shift.duty in book.duty_kinds else shift.duty
            found.setdefault(person.id, Choice(Button.HAND_TO, person.id, f"{person.name} – {duty}"))
    return tuple(found.values())[:MOST]


def offered(
    menu: Menu, incident: Incident, reader: str, book: DutyBook, lists: Lists, proposal: str = ""
) -> tuple[Choice, ...]:
    """Return the buttons of a menu in their order; MAIN and PHONES are no menus and have none here.

    `proposal` is how somebody would close it, shown to a leader alone.
    """
    match menu:
        case Menu.MAIN | Menu.PHONES:
            return ()
        case Menu.MORE:
            inside: Iterable[Choice] = (Choice(b) for b in (Button.HAND, Button.CAUSE, Button.CLOSE, Button.PICTURE))
        case Menu.HAND:
            inside = takers(incident, reader, book)
        case Menu.MEASURES if proposal and leads(incident.unit, reader, book):
            inside = (Choice(Button.CLOSE_AS, AS_PROPOSED, proposal), *_listed(Button.CLOSE_AS, lists))
        case Menu.CAUSE | Menu.CLOSE | Menu.MEASURES | Menu.REASONS:
            inside = _listed(LISTS[menu], lists)
    take = (Choice(Button.TAKE),) if incident.phase is Phase.OPEN else ()
    return (*take, *inside, Choice(Button.BACK))


def _listed(button: Button, lists: Lists) -> tuple[Choice, ...]:
    return tuple(Choice(button, key, name) for key, name in lists[button].items())


def rows(choices: Iterable[Choice]) -> tuple[tuple[Choice, ...], ...]:
    """Return how buttons stand under a message: each alone in its row, short words of a list two by two."""
    made: list[list[Choice]] = []
    for one in choices:
        beside = made[-1] if made and one.button in LISTS.values() and made[-1][0].button is one.button else None
        if beside is not None and len(beside) == 1 and len(one.name) + len(beside[0].name) <= SHORT:
            beside.append(one)
        else:
            made.append([one])
    return tuple(tuple(line) for line in made)


def may_be_closed(incident: Incident) -> bool:
    """Return whether people may close an incident: it works again, or nobody but people ever saw it. What the checks
    see they alone say is over."""
    return not incident.running or incident.target.startswith(BY_HAND)


def may_hand_on(incident: Incident, person: str, leads: bool) -> bool:
    """Return whether somebody who works on an incident may hand it to another by a button: what somebody else has taken
    only a leader takes out of his hands."""
    return incident.phase is Phase.OPEN or leads or incident.acknowledged_by == person
