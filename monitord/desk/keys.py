"""The keys of a call: what its reader could do by a button, on the keys of a telephone."""

from typing import Any

from monitord.desk.buttons import actions
from monitord.desk.context import Context
from monitord.desk.mentions import shift_phones
from monitord.domain.dutybook import DutyBook
from monitord.domain.incident import Incident
from monitord.domain.notice import Button, Event, Key
from monitord.texts.forms import number_of

TYPED = {Button.NOTED: "DN", Button.APPROVE: "DUYET", Button.TAKE: "XN"}
"""What is heard when the first key is pressed, by the button it stands for; the first of these counts."""


def keys(context: Context, row: Any, incident: Incident | None, book: DutyBook) -> tuple[Key, ...]:
    """Return the keys of a call; none where there is nothing to do but listen."""
    offered = actions(context, row, Event(row["event"]), incident)
    typed = next((word for button, word in TYPED.items() if button in offered), None)
    if incident is None or typed is None:
        return ()
    made = [Key("1", f"{typed} {number_of(incident.code)}"), Key("2")]
    if typed != "XN" and (phones := shift_phones(incident, book, row["person"])):
        made.append(Key("3", connects=phones[0][1]))
    if Button.NO_CALLS in offered:
        made.append(Key("4", "KHONGGOI"))
    return tuple(made)
