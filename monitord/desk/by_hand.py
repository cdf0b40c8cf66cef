"""An incident taken at the machine: by the number that somebody typed, without a button."""

from monitord.desk import acting
from monitord.desk.context import GRACE, Context
from monitord.domain.incident import Incident, number_of
from monitord.store.rows import Moment
from monitord.store.tx import Tx
from monitord.texts.story import Pressed


class UnknownIncident(Exception):
    """No running incident has that number, or more than one has."""


def take(tx: Tx, context: Context, shown: str, person: str, at: Moment) -> Pressed:
    """Take the running incident with that number as that person; UnknownIncident says what there is
    instead, or that nobody has that id."""
    incident = named(tx, shown, running_only=True)
    book = context.book(tx, at, GRACE)
    if person not in book.people:
        raise UnknownIncident(f"nobody has the id {person!r}")
    return acting.take(acting.Press(tx, context, incident, book.people[person], book, at))


def named(tx: Tx, shown: str, running_only: bool) -> Incident:
    """Return the incident that a number names; UnknownIncident says which there are when it is not one.

    A running one goes before those that are over; of those only the whole code (SC-0602-014) names one, the newest.
    """
    try:
        number = number_of(shown)
    except ValueError as wrong:
        raise UnknownIncident(f"{shown!r} is no incident number") from wrong
    whole = shown.strip().upper()
    found = [i for i in tx.running_incidents() if (i.code == whole if "-" in whole else number_of(i.code) == number)]
    if not found and not running_only:
        found = tx.incidents_of(whole) if "-" in whole else tx.lately_over(number)
    if len(found) != 1:
        codes = ", ".join(i.code for i in found) or ("none is running" if running_only else "there is none")
        raise UnknownIncident(f"{shown!r} does not name one incident: {codes}")
    return found[0]
