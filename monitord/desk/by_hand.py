"""An incident taken at the machine: by the number that somebody typed, without a button."""

from monitord.desk import acting
from monitord.desk.context import GRACE, Context
from monitord.domain.incident import number_of
from monitord.store.rows import Moment
from monitord.store.tx import Tx
from monitord.texts.story import Pressed


class UnknownIncident(Exception):
    """No running incident has that number, or more than one has."""


def take(tx: Tx, context: Context, shown: str, person: str, at: Moment) -> Pressed:
    """Take the running incident with that number as that person; UnknownIncident says what there is
    instead, or that nobody has that id."""
    try:
        number = number_of(shown)
    except ValueError as wrong:
        raise UnknownIncident(f"{shown!r} is no incident number") from wrong
    running = tx.running_incidents()
    whole = shown.strip().upper()
    named = [i for i in running if (i.code == whole if "-" in whole else number_of(i.code) == number)]
    if len(named) != 1:
        codes = ", ".join(i.code for i in named) or "none is running"
        raise UnknownIncident(f"{shown!r} does not name one running incident: {codes}")
    book = context.book(tx, at, GRACE)
    if person not in book.people:
        raise UnknownIncident(f"nobody has the id {person!r}")
    return acting.take(acting.Press(tx, context, named[0], book.people[person], book, at))
